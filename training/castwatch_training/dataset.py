"""Finds, reads and validates the data set; knows which rows are one shot and which shots are one campaign."""

import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from .arrays import BoolArray, FloatArray, IntArray
from .csv_table import Table, read_table
from .errors import DataFileError, DataNotFoundError
from .features import DEFECTS, FEATURES, ID, PRODUCT, SHOT

FILE_NAME = "DieCasting_Quality_Raw_Data.csv"
ENVIRONMENT = "DIECAST_DATA"
REPOSITORY = Path(__file__).resolve().parents[2]
SEARCHED: tuple[Path, ...] = (REPOSITORY / "training" / "data", REPOSITORY.parent / "shared" / "data")

MAX_ROWS_WITH_GAPS = 0.25
"""Training refuses a file in which a larger share of the rows lacks a value."""

MIN_CAMPAIGN_SHOTS = 20
"""A run with fewer distinct shots (a restart of the counter) belongs to the campaign before it."""


@dataclass(frozen=True)
class ShotTable:
    """Rows of a log in file order, labelled or not; what `score` reads.

    Attributes:
        path: the file.
        X: [n, 30] in the order of `FEATURES`; NaN = missing.
        process_id: [n] the log's id; the row number from 1 where the file has none.
        lines: [n] the line of the file that each row stands on.
        defects: [n, 26] marks per defect flag, or None for an unlabelled file.
    """

    path: Path
    X: FloatArray
    process_id: IntArray
    lines: IntArray
    defects: IntArray | None


@dataclass(frozen=True)
class Dataset:
    """A labelled log, validated for training. Rows are in file order, which is the order of production.

    Attributes:
        path: the file.
        sha256: of the file's bytes, in hexadecimal.
        X: [n, 30] in the order of `FEATURES`; NaN = missing.
        y: [n] 1 where any of the 26 flags is set, else 0.
        defects: [n, 26] marks per flag, in the order of `features.DEFECTS`.
        process_id: [n] the log's id.
        group: [n] id of the distinct shot a row shows, 0.. by first appearance; rows whose 30 inputs are
            exactly equal (one shot logged twice) share it.
        run: [n] id of the stretch between two resets of the shot counter or changes of product, 0..
        campaign: [n] like `run`, with runs of fewer than `MIN_CAMPAIGN_SHOTS` joined to the one before, 0..
        from_line: [n] True for the shots that a line's labelled export added (`labels.join`); None: there are none.
        learns_from_line: False: the shots of the line are tested on and never trained on.
    """

    path: Path
    sha256: str
    X: FloatArray
    y: IntArray
    defects: IntArray
    process_id: IntArray
    group: IntArray
    run: IntArray
    campaign: IntArray
    from_line: BoolArray | None = None
    learns_from_line: bool = True

    def __len__(self) -> int:
        return len(self.y)

    @property
    def distinct(self) -> IntArray:
        """Row indices of the first row of every distinct shot, ascending."""
        return np.unique(self.group, return_index=True)[1].astype(np.int64)

    @property
    def repeated(self) -> BoolArray:
        """[n] True where the row shows a shot that an earlier row has shown."""
        mask = np.ones(len(self), dtype=np.bool_)
        mask[self.distinct] = False
        return mask

    @property
    def product(self) -> IntArray:
        """[n] the product number."""
        return self.X[:, PRODUCT].astype(np.int64)

    def trainable(self, rows: IntArray) -> IntArray:
        """Those of the rows that a model may learn from."""
        if self.from_line is None or self.learns_from_line:
            return rows
        return rows[~self.from_line[rows]]

    def without_learning_from_line(self) -> "Dataset":
        """The same rows to be tested on, with none of the line's to learn from."""
        name = hashlib.sha256(f"{self.sha256} without the line".encode()).hexdigest()
        return replace(self, learns_from_line=False, sha256=name)


def find_data(argument: Path | None = None) -> Path:
    """The data file: the argument, else `DIECAST_DATA`, else training/data/, else ../shared/data/.

    A place that was named explicitly is not silently replaced by another. A folder counts when it
    holds the KAMP file or exactly one CSV.

    Raises:
        DataNotFoundError: says where it looked and how to get the data.
    """
    if argument is not None:
        places: list[tuple[Path, str]] = [(argument, f"{argument} (the argument)")]
    elif named := os.environ.get(ENVIRONMENT):
        places = [(Path(named), f"{named} (the environment variable {ENVIRONMENT})")]
    else:
        places = [(folder, str(folder)) for folder in SEARCHED]
    for place, _ in places:
        found = _in_place(place)
        if found is not None:
            return found
    looked = [text for _, text in places]
    if argument is None and not os.environ.get(ENVIRONMENT):
        looked.insert(0, f"the environment variable {ENVIRONMENT} (not set)")
    raise DataNotFoundError(looked)


def _in_place(place: Path) -> Path | None:
    if place.is_file():
        return place
    if not place.is_dir():
        return None
    if (place / FILE_NAME).is_file():
        return place / FILE_NAME
    files = sorted(place.glob("*.csv"))
    return files[0] if len(files) == 1 else None


