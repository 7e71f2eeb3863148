"""Writes the data report: what the log holds, what is wrong with it, and what follows for models."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from . import data_stats as stats
from .data_figures import write_figures
from .dataset import MIN_CAMPAIGN_SHOTS, Dataset
from .features import DEFECT_TYPES, FEATURES, N_FEATURES
from .protocols import TEST_SHARE

LAGS = (1, 10, 50)
STRONG = 0.9
"""Correlations above this are listed."""
CLUSTERED = 0.15
"""From this autocorrelation of the label on, defects are said to cluster inside runs."""
FEW = 60
"""Below this many distinct shots a defect type is too rare for a model of its own."""


def write_data_report(data: Dataset, docs: Path) -> Path:
    """Write `data-report.md` into `docs` and its figures into `docs/figures`; returns the report's path."""
    write_figures(data, docs / "figures")
    path = docs / "data-report.md"
    path.write_text("\n".join(_report(data)) + "\n", encoding="utf-8")
    return path


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A Markdown table and the blank line after it."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(str(cell) for cell in line) + " |" for line in lines] + [""]


def _report(data: Dataset) -> list[str]:
    return [
        "# Data report",
        "",
        "Written by `castwatch-train data`; every count is of distinct shots unless it says rows.",
        "",
        *_overview(data),
        *_campaigns(data),
        *_twins(data),
        *_signals(data),
        *_limits(data),
        *_missing(data),
        *_outliers(data),
        *_defects(data),
        *_dependence(data),
        *_consequences(data),
    ]


def _overview(data: Dataset) -> list[str]:
    shots = data.distinct
    products = ", ".join(f"product {p}: {(data.product[shots] == p).sum()}" for p in np.unique(data.product[shots]))
    return [
        "## What there is",
        "",
        *table(
            ["", ""],
            [
                ["file", f"`{data.path.name}`, SHA-256 `{data.sha256}`"],
                ["rows", f"{len(data)}, of which {data.repeated.sum()} ({data.repeated.mean():.1%}) repeat a shot"],
                ["distinct shots", f"{len(shots)} ({products})"],
                ["inputs", f"{N_FEATURES}, of which {len(stats.constants(data))} never vary"],
                ["defective", f"{data.y.mean():.1%} of the rows, {data.y[shots].mean():.1%} of the distinct shots"],
                ["runs and campaigns", f"{data.run.max() + 1} runs, {data.campaign.max() + 1} campaigns"],
                ["rows that lack a value", f"{np.isnan(data.X).any(axis=1).sum()}"],
            ],
        ),
        "A shot is defective when any of the 26 flags (13 types in 2 cavities) is set; flags count marks, 0 is good.",
        "",
    ]


def _campaigns(data: Dataset) -> list[str]:
    return [
        "## Campaigns",
        "",
        "A run ends where the shot counter falls or the product changes. A run of fewer than "
        f"{MIN_CAMPAIGN_SHOTS} distinct shots is a restart of the counter and joins the campaign before it.",
        "",
        *table(
            ["campaign", "product", "rows", "shots", "counter", "defective", "rate (Wilson 95 %)", "incomplete rows"],
            [
                [
                    c.number,
                    c.product,
                    c.rows,
                    c.shots,
                    f"{c.first_shot} to {c.last_shot}" + (f" in {c.runs} runs" if c.runs > 1 else ""),
                    c.defective,
                    f"{c.rate:.1%} ({c.low:.1%} to {c.high:.1%})",
                    c.incomplete_rows,
                ]
                for c in stats.campaigns(data)
            ],
        ),
        "![Moving defect rate](figures/data-defect-rate.svg)",
        "",
        "![Signals by campaign](figures/data-signals.png)",
        "",
    ]


