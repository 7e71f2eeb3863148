"""The protocol `online` on made-up campaigns."""

from dataclasses import replace

import numpy as np
import pytest

from castwatch_training.bundle_schema import LineMemory
from castwatch_training.card_schema import OnlineTraining
from castwatch_training.dataset import Dataset
from castwatch_training.fit_cache import FitCache, Job
from castwatch_training.fit_runner import run_jobs
from castwatch_training.line_memory import FIELD, LEGACY, MIXTURE, RUN_RATE
from castwatch_training.online import Setting, derive, inspected_shots, next_defects, one_digit
from castwatch_training.online_folds import SHOT_MODELS, campaigns, folds_of, online_jobs
from castwatch_training.online_run import Campaign
from castwatch_training.online_study import HINDSIGHT, for_card, online_section
from castwatch_training.release import Release
from castwatch_training.study_results import OnlineSection

SETTINGS = (Setting(1.0, 20), Setting(1.0, 1))


def made_up(rates: list[float], shots: int = 100, seed: int = 0, skill: float = 0.0) -> list[Campaign]:
    """Campaigns whose shot models know a run's rate and, with `skill`, its defects."""
    rng = np.random.default_rng(seed)
    result = []
    for rate in rates:
        y = (rng.random(shots) < rate).astype(np.int64)
        odds = rng.normal(-1.5, 0.7, shots) + skill * (2 * y - 1)
        result.append(Campaign(y, {FIELD: odds, LEGACY: rng.normal(-1.5, 1.5, shots)}))
    return result


@pytest.fixture(scope="module")
def section() -> OnlineSection:
    found = made_up([0.35, 0.1, 0.02, 0.2])
    trainings: tuple[OnlineTraining, ...] = ("others", "earlier")
    return online_section(dict.fromkeys(trainings, found), settings=SETTINGS, shuffles=19)


def test_constants_come_from_the_rates() -> None:
    memory = derive(made_up([0.376, 0.137, 0.013, 0.073, 0.412, 0.241], shots=600))
    assert memory.prior == 0.2
    assert memory.prior_strength == 5
    assert memory.decay**50 == pytest.approx(0.5)
    assert memory.past_rates.low < 0.03
    assert memory.past_rates.high > 0.38
    assert memory.mixture is not None
    assert sum(memory.mixture.start.values()) == pytest.approx(1, abs=1e-12)
    assert memory.mixture.start[RUN_RATE] > 0.5  # the shot models know nothing here


def test_one_campaign_is_too_few() -> None:
    with pytest.raises(ValueError, match="at least two campaigns"):
        derive(made_up([0.2]))


def test_one_digit() -> None:
    assert [one_digit(v) for v in (0.2085, 0.0468, 0.96, 0.15)] == [0.2, 0.05, 1.0, 0.1]


def test_the_next_defects_are_those_of_the_shot_and_the_ones_after_it() -> None:
    y = np.array([1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0, 1])
    rows, defects = next_defects(y, 3)
    assert rows.tolist() == [0, 10]
    assert defects.tolist() == [1, 2]


def test_the_constants_of_a_campaign_do_not_depend_on_it(section: OnlineSection) -> None:
    found = made_up([0.35, 0.1, 0.02, 0.2])
    changed = [*found[:3], Campaign(1 - found[3].defective, found[3].log_odds)]
    again = online_section({"others": changed}, settings=SETTINGS[:1], shuffles=2)

    def of(s: OnlineSection, campaign: int) -> LineMemory:
        return next(c.constants for c in s.constants if (c.training, c.campaign) == ("others", campaign))

    assert of(again, 3) == of(section, 3)
    assert of(again, 0) != of(section, 0)


def test_earlier_uses_what_came_before_alone(section: OnlineSection) -> None:
    assert {c.campaign for c in section.constants if c.training == "earlier"} == {2, 3}


def test_nothing_beats_hindsight_by_much_and_the_mixture_stays_with_the_tracker(section: OnlineSection) -> None:
    for figure in section.online.figures:
        if figure.predictor == MIXTURE and figure.training == "others":
            assert figure.against_run_rate.value is not None
            assert figure.against_run_rate.value < 0.02
    losses = {
        f.predictor: f.log_loss.value
        for f in section.online.figures
        if (f.training, f.inspected, f.delay) == ("others", 1.0, 20)
    }
    assert losses[HINDSIGHT] is not None
    assert losses[RUN_RATE] is not None
    assert losses[HINDSIGHT] < losses[RUN_RATE] + 0.01


def test_a_model_that_knows_the_defects_earns_its_weight() -> None:
    found = online_section({"others": made_up([0.3, 0.2, 0.25, 0.3], skill=1.2)}, settings=SETTINGS[1:], shuffles=2)
    figure = next(f for f in found.online.figures if (f.predictor, f.inspected, f.delay) == (MIXTURE, 1.0, 1))
    assert figure.against_run_rate.high is not None
    assert figure.against_run_rate.high < 0


def test_the_null_takes_only_order_and_signals_away(section: OnlineSection) -> None:
    for one in section.online.null:
        assert one.low <= one.shuffled <= one.high
        if one.predictor == RUN_RATE:  # independent labels: the order says nothing
            assert one.p > 0.01


def test_the_card_carries_one_delay(section: OnlineSection) -> None:
    card = for_card(section)
    assert {f.delay for f in card.figures} == {20}
    assert card.null == section.online.null


def test_inspected_shots_are_the_same_each_time() -> None:
    a, b = (inspected_shots(2, 80, Setting(0.3, 20)) for _ in range(2))
    np.testing.assert_array_equal(a, b)
    assert a.shape == (80, 20)
    assert inspected_shots(2, 80, Setting(1.0, 20)).all()


class TestFolds:
    def test_earlier_holds_nothing_that_came_later(self, data: Dataset) -> None:
        for split in folds_of("earlier", data, 0):
            assert data.campaign[split.train].max() < split.fold
            assert set(data.campaign[split.test]) == {split.fold}

    def test_campaigns_carry_the_fitted_models(self, data: Dataset, plan: Release) -> None:
        recipe = replace(plan.recipe, features="inputs")
        cache = FitCache(None, data.sha256)
        jobs = online_jobs(data, (recipe, recipe))
        run_jobs(data, jobs, cache)
        found = campaigns("others", data, cache, (recipe, recipe))
        assert sum(len(c.defective) for c in found) == len(data.distinct)
        assert all(set(c.log_odds) == {FIELD, LEGACY} for c in found)
        assert not campaigns("earlier", data, cache, (recipe, recipe))[0].log_odds

    def test_the_fits_of_others_are_those_of_the_study(self, data: Dataset) -> None:
        jobs = online_jobs(data)
        assert Job(SHOT_MODELS[0], "campaign", 0, 0, 0) in jobs
