"""The report of a retraining: what the labels were, what they changed, and why a bundle was released or not."""

from collections.abc import Sequence
from pathlib import Path

from .data_report import table
from .retrain import DECISIVE, METRICS, Comparison, Outcome, Tested
from .study_words import QUESTIONS, short, with_interval

WHOSE: dict[Tested, str] = {"line": "the line's shots", "base": "the base data's shots"}

SHOWN = METRICS[:2]


def write_retrain_report(outcome: Outcome, files: Sequence[Path], path: Path) -> Path:
    """Write the report; returns its path."""
    path.write_text("\n".join(_report(outcome, files)), encoding="utf-8")
    return path


def _report(outcome: Outcome, files: Sequence[Path]) -> list[str]:
    joined = outcome.joined
    names = ", ".join(f"`{path.name}`" for path in files)
    rate = f", {joined.defective / joined.added:.1%} of them defective" if joined.added else ""
    return [
        "# Retraining with the line's labels",
        "",
        _verdict(outcome),
        "",
        *(f"- {reason}" for reason in outcome.decision.reasons),
        "",
        "## The labels",
        "",
        f"{names}: {joined.rows} labelled rows. {joined.repeated} show a shot again that the files had shown (the last "
        f"label counts). {joined.known} shots stand in the base data, too; on {joined.changed} of them the line's "
        f"label differs and replaces the other. {joined.added} shots are new{rate}.",
        "",
        "Flagged parts are inspected more often than others: this share of defects is not the line's.",
        "",
        *(_comparisons(outcome.comparisons) if outcome.comparisons else []),
    ]


def _verdict(outcome: Outcome) -> str:
    if outcome.folder is not None:
        return f"**Released: `{outcome.folder.name}`.** A model that has learned from the line's labels is better."
    return "**Not released.** No new bundle was written; the one in use stays."


def _comparisons(comparisons: Sequence[Comparison]) -> list[str]:
    rows = []
    for c in comparisons:
        rows.append(
            [
                c.protocol,
                WHOSE[c.tested],
                f"{c.defective} of {c.shots}",
                *(short(model[m]) for model in (c.base, c.learned) for m in SHOWN),
                *(with_interval(c.difference[m], True) for m in METRICS),
            ]
        )
    head = ["protocol", "tested on", "defective", "base: Brier", "ROC-AUC", "with the line: Brier", "ROC-AUC"]
    head += ["difference: Brier (lower is better)", "ROC-AUC", "PR-AUC"]
    asked = "; ".join(f"`{p}`: {QUESTIONS[p]}" for p in dict.fromkeys(c.protocol for c in comparisons))
    return [
        "## Measured on shots that neither model had seen",
        "",
        "Both models have the same recipe, folds and seeds. One has learned from the base data alone, the other from "
        "the line's shots among the training rows as well. Brier is that of the calibrated probability. Intervals: "
        f"95 %, bootstrap over shots; differences are paired. {asked}.",
        "",
        *table(head, rows),
        f"The rule: on the line's shots under `{DECISIVE}` the Brier score must fall, its whole interval below 0; "
        "under no protocol may Brier score or ROC-AUC be measurably worse, on the line's shots or on the others.",
        "",
    ]
