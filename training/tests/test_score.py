import csv
from pathlib import Path

import numpy as np
import pytest

from castwatch_training.bundle import Bundle
from castwatch_training.bundle_schema import FixedPolicy
from castwatch_training.dataset import load_dataset
from castwatch_training.errors import BundleError, CastwatchError, DataFileError
from castwatch_training.pipeline import FittedPipeline
from castwatch_training.score import score_file


def read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_row_is_scored_in_order(
    tmp_path: Path, models: Path, kamp_csv: Path, bundle: Bundle, fitted: FittedPipeline
) -> None:
    done = score_file(models / "field-0.0.1", kamp_csv, tmp_path / "out.csv")
    X = load_dataset(kamp_csv).X
    rows = read(tmp_path / "out.csv")
    assert [int(row["row"]) for row in rows] == list(range(1, len(X) + 1))
    assert done.rows == len(X) == sum(done.counts.values())
    platt = bundle.calibration.platt
    expected = 1 / (1 + np.exp(-(platt.a * fitted.score(X) + platt.b)))
    for row, p, x in zip(rows, expected, X, strict=True):
        if np.isnan(x).any():
            assert (row["class"], row["probability"]) == ("hold", "")
            assert row["reasons"].startswith("missing: Sensor_Factory_Temp ")
        else:
            assert float(row["probability"]) == pytest.approx(p, abs=1e-12)
            if row["class"] != "hold":
                assert row["class"] == ("defect" if p >= done.threshold else "normal")
                assert row["confidence"] in ("high", "medium", "low")


def test_an_aborted_shot_is_hold_and_says_why(tmp_path: Path, models: Path, kamp_csv: Path) -> None:
    score_file(models / "field-0.0.1", kamp_csv, tmp_path / "out.csv")
    X = load_dataset(kamp_csv).X
    aborted = int(np.flatnonzero(X[:, 5] == 0)[0])
    row = read(tmp_path / "out.csv")[aborted]
    assert row["class"] == "hold"
    assert "out_of_range: " in row["reasons"]
    assert "Process_High_Velocity" in row["reasons"]


def test_a_policy_changes_the_threshold(tmp_path: Path, models: Path, kamp_csv: Path) -> None:
    all_flagged = score_file(
        models / "field-0.0.1", kamp_csv, tmp_path / "out.csv", FixedPolicy(kind="fixed", threshold=0)
    )
    assert all_flagged.threshold == 0
    assert all_flagged.counts["normal"] == 0 < all_flagged.counts["defect"]


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path, models: Path, kamp_csv: Path) -> None:
    folder = models / "field-0.0.1"
    with pytest.raises(DataFileError, match=r"none.csv"):
        score_file(folder, tmp_path / "none.csv", tmp_path / "out.csv")
    with pytest.raises(BundleError, match="no such bundle folder"):
        score_file(models / "field-9", kamp_csv, tmp_path / "out.csv")
    with pytest.raises(CastwatchError, match="cannot be written"):
        score_file(folder, kamp_csv, tmp_path / "no" / "out.csv")
    assert not (tmp_path / "out.csv").exists()
