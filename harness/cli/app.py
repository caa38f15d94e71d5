"""The commands (typer); each reads its arguments and hands over to the rooms below.

Commands that drive devices import their rooms when they are called, so that ``replay`` and
``assess`` work without a device library.
"""

import sys
from itertools import chain
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.markup import escape

from harness.cli import output
from harness.cli.allure import allure
from harness.cli.answer import answer, answers_app, judge
from harness.cli.catalogue import catalogue_app
from harness.cli.countersign import countersign, withdraw
from harness.cli.diff import diff
from harness.cli.dossier import chosen, dossier_app
from harness.cli.job import job_app
from harness.cli.keys import lab_signer
from harness.cli.log import log_app
from harness.cli.outcome import show_outcome
from harness.cli.output import JsonOption
from harness.cli.override import override
from harness.cli.pretest_options import pretest
from harness.cli.redact import redact
from harness.cli.reference_devices import reference_app
from harness.cli.sign import sign
from harness.cli.terminal import Terminal, show_error, take_over
from harness.cli.timestamp import timestamp
from harness.cli.trust import trust_app
from harness.cli.vault import lock, unlock
from harness.config import load_bench, load_confirmations, load_dossier
from harness.encoding.text import neutralise, neutralise_lines
from harness.errors import CertbenchError, ConfigError, MissingExtraError, UsageError
from harness.model.bench_config import BenchConfig
from harness.model.states import Purpose
from harness.replay.replaying import replay
from harness.replay.sealing import add_assessments
from harness.report.html import headline
from harness.survey.run_directory import locate, read_order
from harness.testing.suites import find_frameworks

app = typer.Typer(
    name="certbench",
    help="Test a connected device against security frameworks, with evidence anyone can check.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(catalogue_app, name="catalogue")
app.add_typer(reference_app, name="reference")
app.add_typer(log_app, name="log")
app.add_typer(dossier_app, name="dossier")
app.add_typer(job_app, name="job")
app.add_typer(trust_app, name="trust")
app.add_typer(answers_app, name="answers")
app.command()(sign)
app.command()(timestamp)
app.command()(pretest)
app.command()(countersign)
app.command()(withdraw)
app.command()(redact)
app.command()(diff)
app.command()(allure)
app.command()(lock)
app.command()(unlock)
app.command()(answer)
app.command()(judge)
app.command()(override)

console = Terminal()

BenchArgument = Annotated[Path, typer.Argument(metavar="BENCH", help="bench.toml or its folder")]
JobOption = Annotated[
    Path | None, typer.Option(metavar="FILE", help="job record (certbench job); a test needs one")
]
FrameworkOption = Annotated[
    list[str], typer.Option("-f", "--framework", help="slug or slug@version; may be repeated")
]


def run_app() -> None:
    """Run the command; deliberate errors become one line and an exit code.

    A defect of certbench itself exits with 3, like any fault of the bench: Python's own exit
    status 1 would say "not conformant".
    """
    take_over(console)
    try:
        app()
    except CertbenchError as error:
        _stop(error)
    except Exception as error:  # noqa: BLE001  (the last guard; shown whole)
        missing = error.name if isinstance(error, ModuleNotFoundError) else None
        if missing and missing.split(".")[0] not in {"harness", "test_suites"}:
            _stop(MissingExtraError("bench", f"this command (no module {missing!r})"))
        show_error(console, error)
        console.print("[bold red]certbench:[/] this is a defect; please report it")
        sys.exit(CertbenchError.exit_code)


def _stop(error: CertbenchError) -> NoReturn:
    # What a person wrote is explained line by line; any other message may quote a device.
    written = isinstance(error, ConfigError)
    text = neutralise_lines(str(error)) if written else neutralise(str(error), 2000)
    console.print(f"[bold red]certbench:[/] {escape(text)}", soft_wrap=written)
    sys.exit(error.exit_code)


@app.command()
def plan(bench: BenchArgument, framework: FrameworkOption, *, as_json: JsonOption = False) -> None:
    """Show every unit: how it is decided on this bench, or why it is not."""
    from harness.cli import plan_view
    from harness.cli.surveying import Framework, plans

    config, dossier = load_bench(bench), load_dossier(bench)
    frameworks = [Framework.of(*found) for found in find_frameworks(framework)]
    tests, survey = plans(frameworks, config, dossier)
    _, with_people = plans(frameworks, config, dossier, people=True)
    way = plan_view.way_of(frameworks, tests, (survey, with_people), config, dossier)
    given = load_confirmations(bench)
    views = [
        plan_view.PlanView(test, entry.catalogue, given)
        for test, entry in zip(tests, frameworks, strict=True)
    ]
    if as_json:
        documents = [plan_view.to_json(view, way) for view in views]
        many = {"schema": "certbench/plans/1", "plans": documents}
        output.print_json(documents[0] if len(documents) == 1 else many)
        return
    plan_view.show(console, views, way, survey)


@app.command()
def survey(  # noqa: PLR0913  (a part of the options of run)
    bench: BenchArgument,
    out: Annotated[Path, typer.Option("-o", "--out", help="run directory to create")],
    framework: FrameworkOption = [],  # noqa: B006  (typer copies it)
    *,
    suite: Annotated[list[Path], typer.Option("--suite", help="folder of a suite")] = [],  # noqa: B006
    purpose: Purpose = Purpose.PRETEST,
    seed: int | None = None,
    job: JobOption = None,
) -> None:
    """Survey the samples of a bench and stop: no judging, no bundle."""
    config = load_bench(bench)
    _enter_namespace(config)
    from harness.cli.running import Wish, begin

    named = tuple(framework), tuple(suite)
    wish = Wish(bench, *named, out=out, purpose=purpose, seed=seed, job=job)
    begin(wish, config, console, judged=False)


@app.command()
def run(  # noqa: PLR0913  (the options of the main command)
    bench: Annotated[
        Path | None, typer.Argument(metavar="BENCH", help="bench.toml or its folder")
    ] = None,
    framework: FrameworkOption = [],  # noqa: B006  (typer copies it)
    *,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="folder to create")] = None,
    purpose: Annotated[Purpose, typer.Option(help="what the run is for")] = Purpose.PRETEST,
    only: Annotated[
        list[str], typer.Option(help="a test group, case or unit; may be repeated")
    ] = [],  # noqa: B006  (typer copies it)
    into: Annotated[
        Path | None, typer.Option(help="finished run: repeat there what --only names")
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="DIR", help="go on with a run that died; no other option")
    ] = None,
    answers: Annotated[Path | None, typer.Option(help="scripted answers, marked as such")] = None,
    operator: Annotated[
        str, typer.Option(help="your name: you are at the bench and answer questions")
    ] = "",
    wait: Annotated[
        float,
        typer.Option(
            metavar="MINUTES",
            min=0,
            help="hold each visit open so long for people on the page of certbench answer",
        ),
    ] = 0,
    key: Annotated[Path | None, typer.Option(help="signing key: PEM file, env:, pkcs11:")] = None,
    seed: Annotated[int | None, typer.Option(help="seed of everything made up")] = None,
    job: JobOption = None,
    as_json: JsonOption = False,
) -> None:
    """Survey, judge, seal and report: the whole way on one bench."""
    told = bool(framework or out or answers or operator or wait or key or seed is not None)
    if answers and wait:
        raise UsageError("--answers and --wait exclude each other: who answers?")
    if resume is not None and (told or bench or only or into or job):
        raise UsageError("--resume takes no other option: the run's folder says what was ordered")
    if into is not None and (told or not only):
        mend = "--into takes BENCH, --only and --job: the rest is as the first run had it"
        raise UsageError(mend)
    _enter_namespace(_config_of(bench, resume))
    from harness.cli import running

    if resume is not None:
        done = running.resume(resume, console)
    elif bench is None:
        raise UsageError("name a bench.toml, or a run with --resume")
    elif into is not None:
        done = running.repeat(into, bench, tuple(only), console, job)
    else:
        what = (tuple(framework), (), tuple(only))
        people = (operator, answers, wait * 60)
        wish = running.Wish(bench, *what, out, purpose, seed, key, *people, job)
        done = running.begin(wish, load_bench(bench), console)
    show_outcome(console, done, as_json=as_json)


