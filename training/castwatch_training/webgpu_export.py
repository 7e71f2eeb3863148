"""`webgpu/pipeline.onnx`: the whole pipeline as one float32 graph of plain tensor operations.

The browser's WebGPU build has neither float64 nor tree operators. The trees become a walk that takes all rows and all
trees one level down at a time; a row that has reached its leaf stays there. The graph is a function of the other
files of the bundle: `autoencoder.json` and the forest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle_schema import AUGMENTED, INPUTS, LATENTS, AutoencoderWeights, Layer
from castwatch_training.forest import Forest

IR_VERSION = 10
OPSET = 18
FAR = 1e30
"""The margin of splits that need none; beyond every input."""
_ACTIVATIONS = {"tanh": "Tanh", "relu": "Relu", "sigmoid": "Sigmoid"}
_LEAF = AUGMENTED
"""The input that leaves compare: -FAR, so that they are left of any value and a walk stays where it is."""

FloatTable = npt.NDArray[np.float32]
IntTable = npt.NDArray[np.int32]


def export_webgpu(weights: AutoencoderWeights, forest: Forest, noise: list[float]) -> bytes:
    """The graph: `x` [n, 30] scaled -> `latent` [n, 12], `reconstruction` [n, 30], `score` [n], `margin` [n]; float32.

    `score` is the log-odds. `noise` [12]: how far float32 may take each latent from the float64 one, powers of two.
    `margin`: the least distance, in units of the latent's noise, between a latent and the threshold of a split on it
    that the row's walks passed; some `FAR` where they passed none. Above 1 all walks are the float64 pipeline's. The
    scaled inputs need no margin: the float64 pipeline compares them as float32, too.
    """
    graph = _Graph()
    graph.layers("encoder", weights.encoder, "x", "latent", gated=True)
    graph.layers("decoder", weights.decoder, "latent", "reconstruction")
    _trees(graph, forest, noise)
    return graph.model()


def walk_tables(forest: Forest, noise: list[float]) -> tuple[IntTable, IntTable, FloatTable, IntTable]:
    """Roots [trees] and, per node, feature, value and left child, in an order where the right child follows the left.

    `value` is a split's threshold rounded down to float32 (a float32 is left of the one exactly if it is left of the
    other), in units of the noise if it splits a latent; or a leaf's contribution. A leaf compares the input `_LEAF`
    and is its own left child.
    """
    leaf = forest.feature < 0
    order = np.empty(len(leaf), dtype=np.int64)
    place = np.empty(len(leaf), dtype=np.int64)
    filled = 0
    level = forest.offsets[:-1].astype(np.int64)
    while len(level):
        order[filled : filled + len(level)] = level
        place[level] = np.arange(filled, filled + len(level))
        filled += len(level)
        splits = level[~leaf[level]]
        level = np.stack([splits + 1, forest.right[splits]], axis=1).ravel().astype(np.int64)
    leaf = leaf[order]
    feature = np.where(leaf, _LEAF, forest.feature[order]).astype(np.int32)
    unit = np.array([1.0] * INPUTS + noise + [1.0], dtype=np.float32)[feature]
    value = np.where(leaf, forest.value[order].astype(np.float32), round_down(forest.value[order]) / unit)
    left = np.where(leaf, np.arange(len(order)), place[np.where(leaf, order, order + 1)]).astype(np.int32)
    return place[forest.offsets[:-1]].astype(np.int32), feature, value.astype(np.float32), left


def round_down(values: npt.NDArray[np.float64]) -> FloatTable:
    """The largest float32 not above each value."""
    nearest = values.astype(np.float32)
    below = np.nextafter(nearest, np.float32(-np.inf))
    return np.where(nearest.astype(np.float64) > values, below, nearest).astype(np.float32)


def depth_of(forest: Forest) -> int:
    """Splits on the longest way from a root to a leaf."""
    depth = -1
    level = forest.offsets[:-1].astype(np.int64)
    while len(level):
        depth += 1
        splits = level[forest.feature[level] >= 0]
        level = np.concatenate([splits + 1, forest.right[splits]]).astype(np.int64)
    return depth


def _trees(graph: _Graph, forest: Forest, noise: list[float]) -> None:
    roots, feature, value, left = walk_tables(forest, noise)
    for name, table in (("feature", feature), ("value", value), ("left", left)):
        graph.constant(name, table)
    graph.constant("far", np.array(FAR, dtype=np.float32))
    graph.constant("first_latent", np.array(INPUTS, dtype=np.int32))
    graph.constant("last_axis", np.array([1], dtype=np.int64))

    # The column of -FAR for as many rows as there are: a layer of zeros is the shortest way to it.
    graph.constant("leaf.weight", np.zeros((1, INPUTS), dtype=np.float32))
    graph.constant("leaf.bias", np.array([-FAR], dtype=np.float32))
    graph.add("Gemm", ["x", "leaf.weight", "leaf.bias"], "leaf", transB=1)
    graph.constant("units", 1 / np.array([noise], dtype=np.float32))
    graph.add("Mul", ["latent", "units"], "latent.units")
    graph.add("Concat", ["x", "latent.units", "leaf"], "inputs", axis=1)

    # All rows start at the same nodes: the first level needs no look-ups by row.
    graph.constant("root.feature", feature[roots])
    graph.constant("root.value", value[roots][None, :])
    graph.constant("root.left", left[roots][None, :])
    graph.constant("root.latent", (feature[roots] >= INPUTS)[None, :])
    graph.add("Gather", ["inputs", "root.feature"], "level0.input", axis=1)
    margins = [_step(graph, "level0", "root.value", "root.left", "root.latent")]
    for i in range(1, depth_of(forest)):
        at, name = f"level{i - 1}.next", f"level{i}"
        graph.add("Gather", ["feature", at], f"{name}.feature", axis=0)
        graph.add("Gather", ["value", at], f"{name}.value", axis=0)
        graph.add("Gather", ["left", at], f"{name}.left", axis=0)
        graph.add("GatherElements", ["inputs", f"{name}.feature"], f"{name}.input", axis=1)
        graph.add("GreaterOrEqual", [f"{name}.feature", "first_latent"], f"{name}.latent")
        margins.append(_step(graph, name, f"{name}.value", f"{name}.left", f"{name}.latent"))

    graph.add("Concat", margins, "margins", axis=1)
    graph.add("ReduceMin", ["margins", "last_axis"], "margin", keepdims=0)
    graph.constant("base_score", np.array([forest.base_score], dtype=np.float32))
    graph.add("Gather", ["value", f"level{len(margins) - 1}.next"], "leaves", axis=0)
    graph.add("ReduceSum", ["leaves", "last_axis"], "sum", keepdims=0)
    graph.add("Add", ["sum", "base_score"], "score")


def _step(graph: _Graph, name: str, value: str, left: str, latent: str) -> str:
    """One level down: `<name>.next` holds the nodes [n, trees] reached; returns the level's margin [n, 1]."""
    graph.add("Greater", [f"{name}.input", value], f"{name}.right")
    graph.add("Cast", [f"{name}.right"], f"{name}.step", to=TensorProto.INT32)
    graph.add("Add", [left, f"{name}.step"], f"{name}.next")
    graph.add("Sub", [f"{name}.input", value], f"{name}.difference")
    graph.add("Abs", [f"{name}.difference"], f"{name}.distance")
    graph.add("Where", [latent, f"{name}.distance", "far"], f"{name}.near")
    graph.add("ReduceMin", [f"{name}.near", "last_axis"], f"{name}.margin", keepdims=1)
    return f"{name}.margin"


