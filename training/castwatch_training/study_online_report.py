"""The report's section on the protocol `online`: learning a run from its inspections."""

from .data_report import table
from .line_memory import MIXTURE, RUN_RATE
from .study_results import OnlineRegret, OnlineSection, StudyResults
from .study_words import short, title, with_interval

MAIN = ((1.0, 20), (0.1, 20))
WORDS = {"others": "models and constants from all other campaigns", "earlier": "from the earlier campaigns alone"}


def online_lines(r: StudyResults) -> list[str]:
    """The section; empty where the study has not run the protocol."""
    section = r.online
    if section is None:
        return []
    online = section.online
    return [
        "## Learning a run from its inspections",
        "",
        "The protocol `online`: a campaign shot by shot, each predicted before its label can be known. A share of the "
        "shots is inspected at random, and a finding is known some shots later. What the line memory is made of stands "
        "in [line-memory.md](line-memory.md). Constants, start weights and shot models come from other campaigns: all "
        "others, or (from the third campaign on) the earlier ones alone. Mean log-loss over all shots, inspected or "
        f"not, and over {online.draws} draws of the inspected shots; intervals over blocks of {online.block} shots. "
        "`prior`: one rate for every shot; `hindsight`: each campaign's own rate, known beforehand.",
        "",
        *_main(section),
        *_grid(section),
        *_coverage(section),
        *_null(section),
        *_regret(section),
        *_constants(section),
    ]


def _main(section: OnlineSection) -> list[str]:
    rows = [
        [
            WORDS[f.training],
            f"{f.inspected:.0%}",
            f"`{f.predictor}`",
            with_interval(f.log_loss),
            with_interval(f.against_run_rate, True),
            with_interval(f.brier),
            with_interval(f.roc_auc),
            f.shots,
        ]
        for f in section.online.figures
        if (f.inspected, f.delay) in MAIN
    ]
    head = [
        "made",
        "inspected, known 20 shots later",
        "predictor",
        "log-loss",
        "minus run rate",
        "Brier",
        "ROC-AUC",
        "shots",
    ]
    return table(head, rows)


def _grid(section: OnlineSection) -> list[str]:
    figures = section.online.figures
    delays = sorted({f.delay for f in figures})
    shares = sorted({f.inspected for f in figures}, reverse=True)
    rows = []
    for training in WORDS:
        for predictor in (RUN_RATE, MIXTURE):
            for share in shares:
                found = {
                    f.delay: f
                    for f in figures
                    if (f.training, f.predictor, f.inspected) == (training, predictor, share)
                }
                if found:
                    cells = [short(found[d].log_loss.value) if d in found else "–" for d in delays]
                    rows.append([training, f"`{predictor}`", f"{share:.0%}", *cells])
    return [
        "Log-loss by share inspected and by how many shots later a finding is known:",
        "",
        *table(["made from", "predictor", "inspected", *(f"{d} later" for d in delays)], rows),
    ]


def _coverage(section: OnlineSection) -> list[str]:
    rows = [
        [c.training, f"{c.inspected:.0%}", c.delay, with_interval(c.coverage), c.intervals]
        for c in section.online.coverage
    ]
    return [
        "How often the 90 % interval held the defects of the next 50 shots:",
        "",
        *table(["made from", "inspected", "known after", "covered", "intervals"], rows),
    ]


def _null(section: OnlineSection) -> list[str]:
    rows = [
        [
            n.training,
            f"{n.inspected:.0%}",
            f"`{n.predictor}`",
            short(n.log_loss),
            short(n.shuffled),
            f"{short(n.low)} to {short(n.high)}",
            f"{n.p:.2f}",
        ]
        for n in section.online.null
    ]
    head = ["made from", "inspected", "predictor", "log-loss", "shuffled: mean", "95 %", "share as good"]
    shuffles = section.online.null[0].shuffles if section.online.null else 0
    return [
        f"The null: labels shuffled within each campaign ({shuffles} times), which leaves the rate and takes order and "
        "signals away. A predictor that is better in the real order than among the shuffles uses more than the "
        "run's rate.",
        "",
        *table(head, rows),
    ]


def _regret(section: OnlineSection) -> list[str]:
    worst: dict[tuple[str, int], OnlineRegret] = {}
    for one in section.regret:
        key = (one.training, one.campaign)
        if key not in worst or one.regret > worst[key].regret:
            worst[key] = one
    rows = [
        [o.training, o.campaign + 1, f"{o.inspected:.0%}", o.delay, f"`{o.best}`", short(o.regret, True)]
        for o in worst.values()
    ]
    most = max((o.against_run_rate for o in section.regret), default=0.0)
    return [
        "The mixture against the best predictor of each campaign, at the setting where it is furthest behind (nats a "
        f"shot). Over all campaigns and settings it is at most {short(most, True)} behind the run-rate tracker.",
        "",
        *table(["made from", "campaign", "inspected", "known after", "best", "mixture minus best"], rows),
    ]


def _constants(section: OnlineSection) -> list[str]:
    rows = []
    for one in section.constants:
        c = one.constants
        mixture = c.mixture
        starts = ", ".join(f"{title(n)} {w:g}" for n, w in mixture.start.items()) if mixture else "–"
        cells = [f"{c.prior:g}", f"{c.prior_strength:g}", f"{c.weight_cap_concentration:g}"]
        rows.append([one.training, one.campaign + 1, *cells, f"{mixture.rate:g}" if mixture else "–", starts])
    head = ["made from", "campaign left out", "prior", "strength", "concentration", "learning rate", "start weights"]
    return ["The constants each campaign was judged with:", "", *table(head, rows)]
