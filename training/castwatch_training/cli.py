"""The command `castwatch-train`. Each command imports what it needs when it runs, so that all start fast."""

import re
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from .console import ERR, OUT, counted, steps, table
from .errors import CastwatchError, DataNotFoundError, ProofError

if TYPE_CHECKING:
    from .bundle_schema import Policy
    from .proof import Proof

REPOSITORY = Path(__file__).resolve().parents[2]
DOCS = REPOSITORY / "docs"
MODELS = REPOSITORY / "public" / "models"

app = typer.Typer(
    name="castwatch-train",
    help="From the raw die-casting log to proven, signed model bundles.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

DataArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[CSV]", help="The data set; else DIECAST_DATA, training/data/, ../shared/data/."),
]
DataOption = Annotated[
    Path | None,
    typer.Option("--data", metavar="CSV", help="The data set; else DIECAST_DATA, training/data/, ../shared/data/."),
]
DocsOption = Annotated[Path, typer.Option("--docs", help="Folder of the reports.", show_default="docs/")]
ModelsOption = Annotated[Path, typer.Option("--models", help="Folder of the bundles.", show_default="public/models/")]
KeyOption = Annotated[
    Path | None,
    typer.Option("--key", help="Private signing key (PEM); else CASTWATCH_SIGNING_KEY, else the development key."),
]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Processes; else one a core.")]


@app.command()
def data(csv: DataArgument = None, docs: DocsOption = DOCS) -> None:
    """Describe the data set: docs/data-report.md and its figures."""
    with steps("data") as step:
        step("reading")
        from .data_report import write_data_report
        from .dataset import load_dataset

        found = load_dataset(csv)
        step("writing the report and its figures")
        report = write_data_report(found, docs)
    OUT.print(f"{len(found)} rows, {len(found.distinct)} distinct shots -> {report}", soft_wrap=True)


@app.command()
def study(
    csv: DataOption = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A cut-down study in at most three minutes, without the protocol `online`.")
    ] = False,
    resume: Annotated[
        bool, typer.Option("--resume/--fresh", help="Reuse the fits that were finished before, or do all anew.")
    ] = True,
    report_only: Annotated[
        bool, typer.Option("--report-only", help="Only write the report and figures anew from model-study.json.")
    ] = False,
    online_only: Annotated[
        bool,
        typer.Option("--online-only", help="Only run the protocol `online` anew and add it to model-study.json."),
    ] = False,
    workers: WorkersOption = None,
    docs: DocsOption = DOCS,
) -> None:
    """Compare features, libraries, latent sizes and recipes under every protocol: docs/model-study.md."""
    from .study_report import write_study_report
    from .study_results import read_results, write_results

    if report_only:
        OUT.print(f"-> {write_study_report(read_results(docs), docs)}", soft_wrap=True)
        return
    with steps("study") as step:
        step("reading the data")
        from .dataset import load_dataset
        from .fit_cache import FITS, FitCache
        from .fit_runner import cores, run_jobs
        from .online_folds import TRAININGS, campaigns, online_jobs
        from .online_study import online_section
        from .study import summarise, work
        from .study_plan import make_plan, study_jobs

        found = load_dataset(csv)
        plan = make_plan(quick)
        if not resume:
            FITS.unlink(missing_ok=True)
        cache = FitCache(FITS, found.sha256)
        online = online_only or not quick
        jobs = [*([] if online_only else study_jobs(plan, found)), *(online_jobs(found) if online else [])]
    try:
        with counted("fits", len(jobs)) as advance:
            run_jobs(found, jobs, cache, workers or cores(), lambda job: advance(job.label))
    except KeyboardInterrupt:
        ERR.print("Interrupted. Every finished fit is kept; the same command goes on from here.")
        raise typer.Exit(130) from None
    if online_only:
        results = read_results(docs)
    else:
        with counted("figures", work(plan)) as advance:
            results = summarise(plan, found, cache, workers or cores(), advance)
    if online:
        with steps("online") as step:
            section = online_section({training: campaigns(training, found, cache) for training in TRAININGS}, step)
        results = results.model_copy(update={"online": section})
    write_results(results, docs)
    OUT.print(f"-> {write_study_report(results, docs)}", soft_wrap=True)


