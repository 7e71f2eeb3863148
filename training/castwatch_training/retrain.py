"""Retraining with a line's labels: is a model that has learned from them better on shots that nobody has shown it?

Two models per fold of every leak-free protocol, both tested on the same shots: one has learned from the line's shots
among the training rows, the other from the base data alone. A new bundle is released only where the first is better
(`decide`). Only the `field` bundle is retrained: `legacy` repeats an old headline and means nothing beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np

from . import signing
from .arrays import BoolArray
from .card_schema import Estimate
from .dataset import Dataset
from .errors import BundleError
from .evaluation import pool, split_seed
from .fit_cache import FITS, FitCache
from .fit_runner import cores, run_jobs
from .labels import Joined
from .manifest import list_bundles
from .metrics import Metric, Predictions, compare, evaluate
from .protocols import LEAK_FREE, Protocol, splits
from .release import Release, release
from .study import estimate, number
from .study_plan import SEEDS, Entry, entry_jobs

Tested = Literal["line", "base"]
"""Whose shots a comparison is about."""

FEWEST = 30
"""Below so many new labelled shots nothing can be told, and nothing is fitted."""

METRICS: tuple[Metric, ...] = ("brier", "roc_auc", "pr_auc")
DECISIVE: Protocol = "forward"
"""Judging what comes from what has been: what the model will have to do on the line."""

Step = Callable[[str], None]


@dataclass(frozen=True)
class Comparison:
    """On the same test shots: the model that learned from the line, the one that did not, and the paired difference.

    `shots` are tested by every seed; the metrics are means over the seeds.
    """

    protocol: Protocol
    tested: Tested
    shots: int
    defective: int
    learned: dict[Metric, float | None]
    base: dict[Metric, float | None]
    difference: dict[Metric, Estimate]


@dataclass(frozen=True)
class Decision:
    """Whether to release, and why or why not, in sentences."""

    better: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What a retraining found and did; `folder` is the new bundle's, None where none was released."""

    joined: Joined
    comparisons: tuple[Comparison, ...]
    decision: Decision
    folder: Path | None


def retrain(
    plan: Release,
    joined: Joined,
    models: Path,
    key: Path,
    step: Step = lambda _: None,
    *,
    current: bool = False,
    protocols: Sequence[Protocol] = LEAK_FREE,
    seeds: Sequence[int] = SEEDS,
    fits: Path | None = FITS,
    workers: int | None = None,
) -> Outcome:
    """Compare, decide, and release `plan` made from the joined data where that is better.

    Finished fits are kept in `fits`, so an interrupted retraining goes on where it stopped.

    Raises:
        TrainingError: the labelled shots cannot be cut as a protocol asks (a product with fewer than ten shots).
        ProofError, BundleError, SigningError: as `release`.
    """
    # What would refuse the result in the end is better found before the fitting than after it.
    signing.sign(b"", key)
    if (models / plan.id).exists():
        raise BundleError(f"{models / plan.id}: exists; a released bundle is never rewritten, choose another version")
    if joined.added < FEWEST:
        few = (
            f"{joined.added} new labelled shots: fewer than {FEWEST}, too few to tell whether they make a model better"
        )
        return Outcome(joined, (), Decision(False, (few,)), None)
    found = compare_models(plan, joined.data, step, protocols=protocols, seeds=seeds, fits=fits, workers=workers)
    decision = decide(found)
    if not decision.better:
        return Outcome(joined, found, decision, None)
    folder, _ = release(plan, joined.data, models, key, step, current=current)
    return Outcome(joined, found, decision, folder)


def compare_models(
    plan: Release,
    data: Dataset,
    step: Step,
    *,
    protocols: Sequence[Protocol] = LEAK_FREE,
    seeds: Sequence[int] = SEEDS,
    fits: Path | None = FITS,
    workers: int | None = None,
) -> tuple[Comparison, ...]:
    """Both models under every protocol, on the line's test shots and on those of the base data."""
    entries = [Entry(plan.recipe.name, plan.recipe, protocol, tuple(seeds)) for protocol in protocols]
    learned = _predictions(entries, data, "learned from the line", step, fits, workers)
    base = _predictions(entries, data.without_learning_from_line(), "base data alone", step, fits, workers)
    result = []
    for protocol in protocols:
        step(f"comparing under {protocol}")
        (a, of_line), (b, _) = learned[protocol], base[protocol]
        of_tested: tuple[tuple[Tested, BoolArray], ...] = (("line", of_line), ("base", ~of_line))
        result += [_comparison(protocol, tested, a.at(rows), b.at(rows)) for tested, rows in of_tested if rows.any()]
    return tuple(result)


