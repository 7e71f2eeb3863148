"""Score a file of shots with a bundle, through onnxruntime, by the judging rules of docs/bundle.md."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle import Bundle, read_bundle
from castwatch_training.bundle_schema import Policy
from castwatch_training.dataset import read_shots
from castwatch_training.errors import CastwatchError
from castwatch_training.judge import Reason, Verdict, judge, threshold_for

COLUMNS = ("row", "class", "probability", "confidence", "confidence_score", "threshold", "reasons")
ClassName = Literal["normal", "defect", "hold"]
CLASS_NAMES: dict[str, ClassName] = {"OK": "normal", "NG": "defect", "HOLD": "hold"}


@dataclass(frozen=True)
class Scored:
    """What was scored: the bundle's name, rows, and how many of each class."""

    bundle: str
    rows: int
    counts: dict[str, int]
    threshold: float


def score_file(folder: Path, source: Path, target: Path, policy: Policy | None = None) -> Scored:
    """Judge every shot of `source` and write `target`, one CSV line a row of the file, in its order.

    `policy` None takes the bundle's default. Raises `BundleError`, `DataFileError`, and `CastwatchError` when
    `target` cannot be written.
    """
    bundle = read_bundle(folder)
    shots = read_shots(source)
    policy = policy or bundle.calibration.default_policy
    threshold = threshold_for(policy, bundle.calibration.thresholds)
    verdicts = judge_rows(bundle, shots.X, threshold)
    try:
        with target.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(COLUMNS)
            writer.writerows(_line(i + 1, verdict) for i, verdict in enumerate(verdicts))
    except OSError as error:
        raise CastwatchError(f"{target}: cannot be written ({error.strerror})") from error
    counts = Counter(CLASS_NAMES[verdict.cls] for verdict in verdicts)
    return Scored(bundle.card.id, len(verdicts), {name: counts[name] for name in CLASS_NAMES.values()}, threshold)


def judge_rows(bundle: Bundle, X: FloatArray, threshold: float) -> list[Verdict]:
    """The verdicts on raw shots [n, 30], NaN = missing."""
    out = bundle.inference().run(X)
    return [
        judge(x, p, None if np.isnan(t2) else t2, spe, bundle.calibration, bundle.reference, threshold)
        for x, p, t2, spe in zip(X.tolist(), out.calibrated.tolist(), out.t2.tolist(), out.spe.tolist(), strict=True)
    ]


def _line(row: int, verdict: Verdict) -> tuple[object, ...]:
    return (
        row,
        CLASS_NAMES[verdict.cls],
        "" if verdict.probability is None else repr(verdict.probability),
        verdict.confidence,
        repr(verdict.confidence_score),
        repr(verdict.threshold),
        "; ".join(_reason(reason) for reason in verdict.reasons),
    )


def _reason(reason: Reason) -> str:
    return f"{reason.code}: {' '.join(reason.features)}" if reason.features else reason.code
