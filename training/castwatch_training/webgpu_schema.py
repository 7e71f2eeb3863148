"""`webgpu/proof.json` as a model: what was proven of the graph for WebGPU (see `webgpu_proof.py`)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from castwatch_training.bundle_schema import LATENTS, Count, Positive
from castwatch_training.json_file import Strict


class WebGpuSet(Strict):
    """The float32 graph on one set of rows, against the float64 pipeline.

    `noisy_rows`: margin of at most 1. `max_dp`: largest difference of a calibrated probability among the others,
    `max_dp_noisy` among them. `max_latent`: largest error of a latent as a share of its noise. `max_spe`, `max_t2`:
    largest differences, relative to values above 1. `recomputed`: rows that are noisy or near a limit, which the app
    runs again in float64. `flips`: verdicts that differ among the rows that are not; `flips_recomputed`: among those.
    """

    name: Literal["data", "off_sample", "golden"]
    rows: Count
    noisy_rows: Count
    max_dp: float
    max_dp_noisy: float
    max_latent: float
    max_spe: float
    max_t2: float
    recomputed: Count
    flips: Count
    flips_recomputed: Count


class WebGpuProof(Strict):
    """`webgpu/proof.json`: what was proven of `webgpu/pipeline.onnx`, and what the proof assumes.

    `bound`: of a row that is not noisy, the calibrated probability differs from float64 by no more. `noise` [12]: so
    far float32 may take each latent. `band`, `limit_band`: a probability this near to its threshold, a T2 or SPE
    within this share of its limit is run again in float64.
    """

    schema_: Literal[1] = Field(alias="schema")
    bound: Positive
    band: Positive
    limit_band: Positive
    noise: Annotated[list[Positive], Field(min_length=LATENTS, max_length=LATENTS)]
    sets: list[WebGpuSet]
