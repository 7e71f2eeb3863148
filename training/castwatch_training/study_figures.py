"""The figures of the study's report, from its results alone."""

from collections.abc import Sequence
from pathlib import Path

from matplotlib.axes import Axes

from .card_schema import Estimate
from .plots import BLUE, GREEN, GREY, INK, ORANGE, RED, legend, new_figure, save
from .recipe import FIELD, LEGACY, OLD_RECIPE
from .study_plan import LATENTS, LIBRARIES, model_name
from .study_results import StudyResults
from .study_words import QUESTIONS

TWELVE = FIELD.autoencoder.latents
COLOURS = {
    FIELD.name: BLUE,
    LEGACY.name: ORANGE,
    OLD_RECIPE.name: RED,
    "twin_lookup": INK,
    "campaign_table": GREY,
}
MARKERS = {FIELD.name: "o", LEGACY.name: "s", OLD_RECIPE.name: "D", "twin_lookup": "x", "campaign_table": "^"}
LIBRARY_COLOURS = dict(zip(LIBRARIES, (BLUE, ORANGE, GREEN, RED), strict=True))


def write_study_figures(results: StudyResults, folder: Path) -> None:
    """All figures of the study as study-*.svg."""
    _protocols(results, folder / "study-protocols.svg")
    _autoencoder(results, folder / "study-autoencoder.svg")
    _latents(results, folder / "study-latents.svg")
    _splits(results, folder / "study-splits.svg")
    _reliability(results, folder / "study-reliability.svg")


def _point(axis: Axes, x: float, y: float, e: Estimate, colour: str, marker: str = "o", across: bool = False) -> None:
    """A value with its interval; `across` draws it along the x axis."""
    if e.value is None:
        return
    if e.low is not None and e.high is not None:
        ends = ([e.low, e.high], [y, y]) if across else ([x, x], [e.low, e.high])
        axis.plot(*ends, color=colour, lw=1.3)
    at = (e.value, y) if across else (x, e.value)
    axis.plot(*at, marker, color=colour, ms=6 if marker == "x" else 4.5, mew=1.8 if marker == "x" else 1)


def _present(results: StudyResults, models: Sequence[str]) -> list[str]:
    protocols = dict.fromkeys(f.protocol for f in results.figures if f.model in models)
    return [p for p in QUESTIONS if p in protocols]


def _protocols(results: StudyResults, path: Path) -> None:
    protocols = [p for p in _present(results, list(COLOURS)) if p != "log_blocks"]
    figure, (axis,) = new_figure(8, 3.6)
    for m, (model, colour) in enumerate(COLOURS.items()):
        for x, protocol in enumerate(protocols):
            found = results.figure(protocol, model)
            if found is not None:
                _point(axis, x + 0.13 * (m - 2), 0, found.metrics.roc_auc, colour, MARKERS[model])
        axis.plot([], [], MARKERS[model], color=colour, label=model.replace("_", " "))
    axis.axhline(0.5, color=GREY, lw=0.6, ls=":")
    axis.set_xticks(range(len(protocols)), [f"{p}\n{_wrapped(QUESTIONS[p])}" for p in protocols], fontsize=7.5)
    axis.set(title="ROC-AUC with 95 % intervals: memory, and what is left without it", ylabel="ROC-AUC")
    legend(axis)
    save(figure, path)


def _wrapped(text: str) -> str:
    words, lines = text.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 16:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _autoencoder(results: StudyResults, path: Path) -> None:
    """Paired differences to the 30 inputs alone, for both uses of the latents."""
    inputs = {lib: model_name("inputs", lib, TWELVE) for lib in LIBRARIES}
    protocols = [p for p in _present(results, list(inputs.values())) if p != "log_blocks"]
    figure, axes = new_figure(8.5, 1.2 + 0.55 * len(protocols), columns=2)
    for axis, features, title in zip(
        axes, ("both", "latents"), (f"30 inputs + {TWELVE} latents", f"{TWELVE} latents alone"), strict=True
    ):
        for y, protocol in enumerate(protocols):
            for i, library in enumerate(LIBRARIES):
                model = model_name("both" if features == "both" else "latents", library, TWELVE)
                found = results.difference(protocol, model, inputs[library])
                if found is not None:
                    e = found.metrics["roc_auc"]
                    _point(axis, 0, y + 0.17 * (i - 1.5), e, LIBRARY_COLOURS[library], across=True)
        axis.axvline(0, color=INK, lw=0.7)
        axis.set_yticks(range(len(protocols)), protocols)
        axis.invert_yaxis()
        axis.set(title=title, xlabel="ROC-AUC minus that of the 30 inputs")
    for library, colour in LIBRARY_COLOURS.items():
        axes[1].plot([], [], "o", color=colour, label=library)
    legend(axes[1])
    save(figure, path)


