"""Proofs that a bundle does what its files say: run before it is released, and again by `verify` from the files.

The models as onnxruntime runs them are compared with independent evaluators: the forest and the autoencoder's weights
in numpy from the bundle's own files, and at release scikit-learn and PyTorch themselves. Compared are both
probabilities and the judged class at the default policy, on every data row and on 20,000 rows off the sample.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from scipy.special import expit

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle import MAX_BYTES, Bundle, decode, encode, read_files
from castwatch_training.dataset import Dataset
from castwatch_training.errors import ProofError, SigningError
from castwatch_training.features import FEATURES, PRODUCT
from castwatch_training.generator import rows_as_keys
from castwatch_training.golden import golden_rows, inputs_of
from castwatch_training.inference import Outputs, scale, squared_error
from castwatch_training.manifest import MANIFEST, check_hashes, read_manifest, verify_manifest
from castwatch_training.off_sample import SEED, off_sample_rows
from castwatch_training.pipeline import FittedPipeline
from castwatch_training.reference import hotelling, inside
from castwatch_training.verdicts import classes_of
from castwatch_training.webgpu_proof import prove_webgpu
from castwatch_training.webgpu_schema import WebGpuSet
from castwatch_training.weights import autoencoder_weights

TOLERANCE = 1e-12
"""Largest difference of two probabilities that count as the same."""

Step = Callable[[str], None]


@dataclass(frozen=True)
class Agreement:
    """Two evaluators on one set of rows. `max_dp`: largest difference of a probability; `flips`: other classes."""

    rows_of: str
    against: str
    rows: int
    max_dp: float
    flips: int

    @property
    def ok(self) -> bool:
        """Whether they agree."""
        return self.max_dp <= TOLERANCE and self.flips == 0


@dataclass
class Proof:
    """What was proven. `failures` is empty when all holds; `skipped` says what could not be looked at, and why."""

    bundle: str
    bytes: int
    agreements: list[Agreement] = field(default_factory=list)
    webgpu: list[WebGpuSet] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Whether every proof that could be made holds."""
        return not self.failures

    def as_json(self) -> dict[str, Any]:
        """The proof as plain values."""
        return {"ok": self.ok, **asdict(self), "webgpu": [found.model_dump() for found in self.webgpu]}

    def check(self, claim: str, problems: list[str]) -> None:
        """Record a claim with what speaks against it."""
        if problems:
            self.failures += [f"{claim}: {problem}" for problem in problems]
        else:
            self.passed.append(claim)


def verify_bundle(
    folder: Path, data: Dataset | None, public_key: Path | None = None, step: Step = lambda _: None
) -> Proof:
    """Re-prove a bundle from its files alone, with the data set where there is one.

    `public_key` checks the manifest's signature too. Raises `BundleError` when the folder cannot be read as a bundle.
    """
    files = read_files(folder)
    bundle = decode(files, str(folder))
    proof = prove(bundle, data, None, step)
    _check_manifest(proof, folder, files, public_key)
    if bundle.card.id != folder.resolve().name:
        proof.failures.append(
            f"card.json: its id is '{bundle.card.id}', the folder's name is '{folder.resolve().name}'"
        )
    if data is None:
        proof.skipped.append("the data rows: the data set was not found")
    elif data.sha256 != bundle.card.data.sha256:
        proof.skipped.append("whether training saw these rows: this data set is not the one on the card")
    return proof


def prove(bundle: Bundle, data: Dataset | None, fitted: FittedPipeline | None, step: Step = lambda _: None) -> Proof:
    """Every proof that needs no folder; `fitted` is the model in training's own libraries, at release."""
    files = encode(bundle)
    proof = Proof(bundle=bundle.card.id, bytes=sum(len(content) for content in files.values()))
    limit = MAX_BYTES[bundle.card.kind]
    too_large = [f"{proof.bytes} bytes"] if proof.bytes > limit else []
    proof.check(f"all files together have at most {limit} bytes", too_large)
    step("golden vectors")
    proof.check("the golden vectors reproduce", _golden(bundle))
    proof.check("the reference is consistent", _reference(bundle))
    if data is not None:
        proof.check("no golden, background or golden-shot row is a data row", _copies(bundle, data.X))
    sets = [("off-sample rows", off_sample_rows(bundle, SEED, data=None if data is None else data.X))]
    if data is not None:
        sets.insert(0, ("data rows", data.X))
    for name, X in sets:
        step(name)
        _compare(proof, bundle, name, X, fitted)
    if bundle.webgpu is not None:
        step("the graph for WebGPU")
        proof.webgpu, claims = prove_webgpu(bundle, bundle.webgpu, None if data is None else data.X)
        for claim, problems in claims.items():
            proof.check(claim, problems)
    return proof


def demand(proof: Proof) -> None:
    """Raises `ProofError` that lists the failures, if there are any."""
    if not proof.ok:
        raise ProofError(
            f"{proof.bundle}: not released, a proof failed:\n" + "\n".join(f"  - {f}" for f in proof.failures)
        )


