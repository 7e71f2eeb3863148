"""Writes the study's report and figures from its results: what was found, in plain words, with sample sizes."""

from pathlib import Path

import numpy as np

from .data_report import table
from .recipe import FIELD, LEGACY, OLD_RECIPE
from .study_ablation import autoencoder, autoencoder_words, latents, libraries
from .study_figures import write_study_figures
from .study_online_report import online_lines
from .study_results import StudyFigure, StudyResults
from .study_words import NAMES, ORDER, QUESTIONS, differences, short, title, with_interval

OLD_HEADLINE = {"f1": 0.7027, "roc_auc": 0.9175, "accuracy": 0.8832}
"""What the system before this one stated, on the legacy split."""


def write_study_report(results: StudyResults, docs: Path) -> Path:
    """Write `model-study.md` into `docs` and its figures into `docs/figures`; returns the report's path."""
    write_study_figures(results, docs / "figures")
    path = docs / "model-study.md"
    path.write_text("\n".join(_report(results)) + "\n", encoding="utf-8")
    return path


def _report(r: StudyResults) -> list[str]:
    quick = ["**A quick study: one seed, a part of the protocols. Figures for decisions come from the full one.**", ""]
    return [
        "# Model study",
        "",
        *(quick if r.quick else []),
        *_in_short(r),
        *_method(r),
        *_two_truths(r),
        *autoencoder(r),
        *libraries(r),
        *latents(r),
        *_campaigns(r),
        *online_lines(r),
        *_splits(r),
        *_calibration(r),
        *_everything(r),
    ]


def _in_short(r: StudyResults) -> list[str]:
    points = []
    twin, old = r.figure("legacy", "twin_lookup"), OLD_HEADLINE
    if twin is not None:
        points.append(
            f"The old headline (F1 {old['f1']:.4f}, ROC-AUC {old['roc_auc']:.4f}, accuracy {old['accuracy']:.4f}) "
            "measures "
            "memory: looking up the row's twin in the training rows, with no model at all, scores "
            f"F1 {short(twin.metrics.f1.value)}, ROC-AUC {short(twin.metrics.roc_auc.value)}, "
            f"accuracy {short(twin.metrics.accuracy.value)} on the same {twin.rows} test rows."
        )
    for recipe, protocol in ((LEGACY, "legacy"), (FIELD, "grouped"), (FIELD, "forward"), (FIELD, "campaign")):
        found = r.figure(protocol, recipe.name)
        if found is not None:
            points.append(
                f"`{recipe.name}` on `{protocol}` ({QUESTIONS[protocol]}): ROC-AUC "
                f"{with_interval(found.metrics.roc_auc)}, "
                f"PR-AUC {with_interval(found.metrics.pr_auc)}, Brier {with_interval(found.metrics.brier)}."
            )
    points += autoencoder_words(r)
    return ["## In short", "", *(f"- {p}" for p in points), ""]


def _method(r: StudyResults) -> list[str]:
    d = r.data
    return [
        "## How it was measured",
        "",
        f"{d.name}: {d.rows} rows, {d.shots} distinct shots, {d.defective_shots} of them defective, {d.campaigns} "
        "campaigns.",
        "",
        *table(["protocol", "question: how well is judged ..."], [[p, QUESTIONS[p]] for p in ORDER]),
        f"- Seeds {', '.join(map(str, r.seeds))}; a figure is the mean over them. The seed draws the grouped folds "
        "and the "
        "models; the split of `legacy` is always that of seed 42, the other cuts follow the order of production.",
        "- Folds are pooled: every test row is scored once a seed by a model that has not seen its shot (except on "
        "`legacy`, which is the point of it).",
        f"- Calibration (Platt) and the threshold of `F1 tuned` come from {r.inner_folds} inner folds of the "
        "training rows, "
        "grouped by shot. `F1 at .5`, accuracy, precision and recall use the model's own probability, as the old "
        "headline "
        "did; Brier and ECE the calibrated one. Everything else was fixed before the test rows were scored.",
        f"- Intervals: 95 %, {r.resamples} bootstrap resamples of the distinct shots among the test rows. They say "
        "how much the "
        "figures depend on the shots tested, not on the campaigns that happened to be recorded, of which there are "
        "only "
        f"{d.campaigns}: a new campaign may lie outside them. Differences are paired: both models meet the same "
        "resamples.",
        "- Libraries of the grid have the field recipe's trees, depth, learning rate, row and feature sampling, and "
        "leaf size.",
        "",
    ]


