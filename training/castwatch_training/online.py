"""The protocol `online`: constants of the line memory from past campaigns, and how well it does on one left out.

Everything that is chosen for a campaign is chosen on others: the constants and start weights by `derive`, the shot
models by the folds of `online_folds`. A campaign stands once with all others (`others`) and once with the earlier ones
alone (`earlier`, from the third on: two runs are the fewest that say how much runs differ).

`horizon`, the fading (half of it per `horizon` labels: the estimate is about as many shots as it remembers), the tilt
and the share are definitions, set before and not chosen by figures. The models of the other campaigns, on which start
weights are chosen, have the campaign itself among their training shots; the choice is therefore coarse, and the study
says what it was for each campaign.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from castwatch_training.arrays import BoolArray, FloatArray, IntArray
from castwatch_training.bundle_schema import ExpertMixture, LineMemory, PastRates
from castwatch_training.line_memory import EXPERTS, FIELD, LEGACY, RECENT, RUN_RATE, TILTED
from castwatch_training.online_run import Campaign, draw_inspected, interval_bounds, log_loss, mix, run

HORIZON = 50
DECAY = 2 ** (-1 / HORIZON)
TILT = 0.25
TILT_CLIP = 2.0
SHARE = 0.001
"""What a label gives back to the start weights: the price of being able to change one's mind."""
MIXTURES = tuple(
    (rate, {RUN_RATE: 0.95 - recent - 2 * model, RECENT: recent, TILTED: 0.05, FIELD: model, LEGACY: model})
    for rate in (0.25, 0.5, 1.0)
    for recent in (0.1, 0.2)
    for model in (0.01, 0.03)
)
"""Learning rates and start weights to choose from: few and coarse, no weight so low that it could not be earned up."""
STRENGTHS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0)
CONCENTRATIONS = (8.0, 12.0, 16.0, 24.0, 32.0, 48.0)
COVERAGE = 0.9

TUNED_ON = ((1.0, 20), (0.1, 20))
"""The settings (share inspected, delay) on which concentration and start weights are found."""
DRAWS = 20
TUNING_DRAWS = 2
COVERAGE_STEP = 10
"""The interval is checked at every so many shots; neighbours say nearly the same."""


@dataclass(frozen=True)
class Setting:
    """`inspected`: share of the shots; `delay`: how many shots later a finding is known."""

    inspected: float
    delay: int


SETTINGS = tuple(Setting(q, d) for d in (1, 20, 100) for q in (1.0, 0.3, 0.1, 0.05))


def derive(campaigns: Sequence[Campaign]) -> LineMemory:
    """The constants that past campaigns give.

    The prior is the mean of their rates to one digit, its strength that of the Beta distribution of the rates (by
    moments) on the scale 1, 2, 5: six runs carry no more digits. Raises `ValueError` for fewer than two campaigns.
    """
    rates = np.array([c.rate for c in campaigns])
    if len(rates) < 2:
        raise ValueError("the constants of the line memory need at least two campaigns")
    prior = one_digit(min(0.9, max(0.01, float(rates.mean()))))
    memory = LineMemory(
        prior=prior,
        prior_strength=_nearest(STRENGTHS, _strength(rates)),
        decay=DECAY,
        weight_cap_concentration=CONCENTRATIONS[0],
        horizon=HORIZON,
        tilt=TILT,
        tilt_clip=TILT_CLIP,
        past_rates=PastRates(low=float(rates.min()), high=float(rates.max())),
        mixture=_mixture(MIXTURES[0]),
    )
    memory = memory.model_copy(update={"weight_cap_concentration": _concentration(campaigns, memory)})
    return memory.model_copy(update={"mixture": _best_mixture(campaigns, memory)})


def one_digit(value: float) -> float:
    """A positive number to one significant digit."""
    return round(value, -floor(log10(value)))


def draws_of(setting: Setting) -> int:
    """How many draws of the inspected shots a setting takes; where all are inspected there is one."""
    return 1 if setting.inspected >= 1 else DRAWS


