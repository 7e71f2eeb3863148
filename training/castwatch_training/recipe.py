"""Recipes: everything that decides what a training run makes of its rows, apart from the rows and the seed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Features = Literal["inputs", "latents", "both"]
"""What the boosting sees: the scaled inputs (30), the latents (12), or both (42)."""

Library = Literal["sklearn", "xgboost", "lightgbm", "catboost"]


@dataclass(frozen=True)
class AutoencoderRecipe:
    """How many latents, and how the decoder is trained; what the latents mean is said in `autoencoder`."""

    latents: int = 12
    guide_penalty: float = 10.0
    """Ridge penalty of the guide, the logistic regression behind the last latent."""
    hidden: int = 32
    """Width of the decoder."""
    epochs: int = 80
    batch: int = 256
    learning_rate: float = 5e-3
    weight_decay: float = 1e-4


@dataclass(frozen=True)
class BoostingRecipe:
    """Gradient boosting of decision trees on the log-odds, in terms all four libraries share."""

    library: Library = "sklearn"
    trees: int = 130
    depth: int = 5
    learning_rate: float = 0.02
    subsample: float = 0.6
    """Share of the rows drawn for each tree."""
    max_features: float = 0.25
    """Share of the features drawn for each split (sklearn) or each level (the others)."""
    min_leaf: int = 20
    """Fewest training rows in a leaf."""


@dataclass(frozen=True)
class Recipe:
    """A named way from raw training rows to a fitted pipeline."""

    name: str
    features: Features = "both"
    clip: float = 8.0
    """Largest absolute scaled value."""
    held_out_guide: bool = True
    """Whether the boosting is fitted on guide values that have not seen the row's own label (or its twin's)."""
    autoencoder: AutoencoderRecipe = field(default_factory=AutoencoderRecipe)
    boosting: BoostingRecipe = field(default_factory=BoostingRecipe)


FIELD = Recipe(name="field")
"""The recipe of the `field` bundle, chosen on the first 80 % of each campaign (docs/adr/0002-field-recipe.md)."""

LEGACY = Recipe(
    name="legacy",
    held_out_guide=False,
    boosting=BoostingRecipe(trees=60, depth=24, learning_rate=0.08, subsample=1.0, max_features=0.15, min_leaf=1),
)
"""The recipe of the `legacy` bundle, chosen on random splits inside the training rows of the old headline's split,
where twins of held-out rows are in training. Deep trees on in-sample guide values, because memory is what that split
rewards."""

OLD_RECIPE = Recipe(
    name="old_recipe",
    features="inputs",
    boosting=BoostingRecipe(trees=200, depth=6, learning_rate=0.1, subsample=0.8, max_features=1.0, min_leaf=1),
)
"""The boosting of the system this one replaces, on the 30 inputs: the baseline of the study."""
