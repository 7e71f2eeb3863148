import numpy as np
import pytest

from castwatch_training.bundle import Bundle
from castwatch_training.dataset import Dataset
from castwatch_training.errors import BundleError
from castwatch_training.features import PRODUCT
from castwatch_training.inference import Inference, scale
from castwatch_training.pipeline import FittedPipeline


def test_the_bundle_gives_what_training_gave(bundle: Bundle, data: Dataset, fitted: FittedPipeline) -> None:
    out = bundle.inference().run(data.X)
    np.testing.assert_array_equal(out.scaled, fitted.scaled(data.X))
    np.testing.assert_allclose(out.latent, fitted.latent(data.X), rtol=0, atol=1e-13)
    np.testing.assert_allclose(out.reconstruction, fitted.reconstruction(data.X), rtol=0, atol=1e-13)
    np.testing.assert_allclose(out.score, fitted.score(data.X), rtol=0, atol=1e-12)
    np.testing.assert_allclose(out.spe, ((out.scaled - out.reconstruction) ** 2).sum(axis=1))
    platt = bundle.calibration.platt
    np.testing.assert_allclose(out.calibrated, 1 / (1 + np.exp(-(platt.a * out.score + platt.b))), rtol=1e-14)


def test_a_row_does_not_depend_on_its_neighbours(bundle: Bundle, data: Dataset) -> None:
    """A row alone, in a batch, or in the second chunk is the same row."""
    X = np.vstack([data.X, data.X])
    together, alone = bundle.inference().run(X), bundle.inference().run(X[600:601])
    np.testing.assert_allclose(together.calibrated[600], alone.calibrated[0], rtol=0, atol=1e-15)
    assert len(bundle.inference().run(X[:0]).score) == 0


def test_missing_and_infinite_values_are_imputed(bundle: Bundle, data: Dataset) -> None:
    X = np.vstack([data.X[:1]] * 4)
    X[1, 5], X[2, 5], X[3, 5] = np.nan, np.inf, bundle.scaler.impute[5]
    scaled = scale(bundle.scaler, X)
    np.testing.assert_array_equal(scaled[1], scaled[3])
    np.testing.assert_array_equal(scaled[2], scaled[3])


def test_t2_needs_a_known_product(bundle: Bundle, data: Dataset) -> None:
    X = np.vstack([data.X[:1]] * 3)
    X[1, PRODUCT], X[2, PRODUCT] = 7, np.nan
    assert np.isnan(bundle.inference().run(X).t2).tolist() == [False, True, True]


def test_everything_is_finite_and_bounded_however_wild_the_input(bundle: Bundle) -> None:
    wild = np.vstack([np.full(30, v) for v in (1e9, -1e9, 1e300, -1e300, np.nan, np.inf, 0.0)] + [1e9 * np.eye(30)])
    wild[:, PRODUCT] = 1
    out = bundle.inference().run(wild)
    for values in (out.latent, out.reconstruction, out.spe, out.t2, out.score):
        assert np.isfinite(values).all()
        assert np.abs(values).max() < 1e6


def test_a_file_that_is_no_model_is_named(bundle: Bundle) -> None:
    with pytest.raises(BundleError, match=r"autoencoder.onnx: onnxruntime cannot load it"):
        Inference(bundle.scaler, b"no model", bundle.boosting, bundle.calibration.platt, bundle.reference)
