"""The line memory: what a run's inspections say of its next shots (docs/line-memory.md).

Plain floating-point arithmetic, one label at a time and in the same order of operations as the app's
`src/monitor/line-memory/`, so that both give the same numbers. `online.py` does the same for many draws at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import exp, log

from castwatch_training.bundle_schema import ExpertMixture, LineMemory

RUN_RATE = "run_rate"
RECENT = "run_rate_recent"
TILTED = "run_rate_tilt"
FIELD = "field"
LEGACY = "legacy"
MIXTURE = "mixture"
EXPERTS = (RUN_RATE, RECENT, TILTED, FIELD, LEGACY)
"""The predictors in the order of their weights."""

CERTAINTY = 1e-3
"""No predictor is taken to be surer than this when it is weighed: one wrong certainty must not silence it for good."""

RECENT_SHARE = 0.5
"""The recent rate: the same tracker with this share of the prior's strength and of the memory's half-life."""

LEAST, MOST = 0.05, 0.95
"""The levels of the interval."""


@dataclass
class Tracker:
    """The defect rate of a run, learned from its inspected shots; starts at the prior."""

    memory: LineMemory
    defects: float = 0.0
    """S: defective labels, older ones fading."""
    labels: float = 0.0
    """W: all labels, older ones fading."""
    seen: int = 0
    """Labels that came in."""

    def learn(self, defective: bool, weight: float = 1.0) -> None:
        """One label. `weight`: the share that is inspected over the shot's own chance of being inspected."""
        fade = self.memory.decay**weight
        self.defects = fade * self.defects + (weight if defective else 0.0)
        self.labels = fade * self.labels + weight
        self.seen += 1

    @property
    def rate(self) -> float:
        """The estimated defect rate."""
        strength = self.memory.prior_strength
        return (strength * self.memory.prior + self.defects) / (strength + self.labels)

    def interval(self) -> tuple[int, int]:
        """Of the next `horizon` shots, how many will be defective: the 5 % and the 95 % quantile."""
        strength, prior = self.memory.prior_strength, self.memory.prior
        a = strength * prior + self.defects
        b = strength * (1 - prior) + self.labels - self.defects
        shrink = min(1.0, self.memory.weight_cap_concentration / (a + b))
        return beta_binomial_interval(self.memory.horizon, shrink * a, shrink * b)


def recent(memory: LineMemory) -> LineMemory:
    """The constants of the tracker that remembers half as long and leans half as much on the prior."""
    return memory.model_copy(
        update={
            "prior_strength": memory.prior_strength * RECENT_SHARE,
            "decay": memory.decay ** (1 / RECENT_SHARE),
        }
    )


def beta_binomial_interval(n: int, a: float, b: float) -> tuple[int, int]:
    """The 5 % and 95 % quantiles of BetaBinomial(n, a, b), as counts."""
    log_mass = 0.0
    for i in range(n):
        log_mass += log(b + i) - log(a + b + i)
    below, low = 0.0, -1
    for k in range(n + 1):
        below += exp(log_mass)
        if low < 0 and below >= LEAST:
            low = k
        if below >= MOST:
            return low, k
        log_mass += log((n - k) / (k + 1)) + log(a + k) - log(b + n - k - 1) if k < n else 0.0
    return max(low, 0), n


def tilted(rate: float, log_odds: float, mean_log_odds: float, memory: LineMemory) -> float:
    """The rate, moved by how the shot's log-odds differ from their mean in this run."""
    centred = log_odds - mean_log_odds
    clipped = min(memory.tilt_clip, max(-memory.tilt_clip, centred))
    return 1 / (1 + exp(-(log(rate / (1 - rate)) + memory.tilt * clipped)))


@dataclass
class Mixture:
    """Fixed-share mixture (Herbster & Warmuth 1998) of the predictors that spoke, under log-loss.

    A predictor that had nothing to say of a shot sleeps: it keeps its weight (Freund et al. 1997). What a label gives
    back goes to the start weights.
    """

    constants: ExpertMixture
    weights: dict[str, float] = field(init=False)

    def __post_init__(self) -> None:
        self.weights = dict(self.constants.start)

    def probability(self, said: Mapping[str, float]) -> float:
        """The weighted mean of what was said, by predictor; at least one must have spoken."""
        total, mixed = 0.0, 0.0
        for name, weight in self.weights.items():
            if name in said:
                total += weight
                mixed += weight * said[name]
        return mixed / total

    def learn(self, said: Mapping[str, float], defective: bool, weight: float = 1.0) -> None:
        """One label of a shot of which this was said at the time; no label counts more than once (weight up to 1)."""
        eta = self.constants.rate * min(1.0, weight)
        awake, scaled = 0.0, 0.0
        likelihood: dict[str, float] = {}
        for name, own in self.weights.items():
            if name in said:
                p = min(1 - CERTAINTY, max(CERTAINTY, said[name]))
                likelihood[name] = (p if defective else 1 - p) ** eta
                awake += own
                scaled += own * likelihood[name]
        for name, own in self.weights.items():
            kept = own * likelihood[name] * (awake / scaled) if name in likelihood else own
            share = self.constants.share
            self.weights[name] = (1 - share) * kept + share * self.constants.start[name]
