from xml.etree import ElementTree

import numpy as np

from castwatch_training.bundle import Bundle
from castwatch_training.card import calibration_svg, recipe_facts, reconstruction_rows
from castwatch_training.dataset import Dataset
from castwatch_training.features import FEATURES
from castwatch_training.recipe import FIELD, LEGACY


def test_the_card_counts_the_data(bundle: Bundle, data: Dataset) -> None:
    facts = bundle.card.data
    assert facts.rows == len(data)
    assert facts.distinct == len(data.distinct) == facts.training_rows
    assert facts.twins == data.repeated.sum()
    assert facts.incomplete == np.isnan(data.X).any(axis=1).sum() > 0
    assert facts.defective_distinct == data.y[data.distinct].sum()
    assert facts.campaigns == len(facts.campaign_rates) == 5
    assert sum(facts.products.values()) == facts.distinct


def test_the_hash_changes_with_the_recipe() -> None:
    assert recipe_facts(FIELD)["hash"] != recipe_facts(LEGACY)["hash"]
    assert recipe_facts(FIELD) == recipe_facts(FIELD)
    assert recipe_facts(FIELD)["boosting"]["trees"] == FIELD.boosting.trees


def test_reconstruction_errors_by_feature_and_product() -> None:
    scaled = np.zeros((4, 30))
    scaled[:, 3] = [1, -1, 3, 1]
    rebuilt = scaled.copy()
    rebuilt[:, 3] = [0, 0, 2, 2]
    scaled[:, 5] = [0.1, 0.10001, 0.1, 0.1]  # another fold's scaling of the same recorded value
    raw = np.where(np.arange(30) == 3, scaled, 7.0)
    rows = reconstruction_rows(raw, scaled, rebuilt, np.array([1, 1, 2, 2]))
    found = {(row.feature, row.product): (row.rmse, row.explained) for row in rows}
    assert found[FEATURES[3], "1"] == (1, 0)
    assert found[FEATURES[3], "2"] == (1, 0)
    assert found[FEATURES[4], "1"] == (0, None)
    assert found[FEATURES[5], "1"][1] is None


def test_the_readable_card_shows_what_the_model_view_shows(bundle: Bundle) -> None:
    text = bundle.card_text
    for part in ("# field-0.0.1", "Released 2026-01-02", *bundle.card.purpose.not_for.en, "campaign_table"):
        assert part in text
    (figure,) = bundle.card.figures
    assert f"{figure.metrics.roc_auc.value:.3f}" in text


def test_the_plot_is_an_svg_that_repeats_byte_for_byte(bundle: Bundle) -> None:
    bins = bundle.calibration.reliability
    plot = calibration_svg(bins, "field-0.0.1")
    assert plot == bundle.calibration_plot
    assert len(plot) < 30_000
    root = ElementTree.fromstring(plot)
    words = " ".join(element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text"))
    assert "field-0.0.1" in words
