"""From the data set to a released bundle: fit, score out of fold, calibrate, describe, export, prove, write.

Version, date and seed come from the table below and never from the clock, so that the same data, code and libraries
give the same folder byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from castwatch_training import signing
from castwatch_training.arrays import FloatArray, IntArray
from castwatch_training.bundle import Bundle, encode, write_files
from castwatch_training.bundle_schema import LineMemory, Reference, Scaler
from castwatch_training.calibration import OutOfFold, calibrate
from castwatch_training.card import (
    build_card,
    calibration_svg,
    card_markdown,
    data_facts,
    reconstruction_rows,
)
from castwatch_training.card_schema import Figure, Online, ReconstructionRow
from castwatch_training.dataset import Dataset
from castwatch_training.errors import TrainingError
from castwatch_training.features import FEATURES
from castwatch_training.figures import release_figures
from castwatch_training.forest import from_sklearn
from castwatch_training.golden import build_golden
from castwatch_training.inference import Inference, squared_error
from castwatch_training.manifest import list_bundles, update_manifest
from castwatch_training.online_figures import release_online
from castwatch_training.onnx_export import export_autoencoder, export_boosting
from castwatch_training.pipeline import FittedPipeline, fit
from castwatch_training.proof import Proof, demand, prove
from castwatch_training.protocols import splits
from castwatch_training.recipe import FIELD, LEGACY, Recipe
from castwatch_training.reference import Material, build_reference
from castwatch_training.study_results import StudyResults
from castwatch_training.webgpu_proof import build_webgpu

Kind = Literal["field", "legacy"]
Step = Callable[[str], None]
"""Told the name of each step as it begins."""


@dataclass(frozen=True)
class Release:
    """One line of the release table. `protocol` names the rows that the final model is trained on."""

    kind: Kind
    version: str
    date: str
    seed: int
    recipe: Recipe
    protocol: Literal["legacy", "grouped"]

    @property
    def id(self) -> str:
        """The bundle's name and that of its folder."""
        return f"{self.kind}-{self.version}"


RELEASES: dict[Kind, Release] = {
    "field": Release("field", "1.2.0", "2026-11-27", seed=0, recipe=FIELD, protocol="grouped"),
    "legacy": Release("legacy", "1.2.0", "2026-11-27", seed=0, recipe=LEGACY, protocol="legacy"),
}


@dataclass(frozen=True)
class OutOfFoldRun:
    """What grouped folds give for every distinct shot: scores, and the autoencoder's work on unseen shots."""

    scores: OutOfFold
    scaled: FloatArray
    reconstruction: FloatArray


def training_rows(plan: Release, data: Dataset) -> IntArray:
    """Rows of the final model: every distinct shot, or the training side of the old headline's split.

    The legacy bundle leaves that split's test rows out, so that its headline can be repeated with the bundle itself.
    """
    return data.distinct if plan.protocol == "grouped" else splits("legacy", data)[0].train


def fit_release(plan: Release, data: Dataset) -> FittedPipeline:
    """The final model of a plan. Raises `TrainingError` when the recipe cannot be a bundle."""
    if plan.recipe.features != "both" or plan.recipe.boosting.library != "sklearn":
        raise TrainingError(f"recipe '{plan.recipe.name}': a bundle needs both inputs and latents, and sklearn trees")
    rows = training_rows(plan, data)
    return fit(plan.recipe, data.X[rows], data.y[rows], groups=data.campaign[rows], seed=plan.seed)


def out_of_fold(plan: Release, data: Dataset, step: Step) -> OutOfFoldRun:
    """Score every distinct shot by a model fitted on the other grouped folds."""
    shots = data.distinct
    place = {int(row): i for i, row in enumerate(shots)}
    score, fold = np.empty(len(shots)), np.empty(len(shots), dtype=np.int64)
    scaled, rebuilt = np.empty((len(shots), len(FEATURES))), np.empty((len(shots), len(FEATURES)))
    cuts = splits("grouped", data)
    for cut in cuts:
        step(f"out-of-fold scores, fold {cut.fold + 1} of {len(cuts)}")
        X, y = data.X[cut.train], data.y[cut.train]
        model = fit(plan.recipe, X, y, groups=data.campaign[cut.train], seed=plan.seed)
        at = [place[int(row)] for row in cut.test]
        test = data.X[cut.test]
        score[at], fold[at] = model.score(test), cut.fold
        scaled[at], rebuilt[at] = model.scaled(test), model.reconstruction(test)
    return OutOfFoldRun(OutOfFold(score, data.y[shots], fold), scaled, rebuilt)


