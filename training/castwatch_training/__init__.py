"""Castwatch training: from the raw die-casting log to proven, signed model bundles."""

__version__ = "1.0.0"
