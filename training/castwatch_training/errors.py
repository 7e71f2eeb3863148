"""Every failure that a user can meet, as one family of exceptions.

The command line prints ``str(error)`` and exits with ``error.exit_code``; anything that is not a
`CastwatchError` is a bug and keeps its traceback.
"""

from collections.abc import Sequence
from pathlib import Path


class CastwatchError(Exception):
    """Base of all expected failures. The message is complete: what, where, and what to do."""

    exit_code = 1


class DataNotFoundError(CastwatchError):
    """No data set was found in any of the places that are searched."""

    exit_code = 2

    def __init__(self, looked: Sequence[str]) -> None:
        self.looked = tuple(looked)
        places = "\n".join(f"  - {place}" for place in looked)
        super().__init__(
            f"The data set was not found. Looked for a CSV in:\n{places}\n"
            "It is the public KAMP data set 55 (die-casting quality assurance): register (free) at "
            "www.kamp-ai.kr, download it, and put DieCasting_Quality_Raw_Data.csv into training/data/, "
            "or name it on the command line, or point the environment variable DIECAST_DATA at it."
        )


class DataFileError(CastwatchError):
    """A data file cannot be used. Names the file and, where they are known, line and column.

    `line` counts physical lines from 1; `column` is the column's name or its number from 1.
    """

    exit_code = 2

    def __init__(self, path: Path, problem: str, *, line: int | None = None, column: str | int | None = None) -> None:
        self.path = path
        self.problem = problem
        self.line = line
        self.column = column
        where = str(path)
        if line is not None:
            where += f", line {line}"
        if column is not None:
            where += f", column {column}"
        super().__init__(f"{where}: {problem}")


class TrainingError(CastwatchError):
    """A model cannot be fitted or scored (too few rows of a class, a value that is not finite, ...)."""


class BundleError(CastwatchError):
    """A bundle folder or one of its files is missing, malformed or damaged."""


class ProofError(CastwatchError):
    """A bundle does not do what it must: a proof failed, so it is not released."""


class SigningError(CastwatchError):
    """A key or a signature is missing or wrong."""


class StudyError(CastwatchError):
    """The study cannot start or its recorded results cannot be read."""