@app.command()
def release(
    kind: Annotated[Literal["field", "legacy"], typer.Option("--kind", help="Which line of the release table.")],
    csv: DataOption = None,
    models: ModelsOption = MODELS,
    key: KeyOption = None,
    current: Annotated[bool, typer.Option("--current", help="Make it the bundle that the app uses.")] = False,
    docs: DocsOption = DOCS,
) -> None:
    """Train, prove and write a bundle, and list it in the signed manifest; refused when a proof fails."""
    with steps(f"release {kind}") as step:
        step("reading the data")
        from . import release as releasing
        from .dataset import load_dataset
        from .signing import signing_key_path
        from .study_results import FILE_NAME, read_results

        found = load_dataset(csv)
        studied = read_results(docs) if (docs / FILE_NAME).exists() else None
        models.mkdir(parents=True, exist_ok=True)
        folder, proof = releasing.release(
            releasing.RELEASES[kind], found, models, signing_key_path(key), step, current=current, study=studied
        )
    _show_proof(proof)
    OUT.print(f"-> {folder}", soft_wrap=True)


@app.command()
def retrain(
    labels: Annotated[
        list[Path], typer.Option("--labels", metavar="EXPORT.CSV", help="Training export of the app; may be repeated.")
    ],
    csv: DataOption = None,
    models: ModelsOption = MODELS,
    key: KeyOption = None,
    version: Annotated[
        str | None, typer.Option("--release-version", metavar="X.Y.Z", help="Else the next minor version.")
    ] = None,
    date: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="Of the bundle; else today.")
    ] = None,
    current: Annotated[bool, typer.Option("--current", help="Make it the bundle that the app uses.")] = False,
    report: Annotated[
        Path | None, typer.Option("--report", help="The report (Markdown); else beside the first export.")
    ] = None,
    workers: WorkersOption = None,
) -> None:
    """Learn from a line's inspected shots, too; release a new field bundle only if that is measurably better."""
    if version is not None and not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version):
        raise typer.BadParameter(f"'{version}' is not a version such as 1.2.0")
    with steps("retrain") as step:
        step("reading the data")
        from . import retrain as retraining
        from .dataset import load_dataset
        from .labels import join
        from .release import RELEASES
        from .retrain_report import write_retrain_report
        from .signing import signing_key_path

        joined = join(load_dataset(csv), labels)
        plan = retraining.plan_for(
            RELEASES["field"],
            version or retraining.next_version(models),
            f"{date or datetime.now():%Y-%m-%d}",
        )
        outcome = retraining.retrain(
            plan, joined, models, signing_key_path(key), step, current=current, workers=workers
        )
    written = write_retrain_report(outcome, labels, report or labels[0].with_suffix(".retrain.md"))
    OUT.print(f"{joined.added} new labelled shots, {joined.defective} defective", soft_wrap=True)
    for reason in outcome.decision.reasons:
        OUT.print(f"  {_plain(reason)}", soft_wrap=True, highlight=False)
    OUT.print(f"-> {outcome.folder}" if outcome.folder else "not released", soft_wrap=True)
    OUT.print(f"-> {written}", soft_wrap=True)


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="A bundle folder.")],
    csv: DataArgument = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
    public_key: Annotated[
        Path | None, typer.Option("--public-key", help="Check the manifest's signature with this key (PEM), too.")
    ] = None,
) -> None:
    """Prove a bundle again from its files alone, with the data set where it is found."""
    with steps("verify") as step:
        from .dataset import load_dataset
        from .proof import verify_bundle

        try:
            found = load_dataset(csv)
        except DataNotFoundError:
            if csv is not None:
                raise
            found = None
        proof = verify_bundle(bundle, found, public_key, step)
    if as_json:
        import json

        print(json.dumps(proof.as_json()))
    else:
        _show_proof(proof)
    if not proof.ok:
        raise typer.Exit(ProofError.exit_code)


