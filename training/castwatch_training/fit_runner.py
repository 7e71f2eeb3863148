"""Runs many fits on all cores: one process a core, one thread a process, results kept as they come.

Fits of the same fold and seed go to the same process, one after the other, so that they share an autoencoder.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing import get_context
from multiprocessing.context import SpawnProcess
from queue import Empty
from typing import Any

from .dataset import Dataset
from .errors import StudyError
from .evaluation import FoldScores, fitter, score_fold
from .fit_cache import FitCache, Job
from .online_folds import folds_of

Block = list[Job]
"""Fits that share a fold and a seed."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_POLL_SECONDS = 0.5


def run_jobs(
    data: Dataset,
    jobs: Iterable[Job],
    cache: FitCache,
    workers: int = 1,
    done: Callable[[Job], None] = lambda _job: None,
) -> None:
    """Bring every job into the cache; `done` is called for each, also for those that were there already.

    With one worker everything runs in this process. KeyboardInterrupt stops the workers and passes on; what is
    finished is kept.

    Raises:
        StudyError: a fit failed or a worker died.
    """
    same: dict[str, list[Job]] = {}  # jobs that differ in a recipe's name alone are one fit
    for job in jobs:
        if job in cache:
            done(job)
        else:
            same.setdefault(job.key(data.sha256), []).append(job)
    blocks = _blocks(alike[0] for alike in same.values())
    results = _in_this_process(data, blocks) if workers <= 1 else _in_workers(data, blocks, workers)
    for job, scores in results:
        cache.add(job, scores)
        for alike in same[job.key(data.sha256)]:
            done(alike)


def cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _blocks(jobs: Iterable[Job]) -> list[Block]:
    blocks: dict[object, Block] = {}
    for job in jobs:
        blocks.setdefault((job.protocol, job.split_seed, job.fold, job.seed), []).append(job)
    return list(blocks.values())


def _fit_block(data: Dataset, block: Block) -> Iterator[tuple[Job, FoldScores]]:
    first = block[0]
    folds = folds_of(first.protocol, data, first.split_seed)
    split = next(one for one in folds if one.fold == first.fold)
    fit_rows = fitter(data, first.seed)
    for job in block:
        try:
            yield job, score_fold(data, split, job.recipe, job.seed, fit_rows)
        except Exception as error:
            raise StudyError(f"{job.label}: {type(error).__name__}: {error}") from error


def _in_this_process(data: Dataset, blocks: Sequence[Block]) -> Iterator[tuple[Job, FoldScores]]:
    for block in blocks:
        yield from _fit_block(data, block)


def _in_workers(data: Dataset, blocks: Sequence[Block], workers: int) -> Iterator[tuple[Job, FoldScores]]:
    context = get_context("spawn")
    tasks, results = context.Queue(), context.Queue()
    for block in blocks:
        tasks.put(block)
    with _ThreadsPinned():
        pool = [
            context.Process(target=_work, args=(data, tasks, results), daemon=True)
            for _ in range(min(workers, len(blocks)))
        ]
        for process in pool:
            tasks.put(None)
            process.start()
    try:
        for _ in range(sum(map(len, blocks))):
            yield _next(results, pool)
    finally:
        for process in pool:
            process.terminate()
        for process in pool:
            process.join()


def _next(results: Any, pool: Sequence[SpawnProcess]) -> tuple[Job, FoldScores]:
    while True:
        try:
            result = results.get(timeout=_POLL_SECONDS)
        except Empty:
            dead = next((p for p in pool if p.exitcode not in (None, 0)), None)
            if dead is not None:
                raise StudyError(f"a worker process died (exit code {dead.exitcode}); too little memory?") from None
            continue
        if isinstance(result, str):
            raise StudyError(result)
        job, scores = result
        return job, scores


def _work(data: Dataset, tasks: Any, results: Any) -> None:
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides what an interrupt means
    while (block := tasks.get()) is not None:
        try:
            for result in _fit_block(data, block):
                results.put(result)
        except StudyError as error:
            results.put(str(error))
            return


class _ThreadsPinned:
    """Children inherit one numeric thread each; this process's own setting comes back."""

    def __enter__(self) -> None:
        self._before = {name: os.environ.get(name) for name in _THREADS}
        os.environ.update(dict.fromkeys(_THREADS, "1"))

    def __exit__(self, *_: object) -> None:
        for name, value in self._before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
