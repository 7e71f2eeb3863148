"""One campaign, shot by shot, for many draws of the inspected shots at a time (see `line_memory` for the equations).

Predict, then learn: the label of shot s is known from shot s + delay on, so it never changes what was said of a shot
before that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, expit, gammaln

from castwatch_training.arrays import BoolArray, FloatArray, IntArray
from castwatch_training.bundle_schema import LineMemory
from castwatch_training.line_memory import (
    CERTAINTY,
    EXPERTS,
    FIELD,
    LEAST,
    LEGACY,
    MIXTURE,
    MOST,
    RECENT,
    RUN_RATE,
    TILTED,
    recent,
)


@dataclass(frozen=True)
class Campaign:
    """A campaign's distinct shots in the order of production.

    `defective` [n]; `log_odds` by shot model [n]: calibrated, by models that have not seen the campaign. A model
    that there is not (nothing came before the campaign) is left out.
    """

    defective: IntArray
    log_odds: dict[str, FloatArray]

    @property
    def rate(self) -> float:
        """The defect rate over all shots."""
        return float(self.defective.mean())


@dataclass(frozen=True)
class Trace:
    """What was said of every shot: probabilities [n, draws] by predictor; the tracker's state S, W [n, draws] then."""

    said: dict[str, FloatArray]
    defects: FloatArray
    labels: FloatArray


def draw_inspected(shots: int, share: float, draws: int, rng: np.random.Generator) -> BoolArray:
    """[shots, draws] which shots are inspected, each by itself with chance `share`."""
    return np.asarray(rng.random((shots, draws)) < share)


def track(
    labels: IntArray | FloatArray, inspected: BoolArray, delay: int, fade: FloatArray | float
) -> tuple[FloatArray, FloatArray]:
    """The tracker's S and W [n, draws] as they stood when each shot was cast. `labels` [n, draws] or [n, 1]."""
    n, draws = inspected.shape
    defects, count = np.zeros((n, draws)), np.zeros((n, draws))
    s, w = np.zeros(draws), np.zeros(draws)
    for t in range(n):
        known = t - delay
        if known >= 0:
            asked = inspected[known]
            keep = np.where(asked, fade, 1.0)
            s = keep * s + asked * labels[known]
            w = keep * w + asked
        defects[t], count[t] = s, w
    return defects, count


def rate(defects: FloatArray, labels: FloatArray, prior: float, strength: float) -> FloatArray:
    """The tracker's estimate."""
    return (strength * prior + defects) / (strength + labels)


def centred(log_odds: FloatArray) -> FloatArray:
    """[n] log-odds less their mean over the run's shots so far, the shot itself included."""
    return log_odds - np.cumsum(log_odds) / np.arange(1, len(log_odds) + 1)


def run(
    campaign: Campaign,
    inspected: BoolArray,
    delay: int,
    memory: LineMemory,
    labels: IntArray | None = None,
) -> Trace:
    """Every predictor and their mixture through a campaign. `labels` [n, draws] stand in for the real ones."""
    n, draws = inspected.shape
    y = np.broadcast_to(campaign.defective[:, None], (n, draws)) if labels is None else labels
    defects, count = track(y, inspected, delay, memory.decay)
    said = {RUN_RATE: rate(defects, count, memory.prior, memory.prior_strength)}
    base, short = said[RUN_RATE], recent(memory)
    said[RECENT] = rate(*track(y, inspected, delay, short.decay), short.prior, short.prior_strength)
    if FIELD in campaign.log_odds:
        moved = np.clip(centred(campaign.log_odds[FIELD]), -memory.tilt_clip, memory.tilt_clip)
        said[TILTED] = expit(np.log(base / (1 - base)) + memory.tilt * moved[:, None])
    for name in (FIELD, LEGACY):
        if name in campaign.log_odds:
            said[name] = np.broadcast_to(expit(campaign.log_odds[name])[:, None], (n, draws))
    return Trace({**said, MIXTURE: mix(said, y, inspected, delay, memory)}, defects, count)


def mix(
    said: dict[str, FloatArray],
    labels: IntArray,
    inspected: BoolArray,
    delay: int,
    memory: LineMemory,
    start: FloatArray | None = None,
    learning_rate: FloatArray | None = None,
) -> FloatArray:
    """[n, draws] the mixture's probabilities.

    `start` [experts that spoke, draws] and `learning_rate` [draws] stand in for the constants'.
    """
    if memory.mixture is None:
        raise ValueError("a mixture needs its constants")
    names = [name for name in EXPERTS if name in said]
    p = np.stack([said[name] for name in names], axis=1)
    n, _, draws = p.shape
    if start is None:
        start = np.array([memory.mixture.start[name] for name in names])[:, None]
    # Those that never speak keep their share of the weight and change nothing among the others.
    start = np.broadcast_to(start / start.sum(axis=0), (len(names), draws))
    bounded = np.clip(p, CERTAINTY, 1 - CERTAINTY)
    eta = memory.mixture.rate if learning_rate is None else learning_rate
    likelihood = np.where(labels[:, None, :] > 0, bounded, 1 - bounded) ** eta
    weights, mixed = start, np.empty((n, draws))
    for t in range(n):
        known = t - delay
        if known >= 0 and inspected[known].any():
            learned = weights * likelihood[known]
            learned /= learned.sum(axis=0)
            learned = (1 - memory.mixture.share) * learned + memory.mixture.share * start
            weights = np.where(inspected[known], learned, weights)
        mixed[t] = (weights * p[t]).sum(axis=0)
    return mixed


def interval_bounds(trace: Trace, memory: LineMemory, rows: IntArray) -> tuple[IntArray, IntArray]:
    """[rows, draws] the 5 % and 95 % quantiles of the defects among the next `horizon` shots."""
    s, w = trace.defects[rows], trace.labels[rows]
    a = memory.prior_strength * memory.prior + s
    b = memory.prior_strength * (1 - memory.prior) + w - s
    return beta_binomial_bounds(memory.horizon, a, b, memory.weight_cap_concentration)


def beta_binomial_bounds(n: int, a: FloatArray, b: FloatArray, cap: float) -> tuple[IntArray, IntArray]:
    """5 % and 95 % quantiles of BetaBinomial(n, fa, fb), f = min(1, cap / (a + b)); shape of a and b."""
    shrink = np.minimum(1.0, cap / (a + b))
    a, b = (shrink * a)[..., None], (shrink * b)[..., None]
    k = np.arange(n + 1)
    choose = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)
    below = np.cumsum(np.exp(choose + betaln(a + k, b + n - k) - betaln(a, b)), axis=-1)
    low = (below < LEAST - 1e-12).sum(axis=-1)
    high = (below < MOST - 1e-12).sum(axis=-1)
    return low, np.minimum(high, n)


def log_loss(labels: IntArray, p: FloatArray) -> FloatArray:
    """[n, draws] minus the log of the probability that was given to what came; bounded as in the mixture."""
    bounded = np.clip(p, CERTAINTY, 1 - CERTAINTY)
    y = labels[:, None] if labels.ndim == 1 else labels
    return -np.log(np.where(y > 0, bounded, 1 - bounded))
