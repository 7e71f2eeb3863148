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
SEED = 20_000
"""Of the proofs' rows."""
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
    """Points strictly between two different complete shots of one product."""
    distinct = np.unique(pool[np.isfinite(pool).all(axis=1)], axis=0)
    first = rng.integers(0, len(distinct), rows)
    second = np.empty_like(first)
    for number in np.unique(distinct[:, PRODUCT]):
        own = np.flatnonzero(distinct[:, PRODUCT] == number)
        asked = distinct[first, PRODUCT] == number
        step = rng.integers(1, max(2, len(own)), int(asked.sum()))
        second[asked] = own[(np.searchsorted(own, first[asked]) + step) % len(own)]
    weight = rng.uniform(0.05, 0.95, (rows, 1))
    return weight * distinct[first] + (1 - weight) * distinct[second]


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
