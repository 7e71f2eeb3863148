import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from castwatch_training.guide import fit_guide, out_of_fold_log_odds
from castwatch_training.principal import ProductScale, fit_product_scale


@pytest.fixture(scope="module")
def data() -> tuple[ProductScale, np.ndarray, np.ndarray]:
    """Two products in which the second input acts in opposite directions and the third acts alike."""
    generator = np.random.default_rng(5)
    rows = generator.normal(size=(4000, 4))
    rows[:, 0] = generator.choice([-1.0, 1.0], size=4000)
    chance = 1 / (1 + np.exp(1.0 - 1.5 * rows[:, 0] * rows[:, 1] - rows[:, 2]))
    return fit_product_scale(rows), rows, (generator.random(4000) < chance).astype(int)


def test_finds_the_effects_of_each_product(data: tuple[ProductScale, np.ndarray, np.ndarray]) -> None:
    guide = fit_guide(*data, penalty=1.0)
    np.testing.assert_allclose(guide.weight[:, 1], [-1.5, 1.5], atol=0.2)
    np.testing.assert_allclose(guide.weight[:, 2], [1.0, 1.0], atol=0.2)
    np.testing.assert_allclose(guide.weight[:, 3], [0.0, 0.0], atol=0.15)
    np.testing.assert_allclose(guide.intercept, [-1.0, -1.0], atol=0.2)


def test_out_of_fold_log_odds_know_nothing_where_labels_are_chance() -> None:
    scale, rows, labels = chance(np.random.default_rng(6), copies=1)
    in_sample = fit_guide(scale, rows, labels, 1.0).log_odds(scale.transform(rows), scale.member(rows))
    assert roc_auc_score(labels, in_sample) > 0.8
    assert 0.35 < roc_auc_score(labels, out_of_fold_log_odds(scale, rows, labels, 1.0, seed=1)) < 0.65


def test_a_twin_does_not_tell_its_own_label() -> None:
    scale, rows, labels = chance(np.random.default_rng(7), copies=2)
    assert 0.35 < roc_auc_score(labels, out_of_fold_log_odds(scale, rows, labels, 1.0, seed=1)) < 0.65


def chance(generator: np.random.Generator, copies: int) -> tuple[ProductScale, np.ndarray, np.ndarray]:
    """200 rows whose labels are coin tosses, each row and label repeated."""
    rows = generator.normal(size=(200, 30))
    rows[:, 0] = generator.choice([-1.0, 1.0], size=200)
    labels = generator.integers(0, 2, size=200)
    rows, labels = np.repeat(rows, copies, axis=0), np.repeat(labels, copies)
    return fit_product_scale(rows), rows, labels
