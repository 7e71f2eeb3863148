"""Made-up shots: a generative description of each product, learned from its log, and drawing from it.

A Gaussian copula whose normal scores follow an AR(1) process within a run and a run's mean between runs. It keeps
each signal's marginal distribution, its memory from shot to shot, the correlation of the signals' shocks and the
drift from run to run, and it holds no row of the log. Background rows and golden vectors are drawn here; the app
draws its demo line from the same description (docs/bundle.md, `demo`).
"""

from __future__ import annotations

from math import log10

import numpy as np
from scipy.special import ndtr, ndtri
from scipy.stats import rankdata
from sklearn.linear_model import LogisticRegression

from castwatch_training.arrays import FloatArray, IntArray
from castwatch_training.bundle_schema import Coupled, Demo, Product, RunRate
from castwatch_training.features import FEATURES, PRODUCT, SHOT, STORED_LIMITS

LEVELS = (0, 0.005, *(k / 40 for k in range(1, 40)), 0.995, 1)
COUPLED = {"Process_Casting_Pressure": "Process_Cylinder_Pressure"}
"""target -> source: the casting pressure is derived from the cylinder pressure by a constant of the die."""

_MAX_AR = 0.995
_MAX_COMMON = 0.95
_LEAST_EIGENVALUE = 1e-3
_MIN_CAMPAIGN = 30
_BURN_IN = 25


def describe(
    X: FloatArray, defective: IntArray, campaign: IntArray, score: FloatArray, resolution: dict[str, float]
) -> Demo:
    """The generative description of one product.

    `X` [n, 30] its distinct, complete, in-range shots in the order of production, `defective` [n], `campaign` [n]
    run ids, `score` [n] out-of-fold log-odds.
    """
    apart = {FEATURES[PRODUCT], FEATURES[SHOT], *STORED_LIMITS, *COUPLED}
    varying = [n for i, n in enumerate(FEATURES) if n not in apart and np.ptp(X[:, i]) > 0]
    columns = X[:, [FEATURES.index(n) for n in varying]]
    runs = [np.flatnonzero(campaign == c) for c in np.unique(campaign)]
    long = [rows for rows in runs if len(rows) >= _MIN_CAMPAIGN] or [np.arange(len(X))]

    normal = ndtri(rankdata(columns, axis=0) / (len(X) + 1))
    normal /= normal.std(axis=0)
    factors = _campaign_factors([normal[rows] for rows in long])
    ar, correlation = _within([normal[rows] - normal[rows].mean(axis=0) for rows in long])
    cholesky = np.linalg.cholesky(_shock_correlation(ar, correlation))
    marginals = np.quantile(columns, LEVELS, axis=0)
    rates = np.array([defective[rows].mean() for rows in long])
    return Demo(
        varying=varying,
        levels=list(LEVELS),
        marginals={n: snap(marginals[:, i], resolution[n]).tolist() for i, n in enumerate(varying)},
        ar={n: _short(ar[i]) for i, n in enumerate(varying)},
        cholesky=[[_short(v) for v in row[: i + 1]] for i, row in enumerate(cholesky)],
        campaign_factors={n: [_short(v) for v in factors[i]] for i, n in enumerate(varying)},
        coupled=[Coupled(target=t, source=s, factor=_short(_factor(X, t, s))) for t, s in COUPLED.items()],
        run_rate=_beta(rates, float(defective.mean())),
        slope=_short(_slope(score, defective, campaign)),
    )


def _campaign_factors(runs: list[FloatArray]) -> FloatArray:
    """Loadings [signals, factors] whose products give the covariance of the runs' mean normal scores.

    With three runs there are two factors: the drifts that were seen, and mixtures of them.
    """
    shots = np.array([len(run) for run in runs])
    means = np.array([run.mean(axis=0) for run in runs])
    centred = (means - np.average(means, axis=0, weights=shots)) * np.sqrt(shots / shots.sum())[:, None]
    left, size, _ = np.linalg.svd(centred.T, full_matrices=False)
    loadings = (left * size)[:, : len(runs) - 1]
    # The sign of a singular vector is arbitrary; the largest loading is made positive.
    largest = loadings[np.abs(loadings).argmax(axis=0), np.arange(loadings.shape[1])]
    loadings = loadings * np.where(largest < 0, -1.0, 1.0)
    common = np.sqrt((loadings**2).sum(axis=1, keepdims=True))
    return np.asarray(loadings * np.minimum(1, _MAX_COMMON / np.maximum(common, 1e-12)))


