"""What needs no model: the yardsticks that every figure stands beside.

Each baseline maps training rows to a probability for each test row; rows are indices into the data set.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

from .arrays import FloatArray, IntArray
from .dataset import Dataset

BaselineName = Literal["twin_lookup", "campaign_table", "all_defective"]
Baseline = Callable[[Dataset, IntArray, IntArray], FloatArray]


def twin_lookup(data: Dataset, train: IntArray, test: IntArray) -> FloatArray:
    """The share of defective rows among the training rows with exactly the same 30 inputs, else the base rate.

    Measures memory alone: it knows nothing about a shot that it has not met.
    """
    return _table(data.group[train], data.y[train], data.group[test])


def campaign_table(data: Dataset, train: IntArray, test: IntArray) -> FloatArray:
    """The defect rate of the row's campaign in training; the base rate for a campaign that is not there.

    Measures how much of a ranking is only "which campaign is this?".
    """
    return _table(data.campaign[train], data.y[train], data.campaign[test])


def all_defective(_data: Dataset, _train: IntArray, test: IntArray) -> FloatArray:
    """Calls every shot defective: the F1 that costs nothing."""
    return np.ones(len(test))


BASELINES: dict[BaselineName, Baseline] = {
    "twin_lookup": twin_lookup,
    "campaign_table": campaign_table,
    "all_defective": all_defective,
}


def _table(keys: IntArray, y: IntArray, asked: IntArray) -> FloatArray:
    known, inverse = np.unique(keys, return_inverse=True)
    rate = np.bincount(inverse, weights=y) / np.bincount(inverse)
    at = np.minimum(np.searchsorted(known, asked), len(known) - 1)
    found: FloatArray = np.where(known[at] == asked, rate[at], y.mean())
    return found
