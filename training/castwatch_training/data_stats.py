"""What the data report states, as numbers; every function works on distinct shots unless it says rows."""

from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from .arrays import BoolArray, FloatArray, IntArray
from .dataset import Dataset
from .features import CAVITIES, DEFECT_TYPES, FEATURES, N_FEATURES, PRODUCT, SHOT

F = {name: i for i, name in enumerate(FEATURES)}
EXTREME = 8.0
"""Robust z-score (median, MAD) from which a value counts as extreme."""
LONG_CYCLE = 1.5
"""A cycle longer than this many medians of its product holds a stop."""


@dataclass(frozen=True)
class Campaign:
    """One campaign. `low`, `high`: Wilson 95 % interval of the defect rate over distinct shots."""

    number: int
    product: int
    runs: int
    rows: int
    shots: int
    first_shot: int
    last_shot: int
    defective: int
    rate: float
    low: float
    high: float
    incomplete_rows: int


@dataclass(frozen=True)
class Signal:
    """One input in one product. `quantiles`: .5, 5, 50, 95, 99.5 %. `autocorrelation`: lag 1 inside runs, or None."""

    name: str
    product: int
    missing: int
    values: int
    minimum: float
    quantiles: tuple[float, ...]
    maximum: float
    resolution: float
    autocorrelation: float | None
    extreme: int


@dataclass(frozen=True)
class StoredLimit:
    """A stored Min/Max pair against its readings."""

    name: str
    low: float
    high: float
    smallest: float
    largest: float
    outside: float


@dataclass(frozen=True)
class Coupling:
    """`target = factor x source` in one product: largest deviation, in the target's unit."""

    product: int
    factor: float
    largest_error: float


QUANTILES = (0.005, 0.05, 0.5, 0.95, 0.995)


def campaigns(data: Dataset) -> list[Campaign]:
    """One line a campaign, in the order of production."""
    first = ~data.repeated
    result = []
    for c in np.unique(data.campaign):
        rows = data.campaign == c
        shots = rows & first
        n, bad = int(shots.sum()), int(data.y[shots].sum())
        interval = binomtest(bad, n).proportion_ci(method="wilson")
        result.append(
            Campaign(
                number=int(c) + 1,
                product=int(data.product[rows][0]),
                runs=len(np.unique(data.run[rows])),
                rows=int(rows.sum()),
                shots=n,
                first_shot=int(data.X[rows, SHOT].min()),
                last_shot=int(data.X[rows, SHOT].max()),
                defective=bad,
                rate=bad / n,
                low=float(interval.low),
                high=float(interval.high),
                incomplete_rows=int(np.isnan(data.X[rows]).any(axis=1).sum()),
            )
        )
    return result


def signals(data: Dataset) -> list[Signal]:
    """One entry per product and varying input."""
    shots = data.distinct
    varying = [i for i in range(N_FEATURES) if i not in (PRODUCT, *constants(data))]
    result = []
    for product in np.unique(data.product):
        own = shots[data.product[shots] == product]
        for i in varying:
            column = data.X[own, i]
            values = column[np.isfinite(column)]
            result.append(
                Signal(
                    name=FEATURES[i],
                    product=int(product),
                    missing=len(column) - len(values),
                    values=len(np.unique(values)),
                    minimum=float(values.min()),
                    quantiles=tuple(np.quantile(values, QUANTILES).tolist()),
                    maximum=float(values.max()),
                    resolution=resolution(values),
                    autocorrelation=autocorrelation(column, data.run[own], 1),
                    extreme=int(extreme(values).sum()),
                )
            )
    return result


def constants(data: Dataset) -> list[int]:
    """Indices of the inputs that never vary."""
    return [i for i in range(N_FEATURES) if np.nanmin(data.X[:, i]) == np.nanmax(data.X[:, i])]


def stored_limits(data: Dataset) -> list[StoredLimit]:
    """Every stored Min/Max pair, with the share of the shots whose reading lies outside."""
    X = data.X[data.distinct]
    result = []
    for name in FEATURES:
        if f"{name}_Min" not in F:
            continue
        values, low, high = X[:, F[name]], X[:, F[f"{name}_Min"]], X[:, F[f"{name}_Max"]]
        known = np.isfinite(values) & np.isfinite(low) & np.isfinite(high)
        outside = (values[known] < low[known]) | (values[known] > high[known])
        result.append(
            StoredLimit(
                name=name,
                low=float(np.nanmedian(low)),
                high=float(np.nanmedian(high)),
                smallest=float(np.nanmin(values)),
                largest=float(np.nanmax(values)),
                outside=float(outside.mean()),
            )
        )
    return result


