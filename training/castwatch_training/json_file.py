"""JSON files as strict models: one way to write them, one way to read them with errors that name the place."""

from __future__ import annotations

import json
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from castwatch_training.errors import BundleError


class Strict(BaseModel):
    """Base of every model here: no unknown key, no NaN or infinity, immutable."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True)


FileModel = TypeVar("FileModel", bound=Strict)


def dump(model: Strict) -> bytes:
    """The bytes of a JSON file: compact UTF-8, shortest numbers that read back the same, a final newline."""
    text = json.dumps(
        model.model_dump(mode="json", by_alias=True),
        ensure_ascii=False,
        allow_nan=False,
        separators=(",", ":"),
    )
    return text.encode() + b"\n"


def parse(kind: type[FileModel], raw: bytes, where: str) -> FileModel:
    """Reads a bundle's JSON file. `where` names the file in errors.

    Raises `BundleError` that names the file and the first places that do not fit the schema.
    """
    try:
        return kind.model_validate_json(raw)
    except ValidationError as error:
        problems = [f"{'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors()[:5]]
        more = f" (and {error.error_count() - 5} more)" if error.error_count() > 5 else ""
        raise BundleError(f"{where}: not a valid {kind.__name__} file: {'; '.join(problems)}{more}") from error
