"""The autoencoder: 30 inputs -> hidden -> 12 latents -> hidden -> 30 inputs, in PyTorch.

Each half is Linear, Tanh, Linear: operators with float64 kernels in the browser, and bounded by construction. Tanh
keeps the hidden values in [-1, 1], so every latent and every reconstructed input lies within the row sums of a weight
matrix, whatever finite number goes in.

The latents are not free directions. Rotated latents are fingerprints of the moment: a boosting that may split on them
learns the log by heart and judges new shots worse than from the inputs alone (docs/adr/0002-field-recipe.md). So each
latent has one meaning, the same in every product:

| latent | meaning |
|---|---|
| 0 | the product (absent when the training rows hold one product only) |
| 1 .. | a principal variable, standardised within its product and squashed |
| last | the guide's log-odds of a defect, squashed |

The encoder's weights follow from those meanings in closed form; the decoder, which rebuilds all inputs from them, is
trained by gradient descent.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from .arrays import FloatArray, IntArray
from .errors import TrainingError
from .features import PRODUCT
from .guide import Guide, fit_guide, out_of_fold_log_odds
from .principal import ProductScale, fit_product_scale, principal_variables
from .recipe import AutoencoderRecipe

VARIABLE_SLOPE = 0.5
"""Tanh's slope on a principal variable: four standard deviations map to .96."""

GUIDE_SLOPE = 0.25
"""Tanh's slope on the guide's log-odds: +-4 map to +-.76."""

SATURATED = 20.0
"""From here on float64 tanh is exactly 1."""

SPREAD_FLOOR = 0.1
"""Smallest spread within a product, in scaled units, that the reconstruction is asked to resolve."""


