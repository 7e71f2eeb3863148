import numpy as np
import onnx
import pytest
import torch
from forests import DEEP, LEAF, STUMP, make_forest
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from torch import nn

from castwatch_training.bundle_schema import AutoencoderWeights
from castwatch_training.forest import Forest
from castwatch_training.inference import session
from castwatch_training.webgpu_export import FAR, export_webgpu, round_down

ON_WEBGPU = {
    *("Gemm", "Tanh", "Relu", "Sigmoid", "Gather", "GatherElements", "Concat", "Cast", "Where"),
    *("Add", "Sub", "Mul", "Abs", "Greater", "GreaterOrEqual", "ReduceMin", "ReduceSum"),
}
"""Operators of which the run-time's WebGPU build has kernels for float32 and int32."""
NOISE = [2.0**-16] * 12


def dense(rng: np.random.Generator, inputs: int, outputs: int, activation: str) -> dict[str, object]:
    weight = rng.normal(size=(outputs, inputs)) / np.sqrt(inputs)
    return {"weight": weight.tolist(), "bias": rng.normal(size=outputs).tolist(), "activation": activation}


def make_weights(activation: str = "tanh") -> AutoencoderWeights:
    rng = np.random.default_rng(0)
    return AutoencoderWeights.model_validate(
        {
            "schema": 1,
            "encoder": [dense(rng, 30, 9, activation), dense(rng, 9, 12, "identity")],
            "decoder": [dense(rng, 12, 9, activation), dense(rng, 9, 30, "identity")],
        }
    )


def with_latents(latent: list[float]) -> AutoencoderWeights:
    """An autoencoder whose latents are these, whatever the shot."""
    encoder = {"weight": np.zeros((12, 30)).tolist(), "bias": latent, "activation": "identity"}
    decoder = {"weight": np.zeros((30, 12)).tolist(), "bias": [0.0] * 30, "activation": "identity"}
    return AutoencoderWeights.model_validate({"schema": 1, "encoder": [encoder], "decoder": [decoder]})


def run(model: bytes, x: np.ndarray) -> dict[str, np.ndarray]:
    names = ["latent", "reconstruction", "score", "margin"]
    return dict(zip(names, session(model, "test").run(names, {"x": x.astype(np.float32)}), strict=True))


