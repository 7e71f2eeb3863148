from dataclasses import asdict, replace

import pytest

from castwatch_training import figures
from castwatch_training.dataset import Dataset
from castwatch_training.figures import compute_figures, release_figures
from castwatch_training.fit_cache import FitCache
from castwatch_training.fit_runner import run_jobs
from castwatch_training.protocols import Protocol
from castwatch_training.recipe import OLD_RECIPE
from castwatch_training.release import Release
from castwatch_training.study import summarise
from castwatch_training.study_plan import Entry, Plan, study_jobs
from castwatch_training.study_results import StudyResults

PROTOCOLS: tuple[Protocol, ...] = ("legacy", "forward")
OLD = replace(OLD_RECIPE, boosting=replace(OLD_RECIPE.boosting, trees=8))
RESAMPLES = 50


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer trees and resamples, for the study and for the figures alike."""
    monkeypatch.setattr(figures, "OLD_RECIPE", OLD)
    monkeypatch.setattr(figures, "RESAMPLES", RESAMPLES)


def test_each_protocol_has_the_recipe_and_all_baselines(plan: Release, data: Dataset) -> None:
    steps: list[str] = []
    found = compute_figures(
        data, plan.recipe, steps.append, protocols=("legacy", "forward"), seeds=(0,), fits=None, workers=1
    )
    models = {"field", "old_recipe", "twin_lookup", "campaign_table", "all_defective"}
    for protocol in ("legacy", "forward"):
        rows = {figure.model: figure for figure in found if figure.protocol == protocol}
        assert set(rows) == models
        assert len({figure.rows for figure in rows.values()}) == 1
        recipe = rows["field"].metrics
        assert recipe.roc_auc.value is not None
        assert recipe.roc_auc.low is not None
        assert recipe.roc_auc.high is not None
        assert recipe.roc_auc.low <= recipe.roc_auc.value <= recipe.roc_auc.high
        assert rows["all_defective"].metrics.recall.value == 1
    auc = {f.protocol: f.metrics.roc_auc.value for f in found if f.model == "twin_lookup"}
    assert auc["legacy"] > 0.6  # memory pays where twins straddle the split
    assert auc["forward"] == 0.5  # and nowhere else
    assert any("fit 4 of 4" in step for step in steps)


@pytest.fixture(scope="module")
def studied(plan: Release, data: Dataset) -> StudyResults:
    """A study of `plan` on two protocols, first seed."""
    entries = tuple(Entry(r.name, r, p, (0,)) for p in PROTOCOLS for r in (plan.recipe, OLD))
    study = Plan(False, entries, PROTOCOLS, (0,), (), (), RESAMPLES)
    cache = FitCache(None, data.sha256)
    run_jobs(data, study_jobs(study, data), cache)
    found = summarise(study, data, cache, 2, lambda _: None)
    recipes = {"field": asdict(plan.recipe), "old_recipe": asdict(OLD)}
    return found.model_copy(update={"recipes": recipes})


def test_a_study_of_the_same_recipe_saves_the_fits(plan: Release, data: Dataset, studied: StudyResults) -> None:
    steps: list[str] = []
    taken = release_figures(
        data, plan.recipe, studied, steps.append, protocols=PROTOCOLS, seeds=(0,), fits=None, workers=1
    )
    assert steps == ["repeating fits of the study"]
    made = compute_figures(data, plan.recipe, steps.append, protocols=PROTOCOLS, seeds=(0,), fits=None, workers=1)
    assert taken == made
    assert {f.model for f in taken} >= {"field", "old_recipe"}


@pytest.mark.parametrize("what", ["data", "seeds", "versions", "recipes", "figures", "result"])
def test_a_study_of_something_else_is_not_believed(
    what: str, plan: Release, data: Dataset, studied: StudyResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "compute_figures", lambda *_, **__: [])
    first = studied.figures[0]
    assert first.model == "field"
    other: dict[str, object] = {
        "data": studied.data.model_copy(update={"sha256": "0" * 64}),
        "seeds": [1],
        "versions": {**studied.versions, "torch": "0"},
        "recipes": {**studied.recipes, "field": {**studied.recipes["field"], "clip": 9.0}},
        "figures": studied.figures[1:],
        "result": [first.model_copy(update={"roc_auc_by_seed": [0.12345]}), *studied.figures[1:]],
    }
    study = studied.model_copy(update={"figures" if what == "result" else what: other[what]})
    assert not release_figures(
        data, plan.recipe, study, lambda _: None, protocols=PROTOCOLS, seeds=(0,), fits=None, workers=1
    )
