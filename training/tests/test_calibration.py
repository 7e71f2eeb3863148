from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit
from sklearn.calibration import _SigmoidCalibration

from castwatch_training.calibration import (
    OutOfFold,
    apply_platt,
    calibrate,
    conformal_quantiles,
    fit_platt,
    reliability,
    threshold_table,
)
from castwatch_training.errors import TrainingError
from castwatch_training.judge import threshold_for
from castwatch_training.online import derive
from castwatch_training.online_run import Campaign

MEMORY = derive([Campaign(np.array([0, 0, 1]), {}), Campaign(np.array([0, 0, 0, 0, 1]), {})])


def made_up(shots: int = 4000, seed: int = 0) -> OutOfFold:
    """Scores whose true calibration is sigmoid(1.5 score - .5)."""
    rng = np.random.default_rng(seed)
    score = rng.normal(-1, 1.2, shots)
    defective = (rng.random(shots) < expit(1.5 * score - 0.5)).astype(np.int64)
    return OutOfFold(score, defective, rng.integers(0, 5, shots))


def wilson(share: float, n: int) -> tuple[float, float]:
    """Wilson (1927), written out."""
    z = 1.959963984540054
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5 / (1 + z * z / n)
    return middle - half, middle + half


@pytest.fixture(scope="module")
def oof() -> OutOfFold:
    return made_up()


def test_platt_finds_the_true_calibration(oof: OutOfFold) -> None:
    platt = fit_platt(oof.score, oof.defective)
    assert platt.a == pytest.approx(1.5, abs=0.12)
    assert platt.b == pytest.approx(-0.5, abs=0.12)


def test_platt_is_scikit_learns_without_its_label_smoothing(oof: OutOfFold) -> None:
    platt = fit_platt(oof.score, oof.defective)
    other = _SigmoidCalibration().fit(oof.score, oof.defective)
    np.testing.assert_allclose(apply_platt(platt, oof.score), other.predict(oof.score), atol=2e-3)


def test_the_table_counts_what_a_threshold_does(oof: OutOfFold) -> None:
    p = expit(oof.score)
    table = threshold_table(p, oof.defective)
    assert 150 <= len(table) <= 220
    for row in table:
        flagged = p >= row.threshold
        bad = oof.defective == 1
        assert row.flagged == pytest.approx(flagged.mean())
        assert row.false_alarms == pytest.approx((flagged & ~bad).mean())
        assert row.misses == pytest.approx((~flagged & bad).mean())
        assert row.recall == pytest.approx(bad[flagged].sum() / bad.sum())
        assert row.precision == (None if not flagged.any() else pytest.approx(bad[flagged].mean()))
    assert (table[0].flagged, table[-1].flagged) == (1, 0)


def test_the_default_budget_flags_that_share(oof: OutOfFold) -> None:
    calibration = calibrate(oof, MEMORY)
    threshold = threshold_for(calibration.default_policy, calibration.thresholds)
    p = apply_platt(calibration.platt, oof.score)
    assert 0.148 <= (p >= threshold).mean() <= 0.15


def test_tied_scores_never_exceed_the_budget() -> None:
    p = np.repeat([0.1, 0.3, 0.6], [500, 400, 100])
    table = threshold_table(p, np.tile([0, 1], 500))
    assert [row.flagged for row in table] == [1, 0.5, 0.1, 0]


def test_conformal_quantiles_are_finite_sample_corrected() -> None:
    quantiles = conformal_quantiles(np.arange(1, 10) / 10)  # nine shots
    assert quantiles[0] == 0
    assert quantiles[10] == 0.1
    assert quantiles[50] == 0.5
    assert quantiles[90] == 0.9
    assert quantiles[91] == 1  # nine shots say nothing beyond their 90 %
    assert quantiles[100] == 1


@pytest.mark.parametrize("level", [0.8, 0.9])
def test_measured_coverage_holds_for_fresh_shots(oof: OutOfFold, level: float) -> None:
    """What the file promises for a class is what new shots of that class get, within sampling error."""
    calibration = calibrate(oof, MEMORY)
    measured = next(row for row in calibration.conformal.coverage if row.level == level)
    assert measured.normal == pytest.approx(level, abs=0.03)
    assert measured.defect == pytest.approx(level, abs=0.04)
    fresh = made_up(seed=1)
    p = apply_platt(calibration.platt, fresh.score)
    at = round(100 * level)
    assert (p[fresh.defective == 0] <= calibration.conformal.normal[at]).mean() == pytest.approx(level, abs=0.03)
    assert (1 - p[fresh.defective == 1] <= calibration.conformal.defect[at]).mean() == pytest.approx(level, abs=0.04)


def test_coverage_of_a_class_the_scores_cannot_tell_is_still_kept() -> None:
    """Class-conditional sets cover the rare class too, by holding both classes."""
    rng = np.random.default_rng(3)
    labels = (rng.random(3000) < 0.1).astype(np.int64)
    calibration = calibrate(OutOfFold(rng.normal(size=3000), labels, rng.integers(0, 5, 3000)), MEMORY)
    ninety = calibration.conformal.coverage[1]
    assert ninety.defect == pytest.approx(0.9, abs=0.06)
    assert ninety.single < 0.3


def test_reliability_bins_cover_all_shots_with_wilson_intervals(oof: OutOfFold) -> None:
    p = expit(oof.score)
    bins = reliability(p, oof.defective)
    assert sum(b.shots for b in bins) == len(p)
    assert bins[0].from_ == 0
    assert bins[-1].to == 1
    assert all(a.to == b.from_ for a, b in pairwise(bins))
    for b in bins:
        low, high = wilson(b.defective, b.shots)
        assert (b.low, b.high) == (pytest.approx(low, abs=1e-9), pytest.approx(high, abs=1e-9))


def test_reliability_with_all_probabilities_alike() -> None:
    bins = reliability(np.full(50, 0.25), np.tile([0, 0, 0, 0, 1], 10))
    assert [b.shots for b in bins] == [50]
    assert bins[0].defective == 0.2


def test_one_class_is_refused() -> None:
    scores = OutOfFold(np.arange(10.0), np.zeros(10, dtype=np.int64), np.arange(10) % 5)
    with pytest.raises(TrainingError, match="hold one class only"):
        calibrate(scores, MEMORY)
