"""The five ways to cut the data into training and test rows.

`legacy` repeats the old headline's split, twins and all. The other four work on distinct shots and are
leak-free: no shot stands on both sides. Each answers another question:

| protocol | question |
|---|---|
| legacy | how well are rows of the same log recalled (twins of 62 % of the test rows are in training)? |
| grouped | how well is a shot judged whose neighbours in time have been seen? |
| forward | how well are the last shots of a campaign judged from its beginning? |
| blocks | how well is a stretch of a product's shots judged, its campaign seen in part or not at all? |
| campaign | how well is a campaign judged that has not been seen? |

`blocks` cuts each product's shots into five contiguous blocks, so that every fold tests both products. The same cut
through the whole log, `log_blocks`, leaves out most of one or two campaigns at a time and is close to `campaign`; the
study shows it for comparison.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from sklearn.model_selection import StratifiedKFold, train_test_split

from .arrays import IntArray
from .dataset import Dataset
from .errors import TrainingError

Protocol = Literal["legacy", "grouped", "forward", "blocks", "campaign", "log_blocks"]
PROTOCOLS: tuple[Protocol, ...] = ("legacy", "grouped", "forward", "blocks", "campaign")
"""The five that every figure is given for."""

LEAK_FREE: tuple[Protocol, ...] = PROTOCOLS[1:]
SEEDED: tuple[Protocol, ...] = ("legacy", "grouped")
"""Protocols whose split depends on the seed; the others follow the order of production."""

LEGACY_SEED = 42
"""The seed of the old headline's split."""

TEST_SHARE = 0.2
FOLDS = 5


@dataclass(frozen=True)
class Split:
    """One fold: row indices into the data set, ascending, disjoint."""

    protocol: Protocol
    fold: int
    train: IntArray
    test: IntArray


def splits(protocol: Protocol, data: Dataset, seed: int = LEGACY_SEED) -> list[Split]:
    """All folds of a protocol.

    Raises:
        TrainingError: the data hold too few defective or good shots, or too few campaigns.
    """
    pairs = {
        "legacy": _legacy,
        "grouped": _grouped,
        "forward": _forward,
        "blocks": _blocks,
        "campaign": _campaign,
        "log_blocks": _log_blocks,
    }[protocol](data, seed)
    result = [
        Split(protocol, i, np.sort(data.trainable(train)), np.sort(test)) for i, (train, test) in enumerate(pairs)
    ]
    for split in result:
        if len(np.unique(data.y[split.train])) < 2:
            raise TrainingError(f"{protocol}, fold {split.fold + 1}: the training rows hold only one class")
    return result


def inner_folds(data: Dataset, rows: IntArray, folds: int = FOLDS, seed: int = 0) -> list[tuple[IntArray, IntArray]]:
    """Folds inside the training rows, for all that is chosen (thresholds, calibration, hyper-parameters).

    All rows of a shot fall on the same side, so a twin never tells its own label.

    Returns:
        (fit, held) pairs of row indices into the data set; the held parts together are `rows`.
    """
    shots, first = np.unique(data.group[rows], return_index=True)
    label = data.y[rows][first]
    pairs = []
    for fit, held in _stratified(folds, label, seed):
        in_fit, in_held = np.isin(data.group[rows], shots[fit]), np.isin(data.group[rows], shots[held])
        pairs.append((rows[in_fit], rows[in_held]))
    return pairs


def _stratified(folds: int, label: IntArray, seed: int) -> list[tuple[IntArray, IntArray]]:
    """Stratified folds over positions 0..len(label)."""
    fewest = int(np.bincount(label, minlength=2).min())
    if fewest < folds:
        kind = "good" if int(label.sum()) > len(label) // 2 else "defective"
        raise TrainingError(f"{folds} folds need at least {folds} {kind} shots; there are {fewest}")
    cut = StratifiedKFold(folds, shuffle=True, random_state=seed)
    return [(a.astype(np.int64), b.astype(np.int64)) for a, b in cut.split(label, label)]


def _legacy(data: Dataset, seed: int) -> list[tuple[IntArray, IntArray]]:
    if int(np.bincount(data.y, minlength=2).min()) < 2:
        raise TrainingError("a stratified split needs at least two rows of each class")
    rows = np.arange(len(data), dtype=np.int64)
    train, test = train_test_split(rows, test_size=TEST_SHARE, random_state=seed, stratify=data.y)
    return [(train, test)]


def _grouped(data: Dataset, seed: int) -> list[tuple[IntArray, IntArray]]:
    shots = data.distinct
    return [(shots[a], shots[b]) for a, b in _stratified(FOLDS, data.y[shots], seed)]


def _forward(data: Dataset, _seed: int) -> list[tuple[IntArray, IntArray]]:
    shots = data.distinct
    train, test = [], []
    for campaign in np.unique(data.campaign[shots]):
        own = shots[data.campaign[shots] == campaign]
        cut = len(own) - max(1, round(TEST_SHARE * len(own)))
        train.append(own[:cut])
        test.append(own[cut:])
    return [(np.concatenate(train), np.concatenate(test))]


def _blocks(data: Dataset, _seed: int) -> list[tuple[IntArray, IntArray]]:
    shots = data.distinct
    cuts = [_cut(shots[data.product[shots] == p]) for p in np.unique(data.product)]
    tests = [np.concatenate(blocks) for blocks in zip(*cuts, strict=True)]
    return [(np.setdiff1d(shots, test), test) for test in tests]


def _log_blocks(data: Dataset, _seed: int) -> list[tuple[IntArray, IntArray]]:
    shots = data.distinct
    return [(np.setdiff1d(shots, block), block) for block in _cut(shots)]


def _cut(shots: IntArray) -> list[IntArray]:
    if len(shots) < 2 * FOLDS:
        raise TrainingError(f"{FOLDS} blocks need at least {2 * FOLDS} distinct shots of a product, got {len(shots)}")
    return np.array_split(shots, FOLDS)


def _campaign(data: Dataset, _seed: int) -> list[tuple[IntArray, IntArray]]:
    shots = data.distinct
    campaigns = np.unique(data.campaign[shots])
    if len(campaigns) < 2:
        raise TrainingError("leaving one campaign out needs at least two campaigns; there is one")
    return [(shots[data.campaign[shots] != c], shots[data.campaign[shots] == c]) for c in campaigns]
