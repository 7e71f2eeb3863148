"""How good predictions are, with intervals from a bootstrap over distinct shots.

Two kinds of probability go in. The *raw* one is the model's own; F1, accuracy, precision and recall call
a shot defective at raw >= 0.5, as the old headline did. The *calibrated* one is what people see; Brier
score and calibration error are about it. `flagged` is the decision at a threshold that was chosen on
training rows; `f1_tuned` is about it. ROC-AUC and PR-AUC rank by the calibrated probability, so that folds
with different calibrations pool as they would in use.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from .arrays import BoolArray, FloatArray, IntArray

Metric = Literal["f1", "f1_tuned", "roc_auc", "pr_auc", "accuracy", "precision", "recall", "brier", "ece"]
METRICS: tuple[Metric, ...] = get_args(Metric)

RESAMPLES = 1000
ECE_BINS = 10
_CHUNK = 250  # resamples held in memory at a time


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % bootstrap interval (percentiles). NaN where a metric is not defined."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Predictions:
    """Out-of-sample predictions of one model for n rows, by s seeds.

    Attributes:
        y: [n] 1 = defective.
        group: [n] distinct shot of each row; rows of one shot are resampled together.
        raw: [s, n] the model's own probability.
        calibrated: [s, n] the probability after Platt scaling.
        flagged: [s, n] decision at a threshold chosen without these rows.
    """

    y: IntArray
    group: IntArray
    raw: FloatArray
    calibrated: FloatArray
    flagged: BoolArray

    def at(self, rows: IntArray | BoolArray) -> "Predictions":
        """The predictions for some of the rows."""
        return Predictions(
            self.y[rows], self.group[rows], self.raw[:, rows], self.calibrated[:, rows], self.flagged[:, rows]
        )


def evaluate(predictions: Predictions, resamples: int = RESAMPLES, seed: int = 0) -> dict[Metric, Estimate]:
    """Every metric, averaged over the seeds, with its interval over the shots."""
    ones = np.ones((1, len(predictions.y)))
    values = _by_metric(predictions, ones)
    drawn = [_by_metric(predictions, w) for w in bootstrap_weights(predictions.group, resamples, seed)]
    return {
        m: _estimate(float(values[m][0]), np.concatenate([d[m] for d in drawn]) if drawn else np.empty(0))
        for m in METRICS
    }


def compare(
    a: Predictions, b: Predictions, metrics: tuple[Metric, ...], resamples: int = RESAMPLES, seed: int = 0
) -> dict[Metric, Estimate]:
    """Paired differences a - b on the same rows: both models meet the same resamples.

    Raises:
        ValueError: the rows differ.
    """
    if not (np.array_equal(a.y, b.y) and np.array_equal(a.group, b.group)):
        raise ValueError("a paired comparison needs the same rows in the same order")
    ones = np.ones((1, len(a.y)))
    value_a, value_b = _by_metric(a, ones, metrics), _by_metric(b, ones, metrics)
    drawn: dict[Metric, list[FloatArray]] = {m: [] for m in metrics}
    for w in bootstrap_weights(a.group, resamples, seed):
        drawn_a, drawn_b = _by_metric(a, w, metrics), _by_metric(b, w, metrics)
        for m in metrics:
            drawn[m].append(drawn_a[m] - drawn_b[m])
    return {m: _estimate(float(value_a[m][0] - value_b[m][0]), np.concatenate(drawn[m])) for m in metrics}


def roc_auc_within(predictions: Predictions, stratum: IntArray, resamples: int = RESAMPLES, seed: int = 0) -> Estimate:
    """ROC-AUC over pairs of rows of the same stratum [n] only, averaged over the seeds.

    With campaigns as strata: what is left of the ranking when knowing the campaign does not help.
    """

    def value(weights: FloatArray) -> FloatArray:
        return np.asarray(np.mean([_auc_within(predictions.y, p, stratum, weights) for p in predictions.calibrated], 0))

    whole = value(np.ones((1, len(predictions.y))))
    drawn = [value(w) for w in bootstrap_weights(predictions.group, resamples, seed)]
    return _estimate(float(whole[0]), np.concatenate(drawn) if drawn else np.empty(0))


def best_f1_threshold(y: IntArray, p: FloatArray) -> float:
    """The threshold with the highest F1 of `p >= threshold`; the highest such threshold on a tie.

    Lies between two neighbouring probabilities, so that rounding decides nothing.
    """
    order = np.argsort(-p, kind="stable")
    sorted_p, hits = p[order], np.cumsum(y[order])
    last = np.append(sorted_p[1:] < sorted_p[:-1], True)  # ends of ties
    f1 = 2 * hits / (np.arange(1, len(y) + 1) + int(y.sum()))
    best = int(np.argmax(np.where(last, f1, -1.0)))
    if best + 1 == len(y):
        return float(sorted_p[best])
    return float((sorted_p[best] + sorted_p[best + 1]) / 2)


def bootstrap_weights(group: IntArray, resamples: int, seed: int) -> Iterator[FloatArray]:
    """Weights [<= 250, n] of resamples that draw whole shots with replacement, in chunks."""
    _, shot = np.unique(group, return_inverse=True)
    shots = int(shot.max()) + 1
    rng = np.random.default_rng(seed)
    for start in range(0, resamples, _CHUNK):
        count = min(_CHUNK, resamples - start)
        drawn = rng.integers(0, shots, (count, shots)) + shots * np.arange(count)[:, None]
        weights = np.bincount(drawn.ravel(), minlength=count * shots).reshape(count, shots)
        yield weights[:, shot].astype(np.float64)


def roc_auc(y: IntArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    """[b] area under the ROC curve for weights [b, n]; ties count half."""
    positive, negative = _tie_sums(y, p, weights)
    below = np.cumsum(negative, axis=1) - negative
    wins = (positive * (below + negative / 2)).sum(axis=1)
    return _ratio(wins, positive.sum(axis=1) * negative.sum(axis=1))


def average_precision(y: IntArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    """[b] area under the precision-recall curve as average precision, for weights [b, n]."""
    positive, negative = (part[:, ::-1] for part in _tie_sums(y, p, weights))
    hits, flagged = np.cumsum(positive, axis=1), np.cumsum(positive + negative, axis=1)
    precision = np.divide(hits, flagged, out=np.zeros_like(hits), where=flagged > 0)
    return _ratio((positive * precision).sum(axis=1), positive.sum(axis=1))


def calibration_error(y: IntArray, p: FloatArray, weights: FloatArray) -> FloatArray:
    """[b] expected calibration error over 10 bins of equal width (Guo et al. 2017), for weights [b, n]."""
    bins = np.minimum((p * ECE_BINS).astype(np.int64), ECE_BINS - 1)
    gap = np.zeros((len(p), ECE_BINS))
    gap[np.arange(len(p)), bins] = y - p
    return _ratio(np.abs(weights @ gap).sum(axis=1), weights.sum(axis=1))


def _by_metric(
    predictions: Predictions, weights: FloatArray, metrics: tuple[Metric, ...] = METRICS
) -> dict[Metric, FloatArray]:
    """[b] per metric: the mean over the seeds."""
    y = predictions.y
    per_seed = [
        {m: _metric(m, y, raw, calibrated, flagged, weights) for m in metrics}
        for raw, calibrated, flagged in zip(predictions.raw, predictions.calibrated, predictions.flagged, strict=True)
    ]
    return {m: np.mean([one[m] for one in per_seed], axis=0) for m in metrics}


def _metric(
    metric: Metric, y: IntArray, raw: FloatArray, calibrated: FloatArray, flagged: BoolArray, weights: FloatArray
) -> FloatArray:
    called = raw >= 0.5
    hit = weights @ (called & (y == 1)).astype(np.float64)
    match metric:
        case "f1":
            return _ratio(2 * hit, weights @ called.astype(np.float64) + weights @ y.astype(np.float64))
        case "f1_tuned":
            found = weights @ (flagged & (y == 1)).astype(np.float64)
            return _ratio(2 * found, weights @ flagged.astype(np.float64) + weights @ y.astype(np.float64))
        case "accuracy":
            return _ratio(weights @ (called == (y == 1)).astype(np.float64), weights.sum(axis=1))
        case "precision":
            return _ratio(hit, weights @ called.astype(np.float64))
        case "recall":
            return _ratio(hit, weights @ y.astype(np.float64))
        case "roc_auc":
            return roc_auc(y, calibrated, weights)
        case "pr_auc":
            return average_precision(y, calibrated, weights)
        case "brier":
            return _ratio(weights @ (calibrated - y) ** 2, weights.sum(axis=1))
        case "ece":
            return calibration_error(y, calibrated, weights)


def _tie_sums(y: IntArray, p: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Weights of defective and of good rows, [b, distinct probabilities], ascending."""
    order = np.argsort(p, kind="stable")
    sorted_p = p[order]
    starts = np.flatnonzero(np.append(True, sorted_p[1:] > sorted_p[:-1]))
    w = weights[:, order]
    positive = np.add.reduceat(w * y[order], starts, axis=1)
    return positive, np.add.reduceat(w, starts, axis=1) - positive


def _auc_within(y: IntArray, p: FloatArray, stratum: IntArray, weights: FloatArray) -> FloatArray:
    wins, pairs = np.zeros(len(weights)), np.zeros(len(weights))
    for one in np.unique(stratum):
        rows = stratum == one
        own = weights[:, rows]
        count = (own @ y[rows].astype(np.float64)) * (own @ (1.0 - y[rows]))
        wins += np.nan_to_num(roc_auc(y[rows], p[rows], own)) * count
        pairs += count
    return _ratio(wins, pairs)


def _ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    return np.divide(top, bottom, out=np.full_like(top, np.nan), where=bottom > 0)


def _estimate(value: float, drawn: FloatArray) -> Estimate:
    drawn = drawn[np.isfinite(drawn)]
    if not len(drawn):
        return Estimate(value, float("nan"), float("nan"))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high))
