"""The two ONNX graphs of a bundle, built node by node: few operators, float64, tensors only.

The operators are those for which onnxruntime-web has float64 kernels. Versions are pinned to what its releases
load: IR 10, ai.onnx 18, ai.onnx.ml 5.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from castwatch_training.autoencoder import Network
from castwatch_training.bundle_schema import AUGMENTED, INPUTS, LATENTS
from castwatch_training.errors import BundleError
from castwatch_training.forest import Forest

IR_VERSION = 10
OPSETS = (("", 18), ("ai.onnx.ml", 5))
_ACTIVATIONS = {nn.Tanh: "Tanh", nn.ReLU: "Relu", nn.Sigmoid: "Sigmoid"}
_SUM = 1
_BRANCH_LEQ = 0


def export_autoencoder(network: Network) -> bytes:
    """`autoencoder.onnx`: `x` [n, 30] float64, scaled -> `latent` [n, 12], `reconstruction` [n, 30], float64.

    Raises `BundleError` for a layer that has no float64 kernel in the browser.
    """
    nodes: list[Any] = []
    weights: list[Any] = []
    _layers("encoder", network.encoder, "x", "latent", nodes, weights)
    _layers("decoder", network.decoder, "latent", "reconstruction", nodes, weights)
    return _model("autoencoder", nodes, weights, ("x", INPUTS), [("latent", LATENTS), ("reconstruction", INPUTS)])


def _layers(prefix: str, layers: nn.Sequential, source: str, target: str, nodes: list[Any], weights: list[Any]) -> None:
    last = len(layers) - 1
    for i, layer in enumerate(layers):
        name = f"{prefix}.{i}"
        output = target if i == last else f"{name}.out"
        inputs = [source]
        if isinstance(layer, nn.Linear):
            for part, tensor in (("weight", layer.weight), ("bias", layer.bias)):
                values = tensor.detach().numpy().astype(np.float64)
                weights.append(numpy_helper.from_array(values, f"{name}.{part}"))
                inputs.append(f"{name}.{part}")
            nodes.append(helper.make_node("Gemm", inputs, [output], name=name, transB=1))
        elif (operator := _ACTIVATIONS.get(type(layer))) is not None:
            nodes.append(helper.make_node(operator, inputs, [output], name=name))
        else:
            raise BundleError(f"autoencoder: the layer {type(layer).__name__} cannot be exported")
        source = output


def export_boosting(forest: Forest) -> bytes:
    """`boosting.onnx`: `x` [n, 42] float64 -> `score` (log-odds) and `probability`, [n, 1] float64.

    The input goes through float32 because training compared float32 values with float64 thresholds. The base score
    is an explicit Add and the probability an explicit Sigmoid: the operator's own transform has been wrong for
    trees of a single leaf (onnxruntime issue 27533).
    """
    nodes = [
        helper.make_node("Cast", ["x"], ["x.float"], name="round", to=TensorProto.FLOAT),
        helper.make_node("Cast", ["x.float"], ["x.rounded"], name="widen", to=TensorProto.DOUBLE),
        helper.make_node(
            "TreeEnsemble",
            ["x.rounded"],
            ["sum"],
            name="trees",
            domain="ai.onnx.ml",
            **_tree_attributes(forest),
        ),
        helper.make_node("Add", ["sum", "base_score"], ["score"], name="base"),
        helper.make_node("Sigmoid", ["score"], ["probability"], name="sigmoid"),
    ]
    weights = [numpy_helper.from_array(np.array([forest.base_score]), "base_score")]
    return _model("boosting", nodes, weights, ("x", AUGMENTED), [("score", 1), ("probability", 1)])


def _tree_attributes(forest: Forest) -> dict[str, Any]:
    """Splits and leaves are numbered apart, and a child's index is into the one or the other.

    A tree that is a single leaf has no split to start from: it becomes a split with that leaf on both sides.
    """
    leaf = forest.feature < 0
    lone = [int(root) for root, size in zip(forest.offsets, np.diff(forest.offsets), strict=False) if size == 1]
    split_nodes = np.sort(np.concatenate([np.flatnonzero(~leaf), np.array(lone, dtype=np.int64)]))
    split_of = np.full(len(leaf), -1, dtype=np.int64)
    split_of[split_nodes] = np.arange(len(split_nodes))
    leaf_of = np.cumsum(leaf) - 1

    is_lone = leaf[split_nodes]
    left = np.where(is_lone, split_nodes, split_nodes + 1)
    right = np.where(is_lone, split_nodes, forest.right[split_nodes])

    def child(node: npt.NDArray[np.int64]) -> list[int]:
        return [int(i) for i in np.where(leaf[node], leaf_of[node], split_of[node])]

    return {
        "aggregate_function": _SUM,
        "post_transform": 0,
        "n_targets": 1,
        "tree_roots": [int(i) for i in split_of[forest.offsets[:-1]]],
        "nodes_featureids": [int(i) for i in np.maximum(forest.feature[split_nodes], 0)],
        "nodes_modes": numpy_helper.from_array(np.full(len(split_nodes), _BRANCH_LEQ, dtype=np.uint8)),
        "nodes_splits": numpy_helper.from_array(np.where(is_lone, 0.0, forest.value[split_nodes])),
        "nodes_truenodeids": child(left),
        "nodes_trueleafs": [int(i) for i in leaf[left]],
        "nodes_falsenodeids": child(right),
        "nodes_falseleafs": [int(i) for i in leaf[right]],
        "leaf_targetids": [0] * int(leaf.sum()),
        "leaf_weights": numpy_helper.from_array(forest.value[leaf]),
    }


def _model(
    name: str, nodes: list[Any], weights: list[Any], source: tuple[str, int], outputs: list[tuple[str, int]]
) -> bytes:
    def tensor(entry: tuple[str, int]) -> Any:
        return helper.make_tensor_value_info(entry[0], TensorProto.DOUBLE, ["n", entry[1]])

    graph = helper.make_graph(nodes, name, [tensor(source)], [tensor(o) for o in outputs], weights)
    used = {node.domain for node in nodes}
    model = helper.make_model(
        graph,
        ir_version=IR_VERSION,
        producer_name="castwatch-training",
        opset_imports=[helper.make_opsetid(domain, version) for domain, version in OPSETS if domain in used],
    )
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString(deterministic=True))
