"""What the study compares: which recipes, under which protocols, with which seeds."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from .dataset import Dataset
from .evaluation import split_seed
from .fit_cache import Job
from .metrics import RESAMPLES
from .protocols import LEGACY_SEED, PROTOCOLS, Protocol, splits
from .recipe import FIELD, LEGACY, OLD_RECIPE, Features, Library, Recipe

LIBRARIES: tuple[Library, ...] = ("sklearn", "xgboost", "lightgbm", "catboost")
FEATURE_SETS: tuple[Features, ...] = ("inputs", "latents", "both")
LATENTS = (4, 8, 12, 16)
LATENT_PROTOCOLS: tuple[Protocol, ...] = ("grouped", "forward")
QUICK_PROTOCOLS: tuple[Protocol, ...] = ("legacy", "forward")
SEEDS = (0, 1, 2)
SPLIT_SEEDS = (LEGACY_SEED, 1, 2, 3, 4, 5)
"""Splits of the legacy protocol: the old headline's, and others to show its spread."""

QUICK_RESAMPLES = 300


@dataclass(frozen=True)
class Entry:
    """One model under one protocol, fitted once for each seed."""

    model: str
    recipe: Recipe
    protocol: Protocol
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """The study. `baselines`: protocols under which every baseline stands; `split_seeds`: see `SPLIT_SEEDS`;
    `resamples`: of each bootstrap."""

    quick: bool
    entries: tuple[Entry, ...]
    baselines: tuple[Protocol, ...]
    seeds: tuple[int, ...]
    split_seeds: tuple[int, ...]
    split_recipes: tuple[Recipe, ...]
    resamples: int


def model_name(features: Features, library: Library, latents: int) -> str:
    """How a model of the grid is called in tables: inputs it sees, library, size of the latent layer."""
    columns = {"inputs": "30", "latents": f"{latents}", "both": f"30+{latents}"}[features]
    return f"{columns} {library}"


def make_plan(quick: bool) -> Plan:
    """The full study, or a cut of it that takes minutes."""
    seeds = SEEDS[:1] if quick else SEEDS
    named: dict[tuple[str, Protocol], Entry] = {}  # the grid's and the latent sizes' models overlap
    for recipe, protocol in _quick() if quick else _full():
        named.setdefault((recipe.name, protocol), Entry(recipe.name, recipe, protocol, seeds))
    return Plan(
        quick=quick,
        entries=tuple(named.values()),
        baselines=(*PROTOCOLS, "log_blocks"),
        seeds=seeds,
        split_seeds=SPLIT_SEEDS[:2] if quick else SPLIT_SEEDS,
        split_recipes=(LEGACY,) if quick else (LEGACY, FIELD, OLD_RECIPE),
        resamples=QUICK_RESAMPLES if quick else RESAMPLES,
    )


def _full() -> Iterator[tuple[Recipe, Protocol]]:
    for protocol in PROTOCOLS:
        yield from _grid(protocol, LIBRARIES)
        yield from ((recipe, protocol) for recipe in (FIELD, LEGACY, OLD_RECIPE))
    for protocol in LATENT_PROTOCOLS:
        yield from _latent_sizes(protocol, LATENTS)
    yield from _grid("log_blocks", ("sklearn",))
    yield FIELD, "log_blocks"


def _quick() -> Iterator[tuple[Recipe, Protocol]]:
    yield from _grid("grouped", ("sklearn",))
    yield FIELD, "grouped"
    for protocol in QUICK_PROTOCOLS:
        yield from _grid(protocol, LIBRARIES)
        yield from ((recipe, protocol) for recipe in (FIELD, LEGACY, OLD_RECIPE))
    yield from _latent_sizes("forward", (8,))


def _grid(protocol: Protocol, libraries: tuple[Library, ...]) -> Iterator[tuple[Recipe, Protocol]]:
    for library in libraries:
        for features in FEATURE_SETS:
            yield grid_recipe(features, library), protocol


def _latent_sizes(protocol: Protocol, sizes: tuple[int, ...]) -> Iterator[tuple[Recipe, Protocol]]:
    for size in sizes:
        for features in FEATURE_SETS[1:]:
            yield grid_recipe(features, "sklearn", size), protocol


def grid_recipe(features: Features, library: Library, latents: int = FIELD.autoencoder.latents) -> Recipe:
    """The field recipe with other features, another library, another size of the latent layer."""
    return replace(
        FIELD,
        name=model_name(features, library, latents),
        features=features,
        boosting=replace(FIELD.boosting, library=library),
        autoencoder=replace(FIELD.autoencoder, latents=latents),
    )


def entry_jobs(entry: Entry, data: Dataset) -> list[list[Job]]:
    """The fits of an entry: per seed, per fold."""
    return [
        protocol_jobs(entry.recipe, entry.protocol, split_seed(entry.protocol, seed), seed, data)
        for seed in entry.seeds
    ]


def protocol_jobs(recipe: Recipe, protocol: Protocol, cut: int, seed: int, data: Dataset) -> list[Job]:
    """The fits of one recipe under one protocol whose folds are drawn with `cut`: one a fold."""
    return [Job(recipe, protocol, cut, split.fold, seed) for split in splits(protocol, data, cut)]


def split_jobs(plan: Plan, recipe: Recipe, data: Dataset) -> list[Job]:
    """The fits of a recipe over the splits of the legacy protocol: one a split."""
    return [job for cut in plan.split_seeds for job in protocol_jobs(recipe, "legacy", cut, plan.seeds[0], data)]


def study_jobs(plan: Plan, data: Dataset) -> list[Job]:
    """Every fit of the study, each once."""
    jobs = {job: None for entry in plan.entries for fits in entry_jobs(entry, data) for job in fits}
    jobs |= {job: None for recipe in plan.split_recipes for job in split_jobs(plan, recipe, data)}
    return list(jobs)
