"""From out-of-fold scores to `calibration.json`: Platt, thresholds, conformal quantiles, reliability.

All of it is measured on scores of shots that the scoring model had not seen (grouped folds of distinct shots), so
the figures beside a threshold are what a new shot of the same runs may expect.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy.special import expit
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression

from castwatch_training.arrays import FloatArray, IntArray
from castwatch_training.bundle_schema import (
    BudgetPolicy,
    Calibration,
    Conformal,
    Coverage,
    LineMemory,
    Platt,
    ReliabilityBin,
    ThresholdRow,
)
from castwatch_training.errors import TrainingError
from castwatch_training.judge import conformal_p_values

BUDGET = 0.15
"""The default policy's share of flagged shots."""
LEVELS = tuple(k / 100 for k in range(101))
COVERAGE_LEVELS = (0.8, 0.9)
TABLE_STEP = 0.005
RELIABILITY_BINS = 16


@dataclass(frozen=True)
class OutOfFold:
    """Log-odds [n] of distinct shots by models that had not seen them, labels [n] and fold numbers [n]."""

    score: FloatArray
    defective: IntArray
    fold: IntArray


def calibrate(oof: OutOfFold, memory: LineMemory) -> Calibration:
    """`calibration.json`. `memory`: the constants that the past campaigns give the line memory (`online.derive`).

    Raises `TrainingError` when the out-of-fold shots do not hold both classes in every fold.
    """
    for fold in np.unique(oof.fold):
        if len(np.unique(oof.defective[oof.fold != fold])) < 2:
            raise TrainingError(f"calibration: the shots outside fold {fold} hold one class only")
    platt = fit_platt(oof.score, oof.defective)
    probability = apply_platt(platt, oof.score)
    return Calibration.model_validate(
        {
            "schema": 1,
            "protocol": "grouped",
            "samples": len(oof.score),
            "defects": int(oof.defective.sum()),
            "platt": platt,
            "thresholds": threshold_table(probability, oof.defective),
            "default_policy": BudgetPolicy(kind="budget", flagged=BUDGET),
            "conformal": conformal(probability, oof),
            "reliability": reliability(probability, oof.defective),
            "line_memory": memory,
        }
    )


def fit_platt(score: FloatArray, defective: IntArray) -> Platt:
    """Platt scaling (1999): an unregularised logistic regression of the label on the score."""
    model = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(score.reshape(-1, 1), defective)
    return Platt(a=float(model.coef_[0, 0]), b=float(model.intercept_[0]))


def apply_platt(platt: Platt, score: FloatArray) -> FloatArray:
    """Calibrated probabilities [n]."""
    return np.asarray(expit(platt.a * score + platt.b), dtype=np.float64)


def threshold_table(probability: FloatArray, defective: IntArray) -> list[ThresholdRow]:
    """One row for each half per cent of flagged shots, from all flagged to none.

    A threshold lies midway between the last shot it flags and the first it does not, so the shares it promises do
    not hang on a tie. Where shots tie, the row that flags fewer is kept.
    """
    n = len(probability)
    order = np.sort(probability)[::-1]
    thresholds = {0.0, 1.0}
    for k in np.unique(np.floor(np.arange(TABLE_STEP, 1, TABLE_STEP) * n + 1e-9).astype(int)):
        if 0 < k < n and order[k - 1] > order[k]:
            thresholds.add(_between(float(order[k]), float(order[k - 1])))
    return [_threshold_row(t, probability, defective) for t in sorted(thresholds)]


def _between(low: float, high: float) -> float:
    """A short number above `low` and not above `high`, near their middle."""
    middle = (low + high) / 2
    for digits in range(4, 17):
        short = round(middle, digits)
        if low < short <= high:
            return short
    return high


