"""The card's figures: this bundle's recipe and the baselines under every protocol, with intervals."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from castwatch_training.baselines import BASELINES
from castwatch_training.card_schema import Figure
from castwatch_training.dataset import Dataset
from castwatch_training.evaluation import THRESHOLD_RULE, evaluate_baseline, evaluate_recipe
from castwatch_training.metrics import Predictions, evaluate
from castwatch_training.protocols import PROTOCOLS, Protocol
from castwatch_training.recipe import OLD_RECIPE, Recipe

DIGITS = 4
"""More digits than the intervals carry would only make the card longer."""


def compute_figures(
    data: Dataset,
    recipe: Recipe,
    seed: int,
    step: Callable[[str], None],
    protocols: Sequence[Protocol] = PROTOCOLS,
) -> list[Figure]:
    """Fit `recipe` and the old recipe anew under each protocol; everything chosen is chosen in the training rows."""
    figures = []
    for protocol in protocols:
        for one in (recipe, OLD_RECIPE):
            step(f"figures: {one.name}, protocol {protocol}")
            figures.append(figure(protocol, one.name, evaluate_recipe(data, one, protocol, [seed])))
        for name, baseline in BASELINES.items():
            figures.append(figure(protocol, name, evaluate_baseline(data, baseline, protocol, [seed])))
    return figures


def figure(protocol: Protocol, model: str, predictions: Predictions) -> Figure:
    """One line of the card."""
    metrics = {
        name: {"value": _short(e.value), "low": _short(e.low), "high": _short(e.high)}
        for name, e in evaluate(predictions).items()
    }
    return Figure.model_validate(
        {
            "protocol": protocol,
            "model": model,
            "rows": len(predictions.y),
            "defective": int(predictions.y.sum()),
            "threshold_rule": THRESHOLD_RULE,
            "metrics": metrics,
        }
    )


def _short(value: float) -> float | None:
    return round(float(value), DIGITS) if np.isfinite(value) else None
