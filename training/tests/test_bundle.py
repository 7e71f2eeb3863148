from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from castwatch_training.bundle import FILES, WEBGPU_FILES, Bundle, encode, read_bundle, read_files, write_files
from castwatch_training.errors import BundleError


def test_a_folder_holds_the_bundle(tmp_path: Path, bundle: Bundle) -> None:
    write_files(tmp_path / "field-0.0.1", encode(bundle))
    assert set(read_files(tmp_path / "field-0.0.1")) == {*FILES, *WEBGPU_FILES}
    again = read_bundle(tmp_path / "field-0.0.1")
    assert encode(again) == encode(bundle)
    X = np.array([bundle.reference.products["1"].golden_shot])
    np.testing.assert_array_equal(again.inference().run(X).calibrated, bundle.inference().run(X).calibrated)


def test_a_bundle_may_do_without_webgpu(tmp_path: Path, bundle: Bundle) -> None:
    plain = replace(bundle, webgpu=None)
    write_files(tmp_path / "b", encode(plain))
    assert set(read_files(tmp_path / "b")) == set(FILES)
    assert read_bundle(tmp_path / "b").webgpu is None


def test_writing_the_same_again_changes_nothing(tmp_path: Path, bundle: Bundle) -> None:
    write_files(tmp_path / "b", encode(bundle))
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "b").iterdir()}
    write_files(tmp_path / "b", encode(bundle))
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "b").iterdir()} == before


def test_a_released_folder_is_never_changed(tmp_path: Path, bundle: Bundle) -> None:
    write_files(tmp_path / "b", encode(bundle))
    with pytest.raises(BundleError, match=r"exists with other content \(card.md\).*give the new one a new version"):
        write_files(tmp_path / "b", {**encode(bundle), "card.md": b"other"})
    with pytest.raises(BundleError, match=r"exists with other content \(webgpu/proof.json\)"):
        write_files(tmp_path / "b", {**encode(bundle), "webgpu/proof.json": b"other"})
    assert read_files(tmp_path / "b") == encode(bundle)


def test_a_failed_write_leaves_no_folder(tmp_path: Path, bundle: Bundle, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Path.write_bytes

    def full_disk(path: Path, content: bytes) -> int:
        if path.name == "golden.json":
            raise OSError(28, "No space left on device")
        return real(path, content)

    monkeypatch.setattr(Path, "write_bytes", full_disk)
    with pytest.raises(OSError, match="No space left"):
        write_files(tmp_path / "b", encode(bundle))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", FILES + WEBGPU_FILES)
def test_a_missing_file_is_named(tmp_path: Path, bundle: Bundle, name: str) -> None:
    write_files(tmp_path / "b", encode(bundle))
    (tmp_path / "b" / name).unlink()
    with pytest.raises(BundleError, match=f"missing {name}"):
        read_bundle(tmp_path / "b")


def test_a_file_too_many_and_a_missing_folder_are_named(tmp_path: Path, bundle: Bundle) -> None:
    write_files(tmp_path / "b", encode(bundle))
    (tmp_path / "b" / "notes.txt").write_text("x")
    with pytest.raises(BundleError, match=r"not part of a bundle: notes.txt"):
        read_bundle(tmp_path / "b")
    with pytest.raises(BundleError, match="no such bundle folder"):
        read_bundle(tmp_path / "none")


def test_weights_that_differ_from_the_onnx_file_are_refused(tmp_path: Path, bundle: Bundle) -> None:
    files = encode(bundle)
    files["autoencoder.json"] = files["autoencoder.json"].replace(b'"tanh"', b'"relu"', 1)
    write_files(tmp_path / "b", files)
    with pytest.raises(BundleError, match=r"autoencoder.json: holds other weights than autoencoder.onnx"):
        read_bundle(tmp_path / "b")


def test_a_damaged_model_is_refused(tmp_path: Path, bundle: Bundle) -> None:
    files = {**encode(bundle), "boosting.onnx": b"<!doctype html>"}
    write_files(tmp_path / "b", files)
    with pytest.raises(BundleError, match=r"boosting.onnx: onnxruntime cannot load it"):
        read_bundle(tmp_path / "b").inference()
