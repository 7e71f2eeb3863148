"""Principal variables: the few inputs that say most about all of them, seen product by product.

Signals of two products differ in level and spread, so they are standardised within their product first; otherwise
every direction found in the data is the difference between the products again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import BoolArray, FloatArray, IntArray
from .errors import TrainingError
from .features import PRODUCT

MOST_PRODUCTS = 8
"""More values than this in the product column are taken for a mistake in the file."""

CLIP = 4.0
"""Largest absolute value within a product: an aborted shot must not decide a spread or a correlation."""


@dataclass(frozen=True)
class ProductScale:
    """Level and spread of the scaled inputs in each product of the training rows.

    `products` [p] the scaled product number, ascending; `centre`, `spread` [p, inputs]; `varies` [p, inputs] False
    where an input does not vary within a product (its spread is then 1). The product itself varies nowhere.
    """

    products: FloatArray
    centre: FloatArray
    spread: FloatArray
    varies: BoolArray

    def member(self, scaled: FloatArray) -> IntArray:
        """The index of the nearest known product of each row, [n]."""
        distance = np.abs(scaled[:, PRODUCT, None] - self.products)
        return np.asarray(np.argmin(distance, axis=1), dtype=np.int64)

    def transform(self, scaled: FloatArray) -> FloatArray:
        """Rows standardised within their product, [n, inputs], clipped at +-CLIP; 0 where nothing varies."""
        member = self.member(scaled)
        values = (scaled - self.centre[member]) / self.spread[member]
        return np.clip(np.where(self.varies[member], values, 0.0), -CLIP, CLIP)


def fit_product_scale(scaled: FloatArray) -> ProductScale:
    """Learn level and spread from scaled training rows [n, inputs].

    Raises:
        TrainingError: the product column holds too many different values to be one.
    """
    products, member = np.unique(scaled[:, PRODUCT], return_inverse=True)
    if len(products) > MOST_PRODUCTS:
        raise TrainingError(
            f"the product column holds {len(products)} different values in {len(scaled)} training rows; "
            f"at most {MOST_PRODUCTS} products are expected"
        )
    groups = [scaled[member == p] for p in range(len(products))]
    varies = np.array([group.max(axis=0) > group.min(axis=0) for group in groups])
    spread = np.array([group.std(axis=0) for group in groups])
    return ProductScale(
        products=products,
        centre=np.array([group.mean(axis=0) for group in groups]),
        spread=np.where(varies, spread, 1.0),
        varies=varies,
    )


def principal_variables(values: FloatArray, count: int) -> list[int]:
    """The columns of values [n, columns] that, as regressors, explain most variance of all columns, best first.

    Greedy forward selection of McCabe's principal variables (Technometrics 26, 1984). Fewer than `count` come back when
    the columns have fewer independent directions.
    """
    rest = values - values.mean(axis=0)
    floor = 1e-6 * max(1.0, float((rest**2).sum(axis=0).max()))
    chosen: list[int] = []
    for _ in range(count):
        gram = rest.T @ rest
        own = np.diag(gram)
        gain = np.where(own > floor, (gram**2).sum(axis=0) / np.maximum(own, floor), 0.0)
        best = int(np.argmax(gain))
        if gain[best] <= 0.0:
            break
        chosen.append(best)
        direction = rest[:, best] / np.sqrt(own[best])
        rest = rest - np.outer(direction, direction @ rest)
    return chosen
