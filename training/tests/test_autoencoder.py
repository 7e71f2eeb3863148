from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from castwatch_training.autoencoder import Autoencoder, fit_autoencoder
from castwatch_training.errors import TrainingError
from castwatch_training.recipe import FIELD, LEGACY

CLIP = FIELD.clip
QUICK = replace(FIELD.autoencoder, epochs=60, batch=64)


class Rows(NamedTuple):
    """Scaled rows [n, 30] and their labels."""

    scaled: np.ndarray
    defective: np.ndarray


@pytest.fixture(scope="module")
def data() -> Rows:
    """Two products, of other levels and spreads, driven by five causes; the last eight inputs are constant."""
    generator = np.random.default_rng(3)
    product = generator.integers(0, 2, size=800)
    causes = generator.normal(size=(800, 5))
    rows = np.zeros((800, 30))
    rows[:, 0] = 2.0 * product - 1.0
    within = causes @ generator.normal(size=(5, 21)) / np.sqrt(5) + 0.1 * generator.normal(size=(800, 21))
    rows[:, 1:22] = np.where(product[:, None] == 1, 1.0 + 0.2 * within, -1.0 + 0.4 * within)
    chance = 1 / (1 + np.exp(1.0 - 2.0 * causes[:, 0]))
    return Rows(rows, (generator.random(800) < chance).astype(int))


@pytest.fixture(scope="module")
def trained(data: Rows) -> Autoencoder:
    return fit_autoencoder(QUICK, *data, clip=CLIP, seed=5)


def test_shapes_are_30_12_30_in_float64(trained: Autoencoder) -> None:
    rows = np.zeros((4, 30))
    assert trained.latent(rows).shape == (4, 12)
    assert trained.reconstruction(rows).shape == (4, 30)
    assert trained.latent(rows).dtype == trained.reconstruction(rows).dtype == np.float64
    assert trained.latent(rows[:0]).shape == (0, 12)


@pytest.mark.parametrize("latents", [4, 8, 16])
def test_other_latent_sizes(latents: int, data: Rows) -> None:
    fitted = fit_autoencoder(replace(QUICK, latents=latents, epochs=2), *data, clip=CLIP, seed=1)
    assert fitted.latent(data.scaled).shape == (800, latents)


def test_reconstructs_unseen_rows_much_better_than_their_products_mean(data: Rows) -> None:
    fitted = fit_autoencoder(QUICK, data.scaled[:600], data.defective[:600], CLIP, seed=5)
    held = data.scaled[600:]
    member = held[:, 0] > 0
    mean = np.where(
        member[:, None],
        data.scaled[:600][data.scaled[:600, 0] > 0].mean(axis=0),
        data.scaled[:600][data.scaled[:600, 0] < 0].mean(axis=0),
    )
    residual = ((held - fitted.reconstruction(held)) ** 2).mean()
    assert residual < 0.15 * ((held - mean) ** 2).mean()


def test_latents_are_the_product_then_single_inputs_within_their_product(trained: Autoencoder, data: Rows) -> None:
    latent = trained.latent(data.scaled)
    assert len(set(trained.variables)) == 10
    for product in (-1.0, 1.0):
        own = data.scaled[:, 0] == product
        assert np.unique(latent[own, 0]).tolist() == [product]
        for column, variable in enumerate(trained.variables, start=1):
            values = data.scaled[own, variable]
            expected = np.tanh(0.5 * (values - values.mean()) / values.std())
            np.testing.assert_allclose(latent[own, column], expected, atol=1e-12)


def test_the_last_latent_is_the_log_odds_of_a_defect(trained: Autoencoder, data: Rows) -> None:
    log_odds = np.arctanh(trained.latent(data.scaled)[:, -1]) / 0.25
    chance = 1 / (1 + np.exp(-log_odds))
    # A logistic regression's mean prediction is the training rows' defect rate.
    assert chance.mean() == pytest.approx(data.defective.mean(), abs=0.01)
    assert chance[data.defective == 1].mean() > chance[data.defective == 0].mean() + 0.2


