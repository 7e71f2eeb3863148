"""The pipeline: raw rows -> scaler -> autoencoder -> boosting -> log-odds of a defect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray, IntArray
from .autoencoder import Autoencoder, fit_autoencoder
from .boosting import Boosting, fit_boosting
from .recipe import Recipe
from .scaler import Scaler, fit_scaler


@dataclass(frozen=True)
class FittedPipeline:
    """A recipe fitted to training rows. Every method takes raw rows [n, inputs], float64, NaN = missing."""

    recipe: Recipe
    seed: int
    scaler: Scaler
    autoencoder: Autoencoder
    boosting: Boosting

    def scaled(self, raw: FloatArray) -> FloatArray:
        """Scaled inputs [n, inputs]."""
        return self.scaler.transform(raw)

    def latent(self, raw: FloatArray) -> FloatArray:
        """Latents [n, latents]."""
        return self.autoencoder.latent(self.scaled(raw))

    def reconstruction(self, raw: FloatArray) -> FloatArray:
        """Reconstruction of the scaled inputs [n, inputs]."""
        return self.autoencoder.reconstruction(self.scaled(raw))

    def features(self, raw: FloatArray) -> FloatArray:
        """What the boosting sees: scaled inputs, latents or both, by the recipe."""
        scaled = self.scaled(raw)
        return _features(self.recipe, scaled, self.autoencoder.latent(scaled))

    def score(self, raw: FloatArray) -> FloatArray:
        """Log-odds of a defect [n], not calibrated."""
        return self.boosting.score(self.features(raw))


def fit(
    recipe: Recipe,
    raw: FloatArray,
    defective: IntArray,
    *,
    groups: IntArray | None = None,
    seed: int = 0,
    autoencoder: Autoencoder | None = None,
) -> FittedPipeline:
    """Fit scaler, autoencoder and boosting on training rows only.

    `raw` [n, inputs] float64 with NaN for missing, `defective` [n] 0 or 1, `groups` [n] the campaign of each row where
    known. `autoencoder` is one already fitted to these rows by the same recipe and seed, which saves fitting it again.

    Raises:
        TrainingError: no rows, one class only, an input never measured, or too many products.
        ValueError: rows and labels of different length.
    """
    if len(raw) != len(defective) or (groups is not None and len(groups) != len(raw)):
        raise ValueError(f"{len(raw)} training rows, but {len(defective)} labels")
    scaler = fit_scaler(raw, recipe.clip)
    scaled = scaler.transform(raw)
    if autoencoder is None:
        autoencoder = fit_autoencoder(recipe.autoencoder, scaled, defective, recipe.clip, seed)
    if recipe.held_out_guide and recipe.features != "inputs":
        latent = autoencoder.training_latent(scaled, defective, seed)
    else:
        latent = autoencoder.latent(scaled)
    boosting = fit_boosting(recipe.boosting, _features(recipe, scaled, latent), defective, seed)
    return FittedPipeline(recipe, seed, scaler, autoencoder, boosting)


def _features(recipe: Recipe, scaled: FloatArray, latent: FloatArray) -> FloatArray:
    match recipe.features:
        case "inputs":
            return scaled
        case "latents":
            return latent
        case "both":
            return np.hstack([scaled, latent])
