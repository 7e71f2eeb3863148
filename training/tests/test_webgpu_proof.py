from dataclasses import replace

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from castwatch_training import webgpu_proof
from castwatch_training.bundle import Bundle, WebGpu
from castwatch_training.dataset import Dataset
from castwatch_training.webgpu_export import export_webgpu
from castwatch_training.webgpu_proof import LEAST_NOISE, build_webgpu, prove_webgpu
from castwatch_training.weights import autoencoder_weights


@pytest.fixture(autouse=True)
def _fewer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof's own number of rows is for real bundles."""
    monkeypatch.setattr(webgpu_proof, "OFF_SAMPLE_ROWS", 1000)


def of(bundle: Bundle) -> WebGpu:
    assert bundle.webgpu is not None
    return bundle.webgpu


def failed(bundle: Bundle, webgpu: WebGpu, data: Dataset | None = None) -> str:
    problems = prove_webgpu(bundle, webgpu, None if data is None else data.X)[1]
    return "\n".join(f"{claim}: {problem}" for claim, found in problems.items() for problem in found)


def with_noise(bundle: Bundle, noise: list[float]) -> WebGpu:
    pipeline = export_webgpu(autoencoder_weights(bundle.autoencoder), bundle.forest, noise)
    return WebGpu(pipeline, of(bundle).proof.model_copy(update={"noise": noise}))


def test_a_bundle_is_made_with_its_proof(bundle: Bundle, data: Dataset) -> None:
    proof = of(bundle).proof
    assert {found.name: found.rows for found in proof.sets} == {
        "data": len(data),
        "off_sample": 20_000,
        "golden": len(bundle.golden.rows),
    }
    for found in proof.sets:
        assert found.max_dp <= proof.bound
        assert found.flips == 0
        assert found.max_latent <= 0.25
        assert found.noisy_rows <= found.recomputed <= found.rows
    assert all(noise >= LEAST_NOISE and np.log2(noise) == round(np.log2(noise)) for noise in proof.noise)


def test_the_proof_repeats_from_the_files_with_and_without_data(bundle: Bundle, data: Dataset) -> None:
    made = build_webgpu(bundle, data.X)
    assert prove_webgpu(bundle, made, data.X)[0] == made.proof.sets
    alone, problems = prove_webgpu(bundle, made, None)
    assert [found.name for found in alone] == ["off_sample", "golden"]
    assert alone == made.proof.sets[1:]
    assert not any(problems.values())


def test_the_same_bundle_gives_the_same_graph_and_proof(bundle: Bundle, data: Dataset) -> None:
    assert build_webgpu(bundle, data.X) == build_webgpu(bundle, data.X)


def test_a_wider_noise_leaves_more_rows_to_float64(bundle: Bundle) -> None:
    narrow = prove_webgpu(bundle, of(bundle), None)[0][0]
    wide, problems = prove_webgpu(bundle, with_noise(bundle, [2.0**-7] * 12), None)
    assert wide[0].noisy_rows > narrow.noisy_rows
    assert not any(problems.values())


def test_a_noise_smaller_than_the_errors_is_refused(bundle: Bundle) -> None:
    assert "a latent differs by" in failed(bundle, with_noise(bundle, [2.0**-30] * 12))


def test_a_graph_of_another_model_is_refused(bundle: Bundle) -> None:
    """The base score moved by one: every probability is another, and so are verdicts."""
    graph = onnx.load_model_from_string(of(bundle).pipeline)
    (base,) = (tensor for tensor in graph.graph.initializer if tensor.name == "base_score")
    base.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(base) + np.float32(1), "base_score"))
    wrong = failed(bundle, replace(of(bundle), pipeline=graph.SerializeToString(deterministic=True)))
    assert "webgpu/pipeline.onnx is what the bundle's other files make: it differs" in wrong
    assert "off_sample: what is not run again keeps its probability and verdict: a probability differs by" in wrong
    assert "verdicts differ" in wrong


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"bound": 1e-3}, "bound is 0.001 instead of 1e-05"),
        ({"band": 1e-9}, "band is 1e-09 instead of 0.0001"),
        ({"limit_band": 0.5}, "limit_band is 0.5"),
        ({"sets": []}, "off_sample: 0 rows instead of"),
    ],
)
def test_weaker_claims_are_refused(bundle: Bundle, change: dict[str, object], complaint: str) -> None:
    weaker = of(bundle).proof.model_copy(update=change)
    assert complaint in failed(bundle, replace(of(bundle), proof=weaker))


def test_a_proof_that_did_not_hold_is_refused(bundle: Bundle) -> None:
    proof = of(bundle).proof
    sets = [proof.sets[0].model_copy(update={"flips": 2}), *proof.sets[1:]]
    assert "data: 2 verdicts differ" in failed(
        bundle, replace(of(bundle), proof=proof.model_copy(update={"sets": sets}))
    )