def inspected_shots(campaign: int, shots: int, setting: Setting) -> BoolArray:
    """[shots, draws] the inspected shots of a campaign: the same whenever they are drawn."""
    rng = np.random.default_rng([campaign, round(setting.inspected * 1000)])
    return draw_inspected(shots, setting.inspected, draws_of(setting), rng)


def next_defects(defective: IntArray, horizon: int) -> tuple[IntArray, IntArray]:
    """Shots (every `COVERAGE_STEP`-th that has `horizon` shots ahead, itself the first) and the defects among those."""
    rows = np.arange(0, len(defective) - horizon + 1, COVERAGE_STEP)
    total = np.concatenate([[0], np.cumsum(defective)])
    return rows, total[rows + horizon] - total[rows]


def _strength(rates: FloatArray) -> float:
    mean, variance = float(rates.mean()), float(rates.var(ddof=1))
    return mean * (1 - mean) / variance - 1 if variance > 0 else STRENGTHS[-1]


def _nearest(scale: Sequence[float], value: float) -> float:
    bounded = min(scale[-1], max(scale[0], value))
    return min(scale, key=lambda step: abs(np.log(step / bounded)))


def _concentration(campaigns: Sequence[Campaign], memory: LineMemory) -> float:
    """The cap whose interval covers the next shots most nearly as often as it says."""
    hits = dict.fromkeys(CONCENTRATIONS, 0.0)
    total = 0
    for number, campaign in enumerate(campaigns):
        if len(campaign.defective) < memory.horizon:
            continue
        rows, defects = next_defects(campaign.defective, memory.horizon)
        for q, delay in TUNED_ON:
            mask = inspected_shots(number, len(campaign.defective), Setting(q, delay))
            trace = run(Campaign(campaign.defective, {}), mask, delay, memory)
            total += len(rows)
            for cap in CONCENTRATIONS:
                low, high = interval_bounds(trace, memory.model_copy(update={"weight_cap_concentration": cap}), rows)
                inside = (low <= defects[:, None]) & (defects[:, None] <= high)
                hits[cap] += float(inside.mean(axis=1).sum())
    return min(CONCENTRATIONS, key=lambda cap: abs(hits[cap] / total - COVERAGE)) if total else 16.0


def _mixture(choice: tuple[float, dict[str, float]]) -> ExpertMixture:
    rate, start = choice
    return ExpertMixture(rate=rate, share=SHARE, start={name: round(weight, 2) for name, weight in start.items()})


def _best_mixture(campaigns: Sequence[Campaign], memory: LineMemory) -> ExpertMixture:
    """Of `MIXTURES` the one that does best on the campaigns, each counting the same; the first of equals."""
    loss = np.zeros(len(MIXTURES))
    starts = np.array([[start[name] for _, start in MIXTURES] for name in EXPERTS])
    rates = np.array([rate for rate, _ in MIXTURES])
    for number, campaign in enumerate(campaigns):
        if set(campaign.log_odds) != {FIELD, LEGACY}:
            continue
        for q, delay in TUNED_ON:
            mask = inspected_shots(number, len(campaign.defective), Setting(q, delay))[:, :TUNING_DRAWS]
            draws = mask.shape[1]
            said = run(campaign, mask, delay, memory).said
            wide = {name: np.tile(said[name], (1, len(MIXTURES))) for name in EXPERTS}
            labels = np.broadcast_to(campaign.defective[:, None], (len(mask), draws * len(MIXTURES)))
            p = mix(
                wide,
                labels,
                np.tile(mask, (1, len(MIXTURES))),
                delay,
                memory,
                np.repeat(starts, draws, axis=1),
                np.repeat(rates, draws),
            )
            loss += log_loss(campaign.defective, p).mean(axis=0).reshape(len(MIXTURES), draws).mean(axis=1)
    return _mixture(MIXTURES[int(np.argmin(loss))])
