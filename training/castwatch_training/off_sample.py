"""Rows that no training ever showed: where two evaluators of the same model would part if they could.

Five kinds in equal shares: mixtures of two shots, shots exactly on the thresholds of the trees, shots at and far
beyond the ranges, shots with missing values, and shots anywhere within the ranges.
"""

from __future__ import annotations

import numpy as np

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle import Bundle
from castwatch_training.bundle_schema import Product
from castwatch_training.features import FEATURES, PRODUCT
from castwatch_training.generator import snap
from castwatch_training.golden import at_ranges, on_thresholds, spread, with_gaps

ROWS = 20_000
_POOL = 400


def off_sample_rows(bundle: Bundle, seed: int, rows: int = ROWS, data: FloatArray | None = None) -> FloatArray:
    """Raw rows [rows, 30]; the same bundle, seed and data give the same rows.

    Mixtures are of rows of `data` [n, 30] where it is given, of made-up shots otherwise; all else is made up.
    """
    rng = np.random.default_rng(seed)
    products = list(bundle.reference.products.values())
    pool = spread(products, _POOL, rng)
    share = rows // 5
    within = _within_ranges(rows - 4 * share, products, rng)
    parts = [
        _mixtures(share, pool if data is None else data, rng),
        on_thresholds(_drawn(share, pool, rng), bundle.scaler, bundle.forest, rng),
        at_ranges(_drawn(share, pool, rng), products, rng),
        with_gaps(_drawn(share, pool, rng), rng),
        within,
    ]
    return np.concatenate(parts)


def _drawn(rows: int, pool: FloatArray, rng: np.random.Generator) -> FloatArray:
    return pool[rng.integers(0, len(pool), rows)]


def _mixtures(rows: int, pool: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Points on the line between two complete shots of one product."""
    complete = pool[np.isfinite(pool).all(axis=1)]
    first = _drawn(rows, complete, rng)
    second = np.empty_like(first)
    for number in np.unique(complete[:, PRODUCT]):
        own = first[:, PRODUCT] == number
        second[own] = _drawn(int(own.sum()), complete[complete[:, PRODUCT] == number], rng)
    weight = rng.random((rows, 1))
    return weight * first + (1 - weight) * second


def _within_ranges(rows: int, products: list[Product], rng: np.random.Generator) -> FloatArray:
    """Every signal anywhere in its hard range, on the recording grid, independent of the others."""
    parts = []
    for i, product in enumerate(products):
        count = rows // len(products) + (i < rows % len(products))
        low, high = (np.array([product.hard[n][end] for n in FEATURES]) for end in (0, 1))
        X = rng.uniform(low, high, (count, len(FEATURES)))
        for j, name in enumerate(FEATURES):
            X[:, j] = np.clip(snap(X[:, j], product.resolution[name]), low[j], high[j])
        parts.append(X)
    return np.concatenate(parts)
