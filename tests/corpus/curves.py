"""Writes curves.json: what scikit-learn says of made-up probabilities and labels.

Run with the training environment: `training/.venv/bin/python tests/corpus/curves.py`. The app's curves are tested
against it (src/state/batch/curves.test.ts).
"""

import json
from pathlib import Path

import numpy as np
from scipy.stats import binomtest
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)


def case(name: str, probability: np.ndarray, defective: np.ndarray, thresholds: list[float]) -> dict[str, object]:
    fpr, tpr, roc_thresholds = roc_curve(defective, probability, drop_intermediate=False)
    precision, recall, pr_thresholds = precision_recall_curve(defective, probability)
    return {
        "name": name,
        "probability": probability.tolist(),
        "defective": defective.tolist(),
        "roc_auc": roc_auc_score(defective, probability),
        "average_precision": average_precision_score(defective, probability),
        # Without the point at infinity that scikit-learn puts first.
        "roc": {"threshold": roc_thresholds[1:].tolist(), "fpr": fpr[1:].tolist(), "tpr": tpr[1:].tolist()},
        # Without the closing point (1, 0), from the highest threshold down.
        "pr": {
            "threshold": pr_thresholds[::-1].tolist(),
            "precision": precision[:-1][::-1].tolist(),
            "recall": recall[:-1][::-1].tolist(),
        },
        "confusion": [
            {"threshold": t, "matrix": confusion_matrix(defective, probability >= t).ravel().tolist()}
            for t in thresholds
        ],
    }


def main() -> None:
    rng = np.random.default_rng(20)
    defective = (rng.random(400) < 0.22).astype(int)
    smooth = np.clip(rng.normal(0.25 + 0.2 * defective, 0.15), 0, 1)
    tied = np.round(smooth * 8) / 8
    perfect = np.where(defective == 1, 0.9, 0.1)
    thresholds = [0.0, 0.125, 0.3, 0.5, 1.0]
    wilson = []
    for count, of in [(0, 1), (1, 1), (9, 12), (0, 40), (230, 1000)]:
        interval = binomtest(count, of).proportion_ci(method="wilson")
        wilson.append({"count": count, "of": of, "low": interval.low, "high": interval.high})
    content = {
        "cases": [
            case("smooth", smooth, defective, thresholds),
            case("many ties", tied, defective, thresholds),
            case("perfect", perfect, defective, thresholds),
            case("reversed", 1 - perfect, defective, thresholds),
        ],
        "wilson": wilson,
    }
    Path(__file__).with_name("curves.json").write_text(json.dumps(content) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
