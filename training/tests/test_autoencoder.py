from dataclasses import replace

import numpy as np
import pytest
import torch

from castwatch_training.autoencoder import Autoencoder, fit_autoencoder
from castwatch_training.recipe import FIELD, LEGACY

QUICK = replace(FIELD.autoencoder, epochs=60, batch=64)


@pytest.fixture(scope="module")
def data() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scaled rows of 30 inputs driven by five causes; the last eight inputs are constant."""
    generator = np.random.default_rng(3)
    causes = generator.normal(size=(600, 5))
    rows = np.zeros((600, 30))
    rows[:, :22] = causes @ generator.normal(size=(5, 22)) / np.sqrt(5) + 0.1 * generator.normal(size=(600, 22))
    constant = np.arange(30) >= 22
    return rows, (causes[:, 0] > 0.8).astype(int), constant


@pytest.fixture(scope="module")
def trained(data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> Autoencoder:
    rows, defective, constant = data
    return fit_autoencoder(QUICK, rows, defective, constant, seed=5)


def test_shapes_are_30_12_30_in_float64(trained: Autoencoder) -> None:
    rows = np.zeros((4, 30))
    assert trained.latent(rows).shape == (4, 12)
    assert trained.reconstruction(rows).shape == (4, 30)
    assert trained.latent(rows).dtype == trained.reconstruction(rows).dtype == np.float64
    assert trained.latent(rows[:0]).shape == (0, 12)


def test_reconstructs_much_better_than_the_mean(
    trained: Autoencoder, data: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    rows = data[0]
    residual = ((rows - trained.reconstruction(rows)) ** 2).mean()
    assert residual < 0.35 * (rows**2).mean()


@pytest.mark.parametrize("recipe", [FIELD.autoencoder, LEGACY.autoencoder])
def test_bounded_for_every_finite_input(recipe, data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    rows, defective, constant = data
    autoencoder = fit_autoencoder(replace(recipe, epochs=2), rows, defective, constant, seed=1)
    signs = np.random.default_rng(0).choice([-1.0, 1.0], size=(500, 30))
    far, farther = autoencoder.latent(1e9 * signs), autoencoder.latent(1e30 * signs)
    # Bounded, not merely finite: going 10^21 times further moves nothing.
    np.testing.assert_allclose(far, farther, atol=1e-6)
    bound = np.abs(autoencoder.network.decoder[-1].weight.numpy()).sum(axis=1)
    bound += np.abs(autoencoder.network.decoder[-1].bias.numpy())
    for size in (1.0, 1e3, 1e9, 1e30):
        assert (np.abs(autoencoder.reconstruction(size * signs)) <= bound + 1e-12).all()


def test_constants_have_no_influence_and_are_reconstructed_as_zero(
    trained: Autoencoder, data: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    rows, _, constant = data
    moved = rows[:50].copy()
    moved[:, constant] = 1e6
    assert np.array_equal(trained.latent(moved), trained.latent(rows[:50]))
    assert (trained.reconstruction(moved)[:, constant] == 0.0).all()


def test_the_same_seed_gives_the_same_bytes_and_leaves_torch_as_it_was(
    trained: Autoencoder, data: tuple[np.ndarray, np.ndarray, np.ndarray]
) -> None:
    rows, defective, constant = data
    threads, state = torch.get_num_threads(), torch.get_rng_state()
    again = fit_autoencoder(QUICK, rows, defective, constant, seed=5)
    other = fit_autoencoder(QUICK, rows, defective, constant, seed=6)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.get_rng_state(), state)
    assert again.latent(rows).tobytes() == trained.latent(rows).tobytes()
    assert other.latent(rows).tobytes() != trained.latent(rows).tobytes()


def test_refuses_no_rows(data: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    rows, defective, constant = data
    with pytest.raises(ValueError, match="at least one training row"):
        fit_autoencoder(QUICK, rows[:0], defective[:0], constant, seed=0)
