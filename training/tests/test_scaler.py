import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from castwatch_training.errors import TrainingError
from castwatch_training.scaler import fit_scaler


@pytest.fixture
def raw() -> np.ndarray:
    rows = np.random.default_rng(1).normal([5.0, 700.0, 0.1], [1.0, 20.0, 0.01], size=(200, 3))
    return np.column_stack([rows, np.full(200, 0.1)])


def test_agrees_with_scikit_learn_where_nothing_is_missing_or_clipped(raw: np.ndarray) -> None:
    ours = fit_scaler(raw, clip=100.0).transform(raw)
    np.testing.assert_allclose(ours, StandardScaler().fit_transform(raw), atol=1e-12)


def test_a_constant_scales_to_exactly_zero(raw: np.ndarray) -> None:
    scaler = fit_scaler(raw, clip=8.0)
    assert scaler.constant.tolist() == [False, False, False, True]
    assert (scaler.transform(raw)[:, 3] == 0.0).all()
    assert scaler.scale[3] == 1.0


@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_a_missing_value_becomes_the_median_of_the_measured_ones(raw: np.ndarray, missing: float) -> None:
    raw[3, 1] = missing
    scaler = fit_scaler(raw, clip=8.0)
    median = np.median(np.delete(raw[:, 1], 3))
    assert scaler.imputed(raw)[3, 1] == median
    replaced = raw.copy()
    replaced[3, 1] = median
    assert np.array_equal(scaler.transform(raw), scaler.transform(replaced))


def test_a_row_with_nothing_measured_is_the_row_of_medians(raw: np.ndarray) -> None:
    scaler = fit_scaler(raw, clip=8.0)
    nothing = scaler.transform(np.full((1, 4), np.nan))
    np.testing.assert_array_equal(nothing, scaler.transform(np.median(raw, axis=0)[None]))


def test_scaled_values_stay_within_the_clip(raw: np.ndarray) -> None:
    scaler = fit_scaler(raw, clip=3.0)
    extreme = np.array([[1e9, -1e9, 1e300, 7.0]])
    np.testing.assert_array_equal(scaler.transform(extreme), [[3.0, -3.0, 3.0, 3.0]])


def test_refuses_what_it_cannot_learn_from(raw: np.ndarray) -> None:
    with pytest.raises(TrainingError, match="no value in any"):
        fit_scaler(np.column_stack([raw, np.full(200, np.nan)]), clip=8.0)
    with pytest.raises(TrainingError, match="at least one training row"):
        fit_scaler(raw[:0], clip=8.0)
    with pytest.raises(ValueError, match="positive number"):
        fit_scaler(raw, clip=0.0)
    with pytest.raises(ValueError, match=r"shape \[n, 4\]"):
        fit_scaler(raw, clip=8.0).transform(raw[:, :3])
