"""Metrics against scikit-learn, intervals against theory."""

import numpy as np
import pytest
from sklearn import metrics as sk

from castwatch_training.metrics import (
    METRICS,
    Predictions,
    average_precision,
    best_f1_threshold,
    bootstrap_weights,
    calibration_error,
    compare,
    evaluate,
    roc_auc,
    roc_auc_within,
)


def made(n: int = 500, seed: int = 0, ties: bool = False, noise: float = 1.0) -> Predictions:
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.25).astype(np.int64)
    score = np.random.default_rng(seed + 1).normal(size=n) * noise + 1.2 * y - 0.8
    raw = 1 / (1 + np.exp(-score))
    if ties:
        raw = np.round(raw, 1)
    calibrated = raw**1.3
    return Predictions(y, np.arange(n), raw[None], calibrated[None], calibrated[None] >= 0.3)


@pytest.mark.parametrize("ties", [False, True])
def test_every_metric_equals_scikit_learns(ties: bool) -> None:
    p = made(ties=ties)
    got = {m: e.value for m, e in evaluate(p, resamples=0).items()}
    called, raw, calibrated = p.raw[0] >= 0.5, p.raw[0], p.calibrated[0]
    assert raw.min() < 0.5 < raw.max()
    expected = {
        "f1": sk.f1_score(p.y, called),
        "f1_tuned": sk.f1_score(p.y, p.flagged[0]),
        "roc_auc": sk.roc_auc_score(p.y, calibrated),
        "pr_auc": sk.average_precision_score(p.y, calibrated),
        "accuracy": sk.accuracy_score(p.y, called),
        "precision": sk.precision_score(p.y, called),
        "recall": sk.recall_score(p.y, called),
        "brier": sk.brier_score_loss(p.y, calibrated),
    }
    for name, value in expected.items():
        assert got[name] == pytest.approx(value, abs=1e-12), name


@pytest.mark.parametrize("ties", [False, True])
def test_weights_mean_repeated_rows(ties: bool) -> None:
    p = made(ties=ties)
    w = np.random.default_rng(3).integers(0, 4, len(p.y))
    y, c = np.repeat(p.y, w), np.repeat(p.calibrated[0], w)
    weights = w[None].astype(float)
    assert roc_auc(p.y, p.calibrated[0], weights)[0] == pytest.approx(sk.roc_auc_score(y, c))
    assert average_precision(p.y, p.calibrated[0], weights)[0] == pytest.approx(sk.average_precision_score(y, c))
    ones = np.ones((1, len(y)))
    assert calibration_error(p.y, p.calibrated[0], weights)[0] == pytest.approx(calibration_error(y, c, ones)[0])


def test_calibration_error_by_hand() -> None:
    y, p = np.array([0, 1, 1, 1]), np.array([0.05, 0.05, 0.95, 1.0])
    # bin 0: |.5 - .05| of two rows; last bin: |1 - .975| of two rows
    assert calibration_error(y, p, np.ones((1, 4)))[0] == pytest.approx((2 * 0.45 + 2 * 0.025) / 4)


def test_interval_of_a_mean_is_the_normal_one() -> None:
    p = made(4000)
    accuracy = evaluate(p)["accuracy"]
    half = 1.96 * np.sqrt(accuracy.value * (1 - accuracy.value) / len(p.y))
    assert accuracy.high - accuracy.low == pytest.approx(2 * half, rel=0.12)
    assert accuracy.low < accuracy.value < accuracy.high


def test_twins_do_not_narrow_the_interval() -> None:
    p = made(400)
    twice = np.repeat(np.arange(400), 2)
    doubled = p.at(twice)
    blind = Predictions(doubled.y, np.arange(800), doubled.raw, doubled.calibrated, doubled.flagged)
    single, whole, naive = (evaluate(x)["roc_auc"] for x in (p, doubled, blind))
    assert whole.high - whole.low == pytest.approx(single.high - single.low, rel=0.01)
    assert naive.high - naive.low < 0.8 * (whole.high - whole.low)


def test_resamples_draw_whole_shots() -> None:
    group = np.repeat([5, 2, 9], [1, 2, 3])
    for weights in bootstrap_weights(group, 300, seed=0):
        assert (weights[:, 1] == weights[:, 2]).all()
        assert (weights[:, 3] == weights[:, 5]).all()
        assert (weights[:, 0] + weights[:, 1] + weights[:, 3] == 3).all()


def test_pairing_narrows_a_difference() -> None:
    a, b = made(noise=1.0), made(noise=1.02)
    difference = compare(a, b, ("roc_auc",))["roc_auc"]
    own = evaluate(a)["roc_auc"]
    assert difference.high - difference.low < 0.3 * (own.high - own.low)
    nothing = compare(a, a, METRICS)
    assert all(e.value == e.low == e.high == 0 for e in nothing.values())


def test_pairing_needs_the_same_rows() -> None:
    with pytest.raises(ValueError, match="same rows"):
        compare(made(100), made(101), ("f1",))


def test_seeds_are_averaged() -> None:
    a, b = made(), made(noise=3.0)
    both = Predictions(
        a.y, a.group, *(np.concatenate([getattr(a, k), getattr(b, k)]) for k in ("raw", "calibrated", "flagged"))
    )
    for m, e in evaluate(both, resamples=0).items():
        assert e.value == pytest.approx((evaluate(a, 0)[m].value + evaluate(b, 0)[m].value) / 2)


def test_undefined_is_nan_not_a_number_that_looks_good() -> None:
    y = np.array([0, 0, 1])
    never = Predictions(y, np.arange(3), np.zeros((1, 3)), np.zeros((1, 3)), np.zeros((1, 3), dtype=bool))
    assert np.isnan(evaluate(never, 10)["precision"].value)
    one_class = Predictions(0 * y, np.arange(3), *(np.zeros((1, 3)) for _ in range(2)), np.zeros((1, 3), dtype=bool))
    assert np.isnan(evaluate(one_class, 10)["roc_auc"].value)


@pytest.mark.parametrize("ties", [False, True])
def test_best_f1_threshold_beats_every_other(ties: bool) -> None:
    p = made(ties=ties)
    threshold = best_f1_threshold(p.y, p.calibrated[0])
    best = sk.f1_score(p.y, p.calibrated[0] >= threshold)
    assert best == pytest.approx(max(sk.f1_score(p.y, p.calibrated[0] >= t) for t in np.unique(p.calibrated[0])))
    assert threshold not in p.calibrated[0]


def test_auc_within_strata_compares_inside_them_only() -> None:
    p = made(600)
    stratum = np.arange(600) % 3
    shifted = Predictions(p.y, p.group, p.raw, p.calibrated + 10.0 * stratum, p.flagged)
    pairs, wins = 0, 0.0
    for s in range(3):
        good, bad = (p.calibrated[0][(stratum == s) & (p.y == label)] for label in (0, 1))
        pairs += len(good) * len(bad)
        wins += (bad[:, None] > good[None, :]).sum()
    assert roc_auc_within(shifted, stratum, 0).value == pytest.approx(wins / pairs)
    assert roc_auc_within(p, np.zeros(600, dtype=np.int64), 0).value == pytest.approx(evaluate(p, 0)["roc_auc"].value)
