"""The card's figures: this bundle's recipe and the baselines under every protocol, with intervals.

They are the study's figures for the same recipe: the same folds, seeds and cache of finished fits. A release after a
study finds its fits done; without one it does them itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from castwatch_training.baselines import BASELINES
from castwatch_training.card_schema import Figure
from castwatch_training.dataset import Dataset
from castwatch_training.evaluation import THRESHOLD_RULE, evaluate_baseline, pool, split_seed
from castwatch_training.fit_cache import FITS, FitCache
from castwatch_training.fit_runner import cores, run_jobs
from castwatch_training.metrics import Predictions, evaluate
from castwatch_training.protocols import PROTOCOLS, Protocol, splits
from castwatch_training.recipe import OLD_RECIPE, Recipe
from castwatch_training.study_plan import SEEDS, Entry, entry_jobs

DIGITS = 4
"""More digits than the intervals carry would only make the card longer."""


def compute_figures(
    data: Dataset,
    recipe: Recipe,
    step: Callable[[str], None],
    *,
    protocols: Sequence[Protocol] = PROTOCOLS,
    seeds: Sequence[int] = SEEDS,
    fits: Path | None = FITS,
    workers: int | None = None,
) -> list[Figure]:
    """Fit `recipe` and the old recipe anew under each protocol; everything chosen is chosen in the training rows.

    `fits` is where finished fits are kept and found (None: nowhere), `workers` the number of processes (None: one a
    core). The same data, recipe and libraries give the same figures, whatever both are.
    """
    cache = FitCache(fits, data.sha256)
    entries = [Entry(one.name, one, p, tuple(seeds)) for p in protocols for one in (recipe, OLD_RECIPE)]
    jobs = [job for entry in entries for run in entry_jobs(entry, data) for job in run]
    finished = 0

    def count(_job: object) -> None:
        nonlocal finished
        finished += 1
        step(f"figures, fit {finished} of {len(jobs)}")

    run_jobs(data, jobs, cache, workers or cores(), count)
    figures = []
    for protocol in protocols:
        step(f"figures, intervals under the protocol {protocol}")
        folds = [splits(protocol, data, split_seed(protocol, seed)) for seed in seeds]
        for entry in entries:
            if entry.protocol == protocol:
                scores = [[cache.get(job) for job in run] for run in entry_jobs(entry, data)]
                figures.append(figure(protocol, entry.model, pool(data, list(zip(folds, scores, strict=True)))))
        for name, baseline in BASELINES.items():
            figures.append(figure(protocol, name, evaluate_baseline(data, baseline, protocol, seeds)))
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
