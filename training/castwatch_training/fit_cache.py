"""Finished fits on disk, so that an interrupted study or release loses at most the fit it was at.

One JSON object a line, appended and flushed as each fit ends. The key covers everything that a fit depends on:
recipe, data, fold, seed, the code that fits and the libraries, so a stale result is never found.
"""

import ast
import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

import numpy as np

from .evaluation import INNER_FOLDS, FoldScores
from .protocols import Protocol
from .recipe import Recipe

FOLDER = Path(__file__).resolve().parents[1] / ".cache"
FITS = FOLDER / "fits.jsonl"

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "xgboost-cpu", "lightgbm", "catboost")
_CODE = ("dataset", "protocols", "scaler", "boosting", "pipeline", "evaluation")
_LATENT_CODE = ("principal", "guide", "autoencoder")
"""Modules that a fit depends on; the second only where the boosting sees latents."""


@dataclass(frozen=True)
class Job:
    """One recipe on one fold: `fold` of `protocol`, cut with `split_seed`, fitted with `seed`.

    `earlier` is the protocol `online`'s own: a campaign by a model of those before it (`online_folds`).
    """

    recipe: Recipe
    protocol: Protocol | Literal["earlier"]
    split_seed: int
    fold: int
    seed: int

    @property
    def label(self) -> str:
        """What a progress bar says."""
        return f"{self.recipe.name}, {self.protocol}, fold {self.fold + 1}, seed {self.seed}"

    def key(self, data_sha256: str) -> str:
        """What a finished fit is found by.

        A recipe's name is not part of it, nor is the autoencoder of a boosting that sees the inputs alone.
        """
        latents = self.recipe.features != "inputs"
        parts = asdict(self)
        del parts["recipe"]["name"]
        if not latents:
            del parts["recipe"]["autoencoder"]
        text = json.dumps([parts, data_sha256, INNER_FOLDS, _environment(latents)], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


class FitCache:
    """The finished fits of one data set, in memory and in a file; `path` None keeps them in memory only."""

    def __init__(self, path: Path | None, data_sha256: str) -> None:
        self._path = path
        self._data = data_sha256
        self._found: dict[str, FoldScores] = {}
        if path is not None and path.exists():
            self._read(path)

    def __contains__(self, job: Job) -> bool:
        return job.key(self._data) in self._found

    def get(self, job: Job) -> FoldScores:
        """The scores of a finished fit; KeyError for one that is not there."""
        return self._found[job.key(self._data)]

    def add(self, job: Job, scores: FoldScores) -> None:
        """Keep a finished fit; on disk before it returns."""
        key = job.key(self._data)
        self._found[key] = scores
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        torn = self._path.exists() and not _ends_with_newline(self._path)
        with self._path.open("a", encoding="ascii") as file:
            file.write(("\n" if torn else "") + json.dumps({"key": key, **_encode(scores)}) + "\n")

    def _read(self, path: Path) -> None:
        for line in path.read_text(encoding="ascii", errors="replace").splitlines():
            try:
                record = json.loads(line)
                self._found[record["key"]] = _decode(record)
            except (ValueError, KeyError, TypeError):
                continue  # a line torn by an interruption: its fit is simply done again


def _ends_with_newline(path: Path) -> bool:
    with path.open("rb") as file:
        if file.seek(0, 2) == 0:
            return True
        file.seek(-1, 2)
        return file.read(1) == b"\n"


def _encode(scores: FoldScores) -> dict[str, Any]:
    return {
        "score": base64.b64encode(scores.score.astype("<f8").tobytes()).decode(),
        "platt_a": scores.platt_a,
        "platt_b": scores.platt_b,
        "threshold": scores.threshold,
    }


def _decode(record: dict[str, Any]) -> FoldScores:
    score = np.frombuffer(base64.b64decode(record["score"], validate=True), dtype="<f8").astype(np.float64)
    return FoldScores(score, float(record["platt_a"]), float(record["platt_b"]), float(record["threshold"]))


@cache
def _environment(latents: bool) -> str:
    here = Path(__file__).parent
    modules = _CODE + _LATENT_CODE if latents else _CODE
    code = hashlib.sha256("".join(_code(here / f"{name}.py") for name in modules).encode()).hexdigest()
    return f"{code} {' '.join(f'{name}={version(name)}' for name in _LIBRARIES)}"


def _code(path: Path) -> str:
    """What a module does: its syntax tree without docstrings, so that rewording a comment keeps finished fits."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            node.body = [part for part in node.body if not _is_text(part)]
    return ast.dump(tree)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
