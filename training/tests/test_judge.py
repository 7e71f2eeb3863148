from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castwatch_training.bundle import Bundle
from castwatch_training.bundle_schema import BudgetPolicy, Conformal, CostPolicy, FixedPolicy, ThresholdRow
from castwatch_training.errors import CastwatchError
from castwatch_training.features import FEATURES, PRODUCT
from castwatch_training.judge import (
    Reason,
    confidence_of,
    conformal_p_values,
    hold_reasons,
    judge,
    level_of,
    threshold_for,
)

VELOCITY = FEATURES.index("Process_Velocity_1")
CYCLE = FEATURES.index("Process_Cycle_Time")
MINIMUM = FEATURES.index("Sensor_Air_Pressure_Min")


@pytest.fixture
def shot(bundle: Bundle) -> list[float | None]:
    return list(bundle.reference.products["1"].golden_shot)


def reasons(bundle: Bundle, shot: list[float | None], t2: float | None = 1.0, spe: float = 0.0) -> list[str]:
    return [reason.code for reason in hold_reasons(shot, t2, spe, bundle.reference)]


def test_a_typical_shot_is_judged_by_the_threshold(bundle: Bundle, shot: list[float | None]) -> None:
    for p, cls in ((0.2999, "OK"), (0.3, "NG"), (0.9, "NG")):
        verdict = judge(shot, p, 1.0, 0.0, bundle.calibration, bundle.reference, threshold=0.3)
        assert (verdict.cls, verdict.probability, verdict.reasons) == (cls, p, ())


@pytest.mark.parametrize("value", [None, nan])
def test_a_missing_value_is_hold_without_probability(bundle: Bundle, shot: list[float | None], value: object) -> None:
    shot[VELOCITY] = shot[CYCLE] = value  # type: ignore[call-overload]
    verdict = judge(shot, 0.9, 1.0, 0.0, bundle.calibration, bundle.reference, threshold=0.3)
    assert verdict.reasons == (Reason("missing", ("Process_Velocity_1", "Process_Cycle_Time")),)
    assert (verdict.cls, verdict.probability, verdict.confidence, verdict.confidence_score) == ("HOLD", None, "low", 0)


@pytest.mark.parametrize("value", [inf, -inf])
def test_an_infinite_value_is_not_finite_and_not_out_of_range(
    bundle: Bundle, shot: list[float | None], value: float
) -> None:
    shot[VELOCITY] = value
    assert hold_reasons(shot, 1.0, 0.0, bundle.reference) == (Reason("not_finite", ("Process_Velocity_1",)),)


def test_both_ends_of_a_range_belong_to_it(bundle: Bundle, shot: list[float | None]) -> None:
    low, high = bundle.reference.products["1"].hard["Process_Cycle_Time"]
    for value, expected in ((low, []), (high, []), (low - 0.1, ["out_of_range"]), (high + 0.1, ["out_of_range"])):
        shot[CYCLE] = value
        assert reasons(bundle, shot) == expected


def test_out_of_range_keeps_its_probability(bundle: Bundle, shot: list[float | None]) -> None:
    shot[CYCLE] = 219.0
    verdict = judge(shot, 0.9, 1.0, 0.0, bundle.calibration, bundle.reference, threshold=0.3)
    assert (verdict.cls, verdict.probability) == ("HOLD", 0.9)


def test_a_changed_stored_limit_is_out_of_range(bundle: Bundle, shot: list[float | None]) -> None:
    shot[MINIMUM] = 4.0
    assert hold_reasons(shot, 1.0, 0.0, bundle.reference) == (Reason("out_of_range", ("Sensor_Air_Pressure_Min",)),)


@pytest.mark.parametrize("number", [0.0, 3.0, 1.5, -1.0, 1e300])
def test_an_unknown_product_is_hold_and_asks_no_ranges(bundle: Bundle, shot: list[float | None], number: float) -> None:
    shot[PRODUCT], shot[CYCLE] = number, 1e9
    assert reasons(bundle, shot, t2=None, spe=1e9) == ["unknown_product"]


