import numpy as np

from castwatch_training.bundle import Bundle
from castwatch_training.dataset import Dataset
from castwatch_training.features import PRODUCT
from castwatch_training.generator import rows_as_keys
from castwatch_training.off_sample import off_sample_rows
from castwatch_training.reference import inside


def test_the_same_seed_gives_the_same_rows(bundle: Bundle) -> None:
    np.testing.assert_array_equal(off_sample_rows(bundle, 1, 200), off_sample_rows(bundle, 1, 200))
    assert not np.array_equal(off_sample_rows(bundle, 1, 200), off_sample_rows(bundle, 2, 200), equal_nan=True)


def test_rows_are_as_many_as_asked_and_none_is_a_data_row(bundle: Bundle, data: Dataset) -> None:
    rows = off_sample_rows(bundle, 1, 503, data.X)
    assert rows.shape == (503, 30)
    assert not rows_as_keys(rows) & rows_as_keys(data.X)


def test_every_kind_is_there(bundle: Bundle, data: Dataset) -> None:
    mixtures, _, ranges, gaps, within = np.array_split(off_sample_rows(bundle, 1, 500, data.X), 5)
    assert np.isin(mixtures[:, PRODUCT], [1, 2]).all()
    low, high = np.nanmin(data.X, axis=0), np.nanmax(data.X, axis=0)
    assert ((mixtures >= low - 1e-9) & (mixtures <= high + 1e-9)).all()
    assert (np.abs(ranges) == 1e9).any()
    assert np.isnan(gaps).any(axis=1).all()
    for product in bundle.reference.products.values():
        own = within[within[:, PRODUCT] == product.golden_shot[PRODUCT]]
        assert len(own) > 40
        assert inside(own, product.hard).all()
