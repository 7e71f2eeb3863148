from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import SyntheticLog, make_log, write_kamp

from castwatch_training import off_sample, proof, release, retrain
from castwatch_training.bundle import Bundle
from castwatch_training.card_schema import Estimate
from castwatch_training.dataset import Dataset
from castwatch_training.errors import BundleError, SigningError
from castwatch_training.features import DEFECTS
from castwatch_training.labels import Joined, join
from castwatch_training.manifest import verify_manifest
from castwatch_training.protocols import splits
from castwatch_training.release import Measured, Release
from castwatch_training.retrain import Comparison, Tested, compare_models, decide, next_version
from castwatch_training.retrain_report import write_retrain_report
from castwatch_training.signing import DEVELOPMENT_KEY, DEVELOPMENT_PUBLIC_KEY


@pytest.fixture
def next_plan(plan: Release) -> Release:
    """The shared plan under the version after the shared bundle's."""
    return replace(plan, version="0.1.0")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, bundle: Bundle) -> None:
    """Releases whose figures are those of the shared bundle and whose proofs take fewer rows."""
    whole = off_sample.off_sample_rows
    monkeypatch.setattr(proof, "off_sample_rows", lambda b, seed, data=None: whole(b, seed, 500, data))
    measured = Measured(bundle.card.figures, bundle.calibration.line_memory, bundle.card.online)
    monkeypatch.setattr(release, "measure", lambda *_: measured)


def line_log(shots: int, *, learnable: bool) -> SyntheticLog:
    """A line whose parts are bad by their coolant pressure, which tells nothing in the base data, or by chance."""
    log = make_log(shots, seed=9)
    rng = np.random.default_rng(9)
    X = log.X.copy()
    signal = rng.permutation(len(X)) / len(X)
    X[:, 26] = np.round(2.5 + signal, 4)
    bad = signal > 0.5 if learnable else rng.random(len(X)) < 0.23
    defects = np.zeros_like(log.defects)
    defects[bad, 0] = 1
    assert defects.shape[1] == len(DEFECTS)
    return replace(log, X=X, defects=defects)


@pytest.fixture(scope="module")
def useful(tmp_path_factory: pytest.TempPathFactory, data: Dataset) -> Joined:
    """Labels from which a model of the line can be learned."""
    return join(data, [write_kamp(tmp_path_factory.mktemp("useful") / "export.csv", line_log(300, learnable=True))])


@pytest.mark.usefixtures("quick")
def test_labels_that_teach_are_released_and_the_report_says_why(
    tmp_path: Path, models: Path, next_plan: Release, useful: Joined
) -> None:
    found = retrain.retrain(
        next_plan,
        useful,
        models,
        DEVELOPMENT_KEY,
        current=True,
        protocols=("forward",),
        seeds=(0,),
        fits=None,
        workers=1,
    )
    assert found.decision.better, found.decision.reasons
    assert found.folder == models / "field-0.1.0"
    assert verify_manifest(models, DEVELOPMENT_PUBLIC_KEY).current == "field-0.1.0"
    report = write_retrain_report(found, [Path("export.csv")], tmp_path / "report.md").read_text()
    assert "Released: `field-0.1.0`" in report
    assert found.decision.reasons[0] in report
    assert "`forward`, the line's shots: Brier -" in report
    card = (models / "field-0.1.0" / "card.md").read_text()
    assert f"and {useful.added} labelled shots of a line" in card


def test_labels_by_chance_release_nothing_and_the_report_says_why(
    tmp_path: Path, models: Path, next_plan: Release, data: Dataset
) -> None:
    export = write_kamp(tmp_path / "export.csv", line_log(100, learnable=False))
    before = sorted(models.rglob("*"))
    found = retrain.retrain(
        next_plan,
        join(data, [export]),
        models,
        DEVELOPMENT_KEY,
        protocols=("forward",),
        seeds=(0,),
        fits=None,
        workers=1,
    )
    assert not found.decision.better
    assert found.folder is None
    assert sorted(models.rglob("*")) == before
    report = write_retrain_report(found, [export], tmp_path / "report.md").read_text()
    assert "**Not released.**" in report
    assert "`forward`, the line's shots" in report


