from collections import Counter

import numpy as np
import pytest

from castwatch_training.bundle import Bundle
from castwatch_training.dataset import Dataset
from castwatch_training.features import FEATURES, PRODUCT
from castwatch_training.generator import rows_as_keys
from castwatch_training.golden import COUNTS, inputs_of, raw_at
from castwatch_training.inference import scale
from castwatch_training.pipeline import FittedPipeline


def rows_of(bundle: Bundle, kind: str) -> np.ndarray:
    return inputs_of(bundle.golden)[[row.kind == kind for row in bundle.golden.rows]]


def test_all_four_kinds_are_there(bundle: Bundle) -> None:
    assert Counter(row.kind for row in bundle.golden.rows) == COUNTS
    assert len(bundle.golden.rows) >= 256


def test_every_value_is_what_training_computes(bundle: Bundle, fitted: FittedPipeline) -> None:
    """Against scikit-learn and PyTorch, not against the run-time that wrote the file."""
    X = inputs_of(bundle.golden)
    for name, values in (("scaled", fitted.scaled(X)), ("latent", fitted.latent(X)), ("score", fitted.score(X))):
        np.testing.assert_allclose([getattr(row, name) for row in bundle.golden.rows], values, rtol=0, atol=1e-12)


def test_threshold_rows_stand_on_thresholds(bundle: Bundle) -> None:
    """Of each row at least one signal is, as float32, the last value left of a split or the first one right of it."""
    forest = bundle.forest
    edges: dict[int, set[float]] = {}
    for node in np.flatnonzero((forest.feature >= 0) & (forest.feature < 30)):
        left = np.float32(forest.value[node])
        if left > forest.value[node]:
            left = np.nextafter(left, np.float32(-np.inf))
        edges.setdefault(int(forest.feature[node]), set()).update(
            (float(left), float(np.nextafter(left, np.float32(np.inf))))
        )
    scaled = scale(bundle.scaler, rows_of(bundle, "threshold")).astype(np.float32)
    on_edge = [any(float(row[f]) in values for f, values in edges.items()) for row in scaled]
    assert np.mean(on_edge) > 0.95


def test_raw_at_finds_both_sides_of_a_threshold(bundle: Bundle) -> None:
    feature = FEATURES.index("Process_Cycle_Time")
    for threshold in (0.123456789, 0.1, 0.3, -0.5, 1e-7):
        row = np.array([bundle.scaler.mean])
        row[0, feature] = raw_at(bundle.scaler, feature, threshold, above=False)
        left = np.float32(scale(bundle.scaler, row)[0, feature])
        row[0, feature] = raw_at(bundle.scaler, feature, threshold, above=True)
        right = np.float32(scale(bundle.scaler, row)[0, feature])
        assert float(left) <= threshold < float(right)  # as doubles; beside a float32 a float is rounded to one
        assert np.nextafter(left, np.float32(np.inf)) == right


def test_range_rows_reach_beyond_the_ranges_and_include_unknown_products(bundle: Bundle) -> None:
    rows = rows_of(bundle, "range")
    assert (np.abs(rows) == 1e9).any()
    unknown = ~np.isin(rows[:, PRODUCT], [1, 2])
    assert unknown.any()
    without_t2 = [row.t2 is None for row in bundle.golden.rows if row.kind == "range"]
    assert without_t2 == unknown.tolist()


def test_missing_rows_miss_something_and_one_misses_everything(bundle: Bundle) -> None:
    gaps = np.isnan(rows_of(bundle, "missing")).sum(axis=1)
    assert gaps.min() >= 1
    assert gaps.max() == 30
    assert not np.isnan(rows_of(bundle, "typical")).any()


def test_no_row_is_a_data_row(bundle: Bundle, data: Dataset) -> None:
    assert not rows_as_keys(inputs_of(bundle.golden)) & rows_as_keys(data.X)


@pytest.mark.data
def test_no_released_row_is_a_data_row(real_data: Dataset, models_of_the_repository: list[Bundle]) -> None:
    taken = rows_as_keys(real_data.X)
    for bundle in models_of_the_repository:
        assert not rows_as_keys(inputs_of(bundle.golden)) & taken
        for product in bundle.reference.products.values():
            assert not rows_as_keys(np.array([product.golden_shot, *product.background])) & taken
