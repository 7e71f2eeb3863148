import numpy as np
from synthetic import F

from castwatch_training.bundle import Bundle
from castwatch_training.dataset import Dataset
from castwatch_training.features import DEFECT_TYPES, FEATURES, PRODUCT
from castwatch_training.reference import hard_range, hotelling, inside


def normal_signal(seed: int = 0, shots: int = 2000) -> np.ndarray:
    return np.round(np.random.default_rng(seed).normal(21.5, 0.5, shots), 1)


def test_aborted_shots_and_stops_stay_outside() -> None:
    values = np.concatenate([normal_signal(), [0.0, 0.0, 89.1, 106.3, 218.6]])
    low, high = hard_range(values, 0.1)
    assert 18 < low < 20.5
    assert 23 < high < 26


def test_a_continuous_tail_stays_inside() -> None:
    """A tail without a gap is how the process varies, however far it reaches."""
    values = np.concatenate([normal_signal(), np.arange(23.5, 30, 0.3)])
    assert hard_range(values, 0.1)[1] >= 30


def test_a_group_too_large_to_be_an_accident_stays_inside() -> None:
    values = np.concatenate([normal_signal(), np.full(40, 40.0)])
    assert hard_range(values, 0.1)[1] >= 40


def test_ends_lie_on_the_recording_grid_with_a_margin_and_never_below_zero() -> None:
    assert hard_range(np.array([0.0, 1, 2, 3, 4, 100]), 1) == (0, 105)
    low, high = hard_range(np.array([0.138, 0.14, 0.146]), 0.001)
    assert (low, high) == (0.137, 0.147)


def test_a_constant_may_deviate_by_half_a_step() -> None:
    assert hard_range(np.array([18.0, 18.0, np.nan]), 1) == (17.5, 18.5)


def test_few_shots_are_outside_and_the_aborted_one_is(bundle: Bundle, data: Dataset) -> None:
    """The synthetic log has one aborted shot and two long cycles."""
    rows = data.X[data.distinct]
    complete = rows[np.isfinite(rows).all(axis=1)]
    outside = np.concatenate(
        [~inside(complete[complete[:, PRODUCT] == float(n)], p.hard) for n, p in bundle.reference.products.items()]
    )
    odd = (complete[:, F["Process_High_Velocity"]] == 0) | (complete[:, F["Process_Cycle_Time"]] > 60)
    assert outside.sum() >= odd.sum() > 0
    for number, product in bundle.reference.products.items():
        strange = complete[odd & (complete[:, PRODUCT] == float(number))]
        assert not inside(strange, product.hard).any()
    assert outside.mean() <= 0.015


def test_usual_ranges_are_the_quantiles_of_the_products_distinct_shots(bundle: Bundle, data: Dataset) -> None:
    rows = data.X[data.distinct]
    for number, product in bundle.reference.products.items():
        own = rows[rows[:, PRODUCT] == float(number)]
        assert product.shots == len(own)
        for name in ("Process_Biscuit_Thickness", "Sensor_Factory_Temp"):
            expected = np.nanquantile(own[:, F[name]], [0.005, 0.995])
            np.testing.assert_allclose(product.usual[name], expected, atol=product.resolution[name] / 2 + 1e-9)


def test_t2_is_scipys_mahalanobis_distance(bundle: Bundle) -> None:
    from scipy.spatial.distance import mahalanobis

    t2 = bundle.reference.products["1"].t2
    latent = np.random.default_rng(0).normal(size=(5, 12))
    expected = [mahalanobis(row, t2.mean, np.array(t2.precision)) ** 2 for row in latent]
    np.testing.assert_allclose(hotelling(latent, np.array(t2.mean), np.array(t2.precision)), expected)


def test_limits_hold_for_the_trusted_shots(bundle: Bundle, data: Dataset) -> None:
    """About one in a hundred is above the limit, none is near the hard limit."""
    rows = data.X[data.distinct]
    for number, product in bundle.reference.products.items():
        own = rows[rows[:, PRODUCT] == float(number)]
        own = own[inside(own, product.hard)]
        out = bundle.inference().run(own)
        for values, limits in ((out.t2, product.t2), (out.spe, product.spe)):
            assert (values > limits.limit).mean() <= 0.02
            assert values.max() < limits.hard


def test_resolution_is_the_recording_step(bundle: Bundle) -> None:
    steps = bundle.reference.products["1"].resolution
    assert steps["Process_Velocity_1"] == 0.001
    assert steps["Sensor_Melting_Furnace_Temp"] == 0.1
    assert steps["Process_Shot"] == steps["Sensor_Air_Pressure_Min"] == 1


def test_background_is_made_up_and_trusted(bundle: Bundle, data: Dataset) -> None:
    taken = {row.tobytes() for row in data.X}
    for product in bundle.reference.products.values():
        rows = np.array([*product.background, product.golden_shot])
        assert 1 < len(rows) <= 65
        assert inside(rows, product.hard).all()
        assert not {row.tobytes() for row in rows} & taken
        assert len({row.tobytes() for row in rows}) == len(rows)


def test_defects_are_counted_per_type_over_distinct_shots(bundle: Bundle, data: Dataset) -> None:
    product = bundle.reference.products["1"]
    assert tuple(product.defects) == DEFECT_TYPES
    rows = data.distinct[data.product[data.distinct] == 1]
    assert sum(product.defects.values()) >= data.y[rows].sum()
    assert product.defects["Blow_Hole"] == 0 < product.defects["Exfoliation"]


def test_the_product_number_is_its_own_range(bundle: Bundle) -> None:
    assert bundle.reference.products["2"].hard[FEATURES[PRODUCT]] == (2, 2)
