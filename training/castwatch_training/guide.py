"""The guide: a logistic regression per product whose log-odds become one latent of the autoencoder.

It is nearly linear, so it carries what drifts smoothly and holds outside the training stretch, where trees only repeat
their outermost leaf.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from threadpoolctl import threadpool_limits

from .arrays import FloatArray, IntArray
from .principal import ProductScale

FOLDS = 5


@dataclass(frozen=True)
class Guide:
    """Log-odds of product p: `intercept[p] + weight[p] @ values`; `weight` [p, inputs], `intercept` [p]."""

    weight: FloatArray
    intercept: FloatArray

    def log_odds(self, values: FloatArray, member: IntArray) -> FloatArray:
        """Log-odds [n] of rows standardised within their product [n, inputs], whose product is `member` [n]."""
        return np.asarray(self.intercept[member] + (self.weight[member] * values).sum(axis=1))


def fit_guide(scale: ProductScale, scaled: FloatArray, defective: IntArray, penalty: float) -> Guide:
    """Fit on scaled training rows [n, inputs] and labels [n]; both classes must occur.

    The products share one ridge-penalised weight a signal and add their own, so that a signal that acts alike in both
    is learned from both, and a product with few defects leans on the others.
    """
    values, member = scale.transform(scaled), scale.member(scaled)
    products, inputs = scale.centre.shape
    with threadpool_limits(1):
        model = LogisticRegression(C=1.0 / penalty, max_iter=5000, tol=1e-8)
        model.fit(_design(values, member, products), defective)
    coefficient = model.coef_[0]
    shared, own = coefficient[:inputs], coefficient[inputs:-products].reshape(products, inputs)
    return Guide(
        weight=np.where(scale.varies, shared + own, 0.0),
        intercept=model.intercept_[0] + coefficient[-products:],
    )


def out_of_fold_log_odds(
    scale: ProductScale, scaled: FloatArray, defective: IntArray, penalty: float, seed: int
) -> FloatArray:
    """The guide's log-odds [n] of each training row by a guide that has not seen that row, nor a twin of it.

    A boosting fitted on in-sample log-odds trusts them more than new shots justify (stacked generalisation: Wolpert,
    Neural Networks 5, 1992). Where a class has too few distinct rows for folds, the in-sample values are returned.
    """
    shots = np.unique(scaled, axis=0, return_inverse=True)[1].reshape(-1)
    fewest = min(len(np.unique(shots[defective == label])) for label in (0, 1))
    values, member = scale.transform(scaled), scale.member(scaled)
    if fewest < FOLDS:
        return fit_guide(scale, scaled, defective, penalty).log_odds(values, member)
    result = np.empty(len(scaled))
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    for fit, held in folds.split(scaled, defective, shots):
        guide = fit_guide(scale, scaled[fit], defective[fit], penalty)
        result[held] = guide.log_odds(values[held], member[held])
    return result


def _design(values: FloatArray, member: IntArray, products: int) -> FloatArray:
    belongs = (member[:, None] == np.arange(products)).astype(np.float64)
    own = (belongs[:, :, None] * values[:, None, :]).reshape(len(values), -1)
    return np.hstack([values, own, belongs])
