"""Small forests by hand, for tests of what is made of a forest."""

import numpy as np

from castwatch_training.forest import Forest

LEAF = [(0.5, -1, -1)]
STUMP = [(1.0, 2, 7), (-1.0, -1, -1), (2.0, -1, -1)]
DEEP = [(0.0, 4, 3), (-1.0, 3, 41), (0.1, -1, -1), (0.2, -1, -1), (1.0, 6, 3), (0.3, -1, -1), (0.4, -1, -1)]


def make_forest(*trees: list[tuple[float, int, int]]) -> Forest:
    """A forest of (value, right, feature) nodes in pre-order; `right` counts from the tree's own root."""
    offsets = np.cumsum([0, *map(len, trees)])
    nodes = [(v, r + o if r >= 0 else -1, f) for tree, o in zip(trees, offsets, strict=False) for v, r, f in tree]
    value, right, feature = (np.array(column) for column in zip(*nodes, strict=True))
    return Forest(
        0.25,
        offsets.astype(np.int64),
        value.astype(np.float64),
        right.astype(np.int32),
        np.ones(len(nodes), dtype=np.int32),
        feature.astype(np.int8),
    )
