import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from onnx import TensorProto, helper
from torch import nn

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle_schema import AutoencoderWeights, Layer
from castwatch_training.errors import BundleError
from castwatch_training.onnx_export import export_autoencoder
from castwatch_training.weights import autoencoder_weights

ACTIVATIONS = {
    "identity": lambda x: x,
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
}


class Net(nn.Module):
    def __init__(self, activation: nn.Module) -> None:
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(30, 9), activation, nn.Linear(9, 12)).double()
        self.decoder = nn.Sequential(nn.Linear(12, 9), activation, nn.Linear(9, 30)).double()


def apply(layers: list[Layer], values: FloatArray) -> FloatArray:
    for layer in layers:
        values = ACTIVATIONS[layer.activation](values @ np.array(layer.weight).T + np.array(layer.bias))
    return values


@pytest.mark.parametrize("activation", [nn.Tanh(), nn.ReLU(), nn.Sigmoid()])
def test_the_numbers_compute_what_the_graph_computes(activation: nn.Module) -> None:
    torch.manual_seed(0)
    model = export_autoencoder(Net(activation))
    weights = AutoencoderWeights.model_validate_json(autoencoder_weights(model).model_dump_json(by_alias=True))
    x = np.random.default_rng(0).standard_normal((20, 30)) * 3
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    latent, reconstruction = session.run(["latent", "reconstruction"], {"x": x})
    assert np.allclose(apply(weights.encoder, x), latent, rtol=0, atol=1e-12)
    assert np.allclose(apply(weights.decoder, latent), reconstruction, rtol=0, atol=1e-12)


def test_a_graph_of_other_operators_is_refused_by_name() -> None:
    def tensor(name: str, width: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["n", width])

    graph = helper.make_graph(
        [
            helper.make_node("Elu", ["x"], ["latent"], name="odd"),
            helper.make_node("Tanh", ["latent"], ["reconstruction"]),
        ],
        "autoencoder",
        [tensor("x", 30)],
        [tensor("latent", 30), tensor("reconstruction", 30)],
    )
    with pytest.raises(BundleError, match=r"field/autoencoder.onnx: node 'odd' \(Elu\)"):
        autoencoder_weights(helper.make_model(graph).SerializeToString(), "field/autoencoder.onnx")


def test_what_is_no_graph_is_refused() -> None:
    with pytest.raises(BundleError, match="not an ONNX file"):
        autoencoder_weights(b"<!doctype html>")
