"""The JSON files of a bundle as models: `docs/bundle.md` in code.

The card and the manifest are in `card_schema.py`, the proof of WebGPU in `webgpu_schema.py`.

Every file is read and written through these models. A key that is not named here is an error, a number must be
finite, and lists that run along the 30 inputs or the 12 latents must have that length, so that a file which
loads is a file the app can use. The app has the same schema in `src/model/bundle-schema.ts`.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from castwatch_training.features import N_FEATURES
from castwatch_training.json_file import Strict

INPUTS = N_FEATURES
"""Values of one shot."""
LATENTS = 12
"""Values of the autoencoder's bottleneck."""
AUGMENTED = INPUTS + LATENTS
"""Inputs of the boosting model: the scaled values, then the latents."""

QUANTILE_LEVELS = (0.005, 0.05, 0.25, 0.5, 0.75, 0.95, 0.995)
"""The levels of `reference.json`'s quantiles."""

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Inputs = Annotated[list[float], Field(min_length=INPUTS, max_length=INPUTS)]
Latents = Annotated[list[float], Field(min_length=LATENTS, max_length=LATENTS)]
Interval = tuple[float, float]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Scaler(Strict):
    """`scaler.json`: imputation, standardisation and clipping of the 30 inputs."""

    schema_: Literal[1] = Field(alias="schema")
    features: Annotated[list[str], Field(min_length=INPUTS, max_length=INPUTS)]
    impute: Inputs
    mean: Inputs
    scale: Annotated[list[Positive], Field(min_length=INPUTS, max_length=INPUTS)]
    clip: Positive
    constants: list[str]

    @model_validator(mode="after")
    def _names(self) -> Scaler:
        if len(set(self.features)) != INPUTS:
            raise ValueError("features: the names must be distinct")
        if unknown := set(self.constants) - set(self.features):
            raise ValueError(f"constants: not among the features: {sorted(unknown)}")
        return self


class Layer(Strict):
    """`activation(weight @ x + bias)`; `weight` holds one row an output."""

    weight: Annotated[list[list[float]], Field(min_length=1)]
    bias: list[float]
    activation: Literal["identity", "tanh", "relu", "sigmoid"]

    @model_validator(mode="after")
    def _rectangular(self) -> Layer:
        if len(self.bias) != len(self.weight) or len({len(row) for row in self.weight}) != 1 or not self.weight[0]:
            raise ValueError("weight and bias: one row and one number an output, all rows of one length")
        return self


class AutoencoderWeights(Strict):
    """`autoencoder.json`: the layers of `autoencoder.onnx` (see `weights.py`)."""

    schema_: Literal[1] = Field(alias="schema")
    encoder: Annotated[list[Layer], Field(min_length=1)]
    decoder: Annotated[list[Layer], Field(min_length=1)]

    @model_validator(mode="after")
    def _fitting(self) -> AutoencoderWeights:
        width = INPUTS
        for name, layers, outputs in (("encoder", self.encoder, LATENTS), ("decoder", self.decoder, INPUTS)):
            for layer in layers:
                if len(layer.weight[0]) != width:
                    raise ValueError(f"{name}: a layer takes {len(layer.weight[0])} values, but gets {width}")
                width = len(layer.weight)
            if width != outputs:
                raise ValueError(f"{name}: ends in {width} values instead of {outputs}")
        return self


class ForestArray(Strict):
    """Where one array lies in `forest.bin`."""

    name: Literal["value", "right", "cover", "feature"]
    dtype: Literal["float64", "int32", "int8"]
    offset: Count
    length: Count


class ForestIndex(Strict):
    """`forest.json`: the shape of `forest.bin`."""

    schema_: Literal[1] = Field(alias="schema")
    trees: Count
    nodes: Count
    base_score: float
    features: Literal[42]
    offsets: list[Count]
    arrays: Annotated[list[ForestArray], Field(min_length=4, max_length=4)]

    @model_validator(mode="after")
    def _consistent(self) -> ForestIndex:
        if len(self.offsets) != self.trees + 1 or self.offsets[0] != 0 or self.offsets[-1] != self.nodes:
            raise ValueError("offsets: must start at 0, have one entry a tree and end at the number of nodes")
        if any(b <= a for a, b in pairwise(self.offsets)):
            raise ValueError("offsets: must ascend")
        return self


class Platt(Strict):
    """`p = 1 / (1 + exp(-(a * score + b)))`."""

    a: float
    b: float


class ThresholdRow(Strict):
    """What a threshold on the calibrated probability meant out of fold; shares are of all shots."""

    threshold: Share
    flagged: Share
    precision: Share | None
    recall: Share
    f1: Share
    false_alarms: Share
    misses: Share


class BudgetPolicy(Strict):
    """Flag at most this share of the shots."""

    kind: Literal["budget"]
    flagged: Share


class CostPolicy(Strict):
    """Least cost when a miss costs `ratio` false alarms."""

    kind: Literal["cost"]
    ratio: Positive


class FixedPolicy(Strict):
    """A fixed probability."""

    kind: Literal["fixed"]
    threshold: Share


Policy = Annotated[BudgetPolicy | CostPolicy | FixedPolicy, Field(discriminator="kind")]


class Coverage(Strict):
    """Measured coverage of the conformal sets at one level by class; `single`: share of one-class sets."""

    level: Share
    normal: Share
    defect: Share
    single: Share


class Conformal(Strict):
    """Class-conditional quantiles of the non-conformity (`p` of good shots, `1 - p` of defective ones)."""

    levels: Annotated[list[Share], Field(min_length=101, max_length=101)]
    normal: Annotated[list[Share], Field(min_length=101, max_length=101)]
    defect: Annotated[list[Share], Field(min_length=101, max_length=101)]
    coverage: list[Coverage]

    @model_validator(mode="after")
    def _ascending(self) -> Conformal:
        for name in ("levels", "normal", "defect"):
            values: list[float] = getattr(self, name)
            if any(b < a for a, b in pairwise(values)):
                raise ValueError(f"{name}: must not descend")
        return self


