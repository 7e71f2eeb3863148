"""`card.json`, `card.md` and `calibration.svg`: what a bundle is for, how it was made, and how good it is."""

from __future__ import annotations

import hashlib
import io
import json
import platform
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any, Literal

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure as Plot

from castwatch_training.arrays import FloatArray, IntArray
from castwatch_training.bundle_schema import ReliabilityBin
from castwatch_training.card_schema import Card, CardData, Estimate, Figure, Online, ReconstructionRow
from castwatch_training.card_texts import LICENCE, PURPOSE
from castwatch_training.dataset import Dataset
from castwatch_training.features import FEATURES
from castwatch_training.recipe import Recipe

DATA_NAME = "KAMP data set 55, die-casting quality assurance (DieCasting_Quality_Raw_Data.csv)"
LIBRARIES = ("numpy", "scipy", "scikit-learn", "torch", "onnx", "onnxruntime")


def data_facts(data: Dataset, training_rows: int, training_protocol: Literal["legacy", "grouped"]) -> CardData:
    """The card's `data`; the final model was trained on so many rows, those of a protocol."""
    distinct = data.distinct
    campaigns = np.unique(data.campaign)
    added = 0 if data.from_line is None else int(data.from_line.sum())
    return CardData(
        name=DATA_NAME if added == 0 else f"{DATA_NAME} and {added} labelled shots of a line",
        sha256=data.sha256,
        rows=len(data),
        distinct=len(distinct),
        twins=len(data) - len(distinct),
        incomplete=int(np.isnan(data.X).any(axis=1).sum()),
        defective=int(data.y.sum()),
        defective_distinct=int(data.y[distinct].sum()),
        campaigns=len(campaigns),
        campaign_rates=campaign_rates(data).round(4).tolist(),
        products={str(p): int((data.product[distinct] == p).sum()) for p in np.unique(data.product)},
        training_rows=training_rows,
        training_protocol=training_protocol,
    )


def campaign_rates(data: Dataset) -> FloatArray:
    """Defect rate of each campaign over its distinct shots, in the order of production."""
    rows = data.distinct
    return np.array([data.y[rows][data.campaign[rows] == c].mean() for c in np.unique(data.campaign[rows])])


def recipe_facts(recipe: Recipe) -> dict[str, Any]:
    """The card's `recipe`: every setting, and a hash that changes with any of them."""
    settings = asdict(recipe)
    text = json.dumps(settings, sort_keys=True)
    return {**settings, "hash": hashlib.sha256(text.encode()).hexdigest()[:16]}


