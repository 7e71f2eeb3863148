"""Labelled shots of a line beside the base data: what the app's training export adds to the log a model learns from.

Every shot stands once and with one label:

- A shot that the export shows more than once (the same 30 values) keeps its place and takes the last label.
- A shot that the base data show, too, is not added again. The line's label replaces theirs on all its rows, because it
  is the later look at the part and a person answers for it.
- The shots of each file are campaigns of their own: never joined to the base data's last one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .arrays import IntArray
from .dataset import Dataset, distinct_shots, find_runs, join_short_runs, read_labelled


@dataclass(frozen=True)
class Joined:
    """The base data with the line's labels.

    Attributes:
        data: base rows, then the line's new shots in the order of the files.
        rows: labelled rows in the files.
        repeated: of them, rows whose shot the files had shown already.
        known: distinct shots of the files that the base data hold.
        changed: of these, shots whose label the line has changed.
        added: distinct shots that are new.
        defective: of these, the defective ones.
    """

    data: Dataset
    rows: int
    repeated: int
    known: int
    changed: int
    added: int
    defective: int


def join(base: Dataset, files: Sequence[Path]) -> Joined:
    """The base data with the labelled shots of the files.

    Raises:
        DataFileError: a file that cannot be used, with line and column.
    """
    read = [read_labelled(path) for path in files]
    X = np.concatenate([base.X, *(shots.X for shots, _ in read)])
    defects = np.concatenate([base.defects, *(flags for _, flags in read)])
    ids = np.concatenate([base.process_id, *(shots.process_id for shots, _ in read)])
    file = np.concatenate([np.full(len(base), -1), *(np.full(len(flags), i) for i, (_, flags) in enumerate(read))])
    group = distinct_shots(X)

    labelled = np.flatnonzero(file >= 0)
    shots, first, last = _first_and_last(group, labelled)
    known = np.isin(shots, group[: len(base)])
    final = np.full(int(group.max()) + 1, -1)
    final[shots] = last
    relabelled = final[group] >= 0
    defects[relabelled] = defects[final[group][relabelled]]
    y: IntArray = np.any(defects > 0, axis=1).astype(np.int64)
    changed = np.unique(group[: len(base)][y[: len(base)] != base.y])

    new = np.sort(first[~known])
    keep = np.concatenate([np.arange(len(base)), new])
    run, campaign = [base.run], [base.campaign]
    for i in np.unique(file[new]):
        own = new[file[new] == i]
        runs = find_runs(X[own])
        campaigns = join_short_runs(runs, group[own])
        run.append(runs + int(run[-1].max()) + 1)
        campaign.append(campaigns + int(campaign[-1].max()) + 1)
    data = replace(
        base,
        sha256=_name([base.sha256, *(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)]),
        X=X[keep],
        y=y[keep],
        defects=defects[keep],
        process_id=ids[keep],
        group=distinct_shots(X[keep]),
        run=np.concatenate(run),
        campaign=np.concatenate(campaign),
        from_line=file[keep] >= 0,
    )
    return Joined(
        data=data,
        rows=len(labelled),
        repeated=len(labelled) - len(shots),
        known=int(known.sum()),
        changed=len(changed),
        added=len(new),
        defective=int(y[new].sum()),
    )


def _first_and_last(group: IntArray, rows: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Distinct shots among the rows, and the first and the last of the rows that show each."""
    shots, first = np.unique(group[rows], return_index=True)
    last = len(rows) - 1 - np.unique(group[rows][::-1], return_index=True)[1]
    return shots, rows[first], rows[last]


def _name(hashes: Sequence[str]) -> str:
    """One SHA-256 for several files: that of their hexadecimal hashes, one a line."""
    return hashlib.sha256("\n".join(hashes).encode()).hexdigest()
