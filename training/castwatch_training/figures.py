"""The card's figures: this bundle's recipe and the baselines under every protocol, with intervals.

They are the study's figures for the same recipe: the same folds, seeds and cache of finished fits. A release takes
them from `docs/model-study.json` where that is a study of this very recipe, these data and these libraries, and a few
of its fits, made anew, repeat; else it makes all fits itself. Both ways give the same figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from castwatch_training.baselines import BASELINES
from castwatch_training.card_schema import Figure
from castwatch_training.dataset import Dataset
from castwatch_training.evaluation import INNER_FOLDS, THRESHOLD_RULE, evaluate_baseline, pool, split_seed
from castwatch_training.fit_cache import FITS, FitCache
from castwatch_training.fit_runner import cores, run_jobs
from castwatch_training.metrics import RESAMPLES, Predictions, evaluate
from castwatch_training.protocols import PROTOCOLS, Protocol, splits
from castwatch_training.recipe import OLD_RECIPE, Recipe
from castwatch_training.study import LIBRARY_VERSIONS, number
from castwatch_training.study_plan import SEEDS, Entry, entry_jobs
from castwatch_training.study_results import StudyFigure, StudyResults

DIGITS = 4
"""More digits than the intervals carry would only make the card longer."""

REPEATED: tuple[Protocol, ...] = ("legacy", "forward")
"""Protocols of one fold each, whose first seed is fitted anew before a study is believed."""


def release_figures(
    data: Dataset,
    recipe: Recipe,
    study: StudyResults | None,
    step: Callable[[str], None],
    *,
    protocols: Sequence[Protocol] = PROTOCOLS,
    seeds: Sequence[int] = SEEDS,
    fits: Path | None = FITS,
    workers: int | None = None,
) -> list[Figure]:
    """The study's figures where they are about this recipe, data and code; else those of `compute_figures`."""
    if study is not None and is_about(study, data, recipe, seeds):
        models = (recipe.name, OLD_RECIPE.name, *BASELINES)
        found = [study.figure(protocol, model) for protocol in protocols for model in models]
        step("repeating fits of the study")
        if None not in found and _repeats(study, data, recipe, FitCache(fits, data.sha256), workers or cores()):
            return _lines(study, found)
    return compute_figures(data, recipe, step, protocols=protocols, seeds=seeds, fits=fits, workers=workers)


def _lines(study: StudyResults, found: Sequence[StudyFigure | None]) -> list[Figure]:
    return [
        Figure.model_validate(
            {
                "protocol": f.protocol,
                "model": f.model,
                "rows": f.rows,
                "defective": f.defective,
                "threshold_rule": study.threshold_rule,
                "metrics": {
                    name: {end: _shorter(value) for end, value in metric.items()}
                    for name, metric in f.metrics.model_dump().items()
                },
            }
        )
        for f in found
        if f is not None
    ]


def is_about(study: StudyResults, data: Dataset, recipe: Recipe, seeds: Sequence[int]) -> bool:
    """Whether it is a full study of these data and recipes with the installed libraries and the present rules."""
    recipes = {one.name: asdict(one) for one in (recipe, OLD_RECIPE)}
    return (
        study.data.sha256 == data.sha256
        and (study.seeds, study.resamples, study.inner_folds) == (list(seeds), RESAMPLES, INNER_FOLDS)
        and study.threshold_rule == THRESHOLD_RULE
        and study.versions == {name: version(name) for name in LIBRARY_VERSIONS}
        and all(study.recipes.get(name) == settings for name, settings in recipes.items())
    )


def _repeats(study: StudyResults, data: Dataset, recipe: Recipe, cache: FitCache, workers: int) -> bool:
    """Whether the present code still gives what the study found."""
    entries = [Entry(recipe.name, recipe, protocol, SEEDS[:1]) for protocol in REPEATED]
    jobs = {entry.protocol: entry_jobs(entry, data)[0] for entry in entries}
    run_jobs(data, [job for fits in jobs.values() for job in fits], cache, workers)
    for protocol, fits in jobs.items():
        folds = splits(protocol, data, split_seed(protocol, SEEDS[0]))
        again = evaluate(pool(data, [(folds, [cache.get(job) for job in fits])]), 0)
        then = study.figure(protocol, recipe.name)
        if then is None or then.roc_auc_by_seed[0] != number(again["roc_auc"].value):
            return False
    return True


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
        name: {end: _shorter(number(value)) for end, value in asdict(e).items()}
        for name, e in evaluate(predictions, RESAMPLES).items()
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


def _shorter(value: float | None) -> float | None:
    """From the study's digits, so that a figure is the same by way of its file."""
    return None if value is None else round(value, DIGITS)
