"""The yardstick of `npm run bench`: the same work in process in Python, by torch and scikit-learn.

`python -m castwatch_training.yardstick BUNDLE` fits the released recipe to shots drawn from the bundle's generative
description (so that it runs without the data set; speed depends on the shape of the models, not on what they learned)
and prints one JSON object of wall-clock milliseconds, once for the pipeline alone (30 values to a calibrated
probability) and once to the verdict (T2, SPE and the judging rules included).
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
import torch
from scipy.special import expit

from castwatch_training.arrays import FloatArray, IntArray
from castwatch_training.bundle import Bundle, read_bundle
from castwatch_training.bundle_schema import Reference
from castwatch_training.features import PRODUCT
from castwatch_training.generator import sample_run
from castwatch_training.inference import squared_error
from castwatch_training.judge import Verdict, judge, product_key, threshold_for
from castwatch_training.pipeline import FittedPipeline, fit
from castwatch_training.reference import hotelling
from castwatch_training.release import RELEASES

ROWS = 7535
"""Shots of the batch: as many as the data set has rows."""

_SINGLE_RUNS = 400
_BATCH_RUNS = 7
_WARM_UP = 20


def drawn_shots(reference: Reference, rows: int, seed: int) -> FloatArray:
    """Shots [rows, 30] drawn from the bundle's generative description, the products in turn."""
    rng = np.random.default_rng(seed)
    products = list(reference.products.values())
    share = -(-rows // len(products))
    return np.concatenate([sample_run(product, share, rng) for product in products])[:rows]


@dataclass(frozen=True)
class Yardstick:
    """A fitted pipeline with the calibration and limits of the bundle it stands beside."""

    bundle: Bundle
    pipeline: FittedPipeline

    def probability(self, raw: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Scaled values [n, 30], latents [n, 12], reconstruction [n, 30] and calibrated probabilities [n]."""
        scaled = self.pipeline.scaled(raw)
        # Once through the network for both outputs, as a service would.
        with torch.inference_mode():
            outputs = self.pipeline.autoencoder.network(torch.from_numpy(scaled))
        latent, reconstruction = (output.numpy() for output in outputs)
        score = self.pipeline.boosting.score(np.hstack([scaled, latent]))
        platt = self.bundle.calibration.platt
        return scaled, latent, reconstruction, np.asarray(expit(platt.a * score + platt.b))

    def verdicts(self, raw: FloatArray) -> list[Verdict]:
        """Verdicts on raw shots [n, 30] under the default policy."""
        scaled, latent, reconstruction, calibrated = self.probability(raw)
        calibration, reference = self.bundle.calibration, self.bundle.reference
        spe = squared_error(scaled, reconstruction)
        t2 = np.full(len(raw), np.nan)
        for key, product in reference.products.items():
            own = raw[:, PRODUCT] == float(key)
            t2[own] = hotelling(latent[own], np.array(product.t2.mean), np.array(product.t2.precision))
        threshold = threshold_for(calibration.default_policy, calibration.thresholds)
        return [
            judge(shot, p, t if product_key(shot[PRODUCT]) else None, s, calibration, reference, threshold)
            for shot, p, t, s in zip(raw.tolist(), calibrated.tolist(), t2.tolist(), spe.tolist(), strict=True)
        ]


def fit_yardstick(folder: Path) -> tuple[Yardstick, FloatArray]:
    """The yardstick beside a bundle, and the shots [`ROWS`, 30] it is measured on. Raises `BundleError`."""
    bundle = read_bundle(folder)
    shots = drawn_shots(bundle.reference, ROWS, seed=0)
    labels = _drawn_labels(bundle.inference().run(shots).calibrated)
    return Yardstick(bundle, fit(RELEASES["field"].recipe, shots, labels, seed=0)), shots


def measure(folder: Path) -> dict[str, float]:
    """Median times in milliseconds of one shot and of a batch of `ROWS` shots. Raises `BundleError`."""
    yardstick, shots = fit_yardstick(folder)
    # Small networks run faster in one thread, and the app has one too.
    torch.set_num_threads(1)
    times: dict[str, float] = {"rows": float(ROWS)}
    for name, work in (("pipeline", yardstick.probability), ("verdict", yardstick.verdicts)):
        rows = [shots[row : row + 1] for row in range(_WARM_UP + _SINGLE_RUNS)]
        times[f"single_{name}_ms"] = float(np.median([_timed(work, row) for row in rows][_WARM_UP:]))
        times[f"batch_{name}_ms"] = float(np.median([_timed(work, shots) for _ in range(_BATCH_RUNS)]))
    return times


def _drawn_labels(probability: FloatArray) -> IntArray:
    return (np.random.default_rng(0).random(len(probability)) < probability).astype(np.int64)


def _timed(work: Callable[[FloatArray], object], raw: FloatArray) -> float:
    start = perf_counter()
    work(raw)
    return (perf_counter() - start) * 1000


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]))))