def read_shots(path: Path) -> ShotTable:
    """Read a labelled or unlabelled log, missing values and all.

    Raises:
        DataFileError: with file, line and column.
    """
    table = read_table(path)
    n = len(table.values)
    if ID in table.names:
        _no_gaps(table, ID)
        process_id = _whole(table, ID)
    else:
        process_id = np.arange(1, n + 1, dtype=np.int64)
    defects: IntArray | None = None
    if DEFECTS[0] in table.names:
        for name in DEFECTS:
            _no_gaps(table, name)
        defects = np.stack([_whole(table, name, minimum=0) for name in DEFECTS], axis=1)
    return ShotTable(path, table.columns(FEATURES), process_id, table.lines, defects)


def load_dataset(path: Path | None = None) -> Dataset:
    """Find, read and validate the data for training (`path` as in `find_data`).

    Raises:
        DataNotFoundError: no file.
        DataFileError: a file that cannot be used, with line and column.
    """
    path = find_data(path)
    shots, defects = read_labelled(path)
    y: IntArray = np.any(defects > 0, axis=1).astype(np.int64)
    if y.min() == y.max():
        raise DataFileError(
            path,
            f"holds only one class: all {len(y)} rows are {'defective' if y[0] else 'good'}; "
            "training needs good and defective shots",
            line=int(shots.lines[0]),
            column=f"{DEFECTS[0]} ... {DEFECTS[-1]}",
        )
    group = distinct_shots(shots.X)
    run = find_runs(shots.X)
    return Dataset(
        path=path,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        X=shots.X,
        y=y,
        defects=defects,
        process_id=shots.process_id,
        group=group,
        run=run,
        campaign=join_short_runs(run, group),
    )


def read_labelled(path: Path) -> tuple[ShotTable, IntArray]:
    """Read a log that may be trained on, whatever classes it holds; also its defect flags, [n, 26].

    Raises:
        DataFileError: with file, line and column.
    """
    shots = read_shots(path)
    if shots.defects is None:
        raise DataFileError(
            path,
            f"has no defect flags ({DEFECTS[0]} ...); training needs labelled shots",
            line=1,
            column=DEFECTS[0],
        )
    _check_gaps(shots)
    return shots, shots.defects


def distinct_shots(X: FloatArray) -> IntArray:
    """[n] ids, 0.. by first appearance, equal where all 30 values are equal (missing equals missing)."""
    plain = np.ascontiguousarray(np.where(np.isnan(X), np.inf, X) + 0.0)  # + 0.0 makes -0 equal 0
    _, first, inverse = np.unique(plain, axis=0, return_index=True, return_inverse=True)
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    ids: IntArray = rank[inverse.ravel()]
    return ids


def find_runs(X: FloatArray) -> IntArray:
    """[n] ids of the runs: a new one begins where the shot counter falls or the product changes."""
    starts = (np.diff(X[:, SHOT]) < 0) | (np.diff(X[:, PRODUCT]) != 0)
    return np.concatenate([[0], np.cumsum(starts)]).astype(np.int64)


def join_short_runs(run: IntArray, group: IntArray) -> IntArray:
    """[n] campaign ids: runs of fewer than `MIN_CAMPAIGN_SHOTS` distinct shots join the one before them."""
    campaign = np.empty_like(run)
    current = -1
    for r in range(int(run.max()) + 1):
        rows = run == r
        if current < 0 or len(np.unique(group[rows])) >= MIN_CAMPAIGN_SHOTS:
            current += 1
        campaign[rows] = current
    return campaign


def _whole(table: Table, name: str, minimum: int | None = None) -> IntArray:
    values = table.column(name)
    bad = (values != np.floor(values)) | (np.abs(values) > 2**53)
    if minimum is not None:
        bad |= values < minimum
    if bad.any():
        at = int(np.argmax(bad))
        raise DataFileError(
            table.path,
            f"{values[at]:g} is not a whole number" + (f" of {minimum} or more" if minimum is not None else ""),
            line=int(table.lines[at]),
            column=name,
        )
    return values.astype(np.int64)


def _no_gaps(table: Table, name: str) -> None:
    gaps = np.isnan(table.column(name))
    if gaps.any():
        raise DataFileError(table.path, "is empty", line=int(table.lines[int(np.argmax(gaps))]), column=name)


def _check_gaps(shots: ShotTable) -> None:
    """Product and shot number order the data; elsewhere a minority of rows may lack values."""
    gaps = np.isnan(shots.X)
    for feature in (PRODUCT, SHOT):
        if gaps[:, feature].any():
            line = int(shots.lines[int(np.argmax(gaps[:, feature]))])
            raise DataFileError(shots.path, "is empty", line=line, column=FEATURES[feature])
    share = float(gaps.any(axis=1).mean())
    if share > MAX_ROWS_WITH_GAPS:
        worst = int(np.argmax(gaps.sum(axis=0)))
        raise DataFileError(
            shots.path,
            f"{share:.0%} of the {len(gaps)} rows lack a value (training accepts {MAX_ROWS_WITH_GAPS:.0%}); "
            f"most often this column, first on this line",
            line=int(shots.lines[int(np.argmax(gaps[:, worst]))]),
            column=FEATURES[worst],
        )
    product = shots.X[:, PRODUCT]
    if (product != np.floor(product)).any():
        at = int(np.argmax(product != np.floor(product)))
        raise DataFileError(
            shots.path,
            f"{product[at]:g} is not a product number",
            line=int(shots.lines[at]),
            column=FEATURES[PRODUCT],
        )
