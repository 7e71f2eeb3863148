"""The judged classes of many shots: what proofs compare beside the numbers."""

from __future__ import annotations

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle import Bundle
from castwatch_training.inference import Outputs
from castwatch_training.judge import judge, threshold_for


def default_threshold(bundle: Bundle) -> float:
    """The threshold of the bundle's default policy."""
    return threshold_for(bundle.calibration.default_policy, bundle.calibration.thresholds)


def classes_of(bundle: Bundle, X: FloatArray, out: Outputs) -> list[str]:
    """The judged class of raw shots [n, 30] at the bundle's default policy."""
    threshold = default_threshold(bundle)
    rows = zip(X.tolist(), out.calibrated.tolist(), out.t2.tolist(), out.spe.tolist(), strict=True)
    return [judge(x, p, t2, spe, bundle.calibration, bundle.reference, threshold).cls for x, p, t2, spe in rows]
