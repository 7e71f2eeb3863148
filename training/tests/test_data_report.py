"""The data report against what was planted, and against the documented facts of the real log."""

from pathlib import Path

import numpy as np
import pytest
from synthetic import CAMPAIGNS, SyntheticLog

from castwatch_training import data_stats as stats
from castwatch_training.data_report import write_data_report
from castwatch_training.dataset import Dataset
from castwatch_training.features import DEFECT_TYPES, FEATURES, STORED_LIMITS


def test_campaigns_are_the_planted_ones(data: Dataset, log: SyntheticLog) -> None:
    found = stats.campaigns(data)
    assert [c.product for c in found] == [product for product, *_ in CAMPAIGNS]
    assert [c.rows for c in found] == np.bincount(log.campaign).tolist()
    assert sum(c.runs for c in found) == len(CAMPAIGNS) + 1
    for c in found:
        assert c.low < c.rate < c.high
        assert c.rate == c.defective / c.shots


def test_constants_and_wrong_limits(data: Dataset) -> None:
    assert [FEATURES[i] for i in stats.constants(data)] == list(STORED_LIMITS)
    outside = {x.name: x.outside for x in stats.stored_limits(data)}
    assert outside["Sensor_Factory_Temp"] == outside["Sensor_Factory_Humidity"] == 1
    assert outside["Sensor_Air_Pressure"] < 0.5


@pytest.mark.parametrize(
    ("values", "step"), [([1.0, 2.0, 5.0], 1), ([0.142, 0.146, 0.15], 0.004), ([20.1, 20.3, 21.2], 0.1), ([3, 3], 0)]
)
def test_resolution(values: list[float], step: float) -> None:
    assert stats.resolution(np.array(values)) == pytest.approx(step)


def test_couplings_find_the_factors(data: Dataset) -> None:
    assert [c.factor for c in stats.couplings(data)] == pytest.approx([4.84, 2.25], rel=1e-3)


def test_outliers_are_the_planted_ones(data: Dataset) -> None:
    speed, cycle = FEATURES.index("Process_High_Velocity"), FEATURES.index("Process_Cycle_Time")
    assert data.X[stats.aborted(data), speed].tolist() == [0.0]
    assert data.X[stats.long_cycles(data), cycle].tolist() == [219.0]


def test_autocorrelation_stays_inside_runs() -> None:
    rng = np.random.default_rng(0)
    run = np.repeat([0, 1], 5000)
    noise = rng.normal(size=10_000)
    walk = np.empty(10_000)
    walk[0] = 0
    for i in range(1, 10_000):
        walk[i] = 0.8 * walk[i - 1] + noise[i]
    assert stats.autocorrelation(walk, run, 1) == pytest.approx(0.8, abs=0.02)
    assert stats.autocorrelation(noise + 100.0 * run, run, 1) == pytest.approx(0, abs=0.03)
    assert stats.autocorrelation(np.ones(10_000), run, 1) is None


def test_defects_are_counted_in_distinct_shots(data: Dataset, log: SyntheticLog) -> None:
    counts = stats.defect_counts(data)
    single = log.defects[~log.twin] > 0
    assert counts[:, :, 0].sum() == single.any(axis=1).sum()  # the synthetic shots carry one flag each
    assert counts[DEFECT_TYPES.index("Blow_Hole"), 0].sum() == 0


def test_the_share_of_test_rows_with_a_twin_is_that_of_a_draw(data: Dataset) -> None:
    rng = np.random.default_rng(1)
    shares = []
    for _ in range(200):
        test = rng.random(len(data)) < 0.2
        shares.append(np.isin(data.group[test], data.group[~test]).mean())
    assert stats.twin_share_of_random_test_rows(data, 0.2) == pytest.approx(np.mean(shares), abs=0.01)


def test_the_report_is_written_twice_the_same(data: Dataset, tmp_path: Path) -> None:
    texts = []
    for name in ("a", "b"):
        report = write_data_report(data, tmp_path / name)
        texts.append({p.relative_to(tmp_path / name): p.read_bytes() for p in (tmp_path / name).rglob("*.*")})
    assert texts[0] == texts[1]
    text = report.read_text()
    linked = [line.split("](")[1].rstrip(")") for line in text.splitlines() if line.startswith("![")]
    assert sorted(linked) == sorted(str(p) for p in texts[0] if p.suffix in (".svg", ".png"))
    assert all(len(content) < 100_000 for content in texts[0].values())


@pytest.mark.data
def test_the_real_log_as_documented(real_data: Dataset) -> None:
    """The data set's README: rates from 1 % to 41 %, couplings 4.84 and 2.25, 8 constants."""
    rates = [c.rate for c in stats.campaigns(real_data)]
    assert (round(min(rates), 2), round(max(rates), 2)) == (0.01, 0.41)
    assert [round(c.factor, 2) for c in stats.couplings(real_data)] == [4.84, 2.25]
    assert [FEATURES[i] for i in stats.constants(real_data)] == list(STORED_LIMITS)
    counts = dict(zip(DEFECT_TYPES, stats.defect_counts(real_data)[:, :, 0], strict=True))
    assert counts["Blow_Hole"][0] == 0
    assert counts["Exfoliation"][1] == 0