def decide(comparisons: Sequence[Comparison]) -> Decision:
    """Better: on the line's own shots a lower Brier score under `forward`, the whole interval below 0, and measurably
    worse nowhere, neither on the line's shots nor on the others, in Brier score or ROC-AUC, under any protocol."""
    for_it, against = [], []
    for c in comparisons:
        whose = "the line's shots" if c.tested == "line" else "the base data's shots"
        brier, auc = c.difference["brier"], c.difference["roc_auc"]
        where = f"`{c.protocol}`, {whose}"
        if c.protocol == DECISIVE and c.tested == "line":
            if brier.high is not None and brier.high < 0:
                for_it.append(f"{where}: Brier {_text(brier)}, better")
            else:
                against.append(f"{where}: Brier {_text(brier)}, not measurably better")
        if brier.low is not None and brier.low > 0:
            against.append(f"{where}: Brier {_text(brier)}, worse")
        if auc.high is not None and auc.high < 0:
            against.append(f"{where}: ROC-AUC {_text(auc)}, worse")
    if not against and not for_it:
        against.append(f"`{DECISIVE}` tests no shot of the line")
    if against:
        return Decision(False, tuple(against))
    return Decision(True, (*for_it, "measurably worse nowhere"))


def next_version(models: Path) -> str:
    """The version after the highest released `field` bundle's: its minor number and one.

    Raises:
        BundleError: there is no `field` bundle to follow, or a folder that is no valid bundle.
    """
    versions = [[int(part) for part in b.version.split(".")] for b in list_bundles(models) if b.kind == "field"]
    if not versions:
        raise BundleError(f"{models}: holds no field bundle to follow; make one with `castwatch-train release`")
    major, minor, _ = max(versions)
    return f"{major}.{minor + 1}.0"


def plan_for(kind: Release, version: str, date: str) -> Release:
    """The line of the release table with another version and date."""
    return replace(kind, version=version, date=date)


def _predictions(
    entries: Sequence[Entry], data: Dataset, what: str, step: Step, fits: Path | None, workers: int | None
) -> dict[Protocol, tuple[Predictions, BoolArray]]:
    """Per protocol the pooled predictions, and [n] which of their rows are the line's."""
    cache = FitCache(fits, data.sha256)
    jobs = [job for entry in entries for runs in entry_jobs(entry, data) for job in runs]
    finished = 0

    def count(_job: object) -> None:
        nonlocal finished
        finished += 1
        step(f"{what}, fit {finished} of {len(jobs)}")

    run_jobs(data, jobs, cache, workers or cores(), count)
    assert data.from_line is not None
    result = {}
    for entry in entries:
        folds = [splits(entry.protocol, data, split_seed(entry.protocol, seed)) for seed in entry.seeds]
        scores = [[cache.get(job) for job in runs] for runs in entry_jobs(entry, data)]
        rows = np.sort(np.concatenate([split.test for split in folds[0]]))
        result[entry.protocol] = pool(data, list(zip(folds, scores, strict=True))), data.from_line[rows]
    return result


def _comparison(protocol: Protocol, tested: Tested, learned: Predictions, base: Predictions) -> Comparison:
    def of(predictions: Predictions) -> dict[Metric, float | None]:
        found = evaluate(predictions, 0)
        return {metric: number(found[metric].value) for metric in METRICS}

    difference = compare(learned, base, METRICS)
    return Comparison(
        protocol=protocol,
        tested=tested,
        shots=len(learned.y),
        defective=int(learned.y.sum()),
        learned=of(learned),
        base=of(base),
        difference={metric: estimate(difference[metric]) for metric in METRICS},
    )


def _text(e: Estimate) -> str:
    return "not defined" if e.value is None or e.low is None else f"{e.value:+.4f} ({e.low:+.4f} to {e.high:+.4f})"
