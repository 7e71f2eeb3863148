import json
from typing import Any

import pytest

from castwatch_training.bundle import FILES, Bundle, decode, encode
from castwatch_training.bundle_schema import Calibration, Golden, Reference, Scaler
from castwatch_training.card_schema import Card, Texts
from castwatch_training.errors import BundleError
from castwatch_training.json_file import dump, parse

KINDS = {
    "scaler.json": Scaler,
    "calibration.json": Calibration,
    "reference.json": Reference,
    "golden.json": Golden,
    "card.json": Card,
}


@pytest.fixture(scope="module")
def files(bundle: Bundle) -> dict[str, bytes]:
    return encode(bundle)


@pytest.mark.parametrize("name", KINDS)
def test_every_file_reads_back_as_it_was_written(files: dict[str, bytes], name: str) -> None:
    assert dump(parse(KINDS[name], files[name], name)) == files[name]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".json")])
def test_an_unknown_key_anywhere_is_refused(files: dict[str, bytes], name: str) -> None:
    """In the file itself and in each kind of object inside it."""

    def objects(value: Any) -> list[dict[str, Any]]:
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        return ([value] if isinstance(value, dict) else []) + [o for v in inner[:3] for o in objects(v)]

    open_objects = ("data", "recipe", "versions")  # the card's free parts
    content = json.loads(files[name])
    refused = 0
    for target in [content, *objects({k: v for k, v in content.items() if k not in open_objects})[1:]]:
        if any(not key.replace("_", "a").isalpha() or key[0].isupper() for key in target):
            continue  # a map from names, not an object of fixed keys
        target["surprise"] = 1
        with pytest.raises(BundleError, match=name):
            decode({**files, name: json.dumps(content).encode()}, "bundle")
        del target["surprise"]
        refused += 1
    assert refused > 0


@pytest.mark.parametrize(
    ("name", "path", "value", "complaint"),
    [
        ("scaler.json", ("scale", 3), 0, "scale.3"),
        ("scaler.json", ("mean",), [0.0] * 29, "mean"),
        ("scaler.json", ("features", 0), "Process_Shot", "the names must be distinct"),
        ("scaler.json", ("constants",), ["Nothing"], "not among the features"),
        ("scaler.json", ("schema",), 2, "schema"),
        ("calibration.json", ("thresholds", 3, "threshold"), 0.0, "thresholds: must ascend"),
        ("calibration.json", ("conformal", "normal", 50), 0.0, "normal: must not descend"),
        ("calibration.json", ("default_policy",), {"kind": "guess"}, "default_policy"),
        ("reference.json", ("products", "1", "demo", "cholesky"), [[1.0]], "lower triangular"),
        ("reference.json", ("products", "1", "t2", "hard"), 0, "hard"),
        ("reference.json", ("products", "1", "golden_shot", 4), None, "golden_shot.4"),
        ("golden.json", ("rows",), [], "rows"),
        ("golden.json", ("rows", 0, "kind"), "odd", "kind"),
        ("golden.json", ("rows", 0, "probability"), 1.5, "probability"),
        ("forest.json", ("offsets", 1), 0, "must ascend"),
        ("card.json", ("date",), "yesterday", "date"),
        ("card.json", ("kind",), "best", "kind"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    files: dict[str, bytes], name: str, path: tuple[Any, ...], value: Any, complaint: str
) -> None:
    content = json.loads(files[name])
    target = content
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = value
    with pytest.raises(BundleError, match=complaint) as caught:
        decode({**files, name: json.dumps(content).encode()}, "folder")
    assert f"folder/{name}" in str(caught.value)


def test_not_a_number_is_refused(files: dict[str, bytes]) -> None:
    spoiled = files["scaler.json"].replace(b'"clip":', b'"clip":NaN,"x":')
    with pytest.raises(BundleError, match=r"scaler.json"):
        decode({**files, "scaler.json": spoiled}, "folder")


def test_the_languages_say_as_much_as_each_other() -> None:
    with pytest.raises(ValueError, match="same number of sentences"):
        Texts(ko=["a", "b"], en=["a"], vi=["a"])