def _twins(data: Dataset) -> list[str]:
    size = np.bincount(data.group)
    first_of = data.distinct
    agree = all((data.defects[data.group == g] == data.defects[first_of[g]]).all() for g in np.flatnonzero(size > 1))
    behind = np.flatnonzero(data.repeated)
    adjacent = bool((data.group[behind] == data.group[behind - 1]).all()) if len(behind) else True
    share = [
        f"campaign {c + 1}: {np.mean(size[data.group[first_of][data.campaign[first_of] == c]] > 1):.0%}"
        for c in np.unique(data.campaign)
    ]
    leak = stats.twin_share_of_random_test_rows(data, TEST_SHARE)
    return [
        "## Twins: shots logged more than once",
        "",
        f"{data.repeated.sum()} rows show a shot that an earlier row has shown, all 30 inputs equal; "
        f"the copies {'stand directly behind their original' if adjacent else 'do not always follow their original'} "
        f"and their defect flags {'always agree' if agree else 'do not always agree'}. A shot has at most "
        f"{size.max()} rows. Share of the shots logged more than once: {', '.join(share)}.",
        "",
        f"A random split of the rows with {TEST_SHARE:.0%} for testing therefore leaves a twin of about {leak:.0%} of "
        "the test rows in training, label included: it measures memory. Every leak-free protocol works on distinct "
        "shots.",
        "",
    ]


def _signals(data: Dataset) -> list[str]:
    head = ["input", "product", "min", "0.5 %", "5 %", "median", "95 %", "99.5 %", "max"]
    head += ["step", "values", "autocorrelation"]
    rows = []
    for s in stats.signals(data):
        numbers = [s.minimum, *s.quantiles, s.maximum, s.resolution]
        correlation = "" if s.autocorrelation is None else f"{s.autocorrelation:.2f}"
        rows.append([s.name, s.product, *(f"{v:.5g}" for v in numbers), s.values, correlation])
    return [
        "## Signals",
        "",
        "Step: the recording step, of which all differences are multiples. Values: how many different ones occur. "
        "Autocorrelation: with the shot before, inside a run, about the run's mean.",
        "",
        *table(head, sorted(rows, key=lambda r: (FEATURES.index(str(r[0])), r[1]))),
        *(
            f"- Product {c.product}: `Process_Casting_Pressure` is `Process_Cylinder_Pressure` x {c.factor:.3f} "
            f"(largest deviation {c.largest_error:.0f})."
            for c in stats.couplings(data)
        ),
        "",
    ]


def _limits(data: Dataset) -> list[str]:
    constant = stats.constants(data)
    limits = stats.stored_limits(data)
    wrong = [lim.name for lim in limits if lim.outside > 0.5]
    verdict = (
        f"The stored limits of {', '.join(f'`{n}`' for n in wrong)} are wrong: never alarm on them." if wrong else ""
    )
    return [
        "## Constants and stored limits",
        "",
        f"Never vary: {', '.join(f'`{FEATURES[i]}`' for i in constant) or 'none'}.",
        "",
        *table(
            ["signal", "stored limits", "readings", "shots outside"],
            [
                [x.name, f"{x.low:g} to {x.high:g}", f"{x.smallest:g} to {x.largest:g}", f"{x.outside:.0%}"]
                for x in limits
            ],
        ),
        *([verdict, ""] if verdict else []),
    ]


def _missing(data: Dataset) -> list[str]:
    gaps = np.isnan(data.X)
    rows = np.flatnonzero(gaps.any(axis=1))
    if not len(rows):
        return ["## Missing values", "", "None.", ""]
    names = [FEATURES[i] for i in np.flatnonzero(gaps.any(axis=0))]
    together = bool((gaps[rows][:, gaps.any(axis=0)]).all())
    return [
        "## Missing values",
        "",
        f"{len(rows)} rows ({len(np.unique(data.group[rows]))} shots) lack {', '.join(f'`{n}`' for n in names)}"
        f"{', always together' if together else ''}; they stand between rows {rows[0] + 1} and {rows[-1] + 1}, in "
        f"campaign {', '.join(str(c + 1) for c in np.unique(data.campaign[rows]))}. The pipeline fills them with "
        "training medians so that the arithmetic is defined; the verdict on such a shot is HOLD.",
        "",
    ]


