"""A bundle as a folder: all of its files, read or written together, or not at all."""

from __future__ import annotations

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path

from castwatch_training.bundle_schema import (
    AutoencoderWeights,
    Calibration,
    ForestIndex,
    Golden,
    Reference,
    Scaler,
)
from castwatch_training.card_schema import Card
from castwatch_training.errors import BundleError
from castwatch_training.features import FEATURES
from castwatch_training.forest import Forest, read_forest, write_forest
from castwatch_training.inference import Inference
from castwatch_training.json_file import dump, parse
from castwatch_training.webgpu_schema import WebGpuProof
from castwatch_training.weights import autoencoder_weights

FILES = (
    "scaler.json",
    "autoencoder.onnx",
    "autoencoder.json",
    "boosting.onnx",
    "forest.json",
    "forest.bin",
    "calibration.json",
    "reference.json",
    "golden.json",
    "card.json",
    "card.md",
    "calibration.svg",
)
"""Every file of a bundle, in the manifest's order."""
WEBGPU_FILES = ("webgpu/pipeline.onnx", "webgpu/proof.json")
"""Beside them in bundles that also run on WebGPU; both or neither."""

MAX_BYTES = {"field": 1_500_000, "legacy": 16_000_000}
"""Size limit of a bundle's files together, uncompressed."""


@dataclass(frozen=True)
class WebGpu:
    """The pipeline for WebGPU: the bytes of the ONNX file and what was proven of it."""

    pipeline: bytes
    proof: WebGpuProof


@dataclass(frozen=True)
class Bundle:
    """A bundle in memory. `autoencoder` and `boosting` are the bytes of the ONNX files."""

    scaler: Scaler
    autoencoder: bytes
    boosting: bytes
    forest: Forest
    calibration: Calibration
    reference: Reference
    golden: Golden
    card: Card
    card_text: str
    calibration_plot: bytes
    webgpu: WebGpu | None = None

    def inference(self) -> Inference:
        """The pipeline of this bundle. Raises `BundleError` when onnxruntime refuses a model."""
        return Inference(self.scaler, self.autoencoder, self.boosting, self.calibration.platt, self.reference)


def encode(bundle: Bundle) -> dict[str, bytes]:
    """The files of a bundle: name -> bytes."""
    forest_index, forest_blob = write_forest(bundle.forest)
    webgpu = (bundle.webgpu.pipeline, dump(bundle.webgpu.proof)) if bundle.webgpu is not None else ()
    return {
        "scaler.json": dump(bundle.scaler),
        "autoencoder.onnx": bundle.autoencoder,
        "autoencoder.json": dump(autoencoder_weights(bundle.autoencoder)),
        "boosting.onnx": bundle.boosting,
        "forest.json": dump(forest_index),
        "forest.bin": forest_blob,
        "calibration.json": dump(bundle.calibration),
        "reference.json": dump(bundle.reference),
        "golden.json": dump(bundle.golden),
        "card.json": dump(bundle.card),
        "card.md": bundle.card_text.encode(),
        "calibration.svg": bundle.calibration_plot,
        **dict(zip(WEBGPU_FILES, webgpu, strict=False)),
    }


def decode(files: dict[str, bytes], where: str) -> Bundle:
    """The bundle in its files; `where` names it in errors.

    Raises `BundleError` for a missing or unexpected file, or one that does not fit its schema.
    """
    webgpu = any(name in files for name in WEBGPU_FILES)
    expected = FILES + WEBGPU_FILES if webgpu else FILES
    if missing := [name for name in expected if name not in files]:
        raise BundleError(f"{where}: missing {', '.join(missing)}")
    if extra := sorted(set(files) - set(expected)):
        raise BundleError(f"{where}: not part of a bundle: {', '.join(extra)}")
    index = parse(ForestIndex, files["forest.json"], f"{where}/forest.json")
    try:
        card_text = files["card.md"].decode()
    except UnicodeDecodeError as error:
        raise BundleError(f"{where}/card.md: not UTF-8 text") from error
    bundle = Bundle(
        scaler=parse(Scaler, files["scaler.json"], f"{where}/scaler.json"),
        autoencoder=files["autoencoder.onnx"],
        boosting=files["boosting.onnx"],
        forest=read_forest(index, files["forest.bin"], where),
        calibration=parse(Calibration, files["calibration.json"], f"{where}/calibration.json"),
        reference=parse(Reference, files["reference.json"], f"{where}/reference.json"),
        golden=parse(Golden, files["golden.json"], f"{where}/golden.json"),
        card=parse(Card, files["card.json"], f"{where}/card.json"),
        card_text=card_text,
        calibration_plot=files["calibration.svg"],
        webgpu=_decode_webgpu(files, where) if webgpu else None,
    )
    weights = parse(AutoencoderWeights, files["autoencoder.json"], f"{where}/autoencoder.json")
    if weights != autoencoder_weights(bundle.autoencoder, f"{where}/autoencoder.onnx"):
        raise BundleError(f"{where}/autoencoder.json: holds other weights than autoencoder.onnx")
    if tuple(bundle.scaler.features) != FEATURES:
        raise BundleError(f"{where}/scaler.json: features: not the 30 inputs in the data set's order")
    return bundle


def _decode_webgpu(files: dict[str, bytes], where: str) -> WebGpu:
    pipeline, proof = (files[name] for name in WEBGPU_FILES)
    return WebGpu(pipeline, parse(WebGpuProof, proof, f"{where}/{WEBGPU_FILES[1]}"))


def read_files(folder: Path) -> dict[str, bytes]:
    """All files of a folder and those below it: path in it -> bytes. Raises `BundleError` when it cannot be read."""
    if not folder.is_dir():
        raise BundleError(f"{folder}: no such bundle folder")
    try:
        paths = sorted(path for path in folder.rglob("*") if not path.is_dir())
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
    except OSError as error:
        raise BundleError(f"{error.filename}: cannot be read ({error.strerror})") from error


def read_bundle(folder: Path) -> Bundle:
    """The bundle in a folder, every file checked against its schema. Raises `BundleError`."""
    return decode(read_files(folder), str(folder))


def write_files(folder: Path, files: dict[str, bytes]) -> None:
    """Write a bundle's folder in one step: it appears complete or not at all.

    A folder that exists with the same content is left as it is. Raises `BundleError` when it holds anything else:
    a released bundle is immutable.
    """
    if folder.exists():
        differing = _differences(read_files(folder), files)
        if differing:
            raise BundleError(
                f"{folder}: exists with other content ({', '.join(differing)}); "
                "a released bundle never changes: give the new one a new version"
            )
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as temporary:
        staged = Path(temporary) / folder.name
        staged.mkdir()
        for name, content in files.items():
            (staged / name).parent.mkdir(exist_ok=True)
            (staged / name).write_bytes(content)
        staged.replace(folder)


def sha256(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def _differences(old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    return sorted(name for name in {*old, *new} if old.get(name) != new.get(name))
