"""Turns the finished fits of a study into its results: figures, paired differences, spreads, reliability."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from importlib.metadata import version

import numpy as np
from scipy.stats import binomtest

from .arrays import FloatArray
from .baselines import BASELINES
from .card_schema import Estimate, Metrics
from .dataset import Dataset
from .evaluation import INNER_FOLDS, THRESHOLD_RULE, evaluate_baseline, pool, split_seed
from .fit_cache import FitCache
from .metrics import Estimate as Interval
from .metrics import Metric, Predictions, compare, evaluate, roc_auc_within
from .protocols import Protocol, Split, splits
from .recipe import FIELD, LEGACY, OLD_RECIPE
from .study_plan import FEATURE_SETS, LIBRARIES, Entry, Plan, entry_jobs, model_name, split_jobs
from .study_results import Bin, DataFacts, Difference, Part, Reliability, SplitFigure, StudyFigure, StudyResults

COMPARED: tuple[Metric, ...] = ("roc_auc", "pr_auc", "f1", "f1_tuned", "accuracy", "brier", "ece")
DIGITS = 5
BINS = 10
LIBRARY_VERSIONS = ("numpy", "scikit-learn", "torch", "xgboost-cpu", "lightgbm", "catboost")

Found = dict[tuple[Protocol, str], Predictions]
Advance = Callable[[str], None]


def summarise(plan: Plan, data: Dataset, cache: FitCache, workers: int, advance: Advance) -> StudyResults:
    """All results; every fit of the plan is in `cache`. `advance` is told each of `work(plan)` pieces as it ends."""
    found = _predictions(plan, data, cache)
    pairs = comparisons(plan)
    parts = _parts(plan)

    def one_figure(key: tuple[Protocol, str]) -> StudyFigure:
        result = _figure(plan, data, key, parts[key[1]], found[key])
        advance(f"{key[1]}, {key[0]}")
        return result

    def one_difference(pair: tuple[Protocol, str, str]) -> Difference:
        result = _difference(plan, pair, found)
        advance(f"{pair[1]} against {pair[2]}, {pair[0]}")
        return result

    with ThreadPoolExecutor(workers) as threads:
        figures = list(threads.map(one_figure, found))
        differences = list(threads.map(one_difference, pairs))
    return StudyResults.model_validate(
        {
            "schema": 1,
            "quick": plan.quick,
            "data": _facts(data),
            "recipes": {recipe.name: asdict(recipe) for recipe in (FIELD, LEGACY, OLD_RECIPE)},
            "versions": {name: version(name) for name in LIBRARY_VERSIONS},
            "seeds": list(plan.seeds),
            "inner_folds": INNER_FOLDS,
            "resamples": plan.resamples,
            "threshold_rule": THRESHOLD_RULE,
            "figures": figures,
            "differences": differences,
            "splits": _splits(plan, data, cache),
            "reliability": _reliability(found),
        }
    )


def work(plan: Plan) -> int:
    """How many figures and differences `summarise` will make."""
    return len(plan.entries) + len(plan.baselines) * len(BASELINES) + len(comparisons(plan))


def comparisons(plan: Plan) -> list[tuple[Protocol, str, str]]:
    """The paired differences (protocol, model, against) that the plan's entries allow."""
    twelve = FIELD.autoencoder.latents
    pairs = []
    for library in LIBRARIES:
        inputs, latents, both = (model_name(features, library, twelve) for features in FEATURE_SETS)
        pairs += [(both, inputs), (latents, inputs)]
    inputs = model_name("inputs", "sklearn", twelve)
    for size in sorted({e.recipe.autoencoder.latents for e in plan.entries} - {twelve}):
        pairs += [(model_name(features, "sklearn", size), inputs) for features in FEATURE_SETS[1:]]
    pairs += [(model_name("both", library, twelve), model_name("both", "sklearn", twelve)) for library in LIBRARIES[1:]]
    pairs += [(FIELD.name, OLD_RECIPE.name), (LEGACY.name, OLD_RECIPE.name), (FIELD.name, LEGACY.name)]
    pairs += [(FIELD.name, "campaign_table"), (LEGACY.name, "twin_lookup"), (OLD_RECIPE.name, "twin_lookup")]
    there = {(e.protocol, e.model) for e in plan.entries}
    there |= {(protocol, name) for protocol in plan.baselines for name in BASELINES}
    return [(p, a, b) for p in plan.baselines for a, b in pairs if (p, a) in there and (p, b) in there]


def _predictions(plan: Plan, data: Dataset, cache: FitCache) -> Found:
    found: Found = {(e.protocol, e.model): _pooled(e, data, cache) for e in plan.entries}
    for protocol in plan.baselines:
        for name, baseline in BASELINES.items():
            found[protocol, name] = evaluate_baseline(data, baseline, protocol, plan.seeds)
    return found


def _pooled(entry: Entry, data: Dataset, cache: FitCache) -> Predictions:
    folds: list[Sequence[Split]] = [
        splits(entry.protocol, data, split_seed(entry.protocol, seed)) for seed in entry.seeds
    ]
    scores = [[cache.get(job) for job in jobs] for jobs in entry_jobs(entry, data)]
    return pool(data, list(zip(folds, scores, strict=True)))


