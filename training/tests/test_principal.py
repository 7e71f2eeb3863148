import numpy as np
import pytest

from castwatch_training.principal import fit_product_scale, principal_variables


def test_standardises_within_the_product_and_clips() -> None:
    generator = np.random.default_rng(0)
    rows = np.zeros((400, 3))
    rows[:, 0] = np.repeat([-1.0, 1.0], 200)
    rows[:200, 1] = generator.normal(5.0, 0.1, 200)
    rows[200:, 1] = generator.normal(-3.0, 2.0, 200)
    rows[:200, 2] = 7.0
    rows[200:, 2] = generator.normal(size=200)
    scale = fit_product_scale(rows)
    values = scale.transform(rows)
    for own in (slice(0, 200), slice(200, 400)):
        assert values[own, 1].mean() == pytest.approx(0.0, abs=0.02)
        assert values[own, 1].std() == pytest.approx(1.0, abs=0.02)
    assert (values[:, 0] == 0.0).all()
    assert (values[:200, 2] == 0.0).all()
    far = np.array([[1.0, 1e9, 0.0], [-1.0, 0.0, 1e9]])
    np.testing.assert_array_equal(scale.transform(far)[:, 1:], [[4.0, scale.transform(far)[0, 2]], [-4.0, 0.0]])


def test_a_product_between_the_known_ones_is_taken_for_the_nearest() -> None:
    rows = np.array([[-1.0, 0.0], [-1.0, 1.0], [2.0, 5.0], [2.0, 6.0]])
    scale = fit_product_scale(rows)
    assert scale.member(np.array([[-9.0, 0.0], [0.4, 0.0], [0.6, 0.0], [9.0, 0.0]])).tolist() == [0, 0, 1, 1]


def test_finds_the_columns_that_carry_the_others() -> None:
    generator = np.random.default_rng(1)
    a, b, noise = generator.normal(size=(3, 1000, 1))
    columns = np.hstack([a + 0.3 * noise, a, 0.5 * noise, b, 0.9 * b, np.zeros((1000, 1))])
    chosen = principal_variables(columns, 2)
    assert set(chosen) <= {0, 1, 3, 4}
    basis = columns[:, chosen]
    left = columns - basis @ np.linalg.lstsq(basis, columns, rcond=None)[0]
    best = min(
        ((columns - columns[:, [i, j]] @ np.linalg.pinv(columns[:, [i, j]]) @ columns) ** 2).sum()
        for i in range(6)
        for j in range(i)
    )
    assert (left**2).sum() <= 1.05 * best


def test_stops_when_no_direction_is_left() -> None:
    a, b = np.random.default_rng(2).normal(size=(2, 100, 1))
    assert len(principal_variables(np.hstack([a, b, a + b, np.ones((100, 1))]), 4)) == 2
