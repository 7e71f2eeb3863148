from dataclasses import replace

import numpy as np
import pytest

from castwatch_training import pipeline
from castwatch_training.recipe import FIELD, LEGACY, Recipe


def quick(recipe: Recipe) -> Recipe:
    return replace(
        recipe,
        autoencoder=replace(recipe.autoencoder, epochs=3),
        boosting=replace(recipe.boosting, trees=20, depth=3),
    )


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray]:
    """Raw rows of 30 inputs, eight of them constant, with holes; the first input is a product of two levels."""
    generator = np.random.default_rng(4)
    rows = 100.0 + 7.0 * generator.normal(size=(500, 30))
    rows[:, 0] = generator.integers(1, 3, size=500)
    rows[:, 22:] = 3.0
    defective = (rows[:, 5] + 3.0 * generator.normal(size=500) > 106.0).astype(int)
    rows[generator.random(rows.shape) < 0.02] = np.nan
    return rows, defective


@pytest.mark.parametrize("recipe", [FIELD, LEGACY])
def test_score_is_the_boosting_of_scaled_inputs_and_latents(
    recipe: Recipe, data: tuple[np.ndarray, np.ndarray]
) -> None:
    fitted = pipeline.fit(quick(recipe), *data, seed=2)
    raw = data[0][:20]
    features = np.hstack([fitted.scaled(raw), fitted.latent(raw)])
    assert features.shape == (20, 42)
    np.testing.assert_array_equal(fitted.features(raw), features)
    np.testing.assert_array_equal(fitted.score(raw), fitted.boosting.model.decision_function(features))
    assert fitted.reconstruction(raw).shape == (20, 30)


@pytest.mark.parametrize(("features", "width"), [("inputs", 30), ("latents", 12), ("both", 42)])
def test_the_feature_switch(features: str, width: int, data: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = pipeline.fit(replace(quick(FIELD), features=features), *data, seed=2)
    assert fitted.features(data[0]).shape == (500, width)
    assert np.isfinite(fitted.score(data[0])).all()


def test_every_finite_and_every_missing_row_gets_a_finite_score(data: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = pipeline.fit(quick(FIELD), *data, seed=2)
    odd = np.vstack([np.full(30, 1e9), np.full(30, -1e9), np.full(30, np.nan), np.full(30, np.inf)])
    odd = np.vstack([odd, 1e9 * np.eye(30), np.where(np.eye(30) > 0, np.nan, 1e9)])
    for values in (fitted.score(odd), fitted.latent(odd), fitted.reconstruction(odd)):
        assert np.isfinite(values).all()
        assert np.abs(values).max() < 1e3


def test_constants_never_move_the_score(data: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = pipeline.fit(quick(FIELD), *data, seed=2)
    moved = data[0].copy()
    moved[:, 22:] = -50.0
    np.testing.assert_array_equal(fitted.score(moved), fitted.score(data[0]))


def test_a_row_scores_the_same_alone_and_in_a_batch_to_rounding(data: tuple[np.ndarray, np.ndarray]) -> None:
    fitted = pipeline.fit(quick(FIELD), *data, seed=2)
    alone = np.concatenate([fitted.latent(row[None]) for row in data[0][:50]])
    np.testing.assert_allclose(alone, fitted.latent(data[0][:50]), atol=1e-13)


def test_the_same_seed_gives_the_same_bytes(data: tuple[np.ndarray, np.ndarray]) -> None:
    first, again, other = (pipeline.fit(quick(FIELD), *data, seed=seed).score(data[0]) for seed in (7, 7, 8))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()


def test_refuses_labels_of_another_length(data: tuple[np.ndarray, np.ndarray]) -> None:
    with pytest.raises(ValueError, match="500 training rows, but 499 labels"):
        pipeline.fit(quick(FIELD), data[0], data[1][1:])


def test_the_recipe_decides_which_guide_values_the_boosting_is_fitted_on(data: tuple[np.ndarray, np.ndarray]) -> None:
    held_out, in_sample = (
        pipeline.fit(replace(quick(FIELD), held_out_guide=choice), *data, seed=2) for choice in (True, False)
    )
    np.testing.assert_array_equal(held_out.latent(data[0]), in_sample.latent(data[0]))
    # Values that know the labels fit the training rows better, which is why they are not the default.
    sign = 2 * data[1] - 1
    assert (sign * in_sample.score(data[0])).mean() > (sign * held_out.score(data[0])).mean()
