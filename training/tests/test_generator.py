import numpy as np
import pytest
from synthetic import make_dataset

from castwatch_training.bundle import Bundle
from castwatch_training.bundle_schema import Product
from castwatch_training.dataset import Dataset
from castwatch_training.features import FEATURES, PRODUCT, SHOT, STORED_LIMITS
from castwatch_training.generator import describe, rows_as_keys, sample_run, sample_shots, snap
from castwatch_training.reference import inside


@pytest.fixture(params=["1", "2"])
def product(request: pytest.FixtureRequest, bundle: Bundle) -> Product:
    return bundle.reference.products[request.param]


def own_rows(product: Product, data: Dataset) -> np.ndarray:
    rows = data.X[data.distinct]
    rows = rows[rows[:, PRODUCT] == product.golden_shot[PRODUCT]]
    return rows[inside(rows, product.hard)]


def test_the_same_seed_gives_the_same_run(product: Product) -> None:
    a, b = (sample_run(product, 50, np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    assert not np.array_equal(a, sample_run(product, 50, np.random.default_rng(10)))


def test_a_run_counts_its_shots_and_keeps_what_does_not_vary(product: Product) -> None:
    run = sample_run(product, 40, np.random.default_rng(1))
    assert run[:, SHOT].tolist() == list(range(1, 41))
    for name in (FEATURES[PRODUCT], *STORED_LIMITS):
        i = FEATURES.index(name)
        assert set(run[:, i]) == {product.golden_shot[i]}


def test_made_up_shots_stay_within_the_hard_ranges_and_on_the_recording_grid(product: Product) -> None:
    shots = sample_shots(product, 300, np.random.default_rng(2))
    assert inside(shots, product.hard).all()
    for i, name in enumerate(FEATURES):
        steps = shots[:, i] / product.resolution[name]
        np.testing.assert_allclose(steps, np.round(steps), atol=1e-6)


def test_the_casting_pressure_follows_the_cylinder_pressure(product: Product) -> None:
    run = sample_run(product, 200, np.random.default_rng(3))
    (pair,) = product.demo.coupled
    target, source = run[:, FEATURES.index(pair.target)], run[:, FEATURES.index(pair.source)]
    assert np.abs(target - pair.factor * source).max() <= 0.5 + 1e-9


def test_marginals_are_the_logs(product: Product, data: Dataset) -> None:
    """Deciles of many made-up shots against deciles of the log, in units of its spread."""
    real = own_rows(product, data)
    shots = sample_shots(product, 1500, np.random.default_rng(4))
    for name in ("Process_Velocity_1", "Process_Biscuit_Thickness", "Process_High_Velocity"):
        i = FEATURES.index(name)
        levels = np.arange(0.1, 1, 0.1)
        gap = np.quantile(shots[:, i], levels) - np.quantile(real[:, i], levels)
        assert np.abs(gap).max() <= 0.35 * real[:, i].std() + product.resolution[name]


def test_slow_channels_are_slow_and_fast_ones_are_not(product: Product) -> None:
    run = sample_run(product, 400, np.random.default_rng(5))

    def memory(name: str) -> float:
        x = run[:, FEATURES.index(name)]
        return float(np.corrcoef(x[:-1], x[1:])[0, 1])

    assert memory("Sensor_Melting_Furnace_Temp") > 0.6
    assert abs(memory("Process_Velocity_1")) < 0.4


def test_planted_correlation_comes_back(tmp_path_factory: pytest.TempPathFactory, bundle: Bundle) -> None:
    """Two signals that move together in the log move together in made-up runs."""
    data = make_dataset(tmp_path_factory.mktemp("correlated"))
    a, b = FEATURES.index("Process_Velocity_1"), FEATURES.index("Process_Velocity_2")
    X = data.X.copy()
    X[:, b] = snap(0.18 + 1.2 * (X[:, a] - 0.15), 0.001)
    rows = data.distinct
    own = rows[(data.product[rows] == 1) & np.isfinite(X[rows]).all(axis=1)]
    product = bundle.reference.products["1"]
    score = np.random.default_rng(0).normal(size=len(own))
    demo = describe(X[own], data.y[own], data.campaign[own], score, product.resolution)
    run = sample_run(product.model_copy(update={"demo": demo}), 800, np.random.default_rng(6))
    assert np.corrcoef(run[:, a], run[:, b])[0, 1] > 0.9


def test_the_slope_is_found_within_runs(data: Dataset, bundle: Bundle) -> None:
    """Labels drawn with a known slope on the score, and run rates that would mislead a pooled fit."""
    rows = data.distinct
    own = rows[(data.product[rows] == 1) & np.isfinite(data.X[rows]).all(axis=1)]
    X, campaign = np.tile(data.X[own], (12, 1)), np.tile(data.campaign[own], 12)
    rng = np.random.default_rng(7)
    score = rng.normal(size=len(X)) - 3.0 * (campaign == campaign[0])
    log_odds = 0.8 * score + 3.4 * (campaign == campaign[0]) - 1
    labels = (rng.random(len(X)) < 1 / (1 + np.exp(-log_odds))).astype(np.int64)
    demo = describe(X, labels, campaign, score, bundle.reference.products["1"].resolution)
    assert demo.slope == pytest.approx(0.8, abs=0.15)


def test_no_made_up_shot_is_one_to_avoid(product: Product) -> None:
    first = sample_shots(product, 60, np.random.default_rng(8))
    second = sample_shots(product, 60, np.random.default_rng(8), avoid=first)
    assert not rows_as_keys(first) & rows_as_keys(second)


def test_snapped_values_are_the_doubles_of_their_decimals() -> None:
    values = np.arange(1, 3000)
    assert snap(values * 0.001 + 3e-4, 0.001).tolist() == [float(f"{v / 1000:.3f}") for v in values]
    assert snap(np.array([-0.0004]), 0.001).tolist() == [0.0]
    assert str(snap(np.array([-0.0004]), 0.001)[0]) == "0.0"


@pytest.mark.data
def test_no_demo_shot_is_a_data_row(real_data: Dataset, models_of_the_repository: list[Bundle]) -> None:
    taken = rows_as_keys(real_data.X)
    for bundle in models_of_the_repository:
        for product in bundle.reference.products.values():
            runs = np.concatenate([sample_run(product, 700, np.random.default_rng(seed)) for seed in range(5)])
            assert not rows_as_keys(runs) & taken
