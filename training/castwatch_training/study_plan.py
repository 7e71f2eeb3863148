"""What the study compares: which recipes, under which protocols, with which seeds."""

from dataclasses import dataclass, replace

from .dataset import Dataset
from .evaluation import split_seed
from .fit_cache import Job
from .protocols import LEGACY_SEED, PROTOCOLS, Protocol, splits
from .recipe import FIELD, LEGACY, OLD_RECIPE, Features, Library, Recipe

LIBRARIES: tuple[Library, ...] = ("sklearn", "xgboost", "lightgbm", "catboost")
FEATURE_SETS: tuple[Features, ...] = ("inputs", "latents", "both")
LATENTS = (4, 8, 12, 16)
SEEDS = (0, 1, 2)
SPLIT_SEEDS = (LEGACY_SEED, 1, 2, 3, 4, 5)
"""Splits of the legacy protocol: the old headline's, and others to show its spread."""

RELEASED = (FIELD, LEGACY)


@dataclass(frozen=True)
class Entry:
    """One model under one protocol, fitted once for each seed."""

    model: str
    recipe: Recipe
    protocol: Protocol
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Plan:
    """The study. `baselines`: protocols under which every baseline stands; `split_seeds`: see `SPLIT_SEEDS`."""

    quick: bool
    entries: tuple[Entry, ...]
    baselines: tuple[Protocol, ...]
    seeds: tuple[int, ...]
    split_seeds: tuple[int, ...]
    split_recipes: tuple[Recipe, ...]


def model_name(features: Features, library: Library, latents: int) -> str:
    """How a model of the grid is called in tables: inputs it sees, library, size of the latent layer."""
    columns = {"inputs": "30", "latents": f"{latents}", "both": f"30+{latents}"}[features]
    return f"{columns} {library}"


def make_plan(quick: bool) -> Plan:
    """The full study, or a cut of it that takes minutes."""
    seeds = SEEDS[:1] if quick else SEEDS
    protocols: tuple[Protocol, ...] = ("legacy", "grouped", "forward") if quick else PROTOCOLS
    entries: dict[tuple[str, Protocol], Entry] = {}

    def add(model: str, recipe: Recipe, protocol: Protocol) -> None:
        entries.setdefault((model, protocol), Entry(model, replace(recipe, name=model), protocol, seeds))

    for protocol in protocols:
        for library in LIBRARIES:
            if quick and library != "sklearn" and protocol == "grouped":
                continue
            for features in FEATURE_SETS:
                add(model_name(features, library, FIELD.autoencoder.latents), grid_recipe(features, library), protocol)
        for recipe in (FIELD, LEGACY, OLD_RECIPE):
            if quick and recipe != FIELD and protocol == "grouped":
                continue
            add(recipe.name, recipe, protocol)
    for protocol in protocols if not quick else ("forward",):
        for latents in (LATENTS if not quick else LATENTS[1:3]) if protocol in ("grouped", "forward") else ():
            for features in FEATURE_SETS[1:]:
                add(model_name(features, "sklearn", latents), grid_recipe(features, "sklearn", latents), protocol)
    if not quick:
        for features in ("inputs", "both"):
            add(
                model_name(features, "sklearn", FIELD.autoencoder.latents),
                grid_recipe(features, "sklearn"),
                "log_blocks",
            )
        add(FIELD.name, FIELD, "log_blocks")
    return Plan(
        quick=quick,
        entries=tuple(entries.values()),
        baselines=(*PROTOCOLS, "log_blocks"),
        seeds=seeds,
        split_seeds=SPLIT_SEEDS[:2] if quick else SPLIT_SEEDS,
        split_recipes=(LEGACY,) if quick else (LEGACY, FIELD, OLD_RECIPE),
    )


def grid_recipe(features: Features, library: Library, latents: int = FIELD.autoencoder.latents) -> Recipe:
    """The field recipe with other features, another library, another size of the latent layer."""
    return replace(
        FIELD,
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
