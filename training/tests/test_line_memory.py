"""The line memory one label at a time, and the same for many draws at once."""

from math import log

import numpy as np
import pytest
from scipy.stats import betabinom

from castwatch_training.bundle_schema import ExpertMixture, LineMemory, PastRates
from castwatch_training.line_memory import (
    EXPERTS,
    FIELD,
    LEGACY,
    MIXTURE,
    RECENT,
    RUN_RATE,
    TILTED,
    Mixture,
    Tracker,
    beta_binomial_interval,
    recent,
    tilted,
)
from castwatch_training.online_run import Campaign, beta_binomial_bounds, draw_inspected, run

MEMORY = LineMemory(
    prior=0.2,
    prior_strength=5,
    decay=2 ** (-1 / 50),
    weight_cap_concentration=16,
    horizon=50,
    tilt=0.25,
    tilt_clip=2,
    past_rates=PastRates(low=0.01, high=0.41),
    mixture=ExpertMixture(
        rate=0.5, share=0.01, start={RUN_RATE: 0.5, RECENT: 0.2, TILTED: 0.1, FIELD: 0.1, LEGACY: 0.1}
    ),
)


def learned(labels: list[int]) -> Tracker:
    tracker = Tracker(MEMORY)
    for label in labels:
        tracker.learn(label == 1)
    return tracker


def test_the_worked_example() -> None:
    tracker = learned([1, 0, 0, 1])
    assert tracker.defects == pytest.approx(1.959264, abs=5e-7)
    assert tracker.labels == pytest.approx(3.918152, abs=5e-7)
    assert tracker.rate == pytest.approx(0.331825, abs=5e-7)
    assert tracker.seen == 4


def test_without_labels_it_says_the_prior() -> None:
    assert Tracker(MEMORY).rate == MEMORY.prior


@pytest.mark.parametrize(("a", "b"), [(1.0, 4.0), (0.2, 15.8), (7.3, 8.7), (15.9, 0.1)])
def test_the_interval_is_that_of_the_beta_binomial_distribution(a: float, b: float) -> None:
    expected = (int(betabinom.ppf(0.05, 50, a, b)), int(betabinom.ppf(0.95, 50, a, b)))
    assert beta_binomial_interval(50, a, b) == expected
    low, high = beta_binomial_bounds(50, np.array([a]), np.array([b]), cap=1e9)
    assert (int(low[0]), int(high[0])) == expected


def test_many_draws_at_once_say_the_same() -> None:
    rng = np.random.default_rng(1)
    n, delay = 300, 7
    y = (rng.random(n) < 0.3).astype(np.int64)
    odds = {FIELD: rng.normal(-1, 1, n), LEGACY: rng.normal(-1, 2, n)}
    mask = draw_inspected(n, 0.4, 3, rng)
    trace = run(Campaign(y, odds), mask, delay, MEMORY)
    assert MEMORY.mixture is not None
    for draw in range(3):
        tracker, short, mixture = Tracker(MEMORY), Tracker(recent(MEMORY)), Mixture(MEMORY.mixture)
        history: list[dict[str, float]] = []
        total = 0.0
        for t in range(n):
            if t >= delay and mask[t - delay, draw]:
                known = t - delay
                tracker.learn(y[known] == 1)
                short.learn(y[known] == 1)
                mixture.learn(history[known], y[known] == 1)
            total += odds[FIELD][t]
            said = {
                RUN_RATE: tracker.rate,
                RECENT: short.rate,
                TILTED: tilted(tracker.rate, odds[FIELD][t], total / (t + 1), MEMORY),
                FIELD: 1 / (1 + np.exp(-odds[FIELD][t])),
                LEGACY: 1 / (1 + np.exp(-odds[LEGACY][t])),
            }
            history.append(said)
            for name in EXPERTS:
                assert trace.said[name][t, draw] == pytest.approx(said[name], abs=1e-12)
            assert trace.said[MIXTURE][t, draw] == pytest.approx(mixture.probability(said), abs=1e-12)


def test_the_label_of_a_shot_never_changes_what_was_said_of_it() -> None:
    rng = np.random.default_rng(2)
    y = (rng.random(200) < 0.3).astype(np.int64)
    odds = {FIELD: rng.normal(size=200), LEGACY: rng.normal(size=200)}
    mask = draw_inspected(200, 0.5, 4, rng)
    before = run(Campaign(y, odds), mask, 1, MEMORY)
    for t in (0, 50, 199):
        other = y.copy()
        other[t] = 1 - other[t]
        after = run(Campaign(other, odds), mask, 1, MEMORY)
        for name, p in before.said.items():
            np.testing.assert_array_equal(p[: t + 1], after.said[name][: t + 1])


def test_the_regret_is_within_its_bound_whatever_comes() -> None:
    """Against each predictor: (ln 1/start + labels ln 1/(1 - share)) / rate, for labels known at once."""
    rng = np.random.default_rng(3)
    constants = MEMORY.mixture
    assert constants is not None
    for _ in range(40):
        mixture = Mixture(constants)
        loss = dict.fromkeys((*EXPERTS, MIXTURE), 0.0)
        labels = 200
        for _ in range(labels):
            said = dict(zip(EXPERTS, rng.uniform(0.001, 0.999, len(EXPERTS)), strict=True))
            p = mixture.probability(said)
            defective = p < 0.5  # the label that hurts more
            for name, value in {**said, MIXTURE: p}.items():
                loss[name] -= log(value if defective else 1 - value)
            mixture.learn(said, defective)
        for name, start in constants.start.items():
            bound = (log(1 / start) + labels * log(1 / (1 - constants.share))) / constants.rate
            assert loss[MIXTURE] - loss[name] <= bound + 1e-9


def test_a_predictor_that_is_silent_keeps_its_weight() -> None:
    constants = ExpertMixture(rate=1, share=0, start={RUN_RATE: 0.5, FIELD: 0.5})
    mixture = Mixture(constants)
    mixture.learn({RUN_RATE: 0.9}, defective=False)
    assert mixture.weights == {RUN_RATE: 0.5, FIELD: 0.5}