def _threshold_row(threshold: float, probability: FloatArray, defective: IntArray) -> ThresholdRow:
    n = len(probability)
    flagged = probability >= threshold
    hits = int(np.count_nonzero(flagged & (defective == 1)))
    alarms = int(np.count_nonzero(flagged)) - hits
    misses = int(defective.sum()) - hits
    return ThresholdRow(
        threshold=threshold,
        flagged=(hits + alarms) / n,
        precision=hits / (hits + alarms) if hits + alarms else None,
        recall=hits / (hits + misses),
        f1=2 * hits / (2 * hits + alarms + misses),
        false_alarms=alarms / n,
        misses=misses / n,
    )


def conformal(probability: FloatArray, oof: OutOfFold) -> Conformal:
    """Class-conditional (Mondrian) conformal quantiles, with the coverage measured on folds left out of them."""
    normal, defect = _quantiles(probability, oof.defective)
    hits: dict[float, list[tuple[int, bool, bool]]] = {level: [] for level in COVERAGE_LEVELS}
    for fold in np.unique(oof.fold):
        test = oof.fold == fold
        rest = Conformal(
            levels=list(LEVELS),
            coverage=[],
            **dict(zip(("normal", "defect"), _quantiles(probability[~test], oof.defective[~test]), strict=True)),
        )
        for p, label in zip(probability[test], oof.defective[test], strict=True):
            in_normal, in_defect = conformal_p_values(float(p), rest)
            for level in COVERAGE_LEVELS:
                alpha = round(1 - level, 9)
                hits[level].append((int(label), in_normal > alpha, in_defect > alpha))
    return Conformal(
        levels=list(LEVELS),
        normal=normal,
        defect=defect,
        coverage=[_coverage(level, hits[level]) for level in COVERAGE_LEVELS],
    )


def _quantiles(probability: FloatArray, defective: IntArray) -> tuple[list[float], list[float]]:
    return (
        conformal_quantiles(probability[defective == 0]),
        conformal_quantiles(1 - probability[defective == 1]),
    )


def conformal_quantiles(non_conformity: FloatArray) -> list[float]:
    """The non-conformity at each level, finite-sample corrected: the ceil((n + 1) level)-th smallest value.

    Level 0 is 0 and a level that n shots cannot reach is 1, the least and the most that a probability allows.
    """
    ordered = np.sort(non_conformity)
    n = len(ordered)
    ranks = [int(np.ceil(round((n + 1) * level, 9))) for level in LEVELS]
    return [0.0 if r == 0 else 1.0 if r > n else float(ordered[r - 1]) for r in ranks]


def _coverage(level: float, hits: list[tuple[int, bool, bool]]) -> Coverage:
    rows = np.array(hits, dtype=np.int64)
    label, normal, defect = rows[:, 0], rows[:, 1], rows[:, 2]
    return Coverage(
        level=level,
        normal=float(normal[label == 0].mean()),
        defect=float(defect[label == 1].mean()),
        single=float((normal + defect == 1).mean()),
    )


def reliability(probability: FloatArray, defective: IntArray) -> list[ReliabilityBin]:
    """Shots in bins of equal count by probability, covering [0, 1]: how many of each were really defective."""
    inner = np.quantile(probability, np.linspace(0, 1, RELIABILITY_BINS + 1)[1:-1])
    edges = [0.0, *sorted({round(float(edge), 4) for edge in inner} - {0.0, 1.0}), 1.0]
    bins = []
    for low, high in pairwise(edges):
        inside = (probability >= low) & ((probability < high) | (high == 1.0))
        shots, bad = int(np.count_nonzero(inside)), int(defective[inside].sum())
        if shots == 0:
            continue
        interval = binomtest(bad, shots).proportion_ci(0.95, method="wilson")
        bins.append(
            ReliabilityBin.model_validate(
                {
                    "from": low,
                    "to": high,
                    "shots": shots,
                    "mean_probability": float(probability[inside].mean()),
                    "defective": bad / shots,
                    "low": float(interval.low),
                    "high": float(interval.high),
                }
            )
        )
    return bins
