"""The scaler: missing values imputed, every input standardised in float64 and clipped.

It is the first step of the pipeline in docs/bundle.md and the order of its operations is part of that contract:
the app repeats them in TypeScript and must reach the same doubles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import BoolArray, FloatArray
from .errors import TrainingError


@dataclass(frozen=True)
class Scaler:
    """Fitted constants of the scaler, one entry per input.

    `impute` medians, `mean`, `scale` (> 0; a constant input has its value as mean and 1 as scale), `clip` the largest
    absolute scaled value, `constant` True for the inputs that never varied in the training rows.
    """

    impute: FloatArray
    mean: FloatArray
    scale: FloatArray
    constant: BoolArray
    clip: float

    def imputed(self, raw: FloatArray) -> FloatArray:
        """Raw values [n, inputs] with every missing or non-finite value replaced by the median of its input."""
        values = _as_rows(raw, self.mean.size)
        return np.where(np.isfinite(values), values, self.impute)

    def transform(self, raw: FloatArray) -> FloatArray:
        """Scaled values [n, inputs] in [-clip, clip]; defined for every row, also one with nothing measured."""
        values = self.imputed(raw)
        return np.minimum(self.clip, np.maximum(-self.clip, (values - self.mean) / self.scale))


def fit_scaler(raw: FloatArray, clip: float) -> Scaler:
    """Learn the scaler from raw training rows [n, inputs]; NaN means missing.

    Raises:
        TrainingError: there are no rows, or an input was never measured.
        ValueError: `clip` is not a positive number, or the rows have no columns.
    """
    if not (np.isfinite(clip) and clip > 0):
        raise ValueError(f"the scaler's clip must be a positive number, not {clip}")
    values = _as_rows(raw, None)
    if len(values) == 0:
        raise TrainingError("the scaler needs at least one training row, got none")
    values = np.where(np.isfinite(values), values, np.nan)
    never = np.flatnonzero(np.isnan(values).all(axis=0))
    if never.size:
        raise TrainingError(f"inputs number {never.tolist()} have no value in any of the {len(values)} training rows")
    constant = np.nanmin(values, axis=0) == np.nanmax(values, axis=0)
    impute = np.nanmedian(values, axis=0)
    return Scaler(
        impute=impute,
        # The mean of a constant column can differ from its value in the last bit, which would not scale to exactly 0.
        mean=np.where(constant, impute, np.nanmean(values, axis=0)),
        scale=np.where(constant, 1.0, np.nanstd(values, axis=0)),
        constant=constant,
        clip=float(clip),
    )


def _as_rows(raw: FloatArray, width: int | None) -> FloatArray:
    values = np.asarray(raw, dtype=np.float64)
    if values.ndim != 2 or (width is not None and values.shape[1] != width):
        expected = "[n, inputs]" if width is None else f"[n, {width}]"
        raise ValueError(f"expected rows of shape {expected}, got {list(values.shape)}")
    return values
