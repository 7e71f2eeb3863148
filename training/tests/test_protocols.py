"""Splits: what must not leak does not, and what is known to leak is shown to."""

import numpy as np
import pytest

from castwatch_training.baselines import twin_lookup
from castwatch_training.dataset import Dataset
from castwatch_training.errors import TrainingError
from castwatch_training.protocols import LEAK_FREE, PROTOCOLS, Protocol, inner_folds, splits


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_train_and_test_are_disjoint_rows(data: Dataset, protocol: Protocol) -> None:
    for split in splits(protocol, data):
        assert not np.intersect1d(split.train, split.test).size


@pytest.mark.parametrize("protocol", LEAK_FREE)
def test_no_shot_stands_on_both_sides(data: Dataset, protocol: Protocol) -> None:
    for split in splits(protocol, data):
        assert not np.intersect1d(data.group[split.train], data.group[split.test]).size
        rows = np.concatenate([split.train, split.test])
        assert len(np.unique(data.group[rows])) == len(rows)


def test_the_legacy_split_leaks_planted_twins(data: Dataset) -> None:
    (split,) = splits("legacy", data)
    assert np.isin(data.group[split.test], data.group[split.train]).mean() > 0.5


def test_what_leaks_is_worth_a_model(data: Dataset) -> None:
    """Memory alone does well where twins straddle, and is blind (one constant per fold) where they do not."""
    (legacy,) = splits("legacy", data)
    p = twin_lookup(data, legacy.train, legacy.test)
    met = np.isin(data.group[legacy.test], data.group[legacy.train])
    np.testing.assert_array_equal(p[met] >= 0.5, data.y[legacy.test][met] == 1)
    for split in splits("grouped", data):
        assert len(np.unique(twin_lookup(data, split.train, split.test))) == 1


@pytest.mark.parametrize("protocol", ["grouped", "blocks", "campaign"])
def test_every_shot_is_tested_once(data: Dataset, protocol: Protocol) -> None:
    tested = np.concatenate([s.test for s in splits(protocol, data)])
    np.testing.assert_array_equal(np.sort(tested), data.distinct)


def test_forward_tests_the_last_fifth_of_each_campaign(data: Dataset) -> None:
    (split,) = splits("forward", data)
    for campaign in np.unique(data.campaign):
        train = split.train[data.campaign[split.train] == campaign]
        test = split.test[data.campaign[split.test] == campaign]
        assert train.max() < test.min()
        assert len(test) == pytest.approx(0.2 * (len(train) + len(test)), abs=1)


def test_blocks_are_contiguous_for_each_product(data: Dataset) -> None:
    for product in (1, 2):
        shots = data.distinct[data.product[data.distinct] == product]
        blocks = [s.test[data.product[s.test] == product] for s in splits("blocks", data)]
        np.testing.assert_array_equal(np.concatenate(blocks), shots)
        assert max(map(len, blocks)) - min(map(len, blocks)) <= 1


def test_blocks_of_the_log_are_contiguous(data: Dataset) -> None:
    np.testing.assert_array_equal(np.concatenate([s.test for s in splits("log_blocks", data)]), data.distinct)


def test_a_campaign_is_left_out_whole(data: Dataset) -> None:
    for split in splits("campaign", data):
        assert len(np.unique(data.campaign[split.test])) == 1
        assert not np.isin(data.campaign[split.train], data.campaign[split.test]).any()


@pytest.mark.parametrize(("protocol", "depends"), [("legacy", True), ("grouped", True), ("forward", False)])
def test_the_seed_decides_random_splits_only(data: Dataset, protocol: Protocol, depends: bool) -> None:
    first, again, other = (splits(protocol, data, seed)[0].test for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.array_equal(first, other) is not depends


def test_inner_folds_stay_inside_and_keep_twins_together(data: Dataset) -> None:
    (legacy,) = splits("legacy", data)
    held_rows = []
    for fit, held in inner_folds(data, legacy.train, folds=3, seed=5):
        assert np.isin(np.concatenate([fit, held]), legacy.train).all()
        assert not np.intersect1d(data.group[fit], data.group[held]).size
        held_rows.append(held)
    np.testing.assert_array_equal(np.sort(np.concatenate(held_rows)), legacy.train)


def test_too_few_defects_are_named(data: Dataset) -> None:
    good, bad = data.distinct[data.y[data.distinct] == 0], data.distinct[data.y[data.distinct] == 1]
    with pytest.raises(TrainingError, match="at least 5 defective shots; there are 3"):
        inner_folds(data, np.sort(np.concatenate([good, bad[:3]])))


@pytest.mark.data
def test_the_old_headline_split_has_twins_of_62_percent(real_data: Dataset) -> None:
    (split,) = splits("legacy", real_data)
    assert np.isin(real_data.group[split.test], real_data.group[split.train]).mean() == pytest.approx(0.62, abs=0.005)
