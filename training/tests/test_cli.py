"""The command as a user meets it: in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from synthetic import make_log, write_flat

COLOUR = {"FORCE_COLOR", "CLICOLOR_FORCE", "PY_COLORS", "GITHUB_ACTIONS", "TTY_COMPATIBLE", "NO_COLOR"}
"""What a runner may set to have colours, or none: escape codes would cut the words that are looked for."""

COMMANDS = ("data", "study", "release", "retrain", "verify", "score", "keygen", "sign")


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """`castwatch-train` with the arguments; without DIECAST_DATA unless it is given, and without colours."""
    kept = {k: v for k, v in os.environ.items() if k not in {"DIECAST_DATA", *COLOUR}}
    return subprocess.run(
        [sys.executable, "-c", "from castwatch_training.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**kept, **environment, "COLUMNS": "200", "TERM": "dumb"},
        check=False,
    )


def test_help_names_every_command() -> None:
    done = run("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in COMMANDS)


def test_starting_loads_no_heavy_library() -> None:
    heavy = ("torch", "sklearn", "numpy", "onnx")
    code = f"import sys, castwatch_training.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_data_writes_the_report(kamp_csv: Path, tmp_path: Path) -> None:
    done = run("data", kamp_csv, "--docs", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "1000 rows, 600 distinct shots" in done.stdout
    assert (tmp_path / "data-report.md").exists()


@pytest.mark.parametrize(
    "arguments", [["data"], ["study", "--quick"], ["release", "--kind", "field"]], ids=["data", "study", "release"]
)
def test_missing_data_is_one_message_and_a_status(arguments: list[str], tmp_path: Path) -> None:
    done = run(*arguments, DIECAST_DATA=str(tmp_path / "gone.csv"))
    assert done.returncode == 2
    assert "gone.csv (the environment variable DIECAST_DATA)" in done.stderr
    assert "KAMP" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_cell_is_named_with_file_line_and_column(tmp_path: Path) -> None:
    path = write_flat(tmp_path / "bad.csv", make_log(60))
    lines = path.read_text().splitlines()
    cells = lines[4].split(",")
    cells[3] = "[fast]"
    lines[4] = ",".join(cells)
    path.write_text("\n".join(lines))
    done = run("data", path, "--docs", tmp_path)
    assert done.returncode == 2
    assert f"{path}, line 5, column Process_Velocity_1: '[fast]' is not a number" in done.stderr
    assert "Traceback" not in done.stderr


def test_bad_labels_are_one_message_before_any_fit(kamp_csv: Path, models: Path, tmp_path: Path) -> None:
    unlabelled = write_flat(tmp_path / "shots.csv", make_log(60), labels=False)
    archive = tmp_path / "export.zip"
    archive.write_bytes(b"PK\x03\x04\x00\x00")
    for labels, said in (
        (tmp_path / "gone.csv", "does not exist"),
        (unlabelled, "line 1, column Defects_Short_Shot_1: has no defect flags"),
        (archive, "is not a text file"),
    ):
        done = run("retrain", "--labels", labels, "--models", models, DIECAST_DATA=str(kamp_csv))
        assert done.returncode == 2
        assert f"{labels}" in done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr


def test_labels_that_are_known_release_nothing(kamp_csv: Path, models: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = run("retrain", "--labels", kamp_csv, "--models", models, "--report", report, DIECAST_DATA=str(kamp_csv))
    assert done.returncode == 0, done.stderr
    assert "not released" in done.stdout
    assert "0 new labelled shots: fewer than 30" in report.read_text()


def test_a_report_without_a_study_says_what_to_run(tmp_path: Path) -> None:
    done = run("study", "--report-only", "--docs", tmp_path)
    assert done.returncode == 1
    assert "castwatch-train study" in done.stderr


def test_no_bundle_is_said(tmp_path: Path) -> None:
    done = run("verify", tmp_path / "field-9.9.9")
    assert done.returncode == 1
    assert "field-9.9.9: no such bundle folder" in done.stderr


def test_two_policies_are_refused(tmp_path: Path) -> None:
    done = run("score", tmp_path, tmp_path / "a.csv", "-o", tmp_path / "b.csv", "--budget", 0.1, "--threshold", 0.5)
    assert done.returncode == 2
    assert "give one of" in done.stderr


def test_keys_are_made_and_never_overwritten(tmp_path: Path) -> None:
    private, public = tmp_path / "a.key.pem", tmp_path / "a.public.pem"
    assert run("keygen", private, public).returncode == 0
    made = private.read_bytes()
    again = run("keygen", private, public)
    assert again.returncode == 1
    assert "never overwritten" in again.stderr
    assert private.read_bytes() == made


def test_verify_score_and_sign_a_bundle(models: Path, tmp_path: Path) -> None:
    bundle = next(p for p in models.iterdir() if p.is_dir())
    shots = write_flat(tmp_path / "shots.csv", make_log(60), labels=False)
    scored = run("score", bundle, shots, "-o", tmp_path / "out.csv")
    assert scored.returncode == 0, scored.stderr
    assert len((tmp_path / "out.csv").read_text().splitlines()) == len(shots.read_text().splitlines())

    private, public = tmp_path / "a.key.pem", tmp_path / "a.public.pem"
    run("keygen", private, public)
    assert run("sign", "--models", models, "--key", private).returncode == 0
    signed = run("verify", bundle, "--public-key", public, "--json", DIECAST_DATA=str(tmp_path / "gone.csv"))
    assert '"ok": true' in signed.stdout, signed.stderr + signed.stdout
    assert signed.returncode == 0

    (bundle / "forest.bin").write_bytes((bundle / "forest.bin").read_bytes()[:-8])
    damaged = run("verify", bundle, DIECAST_DATA=str(tmp_path / "gone.csv"))
    assert damaged.returncode == 1
    assert "forest" in damaged.stderr + damaged.stdout
    assert "Traceback" not in damaged.stderr
