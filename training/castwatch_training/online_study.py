"""The figures of the protocol `online`: every predictor through every campaign, with intervals and a null."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray, IntArray
from .bundle_schema import LineMemory
from .card_schema import Estimate, Online, OnlineCoverage, OnlineFigure, OnlineNull, OnlineTraining
from .line_memory import EXPERTS, MIXTURE, RUN_RATE, TILTED
from .metrics import roc_auc
from .online import SETTINGS, Setting, derive, draws_of, inspected_shots, next_defects
from .online_run import Campaign, draw_inspected, interval_bounds, log_loss, run
from .study_results import OnlineConstants, OnlineRegret, OnlineSection

BLOCK = 50
"""Shots that are resampled together: neighbours share what the line was doing."""
RESAMPLES = 1000
AUC_RESAMPLES = 200
AUC_DRAWS = 3
SHUFFLES = 100
NULL_SETTINGS = (Setting(1.0, 20), Setting(0.1, 20))
CARD_DELAY = 20
PRIOR = "prior"
HINDSIGHT = "hindsight"
DIGITS = 5
FEWEST = 2
"""Campaigns that the constants need."""

Advance = Callable[[str], None]


@dataclass(frozen=True)
class Held:
    """A campaign with the constants that the others gave."""

    number: int
    campaign: Campaign
    memory: LineMemory


def online_section(
    found: dict[OnlineTraining, list[Campaign]],
    advance: Advance = lambda _: None,
    settings: Sequence[Setting] = SETTINGS,
    shuffles: int = SHUFFLES,
) -> OnlineSection:
    """Everything the study says of the protocol; `found` are the campaigns as `online_folds.campaigns` gives them."""
    held: dict[OnlineTraining, list[Held]] = {}
    for training, campaigns in found.items():
        advance(f"constants, {training}")
        held[training] = _held(training, campaigns)
    figures: list[OnlineFigure] = []
    coverage: list[OnlineCoverage] = []
    null: list[OnlineNull] = []
    regret: list[OnlineRegret] = []
    for training, ones in held.items():
        if not ones:
            continue
        for setting in settings:
            advance(f"{training}, {setting.inspected:g} inspected, {setting.delay} late")
            pooled = _pooled(ones, setting)
            figures += _figures(training, setting, pooled)
            coverage.append(_coverage(training, setting, ones, pooled))
            regret += _regret(training, setting, ones, pooled)
        for setting in NULL_SETTINGS:
            null += _null(training, setting, ones, shuffles)
    draws = max(draws_of(s) for s in settings)
    online = Online(block=BLOCK, resamples=RESAMPLES, draws=draws, figures=figures, coverage=coverage, null=null)
    constants = [
        OnlineConstants(training=training, campaign=one.number, constants=one.memory)
        for training, ones in held.items()
        for one in ones
    ]
    advance("constants, all campaigns")
    derived = derive(next(iter(found.values())))
    return OnlineSection(online=online, derived=derived, constants=constants, regret=regret)


def for_card(section: OnlineSection) -> Online:
    """What the card carries: the figures at the middle delay."""
    online = section.online
    return online.model_copy(
        update={
            "figures": [f for f in online.figures if f.delay == CARD_DELAY],
            "coverage": [c for c in online.coverage if c.delay == CARD_DELAY],
        }
    )


def _held(training: OnlineTraining, campaigns: Sequence[Campaign]) -> list[Held]:
    result = []
    for number, campaign in enumerate(campaigns):
        others = [c for i, c in enumerate(campaigns) if (i < number if training == "earlier" else i != number)]
        if len(others) >= FEWEST and campaign.log_odds:
            result.append(Held(number, campaign, derive(others)))
    return result


@dataclass(frozen=True)
class _Pooled:
    """Shots of all held campaigns: labels [n], campaign [n], block [n]; by predictor p [n, draws]; tracker bounds."""

    y: IntArray
    campaign: IntArray
    block: IntArray
    said: dict[str, FloatArray]
    inside: list[FloatArray]


def _pooled(held: Sequence[Held], setting: Setting) -> _Pooled:
    y, number, block, inside = [], [], [], []
    said: dict[str, list[FloatArray]] = {}
    first = 0
    for one in held:
        n = len(one.campaign.defective)
        mask = inspected_shots(one.number, n, setting)
        trace = run(one.campaign, mask, setting.delay, one.memory)
        shape = mask.shape
        whole = {
            **trace.said,
            PRIOR: np.full(shape, one.memory.prior),
            HINDSIGHT: np.full(shape, one.campaign.rate),
        }
        for name, p in whole.items():
            said.setdefault(name, []).append(np.asarray(p))
        rows, defects = next_defects(one.campaign.defective, one.memory.horizon)
        low, high = interval_bounds(trace, one.memory, rows)
        inside.append(((low <= defects[:, None]) & (defects[:, None] <= high)).mean(axis=1))
        y.append(one.campaign.defective)
        number.append(np.full(n, one.number))
        block.append(first + np.arange(n) // BLOCK)
        first = int(block[-1][-1]) + 1
    return _Pooled(
        np.concatenate(y),
        np.concatenate(number),
        np.concatenate(block),
        {name: np.concatenate(parts) for name, parts in said.items()},
        inside,
    )


def _figures(training: OnlineTraining, setting: Setting, pooled: _Pooled) -> Iterator[OnlineFigure]:
    blocks = int(pooled.block.max()) + 1
    drawn = _resampled(blocks, RESAMPLES)
    size = np.bincount(pooled.block, minlength=blocks).astype(np.float64)
    base = log_loss(pooled.y, pooled.said[RUN_RATE]).mean(axis=1)
    y = pooled.y[:, None]
    for name in (*EXPERTS, MIXTURE, PRIOR, HINDSIGHT):
        p = pooled.said[name]
        loss = log_loss(pooled.y, p).mean(axis=1)
        means = [
            _mean(values, pooled.block, size, drawn) for values in (loss, ((p - y) ** 2).mean(axis=1), loss - base)
        ]
        yield OnlineFigure(
            training=training,
            inspected=setting.inspected,
            delay=setting.delay,
            predictor=name,
            shots=len(loss),
            defective=int(pooled.y.sum()),
            log_loss=means[0],
            brier=means[1],
            roc_auc=_auc(pooled, p, drawn[:AUC_RESAMPLES] if setting.delay == CARD_DELAY else drawn[:0]),
            against_run_rate=means[2],
        )


def _resampled(blocks: int, resamples: int) -> FloatArray:
    """[resamples, blocks] how often each block is drawn."""
    rng = np.random.default_rng(0)
    return rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=resamples).astype(np.float64)


def _mean(values: FloatArray, block: IntArray, size: FloatArray, drawn: FloatArray) -> Estimate:
    sums = np.bincount(block, weights=values, minlength=len(size))
    return _estimate(float(values.mean()), (drawn @ sums) / (drawn @ size))


def _auc(pooled: _Pooled, p: FloatArray, drawn: FloatArray) -> Estimate:
    ones = np.ones((1, len(pooled.y)))
    columns = range(min(AUC_DRAWS, p.shape[1]))
    value = float(np.mean([roc_auc(pooled.y, p[:, i], ones)[0] for i in columns]))
    if not len(drawn):
        return _estimate(value, np.empty(0))
    weights = drawn[:, pooled.block]
    return _estimate(value, np.mean([roc_auc(pooled.y, p[:, i], weights) for i in columns], axis=0))


def _coverage(training: OnlineTraining, setting: Setting, held: Sequence[Held], pooled: _Pooled) -> OnlineCoverage:
    inside = np.concatenate(pooled.inside)
    # Neighbouring intervals look at the same shots: whole horizons are resampled together.
    step = max(1, held[0].memory.horizon // 10)
    parts, first = [], 0
    for one in pooled.inside:
        if len(one):
            parts.append(first + np.arange(len(one)) // step)
            first = int(parts[-1][-1]) + 1
    block = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
    if not len(block):
        estimate = Estimate(value=None, low=None, high=None)
    else:
        blocks = int(block.max()) + 1
        size = np.bincount(block, minlength=blocks).astype(np.float64)
        estimate = _mean(inside, block, size, _resampled(blocks, RESAMPLES))
    return OnlineCoverage(
        training=training,
        inspected=setting.inspected,
        delay=setting.delay,
        intervals=len(inside),
        coverage=estimate,
    )


def _regret(
    training: OnlineTraining, setting: Setting, held: Sequence[Held], pooled: _Pooled
) -> Iterator[OnlineRegret]:
    for one in held:
        own = pooled.campaign == one.number
        loss = {name: float(log_loss(pooled.y[own], pooled.said[name][own]).mean()) for name in (*EXPERTS, MIXTURE)}
        best = min(EXPERTS, key=loss.__getitem__)
        yield OnlineRegret(
            training=training,
            inspected=setting.inspected,
            delay=setting.delay,
            campaign=one.number,
            best=best,
            regret=round(loss[MIXTURE] - loss[best], DIGITS),
            against_run_rate=round(loss[MIXTURE] - loss[RUN_RATE], DIGITS),
        )


def _null(training: OnlineTraining, setting: Setting, held: Sequence[Held], shuffles: int) -> Iterator[OnlineNull]:
    """Log-loss in the real order and with the labels shuffled within each campaign, inspected shots drawn anew."""
    names = (RUN_RATE, TILTED, MIXTURE)
    real = dict.fromkeys(names, 0.0)
    shuffled = {name: np.zeros(shuffles) for name in names}
    total = 0
    for one in held:
        n = len(one.campaign.defective)
        total += n
        rng = np.random.default_rng([one.number, 7])
        columns = np.tile(one.campaign.defective[:, None], (1, shuffles))
        orders: list[tuple[IntArray, bool]] = [(columns, True), (rng.permuted(columns, axis=0), False)]
        for labels, is_real in orders:
            mask = draw_inspected(n, setting.inspected, shuffles, rng)
            trace = run(one.campaign, mask, setting.delay, one.memory, labels)
            for name in names:
                loss = log_loss(labels, trace.said[name]).sum(axis=0)
                if is_real:
                    real[name] += float(loss.mean())
                else:
                    shuffled[name] += loss
    for name in names:
        null = shuffled[name] / total
        value = real[name] / total
        low, high = np.percentile(null, [2.5, 97.5])
        yield OnlineNull(
            training=training,
            inspected=setting.inspected,
            delay=setting.delay,
            predictor=name,
            shuffles=shuffles,
            log_loss=round(value, DIGITS),
            shuffled=round(float(null.mean()), DIGITS),
            low=round(float(low), DIGITS),
            high=round(float(high), DIGITS),
            p=(1 + int((null <= value).sum())) / (1 + shuffles),
        )


def _estimate(value: float, drawn: FloatArray) -> Estimate:
    kept = drawn[np.isfinite(drawn)]
    if not np.isfinite(value):
        return Estimate(value=None, low=None, high=None)
    if not len(kept):
        return Estimate(value=round(value, DIGITS), low=None, high=None)
    low, high = np.percentile(kept, [2.5, 97.5])
    return Estimate(value=round(value, DIGITS), low=round(float(low), DIGITS), high=round(float(high), DIGITS))
