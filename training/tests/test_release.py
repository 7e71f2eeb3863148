from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from castwatch_training import off_sample, proof, release
from castwatch_training.bundle import Bundle, encode, read_files
from castwatch_training.dataset import Dataset
from castwatch_training.errors import BundleError, ProofError, SigningError, TrainingError
from castwatch_training.manifest import verify_manifest
from castwatch_training.pipeline import FittedPipeline
from castwatch_training.protocols import splits
from castwatch_training.recipe import FIELD
from castwatch_training.release import (
    RELEASES,
    Measured,
    Release,
    build_bundle,
    fit_release,
    out_of_fold,
    training_rows,
)
from castwatch_training.signing import DEVELOPMENT_KEY, DEVELOPMENT_PUBLIC_KEY


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, bundle: Bundle) -> None:
    """A release whose figures are those of the shared bundle and whose proofs take fewer rows."""
    whole = off_sample.off_sample_rows
    monkeypatch.setattr(proof, "off_sample_rows", lambda b, seed, data=None: whole(b, seed, 500, data))
    measured = Measured(bundle.card.figures, bundle.calibration.line_memory, bundle.card.online)
    monkeypatch.setattr(release, "measure", lambda *_: measured)


@pytest.mark.usefixtures("quick")
def test_a_release_is_complete_proven_listed_and_signed(tmp_path: Path, plan: Release, data: Dataset) -> None:
    folder, proven = release.release(plan, data, tmp_path, DEVELOPMENT_KEY, current=True)
    assert folder == tmp_path / "field-0.0.1"
    assert proven.ok
    assert {a.against for a in proven.agreements} == {"numpy", "scikit-learn and PyTorch"}
    assert verify_manifest(tmp_path, DEVELOPMENT_PUBLIC_KEY).current == "field-0.0.1"


@pytest.mark.usefixtures("quick")
def test_the_same_release_gives_the_same_bytes(tmp_path: Path, plan: Release, data: Dataset, bundle: Bundle) -> None:
    folder, _ = release.release(plan, data, tmp_path, DEVELOPMENT_KEY)
    assert read_files(folder) == encode(bundle)
    before = (tmp_path / "manifest.json").read_bytes()
    release.release(plan, data, tmp_path, DEVELOPMENT_KEY)
    assert (tmp_path / "manifest.json").read_bytes() == before


@pytest.mark.usefixtures("quick")
def test_another_seed_under_the_same_version_is_refused(
    tmp_path: Path, plan: Release, data: Dataset, bundle: Bundle
) -> None:
    release.release(plan, data, tmp_path, DEVELOPMENT_KEY)
    with pytest.raises(BundleError, match="exists with other content"):
        release.release(replace(plan, seed=4), data, tmp_path, DEVELOPMENT_KEY)
    assert read_files(tmp_path / "field-0.0.1") == encode(bundle)


@pytest.mark.usefixtures("quick")
def test_a_failed_proof_writes_nothing(
    tmp_path: Path, plan: Release, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An export that swaps two leaves of the first tree."""
    real = release.export_boosting

    def wrong(forest: object) -> bytes:
        swapped = forest.value.copy()  # type: ignore[attr-defined]
        leaves = np.flatnonzero(forest.feature < 0)[:2]  # type: ignore[attr-defined]
        swapped[leaves] = swapped[leaves[::-1]]
        return real(replace(forest, value=swapped))  # type: ignore[type-var]

    monkeypatch.setattr(release, "export_boosting", wrong)
    with pytest.raises(ProofError, match="onnxruntime agrees with scikit-learn and PyTorch"):
        release.release(plan, data, tmp_path, DEVELOPMENT_KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_bad_key_is_found_before_anything_is_fitted(
    tmp_path: Path, plan: Release, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(release, "fit_release", lambda *_: pytest.fail("fitted"))
    with pytest.raises(SigningError, match="the key cannot be read"):
        release.release(plan, data, tmp_path, tmp_path / "none.pem")


def test_the_field_model_learns_from_every_distinct_shot(plan: Release, data: Dataset) -> None:
    assert training_rows(plan, data).tolist() == data.distinct.tolist()


def test_the_legacy_model_leaves_the_headlines_test_rows_out(data: Dataset) -> None:
    rows = training_rows(RELEASES["legacy"], data)
    (cut,) = splits("legacy", data)
    assert not set(rows) & set(cut.test)
    assert len(rows) + len(cut.test) == len(data)


@pytest.mark.parametrize(
    "recipe", [replace(FIELD, features="inputs"), replace(FIELD, boosting=replace(FIELD.boosting, library="xgboost"))]
)
def test_a_recipe_that_no_bundle_can_hold_is_refused(plan: Release, data: Dataset, recipe: object) -> None:
    with pytest.raises(TrainingError, match="a bundle needs both inputs and latents, and sklearn trees"):
        fit_release(replace(plan, recipe=recipe), data)  # type: ignore[arg-type]


def test_out_of_fold_scores_never_saw_the_shot(plan: Release, data: Dataset) -> None:
    """A label flipped on one shot leaves that shot's own score as it was, and changes others."""
    before = out_of_fold(plan, data, lambda _: None).scores
    shot = 10
    row = data.distinct[shot]
    same_fold = before.fold == before.fold[shot]
    y = data.y.copy()
    twin = np.flatnonzero((before.defective != before.defective[shot]) & same_fold)[0]
    y[[row, data.distinct[twin]]] = y[[data.distinct[twin], row]]  # a swap keeps the folds as they are
    after = out_of_fold(plan, replace(data, y=y), lambda _: None).scores
    if np.array_equal(before.fold, after.fold):
        np.testing.assert_array_equal(before.score[same_fold], after.score[same_fold])
    assert not np.array_equal(before.score, after.score)


def test_the_release_table_names_both_kinds() -> None:
    assert {kind: (plan.kind, plan.protocol) for kind, plan in RELEASES.items()} == {
        "field": ("field", "grouped"),
        "legacy": ("legacy", "legacy"),
    }
    for plan in RELEASES.values():
        assert plan.id == f"{plan.kind}-{plan.version}"


def test_building_twice_gives_the_same_files(
    plan: Release, data: Dataset, fitted: FittedPipeline, bundle: Bundle
) -> None:
    same = Measured(bundle.card.figures, bundle.calibration.line_memory, bundle.card.online)
    assert encode(build_bundle(plan, data, fitted, same, lambda _: None)) == encode(bundle)
