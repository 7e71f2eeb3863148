"""The report's sections on what each part adds: autoencoder, library, size of the latent layer."""

from collections.abc import Iterable

from .data_report import table
from .study_figures import TWELVE
from .study_plan import LATENTS, LIBRARIES, model_name
from .study_results import Difference, StudyResults
from .study_words import ORDER, direction, with_interval


def autoencoder_words(r: StudyResults) -> list[str]:
    """What the autoencoder adds to the inputs, and what it does not, for scikit-learn, from paired differences."""
    inputs = model_name("inputs", "sklearn", TWELVE)
    both, alone = model_name("both", "sklearn", TWELVE), model_name("latents", "sklearn", TWELVE)
    added = [d for p in ORDER if (d := r.difference(p, both, inputs)) is not None]
    instead = [d for p in ORDER if (d := r.difference(p, alone, inputs)) is not None]
    points = []
    for verdict in ("helps", "makes no measurable difference", "hurts"):
        for text, found in ((f"Adding the {TWELVE} latents to the 30 inputs", added),):
            those = [d for d in found if direction(d.metrics["roc_auc"]) == verdict]
            if those:
                points.append(f"{text} {verdict} on {_listed(those)}.")
    if instead:
        points.append(f"The {TWELVE} latents instead of the 30 inputs: {_listed(instead)}.")
    return points


def _listed(differences: Iterable[Difference]) -> str:
    return ", ".join(f"`{d.protocol}` (ROC-AUC {with_interval(d.metrics['roc_auc'], True)})" for d in differences)


def autoencoder(r: StudyResults) -> list[str]:
    """What the latents add, for every library and protocol."""
    head = ["protocol", "library", "against the 30 inputs", "ROC-AUC", "PR-AUC", "F1 tuned", "Brier", "rows"]
    rows = []
    for protocol in ORDER:
        for library in LIBRARIES:
            for features in ("both", "latents"):
                model = model_name("both" if features == "both" else "latents", library, TWELVE)
                d = r.difference(protocol, model, model_name("inputs", library, TWELVE))
                if d is not None:
                    cells = [with_interval(d.metrics[m], True) for m in ("roc_auc", "pr_auc", "f1_tuned", "brier")]
                    what = f"30 + {TWELVE}" if features == "both" else f"{TWELVE} alone"
                    rows.append([protocol, library, what, *cells, d.rows])
    words = [f"- {p}" for p in autoencoder_words(r)]
    return [
        "## What the autoencoder adds, and what it does not",
        "",
        *words,
        "- What it adds beyond the prediction: the reconstruction error and the distance of the latents say how "
        "unusual a "
        "shot is, which the trees cannot, and a shot far from anything seen is held instead of judged.",
        "",
        "Paired differences, model minus the 30 inputs of the same library; for Brier lower is better.",
        "",
        *table(head, rows),
        "![Paired differences to the 30 inputs](figures/study-autoencoder.svg)",
        "",
    ]


def libraries(r: StudyResults) -> list[str]:
    """The other libraries against scikit-learn."""
    base = model_name("both", "sklearn", TWELVE)
    rows = []
    for protocol in ORDER:
        for library in LIBRARIES[1:]:
            d = r.difference(protocol, model_name("both", library, TWELVE), base)
            if d is not None:
                cells = [with_interval(d.metrics[m], True) for m in ("roc_auc", "pr_auc", "brier")]
                rows.append([protocol, library, *cells, f"{direction(d.metrics['roc_auc'])}", d.rows])
    return [
        "## Libraries",
        "",
        f"Minus scikit-learn, all on 30 inputs + {TWELVE} latents. The released bundles use scikit-learn, whose "
        "trees are "
        "exported exactly.",
        "",
        *table(["protocol", "library", "ROC-AUC", "PR-AUC", "Brier", "against scikit-learn", "rows"], rows),
    ]


def latents(r: StudyResults) -> list[str]:
    """Latent layers of other sizes."""
    rows = []
    inputs = model_name("inputs", "sklearn", TWELVE)
    for protocol in ("grouped", "forward"):
        for size in LATENTS:
            cells = []
            for model in (model_name("both", "sklearn", size), model_name("latents", "sklearn", size)):
                found, d = r.figure(protocol, model), r.difference(protocol, model, inputs)
                cells += [
                    with_interval(found.metrics.roc_auc) if found else "–",
                    with_interval(d.metrics["roc_auc"], True) if d else "–",
                ]
            if any(c != "–" for c in cells):
                rows.append([protocol, size, *cells])
    return [
        "## Size of the latent layer",
        "",
        "scikit-learn; ROC-AUC, and its paired difference to the 30 inputs alone.",
        "",
        *table(["protocol", "latents", "30 + latents", "difference", "latents alone", "difference"], rows),
        "![Latent sizes](figures/study-latents.svg)",
        "",
    ]
