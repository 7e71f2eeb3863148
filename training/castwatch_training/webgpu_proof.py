"""What `webgpu/pipeline.onnx` is worth: the float32 graph, run by onnxruntime, against the float64 pipeline.

Float32 takes a latent a little away from its float64 value, and a split that lies in between sends the row the other
way: no tolerance of the probability covers that. So the graph tells each row's margin, the app runs the rows with too
small a one again in float64, and what is proven is that all other rows keep their probability and their verdict.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit

from castwatch_training.arrays import BoolArray, FloatArray
from castwatch_training.bundle import Bundle, WebGpu
from castwatch_training.bundle_schema import LATENTS
from castwatch_training.features import PRODUCT
from castwatch_training.golden import inputs_of
from castwatch_training.inference import CHUNK, Outputs, session, squared_error, t2_of
from castwatch_training.judge import product_key
from castwatch_training.off_sample import SEED, off_sample_rows
from castwatch_training.verdicts import classes_of, default_threshold
from castwatch_training.webgpu_export import export_webgpu
from castwatch_training.webgpu_schema import WebGpuProof, WebGpuSet
from castwatch_training.weights import autoencoder_weights

BOUND = 1e-5
BAND = 1e-4
LIMIT_BAND = 1e-3
SPARE = 4
"""A latent's noise is this many times the largest error seen here: other devices add up in another order."""
LEAST_NOISE = 2.0**-18
"""Some sixteen roundings of a number near 1: the noise where next to no error was seen."""
OFF_SAMPLE_ROWS = 20_000

SetName = Literal["data", "off_sample", "golden"]


@dataclass(frozen=True)
class _Case:
    """Raw rows with their float64 outputs."""

    name: SetName
    X: FloatArray
    reference: Outputs


def build_webgpu(bundle: Bundle, data: FloatArray | None) -> WebGpu:
    """The bundle's graph and its proof, on the rows of `data` [n, 30] too; whether it holds is for `problems_of`."""
    cases = _cases(bundle, data)
    free = _Graph(export_webgpu(autoencoder_weights(bundle.autoencoder), bundle.forest, [1.0] * LATENTS))
    error = np.max([_latent_error(free.run(case.reference.scaled)[0], case) for case in cases], axis=0)
    noise = np.maximum(LEAST_NOISE, 2.0 ** np.ceil(np.log2(np.maximum(LEAST_NOISE, SPARE * error)))).tolist()
    pipeline = export_webgpu(autoencoder_weights(bundle.autoencoder), bundle.forest, noise)
    claims = WebGpuProof.model_validate(
        {"schema": 1, "bound": BOUND, "band": BAND, "limit_band": LIMIT_BAND, "noise": noise, "sets": []}
    )
    sets = _measure(bundle, pipeline, claims, cases)
    return WebGpu(pipeline, claims.model_copy(update={"sets": sets}))


def prove_webgpu(
    bundle: Bundle, webgpu: WebGpu, data: FloatArray | None
) -> tuple[list[WebGpuSet], dict[str, list[str]]]:
    """Prove a bundle's graph anew: the figures, and what speaks against each claim.

    Its figures may differ a little from the file's, which another processor made: sums have another order there.
    """
    stored = webgpu.proof
    made = export_webgpu(autoencoder_weights(bundle.autoencoder), bundle.forest, stored.noise)
    problems = {
        "webgpu/pipeline.onnx is what the bundle's other files make": [] if made == webgpu.pipeline else ["it differs"],
        "webgpu/proof.json makes the claims that the app relies on": _weaker(stored),
    }
    sets = _measure(bundle, webgpu.pipeline, stored, _cases(bundle, data))
    for found in sets:
        problems[f"webgpu, {found.name}: what is not run again keeps its probability and verdict"] = problems_of(
            found, stored
        )
    return sets, problems


def problems_of(found: WebGpuSet, proof: WebGpuProof) -> list[str]:
    """What in the figures of a set speaks against the proof."""
    problems = []
    if found.max_dp > proof.bound:
        problems.append(f"a probability differs by {found.max_dp:.2e}")
    if found.max_latent > 1:
        problems.append(f"a latent differs by {found.max_latent:.2f} times its noise")
    if max(found.max_spe, found.max_t2) > proof.limit_band:
        problems.append(f"SPE or T2 differs by {max(found.max_spe, found.max_t2):.2e} of it")
    if found.flips:
        problems.append(f"{found.flips} verdicts differ")
    return problems