def _two_truths(r: StudyResults) -> list[str]:
    head = [
        "",
        "legacy: F1 at .5",
        "ROC-AUC",
        "accuracy",
        "grouped: ROC-AUC",
        "PR-AUC",
        "Brier",
        "forward: ROC-AUC",
        "PR-AUC",
    ]
    old = [f"{OLD_HEADLINE[m]:.4f}" for m in ("f1", "roc_auc", "accuracy")]
    rows = [["old headline, as stated", *old, *["not stated"] * 5]]
    for model in (OLD_RECIPE.name, "twin_lookup", LEGACY.name, FIELD.name, "campaign_table", "all_defective"):
        cells = []
        for protocol, metrics in (
            ("legacy", ("f1", "roc_auc", "accuracy")),
            ("grouped", ("roc_auc", "pr_auc", "brier")),
            ("forward", ("roc_auc", "pr_auc")),
        ):
            found = r.figure(protocol, model)
            cells += [with_interval(getattr(found.metrics, m)) if found else "–" for m in metrics]
        rows.append([title(model), *cells])
    sizes = [
        f"{p}: {f.rows} rows, {f.defective} defective" for p in ("legacy", "grouped", "forward") if (f := _any(r, p))
    ]
    return [
        "## The two truths, side by side",
        "",
        *table(head, rows),
        f"Test rows: {'; '.join(sizes)}. The first three columns recall rows of the same log; the others judge shots "
        "that no "
        "training row shows.",
        "",
        "![ROC-AUC under every protocol](figures/study-protocols.svg)",
        "",
    ]


def _campaigns(r: StudyResults) -> list[str]:
    rows = []
    for protocol in ORDER:
        for model in (FIELD.name, LEGACY.name, OLD_RECIPE.name, "campaign_table"):
            found = r.figure(protocol, model)
            if found is not None:
                cells = [with_interval(found.metrics.roc_auc), with_interval(found.roc_auc_within)]
                rows.append([protocol, title(model), *cells, found.rows, found.defective])
    return [
        "## How much is only knowing the campaign",
        "",
        "ROC-AUC over all pairs of shots, and over pairs from the same campaign. A table of defect rates per "
        "campaign, with "
        "no model, ranks the first kind and cannot rank the second. On `campaign` the pooled figure of such a table "
        "lies below "
        ".5 by construction: without its worst campaign, the rest has the lowest rate. There, look within campaigns.",
        "",
        *table(["protocol", "model", "ROC-AUC", "within campaigns", "rows", "defective"], rows),
        *differences(r, (FIELD.name, "campaign_table")),
    ]


def _splits(r: StudyResults) -> list[str]:
    rows = []
    for model in dict.fromkeys(s.model for s in r.splits):
        own = [s for s in r.splits if s.model == model]
        cells = []
        for metric in ("f1", "roc_auc", "accuracy"):
            values = [v for s in own if (v := getattr(s, metric)) is not None]
            spread = f" ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else ""
            cells.append(f"{short(float(np.mean(values)))}{spread}" if values else "–")
        rows.append([title(model), len(own), *cells])
    seeds = sorted({s.split_seed for s in r.splits})
    return [
        "## The legacy protocol over random splits",
        "",
        f"Mean and standard deviation over the splits of seeds {', '.join(map(str, seeds))}; {r.splits[0].rows} test "
        "rows each.",
        "",
        *table(["model", "splits", "F1 at .5", "ROC-AUC", "accuracy"], rows),
        "![Spread over random splits](figures/study-splits.svg)",
        "",
        *differences(r, (LEGACY.name, "twin_lookup")),
        *differences(r, (LEGACY.name, OLD_RECIPE.name)),
        *differences(r, (FIELD.name, OLD_RECIPE.name)),
    ]


def _calibration(r: StudyResults) -> list[str]:
    rows = []
    for protocol in ORDER:
        for model in (FIELD.name, LEGACY.name, OLD_RECIPE.name):
            found = r.figure(protocol, model)
            if found is not None:
                metrics = found.metrics
                rows.append(
                    [protocol, title(model), with_interval(metrics.ece), with_interval(metrics.brier), found.rows]
                )
    return [
        "## Calibration",
        "",
        "Expected calibration error and Brier score of the calibrated probability. The calibration is that of shots "
        "not seen "
        "before; on `legacy`, where most test rows have a twin in training, it is too cautious on purpose.",
        "",
        *table(["protocol", "model", "ECE", "Brier", "rows"], rows),
        "Below: ten bins of equally many shots, first seed, with Wilson 95 % intervals.",
        "",
        "![Reliability](figures/study-reliability.svg)",
        "",
    ]


def _everything(r: StudyResults) -> list[str]:
    lines = ["## Every figure", ""]
    head = ["model", *NAMES.values(), "seeds: ROC-AUC"]
    order = {part: i for i, part in enumerate(("recipe", "baseline", "grid", "latents"))}
    for protocol in ORDER:
        own = sorted((f for f in r.figures if f.protocol == protocol), key=lambda f: order[f.part])
        if not own:
            continue
        first = own[0]
        lines += [
            f"### {protocol}: {QUESTIONS[protocol]}",
            "",
            f"{first.folds} fold{'s' if first.folds > 1 else ''}, {first.rows} test rows of {first.shots} shots, "
            f"{first.defective} rows defective.",
            "",
            *table(head, [_figure_row(f) for f in own]),
        ]
    return lines


def _figure_row(f: StudyFigure) -> list[str]:
    metrics = [with_interval(getattr(f.metrics, m)) for m in NAMES]
    return [title(f.model), *metrics, " ".join(short(v) for v in f.roc_auc_by_seed)]


def _any(r: StudyResults, protocol: str) -> StudyFigure | None:
    return next((f for f in r.figures if f.protocol == protocol), None)
