from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import GradientBoostingClassifier

from castwatch_training.errors import BundleError
from castwatch_training.forest import Forest, from_sklearn, read_forest, write_forest


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(5)
    X = generator.normal(size=(400, 42))
    return X, (X[:, 3] + X[:, 7] * X[:, 11] + generator.normal(size=400) > 1).astype(int)


@pytest.fixture(scope="module")
def model(rows: tuple[np.ndarray, np.ndarray]) -> GradientBoostingClassifier:
    return GradientBoostingClassifier(n_estimators=15, max_depth=5, subsample=0.7, random_state=0).fit(*rows)


@pytest.fixture(scope="module")
def forest(model: GradientBoostingClassifier) -> Forest:
    return from_sklearn(model)


def test_scores_are_scikit_learns(
    model: GradientBoostingClassifier, forest: Forest, rows: tuple[np.ndarray, np.ndarray]
) -> None:
    far = np.vstack([rows[0], 1e9 * np.ones((1, 42)), -1e9 * np.ones((1, 42))])
    np.testing.assert_allclose(forest.score(far), model.decision_function(far), rtol=0, atol=1e-13)


def test_scores_are_scikit_learns_on_every_threshold(model: GradientBoostingClassifier, forest: Forest) -> None:
    """A value that float32 rounds onto the other side of a threshold goes where scikit-learn sends it."""
    splits = np.flatnonzero(forest.feature >= 0)
    rows = np.zeros((3 * len(splits), 42))
    for i, node in enumerate(splits):
        t = forest.value[node]
        rows[3 * i : 3 * i + 3, forest.feature[node]] = [t, np.nextafter(t, np.inf), np.nextafter(t, -np.inf)]
    np.testing.assert_allclose(forest.score(rows), model.decision_function(rows), rtol=0, atol=1e-13)


def test_left_child_is_the_next_node_and_covers_add_up(forest: Forest) -> None:
    splits = np.flatnonzero(forest.feature >= 0)
    assert (forest.cover[splits] == forest.cover[splits + 1] + forest.cover[forest.right[splits]]).all()
    assert (forest.cover[forest.offsets[:-1]] == 280).all()  # the rows that subsample = .7 draws for each tree


def test_files_hold_the_forest(forest: Forest) -> None:
    index, blob = write_forest(forest)
    again = read_forest(index, blob, "here")
    for name in ("offsets", "value", "right", "cover", "feature"):
        np.testing.assert_array_equal(getattr(again, name), getattr(forest, name))
    assert again.base_score == forest.base_score
    assert all(array.offset % 8 == 0 for array in index.arrays)


def test_a_truncated_file_is_refused(forest: Forest) -> None:
    index, blob = write_forest(forest)
    with pytest.raises(BundleError, match=r"here: forest.json: array 'feature' does not fit forest.bin"):
        read_forest(index, blob[:-1], "here")


@pytest.mark.parametrize("right", [0, 1, 10**6, -1])
def test_a_child_outside_its_tree_is_refused(forest: Forest, right: int) -> None:
    wrong = forest.right.copy()
    wrong[0] = right
    index, blob = write_forest(replace(forest, right=wrong))
    with pytest.raises(BundleError, match="children lie outside its tree"):
        read_forest(index, blob, "here")


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_damage_is_refused_or_leaves_a_forest_that_ends(forest: Forest, choice: st.DataObject) -> None:
    """Whatever bytes change, a forest that reads can be walked: no endless loop, no index out of range."""
    index, blob = write_forest(forest)
    damaged = bytearray(blob)
    damaged[choice.draw(st.integers(0, len(blob) - 1))] = choice.draw(st.integers(0, 255))
    try:
        again = read_forest(index, bytes(damaged), "here")
    except BundleError:
        return
    assert np.isfinite(again.score(np.zeros((1, 42)))).all()


def test_a_boosting_of_other_inputs_is_refused(rows: tuple[np.ndarray, np.ndarray]) -> None:
    model = GradientBoostingClassifier(n_estimators=1).fit(rows[0][:, :30], rows[1])
    with pytest.raises(BundleError, match="has 30 inputs, a bundle needs 42"):
        from_sklearn(model)
