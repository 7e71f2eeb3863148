"""`reference.json`: per product what is usual, what the model may be trusted with, and what is typical.

Everything is learned from the distinct shots of a product. Aborted shots and stops are recognised by a gap that
sets them apart from the rest; they stay outside the hard ranges, so a shot like them is HOLD.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from sklearn.covariance import LedoitWolf

from castwatch_training.arrays import BoolArray, FloatArray, IntArray
from castwatch_training.bundle_schema import QUANTILE_LEVELS, T2, Product, Reference, Spe
from castwatch_training.errors import TrainingError
from castwatch_training.features import CAVITIES, DEFECT_TYPES, DEFECTS, FEATURES, PRODUCT
from castwatch_training.generator import describe, sample_shots, snap

BACKGROUND = 48
"""Background rows a product: attributions average over them, so they cost time on every shot."""

_TAIL = 0.004
_GAP = 0.25
_MARGIN = 0.05
_LIMIT_LEVEL = 0.99
_HARD_FACTOR = 2.0
"""HOLD begins at twice the farthest trusted shot: 1.4 times its distance."""
_FINEST = 4


@dataclass(frozen=True)
class Material:
    """Distinct shots and what the fitted pipeline makes of them, in the order of production.

    `X` [n, 30] with NaN for missing, `defective` [n], `defects` [n, 26] marks a flag, `campaign` [n], `latent`
    [n, 12], `spe` [n], `oof_score` [n] log-odds by models that had not seen the shot.
    """

    X: FloatArray
    defective: IntArray
    defects: IntArray
    campaign: IntArray
    latent: FloatArray
    spe: FloatArray
    oof_score: FloatArray


def build_reference(material: Material, seed: int) -> Reference:
    """`reference.json`. No background row equals a row of `material`.

    Raises `TrainingError` when a product has too few shots to learn its limits from.
    """
    rng = np.random.default_rng(seed)
    numbers = sorted({int(v) for v in material.X[:, PRODUCT] if np.isfinite(v)})
    products = {str(n): _product(material, material.X[:, PRODUCT] == n, n, rng) for n in numbers}
    return Reference.model_validate({"schema": 1, "quantile_levels": QUANTILE_LEVELS, "products": products})


def _product(material: Material, own: BoolArray, number: int, rng: np.random.Generator) -> Product:
    X = material.X[own]
    resolution = {n: _resolution(X[:, i]) for i, n in enumerate(FEATURES)}
    hard = {n: hard_range(X[:, i], resolution[n]) for i, n in enumerate(FEATURES)}
    hard[FEATURES[PRODUCT]] = (float(number), float(number))
    trusted = inside(X, hard)
    good = np.asarray(trusted & (material.defective[own] == 0))
    if np.count_nonzero(good) < 30:
        raise TrainingError(f"product {number}: needs at least 30 complete good shots within range")
    golden = [float(snap(np.median(X[good, i]), resolution[n])) for i, n in enumerate(FEATURES)]
    quantiles = {n: _quantiles(X[:, i], resolution[n]) for i, n in enumerate(FEATURES)}
    product = Product(
        shots=len(X),
        quantiles=quantiles,
        usual={n: (q[0], q[-1]) for n, q in quantiles.items()},
        hard=hard,
        resolution=resolution,
        golden_shot=golden,
        t2=_t2(material.latent[own][trusted]),
        spe=_spe(material.spe[own][trusted]),
        background=[],
        defects=_defects(material.defects[own]),
        demo=describe(
            X[trusted],
            material.defective[own][trusted],
            material.campaign[own][trusted],
            material.oof_score[own][trusted],
            resolution,
        ),
    )
    background = sample_shots(product, BACKGROUND, rng, avoid=material.X)
    return product.model_copy(update={"background": background.tolist()})


def inside(X: FloatArray, hard: dict[str, tuple[float, float]]) -> BoolArray:
    """[n] True where all 30 values are present and within the hard ranges."""
    low, high = (np.array([hard[n][end] for n in FEATURES]) for end in (0, 1))
    return np.asarray(((low <= X) & (high >= X)).all(axis=1))


def hard_range(values: FloatArray, resolution: float) -> tuple[float, float]:
    """The range of one signal in which the model may be trusted, both ends included (docs/bundle.md, `hard`)."""
    seen = np.sort(values[np.isfinite(values)])
    if len(seen) == 0:
        raise TrainingError("a signal was never measured for a product")
    if seen[0] == seen[-1]:
        return float(seen[0]) - resolution / 2, float(seen[0]) + resolution / 2
    usual = float(np.diff(np.quantile(seen, [QUANTILE_LEVELS[0], QUANTILE_LEVELS[-1]]))[0])
    apart = max(_GAP * usual, 2 * resolution)
    gaps = np.diff(seen) > apart
    tail = floor(_TAIL * len(seen))
    below = np.flatnonzero(gaps[:tail])
    above = np.flatnonzero(gaps[len(gaps) - tail :]) + len(gaps) - tail
    low = float(seen[below[-1] + 1]) if len(below) else float(seen[0])
    high = float(seen[above[0]]) if len(above) else float(seen[-1])
    margin = max(resolution, _MARGIN * (high - low))
    steps_low, steps_high = round((low - margin) / resolution, 6), round((high + margin) / resolution, 6)
    wide = snap(np.array([floor(steps_low), ceil(steps_high)]) * resolution, resolution)
    return (max(0.0, float(wide[0])) if low >= 0 else float(wide[0])), float(wide[1])


def _resolution(values: FloatArray) -> float:
    """The recording step: the coarsest power of ten of which every value is a multiple (1 at most)."""
    seen = np.unique(values[np.isfinite(values)])
    for digits in range(_FINEST):
        if np.array_equal(np.round(seen, digits), seen):
            return float(10.0**-digits)
    return float(10.0**-_FINEST)


def _quantiles(values: FloatArray, resolution: float) -> list[float]:
    seen = values[np.isfinite(values)]
    return [float(v) for v in snap(np.quantile(seen, QUANTILE_LEVELS), resolution)]


def _t2(latent: FloatArray) -> T2:
    """Hotelling's T2 with a shrunk covariance (Ledoit & Wolf 2004): latents may be nearly collinear in a product."""
    fit = LedoitWolf().fit(latent)
    mean, precision = fit.location_, fit.precision_
    precision = (precision + precision.T) / 2
    values = hotelling(latent, mean, precision)
    return T2(
        mean=mean.tolist(),
        precision=precision.tolist(),
        limit=float(np.quantile(values, _LIMIT_LEVEL)),
        hard=float(values.max()) * _HARD_FACTOR,
    )


def hotelling(latent: FloatArray, mean: FloatArray, precision: FloatArray) -> FloatArray:
    """T2 [n] of latents [n, 12]."""
    centred = latent - mean
    return np.asarray(((centred @ precision) * centred).sum(axis=1), dtype=np.float64)


def _spe(spe: FloatArray) -> Spe:
    return Spe(limit=float(np.quantile(spe, _LIMIT_LEVEL)), hard=float(spe.max()) * _HARD_FACTOR)


def _defects(marks: IntArray) -> dict[str, int]:
    """Shots of each defect type, in either cavity."""
    found = {}
    for kind in DEFECT_TYPES:
        columns = [DEFECTS.index(f"Defects_{kind}_{cavity}") for cavity in CAVITIES]
        found[kind] = int((marks[:, columns] > 0).any(axis=1).sum())
    return found
