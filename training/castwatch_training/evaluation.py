"""Scores a recipe under a protocol: fit on the training rows, choose everything else inside them, score the test rows.

For each fold, the Platt coefficients and the F1 threshold come from inner folds of the training rows (grouped by
shot, so that a twin never straddles them). The autoencoder depends only on the training rows, its own recipe and the
seed, so recipes that differ in features or boosting share it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import expit

from .arrays import BoolArray, FloatArray, IntArray
from .autoencoder import Autoencoder
from .baselines import Baseline
from .calibration import apply_platt, fit_platt
from .dataset import Dataset
from .metrics import Predictions, best_f1_threshold
from .pipeline import FittedPipeline, fit
from .protocols import LEGACY_SEED, Protocol, Split, inner_folds, splits
from .recipe import Recipe

INNER_FOLDS = 3
"""Inner folds per fold, for the calibration and the threshold of an evaluation."""

THRESHOLD_RULE = "best F1 on inner folds of the training rows"
"""What `f1_tuned` uses, for tables."""


@dataclass(frozen=True)
class FoldScores:
    """One fitted recipe on one fold's test rows.

    Attributes:
        score: [test rows] log-odds of a defect, not calibrated.
        platt_a, platt_b: calibration from the inner folds.
        threshold: on the calibrated probability, from the inner folds.
    """

    score: FloatArray
    platt_a: float
    platt_b: float
    threshold: float

    @property
    def raw(self) -> FloatArray:
        """[test rows] the model's own probability."""
        p: FloatArray = expit(self.score)
        return p

    @property
    def calibrated(self) -> FloatArray:
        """[test rows] the probability after Platt scaling."""
        p: FloatArray = expit(self.platt_a * self.score + self.platt_b)
        return p

    @property
    def flagged(self) -> BoolArray:
        """[test rows] the decision at the chosen threshold."""
        return np.asarray(self.calibrated >= self.threshold)


Fit = Callable[[Recipe, IntArray], FittedPipeline]
"""Fits a recipe on training rows (indices into the data set)."""


class _Shared(Autoencoder):
    """An autoencoder that several fits on the same rows share; the training latents are worked out once."""

    def training_latent(self, scaled: FloatArray, defective: IntArray, seed: int) -> FloatArray:
        """As `Autoencoder.training_latent`; every call is about the same rows and seed."""
        kept: FloatArray | None = self.__dict__.get("kept")
        if kept is None:
            kept = super().training_latent(scaled, defective, seed)
            self.__dict__["kept"] = kept
        return kept


def fitter(data: Dataset, seed: int) -> Fit:
    """A `Fit` that trains an autoencoder once per (its recipe, clip, training rows) and shares it."""
    trained: dict[object, Autoencoder] = {}

    def fit_rows(recipe: Recipe, rows: IntArray) -> FittedPipeline:
        key = (recipe.autoencoder, recipe.clip, rows.tobytes())
        model = fit(
            recipe,
            data.X[rows],
            data.y[rows],
            groups=data.campaign[rows],
            seed=seed,
            autoencoder=trained.get(key),
        )
        if key not in trained:
            trained[key] = _Shared(**{f.name: getattr(model.autoencoder, f.name) for f in fields(Autoencoder)})
        return model

    return fit_rows


def score_fold(data: Dataset, split: Split, recipe: Recipe, seed: int, fit_rows: Fit) -> FoldScores:
    """Fit on the training rows, calibrate and choose the threshold inside them, score the test rows."""
    held_score, held_y = [], []
    for fitted, held in inner_folds(data, split.train, INNER_FOLDS, seed):
        held_score.append(fit_rows(recipe, fitted).score(data.X[held]))
        held_y.append(data.y[held])
    score, y = np.concatenate(held_score), np.concatenate(held_y)
    platt = fit_platt(score, y)
    threshold = best_f1_threshold(y, apply_platt(platt, score))
    return FoldScores(fit_rows(recipe, split.train).score(data.X[split.test]), platt.a, platt.b, threshold)


def baseline_fold(data: Dataset, split: Split, baseline: Baseline, seed: int) -> tuple[FloatArray, float]:
    """A baseline's probabilities [test rows] and its F1 threshold, chosen inside the training rows."""
    held_p, held_y = [], []
    for fitted, held in inner_folds(data, split.train, INNER_FOLDS, seed):
        held_p.append(baseline(data, fitted, held))
        held_y.append(data.y[held])
    threshold = best_f1_threshold(np.concatenate(held_y), np.concatenate(held_p))
    return baseline(data, split.train, split.test), threshold


def pool(data: Dataset, runs: Sequence[tuple[Sequence[Split], Sequence[FoldScores]]]) -> Predictions:
    """The folds of each run (one run a seed) as one set of predictions; every run must test the same rows."""
    return _pool(data, [(folds, [(f.raw, f.calibrated, f.flagged) for f in scores]) for folds, scores in runs])


def evaluate_recipe(
    data: Dataset,
    recipe: Recipe,
    protocol: Protocol,
    seeds: Sequence[int],
    progress: Callable[[], None] = lambda: None,
) -> Predictions:
    """A recipe under a protocol, in this process; `progress` is called after each fold."""
    runs = []
    for seed in seeds:
        folds = splits(protocol, data, split_seed(protocol, seed))
        scores = []
        for split in folds:
            scores.append(score_fold(data, split, recipe, seed, fitter(data, seed)))
            progress()
        runs.append((folds, scores))
    return pool(data, runs)


def evaluate_baseline(data: Dataset, baseline: Baseline, protocol: Protocol, seeds: Sequence[int]) -> Predictions:
    """A baseline under a protocol; its probabilities are frequencies already and are not calibrated again."""
    runs = []
    for seed in seeds:
        folds = splits(protocol, data, split_seed(protocol, seed))
        columns = []
        for split in folds:
            p, threshold = baseline_fold(data, split, baseline, seed)
            columns.append((p, p, np.asarray(p >= threshold)))
        runs.append((folds, columns))
    return _pool(data, runs)


def split_seed(protocol: Protocol, seed: int) -> int:
    """The legacy split stays the old headline's; the grouped folds are drawn anew for each seed."""
    return LEGACY_SEED if protocol == "legacy" else seed


Columns = tuple[FloatArray, FloatArray, BoolArray]
"""Raw probability, calibrated probability and decision of one fold's test rows."""


def _pool(data: Dataset, runs: Sequence[tuple[Sequence[Split], Sequence[Columns]]]) -> Predictions:
    ordered: list[tuple[IntArray, Columns]] = []
    for folds, columns in runs:
        rows = np.concatenate([split.test for split in folds])
        order = np.argsort(rows, kind="stable")
        raw = np.concatenate([c[0] for c in columns])[order]
        calibrated = np.concatenate([c[1] for c in columns])[order]
        flagged = np.concatenate([c[2] for c in columns])[order]
        ordered.append((rows[order], (raw, calibrated, flagged)))
    rows = ordered[0][0]
    if not all(np.array_equal(rows, other) for other, _ in ordered):
        raise ValueError("runs that test different rows cannot be pooled")
    return Predictions(
        y=data.y[rows],
        group=data.group[rows],
        raw=np.stack([c[0] for _, c in ordered]),
        calibrated=np.stack([c[1] for _, c in ordered]),
        flagged=np.stack([c[2] for _, c in ordered]),
    )