@app.command()
def score(
    bundle: Annotated[Path, typer.Argument(help="A bundle folder.")],
    csv: Annotated[Path, typer.Argument(metavar="CSV", help="Shots, labelled or not.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT.CSV", help="Where the verdicts go.")],
    budget: Annotated[
        float | None, typer.Option("--budget", min=0, max=1, help="Share of the shots to flag (default: the bundle's).")
    ] = None,
    cost_ratio: Annotated[
        float | None, typer.Option("--cost-ratio", min=0, help="Cost of a miss, in false alarms.")
    ] = None,
    threshold: Annotated[
        float | None, typer.Option("--threshold", min=0, max=1, help="Calibrated probability from which a shot is NG.")
    ] = None,
) -> None:
    """Judge a file of shots: OK, NG or HOLD for each row."""
    policy = _policy(budget, cost_ratio, threshold)
    with steps("score"):
        from .score import score_file

        scored = score_file(bundle, csv, output, policy)
    counts = ", ".join(f"{n} {name}" for name, n in scored.counts.items())
    OUT.print(f"{scored.rows} rows by {scored.bundle}: {counts} -> {output}", soft_wrap=True)


@app.command()
def keygen(
    private: Annotated[Path, typer.Argument(help="New private key (PEM); keep it outside the repository.")],
    public: Annotated[Path, typer.Argument(help="New public key (PEM).")],
) -> None:
    """Make a signing key pair (ECDSA P-256)."""
    from . import signing

    signing.keygen(private, public)
    OUT.print(f"-> {private} (private), {public} (public)", soft_wrap=True)


@app.command()
def sign(models: ModelsOption = MODELS, key: KeyOption = None) -> None:
    """Sign the manifest as it is, with another key."""
    from .manifest import sign_manifest
    from .signing import signing_key_path

    used = signing_key_path(key)
    sign_manifest(models, used)
    OUT.print(f"{models / 'manifest.sig'}: signed with {used}", soft_wrap=True)


def main() -> None:
    """Run the command; an expected failure is one message on stderr and an exit status, not a traceback."""
    try:
        app()
    except CastwatchError as error:
        ERR.print(f"[bold red]error:[/] {_plain(str(error))}", soft_wrap=True, highlight=False)
        raise SystemExit(error.exit_code) from None


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _policy(budget: float | None, cost_ratio: float | None, threshold: float | None) -> "Policy | None":
    given = [v is not None for v in (budget, cost_ratio, threshold)]
    if sum(given) > 1:
        raise typer.BadParameter("give one of --budget, --cost-ratio and --threshold")
    from .bundle_schema import BudgetPolicy, CostPolicy, FixedPolicy

    if budget is not None:
        return BudgetPolicy(kind="budget", flagged=budget)
    if cost_ratio is not None:
        return CostPolicy(kind="cost", ratio=cost_ratio)
    if threshold is not None:
        return FixedPolicy(kind="fixed", threshold=threshold)
    return None


def _show_proof(proof: "Proof") -> None:
    table(
        f"{proof.bundle}, {proof.bytes:,} bytes",
        ["rows of", "against", "rows", "max |dp|", "flips", ""],
        [
            [a.rows_of, a.against, f"{a.rows}", f"{a.max_dp:.1e}", f"{a.flips}", "ok" if a.ok else "FAILED"]
            for a in proof.agreements
        ],
    )
    if proof.webgpu:
        table(
            "WebGPU, in float32",
            ["rows of", "rows", "noisy", "run again", "max |dp|", "noisy max |dp|", "flips"],
            [
                [
                    s.name,
                    f"{s.rows}",
                    f"{s.noisy_rows}",
                    f"{s.recomputed}",
                    f"{s.max_dp:.1e}",
                    f"{s.max_dp_noisy:.1e}",
                    f"{s.flips}",
                ]
                for s in proof.webgpu
            ],
        )
    for claim in proof.passed:
        OUT.print(f"[green]ok[/]      {_plain(claim)}", soft_wrap=True, highlight=False)
    for claim in proof.skipped:
        OUT.print(f"skipped {_plain(claim)}", soft_wrap=True, highlight=False)
    for claim in proof.failures:
        OUT.print(f"[red]FAILED[/]  {_plain(claim)}", soft_wrap=True, highlight=False)


if __name__ == "__main__":
    main()
