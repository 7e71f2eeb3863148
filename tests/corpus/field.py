"""Writes field.json: what SciPy, NumPy and the literature say of the field figures.

Run with the training environment: `training/.venv/bin/python tests/corpus/field.py`. The app's field figures are tested
against it (src/monitor/field/field.test.ts). Recall's interval has no closed form in a library: here it comes from half a
million draws of the two defect shares' Jeffreys posteriors, a different method, so the test allows a few points.
"""

import json
from pathlib import Path

import numpy as np
from scipy.stats import beta, binomtest


def recall(case: str, flagged: tuple[int, int, int], passed: tuple[int, int, int], seed: int) -> dict[str, object]:
    """`flagged` and `passed` are (population, inspected, defective)."""
    random = np.random.default_rng(seed)
    draws = 500_000
    shares = [
        beta.rvs(defective + 0.5, inspected - defective + 0.5, size=draws, random_state=random)
        for _, inspected, defective in (flagged, passed)
    ]
    hit, missed = flagged[0] * shares[0], passed[0] * shares[1]
    low, high = np.quantile(hit / (hit + missed), [0.025, 0.975])
    found, lost = flagged[0] * flagged[2] / flagged[1], passed[0] * passed[2] / passed[1]
    return {
        "case": case,
        "flagged": flagged,
        "passed": passed,
        "value": found / (found + lost),
        "low": float(low),
        "high": float(high),
        "scrap": (found + lost) / (flagged[0] + passed[0]),
    }


def laney(flagged: list[int], shots: list[int]) -> dict[str, object]:
    """Laney's p' chart, written from the paper's formulas with arrays."""
    x, n = np.array(flagged, dtype=float), np.array(shots, dtype=float)
    p = x.sum() / n.sum()
    sigma = np.sqrt(p * (1 - p) / n)
    z = (x / n - p) / sigma
    spread = np.abs(np.diff(z)).mean() / 1.128
    return {
        "flagged": flagged,
        "shots": shots,
        "centre": p,
        "sigma_z": spread,
        "low": np.clip(p - 3 * sigma * spread, 0, 1).tolist(),
        "high": np.clip(p + 3 * sigma * spread, 0, 1).tolist(),
    }


def weighted(weights: list[float], hits: list[int]) -> dict[str, object]:
    w, y = np.array(weights), np.array(hits)
    value = float(np.average(y, weights=w))
    effective = float(w.sum() ** 2 / (w**2).sum())
    # Wilson's interval solves (p - value)^2 = z^2 p (1 - p) / n.
    z2 = 1.959963984540054**2
    roots = np.roots([1 + z2 / effective, -(2 * value + z2 / effective), value**2])
    low, high = sorted(float(root.real) for root in roots)
    return {"weights": weights, "hits": hits, "value": value, "effective": effective, "low": low, "high": high}


random = np.random.default_rng(20260)
reference = {
    "wilson": [
        {"count": count, "of": of, "low": float(ci.low), "high": float(ci.high)}
        for count, of in ((0, 7), (3, 12), (9, 12), (40, 41), (500, 2000))
        for ci in [binomtest(count, of).proportion_ci(method="wilson")]
    ],
    # Drum and Christacopoulos (1972), hepatic scintigraphy, the example of Begg and Greenes (1983) and Zhou (1993):
    # 429 positive scans of which 263 were verified (231 diseased), 221 negative of which 81 (27 diseased).
    # Published: sensitivity .836, specificity .738.
    "begg_greenes": {"flagged": [429, 263, 231], "passed": [221, 81, 27], "sensitivity": 0.836, "specificity": 0.738},
    "recall": [
        recall("many checks", (300, 300, 180), (2700, 540, 27), 1),
        recall("few checks", (45, 30, 20), (400, 40, 2), 2),
        recall("no miss found", (60, 60, 41), (900, 90, 0), 3),
        recall("hepatic scintigraphy", (429, 263, 231), (221, 81, 27), 4),
    ],
    "mcnemar": [{"a": a, "b": b, "p": float(binomtest(a, a + b).pvalue)} for a, b in ((3, 9), (1, 14), (120, 155), (700, 820))],
    "laney": laney(
        [int(v) for v in random.binomial(50, np.clip(random.normal(0.16, 0.07, 24), 0.01, 0.6))], [50] * 23 + [31]
    ),
    "weighted": [
        weighted([1, 1, 1, 1, 1], [1, 0, 0, 1, 0]),
        weighted([float(w) for w in random.choice([5.0, 10.0, 20.0], 60)], [int(v) for v in random.random(60) < 0.2]),
    ],
}
path = Path(__file__).with_suffix(".json")
path.write_text(json.dumps(reference, indent=1) + "\n", encoding="utf-8")