class ReliabilityBin(Strict):
    """Of the shots given a probability in [from, to): the defective share, with its Wilson 95 % interval."""

    from_: Share = Field(alias="from")
    to: Share
    shots: Count
    mean_probability: Share
    defective: Share
    low: Share
    high: Share


class PastRates(Strict):
    """Lowest and highest defect rate of a past run."""

    low: Share
    high: Share


class ExpertMixture(Strict):
    """How the predictors share the line's trust: fixed-share exponential weights under log-loss.

    `rate`: how strongly a label weighs; `share`: what each label gives back to the start weights; `start`: the weights
    a product begins with, by predictor (`run_rate`, `run_rate_recent`, `run_rate_tilt`, and the shot models by kind).
    """

    rate: Annotated[float, Field(gt=0, le=1)]
    share: Annotated[float, Field(ge=0, lt=1)]
    start: Annotated[dict[str, Annotated[float, Field(gt=0, le=1)]], Field(min_length=1)]

    @model_validator(mode="after")
    def _whole(self) -> ExpertMixture:
        if abs(sum(self.start.values()) - 1) > 1e-9:
            raise ValueError("start: the weights must sum to 1")
        return self


class LineMemory(Strict):
    """Constants of the line memory that inspections feed: the run-rate tracker, and the mixture of predictors.

    `mixture` is null in bundles that were released before it was measured.
    """

    prior: Share
    prior_strength: Positive
    decay: Share
    weight_cap_concentration: Positive
    horizon: Count
    tilt: float
    tilt_clip: Positive
    past_rates: PastRates
    mixture: ExpertMixture | None = None


class Calibration(Strict):
    """`calibration.json`: from score to probability, and from probability to decision."""

    schema_: Literal[1] = Field(alias="schema")
    protocol: Literal["grouped"]
    samples: Count
    defects: Count
    platt: Platt
    thresholds: Annotated[list[ThresholdRow], Field(min_length=2)]
    default_policy: Policy
    conformal: Conformal
    reliability: list[ReliabilityBin]
    line_memory: LineMemory

    @model_validator(mode="after")
    def _ascending(self) -> Calibration:
        values = [row.threshold for row in self.thresholds]
        if any(b <= a for a, b in pairwise(values)):
            raise ValueError("thresholds: must ascend")
        return self


class T2(Strict):
    """Hotelling's T2 on the latents: mean, precision matrix, empirical 99 % limit, limit of HOLD."""

    mean: Latents
    precision: Annotated[list[Latents], Field(min_length=LATENTS, max_length=LATENTS)]
    limit: Positive
    hard: Positive


class Spe(Strict):
    """Squared reconstruction error: the empirical 99 % limit, and the limit of HOLD."""

    limit: Positive
    hard: Positive


class Coupled(Strict):
    """A signal that is another times a constant."""

    target: str
    source: str
    factor: float


class RunRate(Strict):
    """Beta distribution of a run's defect rate."""

    alpha: Positive
    beta: Positive


class Demo(Strict):
    """The generative description of a product's shots (see `generator.py`)."""

    varying: list[str]
    levels: list[Share]
    marginals: dict[str, list[float]]
    ar: dict[str, Annotated[float, Field(ge=0, lt=1)]]
    cholesky: list[list[float]]
    campaign_factors: dict[str, list[float]]
    coupled: list[Coupled]
    run_rate: RunRate
    slope: float

    @model_validator(mode="after")
    def _complete(self) -> Demo:
        k = len(self.varying)
        for name in ("marginals", "ar", "campaign_factors"):
            if set(getattr(self, name)) != set(self.varying):
                raise ValueError(f"{name}: must name exactly the varying signals")
        if any(len(values) != len(self.levels) for values in self.marginals.values()):
            raise ValueError("marginals: one value a level")
        loadings = list(self.campaign_factors.values())
        if len({len(row) for row in loadings}) > 1 or any(sum(v * v for v in row) > 1 for row in loadings):
            raise ValueError("campaign_factors: as many loadings for each signal, their squares adding up to 1 at most")
        if [len(row) for row in self.cholesky] != list(range(1, k + 1)):
            raise ValueError("cholesky: must be lower triangular over the varying signals")
        return self


class Product(Strict):
    """What is usual, what is trusted and what is typical for one product."""

    shots: Count
    quantiles: dict[str, Annotated[list[float], Field(min_length=7, max_length=7)]]
    usual: dict[str, Interval]
    hard: dict[str, Interval]
    resolution: dict[str, Positive]
    golden_shot: Inputs
    t2: T2
    spe: Spe
    background: Annotated[list[Inputs], Field(max_length=64)]
    defects: dict[str, Count]
    demo: Demo


class Reference(Strict):
    """`reference.json`: per product, under the product number as text."""

    schema_: Literal[1] = Field(alias="schema")
    quantile_levels: list[Share]
    products: dict[str, Product]


class GoldenRow(Strict):
    """One made-up shot with every intermediate value of the pipeline."""

    kind: Literal["typical", "threshold", "range", "missing"]
    input: Annotated[list[float | None], Field(min_length=INPUTS, max_length=INPUTS)]
    scaled: Inputs
    latent: Latents
    spe: float
    t2: float | None
    score: float
    probability: Share
    calibrated: Share


class Golden(Strict):
    """`golden.json`: the self-test that runs before a bundle is used."""

    schema_: Literal[1] = Field(alias="schema")
    seed: int
    rows: Annotated[list[GoldenRow], Field(min_length=256)]
