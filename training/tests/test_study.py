"""The study from plan to report, on the synthetic log with small models."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from castwatch_training import study_plan
from castwatch_training.baselines import BASELINES
from castwatch_training.card_schema import Estimate
from castwatch_training.dataset import Dataset
from castwatch_training.errors import StudyError
from castwatch_training.evaluation import evaluate_recipe
from castwatch_training.fit_cache import FitCache
from castwatch_training.fit_runner import run_jobs
from castwatch_training.metrics import evaluate
from castwatch_training.protocols import PROTOCOLS
from castwatch_training.recipe import FIELD, LEGACY, OLD_RECIPE
from castwatch_training.study import comparisons, summarise, work
from castwatch_training.study_plan import FEATURE_SETS, LATENTS, LIBRARIES, Plan, make_plan, model_name, study_jobs
from castwatch_training.study_report import write_study_report
from castwatch_training.study_results import StudyResults, read_results, write_results
from castwatch_training.study_words import direction, short, with_interval


def shrunk(plan: Plan) -> Plan:
    """The same plan with models that take no time, on the forward split and (scikit-learn) the legacy one."""
    entries = [
        replace(
            e,
            recipe=replace(
                e.recipe,
                autoencoder=replace(e.recipe.autoencoder, epochs=1),
                boosting=replace(e.recipe.boosting, trees=8, depth=min(e.recipe.boosting.depth, 4)),
            ),
        )
        for e in plan.entries
        if e.protocol == "forward" or (e.protocol == "legacy" and "sklearn" in e.model)
    ]
    recipes = [replace(r, boosting=replace(r.boosting, trees=8, depth=4)) for r in plan.split_recipes]
    return replace(
        plan, entries=tuple(entries), split_recipes=tuple(recipes), resamples=30, baselines=("legacy", "forward")
    )


@pytest.fixture(scope="module")
def results(data: Dataset) -> StudyResults:
    plan = shrunk(make_plan(quick=True))
    cache = FitCache(None, data.sha256)
    run_jobs(data, study_jobs(plan, data), cache)
    steps: list[str] = []
    found = summarise(plan, data, cache, 2, steps.append)
    assert len(steps) == work(plan)
    return found


class TestPlan:
    def test_the_full_study_holds_what_it_must(self) -> None:
        plan = make_plan(quick=False)
        there = {(e.model, e.protocol) for e in plan.entries}
        for protocol in PROTOCOLS:
            for library in LIBRARIES:
                for features in FEATURE_SETS:
                    assert (model_name(features, library, 12), protocol) in there
            for recipe in (FIELD, LEGACY, OLD_RECIPE):
                assert (recipe.name, protocol) in there
        for size in LATENTS:
            for protocol in ("grouped", "forward"):
                assert (model_name("both", "sklearn", size), protocol) in there
        assert LATENTS == (4, 8, 12, 16)
        assert all(len(e.seeds) >= 3 for e in plan.entries)
        assert len(plan.split_seeds) >= 5
        assert set(plan.baselines) >= set(PROTOCOLS)

    def test_the_quick_study_is_a_part_of_the_full_one(self) -> None:
        full = {(e.model, e.protocol, e.recipe) for e in make_plan(quick=False).entries}
        quick = {(e.model, e.protocol, e.recipe) for e in make_plan(quick=True).entries}
        assert quick < full

    def test_libraries_differ_in_the_library_alone(self) -> None:
        for library in LIBRARIES:
            recipe = study_plan.grid_recipe("both", library)
            assert replace(recipe.boosting, library="sklearn") == study_plan.grid_recipe("both", "sklearn").boosting

    def test_every_fit_is_asked_for_once(self, data: Dataset) -> None:
        jobs = study_jobs(make_plan(quick=False), data)
        assert len(jobs) == len(set(jobs))


class TestResults:
    def test_a_figure_is_what_the_evaluation_says(self, data: Dataset, results: StudyResults) -> None:
        plan = shrunk(make_plan(quick=True))
        entry = next(e for e in plan.entries if e.model == "30 sklearn" and e.protocol == "legacy")
        figure = results.figure("legacy", "30 sklearn")
        assert figure is not None
        direct = evaluate(evaluate_recipe(data, entry.recipe, "legacy", plan.seeds), plan.resamples)
        for name, e in direct.items():
            found = getattr(figure.metrics, name).value
            assert (found is None and np.isnan(e.value)) or found == pytest.approx(e.value, abs=1e-5)
        assert figure.rows == 200
        assert figure.shots < figure.rows

    def test_a_difference_is_that_of_its_figures(self, results: StudyResults) -> None:
        for d in results.differences:
            a, b = results.figure(d.protocol, d.model), results.figure(d.protocol, d.against)
            assert a is not None
            assert b is not None
            expected = (a.metrics.roc_auc.value or 0) - (b.metrics.roc_auc.value or 0)
            assert d.metrics["roc_auc"].value == pytest.approx(expected, abs=2e-5)

    def test_the_planted_leak_shows(self, results: StudyResults) -> None:
        legacy, forward = (results.figure(p, "twin_lookup") for p in ("legacy", "forward"))
        assert legacy is not None
        assert forward is not None
        assert legacy.metrics.roc_auc.value > 0.8
        assert forward.metrics.roc_auc.value == 0.5

    def test_knowing_the_campaign_ranks_nothing_inside_it(self, results: StudyResults) -> None:
        table = results.figure("forward", "campaign_table")
        assert table is not None
        assert table.roc_auc_within.value == 0.5
        assert table.metrics.roc_auc.value > 0.5

    def test_comparisons_are_among_what_is_there(self) -> None:
        for quick in (True, False):
            plan = make_plan(quick)
            there = {(e.protocol, e.model) for e in plan.entries} | {(p, b) for p in plan.baselines for b in BASELINES}
            pairs = comparisons(plan)
            assert len(pairs) == len(set(pairs))
            assert all((p, a) in there and (p, b) in there for p, a, b in pairs)

    def test_the_report_comes_from_the_file_alone(self, results: StudyResults, tmp_path: Path) -> None:
        path = write_results(results, tmp_path)
        again = read_results(tmp_path)
        assert again == results
        assert path.stat().st_size < 2_000_000
        first = write_study_report(results, tmp_path).read_text()
        figures = {p.name: p.read_bytes() for p in (tmp_path / "figures").iterdir()}
        assert write_study_report(again, tmp_path).read_text() == first
        assert {p.name: p.read_bytes() for p in (tmp_path / "figures").iterdir()} == figures
        for line in first.splitlines():
            if line.startswith("!["):
                assert line.split("figures/")[1].rstrip(")") in figures
        assert "0.7027" in first
        assert "quick study" in first

    @pytest.mark.parametrize("content", [None, "{}", "no json"])
    def test_a_file_that_is_not_there_or_damaged_is_named(self, tmp_path: Path, content: str | None) -> None:
        if content is not None:
            (tmp_path / "model-study.json").write_text(content)
        with pytest.raises(StudyError, match=r"model-study\.json"):
            read_results(tmp_path)

    def test_an_unknown_key_is_an_error(self, results: StudyResults, tmp_path: Path) -> None:
        path = write_results(results, tmp_path)
        path.write_text(json.dumps({**json.loads(path.read_text()), "surprise": 1}))
        with pytest.raises(StudyError, match="surprise"):
            read_results(tmp_path)


class TestWords:
    @pytest.mark.parametrize(
        ("value", "signed", "text"),
        [
            (0.7512, False, ".751"),
            (-0.0041, True, "-.004"),
            (1.0, False, "1.000"),
            (0.2, True, "+.200"),
            (None, False, "–"),
        ],
    )
    def test_short(self, value: float | None, signed: bool, text: str) -> None:
        assert short(value, signed) == text

    def test_with_interval(self) -> None:
        assert with_interval(Estimate(value=0.75, low=0.7, high=0.8)) == ".750 (.700 to .800)"

    @pytest.mark.parametrize(
        ("low", "high", "metric", "word"),
        [
            (0.01, 0.02, "roc_auc", "helps"),
            (-0.02, -0.01, "roc_auc", "hurts"),
            (0.01, 0.02, "brier", "hurts"),
            (-0.02, -0.01, "brier", "helps"),
            (-0.01, 0.01, "roc_auc", "makes no measurable difference"),
        ],
    )
    def test_direction(self, low: float, high: float, metric: str, word: str) -> None:
        assert direction(Estimate(value=(low + high) / 2, low=low, high=high), metric) == word
