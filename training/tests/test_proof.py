import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from castwatch_training import off_sample
from castwatch_training.bundle import Bundle, encode
from castwatch_training.dataset import Dataset
from castwatch_training.errors import BundleError, ProofError
from castwatch_training.pipeline import FittedPipeline
from castwatch_training.proof import demand, prove, verify_bundle
from castwatch_training.signing import DEVELOPMENT_PUBLIC_KEY


@pytest.fixture(autouse=True)
def _fewer_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proofs' own number of rows is for real bundles."""
    whole = off_sample.off_sample_rows
    monkeypatch.setattr(
        "castwatch_training.proof.off_sample_rows", lambda bundle, seed, data=None: whole(bundle, seed, 1000, data)
    )
    monkeypatch.setattr("castwatch_training.webgpu_proof.OFF_SAMPLE_ROWS", 1000)


def test_a_sound_bundle_passes_against_training_itself(bundle: Bundle, data: Dataset, fitted: FittedPipeline) -> None:
    proof = prove(bundle, data, fitted)
    demand(proof)
    assert {(a.rows_of, a.against, a.rows) for a in proof.agreements} == {
        ("data rows", "numpy", len(data)),
        ("data rows", "scikit-learn and PyTorch", len(data)),
        ("off-sample rows", "numpy", 1000),
        ("off-sample rows", "scikit-learn and PyTorch", 1000),
    }
    assert all(a.max_dp <= 1e-12 and a.flips == 0 for a in proof.agreements)


def test_verify_needs_the_files_alone(models: Path) -> None:
    proof = verify_bundle(models / "field-0.0.1", None, DEVELOPMENT_PUBLIC_KEY)
    assert proof.ok
    assert "the manifest is signed" in proof.passed
    assert "the files hash to what the manifest says" in proof.passed
    assert any("data set was not found" in text for text in proof.skipped)


def test_a_flipped_byte_is_found(models: Path) -> None:
    path = models / "field-0.0.1" / "card.md"
    raw = bytearray(path.read_bytes())
    raw[10] ^= 1
    path.write_bytes(raw)
    proof = verify_bundle(models / "field-0.0.1", None)
    assert [f for f in proof.failures if "card.md: its SHA-256" in f]


def nudge(model: bytes, name: str, amount: float) -> bytes:
    """An ONNX file with one number of a tensor moved."""
    graph = onnx.load_model_from_string(model)
    (tensor,) = (t for t in graph.graph.initializer if t.name == name)
    values = numpy_helper.to_array(tensor).copy()
    values.flat[0] += amount
    tensor.CopyFrom(numpy_helper.from_array(values, name))
    return bytes(graph.SerializeToString(deterministic=True))


def test_a_model_that_is_a_little_off_fails(bundle: Bundle, data: Dataset, fitted: FittedPipeline) -> None:
    """A millionth on the base score is a difference of 2e-7 in a probability."""
    wrong = replace(bundle, boosting=nudge(bundle.boosting, "base_score", 1e-6))
    proof = prove(wrong, data, fitted)
    with pytest.raises(ProofError, match=r"field-0.0.1: not released, a proof failed"):
        demand(proof)
    failed = "\n".join(proof.failures)
    for claim in ("golden vectors", "agrees with numpy", "agrees with scikit-learn and PyTorch"):
        assert claim in failed


def test_an_autoencoder_that_is_not_the_trained_one_fails(
    bundle: Bundle, data: Dataset, fitted: FittedPipeline
) -> None:
    """The weights file is read out of the ONNX file, so only training's own libraries can tell."""
    wrong = replace(bundle, autoencoder=nudge(bundle.autoencoder, "encoder.0.bias", 0.5))
    failed = "\n".join(prove(wrong, data, fitted).failures)
    assert "agrees with scikit-learn and PyTorch" in failed
    assert "agrees with numpy" not in failed


