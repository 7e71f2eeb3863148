"""`card.json` and `manifest.json` as models (see `bundle_schema.py` for the files the pipeline runs on)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from castwatch_training.bundle_schema import Count, ReliabilityBin, Sha256, Share
from castwatch_training.json_file import Strict


class Estimate(Strict):
    """A figure with its bootstrap 95 % interval; null where it is not defined (an AUC of a constant, say)."""

    value: float | None
    low: float | None
    high: float | None


class Metrics(Strict):
    """The figures of one model under one protocol."""

    f1: Estimate
    f1_tuned: Estimate
    roc_auc: Estimate
    pr_auc: Estimate
    accuracy: Estimate
    precision: Estimate
    recall: Estimate
    brier: Estimate
    ece: Estimate


Protocol = Literal["legacy", "grouped", "forward", "blocks", "campaign"]


class Figure(Strict):
    """The figures of one model under one protocol, with the rows they come from."""

    protocol: Protocol
    model: str
    rows: Count
    defective: Count
    threshold_rule: str
    metrics: Metrics


OnlineTraining = Literal["others", "earlier"]
"""What the models and constants of a campaign were made from: all the other campaigns, or the earlier ones alone."""


class OnlineFigure(Strict):
    """One predictor, shot by shot through every campaign, learning from inspections that come late.

    `inspected`: share of the shots that are inspected, at random; `delay`: how many shots later a finding is known.
    The figures are of all `shots`, inspected or not. `against_run_rate`: the paired difference in log-loss to the
    run-rate tracker; below 0 is better than it.
    """

    training: OnlineTraining
    inspected: Share
    delay: Count
    predictor: str
    shots: Count
    defective: Count
    log_loss: Estimate
    brier: Estimate
    roc_auc: Estimate
    against_run_rate: Estimate


class OnlineCoverage(Strict):
    """How often the 90 % interval held the number of defects of the next shots."""

    training: OnlineTraining
    inspected: Share
    delay: Count
    intervals: Count
    coverage: Estimate


class OnlineNull(Strict):
    """A predictor's log-loss beside that of the same predictor when the labels are shuffled within each run.

    `low` and `high`: the middle 95 % of the shuffles; `p`: share of the shuffles (and the real order) that are at
    least as good. What is left to a predictor then is the run's rate and nothing of the order or the signals.
    """

    training: OnlineTraining
    inspected: Share
    delay: Count
    predictor: str
    shuffles: Count
    log_loss: float
    shuffled: float
    low: float
    high: float
    p: Share


class Online(Strict):
    """The protocol `online`: learning a run from its inspections. `block` shots are resampled together."""

    block: Count
    resamples: Count
    draws: Count
    figures: list[OnlineFigure]
    coverage: list[OnlineCoverage]
    null: list[OnlineNull]


class Texts(Strict):
    """Sentences in the app's languages, one list a language, in the same order."""

    ko: list[str]
    en: list[str]
    vi: list[str]

    @model_validator(mode="after")
    def _parallel(self) -> Texts:
        if not len(self.ko) == len(self.en) == len(self.vi):
            raise ValueError("every language must have the same number of sentences")
        return self


class Purpose(Strict):
    """What the bundle is for, and what it is not for."""

    for_: Texts = Field(alias="for")
    not_for: Texts


class CardData(Strict):
    """Counts of the data set and of what the final model was trained on; nothing of any row."""

    name: str
    sha256: Sha256
    rows: Count
    distinct: Count
    twins: Count
    incomplete: Count
    defective: Count
    defective_distinct: Count
    campaigns: Count
    campaign_rates: list[Share]
    products: dict[str, Count]
    training_rows: Count
    training_protocol: Literal["legacy", "grouped"]


class ReconstructionRow(Strict):
    """Reconstruction error of a feature for a product, in scaled units: RMSE and share of variance explained."""

    feature: str
    product: str
    rmse: float
    explained: float | None


class Card(Strict):
    """`card.json`: what the model view shows."""

    schema_: Literal[1] = Field(alias="schema")
    id: str
    kind: Literal["field", "legacy"]
    version: str
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    purpose: Purpose
    data: CardData
    recipe: dict[str, Any]
    versions: dict[str, str]
    seed: int
    licence: Texts
    figures: list[Figure]
    reconstruction: list[ReconstructionRow]
    calibration_plot: list[ReliabilityBin]
    online: Online | None = None


class ManifestFile(Strict):
    """One file of a bundle; `path` is below the bundle's folder."""

    path: Annotated[str, Field(pattern=r"^(webgpu/)?[a-z0-9][a-z0-9._-]*$")]
    bytes: Count
    sha256: Sha256


class ManifestWebGpu(Strict):
    """What WebGPU needs beside the bundle's other files."""

    files: Annotated[list[ManifestFile], Field(min_length=1)]


class ManifestBundle(Strict):
    """One released bundle with all of its files.

    `files` is what every device needs; `webgpu` is not written where a bundle has none.
    """

    id: str
    kind: Literal["field", "legacy"]
    version: str
    date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    files: list[ManifestFile]
    webgpu: ManifestWebGpu | None = Field(default=None, exclude_if=lambda value: value is None)


class Manifest(Strict):
    """`manifest.json`: the released bundles and the one to use."""

    schema_: Literal[1] = Field(alias="schema")
    sequence: Annotated[int, Field(ge=1)]
    current: str
    bundles: list[ManifestBundle]

    @model_validator(mode="after")
    def _current_exists(self) -> Manifest:
        if self.current not in {bundle.id for bundle in self.bundles}:
            raise ValueError(f"current: no bundle '{self.current}'")
        return self
