from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import SyntheticLog, make_log, write_flat, write_kamp

from castwatch_training.card import data_facts
from castwatch_training.dataset import Dataset
from castwatch_training.errors import DataFileError
from castwatch_training.labels import join
from castwatch_training.protocols import LEAK_FREE, splits


def part(log: SyntheticLog, rows: object) -> SyntheticLog:
    """Some rows of a log."""
    return SyntheticLog(log.X[rows], log.defects[rows], log.process_id[rows], log.twin[rows], log.campaign[rows])


@pytest.fixture(scope="module")
def line() -> SyntheticLog:
    """120 other shots, each once."""
    log = make_log(120, seed=8)
    return part(log, ~log.twin)


def test_new_shots_follow_the_base_as_campaigns_of_their_own(tmp_path: Path, data: Dataset, line: SyntheticLog) -> None:
    joined = join(data, [write_kamp(tmp_path / "export.csv", line)])
    n = len(data)
    found = joined.data
    assert (joined.rows, joined.added, joined.known, joined.repeated) == (120, 120, 0, 0)
    assert joined.defective == int((line.defects.sum(axis=1) > 0).sum())
    assert found.from_line is not None
    assert found.from_line.tolist() == [False] * n + [True] * 120
    np.testing.assert_array_equal(found.X[n:], line.X)
    np.testing.assert_array_equal(found.defects[n:], line.defects)
    np.testing.assert_array_equal(found.process_id[n:], line.process_id)
    for name in ("X", "y", "group", "run", "campaign"):
        np.testing.assert_array_equal(getattr(found, name)[:n], getattr(data, name))
    assert found.campaign[n] == data.campaign.max() + 1
    assert found.run[n] == data.run.max() + 1
    assert found.sha256 != data.sha256


def test_files_are_campaigns_of_their_own_whatever_their_counters_say(
    tmp_path: Path, data: Dataset, line: SyntheticLog
) -> None:
    """The second file goes on counting where the first ends; with ten shots it would be too short for a campaign."""
    files = [
        write_kamp(tmp_path / "a.csv", part(line, slice(0, 20))),
        write_kamp(tmp_path / "b.csv", part(line, slice(20, 30))),
    ]
    campaign = join(data, files).data.campaign[len(data) :]
    assert set(campaign[:20]) == {data.campaign.max() + 1}
    assert set(campaign[20:]) == {data.campaign.max() + 2}


def test_a_label_of_the_line_wins_on_every_row_of_a_shot(tmp_path: Path, data: Dataset, log: SyntheticLog) -> None:
    """The export shows a twin of the base data and says the opposite of it."""
    twin = int(np.flatnonzero(log.twin)[0])
    defects = log.defects.copy()
    was_bad = bool(data.y[twin])
    defects[twin] = 0
    defects[twin, 4] = int(not was_bad)
    export = part(replace(log, defects=defects), [twin, 0])
    joined = join(data, [write_kamp(tmp_path / "export.csv", export)])
    assert (joined.added, joined.known, joined.changed) == (0, 2, 1)
    rows = data.group == data.group[twin]
    assert rows.sum() == 2
    assert joined.data.y[rows].tolist() == [int(not was_bad)] * 2
    np.testing.assert_array_equal(joined.data.defects[rows], defects[[twin, twin]])
    np.testing.assert_array_equal(joined.data.y[~rows], data.y[~rows])
    assert len(joined.data) == len(data)


def test_the_last_label_of_a_repeated_shot_counts(tmp_path: Path, data: Dataset, line: SyntheticLog) -> None:
    first, again = part(line, [0, 1, 2]), part(line, [1])
    flipped = again.defects.copy()
    flipped[:] = 0
    flipped[0, 3] = int(line.defects[1].sum() == 0)
    files = [write_kamp(tmp_path / "a.csv", first), write_kamp(tmp_path / "b.csv", replace(again, defects=flipped))]
    joined = join(data, files)
    assert (joined.rows, joined.added, joined.repeated) == (4, 3, 1)
    np.testing.assert_array_equal(joined.data.X[len(data) :], first.X)
    np.testing.assert_array_equal(joined.data.defects[len(data) + 1], flipped[0])
    np.testing.assert_array_equal(joined.data.defects[len(data)], first.defects[0])


def test_an_export_of_one_class_is_welcome(tmp_path: Path, data: Dataset, line: SyntheticLog) -> None:
    good = part(line, line.defects.sum(axis=1) == 0)
    assert join(data, [write_kamp(tmp_path / "export.csv", good)]).defective == 0


@pytest.mark.parametrize("protocol", LEAK_FREE)
def test_without_the_line_the_same_shots_are_tested_and_none_of_its_are_learned_from(
    protocol: str, tmp_path: Path, data: Dataset, line: SyntheticLog
) -> None:
    learned = join(data, [write_kamp(tmp_path / "export.csv", line)]).data
    base = learned.without_learning_from_line()
    assert base.sha256 != learned.sha256
    assert learned.from_line is not None
    seen = 0
    for a, b in zip(splits(protocol, learned), splits(protocol, base), strict=True):  # type: ignore[arg-type]
        np.testing.assert_array_equal(a.test, b.test)
        np.testing.assert_array_equal(b.train, a.train[~learned.from_line[a.train]])
        assert not set(learned.group[a.train]) & set(learned.group[a.test])
        seen += int(learned.from_line[a.train].sum())
    assert seen > 0


def test_the_card_says_that_a_line_was_learned_from(tmp_path: Path, data: Dataset, line: SyntheticLog) -> None:
    joined = join(data, [write_kamp(tmp_path / "export.csv", line)]).data
    assert data_facts(joined, 1, "grouped").name.endswith("and 120 labelled shots of a line")
    assert "line" not in data_facts(data, 1, "grouped").name


def test_bad_files_are_named(tmp_path: Path, data: Dataset, line: SyntheticLog) -> None:
    unlabelled = write_flat(tmp_path / "shots.csv", line, labels=False)
    with pytest.raises(DataFileError, match=r"shots\.csv, line 1.*has no defect flags"):
        join(data, [unlabelled])
    holes = replace(line, X=np.where(np.arange(30) == 5, np.nan, line.X))
    with pytest.raises(DataFileError, match="100% of the 120 rows lack a value"):
        join(data, [write_kamp(tmp_path / "holes.csv", holes)])
    empty = write_kamp(tmp_path / "empty.csv", part(line, slice(0, 0)))
    with pytest.raises(DataFileError, match=r"empty\.csv.*has a header but no rows"):
        join(data, [empty])
