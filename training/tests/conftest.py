"""Fixtures that every test may use; see synthetic.py for what the synthetic log contains."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from synthetic import SyntheticLog, make_dataset, make_log, write_kamp

from castwatch_training.baselines import campaign_table
from castwatch_training.bundle import Bundle, encode, read_bundle, write_files
from castwatch_training.card_schema import Figure
from castwatch_training.dataset import REPOSITORY, Dataset, find_data, load_dataset
from castwatch_training.errors import DataNotFoundError
from castwatch_training.evaluation import evaluate_baseline
from castwatch_training.figures import figure
from castwatch_training.manifest import update_manifest
from castwatch_training.online import derive
from castwatch_training.online_run import Campaign
from castwatch_training.pipeline import FittedPipeline
from castwatch_training.recipe import FIELD
from castwatch_training.release import Measured, Release, build_bundle, fit_release
from castwatch_training.signing import DEVELOPMENT_KEY


@pytest.fixture(scope="session")
def log() -> SyntheticLog:
    """600 distinct shots, about 1,000 rows."""
    return make_log()


@pytest.fixture(scope="session")
def kamp_csv(tmp_path_factory: pytest.TempPathFactory, log: SyntheticLog) -> Path:
    """The synthetic log as a file in the KAMP layout."""
    return write_kamp(tmp_path_factory.mktemp("kamp") / "log.csv", log)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The synthetic log as a data set."""
    return make_dataset(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def real_data() -> Dataset:
    """The real data set; the test is skipped, with the reason, where it is absent."""
    try:
        path = find_data()
    except DataNotFoundError as error:
        pytest.skip(f"needs the real data set. {error}")
    return load_dataset(path)


@pytest.fixture(scope="session")
def plan() -> Release:
    """A line of the release table that takes seconds to make."""
    recipe = replace(
        FIELD,
        autoencoder=replace(FIELD.autoencoder, epochs=3),
        boosting=replace(FIELD.boosting, trees=20, depth=3),
    )
    return Release("field", "0.0.1", "2026-01-02", seed=3, recipe=recipe, protocol="grouped")


@pytest.fixture(scope="session")
def fitted(plan: Release, data: Dataset) -> FittedPipeline:
    """The final model of `plan` on the synthetic log."""
    return fit_release(plan, data)


@pytest.fixture(scope="session")
def bundle(plan: Release, data: Dataset, fitted: FittedPipeline) -> Bundle:
    """A complete bundle of `plan`, its figures those of one baseline."""
    figures = [figure("grouped", "campaign_table", evaluate_baseline(data, campaign_table, "grouped", [0]))]
    return build_bundle(plan, data, fitted, measured(data, figures), lambda _: None)


def measured(data: Dataset, figures: list[Figure]) -> Measured:
    """Given figures, and a line memory from rates alone."""
    shots = data.distinct
    runs = [Campaign(data.y[shots[data.campaign[shots] == c]], {}) for c in np.unique(data.campaign)]
    return Measured(figures, derive(runs), None)


@pytest.fixture
def models(tmp_path: Path, bundle: Bundle) -> Path:
    """A models folder with the bundle and a manifest signed by the development key."""
    write_files(tmp_path / "models" / bundle.card.id, encode(bundle))
    update_manifest(tmp_path / "models", None, DEVELOPMENT_KEY)
    return tmp_path / "models"


@pytest.fixture(scope="session")
def models_of_the_repository() -> list[Bundle]:
    """The released bundles."""
    folders = sorted((REPOSITORY / "public" / "models").glob("*-*/"))
    if not folders:
        pytest.skip("no bundle is released")
    return [read_bundle(folder) for folder in folders]
