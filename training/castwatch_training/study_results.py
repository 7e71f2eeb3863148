"""`docs/model-study.json`: everything the study found, from which its report and figures are written."""

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from .bundle_schema import LineMemory
from .card_schema import Estimate, Metrics, Online, OnlineTraining
from .errors import BundleError, StudyError
from .json_file import Strict, dump, parse

FILE_NAME = "model-study.json"

StudyProtocol = Literal["legacy", "grouped", "forward", "blocks", "campaign", "log_blocks"]
Part = Literal["grid", "latents", "recipe", "baseline"]


class StudyFigure(Strict):
    """One model under one protocol. Metrics are means over `seeds`; `rows` and `defective` count test rows.

    `roc_auc_within`: ROC-AUC over pairs of shots of the same campaign only: what is left of the ranking when knowing
    the campaign does not help. `roc_auc_by_seed`: one value a seed, pooled over the folds.
    """

    protocol: StudyProtocol
    model: str
    part: Part
    folds: int
    seeds: int
    rows: int
    shots: int
    defective: int
    metrics: Metrics
    roc_auc_within: Estimate
    roc_auc_by_seed: list[float | None]


class Difference(Strict):
    """Paired difference `model - against` on the same rows, folds and seeds."""

    protocol: StudyProtocol
    model: str
    against: str
    rows: int
    seeds: int
    metrics: dict[str, Estimate]


class SplitFigure(Strict):
    """One model on one random split of the legacy protocol; 42 is the old headline's."""

    split_seed: int
    model: str
    rows: int
    f1: float | None
    roc_auc: float | None
    accuracy: float | None


class Bin(Strict):
    """Of the shots given a probability in a bin, the mean probability and the share that was defective."""

    shots: int
    probability: float
    defective: float
    low: float
    high: float


class Reliability(Strict):
    """Calibration of a model under a protocol, first seed; `calibrated` False is the model's own probability."""

    protocol: StudyProtocol
    model: str
    calibrated: bool
    bins: list[Bin]


class DataFacts(Strict):
    """The data set in counts."""

    name: str
    sha256: str
    rows: int
    shots: int
    twins: int
    defective_rows: int
    defective_shots: int
    campaigns: int


class OnlineConstants(Strict):
    """The line memory's constants for one campaign (numbered from 0), from the campaigns it was left out of."""

    training: OnlineTraining
    campaign: int
    constants: LineMemory


class OnlineRegret(Strict):
    """On one campaign: the mixture's mean log-loss less that of its best predictor, and less the run-rate tracker's."""

    training: OnlineTraining
    inspected: float
    delay: int
    campaign: int
    best: str
    regret: float
    against_run_rate: float


class OnlineSection(Strict):
    """The protocol `online`: figures, what they were made with, and the constants that all campaigns give."""

    online: Online
    derived: LineMemory
    constants: list[OnlineConstants]
    regret: list[OnlineRegret]


class StudyResults(Strict):
    """The file."""

    schema_: Annotated[Literal[1], Field(alias="schema")]
    quick: bool
    data: DataFacts
    recipes: dict[str, dict[str, Any]]
    versions: dict[str, str]
    seeds: list[int]
    inner_folds: int
    resamples: int
    threshold_rule: str
    figures: list[StudyFigure]
    differences: list[Difference]
    splits: list[SplitFigure]
    reliability: list[Reliability]
    online: OnlineSection | None = None

    def figure(self, protocol: str, model: str) -> StudyFigure | None:
        """The figure of a model under a protocol, where the study has it."""
        return next((f for f in self.figures if f.protocol == protocol and f.model == model), None)

    def difference(self, protocol: str, model: str, against: str) -> Difference | None:
        """A paired difference, where the study has it."""
        found = (d for d in self.differences if (d.protocol, d.model, d.against) == (protocol, model, against))
        return next(found, None)


def write_results(results: StudyResults, docs: Path) -> Path:
    """Write the file into `docs`; returns its path."""
    docs.mkdir(parents=True, exist_ok=True)
    path = docs / FILE_NAME
    path.write_bytes(dump(results))
    return path


def read_results(docs: Path) -> StudyResults:
    """Read the file from `docs`.

    Raises:
        StudyError: it is not there or does not fit.
    """
    path = docs / FILE_NAME
    try:
        return parse(StudyResults, path.read_bytes(), str(path))
    except OSError as error:
        raise StudyError(f"{path}: cannot be read ({error.strerror}); run `castwatch-train study` first") from error
    except BundleError as error:
        raise StudyError(str(error)) from error