def _within(runs: list[FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Of centred runs: each signal's lag-one coefficient, and the correlation of the signals."""
    before = np.concatenate([run[:-1] for run in runs])
    after = np.concatenate([run[1:] for run in runs])
    power = np.maximum((before * before).sum(axis=0), 1e-12)
    ar = np.clip((before * after).sum(axis=0) / power, 0, _MAX_AR)
    rows = np.concatenate(runs)
    sd = np.maximum(rows.std(axis=0), 1e-9)
    correlation = rows.T @ rows / len(rows) / np.outer(sd, sd)
    return ar, correlation


def _shock_correlation(ar: FloatArray, correlation: FloatArray) -> FloatArray:
    """The shocks' correlation that gives AR(1) processes the wanted one, or the nearest that exists."""
    wanted = correlation * (1 - np.outer(ar, ar)) / np.sqrt(np.outer(1 - ar**2, 1 - ar**2))
    np.fill_diagonal(wanted, 1)
    values, vectors = np.linalg.eigh(wanted)
    shocks = (vectors * np.maximum(values, _LEAST_EIGENVALUE)) @ vectors.T
    sd = np.sqrt(np.diag(shocks))
    return np.asarray(shocks / np.outer(sd, sd))


def _factor(X: FloatArray, target: str, source: str) -> float:
    return float(np.median(X[:, FEATURES.index(target)] / X[:, FEATURES.index(source)]))


def _beta(rates: FloatArray, mean: float) -> RunRate:
    """A Beta distribution of the runs' defect rates by the method of moments, kept within 1 to 50 pseudo-shots."""
    variance = float(rates.var(ddof=1)) if len(rates) > 1 else 0.0
    weight = mean * (1 - mean) / variance - 1 if variance > 0 else 50.0
    weight = min(50.0, max(1.0, weight))
    return RunRate(alpha=_short(max(mean * weight, 0.01)), beta=_short(max((1 - mean) * weight, 0.01)))


def _slope(score: FloatArray, defective: IntArray, campaign: IntArray) -> float:
    """Within-run slope of the true log-odds on the score: a logistic regression with an intercept a run."""
    mixed = [c for c in np.unique(campaign) if 0 < defective[campaign == c].mean() < 1]
    rows = np.isin(campaign, mixed)
    if not mixed:
        return 0.0
    dummies = (campaign[rows, None] == np.array(mixed)).astype(np.float64)
    centred = score[rows] - dummies @ np.array([score[campaign == c].mean() for c in mixed])
    model = LogisticRegression(C=1e3, fit_intercept=False, max_iter=1000, tol=1e-8)
    model.fit(np.column_stack([centred, dummies]), defective[rows])
    return max(0.0, float(model.coef_[0, 0]))


def sample_run(product: Product, shots: int, rng: np.random.Generator) -> FloatArray:
    """One run of a product as [shots, 30] raw values, as the demo line makes it; the shot counter from 1."""
    rows = _values(product, _normal_scores(product.demo, shots, rng))
    rows[:, SHOT] = np.arange(1, shots + 1)
    return rows


def sample_shots(product: Product, shots: int, rng: np.random.Generator, avoid: FloatArray | None = None) -> FloatArray:
    """Unrelated shots [shots, 30], each out of a run of its own, at any place in the run.

    A shot that equals a row of `avoid` [n, 30] in all 30 values is drawn again.
    """
    low, high = (int(v) for v in product.usual[FEATURES[SHOT]])
    taken = rows_as_keys(avoid) if avoid is not None else set()
    rows: list[FloatArray] = []
    while len(rows) < shots:
        row = _values(product, _normal_scores(product.demo, _BURN_IN, rng)[-1:])
        row[0, SHOT] = rng.integers(low, high + 1)
        if (key := row.tobytes()) not in taken:
            taken.add(key)
            rows.append(row)
    return np.concatenate(rows) if rows else np.empty((0, len(FEATURES)))


def _normal_scores(demo: Demo, shots: int, rng: np.random.Generator) -> FloatArray:
    """Normal scores [shots, varying] of one run."""
    k = len(demo.varying)
    cholesky = np.zeros((k, k))
    for i, row in enumerate(demo.cholesky):
        cholesky[i, : i + 1] = row
    ar = np.array([demo.ar[n] for n in demo.varying])
    factors = np.array([demo.campaign_factors[n] for n in demo.varying])
    mean = factors @ rng.standard_normal(factors.shape[1])
    spread = np.sqrt(1 - (factors**2).sum(axis=1))
    state = cholesky @ rng.standard_normal(k)
    shocks = rng.standard_normal((shots, k)) @ cholesky.T
    scores = np.empty((shots, k))
    for t in range(shots):
        state = ar * state + np.sqrt(1 - ar**2) * shocks[t]
        scores[t] = mean + spread * state
    return scores


def _values(product: Product, scores: FloatArray) -> FloatArray:
    """Raw values [n, 30] of normal scores [n, varying]; what does not vary is the golden shot's."""
    demo = product.demo
    rows = np.tile(np.array(product.golden_shot), (len(scores), 1))
    for name, column in zip(demo.varying, ndtr(scores).T, strict=True):
        values = np.interp(column, demo.levels, demo.marginals[name])
        rows[:, FEATURES.index(name)] = snap(values, product.resolution[name])
    for pair in demo.coupled:
        values = rows[:, FEATURES.index(pair.source)] * pair.factor
        rows[:, FEATURES.index(pair.target)] = snap(values, product.resolution[pair.target])
    return rows


def rows_as_keys(X: FloatArray) -> set[bytes]:
    """The rows of [n, 30] as byte strings, equal where all values are equal."""
    return {row.tobytes() for row in np.ascontiguousarray(X, dtype=np.float64) + 0.0}


def snap(values: FloatArray, resolution: float) -> FloatArray:
    """Values on the recording grid (a power of ten), the very doubles that the grid's decimals read back as."""
    steps = 10.0 ** round(-log10(resolution))
    return np.asarray(np.rint(values * steps) / steps + 0.0)


def _short(value: float) -> float:
    """Six digits are more than a description of variation can carry, and keep the file small."""
    return round(float(value), 6)
