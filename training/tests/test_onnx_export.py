import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from forests import DEEP, LEAF, STUMP, make_forest
from onnx.reference import ReferenceEvaluator
from torch import nn

from castwatch_training.errors import BundleError
from castwatch_training.onnx_export import export_autoencoder, export_boosting

FLOAT64_IN_THE_BROWSER = {"Gemm", "Tanh", "Relu", "Sigmoid", "Cast", "Add", "TreeEnsemble"}


class Net(nn.Module):
    def __init__(self, activation: nn.Module) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(30, 9), activation, nn.Linear(9, 12)).double()
        self.decoder = nn.Sequential(nn.Linear(12, 9), activation, nn.Linear(9, 30)).double()


def run(model: bytes, X: np.ndarray) -> list[np.ndarray]:
    return onnxruntime.InferenceSession(model).run(None, {"x": X})


@pytest.mark.parametrize("activation", [nn.Tanh(), nn.ReLU(), nn.Sigmoid()])
def test_the_autoencoder_is_torchs(activation: nn.Module) -> None:
    network = Net(activation)
    X = np.random.default_rng(0).normal(size=(50, 30))
    latent, rebuilt = run(export_autoencoder(network), X)
    with torch.no_grad():
        expected = network.encoder(torch.from_numpy(X))
        np.testing.assert_allclose(latent, expected.numpy(), rtol=0, atol=1e-13)
        np.testing.assert_allclose(rebuilt, network.decoder(expected).numpy(), rtol=0, atol=1e-13)


def test_a_layer_without_a_kernel_is_refused() -> None:
    with pytest.raises(BundleError, match="GELU cannot be exported"):
        export_autoencoder(Net(nn.GELU()))


@pytest.mark.parametrize(
    "trees", [[LEAF], [STUMP], [DEEP], [LEAF, STUMP, LEAF, DEEP], [DEEP, LEAF], [LEAF, LEAF]], ids=str
)
def test_the_boosting_is_the_forest(trees: list[list[tuple[float, int, int]]]) -> None:
    forest = make_forest(*trees)
    X = np.random.default_rng(1).normal(size=(64, 42)) * 2
    X[:8, 7], X[8:16, 3], X[16:24, 41] = 1.0, 0.0, -1.0
    score, probability = run(export_boosting(forest), X)
    assert score.shape == probability.shape == (64, 1)
    assert score.dtype == probability.dtype == np.float64
    np.testing.assert_allclose(score[:, 0], forest.score(X), rtol=0, atol=1e-14)
    np.testing.assert_allclose(probability, 1 / (1 + np.exp(-score)), rtol=0, atol=1e-15)


def test_a_second_run_time_agrees_on_the_boosting() -> None:
    """onnx's own reference implementation reads the same graph the same way."""
    forest = make_forest(STUMP, DEEP)
    X = np.random.default_rng(2).normal(size=(20, 42))
    score, _ = ReferenceEvaluator(onnx.load_model_from_string(export_boosting(forest))).run(None, {"x": X})
    np.testing.assert_allclose(np.asarray(score)[:, 0], forest.score(X), rtol=0, atol=1e-12)


def test_inputs_are_rounded_to_float32_before_they_are_compared() -> None:
    """1 + 1e-9 rounds to 1, which is not above the threshold 1."""
    X = np.zeros((2, 42))
    X[:, 7] = [1 + 1e-9, 1 + 1e-6]
    score, _ = run(export_boosting(make_forest(STUMP)), X)
    assert score[:, 0].tolist() == [0.25 - 1.0, 0.25 + 2.0]


@pytest.mark.parametrize("model", [export_autoencoder(Net(nn.Tanh())), export_boosting(make_forest(DEEP))])
def test_graphs_use_only_what_the_browser_has(model: bytes) -> None:
    graph = onnx.load_model_from_string(model)
    assert {node.op_type for node in graph.graph.node} <= FLOAT64_IN_THE_BROWSER
    assert graph.ir_version == 10
    assert {opset.domain: opset.version for opset in graph.opset_import}.items() <= {"": 18, "ai.onnx.ml": 5}.items()
    for value in (*graph.graph.input, *graph.graph.output):
        assert value.type.tensor_type.elem_type == onnx.TensorProto.DOUBLE


def test_the_same_model_gives_the_same_bytes() -> None:
    forest = make_forest(DEEP, LEAF)
    assert export_boosting(forest) == export_boosting(forest)