def test_a_verdict_that_flips_fails_even_within_the_tolerance(
    bundle: Bundle, data: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The threshold lies between two evaluators' values of the same shot."""
    from castwatch_training import proof as module

    real = module.classes_of
    calls: list[int] = []

    def classes(bundle: Bundle, X: np.ndarray, out: object) -> list[str]:
        calls.append(1)
        found = real(bundle, X, out)  # type: ignore[arg-type]
        return ["NG" if c == "OK" and len(calls) == 2 else c for c in found]

    monkeypatch.setattr(module, "classes_of", classes)
    assert "verdicts differ" in "\n".join(prove(bundle, data, None).failures)


def test_a_data_row_among_the_made_up_ones_fails(bundle: Bundle, data: Dataset) -> None:
    first = bundle.golden.rows[0].model_copy(update={"input": data.X[0].tolist()})
    golden = bundle.golden.model_copy(update={"rows": [first, *bundle.golden.rows[1:]]})
    failed = "\n".join(prove(replace(bundle, golden=golden), data, None).failures)
    assert "is a data row: golden row 1" in failed


def test_a_background_row_outside_the_ranges_fails(bundle: Bundle) -> None:
    product = bundle.reference.products["1"]
    row = [*product.background[0][:10], 219.0, *product.background[0][11:]]
    products = {**bundle.reference.products, "1": product.model_copy(update={"background": [row]})}
    wrong = replace(bundle, reference=bundle.reference.model_copy(update={"products": products}))
    assert "product 1: a background row" in "\n".join(prove(wrong, None, None).failures)


def test_a_bundle_too_large_fails(bundle: Bundle) -> None:
    proof = prove(replace(bundle, card_text="x" * 1_500_000), None, None)
    assert any(failure.startswith("all files together have at most 1500000 bytes") for failure in proof.failures)


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no such bundle folder"):
        verify_bundle(tmp_path / "none", None)


def test_the_folders_name_must_be_the_cards(models: Path) -> None:
    (models / "field-0.0.1").rename(models / "field-0.0.9")
    proof = verify_bundle(models / "field-0.0.9", None)
    assert any("its id is 'field-0.0.1'" in failure for failure in proof.failures)


def test_the_json_says_what_was_proven(bundle: Bundle) -> None:
    content = prove(bundle, None, None).as_json()
    assert content["ok"] is True
    assert content["bytes"] == sum(map(len, encode(bundle).values()))
    assert {"rows_of", "against", "rows", "max_dp", "flips"} == set(content["agreements"][0])
    assert [found["name"] for found in content["webgpu"]] == ["off_sample", "golden"]
    json.dumps(content)


def test_a_graph_for_webgpu_that_is_not_the_bundles_fails(bundle: Bundle) -> None:
    assert bundle.webgpu is not None
    with pytest.raises(BundleError, match=r"webgpu/pipeline.onnx: onnxruntime cannot load it"):
        prove(replace(bundle, webgpu=replace(bundle.webgpu, pipeline=b"<!doctype html>")), None, None)
    stale = replace(bundle, forest=replace(bundle.forest, value=bundle.forest.value + 1e-3))
    assert "webgpu/pipeline.onnx is what the bundle's other files make" in "\n".join(prove(stale, None, None).failures)


@pytest.mark.data
@pytest.mark.slow
def test_released_bundles_hold_on_the_real_data(
    real_data: Dataset, models_of_the_repository: list[Bundle], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("castwatch_training.proof.off_sample_rows", off_sample.off_sample_rows)
    monkeypatch.setattr("castwatch_training.webgpu_proof.OFF_SAMPLE_ROWS", 20_000)
    for bundle in models_of_the_repository:
        proof = prove(bundle, real_data, None)
        demand(proof)
        assert {a.rows_of: a.rows for a in proof.agreements} == {"data rows": 7535, "off-sample rows": 20_000}
        rows = {found.name: found.rows for found in proof.webgpu}
        assert rows == {"data": 7535, "off_sample": 20_000, "golden": len(bundle.golden.rows)}
