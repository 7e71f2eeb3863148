from typing import get_args

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from castwatch_training.boosting import fit_boosting
from castwatch_training.errors import TrainingError
from castwatch_training.recipe import BoostingRecipe, Library

LIBRARIES = get_args(Library)


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(2)
    features = generator.normal(size=(2000, 6))
    chance = 1 / (1 + np.exp(1.5 - 2.0 * features[:, 0] * features[:, 1]))
    return features, (generator.random(2000) < chance).astype(int)


def recipe(library: Library) -> BoostingRecipe:
    return BoostingRecipe(library=library, trees=60, depth=3, learning_rate=0.1, max_features=0.5)


@pytest.mark.parametrize("library", LIBRARIES)
def test_learns_an_interaction_on_rows_it_has_not_seen(library: Library, data: tuple[np.ndarray, np.ndarray]) -> None:
    features, defective = data
    fitted = fit_boosting(recipe(library), features[:1500], defective[:1500], seed=1)
    assert roc_auc_score(defective[1500:], fitted.score(features[1500:])) > 0.7


@pytest.mark.parametrize("library", LIBRARIES)
def test_score_is_the_log_odds_of_the_librarys_own_probability(
    library: Library, data: tuple[np.ndarray, np.ndarray]
) -> None:
    features, defective = data
    fitted = fit_boosting(recipe(library), features, defective, seed=1)
    score = fitted.score(features)
    assert score.dtype == np.float64
    assert score.shape == (2000,)
    own = fitted.model.predict_proba(features)[:, 1]
    np.testing.assert_allclose(1 / (1 + np.exp(-score)), own, atol=1e-6)


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_same_seed_repeats_and_another_does_not(library: Library, data: tuple[np.ndarray, np.ndarray]) -> None:
    features, defective = data
    scores = [fit_boosting(recipe(library), features, defective, seed).score(features) for seed in (1, 1, 2)]
    assert scores[0].tobytes() == scores[1].tobytes()
    assert scores[0].tobytes() != scores[2].tobytes()


def test_refuses_one_class(data: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(TrainingError, match=r"good .* and defective"):
        fit_boosting(BoostingRecipe(), data[0], np.zeros(2000, dtype=int), seed=0)
