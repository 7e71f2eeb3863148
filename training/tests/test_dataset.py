"""Finding the data, and knowing shots and campaigns."""

from pathlib import Path

import numpy as np
import pytest
from synthetic import SyntheticLog

from castwatch_training import dataset as module
from castwatch_training.dataset import Dataset, distinct_shots, find_data
from castwatch_training.errors import DataNotFoundError


def test_twins_and_campaigns_are_the_planted_ones(data: Dataset, log: SyntheticLog) -> None:
    np.testing.assert_array_equal(data.repeated, log.twin)
    np.testing.assert_array_equal(data.campaign, log.campaign)
    assert data.run.max() == data.campaign.max() + 1  # the fragment is a run, not a campaign
    assert len(data.distinct) == 600
    np.testing.assert_array_equal(data.y, (log.defects > 0).any(axis=1))


def test_missing_equals_missing_and_order_is_by_appearance() -> None:
    nan = float("nan")
    X = np.array([[2, nan], [1, 0.0], [2, nan], [1, -0.0], [2, 1]])
    np.testing.assert_array_equal(distinct_shots(X), [0, 1, 0, 1, 2])


class TestFinding:
    @pytest.fixture(autouse=True)
    def places(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DIECAST_DATA", raising=False)
        monkeypatch.setattr(module, "SEARCHED", (tmp_path / "training/data", tmp_path / "shared/data"))

    def place(self, path: Path, source: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(source.read_bytes())
        return path

    def test_order_of_the_places(self, tmp_path: Path, kamp_csv: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        last = self.place(tmp_path / "shared/data" / module.FILE_NAME, kamp_csv)
        assert find_data() == last
        before = self.place(tmp_path / "training/data" / "new.csv", kamp_csv)
        assert find_data() == before
        named = self.place(tmp_path / "named.csv", kamp_csv)
        monkeypatch.setenv("DIECAST_DATA", str(named))
        assert find_data() == named
        assert find_data(kamp_csv) == kamp_csv

    def test_the_message_says_where_it_looked_and_how_to_get_it(self, tmp_path: Path) -> None:
        with pytest.raises(DataNotFoundError) as caught:
            find_data()
        message = str(caught.value)
        for part in ("DIECAST_DATA", str(tmp_path / "training/data"), str(tmp_path / "shared/data"), "KAMP"):
            assert part in message

    def test_a_named_place_is_not_replaced_by_another(
        self, tmp_path: Path, kamp_csv: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.place(tmp_path / "shared/data" / module.FILE_NAME, kamp_csv)
        monkeypatch.setenv("DIECAST_DATA", str(tmp_path / "gone.csv"))
        with pytest.raises(DataNotFoundError, match=r"gone\.csv"):
            find_data()
        with pytest.raises(DataNotFoundError, match=r"typo\.csv"):
            find_data(tmp_path / "typo.csv")

    def test_a_folder_with_several_files_is_not_guessed_at(self, tmp_path: Path, kamp_csv: Path) -> None:
        for name in ("a.csv", "b.csv"):
            self.place(tmp_path / "training/data" / name, kamp_csv)
        with pytest.raises(DataNotFoundError):
            find_data()

    def test_an_empty_folder_is_no_data(self, tmp_path: Path) -> None:
        (tmp_path / "empty").mkdir()
        with pytest.raises(DataNotFoundError, match="empty"):
            find_data(tmp_path / "empty")


@pytest.mark.data
def test_the_real_log_is_as_documented(real_data: Dataset) -> None:
    assert len(real_data) == 7535
    assert len(real_data.distinct) == 4617
    assert real_data.repeated.sum() == 2918
    assert real_data.run.max() + 1 == 7
    assert real_data.campaign.max() + 1 == 6
    assert np.isnan(real_data.X).any(axis=1).sum() == 90
    assert real_data.y.mean() == pytest.approx(0.224, abs=5e-4)
