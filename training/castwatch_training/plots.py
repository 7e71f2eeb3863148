"""How every figure of the reports looks, and how it is written: small SVG, the same bytes for the same data."""

import io
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, ORANGE, GREY, RED, GREEN, INK = "#3b6ea5", "#c77d1e", "#8a8f94", "#b3372f", "#4c8c5a", "#2b2f33"
"""A small palette that stays apart in greyscale and for the colour-blind together with the markers used."""

_STYLE: Any = {
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "castwatch",
}


_LONG_NUMBER = re.compile(r"(\d\.\d\d)\d+")
"""Coordinates to a hundredth of a point: half the size, nothing to be seen."""


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, list[Axes]]:
    """A figure of `width` x `height` inches and its axes, row by row."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, height), layout="constrained", facecolor="white")
        axes = figure.subplots(rows, columns, squeeze=False)
        return figure, list(axes.ravel())


def short(feature: str) -> str:
    """A feature's name without its group, for axes."""
    return feature.split("_", 1)[1].replace("_", " ")


def legend(axis: Axes) -> None:
    """A legend to the right of the axes, where it covers nothing."""
    axis.legend(loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def save(figure: Figure, path: Path) -> None:
    """Write a figure without a date: SVG with text as text, or PNG where an SVG would be large."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with mpl.rc_context(_STYLE):
        buffer = io.BytesIO()
        if path.suffix == ".png":
            figure.savefig(buffer, format="png", dpi=90, metadata={"Software": None})
            path.write_bytes(buffer.getvalue())
        else:
            figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
            path.write_text(_LONG_NUMBER.sub(r"\1", buffer.getvalue().decode()), encoding="utf-8")