def test_a_missing_product_is_missing_not_unknown(bundle: Bundle, shot: list[float | None]) -> None:
    shot[PRODUCT] = None
    assert reasons(bundle, shot, t2=None) == ["missing"]


def test_every_reason_that_applies_in_the_contracts_order(bundle: Bundle, shot: list[float | None]) -> None:
    shot[CYCLE] = 219.0
    product = bundle.reference.products["1"]
    t2, spe = product.t2.hard * 1.01, product.spe.hard * 1.01
    assert reasons(bundle, shot, t2, spe) == ["out_of_range", "unusual_t2", "unusual_spe"]
    assert reasons(bundle, shot, product.t2.hard, product.spe.hard) == ["out_of_range"]
    shot[VELOCITY] = None
    shot[MINIMUM] = inf
    assert reasons(bundle, shot, t2, spe) == ["missing", "not_finite", "out_of_range"]


def row(threshold: float, flagged: float, false_alarms: float, misses: float) -> ThresholdRow:
    return ThresholdRow(
        threshold=threshold, flagged=flagged, precision=None, recall=0, f1=0, false_alarms=false_alarms, misses=misses
    )


TABLE = [row(0, 1, 0.8, 0), row(0.2, 0.4, 0.3, 0.05), row(0.5, 0.1, 0.02, 0.12), row(1, 0, 0, 0.2)]


@pytest.mark.parametrize(("budget", "expected"), [(1, 0), (0.99, 0.2), (0.4, 0.2), (0.15, 0.5), (0.05, 1), (0, 1)])
def test_a_budget_takes_the_lowest_threshold_that_keeps_it(budget: float, expected: float) -> None:
    assert threshold_for(BudgetPolicy(kind="budget", flagged=budget), TABLE) == expected


@pytest.mark.parametrize(("ratio", "expected"), [(0.01, 1), (1, 0.5), (5, 0.2), (20, 0)])
def test_a_cost_ratio_takes_the_cheapest_threshold(ratio: float, expected: float) -> None:
    assert threshold_for(CostPolicy(kind="cost", ratio=ratio), TABLE) == expected


def test_a_fixed_threshold_is_itself_and_an_impossible_budget_says_so() -> None:
    assert threshold_for(FixedPolicy(kind="fixed", threshold=0.37), TABLE) == 0.37
    with pytest.raises(CastwatchError, match="no threshold flags as few as"):
        threshold_for(BudgetPolicy(kind="budget", flagged=0.05), TABLE[:2])


LEVELS = [k / 100 for k in range(101)]
EVEN = Conformal(levels=LEVELS, normal=LEVELS, defect=LEVELS, coverage=[])


def test_confidence_by_the_contracts_example() -> None:
    """With even quantiles a good shot's p-value is 1 - p and a defective one's is p."""
    assert confidence_of("OK", 0.05, EVEN) == ("high", pytest.approx(0.95))
    assert confidence_of("OK", 0.15, EVEN) == ("medium", pytest.approx(0.85))
    assert confidence_of("OK", 0.5, EVEN) == ("low", pytest.approx(0.5))
    assert confidence_of("NG", 0.95, EVEN) == ("high", pytest.approx(0.95))
    assert confidence_of("NG", 0.15, EVEN)[0] == "low"  # the set at 80 % names the other class


@given(st.floats(0, 1))
def test_level_stands_between_its_neighbours(score: float) -> None:
    quantiles = [0.0, 0.1, 0.1, 0.4, 1.0]
    levels = [0.0, 0.25, 0.5, 0.75, 1.0]
    level = level_of(score, quantiles, levels)
    assert 0 <= level <= 1
    assert np.interp(level, levels, quantiles) == pytest.approx(score, abs=1e-12)


def test_p_values_fall_as_a_shot_becomes_less_like_the_class(bundle: Bundle) -> None:
    values = np.array([conformal_p_values(p, bundle.calibration.conformal) for p in np.linspace(0, 1, 200)])
    assert (np.diff(values[:, 0]) <= 0).all()
    assert (np.diff(values[:, 1]) >= 0).all()
