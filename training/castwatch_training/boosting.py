"""Gradient boosting by four libraries behind one face: fit, then the log-odds of a defect."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .arrays import FloatArray, IntArray
from .errors import TrainingError
from .recipe import BoostingRecipe


@dataclass(frozen=True)
class Boosting:
    """A fitted boosting; `model` is the library's own estimator."""

    recipe: BoostingRecipe
    model: Any

    def score(self, features: FloatArray) -> FloatArray:
        """Log-odds of a defect, [n], for features [n, features]."""
        values = np.ascontiguousarray(features, dtype=np.float64)
        match self.recipe.library:
            case "sklearn":
                score = self.model.decision_function(values)
            case "xgboost":
                score = self.model.predict(values, output_margin=True)
            case "lightgbm":
                score = self.model.predict(values, raw_score=True)
            case "catboost":
                score = self.model.predict(values, prediction_type="RawFormulaVal")
        return np.asarray(score, dtype=np.float64).reshape(-1)


def fit_boosting(recipe: BoostingRecipe, features: FloatArray, defective: IntArray, seed: int) -> Boosting:
    """Fit on features [n, features] and labels [n] (1 = defective), on one thread so that a seed repeats.

    Raises:
        TrainingError: the labels hold one class only.
    """
    values = np.ascontiguousarray(features, dtype=np.float64)
    labels = np.asarray(defective).astype(np.int64)
    classes = np.unique(labels)
    if not np.array_equal(classes, [0, 1]):
        raise TrainingError(f"the boosting needs good (0) and defective (1) training rows, got only {classes.tolist()}")
    model = _estimator(recipe, seed)
    model.fit(values, labels)
    return Boosting(recipe=recipe, model=model)


def _estimator(recipe: BoostingRecipe, seed: int) -> Any:
    # Each library is imported where it is used: together they take seconds, and a release needs one of them.
    match recipe.library:
        case "sklearn":
            from sklearn.ensemble import GradientBoostingClassifier

            return GradientBoostingClassifier(
                n_estimators=recipe.trees,
                max_depth=recipe.depth,
                learning_rate=recipe.learning_rate,
                subsample=recipe.subsample,
                max_features=recipe.max_features,
                min_samples_leaf=recipe.min_leaf,
                random_state=seed,
            )
        case "xgboost":
            from xgboost import XGBClassifier

            return XGBClassifier(
                n_estimators=recipe.trees,
                max_depth=recipe.depth,
                learning_rate=recipe.learning_rate,
                subsample=recipe.subsample,
                colsample_bylevel=recipe.max_features,
                # XGBoost bounds a leaf's summed hessian p(1-p), about .17 a row at the data's defect rate.
                min_child_weight=0.17 * recipe.min_leaf,
                tree_method="hist",
                n_jobs=1,
                random_state=seed,
            )
        case "lightgbm":
            from lightgbm import LGBMClassifier

            return LGBMClassifier(
                n_estimators=recipe.trees,
                max_depth=recipe.depth,
                num_leaves=min(2**recipe.depth, 4096),
                learning_rate=recipe.learning_rate,
                subsample=recipe.subsample,
                subsample_freq=1 if recipe.subsample < 1 else 0,
                feature_fraction_bynode=recipe.max_features,
                min_child_samples=recipe.min_leaf,
                deterministic=True,
                force_col_wise=True,
                n_jobs=1,
                random_state=seed,
                verbosity=-1,
            )
        case "catboost":
            from catboost import CatBoostClassifier

            return CatBoostClassifier(
                iterations=recipe.trees,
                # Symmetric trees of depth d cost 2^d leaves whatever the data; the library allows at most 16.
                depth=min(recipe.depth, 10),
                learning_rate=recipe.learning_rate,
                bootstrap_type="Bernoulli" if recipe.subsample < 1 else "No",
                subsample=recipe.subsample if recipe.subsample < 1 else None,
                rsm=recipe.max_features,
                min_data_in_leaf=recipe.min_leaf,
                thread_count=1,
                random_seed=seed,
                allow_writing_files=False,
                verbose=False,
            )
