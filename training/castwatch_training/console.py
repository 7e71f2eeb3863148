"""What the commands print: progress on stderr, results on stdout, so that output can be piped."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

OUT = Console()
ERR = Console(stderr=True)


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """A spinner with the elapsed time for work in named steps; yields the function that names the next one.

    Where there is no terminal, each step is a line.
    """
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=ERR, transient=True) as progress:
        task = progress.add_task(title, total=None)

        def step(name: str) -> None:
            progress.update(task, description=f"{title}: {name}")
            if not ERR.is_terminal:
                ERR.print(f"{title}: {name}", highlight=False)

        yield step


@contextmanager
def counted(title: str, total: int) -> Iterator[Callable[[str], None]]:
    """A bar with the remaining time for a known number of steps; yields the function that counts one, with a note.

    Where there is no terminal, every twentieth of the work is a line.
    """
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        TextColumn("[dim]{task.fields[note]}"),
    )
    every = max(1, total // 20)
    with Progress(*columns, console=ERR) as progress:
        task = progress.add_task(title, total=total, note="")
        count = 0

        def advance(note: str) -> None:
            nonlocal count
            count += 1
            progress.update(task, advance=1, note=note)
            if not ERR.is_terminal and (count % every == 0 or count == total):
                ERR.print(f"{title}: {count} of {total}", highlight=False)

        yield advance


def table(title: str, head: list[str], rows: list[list[str]]) -> None:
    """Print a table on stdout; all but the first column are right-aligned."""
    grid = Table(title=title, title_justify="left")
    for i, name in enumerate(head):
        grid.add_column(name, justify="left" if i == 0 else "right")
    for row in rows:
        grid.add_row(*row)
    OUT.print(grid)
