"""Scoring under a protocol: what is chosen is chosen inside the training rows."""

from dataclasses import replace

import numpy as np
import pytest

from castwatch_training.baselines import BASELINES
from castwatch_training.dataset import Dataset
from castwatch_training.evaluation import evaluate_baseline, evaluate_recipe, fitter, score_fold
from castwatch_training.metrics import evaluate
from castwatch_training.protocols import Protocol, splits
from castwatch_training.recipe import AutoencoderRecipe, BoostingRecipe, Recipe

SMALL = Recipe("small", autoencoder=AutoencoderRecipe(epochs=2), boosting=BoostingRecipe(trees=20, depth=3))
DEEP = replace(SMALL, boosting=BoostingRecipe(trees=40, depth=12, learning_rate=0.2, max_features=0.3, min_leaf=1))


def test_test_labels_change_nothing_but_the_figures(data: Dataset) -> None:
    """Flipping every test label leaves scores, calibration and threshold as they were."""
    split = splits("grouped", data)[0]
    flipped = data.y.copy()
    flipped[split.test] = 1 - flipped[split.test]
    other = replace(data, y=flipped)
    a, b = (score_fold(d, split, SMALL, 0, fitter(d, 0)) for d in (data, other))
    np.testing.assert_array_equal(a.score, b.score)
    assert (a.platt_a, a.platt_b, a.threshold) == (b.platt_a, b.platt_b, b.threshold)


def test_a_shared_autoencoder_changes_nothing(data: Dataset) -> None:
    split = splits("forward", data)[0]
    alone = score_fold(data, split, SMALL, 3, fitter(data, 3))
    shared = fitter(data, 3)
    score_fold(data, split, replace(SMALL, features="latents"), 3, shared)
    np.testing.assert_array_equal(score_fold(data, split, SMALL, 3, shared).score, alone.score)


def test_memory_pays_on_the_legacy_protocol_only(data: Dataset) -> None:
    """Deep trees beat shallow ones where twins straddle the split, and not where they cannot."""

    def auc(recipe: Recipe, protocol: Protocol) -> float:
        return evaluate(evaluate_recipe(data, recipe, protocol, [0]), resamples=0)["roc_auc"].value

    assert auc(DEEP, "legacy") > auc(SMALL, "legacy") + 0.02
    assert auc(DEEP, "grouped") < auc(SMALL, "grouped") + 0.02
    assert auc(DEEP, "legacy") > auc(DEEP, "grouped") + 0.05


def test_seeds_stack_and_rows_are_every_shot_once(data: Dataset) -> None:
    steps: list[None] = []
    p = evaluate_recipe(data, SMALL, "grouped", [0, 1], progress=lambda: steps.append(None))
    assert p.raw.shape == p.calibrated.shape == p.flagged.shape == (2, len(data.distinct))
    assert len(steps) == 10
    np.testing.assert_array_equal(p.y, data.y[data.distinct])
    assert not np.array_equal(p.raw[0], p.raw[1])


def test_calibration_repairs_a_skewed_model(data: Dataset) -> None:
    """An over-confident boosting is brought back to the frequencies by Platt scaling from the inner folds."""
    p = evaluate_recipe(data, DEEP, "grouped", [0])
    raw = np.mean((p.raw[0] - p.y) ** 2)
    assert np.mean((p.calibrated[0] - p.y) ** 2) < raw


@pytest.mark.parametrize("protocol", ["legacy", "forward"])
def test_all_defective_is_what_it_says(data: Dataset, protocol: Protocol) -> None:
    p = evaluate_baseline(data, BASELINES["all_defective"], protocol, [0])
    rate = p.y.mean()
    figures = evaluate(p, resamples=0)
    assert figures["f1"].value == figures["f1_tuned"].value == pytest.approx(2 * rate / (1 + rate))
    assert figures["roc_auc"].value == 0.5
    assert figures["recall"].value == 1