def in_float64(weights: AutoencoderWeights, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    functions = {"tanh": torch.tanh, "relu": torch.relu, "sigmoid": torch.sigmoid, "identity": nn.Identity()}
    tensor = torch.from_numpy(x.astype(np.float32).astype(np.float64))
    outputs = []
    for layers in (weights.encoder, weights.decoder):
        for layer in layers:
            weight, bias = (torch.tensor(v, dtype=torch.float64) for v in (layer.weight, layer.bias))
            tensor = functions[layer.activation](tensor @ weight.T + bias)
        outputs.append(tensor.numpy())
    return outputs[0], outputs[1]


@pytest.mark.parametrize("activation", ["tanh", "relu", "sigmoid"])
def test_the_autoencoder_is_the_float64_one_but_for_rounding(activation: str) -> None:
    weights = make_weights(activation)
    x = np.random.default_rng(1).normal(size=(50, 30)) * 3
    out = run(export_webgpu(weights, make_forest(STUMP), NOISE), x)
    latent, rebuilt = in_float64(weights, x)
    np.testing.assert_allclose(out["latent"], latent, rtol=0, atol=5e-6)
    np.testing.assert_allclose(out["reconstruction"], rebuilt, rtol=0, atol=1e-5)


def test_a_steep_gate_costs_no_digits() -> None:
    """65 x - 86 near 1.33: the product alone would be rounded by 4e-6."""
    weights = make_weights()
    first = weights.encoder[0]
    steep = np.array(first.weight)
    steep[:, 5] = 65.0
    layer = first.model_copy(update={"weight": steep.tolist(), "bias": [-86.36] * 9})
    weights = weights.model_copy(update={"encoder": [layer, weights.encoder[1]]})
    x = np.random.default_rng(2).normal(size=(500, 30))
    x[:, 5] = 1.3286
    out = run(export_webgpu(weights, make_forest(STUMP), NOISE), x)
    np.testing.assert_allclose(out["latent"], in_float64(weights, x)[0], rtol=0, atol=1.5e-6)


@pytest.mark.parametrize(
    "trees", [[LEAF], [STUMP], [DEEP], [LEAF, STUMP, LEAF, DEEP], [DEEP, LEAF], [LEAF, LEAF]], ids=str
)
def test_the_walk_is_the_forests(trees: list[list[tuple[float, int, int]]]) -> None:
    forest = make_forest(*trees)
    x = np.random.default_rng(3).normal(size=(64, 30)) * 2
    x[:8, 7], x[8:16, 3] = 1.0, 0.0
    out = run(export_webgpu(make_weights(), forest, NOISE), x)
    assert out["score"].shape == out["margin"].shape == (64,)
    assert all(values.dtype == np.float32 for values in out.values())
    np.testing.assert_allclose(out["score"], forest.score(np.concatenate([x, out["latent"]], axis=1)), atol=1e-6)


def test_a_scaled_input_is_compared_as_the_float64_pipeline_does() -> None:
    """.1 as a threshold lies between two float32: the lower is left of it, the upper right."""
    forest = make_forest([(0.1, 2, 7), (-1.0, -1, -1), (2.0, -1, -1)])
    lower = np.nextafter(np.float32(0.1), np.float32(0))
    x = np.zeros((2, 30))
    x[:, 7] = [lower, np.float32(0.1)]
    out = run(export_webgpu(make_weights(), forest, NOISE), x)
    assert out["score"].tolist() == [0.25 - 1.0, 0.25 + 2.0]
    assert out["score"].tolist() == forest.score(np.concatenate([x, out["latent"]], axis=1)).tolist()
    assert (out["margin"] >= FAR / 2).all()


def test_thresholds_are_rounded_down() -> None:
    values = np.array([0.1, 1.0, -0.1, 1e-9, 3.0000001])
    assert (round_down(values) <= values).all()
    assert (np.nextafter(round_down(values), np.float32(np.inf)) > values).all()


def test_the_margin_is_the_nearest_split_on_a_latent_that_was_passed() -> None:
    """Latent 3 is .5: its splits are 8 and 1 units away; a nearer one lies where the walk does not pass."""
    unit = NOISE[3]
    feature = 33
    tree = [
        (0.5 + 8 * unit, 4, feature),
        (0.5 - 1 * unit, 3, feature),
        *[(0.1, -1, -1), (0.2, -1, -1)],
        (0.5 + 0.25 * unit, 6, feature),
        *[(0.3, -1, -1), (0.4, -1, -1)],
    ]
    latent = [0.0] * 12
    latent[3] = 0.5
    out = run(export_webgpu(with_latents(latent), make_forest(STUMP, tree), NOISE), np.zeros((2, 30)))
    np.testing.assert_allclose(out["margin"], 1.0, rtol=1e-6)
    np.testing.assert_allclose(out["score"], 0.25 - 1.0 + 0.2, rtol=1e-6)


def test_a_finer_noise_makes_a_wider_margin() -> None:
    latent = [0.0] * 12
    tree = [(2.0**-10, 2, 30), (0.1, -1, -1), (0.2, -1, -1)]
    margins = [
        run(export_webgpu(with_latents(latent), make_forest(tree), [noise] * 12), np.zeros((1, 30)))["margin"][0]
        for noise in (2.0**-10, 2.0**-12)
    ]
    assert margins == [1.0, 4.0]


def test_a_second_run_time_agrees() -> None:
    forest, weights = make_forest(STUMP, DEEP, LEAF), make_weights()
    x = np.random.default_rng(4).normal(size=(20, 30)).astype(np.float32)
    model = export_webgpu(weights, forest, NOISE)
    other = ReferenceEvaluator(onnx.load_model_from_string(model)).run(None, {"x": x})
    for a, b in zip(run(model, x).values(), other, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("forest", [make_forest(LEAF), make_forest(DEEP, STUMP)], ids=["leaf", "deep"])
def test_the_graph_uses_only_what_webgpu_has(forest: Forest) -> None:
    graph = onnx.load_model_from_string(export_webgpu(make_weights(), forest, NOISE))
    assert {node.op_type for node in graph.graph.node} <= ON_WEBGPU
    assert [(opset.domain, opset.version) for opset in graph.opset_import] == [("", 18)]
    for value in (*graph.graph.input, *graph.graph.output):
        assert value.type.tensor_type.elem_type == onnx.TensorProto.FLOAT
    wide = [t.name for t in graph.graph.initializer if numpy_helper.to_array(t).dtype in (np.int64, np.float64)]
    assert wide == ["last_axis"], "only axes may be 64 bits wide"


def test_the_same_model_gives_the_same_bytes() -> None:
    forest, weights = make_forest(DEEP, LEAF), make_weights()
    assert export_webgpu(weights, forest, NOISE) == export_webgpu(weights, forest, NOISE)