def _weaker(proof: WebGpuProof) -> list[str]:
    wrong = [
        f"{name} is {getattr(proof, name)} instead of {value}"
        for name, value in (("bound", BOUND), ("band", BAND), ("limit_band", LIMIT_BAND))
        if getattr(proof, name) != value
    ]
    rows = {found.name: found.rows for found in proof.sets}
    if rows.get("off_sample", 0) < OFF_SAMPLE_ROWS:
        wrong.append(f"off_sample: {rows.get('off_sample', 0)} rows instead of {OFF_SAMPLE_ROWS}")
    wrong += [f"{name}: not proven" for name in ("data", "golden") if name not in rows]
    return wrong + [f"{found.name}: {problem}" for found in proof.sets for problem in problems_of(found, proof)]


def _cases(bundle: Bundle, data: FloatArray | None) -> list[_Case]:
    """The off-sample rows are those without data: whoever has the bundle has them, too."""
    rows: list[tuple[SetName, FloatArray]] = [] if data is None else [("data", data)]
    rows += [("off_sample", off_sample_rows(bundle, SEED, OFF_SAMPLE_ROWS)), ("golden", inputs_of(bundle.golden))]
    inference = bundle.inference()
    return [_Case(name, X, inference.run(X)) for name, X in rows]


class _Graph:
    """`webgpu/pipeline.onnx` on one thread of this processor."""

    def __init__(self, model: bytes) -> None:
        self._session = session(model, "webgpu/pipeline.onnx")

    def run(self, scaled: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
        """Latents, reconstruction, score and margin of scaled rows [n, 30], as many a call as in the app."""
        names = ["latent", "reconstruction", "score", "margin"]
        x = scaled.astype(np.float32)
        parts = [self._session.run(names, {"x": x[i : i + CHUNK]}) for i in range(0, len(x), CHUNK)]
        latent, reconstruction, score, margin = (
            np.concatenate(part).astype(np.float64) for part in zip(*parts, strict=True)
        )
        return latent, reconstruction, score, margin


def _measure(bundle: Bundle, pipeline: bytes, proof: WebGpuProof, cases: list[_Case]) -> list[WebGpuSet]:
    graph = _Graph(pipeline)
    return [_figures(bundle, graph, proof, case) for case in cases]


def _figures(bundle: Bundle, graph: _Graph, proof: WebGpuProof, case: _Case) -> WebGpuSet:
    want = case.reference
    latent, reconstruction, score, margin = graph.run(want.scaled)
    got = Outputs(
        scaled=want.scaled,
        latent=latent,
        reconstruction=reconstruction,
        spe=squared_error(want.scaled, reconstruction),
        t2=t2_of(bundle.reference, case.X, latent),
        score=score,
        probability=expit(score),
        calibrated=expit(bundle.calibration.platt.a * score + bundle.calibration.platt.b),
    )
    noisy = ~(margin > 1)
    again = noisy | _near_limits(bundle, proof, case.X, got)
    flipped = np.array(classes_of(bundle, case.X, got)) != np.array(classes_of(bundle, case.X, want))
    dp = np.abs(got.calibrated - want.calibrated)
    return WebGpuSet(
        name=case.name,
        rows=len(case.X),
        noisy_rows=int(noisy.sum()),
        max_dp=_up(dp[~noisy]),
        max_dp_noisy=_up(dp[noisy]),
        max_latent=_up(_latent_error(latent, case) / np.array(proof.noise)),
        max_spe=_up(np.abs(got.spe - want.spe) / np.maximum(1, want.spe)),
        max_t2=_up(np.nan_to_num(np.abs(got.t2 - want.t2) / np.maximum(1, want.t2))),
        recomputed=int(again.sum()),
        flips=int((flipped & ~again).sum()),
        flips_recomputed=int((flipped & again).sum()),
    )


def _latent_error(latent: FloatArray, case: _Case) -> FloatArray:
    """Largest error of each latent [12]."""
    return np.asarray(np.abs(latent - case.reference.latent).max(axis=0), dtype=np.float64)


def _near_limits(bundle: Bundle, proof: WebGpuProof, X: FloatArray, out: Outputs) -> BoolArray:
    """Rows whose verdict hangs on the last digits: a probability near the threshold, a T2 or SPE near its limit."""
    near = np.abs(out.calibrated - default_threshold(bundle)) <= proof.band
    keys = np.array([product_key(v) for v in X[:, PRODUCT]], dtype=object)
    for key, product in bundle.reference.products.items():
        own = keys == key
        for values, limit in ((out.t2, product.t2.hard), (out.spe, product.spe.hard)):
            near |= own & (np.abs(values - limit) <= proof.limit_band * limit)
    return near


def _up(values: FloatArray) -> float:
    """The largest, rounded up to two digits: that much repeats from one processor to the next more often than not."""
    top = float(values.max(initial=0.0))
    if top == 0:
        return 0.0
    step = 10.0 ** (np.floor(np.log10(top)) - 1)
    return float(f"{np.ceil(top / step) * step:.1e}")