class _Graph:
    """Nodes and constants of a graph in the making."""

    def __init__(self) -> None:
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, name: str, values: npt.NDArray[Any]) -> None:
        """A tensor stored in the file."""
        self._constants.append(numpy_helper.from_array(values, name))

    def add(self, operator: str, inputs: list[str], output: str, **attributes: Any) -> None:
        """A node of the name of its output."""
        self._nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))

    def layers(self, name: str, layers: list[Layer], source: str, target: str, *, gated: bool = False) -> None:
        """A chain of layers from the tensor `source` to the tensor `target`; `gated`: the first as `_gate` has it."""
        for i, layer in enumerate(layers):
            plain = layer.activation == "identity"
            after = target if i == len(layers) - 1 else f"{name}.{i}"
            dense = after if plain else f"{name}.{i}.dense"
            weight, bias = np.array(layer.weight), np.array(layer.bias)
            if gated and i == 0:
                self._gate(f"{name}.gate", weight, bias, source, dense)
            else:
                self._dense(f"{name}.{i}", weight, bias, source, dense)
            if not plain:
                self.add(_ACTIVATIONS[layer.activation], [dense], after)
            source = after

    def _dense(self, name: str, weight: FloatArray, bias: FloatArray, source: str, target: str) -> None:
        self.constant(f"{name}.weight", weight.astype(np.float32))
        self.constant(f"{name}.bias", bias.astype(np.float32))
        self.add("Gemm", [source, f"{name}.weight", f"{name}.bias"], target, transB=1)

    def _gate(self, name: str, weight: FloatArray, bias: FloatArray, source: str, target: str) -> None:
        """A layer whose units multiply one input, the gate (the product's number), by far more than the others.

        Product and bias nearly cancel and would take float32's last digits with them. So a unit's bias is taken off
        the gate before it is multiplied: `w (gate - c) + rest` with `c = -bias / w`, and what rounding `c` leaves of
        the bias goes to the rest.
        """
        gate = int(np.unravel_index(np.abs(weight).argmax(), weight.shape)[1])
        column = weight[:, gate]
        steep = (np.abs(weight).argmax(axis=1) == gate) & (column != 0)
        centre = np.where(steep, -bias / np.where(steep, column, 1), 0).astype(np.float32)
        rest = weight.copy()
        rest[:, gate] = 0
        self._dense(f"{name}.rest", rest, bias + column * centre.astype(np.float64), source, f"{name}.rest")
        self.constant(f"{name}.index", np.array([gate], dtype=np.int32))
        self.constant(f"{name}.centre", centre[None, :])
        self.constant(f"{name}.weight", column.astype(np.float32)[None, :])
        self.add("Gather", [source, f"{name}.index"], name, axis=1)
        self.add("Sub", [name, f"{name}.centre"], f"{name}.distance")
        self.add("Mul", [f"{name}.distance", f"{name}.weight"], f"{name}.step")
        self.add("Add", [f"{name}.step", f"{name}.rest"], target)

    def model(self) -> bytes:
        """The file's bytes."""

        def tensor(name: str, *width: int) -> Any:
            return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", *width])

        outputs = [tensor("latent", LATENTS), tensor("reconstruction", INPUTS), tensor("score"), tensor("margin")]
        graph = helper.make_graph(self._nodes, "pipeline", [tensor("x", INPUTS)], outputs, self._constants)
        model = helper.make_model(
            graph,
            ir_version=IR_VERSION,
            producer_name="castwatch-training",
            opset_imports=[helper.make_opsetid("", OPSET)],
        )
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))
