"""Numbers, names and differences in the words of the study's report."""

from .baselines import BASELINES
from .card_schema import Estimate
from .data_report import table
from .metrics import Metric
from .protocols import PROTOCOLS
from .recipe import OLD_RECIPE
from .study_results import StudyResults

QUESTIONS = {
    "legacy": "random rows, twins kept",
    "grouped": "distinct shots, neighbours in time seen",
    "forward": "the last fifth of each campaign",
    "blocks": "contiguous fifths of each product's shots",
    "campaign": "a campaign never seen",
    "log_blocks": "contiguous fifths of the whole log",
}
"""What each protocol asks, in a few words."""

NAMES: dict[Metric, str] = {
    "f1": "F1 at .5",
    "f1_tuned": "F1 tuned",
    "roc_auc": "ROC-AUC",
    "pr_auc": "PR-AUC",
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "brier": "Brier",
    "ece": "ECE",
}
LOWER_IS_BETTER = ("brier", "ece")
ORDER = (*PROTOCOLS, "log_blocks")
UNQUOTED = (*BASELINES, OLD_RECIPE.name)


def short(value: float | None, signed: bool = False) -> str:
    """.751, -.004, 1.000, or a dash where it is not defined."""
    if value is None:
        return "–"
    text = f"{value:+.3f}" if signed else f"{value:.3f}"
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    return sign + (digits[1:] if digits.startswith("0.") else digits)


def with_interval(estimate: Estimate, signed: bool = False) -> str:
    """Value (low to high)."""
    if estimate.value is None:
        return "–"
    return f"{short(estimate.value, signed)} ({short(estimate.low, signed)} to {short(estimate.high, signed)})"


def direction(estimate: Estimate, metric: str = "roc_auc") -> str:
    """Whether a paired difference says better, worse, or nothing: "helps", "hurts" or "makes no difference"."""
    if estimate.low is None or estimate.high is None or estimate.low <= 0 <= estimate.high:
        return "makes no measurable difference"
    helps = (estimate.low > 0) != (metric in LOWER_IS_BETTER)
    return "helps" if helps else "hurts"


def differences(r: StudyResults, pair: tuple[str, str]) -> list[str]:
    """The paired differences of two models under every protocol as a table, where the study has any."""
    found = [d for p in ORDER if (d := r.difference(p, *pair)) is not None]
    if not found:
        return []
    head = ["protocol", *(NAMES[m] for m in ("roc_auc", "pr_auc", "brier")), "rows"]
    rows = [
        [d.protocol, *(with_interval(d.metrics[m], True) for m in ("roc_auc", "pr_auc", "brier")), d.rows]
        for d in found
    ]
    return [f"`{pair[0]}` minus `{pair[1]}`, paired:", "", *table(head, rows)]


def title(model: str) -> str:
    """A model's name in a table: our recipes as code, baselines in words."""
    return model.replace("_", " ") if model in UNQUOTED else f"`{model}`"