class Network(nn.Module):
    """`encoder` and `decoder`, each Linear, Tanh, Linear, in float64."""

    def __init__(self, encoder: nn.Sequential, decoder: nn.Sequential) -> None:
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, scaled: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Scaled inputs [n, inputs] to (latent [n, latents], reconstruction [n, inputs])."""
        latent = self.encoder(scaled)
        return latent, self.decoder(latent)


@dataclass(frozen=True)
class Autoencoder:
    """A fitted autoencoder; `network` is float64, in evaluation mode and without gradients.

    `variables` are the inputs behind the latents from `1` on (from `0` with one product), best first.
    """

    recipe: AutoencoderRecipe
    network: Network
    scale: ProductScale
    variables: tuple[int, ...]

    def latent(self, scaled: FloatArray) -> FloatArray:
        """Latents [n, latents] of scaled inputs [n, inputs]."""
        return self._run(scaled)[0]

    def reconstruction(self, scaled: FloatArray) -> FloatArray:
        """Reconstructed scaled inputs [n, inputs]; exactly 0 for inputs that were constant in training."""
        return self._run(scaled)[1]

    def training_latent(self, scaled: FloatArray, defective: IntArray, seed: int) -> FloatArray:
        """Latents of the training rows themselves, for fitting what follows the autoencoder.

        As `latent`, but the guide's latent comes from guides that have not seen the row (or a twin of it).
        """
        latent = self.latent(scaled).copy()
        held_out = out_of_fold_log_odds(self.scale, scaled, defective, self.recipe.guide_penalty, seed)
        latent[:, -1] = np.tanh(GUIDE_SLOPE * held_out)
        return latent

    def _run(self, scaled: FloatArray) -> tuple[FloatArray, FloatArray]:
        with one_thread(), torch.no_grad():
            latent, reconstruction = self.network(torch.from_numpy(np.array(scaled, dtype=np.float64)))
        return latent.numpy(), reconstruction.numpy()


def fit_autoencoder(
    recipe: AutoencoderRecipe, scaled: FloatArray, defective: IntArray, clip: float, seed: int
) -> Autoencoder:
    """Fit on scaled rows [n, inputs], each within +-`clip`, and their labels [n].

    The same seed gives the same weights on the same machine. Inputs that are constant in the rows get exactly zero
    weight and are reconstructed as exactly 0: they influence neither the latents nor another input's residual, and a
    deviating one shows in the anomaly score by its own residual alone.

    Raises:
        TrainingError: no rows, too many products, or a training that did not stay finite.
    """
    if len(scaled) == 0:
        raise TrainingError("the autoencoder needs at least one training row, got none")
    scale = fit_product_scale(scaled)
    spare = recipe.latents - 1 - (len(scale.products) > 1)
    if spare < 1:
        raise TrainingError(f"{recipe.latents} latents are too few: product, guide and one variable need 3")
    variables = principal_variables(scale.transform(scaled), spare)
    guide = fit_guide(scale, scaled, defective, recipe.guide_penalty)
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        encoder = _encoder(scale, variables, guide, recipe.latents, clip)
        decoder = _fit_decoder(recipe, encoder, scale, scaled)
    network = Network(encoder, decoder).requires_grad_(False).eval()
    if not all(bool(torch.isfinite(parameter).all()) for parameter in network.parameters()):
        raise TrainingError("the autoencoder's training did not stay finite; lower its learning rate")
    return Autoencoder(recipe=recipe, network=network, scale=scale, variables=tuple(variables))


def _encoder(scale: ProductScale, variables: list[int], guide: Guide, latents: int, clip: float) -> nn.Sequential:
    """Hidden units: one step between neighbouring products, then for each product one a variable and one for the guide.

    A unit of product p is saturated in every other product, at +1 in those above and -1 in those below. The steps are
    +-1 in the same way, so a latent that adds its units of all products and subtracts the steps is its unit of the
    shot's own product.
    """
    products, inputs = scale.centre.shape
    gap = float(np.diff(scale.products).min()) if products > 1 else 1.0
    units: list[FloatArray] = []
    offsets: list[float] = []
    rows: list[FloatArray] = []

    def add(weight: FloatArray, offset: float, at: float, reach: float) -> None:
        """A unit tanh(weight @ z + offset) while the product is `at`, saturated where it is a gap away."""
        steep = (SATURATED + reach) / gap if products > 1 else 0.0
        gated = weight.copy()
        gated[PRODUCT] += steep
        units.append(gated)
        offsets.append(offset - steep * at)

    step_targets = np.zeros(latents)
    for lower, upper in zip(scale.products[:-1], scale.products[1:], strict=True):
        add(np.zeros(inputs), 0.0, at=(lower + upper) / 2, reach=SATURATED)
        rows.append(step_targets)
    first = int(products > 1)
    if first:
        step_targets[0] = 1.0
        step_targets[first : first + len(variables)] = -1.0
        step_targets[-1] = -1.0
    for p, at in enumerate(scale.products):
        slope = scale.varies[p] / scale.spread[p]
        for latent, variable in [*enumerate(variables, start=first), (latents - 1, None)]:
            if variable is None:
                weight = GUIDE_SLOPE * guide.weight[p] * slope
                offset = GUIDE_SLOPE * guide.intercept[p] - float(weight @ scale.centre[p])
            else:
                weight = np.where(np.arange(inputs) == variable, VARIABLE_SLOPE * slope, 0.0)
                offset = -float(weight @ scale.centre[p])
            add(weight, offset, at=float(at), reach=clip * float(np.abs(weight).sum()) + abs(offset))
            rows.append((np.arange(latents) == latent).astype(np.float64))
    return _sequential(np.array(units), np.array(offsets), np.array(rows).T, np.zeros(latents))


def _sequential(w1: FloatArray, b1: FloatArray, w2: FloatArray, b2: FloatArray) -> nn.Sequential:
    layers = nn.Sequential(nn.Linear(w1.shape[1], len(w1)), nn.Tanh(), nn.Linear(w2.shape[1], len(w2))).double()
    values = {"0.weight": w1, "0.bias": b1, "2.weight": w2, "2.bias": b2}
    layers.load_state_dict({name: torch.from_numpy(np.ascontiguousarray(value)) for name, value in values.items()})
    return layers


def _fit_decoder(
    recipe: AutoencoderRecipe, encoder: nn.Sequential, scale: ProductScale, scaled: FloatArray
) -> nn.Sequential:
    inputs = scaled.shape[1]
    varying = torch.from_numpy(np.ptp(scaled, axis=0) > 0)
    rows = torch.from_numpy(np.array(scaled))
    # A signal counts by its spread within the product: between products it is known from the product alone.
    weight = torch.from_numpy(1.0 / np.maximum(scale.spread, SPREAD_FLOOR)[scale.member(scaled)])
    nothing = torch.zeros(len(rows), int(varying.sum()), dtype=torch.float64)
    with torch.no_grad():
        latent = encoder(rows)
    decoder = nn.Sequential(
        nn.Linear(recipe.latents, recipe.hidden), nn.Tanh(), nn.Linear(recipe.hidden, inputs)
    ).double()
    optimiser = torch.optim.AdamW(decoder.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    batches = -(-len(rows) // recipe.batch)
    # One cycle that ends at zero, so that training stops converged instead of mid-cycle.
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, T_max=recipe.epochs * batches)
    for _ in range(recipe.epochs):
        for chosen in torch.tensor_split(torch.randperm(len(rows)), batches):
            residual = (decoder(latent[chosen]) - rows[chosen]) * weight[chosen]
            loss = nn.functional.smooth_l1_loss(residual[:, varying], nothing[: len(chosen)])
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
    last = decoder[-1]
    assert isinstance(last, nn.Linear)
    with torch.no_grad():
        last.weight[~varying] = 0.0
        last.bias[~varying] = 0.0
    return decoder


@contextmanager
def one_thread() -> Iterator[None]:
    """Run torch on one thread: sums in a fixed order, so that a seed repeats bit for bit."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