@app.command()
def seal(
    run: Annotated[Path, typer.Argument(metavar="DIR", help="folder of a run that died")],
    *,
    as_json: JsonOption = False,
) -> None:
    """Close a run that died where it stands, judge it, and seal it as partial."""
    from harness.cli import running

    show_outcome(console, running.seal_partial(run), as_json=as_json)


def _config_of(bench: Path | None, resumed: Path | None) -> BenchConfig | None:
    """The bench config that a command works on, as far as anything names one."""
    if bench is not None:
        return load_bench(bench)
    return read_order(locate(resumed)).bench if resumed is not None else None


@app.command(name="replay")
def replay_command(
    bundle: Annotated[Path, typer.Argument(help="bundle (folder or zip) or run directory")],
    framework: FrameworkOption = [],  # noqa: B006  (typer copies it)
    *,
    as_json: JsonOption = False,
) -> None:
    """Judge a bundle's captures again, without the device, and compare."""
    results = replay(bundle, framework)
    documents = [output.replay_json(entry) for entry in results]
    if as_json:
        many = {"schema": "certbench/replays/1", "replays": documents}
        output.print_json(documents[0] if len(documents) == 1 else many)
    for entry, document in zip(results, documents, strict=True):
        name, count = entry.recomputed.framework, document["recomputed"]
        if entry.recorded is None:
            console.print(f"{name}: judged anew: {headline(entry.recomputed)}")
        elif entry.differences:
            console.print(f"{name}: {len(entry.differences)} units differ")
            for found in entry.differences:
                console.print(
                    f"  {found.unit}: recorded {found.recorded}, recomputed {found.recomputed} "
                    f"(cause: {escape(found.cause)})"
                )
        else:
            console.print(f"{name}: {count} units recomputed, every verdict the same")
        for unit, why in entry.not_recomputable.items():
            console.print(f"  {unit}: not recomputable here: {escape(neutralise(why, 500))}")
    if any(entry.differences and entry.same_judge for entry in results):
        raise typer.Exit(4)


