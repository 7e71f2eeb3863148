"""Fits: kept as they end, found again, never stale; on one core or several the same."""

import multiprocessing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from castwatch_training import fit_runner
from castwatch_training.dataset import Dataset
from castwatch_training.errors import StudyError
from castwatch_training.evaluation import FoldScores, fitter, score_fold
from castwatch_training.fit_cache import FitCache, Job
from castwatch_training.fit_runner import run_jobs
from castwatch_training.protocols import splits
from castwatch_training.recipe import FIELD, BoostingRecipe, Features, Recipe

TINY = Recipe(
    "tiny", autoencoder=replace(FIELD.autoencoder, epochs=1), boosting=BoostingRecipe(trees=3, depth=2, min_leaf=5)
)
JOBS = [Job(replace(TINY, features=f), "forward", 42, 0, seed) for f in ("inputs", "both") for seed in (0, 1)]


def equal(a: FoldScores, b: FoldScores) -> bool:
    same = (a.platt_a, a.platt_b, a.threshold) == (b.platt_a, b.platt_b, b.threshold)
    return same and np.array_equal(a.score, b.score)


def test_a_fit_reads_back_bit_for_bit(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "fits.jsonl"
    run_jobs(data, JOBS[:1], FitCache(path, data.sha256))
    split = splits("forward", data)[0]
    direct = score_fold(data, split, JOBS[0].recipe, 0, fitter(data, 0))
    assert equal(FitCache(path, data.sha256).get(JOBS[0]), direct)


def test_what_is_there_is_not_fitted_again(data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "fits.jsonl"
    run_jobs(data, JOBS[:3], FitCache(path, data.sha256))
    fitted: list[Job] = []
    original = score_fold

    def counting(*args: object) -> FoldScores:
        fitted.append(JOBS[3])
        return original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(fit_runner, "score_fold", counting)
    done: list[Job] = []
    run_jobs(data, JOBS, FitCache(path, data.sha256), done=done.append)
    assert len(fitted) == 1
    assert sorted(map(str, done)) == sorted(map(str, JOBS))


def test_an_interruption_loses_the_current_fit_only(
    data: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "fits.jsonl"
    original, calls = score_fold, iter(range(10))

    def interrupted(*args: object) -> FoldScores:
        if next(calls) == 2:
            raise KeyboardInterrupt
        return original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(fit_runner, "score_fold", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_jobs(data, JOBS, FitCache(path, data.sha256))
    kept = FitCache(path, data.sha256)
    assert sum(job in kept for job in JOBS) == 2


def test_a_torn_line_costs_its_fit_only(data: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "fits.jsonl"
    run_jobs(data, JOBS[:2], FitCache(path, data.sha256))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) - 40])
    torn = FitCache(path, data.sha256)
    assert [job in torn for job in JOBS[:2]] in ([True, False], [False, True])
    run_jobs(data, JOBS[:2], torn)
    again = FitCache(path, data.sha256)
    assert all(job in again for job in JOBS[:2])


@pytest.mark.parametrize(
    "other",
    [
        replace(JOBS[0], seed=5),
        replace(JOBS[0], split_seed=5),
        replace(JOBS[0], fold=1),
        replace(JOBS[0], protocol="grouped"),
        replace(JOBS[0], recipe=replace(TINY, features="latents")),
        replace(JOBS[0], recipe=replace(JOBS[0].recipe, boosting=replace(TINY.boosting, trees=4))),
    ],
)
def test_whatever_a_fit_depends_on_changes_its_key(other: Job) -> None:
    assert other.key("data") != JOBS[0].key("data")
    assert JOBS[0].key("data") != JOBS[0].key("other data")


def test_the_autoencoder_counts_where_the_boosting_sees_it() -> None:
    def key(features: Features, epochs: int) -> str:
        recipe = replace(TINY, features=features, autoencoder=replace(TINY.autoencoder, epochs=epochs))
        return replace(JOBS[0], recipe=recipe).key("data")

    assert key("inputs", 1) == key("inputs", 2)
    assert key("both", 1) != key("both", 2)


def test_a_name_does_not_change_the_key(data: Dataset) -> None:
    twin = replace(JOBS[0], recipe=replace(JOBS[0].recipe, name="another"))
    cache = FitCache(None, data.sha256)
    done: list[Job] = []
    run_jobs(data, [JOBS[0], twin], cache, done=done.append)
    assert done == [JOBS[0], twin]
    assert cache.get(twin) is cache.get(JOBS[0])


@pytest.mark.slow
def test_two_workers_give_the_same_scores(data: Dataset) -> None:
    alone, together = FitCache(None, data.sha256), FitCache(None, data.sha256)
    run_jobs(data, JOBS, alone)
    run_jobs(data, JOBS, together, workers=2)
    assert all(equal(alone.get(job), together.get(job)) for job in JOBS)
    assert not multiprocessing.active_children()


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_fit_that_fails_is_named(data: Dataset, workers: int) -> None:
    bad = Job(replace(TINY, clip=-1.0), "forward", 42, 0, 0)
    with pytest.raises(StudyError, match=r"tiny, forward, fold 1, seed 0: ValueError: .*clip"):
        run_jobs(data, [bad, *JOBS], FitCache(None, data.sha256), workers=workers)
    assert not multiprocessing.active_children()
