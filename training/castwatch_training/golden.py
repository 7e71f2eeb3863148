"""`golden.json`: made-up shots with every intermediate value, which the app recomputes before it uses a bundle.

Four kinds, because each finds another mistake: typical shots, shots that stand exactly on a split's threshold or one
float32 above it, shots at and far beyond the ranges or of an unknown product, shots with missing values.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle_schema import INPUTS, Golden, GoldenRow, Product, Reference, Scaler
from castwatch_training.features import FEATURES, PRODUCT
from castwatch_training.forest import Forest
from castwatch_training.generator import sample_shots
from castwatch_training.inference import Inference, Outputs, scale

Kind = Literal["typical", "threshold", "range", "missing"]
COUNTS: dict[Kind, int] = {"typical": 128, "threshold": 64, "range": 40, "missing": 24}
EXTREMES = (1e9, -1e9, 0.0, 1e-9)
_SPLITS_A_ROW = 2


def build_golden(
    inference: Inference, scaler: Scaler, forest: Forest, reference: Reference, avoid: FloatArray, seed: int
) -> Golden:
    """Draw the rows and run them. No row equals a row of `avoid` [n, 30]."""
    rng = np.random.default_rng(seed)
    products = list(reference.products.values())
    kinds = [kind for kind, count in COUNTS.items() for _ in range(count)]
    X = np.concatenate(
        [
            spread(products, COUNTS["typical"], rng, avoid),
            on_thresholds(spread(products, COUNTS["threshold"], rng, avoid), scaler, forest, rng),
            at_ranges(spread(products, COUNTS["range"], rng, avoid), products, rng),
            with_gaps(spread(products, COUNTS["missing"], rng, avoid), rng),
        ]
    )
    rows = golden_rows(kinds, X, inference.run(X))
    return Golden.model_validate({"schema": 1, "seed": seed, "rows": rows})


def golden_rows(kinds: list[Kind], X: FloatArray, out: Outputs) -> list[GoldenRow]:
    """Inputs and outputs side by side."""
    return [
        GoldenRow(
            kind=kind,
            input=[None if np.isnan(v) else float(v) for v in X[i]],
            scaled=out.scaled[i].tolist(),
            latent=out.latent[i].tolist(),
            spe=float(out.spe[i]),
            t2=None if np.isnan(out.t2[i]) else float(out.t2[i]),
            score=float(out.score[i]),
            probability=float(out.probability[i]),
            calibrated=float(out.calibrated[i]),
        )
        for i, kind in enumerate(kinds)
    ]


def inputs_of(golden: Golden) -> FloatArray:
    """The rows' inputs [n, 30], NaN = missing."""
    return np.array([[np.nan if v is None else v for v in row.input] for row in golden.rows])


def spread(products: list[Product], rows: int, rng: np.random.Generator, avoid: FloatArray | None = None) -> FloatArray:
    """Typical shots [rows, 30], divided evenly among the products."""
    share = [rows // len(products) + (i < rows % len(products)) for i in range(len(products))]
    return np.concatenate([sample_shots(p, n, rng, avoid) for p, n in zip(products, share, strict=True)])


def on_thresholds(X: FloatArray, scaler: Scaler, forest: Forest, rng: np.random.Generator) -> FloatArray:
    """Move two signals of each row onto the threshold of a split, alternately just left and just right of it."""
    X = X.copy()
    splits = np.flatnonzero((forest.feature >= 0) & (forest.feature < INPUTS))
    for i in range(len(X)):
        moved = 0
        # Close to a signal's mean float32 is finer than the doubles of its raw values: such a split cannot be stood on.
        for node in rng.permutation(splits):
            feature, threshold = int(forest.feature[node]), float(forest.value[node])
            value = raw_at(scaler, feature, threshold, above=i % 2 == 1)
            if _scaled(scaler, feature, value) != _beside(threshold, above=i % 2 == 1):
                continue
            X[i, feature] = value
            moved += 1
            if moved == _SPLITS_A_ROW:
                break
    return X


def raw_at(scaler: Scaler, feature: int, threshold: float, *, above: bool) -> float:
    """A raw value that scales to the last float32 left of a threshold, or (`above`) the first one right of it.

    Where no double scales to exactly that float32 (a threshold beyond the clip), the nearest one is returned.
    """
    target = _beside(threshold, above=above)
    value = float(target) * scaler.scale[feature] + scaler.mean[feature]
    for _ in range(8):
        reached = _scaled(scaler, feature, value)
        if reached == target:
            break
        value = float(np.nextafter(value, np.inf if reached < target else -np.inf))
    return value


def _beside(threshold: float, *, above: bool) -> np.float32:
    """The last float32 left of a threshold, or the first one right of it."""
    left = np.float32(threshold)
    # Both as doubles: beside a float32, numpy would round a Python float to float32 first and find them equal.
    if float(left) > threshold:
        left = np.nextafter(left, np.float32(-np.inf))
    return np.nextafter(left, np.float32(np.inf)) if above else left


def _scaled(scaler: Scaler, feature: int, value: float) -> np.float32:
    """What the trees compare for one signal's raw value."""
    row = np.array(scaler.mean)[None, :]
    row[0, feature] = value
    return np.float32(scale(scaler, row)[0, feature])


def at_ranges(X: FloatArray, products: list[Product], rng: np.random.Generator) -> FloatArray:
    """Put one or two signals of each row on an end of the hard range, a step beyond it, or at an extreme.

    Every eighth row is of a product that does not exist.
    """
    X = X.copy()
    of_number = {product.golden_shot[PRODUCT]: product for product in products}
    for i in range(len(X)):
        product = of_number[X[i, PRODUCT]]
        for feature in rng.choice(np.arange(1, INPUTS), 1 + i % 2, replace=False):
            low, high = product.hard[FEATURES[feature]]
            step = product.resolution[FEATURES[feature]]
            X[i, feature] = rng.choice([low, high, low - step, high + step, *EXTREMES])
        if i % 8 == 7:
            X[i, PRODUCT] = rng.choice([0.0, 3.0, 1.5, -1.0])
    return X


def with_gaps(X: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Take one to six values out of each row, the product among them; the last row has no value at all."""
    X = X.copy()
    for i in range(len(X)):
        X[i, rng.choice(INPUTS, 1 + i % 6, replace=False)] = np.nan
    if len(X) > 1:
        X[-2, PRODUCT] = np.nan
    X[-1] = np.nan
    return X