def library_versions() -> dict[str, str]:
    """Versions of what a bundle's numbers depend on."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def reconstruction_rows(
    raw: FloatArray, scaled: FloatArray, reconstruction: FloatArray, product: IntArray
) -> list[ReconstructionRow]:
    """Reconstruction error per feature and product of shots the autoencoder had not seen, [n, 30] each.

    What does not vary within a product as recorded has no variance to explain.
    """
    rows = []
    for number in np.unique(product):
        own = product == number
        mse = ((scaled[own] - reconstruction[own]) ** 2).mean(axis=0)
        variance = scaled[own].var(axis=0)
        varies = np.nanmin(raw[own], axis=0) < np.nanmax(raw[own], axis=0)
        for i, name in enumerate(FEATURES):
            explained = round(float(1 - mse[i] / variance[i]), 4) if varies[i] else None
            rmse = round(float(np.sqrt(mse[i])), 4)
            rows.append(ReconstructionRow(feature=name, product=str(number), rmse=rmse, explained=explained))
    return rows


def build_card(
    *,
    kind: str,
    release: str,
    date: str,
    seed: int,
    data: CardData,
    recipe: Recipe,
    figures: Sequence[Figure],
    reconstruction: Sequence[ReconstructionRow],
    reliability: Sequence[ReliabilityBin],
    online: Online | None = None,
) -> Card:
    """`card.json`."""
    return Card.model_validate(
        {
            "schema": 1,
            "id": f"{kind}-{release}",
            "kind": kind,
            "version": release,
            "date": date,
            "purpose": PURPOSE[kind],
            "data": data,
            "recipe": recipe_facts(recipe),
            "versions": library_versions(),
            "seed": seed,
            "licence": LICENCE,
            "figures": list(figures),
            "reconstruction": list(reconstruction),
            "calibration_plot": list(reliability),
            "online": online,
        }
    )


def card_markdown(card: Card) -> str:
    """The card in readable form."""
    data = card.data
    lines = [
        f"# {card.id}",
        "",
        f"Released {card.date}. Seed {card.seed}. Trained on {data.training_rows} rows "
        f"(protocol `{data.training_protocol}`).",
        "",
        "## For",
        *(f"- {text}" for text in card.purpose.for_.en),
        "",
        "## Not for",
        *(f"- {text}" for text in card.purpose.not_for.en),
        "",
        "## Data",
        f"{data.name}, SHA-256 `{data.sha256}`: {data.rows} rows, {data.distinct} distinct shots "
        f"({data.twins} rows repeat one), {data.defective_distinct} of them defective, "
        f"{data.campaigns} campaigns with defect rates "
        f"{', '.join(f'{rate:.1%}' for rate in data.campaign_rates)}. {' '.join(card.licence.en)}",
        "",
        "## How good it is",
        "With 95 % bootstrap intervals over distinct shots. `legacy` measures memory: 62 % of its test rows "
        "have a twin in training. The other protocols have no shot on both sides.",
        "",
        "| protocol | model | rows | F1 at .5 | F1 tuned | ROC-AUC | PR-AUC | accuracy | Brier | ECE |",
        "|---|---|---|---|---|---|---|---|---|---|",
        *(_figure_row(figure) for figure in card.figures),
        "",
        *_online_lines(card.online),
        "## Calibration",
        "![Of the shots given a probability, the share that was defective](calibration.svg)",
        "",
        "| probability | shots | mean | defective | 95 % interval |",
        "|---|---|---|---|---|",
        *(
            f"| {b.from_:.3f} to {b.to:.3f} | {b.shots} | {b.mean_probability:.3f} | {b.defective:.3f} "
            f"| {b.low:.3f} to {b.high:.3f} |"
            for b in card.calibration_plot
        ),
        "",
        "## Reconstruction by the autoencoder (shots it had not seen, scaled units)",
        "| feature | product | RMSE | variance explained |",
        "|---|---|---|---|",
        *(
            f"| {row.feature} | {row.product} | {row.rmse:.3f} | {row.explained:.3f} |"
            for row in card.reconstruction
            if row.explained is not None
        ),
        "",
        "## Recipe and versions",
        "```json",
        json.dumps(card.recipe, indent=2),
        "```",
        ", ".join(f"{name} {number}" for name, number in card.versions.items()),
        "",
    ]
    return "\n".join(lines)


def _online_lines(online: Online | None) -> list[str]:
    """Learning a run from its inspections: log-loss by predictor."""
    if online is None:
        return []
    return [
        "## Learning a run from its inspections",
        "Log-loss shot by shot through campaigns that neither models nor constants come from (`others`: from all other "
        f"campaigns, `earlier`: from those before), 95 % intervals over blocks of {online.block} shots.",
        "",
        "| from | inspected | known after | predictor | shots | log-loss | against the run rate | ROC-AUC |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {f.training} | {f.inspected:.0%} | {f.delay} | {f.predictor} | {f.shots} | {_cell(f.log_loss)} "
            f"| {_cell(f.against_run_rate)} | {_cell(f.roc_auc)} |"
            for f in online.figures
        ),
        "",
    ]


def _figure_row(figure: Figure) -> str:
    m = figure.metrics
    cells = [m.f1, m.f1_tuned, m.roc_auc, m.pr_auc, m.accuracy, m.brier, m.ece]
    return f"| {figure.protocol} | {figure.model} | {figure.rows} | {' | '.join(map(_cell, cells))} |"


def _cell(estimate: Estimate) -> str:
    if estimate.value is None:
        return "-"
    if estimate.low is None or estimate.high is None:
        return f"{estimate.value:.3f}"
    return f"{estimate.value:.3f} ({estimate.low:.3f}-{estimate.high:.3f})"


def calibration_svg(bins: Sequence[ReliabilityBin], title: str) -> bytes:
    """Observed share against given probability, with Wilson intervals; the same bytes for the same bins."""
    with mpl.rc_context({"svg.hashsalt": "castwatch", "svg.fonttype": "none", "font.size": 9}):
        plot = Plot(figsize=(4, 3.6), layout="constrained")
        axes = plot.add_subplot()
        x = [b.mean_probability for b in bins]
        y = [b.defective for b in bins]
        error = [[b.defective - b.low for b in bins], [b.high - b.defective for b in bins]]
        top = min(1.0, max(*x, *(b.high for b in bins)) * 1.05)
        axes.plot([0, top], [0, top], color="#5a616b", linewidth=0.8, linestyle="--")
        axes.errorbar(x, y, yerr=np.maximum(error, 0), fmt="o", color="#2f5d8a", markersize=3.5, linewidth=1)
        axes.set(xlim=(0, top), ylim=(0, top), title=title)
        axes.set(xlabel="calibrated probability of a defect", ylabel="share really defective")
        buffer = io.BytesIO()
        plot.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
