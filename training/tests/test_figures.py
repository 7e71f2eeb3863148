from castwatch_training.dataset import Dataset
from castwatch_training.figures import compute_figures
from castwatch_training.release import Release


def test_each_protocol_has_the_recipe_and_all_baselines(plan: Release, data: Dataset) -> None:
    steps: list[str] = []
    figures = compute_figures(
        data, plan.recipe, steps.append, protocols=("legacy", "forward"), seeds=(0,), fits=None, workers=1
    )
    models = {"field", "old_recipe", "twin_lookup", "campaign_table", "all_defective"}
    for protocol in ("legacy", "forward"):
        rows = {figure.model: figure for figure in figures if figure.protocol == protocol}
        assert set(rows) == models
        assert len({figure.rows for figure in rows.values()}) == 1
        recipe = rows["field"].metrics
        assert recipe.roc_auc.value is not None
        assert recipe.roc_auc.low is not None
        assert recipe.roc_auc.high is not None
        assert recipe.roc_auc.low <= recipe.roc_auc.value <= recipe.roc_auc.high
        assert rows["all_defective"].metrics.recall.value == 1
    auc = {f.protocol: f.metrics.roc_auc.value for f in figures if f.model == "twin_lookup"}
    assert auc["legacy"] > 0.6  # memory pays where twins straddle the split
    assert auc["forward"] == 0.5  # and nowhere else
    assert any("fit 4 of 4" in step for step in steps)
