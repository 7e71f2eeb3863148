"""The figures of the data report."""

from pathlib import Path

import numpy as np

from . import data_stats as stats
from .arrays import BoolArray, FloatArray, IntArray
from .dataset import Dataset
from .features import DEFECT_TYPES, FEATURES, SLOW_CHANNELS
from .plots import BLUE, GREY, INK, ORANGE, RED, legend, new_figure, save, short

WINDOW = 100
"""Shots of the moving defect rate."""
LAGS = (1, 2, 5, 10, 20, 50, 100)


def write_figures(data: Dataset, folder: Path) -> None:
    """All figures of the data report as data-*.svg and data-signals.png."""
    _defect_rate(data, folder / "data-defect-rate.svg")
    _signals(data, folder / "data-signals.png")
    _autocorrelation(data, folder / "data-autocorrelation.svg")
    _correlations(data, folder / "data-correlations.svg")
    _defects(data, folder / "data-defects.svg")


def _defect_rate(data: Dataset, path: Path) -> None:
    """Moving defect rate over the distinct shots, campaigns side by side, their twins' share below."""
    figure, (rate, twins) = new_figure(8, 3.6, rows=2)
    shots = data.distinct
    size = np.bincount(data.group)[data.group[shots]]
    for c, campaign in enumerate(stats.campaigns(data)):
        at = np.flatnonzero(data.campaign[shots] == c)
        colour = BLUE if campaign.product == 1 else ORANGE
        rate.plot(at, _moving(data.y[shots][at]), color=colour, lw=1.2)
        rate.hlines(campaign.rate, at[0], at[-1], color=INK, lw=0.8, ls=":")
        rate.text(at.mean(), 0.97, f"{c + 1}", ha="center", va="top", transform=rate.get_xaxis_transform())
        twins.plot(at, _moving(size[at] > 1), color=colour, lw=1.2)
        for axis in (rate, twins):
            axis.axvline(at[0], color=GREY, lw=0.5)
    rate.plot([], [], color=BLUE, label="product 1")
    rate.plot([], [], color=ORANGE, label="product 2")
    rate.plot([], [], color=INK, lw=0.8, ls=":", label="campaign's rate")
    legend(rate)
    rate.set(title=f"Defective share, moving over {WINDOW} distinct shots (campaigns 1-6)", ylim=(0, 0.75), xticks=[])
    twins.set(title="Share of the shots that were logged more than once", ylim=(-0.05, 1.05), xlabel="distinct shot")
    save(figure, path)


def _moving(values: BoolArray | IntArray) -> FloatArray:
    total = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(len(values))
    low, high = np.maximum(0, at - WINDOW // 2), np.minimum(len(values), at + WINDOW // 2)
    return np.asarray((total[high] - total[low]) / (high - low))


def _signals(data: Dataset, path: Path) -> None:
    """Each signal by campaign, about the median of its product: what moves from run to run."""
    constant = stats.constants(data)
    varying = [i for i in range(2, len(FEATURES)) if i not in constant]
    columns = 5
    figure, axes = new_figure(10, 7, rows=-(-len(varying) // columns), columns=columns)
    shots = data.distinct
    product = data.product[shots]
    for axis, i in zip(axes, varying, strict=False):
        column = data.X[shots, i]
        for c, campaign in enumerate(stats.campaigns(data)):
            own = product == campaign.product
            values = column[data.campaign[shots] == c] - np.nanmedian(column[own])
            low, first, median, third, high = np.nanquantile(values, [0.05, 0.25, 0.5, 0.75, 0.95])
            colour = BLUE if campaign.product == 1 else ORANGE
            axis.plot([c + 1, c + 1], [low, high], color=colour, lw=1.5)
            axis.plot([c + 1, c + 1], [first, third], color=colour, lw=6, solid_capstyle="butt")
            axis.plot(c + 1, median, "_", color=INK, ms=7, mew=1.2)
        axis.axhline(0, color=GREY, lw=0.5)
        axis.set_title(short(FEATURES[i]), fontsize=8)
        axis.tick_params(labelsize=7)
        axis.locator_params(axis="y", nbins=3)
        axis.set_xticks(range(1, int(data.campaign.max()) + 2))
    for axis in axes[len(varying) :]:
        axis.set_axis_off()
    figure.suptitle(
        "Deviation from the product's median by campaign: median, middle half, 5 to 95 % (blue product 1, orange 2)",
        fontsize=9,
    )
    save(figure, path)


def _autocorrelation(data: Dataset, path: Path) -> None:
    figure, (axis,) = new_figure(7, 3.6)
    shots = data.distinct
    run = data.run[shots]
    constant = stats.constants(data)
    for i in range(2, len(FEATURES)):
        if i in constant:
            continue
        slow = FEATURES[i] in SLOW_CHANNELS
        values = [stats.autocorrelation(data.X[shots, i], run, lag) for lag in LAGS]
        axis.plot(range(len(LAGS)), _floats(values), color=BLUE if slow else GREY, lw=1.4 if slow else 0.8)
    label = [stats.autocorrelation(data.y[shots].astype(np.float64), run, lag) for lag in LAGS]
    axis.plot(range(len(LAGS)), _floats(label), color=RED, lw=2, ls="--")
    axis.plot([], [], color=BLUE, lw=1.4, label="slow channels")
    axis.plot([], [], color=GREY, lw=0.8, label="other signals")
    axis.plot([], [], color=RED, lw=2, ls="--", label="defective or not")
    legend(axis)
    axis.axhline(0, color=INK, lw=0.6)
    axis.set(title="Autocorrelation inside runs", xlabel="shots before", ylabel="correlation", ylim=(-0.2, 1.02))
    axis.set_xticks(range(len(LAGS)), [str(lag) for lag in LAGS])
    save(figure, path)


def _floats(values: list[float | None]) -> list[float]:
    return [float("nan") if v is None else v for v in values]


def _correlations(data: Dataset, path: Path) -> None:
    products = np.unique(data.product)
    figure, axes = new_figure(5.2 * len(products), 5, columns=len(products))
    image = None
    for axis, product in zip(axes, products, strict=True):
        names, matrix = stats.correlations(data, int(product))
        image = axis.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
        axis.set_xticks(range(len(names)), [short(n) for n in names], rotation=90, fontsize=6.5)
        axis.set_yticks(range(len(names)), [short(n) for n in names], fontsize=6.5)
        axis.set_title(f"Spearman correlation, product {product}")
    if image is not None:
        figure.colorbar(image, ax=axes, shrink=0.7)
    save(figure, path)


def _defects(data: Dataset, path: Path) -> None:
    figure, (axis,) = new_figure(7, 3.4)
    counts = stats.defect_counts(data)[:, :, 0]
    order = np.argsort(counts.sum(axis=1))
    left = np.zeros(len(order))
    for p, product in enumerate(np.unique(data.product)):
        axis.barh(
            range(len(order)), counts[order, p], left=left, color=(BLUE, ORANGE)[p % 2], label=f"product {product}"
        )
        left += counts[order, p]
    names = [DEFECT_TYPES[i].replace("_", " ") for i in order]
    axis.set_yticks(range(len(order)), names)
    for y, total in enumerate(left):
        axis.text(total, y, f" {total:.0f}", va="center", fontsize=7.5)
    axis.set(title="Distinct shots with the defect, in either cavity", xlabel="shots")
    axis.legend(loc="lower right", frameon=False)
    save(figure, path)