def scaler_file(model: FittedPipeline) -> Scaler:
    """`scaler.json` of a fitted pipeline."""
    fitted = model.scaler
    return Scaler.model_validate(
        {
            "schema": 1,
            "features": FEATURES,
            "impute": fitted.impute.tolist(),
            "mean": fitted.mean.tolist(),
            "scale": fitted.scale.tolist(),
            "clip": fitted.clip,
            "constants": [name for name, still in zip(FEATURES, fitted.constant, strict=True) if still],
        }
    )


@dataclass(frozen=True)
class Measured:
    """What was measured beside the model itself: the card's figures, and the line memory with its protocol."""

    figures: Sequence[Figure]
    memory: LineMemory
    online: Online | None


def measure(plan: Release, data: Dataset, study: StudyResults | None, step: Step) -> Measured:
    """The figures of the plan's recipe and the line memory's, from the study where it is about them."""
    figures = release_figures(data, plan.recipe, study, step)
    memory, online = release_online(data, study, step)
    return Measured(figures, memory, online)


def build_bundle(plan: Release, data: Dataset, model: FittedPipeline, measured: Measured, step: Step) -> Bundle:
    """Everything of a bundle around a fitted model; nothing is written."""
    run = out_of_fold(plan, data, step)
    step("calibrating")
    calibration = calibrate(run.scores, measured.memory)
    step("describing the products")
    reference = _reference(plan, data, model, run)
    step("exporting and drawing golden vectors")
    scaler, forest = scaler_file(model), from_sklearn(model.boosting.model)
    autoencoder, boosting = export_autoencoder(model.autoencoder.network), export_boosting(forest)
    inference = Inference(scaler, autoencoder, boosting, calibration.platt, reference)
    card = build_card(
        kind=plan.kind,
        release=plan.version,
        date=plan.date,
        seed=plan.seed,
        data=data_facts(data, len(training_rows(plan, data)), plan.protocol),
        recipe=plan.recipe,
        figures=measured.figures,
        reconstruction=_reconstruction(data, run),
        reliability=calibration.reliability,
        online=measured.online,
    )
    step("exporting for WebGPU")
    bundle = Bundle(
        scaler=scaler,
        autoencoder=autoencoder,
        boosting=boosting,
        forest=forest,
        calibration=calibration,
        reference=reference,
        golden=build_golden(inference, scaler, forest, reference, data.X, plan.seed),
        card=card,
        card_text=card_markdown(card),
        calibration_plot=calibration_svg(calibration.reliability, plan.id),
    )
    return replace(bundle, webgpu=build_webgpu(bundle, data.X))


def _reconstruction(data: Dataset, run: OutOfFoldRun) -> list[ReconstructionRow]:
    shots = data.distinct
    return reconstruction_rows(data.X[shots], run.scaled, run.reconstruction, data.product[shots])


def _reference(plan: Release, data: Dataset, model: FittedPipeline, run: OutOfFoldRun) -> Reference:
    shots = data.distinct
    X = data.X[shots]
    material = Material(
        X=X,
        defective=data.y[shots],
        defects=data.defects[shots],
        campaign=data.campaign[shots],
        latent=model.latent(X),
        spe=squared_error(model.scaled(X), model.reconstruction(X)),
        oof_score=run.scores.score,
    )
    return build_reference(material, plan.seed)


def release(
    plan: Release,
    data: Dataset,
    models: Path,
    key: Path,
    step: Step = lambda _: None,
    *,
    current: bool = False,
    study: StudyResults | None = None,
) -> tuple[Path, Proof]:
    """Make, prove and write the bundle of a line of the release table; list and sign it in the manifest.

    `current` makes it the one that the app uses; `study` saves fits where it is about the same recipe and data. The
    same plan, data and libraries give the same folder byte for byte, with a study or without; releasing it again
    changes nothing. Raises `ProofError` when a proof fails and `BundleError` when the folder exists
    with other content: then nothing is written.
    """
    # What would refuse the result in the end is better found before the fitting than after it.
    signing.sign(b"", key)
    list_bundles(models)
    with threadpool_limits(1):  # sums in one order, whatever the number of cores
        step("fitting the final model")
        model = fit_release(plan, data)
        bundle = build_bundle(plan, data, model, measure(plan, data, study, step), step)
        proof = prove(bundle, data, model, step)
    demand(proof)
    step("writing")
    folder = models / plan.id
    write_files(folder, encode(bundle))
    update_manifest(models, plan.id if current else None, key)
    return folder, proof
