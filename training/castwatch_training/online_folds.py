"""Shot models of the protocol `online`: for each campaign those made from all others, and from the earlier alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from .arrays import FloatArray
from .card_schema import OnlineTraining
from .dataset import Dataset
from .fit_cache import FitCache, Job
from .online_run import Campaign
from .protocols import Protocol, Split, splits
from .recipe import FIELD, LEGACY, Recipe

FoldProtocol = Protocol | Literal["earlier"]

SHOT_MODELS: tuple[Recipe, ...] = (FIELD, LEGACY)
SEED = 0
TRAININGS: tuple[OnlineTraining, ...] = ("others", "earlier")


def folds_of(protocol: FoldProtocol, data: Dataset, seed: int) -> list[Split]:
    """The folds of a protocol; of `earlier` one for each campaign that has others of both classes before it.

    The number of an `earlier` fold is that of its campaign.
    """
    if protocol != "earlier":
        return splits(protocol, data, seed)
    shots = data.distinct
    campaign = data.campaign[shots]
    result = []
    for c in np.unique(campaign)[1:]:
        train = shots[campaign < c]
        if len(np.unique(data.y[train])) == 2:
            result.append(Split("campaign", int(c), train, shots[campaign == c]))
    return result


def online_jobs(data: Dataset, models: Sequence[Recipe] = SHOT_MODELS) -> list[Job]:
    """The fits that the protocol needs; those of `others` are the study's own under the protocol `campaign`."""
    protocols: tuple[FoldProtocol, ...] = ("campaign", "earlier")
    return [
        Job(recipe, protocol, SEED, split.fold, SEED)
        for protocol in protocols
        for split in folds_of(protocol, data, SEED)
        for recipe in models
    ]


def campaigns(
    training: OnlineTraining, data: Dataset, cache: FitCache, models: Sequence[Recipe] = SHOT_MODELS
) -> list[Campaign]:
    """Every campaign, with what the shot models say of its shots: models by all others or by the earlier ones.

    `models`: the field recipe, then the legacy recipe. Every fit of `online_jobs` is in `cache`.
    """
    protocol: FoldProtocol = "campaign" if training == "others" else "earlier"
    shots = data.distinct
    folds = {split.fold: split for split in folds_of(protocol, data, SEED)}
    result = []
    for c in np.unique(data.campaign[shots]):
        log_odds: dict[str, FloatArray] = {}
        if (split := folds.get(int(c))) is not None:
            for name, recipe in zip(("field", "legacy"), models, strict=True):
                found = cache.get(Job(recipe, protocol, SEED, split.fold, SEED))
                log_odds[name] = found.platt_a * found.score + found.platt_b
        result.append(Campaign(data.y[shots[data.campaign[shots] == c]], log_odds))
    return result
