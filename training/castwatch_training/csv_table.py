"""Reads a shot log as text into a table of numbers, or says in one error what is wrong and where.

Accepted: the KAMP layout (two header rows: group, name; stray blanks) and flat headers
(`Process_Velocity_1`), any column order, UTF-8 with or without a byte order mark, CP949, and the
separators `,` `;` tab; decimal commas only where the separator is not a comma. An empty cell, `NaN`,
`NA`, `N/A` and `null` are missing values.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .arrays import FloatArray, IntArray
from .errors import DataFileError
from .features import ALIASES, DEFECTS, FEATURES, GROUPS, ID

KNOWN = frozenset({ID, *FEATURES, *DEFECTS})
BARE_NAMES = frozenset(n.split("_", 1)[1] for n in (*KNOWN, *ALIASES))
MISSING_WORDS = frozenset({"", "nan", "na", "n/a", "null"})
POINT_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
COMMA_NUMBER = re.compile(r"[+-]?(?:[0-9]+,?[0-9]*|,[0-9]+)(?:[eE][+-]?[0-9]+)?")


@dataclass(frozen=True)
class Table:
    """A parsed file: canonical column names, numbers (NaN = missing), and the line of each row."""

    path: Path
    names: tuple[str, ...]
    values: FloatArray
    lines: IntArray
    header_line: int

    def column(self, name: str) -> FloatArray:
        """The values of one column, [n]."""
        values: FloatArray = self.values[:, self.names.index(name)]
        return values

    def columns(self, names: tuple[str, ...]) -> FloatArray:
        """Several columns in the order asked for, [n, len(names)]."""
        values: FloatArray = self.values[:, [self.names.index(n) for n in names]]
        return values


def read_table(path: Path) -> Table:
    """Parse a whole file.

    Raises:
        DataFileError: with file, line and column of the first thing that cannot be used.
    """
    text = _decode(path, _read_bytes(path))
    separator = _separator(text)
    records = _records(path, text, separator)
    names, header_line = _header(path, records)
    decimal_comma = separator != "," and _uses_decimal_comma(text)
    rows: list[list[float]] = []
    lines: list[int] = []
    for line, cells in records:
        if len(cells) != len(names):
            hint = " (are these decimal commas? write 1.5, or separate the cells with ';')"
            raise DataFileError(
                path,
                f"has {len(cells)} cells where the header has {len(names)}"
                + (hint if separator == "," and len(cells) > len(names) else ""),
                line=line,
                column=min(len(cells), len(names)),
            )
        rows.append([_number(path, line, name, c, decimal_comma) for name, c in zip(names, cells, strict=True)])
        lines.append(line)
    if not rows:
        raise DataFileError(path, "has a header but no rows", line=header_line + 1)
    return Table(path, names, np.array(rows, dtype=np.float64), np.array(lines, dtype=np.int64), header_line)


def _read_bytes(path: Path) -> bytes:
    if path.is_dir():
        raise DataFileError(path, "is a folder, not a CSV file")
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise DataFileError(path, "does not exist") from None
    except OSError as error:
        raise DataFileError(path, f"cannot be read ({error.strerror})") from error
    if not data.strip():
        raise DataFileError(path, "is empty", line=1)
    return data


def _decode(path: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataFileError(path, "is UTF-16; save it as UTF-8 (or CP949)", line=1)
    if b"\x00" in data:
        raise DataFileError(path, "is not a text file", line=data[: data.index(b"\x00")].count(b"\n") + 1)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp949")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        in_line = before[before.rfind(b"\n") + 1 :]
        raise DataFileError(
            path,
            f"is neither UTF-8 nor CP949 (byte 0x{data[error.start]:02x}); save it as UTF-8",
            line=before.count(b"\n") + 1,
            column=max(in_line.count(s) for s in (b",", b";", b"\t")) + 1,
        ) from None


def _separator(text: str) -> str:
    first = next(line for line in text.splitlines() if line.strip())
    return max(",;\t", key=first.count)


def _uses_decimal_comma(text: str) -> bool:
    return re.search(r"[0-9],[0-9]", text) is not None


def _records(path: Path, text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Lines (from 1) and stripped cells; lines that hold nothing at all are skipped."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataFileError(path, f"is not readable as CSV ({error})", line=line) from None
        if cells and not (len(cells) == 1 and not cells[0].strip()):
            yield line, [cell.strip() for cell in cells]


def _header(path: Path, records: Iterator[tuple[int, list[str]]]) -> tuple[tuple[str, ...], int]:
    line, first = next(records)
    names = first
    if first[0] in GROUPS and all(cell in GROUPS or not cell for cell in first):
        groups = _fill_forward(first)
        line, second = next(records, (line + 1, []))
        if len(second) != len(groups):
            raise DataFileError(
                path, f"has {len(second)} names under {len(groups)} groups", line=line, column=len(second)
            )
        if not any(name in BARE_NAMES for name in second):
            raise DataFileError(path, "the second header row, with the names, is missing", line=line, column=1)
        names = [f"{group}_{name}" for group, name in zip(groups, second, strict=True)]
    elif not any(name in KNOWN or name in ALIASES for name in first):
        bare = next((i for i, name in enumerate(first) if name in BARE_NAMES), None)
        if bare is not None:
            raise DataFileError(
                path,
                f"'{first[bare]}' has no group: the first of the two header rows (Process, Sensor, Defects) "
                f"is missing. Put it back, or write full names such as Process_{first[bare]}",
                line=line,
                column=bare + 1,
            )
    return _checked(path, line, [ALIASES.get(name, name) for name in names]), line


def _fill_forward(groups: list[str]) -> list[str]:
    """A group row exported from merged cells names each group once."""
    filled: list[str] = []
    for group in groups:
        filled.append(group or filled[-1])
    return filled


def _checked(path: Path, line: int, names: list[str]) -> tuple[str, ...]:
    for i, name in enumerate(names):
        if name in names[:i]:
            raise DataFileError(
                path,
                f"'{name}' appears twice, first as column {names.index(name) + 1}",
                line=line,
                column=i + 1,
            )
    if not any(name in FEATURES for name in names):
        shown = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
        raise DataFileError(
            path,
            f"has other columns ({shown}); expected the 30 inputs {FEATURES[0]} ... {FEATURES[-1]}",
            line=line,
            column=1,
        )
    _require(path, line, names, FEATURES, "inputs")
    if any(name in DEFECTS for name in names):
        _require(path, line, names, DEFECTS, "defect flags")
    for i, name in enumerate(names):
        if name not in KNOWN:
            what = f"'{name}' is not a column of a shot log" if name else "has no name"
            raise DataFileError(path, what, line=line, column=i + 1)
    return tuple(names)


def _require(path: Path, line: int, names: list[str], wanted: tuple[str, ...], what: str) -> None:
    missing = [name for name in wanted if name not in names]
    if missing:
        raise DataFileError(
            path,
            f"lacks {len(missing)} of the {len(wanted)} {what}: {', '.join(missing)}",
            line=line,
            column=missing[0],
        )


def _number(path: Path, line: int, name: str, cell: str, decimal_comma: bool) -> float:
    pattern = COMMA_NUMBER if decimal_comma else POINT_NUMBER
    if pattern.fullmatch(cell):
        value = float(cell.replace(",", "."))
        if np.isfinite(value):
            return value
        raise DataFileError(path, f"'{cell}' is too large for a number", line=line, column=name)
    if cell.lower() in MISSING_WORDS:
        return float("nan")
    if COMMA_NUMBER.fullmatch(cell):
        problem = f"'{cell}' has a decimal comma; write a point, or separate the cells with ';'"
    elif decimal_comma and POINT_NUMBER.fullmatch(cell):
        problem = f"'{cell}' has a decimal point in a file that uses decimal commas"
    else:
        problem = f"'{cell}' is not a number"
    raise DataFileError(path, problem, line=line, column=name)
