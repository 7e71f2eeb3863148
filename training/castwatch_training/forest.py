"""The boosting trees as typed arrays: `forest.json` and `forest.bin`, and their evaluation in numpy.

The app explains verdicts with these arrays, and they are the independent check of `boosting.onnx`. The layout is
in docs/bundle.md: nodes in pre-order, so the left child of a split is always the next node.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import logit

from castwatch_training.arrays import FloatArray
from castwatch_training.bundle_schema import AUGMENTED, ForestIndex
from castwatch_training.errors import BundleError

_DTYPES = {"value": "<f8", "right": "<i4", "cover": "<i4", "feature": "<i1"}
_NAMES = {"<f8": "float64", "<i4": "int32", "<i1": "int8"}


@dataclass(frozen=True)
class Forest:
    """Regression trees whose leaves add up to log-odds.

    `offsets` [trees + 1]: node index of each root, then the number of nodes. Per node: `value` (threshold, or a
    leaf's contribution), `right` (index of the right child, -1 for a leaf), `cover` (training rows that reached
    it), `feature` (0..41, -1 for a leaf).
    """

    base_score: float
    offsets: npt.NDArray[np.int64]
    value: FloatArray
    right: npt.NDArray[np.int32]
    cover: npt.NDArray[np.int32]
    feature: npt.NDArray[np.int8]

    @property
    def trees(self) -> int:
        """Number of trees."""
        return len(self.offsets) - 1

    def score(self, augmented: FloatArray) -> FloatArray:
        """Log-odds [n] of rows [n, 42]: base score, then tree by tree; inputs are rounded to float32 first."""
        rows = np.asarray(augmented, dtype=np.float32).astype(np.float64)
        score = np.full(len(rows), self.base_score)
        index = np.arange(len(rows))
        for root in self.offsets[:-1]:
            node = np.full(len(rows), root, dtype=np.int64)
            while (split := self.feature[node] >= 0).any():
                at, moving = node[split], index[split]
                left = rows[moving, self.feature[at]] <= self.value[at]
                node[split] = np.where(left, at + 1, self.right[at])
            score += self.value[node]
        return score


def from_sklearn(model: Any) -> Forest:
    """The trees of a fitted binary `GradientBoostingClassifier` on 42 inputs, learning rate included."""
    if model.n_features_in_ != AUGMENTED:
        raise BundleError(f"the boosting has {model.n_features_in_} inputs, a bundle needs {AUGMENTED}")
    parts: list[tuple[float, int, int, int]] = []
    offsets = [0]
    for (estimator,) in model.estimators_:
        _flatten(estimator.tree_, float(model.learning_rate), parts)
        offsets.append(len(parts))
    value, right, cover, feature = zip(*parts, strict=True)
    return Forest(
        base_score=float(logit(model.init_.class_prior_[1])),
        offsets=np.array(offsets, dtype=np.int64),
        value=np.array(value, dtype=np.float64),
        right=np.array(right, dtype=np.int32),
        cover=np.array(cover, dtype=np.int32),
        feature=np.array(feature, dtype=np.int8),
    )


def _flatten(tree: Any, rate: float, parts: list[tuple[float, int, int, int]]) -> None:
    """Append a scikit-learn tree in pre-order. A right child's index is known only once the left subtree is in."""
    stack = [(0, -1)]
    while stack:
        node, parent = stack.pop()
        here = len(parts)
        if parent >= 0:
            value, _, cover, feature = parts[parent]
            parts[parent] = (value, here, cover, feature)
        cover = int(tree.n_node_samples[node])
        if tree.children_left[node] < 0:
            parts.append((rate * float(tree.value[node, 0, 0]), -1, cover, -1))
        else:
            parts.append((float(tree.threshold[node]), -1, cover, int(tree.feature[node])))
            stack.append((int(tree.children_right[node]), here))
            stack.append((int(tree.children_left[node]), -1))


def write_forest(forest: Forest) -> tuple[ForestIndex, bytes]:
    """`forest.json` as a model and the bytes of `forest.bin`."""
    blob = bytearray()
    arrays = []
    for name, dtype in _DTYPES.items():
        blob += bytes(-len(blob) % 8)
        values = getattr(forest, name).astype(dtype)
        arrays.append({"name": name, "dtype": _NAMES[dtype], "offset": len(blob), "length": len(values)})
        blob += values.tobytes()
    index = ForestIndex.model_validate(
        {
            "schema": 1,
            "trees": forest.trees,
            "nodes": len(forest.value),
            "base_score": forest.base_score,
            "features": AUGMENTED,
            "offsets": forest.offsets.tolist(),
            "arrays": arrays,
        }
    )
    return index, bytes(blob)


def read_forest(index: ForestIndex, blob: bytes, where: str) -> Forest:
    """The forest behind `forest.json` and `forest.bin`; `where` names the bundle in errors.

    Raises `BundleError` when the arrays do not fit the file or do not form trees: a forest that reads is one
    that every walk leaves through a leaf.
    """
    arrays: dict[str, npt.NDArray[Any]] = {}
    for array in index.arrays:
        dtype = _DTYPES[array.name]
        end = array.offset + array.length * np.dtype(dtype).itemsize
        if array.dtype != _NAMES[dtype] or array.length != index.nodes or array.offset % 8 or end > len(blob):
            raise BundleError(f"{where}: forest.json: array '{array.name}' does not fit forest.bin")
        arrays[array.name] = np.frombuffer(blob, dtype, array.length, array.offset)
    if set(arrays) != set(_DTYPES):
        raise BundleError(f"{where}: forest.json: expected the arrays {', '.join(_DTYPES)}")
    forest = Forest(index.base_score, np.array(index.offsets, dtype=np.int64), **arrays)
    _check(forest, where)
    return forest


def _check(forest: Forest, where: str) -> None:
    node = np.arange(len(forest.value))
    end = np.repeat(forest.offsets[1:], np.diff(forest.offsets))
    leaf = forest.feature < 0
    inside = (forest.right > node + 1) & (forest.right < end)
    if not np.where(leaf, forest.right == -1, inside).all() or (forest.feature >= AUGMENTED).any():
        raise BundleError(f"{where}: forest.bin: a node's children lie outside its tree")
    if (~leaf & (node + 1 >= end)).any() or not np.isfinite(forest.value).all():
        raise BundleError(f"{where}: forest.bin: a split without children, or a value that is not finite")
