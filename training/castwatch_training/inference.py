"""The pipeline of docs/bundle.md run from a bundle's files: the scaler in numpy, both models in onnxruntime."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnxruntime
from scipy.special import expit

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle_schema import Platt, Reference, Scaler
from castwatch_training.errors import BundleError
from castwatch_training.features import PRODUCT
from castwatch_training.judge import product_key
from castwatch_training.reference import hotelling

CHUNK = 512
"""Rows a call, as in the app."""


@dataclass(frozen=True)
class Outputs:
    """What the pipeline makes of n shots; `t2` is NaN where the product is unknown."""

    scaled: FloatArray
    latent: FloatArray
    reconstruction: FloatArray
    spe: FloatArray
    t2: FloatArray
    score: FloatArray
    probability: FloatArray
    calibrated: FloatArray


def scale(scaler: Scaler, raw: FloatArray) -> FloatArray:
    """Scaled values [n, 30] of raw values [n, 30] (NaN = missing), operation by operation as the contract says."""
    x = np.where(np.isfinite(raw), raw, np.array(scaler.impute))
    standard = (x - np.array(scaler.mean)) / np.array(scaler.scale)
    return np.asarray(np.minimum(scaler.clip, np.maximum(-scaler.clip, standard)), dtype=np.float64)


def squared_error(scaled: FloatArray, reconstruction: FloatArray) -> FloatArray:
    """SPE [n]: the squared reconstruction error summed over the 30 inputs."""
    return np.asarray(((scaled - reconstruction) ** 2).sum(axis=1), dtype=np.float64)


class Inference:
    """A bundle's pipeline, ready to run. One thread, so that sums have one order."""

    def __init__(self, scaler: Scaler, autoencoder: bytes, boosting: bytes, platt: Platt, reference: Reference) -> None:
        self._scaler = scaler
        self._autoencoder = session(autoencoder, "autoencoder.onnx")
        self._boosting = session(boosting, "boosting.onnx")
        self._platt = platt
        self._reference = reference

    def run(self, raw: FloatArray) -> Outputs:
        """All values of the pipeline for raw shots [n, 30], NaN = missing."""
        chunks = [self._chunk(raw[i : i + CHUNK]) for i in range(0, len(raw), CHUNK)] or [self._chunk(raw)]
        return Outputs(*(np.concatenate(parts) for parts in zip(*chunks, strict=True)))

    def _chunk(self, raw: FloatArray) -> tuple[FloatArray, ...]:
        scaled = scale(self._scaler, raw)
        latent, reconstruction = self._autoencoder.run(["latent", "reconstruction"], {"x": scaled})
        score, probability = self._boosting.run(
            ["score", "probability"], {"x": np.concatenate([scaled, latent], axis=1)}
        )
        score = score[:, 0]
        return (
            scaled,
            latent,
            reconstruction,
            squared_error(scaled, reconstruction),
            t2_of(self._reference, raw, latent),
            score,
            probability[:, 0],
            expit(self._platt.a * score + self._platt.b),
        )


def t2_of(reference: Reference, raw: FloatArray, latent: FloatArray) -> FloatArray:
    """T2 [n] of latents [n, 12] by each row's product; NaN where that is unknown."""
    t2 = np.full(len(raw), np.nan)
    keys = np.array([product_key(v) for v in raw[:, PRODUCT]], dtype=object)
    for key, product in reference.products.items():
        own = keys == key
        t2[own] = hotelling(latent[own], np.array(product.t2.mean), np.array(product.t2.precision))
    return t2


def session(model: bytes, name: str) -> onnxruntime.InferenceSession:
    """A model on one thread; `name` is its file's in errors. Raises `BundleError` when onnxruntime refuses it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises a class of its own for each cause
        raise BundleError(f"{name}: onnxruntime cannot load it: {error}") from error
