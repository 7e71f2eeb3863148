import json
from dataclasses import replace
from pathlib import Path

import pytest

from castwatch_training import signing
from castwatch_training.bundle import FILES, WEBGPU_FILES, Bundle, encode, read_files, sha256, write_files
from castwatch_training.errors import BundleError, SigningError
from castwatch_training.manifest import (
    check_hashes,
    read_manifest,
    sign_manifest,
    update_manifest,
    verify_manifest,
)
from castwatch_training.signing import DEVELOPMENT_KEY, DEVELOPMENT_PUBLIC_KEY


def add(models: Path, bundle: Bundle, version: str) -> None:
    card = bundle.card.model_copy(update={"id": f"field-{version}", "version": version})
    files = {**encode(bundle), "card.json": encode(bundle)["card.json"].replace(b"0.0.1", version.encode())}
    write_files(models / card.id, files)


def test_the_manifest_lists_every_file_with_its_hash(models: Path, bundle: Bundle) -> None:
    manifest = verify_manifest(models, DEVELOPMENT_PUBLIC_KEY)
    assert (manifest.current, manifest.sequence) == ("field-0.0.1", 1)
    (entry,) = manifest.bundles
    assert (entry.id, entry.kind, entry.version, entry.date) == ("field-0.0.1", "field", "0.0.1", "2026-01-02")
    files = {file.path: (file.bytes, file.sha256) for file in entry.files}
    assert entry.webgpu is not None
    beside = {file.path: (file.bytes, file.sha256) for file in entry.webgpu.files}
    assert files | beside == {name: (len(raw), sha256(raw)) for name, raw in encode(bundle).items()}
    assert (list(files), list(beside)) == (list(FILES), list(WEBGPU_FILES))


def test_a_bundle_without_webgpu_is_listed_as_before_there_was_any(tmp_path: Path, bundle: Bundle) -> None:
    write_files(tmp_path / bundle.card.id, encode(replace(bundle, webgpu=None)))
    update_manifest(tmp_path, None, DEVELOPMENT_KEY)
    assert b"webgpu" not in (tmp_path / "manifest.json").read_bytes()
    assert read_manifest(tmp_path).bundles[0].webgpu is None


def test_nothing_new_keeps_sequence_and_bytes(models: Path) -> None:
    before = (models / "manifest.json").read_bytes(), (models / "manifest.sig").read_bytes()
    update_manifest(models, None, DEVELOPMENT_KEY)
    assert ((models / "manifest.json").read_bytes(), (models / "manifest.sig").read_bytes()) == before


def test_a_new_bundle_counts_up_and_current_stays(models: Path, bundle: Bundle) -> None:
    add(models, bundle, "0.0.2")
    manifest = update_manifest(models, None, DEVELOPMENT_KEY)
    assert (manifest.sequence, manifest.current) == (2, "field-0.0.1")
    assert [b.id for b in manifest.bundles] == ["field-0.0.1", "field-0.0.2"]
    assert update_manifest(models, "field-0.0.2", DEVELOPMENT_KEY).sequence == 3
    assert read_manifest(models).current == "field-0.0.2"


def test_an_unknown_current_changes_nothing(models: Path) -> None:
    before = (models / "manifest.json").read_bytes()
    with pytest.raises(BundleError, match=r"no bundle 'field-9' to make current \(there are: field-0.0.1\)"):
        update_manifest(models, "field-9", DEVELOPMENT_KEY)
    assert (models / "manifest.json").read_bytes() == before


def test_a_damaged_bundle_is_not_listed(models: Path, bundle: Bundle) -> None:
    add(models, bundle, "0.0.2")
    (models / "field-0.0.2" / "scaler.json").write_text("{}")
    with pytest.raises(BundleError, match=r"field-0.0.2/scaler.json"):
        update_manifest(models, None, DEVELOPMENT_KEY)


def test_a_bundle_in_the_wrong_folder_is_not_listed(models: Path) -> None:
    (models / "field-0.0.1").rename(models / "field-0.0.3")
    with pytest.raises(BundleError, match=r"its card is that of 'field-0.0.1'"):
        update_manifest(models, None, DEVELOPMENT_KEY)


def test_another_key_signs_the_same_bytes(models: Path, tmp_path: Path) -> None:
    before = (models / "manifest.json").read_bytes()
    signing.keygen(tmp_path / "plant.key.pem", tmp_path / "plant.public.pem")
    sign_manifest(models, tmp_path / "plant.key.pem")
    assert (models / "manifest.json").read_bytes() == before
    verify_manifest(models, tmp_path / "plant.public.pem")
    with pytest.raises(SigningError):
        verify_manifest(models, DEVELOPMENT_PUBLIC_KEY)


def test_a_changed_manifest_is_not_verified(models: Path) -> None:
    raw = (models / "manifest.json").read_bytes()
    (models / "manifest.json").write_bytes(raw.replace(b'"sequence":1', b'"sequence":2'))
    with pytest.raises(SigningError, match="does not match"):
        verify_manifest(models, DEVELOPMENT_PUBLIC_KEY)


def test_a_path_that_leaves_the_folder_is_refused(models: Path) -> None:
    content = json.loads((models / "manifest.json").read_bytes())
    content["bundles"][0]["files"][0]["path"] = "../../etc/passwd"
    (models / "manifest.json").write_text(json.dumps(content))
    with pytest.raises(BundleError, match="path"):
        read_manifest(models)


def test_every_difference_from_the_manifest_is_named(models: Path) -> None:
    manifest = read_manifest(models)
    files = read_files(models / "field-0.0.1")
    assert check_hashes(manifest, "field-0.0.1", files) == []
    changed = {**files, "card.md": files["card.md"] + b"x", "forest.bin": bytes(len(files["forest.bin"])), "new": b""}
    changed["webgpu/proof.json"] = b""
    del changed["scaler.json"]
    named = [problem.split(":")[0] for problem in check_hashes(manifest, "field-0.0.1", changed)]
    assert named == ["new", "scaler.json", "forest.bin", "card.md", "webgpu/proof.json"]
    assert check_hashes(manifest, "other-1", files) == ["the manifest does not list 'other-1'"]


def test_an_empty_folder_and_a_missing_manifest_say_so(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="holds no bundle"):
        update_manifest(tmp_path, None, DEVELOPMENT_KEY)
    with pytest.raises(BundleError, match=r"manifest.json: cannot be read"):
        read_manifest(tmp_path)