def test_both_models_are_judged_on_the_same_shots(next_plan: Release, useful: Joined) -> None:
    found = compare_models(
        next_plan, useful.data, lambda _: None, protocols=("forward",), seeds=(0,), fits=None, workers=1
    )
    (split,) = splits("forward", useful.data)
    assert useful.data.from_line is not None
    of_line = int(useful.data.from_line[split.test].sum())
    assert {c.tested: c.shots for c in found} == {"line": of_line, "base": len(split.test) - of_line}
    for c in found:
        values = c.learned["brier"], c.base["brier"], c.difference["brier"].value
        assert None not in values
        learned, base, difference = map(float, values)  # type: ignore[arg-type]
        assert difference == pytest.approx(learned - base, abs=2e-5)


def test_too_few_labels_are_not_worth_a_fit(
    tmp_path: Path, models: Path, next_plan: Release, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrain, "compare_models", lambda *_, **__: pytest.fail("fitted"))
    whole = line_log(60, learnable=True)
    shown = SyntheticLog(*(getattr(whole, field.name)[:20] for field in fields(whole)))
    few = join(data, [write_kamp(tmp_path / "export.csv", shown)])
    found = retrain.retrain(next_plan, few, models, DEVELOPMENT_KEY)
    assert found.folder is None
    assert "20 new labelled shots: fewer than 30" in found.decision.reasons[0]


def test_what_would_refuse_the_bundle_is_found_before_the_fitting(
    tmp_path: Path, models: Path, plan: Release, useful: Joined, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retrain, "compare_models", lambda *_, **__: pytest.fail("fitted"))
    with pytest.raises(BundleError, match=r"field-0\.0\.1: exists"):
        retrain.retrain(plan, useful, models, DEVELOPMENT_KEY)
    with pytest.raises(SigningError):
        retrain.retrain(replace(plan, version="0.1.0"), useful, models, tmp_path / "none.pem")


def difference(brier: tuple[float, float], auc: tuple[float, float] = (-0.01, 0.01)) -> dict[str, Estimate]:
    """Intervals of a difference."""
    return {
        name: Estimate(value=(low + high) / 2, low=low, high=high)
        for name, (low, high) in (("brier", brier), ("roc_auc", auc), ("pr_auc", (-0.01, 0.01)))
    }


def compared(protocol: str, tested: Tested, found: dict[str, Estimate]) -> Comparison:
    """A comparison of which only the difference counts."""
    return Comparison(protocol, tested, 100, 20, {}, {}, found)  # type: ignore[arg-type]


GAIN, EVEN, LOSS = difference((-0.03, -0.01)), difference((-0.01, 0.01)), difference((0.001, 0.02))


@pytest.mark.parametrize(
    ("forward", "others", "better", "said"),
    [
        (GAIN, EVEN, True, "measurably worse nowhere"),
        (GAIN, GAIN, True, "better"),
        (EVEN, GAIN, False, "not measurably better"),
        (LOSS, GAIN, False, "worse"),
        (GAIN, LOSS, False, "`grouped`, the base data's shots: Brier"),
        (GAIN, difference((-0.02, -0.01), (-0.03, -0.001)), False, "ROC-AUC"),
    ],
)
def test_the_rule(forward: dict[str, Estimate], others: dict[str, Estimate], better: bool, said: str) -> None:
    found = decide([compared("forward", "line", forward), compared("grouped", "base", others)])
    assert found.better is better
    assert any(said in reason for reason in found.reasons)


def test_no_shot_of_the_line_tested_is_no_gain() -> None:
    found = decide([compared("forward", "base", GAIN)])
    assert not found.better
    assert "tests no shot of the line" in found.reasons[0]


def test_the_next_version_follows_the_highest_field_bundle(models: Path, tmp_path: Path) -> None:
    assert next_version(models) == "0.1.0"
    with pytest.raises(BundleError, match="holds no field bundle"):
        next_version(tmp_path / "empty")
