"""The autoencoder: inputs -> hidden -> latents -> hidden -> inputs, in PyTorch.

Each half is Gemm, Tanh, Gemm: five operators with float64 kernels in the browser, and bounded by construction. Tanh
keeps the hidden values in [-1, 1], so every latent and every reconstructed input lies within the row sums of a weight
matrix, whatever finite number goes in.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch
from torch import nn

from castwatch_training.recipe import AutoencoderRecipe

FloatArray = npt.NDArray[np.float64]


class Network(nn.Module):
    """`encoder` and `decoder`, each nn.Sequential(Linear, Tanh, Linear); float64 once trained."""

    def __init__(self, inputs: int, hidden: int, latents: int) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, latents))
        self.decoder = nn.Sequential(nn.Linear(latents, hidden), nn.Tanh(), nn.Linear(hidden, inputs))

    def forward(self, scaled: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scaled inputs [n, inputs] to (latent [n, latents], reconstruction [n, inputs])."""
        latent = self.encoder(scaled)
        return latent, self.decoder(latent)


@dataclass(frozen=True)
class Autoencoder:
    """A trained autoencoder; `network` is float64, in evaluation mode and without gradients."""

    recipe: AutoencoderRecipe
    network: Network

    def latent(self, scaled: FloatArray) -> FloatArray:
        """Latents [n, latents] of scaled inputs [n, inputs]."""
        return self._run(scaled)[0]

    def reconstruction(self, scaled: FloatArray) -> FloatArray:
        """Reconstructed scaled inputs [n, inputs]; exactly 0 for inputs that were constant in training."""
        return self._run(scaled)[1]

    def _run(self, scaled: FloatArray) -> tuple[FloatArray, FloatArray]:
        with one_thread(), torch.no_grad():
            rows = torch.from_numpy(np.array(scaled, dtype=np.float64))
            latent, reconstruction = self.network(rows)
        return latent.numpy(), reconstruction.numpy()


def fit_autoencoder(
    recipe: AutoencoderRecipe,
    scaled: FloatArray,
    defective: npt.NDArray[np.int_],
    constant: npt.NDArray[np.bool_],
    seed: int,
) -> Autoencoder:
    """Train on scaled rows [n, inputs] and their labels [n]; the same seed gives the same weights on the same machine.

    Inputs marked `constant` get exactly zero weight and are reconstructed as exactly 0: they influence neither the
    latents nor another input's residual, and a deviating one shows in the anomaly score by its own residual alone.
    Raises ValueError when there are no rows, or when training did not stay finite.
    """
    if len(scaled) == 0:
        raise ValueError("the autoencoder needs at least one training row, got none")
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(scaled.shape[1], recipe.hidden, recipe.latents).double()
        _train(network, recipe, torch.from_numpy(np.array(scaled)), torch.from_numpy(np.array(defective)), constant)
        _silence(network, constant)
    if not all(bool(torch.isfinite(parameter).all()) for parameter in network.parameters()):
        raise ValueError("the autoencoder's training did not stay finite; lower its learning rate")
    network.requires_grad_(False)
    network.eval()
    return Autoencoder(recipe=recipe, network=network)


def _train(
    network: Network,
    recipe: AutoencoderRecipe,
    rows: torch.Tensor,
    labels: torch.Tensor,
    constant: npt.NDArray[np.bool_],
) -> None:
    varying = torch.from_numpy(~constant)
    target = labels.to(torch.float64)
    head = nn.Linear(recipe.latents, 1).double()
    parameters = [*network.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    steps = max(1, -(-len(rows) // recipe.batch)) * recipe.epochs
    # One cycle that ends at zero: every run stops converged instead of mid-cycle.
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=steps)
    for _ in range(recipe.epochs):
        for chosen in torch.randperm(len(rows)).split(recipe.batch):
            clean = rows[chosen]
            noisy = clean + recipe.noise * torch.randn_like(clean)
            noisy = torch.where(torch.rand_like(clean) < recipe.mask, 0.0, noisy)
            latent, reconstruction = network(noisy * varying)
            loss = nn.functional.smooth_l1_loss(reconstruction[:, varying], clean[:, varying])
            if recipe.supervision > 0:
                logit = head(latent).squeeze(1)
                log_loss = nn.functional.binary_cross_entropy_with_logits(logit, target[chosen])
                loss = loss + recipe.supervision * log_loss
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()


def _silence(network: Network, constant: npt.NDArray[np.bool_]) -> None:
    first, last = network.encoder[0], network.decoder[-1]
    mask = torch.from_numpy(constant.copy())
    with torch.no_grad():
        first.weight[:, mask] = 0.0
        last.weight[mask] = 0.0
        last.bias[mask] = 0.0


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread: sums in a fixed order, so that a seed repeats bit for bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
