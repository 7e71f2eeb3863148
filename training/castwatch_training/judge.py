"""The judging rules of docs/bundle.md: from the pipeline's numbers to OK, NG or HOLD, with reasons.

The app has the same rules in `src/domain/judge.ts`; the proofs compare the classes that come out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Literal

from castwatch_training.bundle_schema import (
    BudgetPolicy,
    Calibration,
    Conformal,
    CostPolicy,
    FixedPolicy,
    Policy,
    Reference,
    ThresholdRow,
)
from castwatch_training.errors import CastwatchError
from castwatch_training.features import FEATURES, PRODUCT

VerdictClass = Literal["OK", "NG", "HOLD"]
Confidence = Literal["high", "medium", "low"]
ReasonCode = Literal["unknown_product", "missing", "not_finite", "out_of_range", "unusual_t2", "unusual_spe"]
_WITHOUT_PROBABILITY = {"unknown_product", "missing", "not_finite"}


@dataclass(frozen=True)
class Reason:
    """Why a shot is on HOLD; `features` are the signals concerned, empty for the unusual ones."""

    code: ReasonCode
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """A judged shot. `probability` is None where the inputs do not allow one."""

    cls: VerdictClass
    probability: float | None
    threshold: float
    confidence: Confidence
    confidence_score: float
    reasons: tuple[Reason, ...]


def judge(
    shot: Sequence[float | None],
    probability: float,
    t2: float | None,
    spe: float,
    calibration: Calibration,
    reference: Reference,
    threshold: float,
) -> Verdict:
    """The verdict on one shot: its 30 raw values (None or NaN = missing) and what the pipeline made of them.

    `probability` is the calibrated one, `t2` None where the product is unknown, `threshold` from
    `threshold_for`.
    """
    reasons = hold_reasons(shot, t2, spe, reference)
    if reasons:
        known = all(reason.code not in _WITHOUT_PROBABILITY for reason in reasons)
        return Verdict("HOLD", probability if known else None, threshold, "low", 0.0, reasons)
    cls: VerdictClass = "NG" if probability >= threshold else "OK"
    confidence, score = confidence_of(cls, probability, calibration.conformal)
    return Verdict(cls, probability, threshold, confidence, score, ())


def hold_reasons(
    shot: Sequence[float | None], t2: float | None, spe: float, reference: Reference
) -> tuple[Reason, ...]:
    """Every reason for HOLD, in the contract's order; empty when there is none."""
    missing = tuple(n for n, v in zip(FEATURES, shot, strict=True) if v is None or isnan(v))
    endless = tuple(
        n for n, v in zip(FEATURES, shot, strict=True) if v is not None and not isnan(v) and not isfinite(v)
    )
    absent = {*missing, *endless}
    number = shot[PRODUCT]
    product = None
    reasons: list[Reason] = []
    if number is not None and FEATURES[PRODUCT] not in absent:
        product = reference.products.get(product_key(number))
        if product is None:
            reasons.append(Reason("unknown_product", (FEATURES[PRODUCT],)))
    if missing:
        reasons.append(Reason("missing", missing))
    if endless:
        reasons.append(Reason("not_finite", endless))
    if product is None:
        return tuple(reasons)
    outside = tuple(
        name
        for name, value in zip(FEATURES, shot, strict=True)
        if name not in absent and value is not None and not product.hard[name][0] <= value <= product.hard[name][1]
    )
    if outside:
        reasons.append(Reason("out_of_range", outside))
    if not absent and t2 is not None:
        if t2 > product.t2.hard:
            reasons.append(Reason("unusual_t2"))
        if spe > product.spe.hard:
            reasons.append(Reason("unusual_spe"))
    return tuple(reasons)


def product_key(number: float) -> str:
    """The product number as `reference.json` writes it: "1" for 1.0; no product for anything not whole."""
    return str(int(number)) if isfinite(number) and number == int(number) else ""


def threshold_for(policy: Policy, table: Sequence[ThresholdRow]) -> float:
    """The threshold that a policy chooses from the calibration's table (ascending thresholds).

    Of equal costs the lower threshold wins. Raises `CastwatchError` when no threshold keeps the budget.
    """
    match policy:
        case FixedPolicy():
            return policy.threshold
        case BudgetPolicy():
            for row in table:
                if row.flagged <= policy.flagged:
                    return row.threshold
            raise CastwatchError(f"no threshold flags as few as {policy.flagged:.1%} of the shots")
        case CostPolicy():
            return min(table, key=lambda row: policy.ratio * row.misses + row.false_alarms).threshold


def level_of(score: float, quantiles: Sequence[float], levels: Sequence[float]) -> float:
    """The level at which a non-conformity stands in its quantile list, linear between levels."""
    k = bisect_left(quantiles, score)
    if k == 0:
        return levels[0]
    if k == len(quantiles):
        return levels[-1]
    share = (score - quantiles[k - 1]) / (quantiles[k] - quantiles[k - 1])
    return levels[k - 1] + (levels[k] - levels[k - 1]) * share


def conformal_p_values(probability: float, conformal: Conformal) -> tuple[float, float]:
    """(pv of "normal", pv of "defect"): how usual the probability would be for a shot of that class."""
    return (
        1 - level_of(probability, conformal.normal, conformal.levels),
        1 - level_of(1 - probability, conformal.defect, conformal.levels),
    )


def confidence_of(cls: VerdictClass, probability: float, conformal: Conformal) -> tuple[Confidence, float]:
    """Confidence in an OK or NG, and its score: one minus the p-value of the other class."""
    normal, defect = conformal_p_values(probability, conformal)
    own, other = (normal, defect) if cls == "OK" else (defect, normal)
    if own > 0.1 and other <= 0.1:
        return "high", 1 - other
    if own > 0.2 and other <= 0.2:
        return "medium", 1 - other
    return "low", 1 - other
