"""Fixtures that every test may use; see synthetic.py for what the synthetic log contains."""

from pathlib import Path

import pytest
from synthetic import SyntheticLog, make_dataset, make_log, write_kamp

from castwatch_training.dataset import Dataset, find_data, load_dataset
from castwatch_training.errors import DataNotFoundError


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
