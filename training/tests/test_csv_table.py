"""What can be read is read; what cannot gets one error that names file, line and column."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from synthetic import SyntheticLog, cells, make_log, write_flat, write_kamp

from castwatch_training.csv_table import read_table
from castwatch_training.dataset import load_dataset, read_shots
from castwatch_training.errors import DataFileError
from castwatch_training.features import FEATURES

Edit = Callable[[list[str], list[list[str]]], None]


@pytest.fixture(scope="module")
def small() -> SyntheticLog:
    return make_log(60)


def written(
    path: Path, log: SyntheticLog, edit: Edit | None = None, *, separator: str = ",", encoding: str = "utf-8"
) -> Path:
    """A flat file after `edit` has changed header names and cells in place."""
    names, rows = cells(log)
    if edit:
        edit(names, rows)
    text = "\n".join(separator.join(line) for line in [names, *rows]) + "\n"
    path.write_bytes(text.encode(encoding))
    return path


def failure(path: Path) -> DataFileError:
    with pytest.raises(DataFileError) as caught:
        load_dataset(path)
    assert str(caught.value).startswith(str(path))
    return caught.value


def same(path: Path, log: SyntheticLog) -> None:
    shots = read_shots(path)
    np.testing.assert_array_equal(shots.X, log.X)
    np.testing.assert_array_equal(shots.defects, log.defects)
    np.testing.assert_array_equal(shots.process_id, log.process_id)


class TestAccepted:
    def test_kamp_layout_with_stray_blanks(self, tmp_path: Path, small: SyntheticLog) -> None:
        same(write_kamp(tmp_path / "a.csv", small), small)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp949"])
    def test_flat_header_in_each_encoding(self, tmp_path: Path, small: SyntheticLog, encoding: str) -> None:
        same(write_flat(tmp_path / "a.csv", small, encoding=encoding), small)

    def test_cp949_text_decodes(self, tmp_path: Path, small: SyntheticLog) -> None:
        def korean(_: list[str], rows: list[list[str]]) -> None:
            rows[3][2] = "불량"

        error = failure(written(tmp_path / "a.csv", small, korean, encoding="cp949"))
        assert "'불량' is not a number" in str(error)

    def test_any_column_order(self, tmp_path: Path, small: SyntheticLog) -> None:
        def shuffle(names: list[str], rows: list[list[str]]) -> None:
            for line in (names, *rows):
                line.reverse()

        same(written(tmp_path / "a.csv", small, shuffle), small)

    def test_semicolons_with_decimal_commas(self, tmp_path: Path, small: SyntheticLog) -> None:
        def commas(_: list[str], rows: list[list[str]]) -> None:
            rows[:] = [[c.replace(".", ",") for c in row] for row in rows]

        same(written(tmp_path / "a.csv", small, commas, separator=";"), small)

    @pytest.mark.parametrize("separator", [";", "\t"])
    def test_other_separators_with_points(self, tmp_path: Path, small: SyntheticLog, separator: str) -> None:
        same(write_flat(tmp_path / "a.csv", small, separator=separator), small)

    def test_windows_lines_quotes_and_blank_lines(self, tmp_path: Path, small: SyntheticLog) -> None:
        names, rows = cells(small)
        lines = [",".join(f'"{c}"' for c in line) for line in [names, *rows]]
        path = tmp_path / "a.csv"
        path.write_bytes("\r\n".join([lines[0], "", *lines[1:], "", ""]).encode())
        same(path, small)

    def test_unlabelled_file_without_ids(self, tmp_path: Path, small: SyntheticLog) -> None:
        names, rows = cells(small, labels=False)
        path = tmp_path / "a.csv"
        path.write_text("\n".join(",".join(line[1:]) for line in [names, *rows]))
        shots = read_shots(path)
        assert shots.defects is None
        np.testing.assert_array_equal(shots.X, small.X)
        np.testing.assert_array_equal(shots.process_id, np.arange(1, len(small.X) + 1))

    def test_lines_are_physical(self, tmp_path: Path, small: SyntheticLog) -> None:
        table = read_table(write_kamp(tmp_path / "a.csv", small))
        assert table.lines[0] == 3
        assert table.lines[-1] == len(small.X) + 2


class TestRefusedHeader:
    def test_other_columns(self, tmp_path: Path) -> None:
        path = tmp_path / "a.csv"
        path.write_text("time,speed\n1,2\n")
        error = failure(path)
        assert (error.line, error.column) == (1, 1)
        assert "other columns (time, speed)" in str(error)

    def test_missing_columns_are_all_named(self, tmp_path: Path, small: SyntheticLog) -> None:
        def drop(names: list[str], rows: list[list[str]]) -> None:
            for line in (names, *rows):
                del line[5], line[3]

        error = failure(written(tmp_path / "a.csv", small, drop))
        assert error.line == 1
        assert error.column == "Process_Velocity_1"
        assert "lacks 2 of the 30 inputs: Process_Velocity_1, Process_Velocity_3" in str(error)

    def test_some_defect_flags(self, tmp_path: Path, small: SyntheticLog) -> None:
        def drop(names: list[str], rows: list[list[str]]) -> None:
            for line in (names, *rows):
                del line[-1]

        error = failure(written(tmp_path / "a.csv", small, drop))
        assert "lacks 1 of the 26 defect flags: Defects_Inclusions_2" in str(error)

    def test_no_defect_flags_where_labels_are_needed(self, tmp_path: Path, small: SyntheticLog) -> None:
        assert "has no defect flags" in str(failure(write_flat(tmp_path / "a.csv", small, labels=False)))

    def test_duplicate_column(self, tmp_path: Path, small: SyntheticLog) -> None:
        def double(names: list[str], _: list[list[str]]) -> None:
            names[4] = names[3]

        error = failure(written(tmp_path / "a.csv", small, double))
        assert (error.line, error.column) == (1, 5)
        assert "'Process_Velocity_1' appears twice, first as column 4" in str(error)

    def test_unknown_extra_column(self, tmp_path: Path, small: SyntheticLog) -> None:
        def extra(names: list[str], rows: list[list[str]]) -> None:
            names.append("Defects_Warp_1")
            for row in rows:
                row.append("0")

        error = failure(written(tmp_path / "a.csv", small, extra))
        assert (error.line, error.column) == (1, 58)
        assert "'Defects_Warp_1'" in str(error)

    def test_names_without_groups(self, tmp_path: Path, small: SyntheticLog) -> None:
        kamp = write_kamp(tmp_path / "kamp.csv", small).read_text().splitlines()
        path = tmp_path / "a.csv"
        path.write_text("\n".join(kamp[1:]))
        error = failure(path)
        assert (error.line, error.column) == (1, 1)
        assert "has no group" in str(error)

    def test_groups_without_names(self, tmp_path: Path, small: SyntheticLog) -> None:
        kamp = write_kamp(tmp_path / "kamp.csv", small).read_text().splitlines()
        path = tmp_path / "a.csv"
        path.write_text("\n".join([kamp[0], *kamp[2:]]))
        error = failure(path)
        assert error.line == 2
        assert "second header row" in str(error)


class TestRefusedCells:
    @pytest.mark.parametrize(
        ("cell", "problem"),
        [
            ("abc", "'abc' is not a number"),
            ("1 2", "'1 2' is not a number"),
            ("1_000", "'1_000' is not a number"),
            ("0x10", "'0x10' is not a number"),
            ("1e400", "'1e400' is too large"),
            ("inf", "'inf' is not a number"),
            ('"0,144"', "'0,144' has a decimal comma"),
        ],
    )
    def test_text_in_numbers(self, tmp_path: Path, small: SyntheticLog, cell: str, problem: str) -> None:
        def spoil(_: list[str], rows: list[list[str]]) -> None:
            rows[10][3] = cell

        error = failure(written(tmp_path / "a.csv", small, spoil))
        assert (error.line, error.column) == (12, "Process_Velocity_1")
        assert problem in str(error)

    def test_unquoted_decimal_commas(self, tmp_path: Path, small: SyntheticLog) -> None:
        def commas(_: list[str], rows: list[list[str]]) -> None:
            rows[:] = [[c.replace(".", ",") for c in row] for row in rows]

        error = failure(written(tmp_path / "a.csv", small, commas))
        assert error.line == 2
        assert "decimal commas?" in str(error)

    def test_mixed_decimal_marks(self, tmp_path: Path, small: SyntheticLog) -> None:
        def mix(_: list[str], rows: list[list[str]]) -> None:
            rows[:] = [[c.replace(".", ",") for c in row] for row in rows]
            rows[4][3] = "0.144"

        error = failure(written(tmp_path / "a.csv", small, mix, separator=";"))
        assert (error.line, error.column) == (6, "Process_Velocity_1")
        assert "decimal point in a file that uses decimal commas" in str(error)

    def test_short_row(self, tmp_path: Path, small: SyntheticLog) -> None:
        def cut(_: list[str], rows: list[list[str]]) -> None:
            del rows[7][-3:]

        error = failure(written(tmp_path / "a.csv", small, cut))
        assert error.line == 9
        assert "54 cells where the header has 57" in str(error)

    def test_fraction_in_a_defect_flag(self, tmp_path: Path, small: SyntheticLog) -> None:
        def spoil(_: list[str], rows: list[list[str]]) -> None:
            rows[2][31] = "0.5"

        error = failure(written(tmp_path / "a.csv", small, spoil))
        assert (error.line, error.column) == (4, "Defects_Short_Shot_1")

    def test_defect_flag_left_empty(self, tmp_path: Path, small: SyntheticLog) -> None:
        def spoil(_: list[str], rows: list[list[str]]) -> None:
            rows[2][31] = ""

        error = failure(written(tmp_path / "a.csv", small, spoil))
        assert (error.line, error.column) == (4, "Defects_Short_Shot_1")


class TestRefusedFile:
    def test_undecodable_bytes(self, tmp_path: Path, small: SyntheticLog) -> None:
        path = write_flat(tmp_path / "a.csv", small)
        lines = path.read_bytes().split(b"\n")
        lines[5] = lines[5].replace(b",", b",\xff\xff", 1)
        path.write_bytes(b"\n".join(lines))
        error = failure(path)
        assert (error.line, error.column) == (6, 2)
        assert "neither UTF-8 nor CP949" in str(error)

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"", "is empty"),
            (b" \n\n", "is empty"),
            (b"PK\x03\x04\x00\x00binary", "not a text file"),
            ("Process_id,x\n".encode("utf-16"), "UTF-16"),
        ],
    )
    def test_no_text(self, tmp_path: Path, content: bytes, problem: str) -> None:
        path = tmp_path / "a.csv"
        path.write_bytes(content)
        assert problem in str(failure(path))

    @pytest.mark.parametrize("kamp", [True, False])
    def test_no_rows(self, tmp_path: Path, small: SyntheticLog, kamp: bool) -> None:
        path = (write_kamp if kamp else write_flat)(tmp_path / "a.csv", small)
        headers = 2 if kamp else 1
        path.write_text("\n".join(path.read_text().splitlines()[:headers]))
        error = failure(path)
        assert error.line == headers + 1
        assert "no rows" in str(error)

    @pytest.mark.parametrize("mark", ["0", "1"])
    def test_only_one_class(self, tmp_path: Path, small: SyntheticLog, mark: str) -> None:
        def same_label(_: list[str], rows: list[list[str]]) -> None:
            for row in rows:
                row[31:] = [mark] * 26

        error = failure(written(tmp_path / "a.csv", small, same_label))
        assert error.line == 2
        assert "only one class" in str(error)

    def test_half_the_rows_missing_values(self, tmp_path: Path, small: SyntheticLog) -> None:
        def gaps(_: list[str], rows: list[list[str]]) -> None:
            for row in rows[1::2]:
                row[1 + FEATURES.index("Process_Biscuit_Thickness")] = ""

        error = failure(written(tmp_path / "a.csv", small, gaps))
        assert (error.line, error.column) == (3, "Process_Biscuit_Thickness")
        assert "rows lack a value" in str(error)

    def test_product_left_empty(self, tmp_path: Path, small: SyntheticLog) -> None:
        def spoil(_: list[str], rows: list[list[str]]) -> None:
            rows[6][1] = ""

        error = failure(written(tmp_path / "a.csv", small, spoil))
        assert (error.line, error.column) == (8, "Process_Product_Type")