def _compare(proof: Proof, bundle: Bundle, name: str, X: FloatArray, fitted: FittedPipeline | None) -> None:
    out = bundle.inference().run(X)
    everything = (out.scaled, out.latent, out.reconstruction, out.spe, out.score, out.calibrated)
    endless = sum(int((~np.isfinite(values)).sum()) for values in everything)
    proof.check(f"{name}: every output is finite", [f"{endless} values are not"] if endless else [])
    classes = classes_of(bundle, X, out)
    others = {"numpy": in_numpy(bundle, X)}
    if fitted is not None:
        others["scikit-learn and PyTorch"] = _in_training(bundle, fitted, X)
    for against, other in others.items():
        apart = max(_gap(out.probability, other.probability), _gap(out.calibrated, other.calibrated))
        flips = sum(a != b for a, b in zip(classes, classes_of(bundle, X, other), strict=True))
        result = Agreement(name, against, len(X), apart, flips)
        proof.agreements.append(result)
        wrong = [] if result.ok else [f"a probability differs by {apart:.2e}, {flips} verdicts differ"]
        proof.check(f"{name}: onnxruntime agrees with {against}", wrong)


def _gap(a: FloatArray, b: FloatArray) -> float:
    return float(np.abs(a - b).max(initial=0.0))


def in_numpy(bundle: Bundle, X: FloatArray) -> Outputs:
    """The pipeline without onnxruntime, from scaler.json, the autoencoder's weights and the forest."""
    weights = autoencoder_weights(bundle.autoencoder)
    scaled = scale(bundle.scaler, X)
    latent = _dense(scaled, weights.encoder)
    return _outputs(bundle, X, scaled, latent, _dense(latent, weights.decoder), None)


def _in_training(bundle: Bundle, fitted: FittedPipeline, X: FloatArray) -> Outputs:
    return _outputs(bundle, X, fitted.scaled(X), fitted.latent(X), fitted.reconstruction(X), fitted.score(X))


def _outputs(
    bundle: Bundle, X: FloatArray, scaled: FloatArray, latent: FloatArray, rebuilt: FloatArray, score: FloatArray | None
) -> Outputs:
    if score is None:
        score = bundle.forest.score(np.concatenate([scaled, latent], axis=1))
    t2 = np.full(len(X), np.nan)
    for number, product in bundle.reference.products.items():
        own = X[:, PRODUCT] == float(number)
        t2[own] = hotelling(latent[own], np.array(product.t2.mean), np.array(product.t2.precision))
    platt = bundle.calibration.platt
    calibrated = expit(platt.a * score + platt.b)
    return Outputs(scaled, latent, rebuilt, squared_error(scaled, rebuilt), t2, score, expit(score), calibrated)


def _dense(x: FloatArray, layers: list[Any]) -> FloatArray:
    functions: dict[str, Callable[[FloatArray], FloatArray]] = {
        "identity": lambda v: v,
        "tanh": np.tanh,
        "relu": lambda v: np.maximum(v, 0),
        "sigmoid": expit,
    }
    for layer in layers:
        x = functions[layer.activation](x @ np.array(layer.weight).T + np.array(layer.bias))
    return x


def _golden(bundle: Bundle) -> list[str]:
    golden = bundle.golden
    again = golden_rows([row.kind for row in golden.rows], inputs_of(golden), bundle.inference().run(inputs_of(golden)))
    problems = []
    for number, (want, got) in enumerate(zip(golden.rows, again, strict=True)):
        for name in ("scaled", "latent", "spe", "t2", "score", "probability", "calibrated"):
            a, b = getattr(want, name), getattr(got, name)
            if (a is None) != (b is None) or (a is not None and not np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE)):
                problems.append(f"row {number + 1}: {name}")
    return problems[:10]


def _reference(bundle: Bundle) -> list[str]:
    problems = []
    for number, product in bundle.reference.products.items():
        for name, table in (("hard", product.hard), ("usual", product.usual), ("quantiles", product.quantiles)):
            if set(table) != set(FEATURES):
                problems.append(f"product {number}: {name}: not the 30 inputs")
        rows = np.array([product.golden_shot, *product.background])
        if not inside(rows, product.hard).all():
            problems.append(f"product {number}: a background row or the golden shot lies outside the hard ranges")
    return problems


def _copies(bundle: Bundle, X: FloatArray) -> list[str]:
    taken = rows_as_keys(X)
    problems = [
        f"golden row {i + 1}" for i, row in enumerate(inputs_of(bundle.golden)) if rows_as_keys(row[None]) & taken
    ]
    for number, product in bundle.reference.products.items():
        for row in (product.golden_shot, *product.background):
            if rows_as_keys(np.array([row])) & taken:
                problems.append(f"a made-up row of product {number}")
    return problems


def _check_manifest(proof: Proof, folder: Path, files: dict[str, bytes], public_key: Path | None) -> None:
    models = folder.resolve().parent
    if not (models / MANIFEST).exists():
        proof.skipped.append("hashes and signature: there is no manifest beside the bundle")
        return
    proof.check("the files hash to what the manifest says", check_hashes(read_manifest(models), proof.bundle, files))
    if public_key is None:
        proof.skipped.append("the manifest's signature: no public key was given")
        return
    try:
        verify_manifest(models, public_key)
    except SigningError as error:
        proof.check("the manifest is signed", [str(error)])
    else:
        proof.check("the manifest is signed", [])