def _parts(plan: Plan) -> dict[str, Part]:
    twelve = FIELD.autoencoder.latents
    parts: dict[str, Part] = dict.fromkeys(BASELINES, "baseline")
    for entry in plan.entries:
        if entry.model in (FIELD.name, LEGACY.name, OLD_RECIPE.name):
            parts[entry.model] = "recipe"
        else:
            parts[entry.model] = "grid" if entry.recipe.autoencoder.latents == twelve else "latents"
    return parts


def _figure(plan: Plan, data: Dataset, key: tuple[Protocol, str], part: Part, predictions: Predictions) -> StudyFigure:
    protocol, model = key
    metrics = {name: estimate(e) for name, e in evaluate(predictions, plan.resamples).items()}
    within = roc_auc_within(predictions, data.campaign[data.distinct[predictions.group]], plan.resamples)
    by_seed = [evaluate(_seed(predictions, s), 0)["roc_auc"].value for s in range(len(predictions.raw))]
    return StudyFigure(
        protocol=protocol,
        model=model,
        part=part,
        folds=len(splits(protocol, data)),
        seeds=len(predictions.raw),
        rows=len(predictions.y),
        shots=len(np.unique(predictions.group)),
        defective=int(predictions.y.sum()),
        metrics=Metrics.model_validate(metrics),
        roc_auc_within=estimate(within),
        roc_auc_by_seed=[number(v) for v in by_seed],
    )


def _seed(predictions: Predictions, s: int) -> Predictions:
    p = predictions
    return Predictions(p.y, p.group, p.raw[s : s + 1], p.calibrated[s : s + 1], p.flagged[s : s + 1])


def _difference(plan: Plan, pair: tuple[Protocol, str, str], found: Found) -> Difference:
    protocol, model, against = pair
    a, b = found[protocol, model], found[protocol, against]
    return Difference(
        protocol=protocol,
        model=model,
        against=against,
        rows=len(a.y),
        seeds=len(a.raw),
        metrics={str(m): estimate(e) for m, e in compare(a, b, COMPARED, plan.resamples).items()},
    )


def _splits(plan: Plan, data: Dataset, cache: FitCache) -> list[SplitFigure]:
    """Every split of the legacy protocol by itself: its spread is not the bootstrap's."""
    result = []
    for recipe in plan.split_recipes:
        for job in split_jobs(plan, recipe, data):
            cut = splits("legacy", data, job.split_seed)
            result.append(_split_figure(job.split_seed, recipe.name, pool(data, [(cut, [cache.get(job)])])))
    for name, baseline in BASELINES.items():
        for seed in plan.split_seeds:
            (split,) = splits("legacy", data, seed)
            p = baseline(data, split.train, split.test)[None]
            predictions = Predictions(data.y[split.test], data.group[split.test], p, p, np.asarray(p >= 0.5))
            result.append(_split_figure(seed, name, predictions))
    return result


def _split_figure(seed: int, model: str, predictions: Predictions) -> SplitFigure:
    values = {m: number(e.value) for m, e in evaluate(predictions, 0).items()}
    return SplitFigure(
        split_seed=seed,
        model=model,
        rows=len(predictions.y),
        f1=values["f1"],
        roc_auc=values["roc_auc"],
        accuracy=values["accuracy"],
    )


def _reliability(found: Found) -> list[Reliability]:
    result = []
    for model in (FIELD.name, LEGACY.name, OLD_RECIPE.name):
        for protocol in ("grouped", "forward", "legacy"):
            predictions = found.get((protocol, model))
            if predictions is None:
                continue
            for calibrated in (False, True):
                p = (predictions.calibrated if calibrated else predictions.raw)[0]
                bins = _bins(predictions.y.astype(np.float64), p)
                result.append(Reliability(protocol=protocol, model=model, calibrated=calibrated, bins=bins))
    return result


def _bins(y: FloatArray, p: FloatArray) -> list[Bin]:
    """Bins of equally many shots, so that each share has a similar interval."""
    result = []
    for rows in np.array_split(np.argsort(p, kind="stable"), BINS):
        bad, n = int(y[rows].sum()), len(rows)
        interval = binomtest(bad, n).proportion_ci(method="wilson")
        result.append(
            Bin(
                shots=n,
                probability=round(float(p[rows].mean()), DIGITS),
                defective=round(bad / n, DIGITS),
                low=round(float(interval.low), DIGITS),
                high=round(float(interval.high), DIGITS),
            )
        )
    return result


def _facts(data: Dataset) -> DataFacts:
    return DataFacts(
        name=data.path.name,
        sha256=data.sha256,
        rows=len(data),
        shots=len(data.distinct),
        twins=int(data.repeated.sum()),
        defective_rows=int(data.y.sum()),
        defective_shots=int(data.y[data.distinct].sum()),
        campaigns=int(data.campaign.max()) + 1,
    )


def estimate(interval: Interval) -> Estimate:
    """An interval for the file: rounded, null where undefined."""
    return Estimate(value=number(interval.value), low=number(interval.low), high=number(interval.high))


def number(value: float) -> float | None:
    """A number for the file."""
    return round(float(value), DIGITS) if np.isfinite(value) else None