def test_training_latents_do_not_know_the_rows_own_label(data: Rows) -> None:
    tossed = np.random.default_rng(8).integers(0, 2, size=800)
    fitted = fit_autoencoder(replace(QUICK, epochs=1), data.scaled, tossed, CLIP, seed=5)
    latent = fitted.latent(data.scaled)
    training = fitted.training_latent(data.scaled, tossed, seed=0)
    np.testing.assert_array_equal(training[:, :-1], latent[:, :-1])
    assert roc_auc_score(tossed, latent[:, -1]) > 0.57
    assert roc_auc_score(tossed, training[:, -1]) < 0.53


@pytest.mark.parametrize("recipe", [FIELD.autoencoder, LEGACY.autoencoder])
def test_bounded_for_every_finite_input(recipe, data: Rows) -> None:
    autoencoder = fit_autoencoder(replace(recipe, epochs=2), *data, clip=CLIP, seed=1)
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(500, 30))
    # Bounded, not merely finite: going 10^21 times further moves nothing.
    np.testing.assert_array_equal(autoencoder.latent(1e9 * signs), autoencoder.latent(1e30 * signs))
    decoder = autoencoder.network.decoder[-1]
    bound = decoder.weight.abs().sum(dim=1) + decoder.bias.abs()
    for size in (1.0, 1e3, 1e9, 1e30):
        assert np.abs(autoencoder.latent(size * signs)).max() <= 3.0 + 1e-12
        assert (np.abs(autoencoder.reconstruction(size * signs)) <= bound.numpy() + 1e-12).all()


def test_constants_have_no_influence_and_are_reconstructed_as_zero(trained: Autoencoder, data: Rows) -> None:
    moved = data.scaled[:50].copy()
    moved[:, 22:] = 1e6
    assert np.array_equal(trained.latent(moved), trained.latent(data.scaled[:50]))
    assert (trained.reconstruction(moved)[:, 22:] == 0.0).all()


def test_one_product_needs_no_latent_for_it(data: Rows) -> None:
    own = data.scaled[:, 0] > 0
    rows = np.where(np.arange(30) == 0, 0.0, data.scaled[own])
    fitted = fit_autoencoder(replace(QUICK, epochs=2), rows, data.defective[own], CLIP, seed=0)
    assert len(fitted.variables) == 11
    assert fitted.latent(rows).shape == (own.sum(), 12)


def test_three_products_keep_the_meaning_of_the_latents(data: Rows) -> None:
    third = data.scaled[:300].copy()
    third[:, 0] = 2.5
    rows = np.vstack([data.scaled, third])
    labels = np.concatenate([data.defective, data.defective[:300]])
    fitted = fit_autoencoder(replace(QUICK, epochs=2), rows, labels, CLIP, seed=0)
    latent = fitted.latent(rows)
    assert [np.unique(latent[rows[:, 0] == p, 0]).tolist() for p in (-1.0, 1.0, 2.5)] == [[-2.0], [0.0], [2.0]]
    variable = rows[rows[:, 0] == 2.5, fitted.variables[0]]
    expected = np.tanh(0.5 * (variable - variable.mean()) / variable.std())
    np.testing.assert_allclose(latent[rows[:, 0] == 2.5, 1], expected, atol=1e-12)


def test_the_same_seed_gives_the_same_bytes_and_leaves_torch_as_it_was(trained: Autoencoder, data: Rows) -> None:
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    again = fit_autoencoder(QUICK, *data, clip=CLIP, seed=5)
    other = fit_autoencoder(QUICK, *data, clip=CLIP, seed=6)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    assert again.reconstruction(data.scaled).tobytes() == trained.reconstruction(data.scaled).tobytes()
    assert other.reconstruction(data.scaled).tobytes() != trained.reconstruction(data.scaled).tobytes()


def test_refuses_what_it_cannot_learn_from(data: Rows) -> None:
    with pytest.raises(TrainingError, match="at least one training row"):
        fit_autoencoder(QUICK, data.scaled[:0], data.defective[:0], CLIP, seed=0)
    with pytest.raises(TrainingError, match="2 latents are too few"):
        fit_autoencoder(replace(QUICK, latents=2), *data, clip=CLIP, seed=0)
    many = data.scaled.copy()
    many[:, 0] = np.arange(800)
    with pytest.raises(TrainingError, match="product column holds 800 different values"):
        fit_autoencoder(QUICK, many, data.defective, CLIP, seed=0)
