"""`manifest.json` and `manifest.sig`: which bundles there are, what their files must hash to, and who vouches."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from castwatch_training import signing
from castwatch_training.bundle import FILES, WEBGPU_FILES, decode, read_files, sha256
from castwatch_training.card_schema import Card, Manifest, ManifestBundle, ManifestFile, ManifestWebGpu
from castwatch_training.errors import BundleError
from castwatch_training.json_file import dump, parse

MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"


def update_manifest(models: Path, current: str | None, key: Path) -> Manifest:
    """List every bundle folder of `models`, mark `current`, sign, write.

    `current` None keeps the one that is current, else takes the first. The sequence number grows only when something
    else changes, so that repeating a release changes nothing. Raises `BundleError` for a damaged bundle or an
    unknown `current`, `SigningError` for the key; then nothing is written.
    """
    old = read_manifest(models) if (models / MANIFEST).exists() else None
    bundles = list_bundles(models)
    ids = [bundle.id for bundle in bundles]
    if not ids:
        raise BundleError(f"{models}: holds no bundle")
    if current is None:
        current = old.current if old is not None and old.current in ids else ids[0]
    if current not in ids:
        raise BundleError(f"{models}: no bundle '{current}' to make current (there are: {', '.join(ids)})")
    sequence = 1
    if old is not None:
        same = old.current == current and old.bundles == bundles
        sequence = old.sequence if same else old.sequence + 1
    manifest = Manifest.model_validate({"schema": 1, "sequence": sequence, "current": current, "bundles": bundles})
    content = dump(manifest)
    signature = signing.sign(content, key)
    (models / MANIFEST).write_bytes(content)
    (models / SIGNATURE).write_bytes(signature)
    return manifest


def list_bundles(models: Path) -> list[ManifestBundle]:
    """An entry for every bundle folder, sorted by name. Raises `BundleError` for one that is not a valid bundle."""
    folders = sorted(models.iterdir()) if models.is_dir() else []
    return [_entry(folder) for folder in folders if folder.is_dir() and not folder.name.startswith(".")]


def sign_manifest(models: Path, key: Path) -> None:
    """Sign the manifest as it is, with another key (the plant's, say). Raises `BundleError`, `SigningError`."""
    read_manifest(models)
    content = (models / MANIFEST).read_bytes()
    (models / SIGNATURE).write_bytes(signing.sign(content, key))


def verify_manifest(models: Path, public_key: Path) -> Manifest:
    """The manifest of `models`, signature checked. Raises `BundleError`, `SigningError`."""
    manifest = read_manifest(models)
    try:
        signature = (models / SIGNATURE).read_bytes()
    except OSError as error:
        raise BundleError(f"{models / SIGNATURE}: cannot be read ({error.strerror})") from error
    signing.verify((models / MANIFEST).read_bytes(), signature, public_key)
    return manifest


def read_manifest(models: Path) -> Manifest:
    """The manifest of `models`, unverified. Raises `BundleError`."""
    path = models / MANIFEST
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BundleError(f"{path}: cannot be read ({error.strerror})") from error
    return parse(Manifest, content, str(path))


def check_hashes(manifest: Manifest, bundle_id: str, files: dict[str, bytes]) -> list[str]:
    """What about a bundle's files disagrees with the manifest, one line each; empty when all is well."""
    entry = next((bundle for bundle in manifest.bundles if bundle.id == bundle_id), None)
    if entry is None:
        return [f"the manifest does not list '{bundle_id}'"]
    listed = {file.path: file for file in [*entry.files, *(entry.webgpu.files if entry.webgpu else [])]}
    problems = [f"{name}: not in the manifest" for name in sorted(set(files) - set(listed))]
    for name, file in listed.items():
        if name not in files:
            problems.append(f"{name}: listed in the manifest, but missing")
        elif len(files[name]) != file.bytes:
            problems.append(f"{name}: {len(files[name])} bytes, the manifest says {file.bytes}")
        elif sha256(files[name]) != file.sha256:
            problems.append(f"{name}: its SHA-256 is not the manifest's")
    return problems


def _entry(folder: Path) -> ManifestBundle:
    files = read_files(folder)
    card: Card = decode(files, str(folder)).card
    if card.id != folder.name:
        raise BundleError(f"{folder}: its card is that of '{card.id}'")
    return ManifestBundle(
        id=card.id,
        kind=card.kind,
        version=card.version,
        date=card.date,
        files=_listed(files, FILES),
        webgpu=ManifestWebGpu(files=_listed(files, WEBGPU_FILES)) if WEBGPU_FILES[0] in files else None,
    )


def _listed(files: dict[str, bytes], names: Sequence[str]) -> list[ManifestFile]:
    return [ManifestFile(path=name, bytes=len(files[name]), sha256=sha256(files[name])) for name in names]
