"""Baselines: what needs no model."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from castwatch_training.baselines import BASELINES, campaign_table, twin_lookup
from castwatch_training.dataset import Dataset
from castwatch_training.protocols import splits


def test_campaign_table_is_the_training_rate(data: Dataset) -> None:
    (split,) = splits("forward", data)
    p = campaign_table(data, split.train, split.test)
    for c in np.unique(data.campaign):
        rate = data.y[split.train][data.campaign[split.train] == c].mean()
        assert p[data.campaign[split.test] == c] == pytest.approx(rate)


def test_an_unseen_campaign_gets_the_base_rate(data: Dataset) -> None:
    for split in splits("campaign", data):
        assert campaign_table(data, split.train, split.test) == pytest.approx(data.y[split.train].mean())


@pytest.mark.parametrize("name", BASELINES)
def test_no_baseline_reads_the_test_labels(data: Dataset, name: str) -> None:
    (split,) = splits("legacy", data)
    flipped = data.y.copy()
    flipped[split.test] = 1 - flipped[split.test]
    blind = Dataset(**{**data.__dict__, "y": flipped})
    baseline = BASELINES[name]  # type: ignore[index]
    np.testing.assert_array_equal(baseline(data, split.train, split.test), baseline(blind, split.train, split.test))


@pytest.mark.data
def test_twin_lookup_reaches_the_published_figures(real_data: Dataset) -> None:
    """Measured beforehand on the old headline's split: F1 .750, AUC .925, accuracy .910."""
    (split,) = splits("legacy", real_data)
    y, p = real_data.y[split.test], twin_lookup(real_data, split.train, split.test)
    assert f1_score(y, p >= 0.5) == pytest.approx(0.750, abs=1e-3)
    assert roc_auc_score(y, p) == pytest.approx(0.925, abs=1e-3)
    assert accuracy_score(y, p >= 0.5) == pytest.approx(0.910, abs=1e-3)
