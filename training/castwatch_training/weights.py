"""The autoencoder's weights as plain numbers: `autoencoder.json`, read out of `autoencoder.onnx`.

The app explains a verdict by evaluating the pipeline thousands of times on mixtures of shots, in plain TypeScript: a
call into the ONNX run-time costs more than the arithmetic. Reading the weights back from the exported graph keeps
one source of truth, and a bundle whose two files differ is refused.
"""

from __future__ import annotations

from typing import Any

import onnx
from onnx import numpy_helper

from castwatch_training.bundle_schema import AutoencoderWeights
from castwatch_training.errors import BundleError

_ACTIVATIONS = {"Tanh": "tanh", "Relu": "relu", "Sigmoid": "sigmoid"}


def autoencoder_weights(model: bytes, where: str = "autoencoder.onnx") -> AutoencoderWeights:
    """`autoencoder.json` of an exported autoencoder; `where` names the file in errors.

    Raises `BundleError` when the graph is anything but two chains of Gemm (transB) and element-wise activations,
    `x` -> `latent` -> `reconstruction`.
    """
    try:
        graph = onnx.load_model_from_string(model).graph
    except Exception as error:  # protobuf raises a class of its own
        raise BundleError(f"{where}: not an ONNX file: {error}") from error
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    consumers = {node.input[0]: node for node in graph.node}
    if len(consumers) != len(graph.node):
        raise BundleError(f"{where}: not a chain: a tensor feeds several nodes")
    return AutoencoderWeights.model_validate(
        {
            "schema": 1,
            "encoder": _chain("x", "latent", consumers, tensors, where),
            "decoder": _chain("latent", "reconstruction", consumers, tensors, where),
        }
    )


def _chain(
    source: str, target: str, consumers: dict[str, Any], tensors: dict[str, Any], where: str
) -> list[dict[str, Any]]:
    layers: list[dict[str, Any]] = []
    while source != target:
        node = consumers.get(source)
        if node is None:
            raise BundleError(f"{where}: no path from '{source}' to '{target}'")
        if node.op_type == "Gemm" and {a.name: a.i for a in node.attribute} == {"transB": 1}:
            weight, bias = (tensors[name] for name in node.input[1:])
            layers.append({"weight": weight.tolist(), "bias": bias.tolist(), "activation": "identity"})
        elif node.op_type in _ACTIVATIONS and layers and layers[-1]["activation"] == "identity":
            layers[-1]["activation"] = _ACTIVATIONS[node.op_type]
        else:
            raise BundleError(f"{where}: node '{node.name}' ({node.op_type}) is neither a layer nor its activation")
        source = node.output[0]
    return layers
