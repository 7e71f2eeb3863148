"""The line memory of a release: its constants from all campaigns, and the card's figures of the protocol `online`.

As the other figures, they come from a study of these data, recipes and libraries where there is one, else the fits are
made or found in the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from castwatch_training.bundle_schema import LineMemory
from castwatch_training.card_schema import Online
from castwatch_training.dataset import Dataset
from castwatch_training.figures import is_about
from castwatch_training.fit_cache import FITS, FitCache
from castwatch_training.fit_runner import cores, run_jobs
from castwatch_training.online_folds import SHOT_MODELS, TRAININGS, campaigns, online_jobs
from castwatch_training.online_study import for_card, online_section
from castwatch_training.recipe import Recipe
from castwatch_training.study_plan import SEEDS
from castwatch_training.study_results import StudyResults


def release_online(
    data: Dataset,
    study: StudyResults | None,
    step: Callable[[str], None],
    *,
    models: Sequence[Recipe] = SHOT_MODELS,
    fits: Path | None = FITS,
    workers: int | None = None,
) -> tuple[LineMemory, Online]:
    """The constants that the app uses, and the figures that the card shows."""
    section = study.online if study is not None else None
    if study is None or section is None or not all(is_about(study, data, recipe, SEEDS) for recipe in models):
        cache = FitCache(fits, data.sha256)
        run_jobs(
            data, online_jobs(data, models), cache, workers or cores(), lambda job: step(f"line memory, {job.label}")
        )
        section = online_section({training: campaigns(training, data, cache, models) for training in TRAININGS}, step)
    return section.derived, for_card(section)