def _outliers(data: Dataset) -> list[str]:
    aborted, long = stats.aborted(data), stats.long_cycles(data)
    extreme = [s for s in stats.signals(data) if s.extreme]
    bad = f"{data.y[long].sum()} of them defective"
    return [
        "## Outliers",
        "",
        f"- Aborted shots (fast speed below half of the product's median): {len(aborted)}, "
        f"{data.y[aborted].sum()} of them defective.",
        f"- Cycles longer than {stats.LONG_CYCLE} medians (a stop in between): {len(long)}, {bad}; the longest "
        f"lasted {np.nanmax(data.X[:, stats.F['Process_Cycle_Time']]):g} s.",
        f"- Values more than {stats.EXTREME:g} robust standard deviations from the median of their product: "
        + ("; ".join(f"{s.name} {s.extreme} (product {s.product})" for s in extreme) or "none")
        + ". Where many shots are extreme the signal has a second level, not outliers.",
        "",
        "A model must stay finite and bounded on all of them: inputs are clipped after scaling.",
        "",
    ]


def _defects(data: Dataset) -> list[str]:
    counts = stats.defect_counts(data)
    products = np.unique(data.product)
    order = np.argsort(-counts[:, :, 0].sum(axis=1), kind="stable")
    rows = [
        [DEFECT_TYPES[i], counts[i, :, 0].sum(), *counts[i, :, 0], counts[i, :, 1].sum(), counts[i, :, 2].sum()]
        for i in order
    ]
    frequent = [DEFECT_TYPES[i] for i in order if counts[i, :, 0].sum() >= FEW]
    marked = (data.defects[data.distinct] > 0).sum(axis=1)
    return [
        "## Defects",
        "",
        *table(["type", "shots", *(f"product {p}" for p in products), "cavity 1", "cavity 2"], rows),
        f"{(marked > 1).sum()} of {(marked > 0).sum()} defective shots carry more than one flag. Types with at least "
        f"{FEW} shots: {', '.join(frequent)}; the others are too rare for a model of their own.",
        "",
        "![Defect frequencies](figures/data-defects.svg)",
        "",
    ]


def _dependence(data: Dataset) -> list[str]:
    shots = data.distinct
    run = data.run[shots]
    label = [stats.autocorrelation(data.y[shots].astype(np.float64), run, lag) for lag in LAGS]
    slow = [
        s
        for s in stats.signals(data)
        if s.autocorrelation is not None and s.autocorrelation > STRONG and s.name != "Process_Shot"
    ]
    pairs = []
    for product in np.unique(data.product):
        names, matrix = stats.correlations(data, int(product))
        for i, j in zip(*np.nonzero(np.triu(np.abs(matrix), 1) > STRONG), strict=True):
            pairs.append(f"{names[i]} and {names[j]} ({matrix[i, j]:+.2f}, product {product})")
    return [
        "## Dependence",
        "",
        f"- Signals that hardly move from one shot to the next (autocorrelation above {STRONG}): "
        + (", ".join(sorted({s.name for s in slow}, key=FEATURES.index)) or "none")
        + ". Control limits that assume independent shots do not hold for them.",
        f"- Defects inside a run {'are nearly independent' if abs(label[0] or 0) < CLUSTERED else 'cluster'}: "
        "autocorrelation of the label "
        + ", ".join(f"{_number(v)} after {lag}" for lag, v in zip(LAGS, label, strict=True))
        + ".",
        f"- Rank correlations above {STRONG}: {'; '.join(pairs) or 'none'}.",
        "",
        "![Autocorrelation](figures/data-autocorrelation.svg)",
        "",
        "![Correlations](figures/data-correlations.svg)",
        "",
    ]


def _number(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.2f}"


def _consequences(data: Dataset) -> list[str]:
    rates = [c.rate for c in stats.campaigns(data)]
    return [
        "## What follows",
        "",
        f"- The defect rate runs from {min(rates):.1%} to {max(rates):.1%} between campaigns, and most signals shift "
        "with the campaign. A model can score well by telling campaigns apart; `campaign table` beside every figure "
        "shows how far that alone goes.",
        "- Figures that predict the future come from distinct shots cut in time (`forward`, `blocks`, `campaign`); "
        "`grouped` has neighbours in time on both sides; `legacy` has the shot itself.",
        "- Limits are set per product, from readings, never from the stored Min/Max.",
        "- The die temperature, a main cause in every guide, is not recorded.",
        "",
    ]