def couplings(data: Dataset) -> list[Coupling]:
    """Casting pressure as a multiple of cylinder pressure, per product (least squares through the origin)."""
    X = data.X[data.distinct]
    result = []
    for product in np.unique(X[:, PRODUCT]):
        own = X[X[:, PRODUCT] == product]
        source, target = own[:, F["Process_Cylinder_Pressure"]], own[:, F["Process_Casting_Pressure"]]
        factor = float(np.nansum(source * target) / np.nansum(source**2))
        result.append(Coupling(int(product), factor, float(np.nanmax(np.abs(target - factor * source)))))
    return result


def defect_counts(data: Dataset) -> IntArray:
    """[13 types, products, 3] distinct shots with the defect in either cavity, in cavity 1, in cavity 2."""
    shots = data.distinct
    marked = (data.defects[shots] > 0).reshape(len(shots), len(CAVITIES), len(DEFECT_TYPES))
    counts = []
    for product in np.unique(data.product):
        own = marked[data.product[shots] == product]
        counts.append([own.any(axis=1).sum(axis=0), own[:, 0].sum(axis=0), own[:, 1].sum(axis=0)])
    return np.array(counts, dtype=np.int64).transpose(2, 0, 1)


def aborted(data: Dataset) -> IntArray:
    """Row indices of distinct shots with no fast phase (fast speed below half of the product's median)."""
    shots = data.distinct
    speed = data.X[shots, F["Process_High_Velocity"]]
    few: IntArray = shots[speed < 0.5 * _product_median(data, shots, speed)]
    return few


def long_cycles(data: Dataset) -> IntArray:
    """Row indices of distinct shots whose cycle holds a stop."""
    shots = data.distinct
    cycle = data.X[shots, F["Process_Cycle_Time"]]
    few: IntArray = shots[cycle > LONG_CYCLE * _product_median(data, shots, cycle)]
    return few


def resolution(values: FloatArray) -> float:
    """The recording step: the largest step of which all differences are multiples, to a ten-thousandth."""
    whole = np.unique(np.round(values * 10_000).astype(np.int64))
    return float(np.gcd.reduce(np.diff(whole)) / 10_000) if len(whole) > 1 else 0.0


def extreme(values: FloatArray) -> BoolArray:
    """Values further than `EXTREME` robust standard deviations from the median (none where the MAD is 0)."""
    deviation = np.abs(values - np.median(values))
    scale = 1.4826 * float(np.median(deviation))
    return deviation > EXTREME * scale if scale > 0 else np.zeros(len(values), dtype=np.bool_)


def autocorrelation(values: FloatArray, run: IntArray, lag: int) -> float | None:
    """Correlation of a value with the one `lag` shots before it in the same run, both about their run's mean."""
    centred = values.astype(np.float64)
    for r in np.unique(run):
        own = run == r
        if np.isfinite(centred[own]).any():
            centred[own] -= np.nanmean(centred[own])
    now, before = centred[lag:], centred[:-lag]
    pair = (run[lag:] == run[:-lag]) & np.isfinite(now) & np.isfinite(before)
    now, before = now[pair], before[pair]
    power = float(np.sqrt((now**2).sum() * (before**2).sum()))
    return float((now * before).sum() / power) if power > 0 else None


def correlations(data: Dataset, product: int) -> tuple[list[str], FloatArray]:
    """Spearman correlations of the varying inputs in one product, shot number included: names and matrix."""
    own = data.distinct[data.product[data.distinct] == product]
    X = data.X[own]
    keep = [i for i in range(N_FEATURES) if np.nanmin(X[:, i]) < np.nanmax(X[:, i])]
    complete = X[np.isfinite(X).all(axis=1)][:, keep]
    ranks = np.stack([_ranks(column) for column in complete.T])
    return [FEATURES[i] for i in keep], np.asarray(np.corrcoef(ranks))


def twin_share_of_random_test_rows(data: Dataset, test_share: float) -> float:
    """Expected share of the test rows of a random row split that have a twin among the training rows."""
    size = np.bincount(data.group)[data.group]
    return float(np.mean(1 - test_share ** (size - 1)))


def _product_median(data: Dataset, shots: IntArray, values: FloatArray) -> FloatArray:
    median = np.empty(len(shots))
    for product in np.unique(data.product):
        own = data.product[shots] == product
        median[own] = np.nanmedian(values[own])
    return median


def _ranks(values: FloatArray) -> FloatArray:
    _, inverse, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(count) - (count - 1) / 2)[inverse]
    return ranks