@app.command()
def assess(
    bundle: Annotated[Path, typer.Argument(help="sealed bundle (folder or zip)")],
    framework: FrameworkOption,
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="folder for the new bundle")],
    key: Annotated[Path | None, typer.Option(help="signing key (PEM)")] = None,
    bench: Annotated[
        Path | None, typer.Option(help="bench config whose confirmations of catalogues count")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Judge a bundle under further frameworks: new assessments, the survey untouched."""
    given = load_confirmations(bench) if bench else ()
    assessments, sealed = add_assessments(
        bundle, find_frameworks(framework), out, lab_signer(key), given
    )
    judged = [(entry, output.catalogue_in(sealed, entry)) for entry in assessments]
    if as_json:
        documents = [output.run_json(*pair, sealed.purpose, str(sealed.archive)) for pair in judged]
        output.print_json(output.runs_json(documents, str(sealed.archive)))
    else:
        for entry, catalogue in judged:
            output.show_assessment(console, entry, catalogue)
        console.print(f"bundle  {output.from_here(sealed.archive)}", soft_wrap=True)
    raise typer.Exit(output.exit_code(assessments))


@app.command()
def demo(
    benches: Annotated[Path, typer.Option(help="folder of the example benches")] = Path(
        "bench_configs"
    ),
    reports: Annotated[Path, typer.Option(help="where to leave the bundles")] = Path("reports"),
) -> None:
    """The reference router, hardened and weak, through every command."""
    from harness.cli.demo import demonstrate

    demonstrate(benches, reports, console)


@app.command()
def init(  # noqa: PLR0913  (every question has an option)
    folder: Annotated[Path, typer.Argument(help="folder of the new bench")] = Path(),
    *,
    name: Annotated[str | None, typer.Option(help="name of the bench")] = None,
    address: Annotated[str | None, typer.Option(help="IP address of the sample, or none")] = None,
    serial: Annotated[str | None, typer.Option(help="serial console, or none")] = None,
    supplier: Annotated[str | None, typer.Option(help="who makes the device")] = None,
    model: Annotated[str | None, typer.Option(help="the device's model")] = None,
    framework: FrameworkOption = ["etsi-en-303-645"],  # noqa: B006  (typer copies it)
    trial: Annotated[
        bool | None, typer.Option("--try/--no-try", help="try the links now; asked if left out")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="ask nothing, take every default")] = False,
) -> None:
    """Find out what this machine has, ask, and write commented bench.toml and dossier.toml.

    Overwrites nothing, and sends nothing unless you agree. The ICS lists every provision of the
    framework, none of them answered.
    """
    from harness.cli.init import Wishes, set_up

    wishes = Wishes(name, address, serial, supplier, model, trial, yes)
    set_up(folder, wishes, chosen(framework), console)


@app.command()
def doctor(
    bench: BenchArgument,
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="where run directories will be")] = Path(
        "reports"
    ),
    as_json: JsonOption = False,
) -> None:
    """Try every link of a bench, and say what is wrong and how to mend it.

    Sends a few TCP connections and at most carriage returns on the console. Exit status 0: nothing
    blocks a run; 2: a file is wrong; 3: something else blocks.
    """
    from harness.cli.doctor import examine, read_config, show

    config, checks = read_config(bench)
    if config is not None:
        _enter_namespace(config)
        checks = chain(checks, examine(config, out))
    raise typer.Exit(show(str(bench), checks, console, as_object=as_json))


@app.command()
def explain(
    subject: Annotated[
        str, typer.Argument(help="a provision, a unit, a criterion, or criterion@subject")
    ],
    *,
    evidence: Annotated[
        Path | None, typer.Option("--in", help="bundle (folder or zip) or run directory")
    ] = None,
    framework: Annotated[
        str, typer.Option("-f", "--framework", help="of this one only: slug or slug@version")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Say what is looked for, what was seen, why the verdict follows and what to change.

    Findings are called criterion@subject, as every list of findings shows them. Without --in only
    the rule is explained. Nothing is judged anew and no signature is checked.
    """
    from harness.cli.explain import explain as explain_subject
    from harness.cli.explain import show
    from harness.report.seen_views import SeenEvidence
    from harness.testing.suites import installed_suites

    frameworks = find_frameworks([framework] if framework else installed_suites())
    seen = SeenEvidence(evidence, framework) if evidence else None
    found = explain_subject(subject, frameworks, seen)
    if as_json:
        output.print_json(found.to_json())
    else:
        show(found, evidence, console)


def _enter_namespace(config: BenchConfig | None) -> None:
    """Go on in a private network namespace if the bench asks for one; may re-execute."""
    from harness.bench.namespace import enter_private_namespace

    if config is not None and config.bench.namespace == "private":
        enter_private_namespace([sys.executable, "-m", "harness.cli", *sys.argv[1:]])