def _latents(results: StudyResults, path: Path) -> None:
    inputs = model_name("inputs", "sklearn", TWELVE)
    protocols = [p for p in ("grouped", "forward") if results.figure(p, inputs) is not None]
    figure, axes = new_figure(7, 3, columns=max(1, len(protocols)))
    for axis, protocol in zip(axes, protocols, strict=False):
        for shift, (features, colour) in ((-0.25, ("both", BLUE)), (0.25, ("latents", ORANGE))):
            for size in LATENTS:
                model = model_name("both" if features == "both" else "latents", "sklearn", size)
                found = results.difference(protocol, model, inputs)
                if found is not None:
                    _point(axis, size + shift, 0, found.metrics["roc_auc"], colour)
        axis.axhline(0, color=INK, lw=0.7)
        axis.set_xticks(LATENTS)
        axis.set(title=protocol, xlabel="latents")
    axes[0].set_ylabel("ROC-AUC minus\nthat of the 30 inputs")
    axes[-1].plot([], [], "o", color=BLUE, label="30 + latents")
    axes[-1].plot([], [], "o", color=ORANGE, label="latents alone")
    legend(axes[-1])
    save(figure, path)


def _splits(results: StudyResults, path: Path) -> None:
    order = (LEGACY.name, "twin_lookup", OLD_RECIPE.name, FIELD.name)
    models = [m for m in order if any(s.model == m for s in results.splits)]
    figure, axes = new_figure(8, 1.2 + 0.35 * len(models), columns=3)
    for axis, metric in zip(axes, ("f1", "roc_auc", "accuracy"), strict=True):
        for y, model in enumerate(models):
            for split in (s for s in results.splits if s.model == model):
                value = getattr(split, metric)
                if value is not None:
                    old = split.split_seed == 42
                    axis.plot(value, y, "o", color=INK if old else GREY, ms=6 if old else 4, alpha=1 if old else 0.7)
        axis.set_yticks(
            range(len(models)), [m.replace("_", " ") for m in models] if metric == "f1" else [""] * len(models)
        )
        axis.invert_yaxis()
        axis.set_title({"f1": "F1 at .5", "roc_auc": "ROC-AUC", "accuracy": "accuracy"}[metric])
    figure.suptitle("legacy protocol, one point a random split (dark: seed 42, the old headline's)", fontsize=9)
    save(figure, path)


def _reliability(results: StudyResults, path: Path) -> None:
    shown = [r for r in results.reliability if r.protocol == "grouped"]
    models = list(dict.fromkeys(r.model for r in shown))
    if not models:
        shown = [r for r in results.reliability if r.protocol == "forward"]
        models = list(dict.fromkeys(r.model for r in shown))
    figure, axes = new_figure(2.8 * len(models) + 1, 3, columns=len(models))
    for axis, model in zip(axes, models, strict=True):
        axis.plot([0, 1], [0, 1], color=GREY, lw=0.7, ls=":")
        for r in (r for r in shown if r.model == model):
            colour = BLUE if r.calibrated else ORANGE
            axis.plot([b.probability for b in r.bins], [b.defective for b in r.bins], "-o", color=colour, lw=1, ms=3.5)
            for b in r.bins:
                axis.plot([b.probability] * 2, [b.low, b.high], color=colour, lw=0.8)
        axis.set(
            title=f"{model.replace('_', ' ')}, {shown[0].protocol}", xlim=(0, 1), ylim=(0, 1), xlabel="probability"
        )
    axes[0].set_ylabel("share defective")
    axes[-1].plot([], [], "-o", color=ORANGE, ms=3.5, label="the model's own")
    axes[-1].plot([], [], "-o", color=BLUE, ms=3.5, label="calibrated")
    legend(axes[-1])
    save(figure, path)
