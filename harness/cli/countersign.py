"""``certbench countersign``, ``withdraw``: a certifier decides on a bundle, and takes it back."""

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Final

import typer
from pydantic import ValidationError
from rich.markup import escape

from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.config.explain import explain
from harness.encoding.clock import Clock, parse_utc
from harness.encoding.tree import Tree, read
from harness.errors import UsageError, VerificationError
from harness.evidence.amending import Amended, amend
from harness.evidence.archive import open_bundle
from harness.evidence.manifest import read_manifest
from harness.model.attestation import EvidencePredicate
from harness.model.decision import Decision, Outcome, Withdrawal
from harness.model.disclosure import Embargo
from harness.model.layout import CERTIFICATES, DECISION, STATEMENT
from harness.trust.certificates import MAX_PEM_BYTES, parse_certificates
from harness.trust.decision import (
    MAX_DECISION_BYTES,
    make_decision,
    make_withdrawal,
    parse_decision,
    sign_saying,
)
from harness.trust.dsse import MAX_ENVELOPE_BYTES, Envelope, parse_envelope
from harness.trust.key_reference import open_key
from harness.trust.oids import Use
from harness.trust.signing import check_fits, merge_certificates
from harness.trust.statement import parse_statement
from harness.verify.bundle import verify_bundle
from harness.verify.policy_file import load_policy, read_file
from harness.verify.report import Step, StepOutcome, StepResult, VerificationReport

console = Terminal()
_ROOT_DIGITS: Final = 64
BundleArgument = Annotated[Path, typer.Argument(metavar="BUNDLE", help="bundle (folder or zip)")]
KeyOption = Annotated[
    str, typer.Option(help="the certifier's P-256 key: a PEM file, env:NAME, or a pkcs11: URI")
]


def countersign(  # noqa: PLR0913  (the fields of a decision)
    bundle: BundleArgument,
    key: KeyOption,
    policy: Annotated[Path, typer.Option(help="policy.toml under which the bundle must hold")],
    certificate: Annotated[
        str, typer.Option("--certificate-number", metavar="NUMBER", help="the certifier's number")
    ],
    *,
    grant: Annotated[bool, typer.Option("--grant/--refuse", help="the decision")],
    framework: Annotated[
        list[str], typer.Option("-f", "--framework", help="slug@version; all that were assessed")
    ] = [],  # noqa: B006  (typer copies it)
    until: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="last day of the certificate"),
    ] = None,
    condition: Annotated[
        list[str], typer.Option(help="a condition, or the reason of a refusal; may be repeated")
    ] = [],  # noqa: B006
    embargo: Annotated[
        list[str],
        typer.Option(metavar="PATH", help="file that may be kept back; may be repeated"),
    ] = [],  # noqa: B006
    embargo_until: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%d"], metavar="DATE", help="last day of the embargo"),
    ] = None,
    embargo_reason: Annotated[str, typer.Option(help="why, for the public")] = "",
    cert: Annotated[
        Path | None, typer.Option(help="the certifier's certificates (PEM), to lie beside it")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="new bundle; otherwise BUNDLE is changed")
    ] = None,
    again: Annotated[
        bool, typer.Option("--replace", help="replace the decision that is there")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Decide on a bundle, and put the signed decision into it.

    Nothing is granted that does not hold under the policy, nor by a key that evaluated.
    """
    tree = open_bundle(bundle)
    if DECISION in tree.names() and not again:
        raise UsageError(f"{bundle}: holds a decision already; --replace replaces it")
    envelope, predicate = _statement(tree)
    embargoes = _embargoes(tree, embargo, embargo_until, embargo_reason)
    decision = _decision(
        outcome=Outcome.GRANT if grant else Outcome.REFUSE,
        certificate=certificate,
        frameworks=framework or [str(each.framework) for each in predicate.conclusions],
        decided=parse_utc(Clock().now()),
        until=until.date() if until else None,
        conditions=condition,
        embargoes=embargoes,
    )
    signer = open_key(key)
    made = make_decision(decision, predicate.bundle_root, envelope.payload)
    changes = {DECISION: sign_saying(made, signer)}
    if cert is not None:
        changes[CERTIFICATES] = _certificates(tree, cert, changes[DECISION])
    trust, asked = load_policy(policy)
    asked = replace(asked, certifiers=(*asked.certifiers, signer.public))
    report = verify_bundle(Amended(tree, changes), trust, asked, bundle)
    _require_held(report, decision.outcome)
    target = amend(bundle, changes, out)
    _tell(target, decision, predicate, as_json=as_json)


def withdraw(
    subject: Annotated[
        str, typer.Argument(metavar="BUNDLE|ROOT", help="the bundle, or its root (64 digits)")
    ],
    key: KeyOption,
    reason: Annotated[str, typer.Option(help="why, for the public")],
    out: Annotated[Path, typer.Option("-o", "--out", help="file to write: NAME.dsse.json")],
    *,
    certificate: Annotated[
        str,
        typer.Option("--certificate-number", metavar="NUMBER", help="this certificate only"),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Take a decision back: a signed file to publish, which verifiers are given."""
    root = subject
    if len(subject) != _ROOT_DIGITS or set(subject) - set("0123456789abcdef"):
        tree = open_bundle(Path(subject))
        root = _statement(tree)[1].bundle_root
        if not certificate and DECISION in tree.names():
            _, there = parse_decision(read(tree, DECISION, MAX_DECISION_BYTES))
            certificate = there.predicate.certificate
    try:
        said = Withdrawal(
            bundle_root=root,
            certificate=certificate,
            withdrawn=parse_utc(Clock().now()),
            reason=reason,
        )
    except ValidationError as error:
        raise UsageError(_problems(error, Withdrawal)) from error
    data = sign_saying(make_withdrawal(said), open_key(key))
    try:
        with out.open("xb") as stream:
            stream.write(data)
    except OSError as error:
        raise UsageError(f"{out}: cannot be written: {error.strerror}") from error
    document = {"schema": "certbench/withdrawal/1", "root": root, "certificate": certificate}
    if as_json:
        output.print_json({**document, "file": str(out)})
    else:
        what = f"certificate {certificate}" if certificate else "every decision"
        console.print(escape(f"{out}: withdraws {what} on bundle {root}"), soft_wrap=True)


def _statement(tree: Tree) -> tuple[Envelope, EvidencePredicate]:
    envelope = parse_envelope(read(tree, STATEMENT, MAX_ENVELOPE_BYTES))
    return envelope, parse_statement(envelope.payload).predicate


def _decision(**fields: object) -> Decision:
    try:
        return Decision.model_validate(fields)
    except ValidationError as error:
        raise UsageError(_problems(error, Decision)) from error


def _problems(error: ValidationError, model: type[Decision | Withdrawal]) -> str:
    found = explain(error, {}, model)
    return "; ".join(f"{each.key or 'decision'}: {each.what}. {each.mend}" for each in found)


def _embargoes(
    tree: Tree, paths: list[str], until: dt.datetime | None, reason: str
) -> tuple[Embargo, ...]:
    """An embargo on each file that is named by its path below the bundle, or by its leaf."""
    if not paths:
        return ()
    if until is None or not reason:
        raise UsageError("an embargo needs --embargo-until and --embargo-reason")
    leaves = {entry.leaf.hex() for entry in read_manifest(tree)}
    named = {
        path: entry.leaf.hex()
        for entry in read_manifest(tree)
        if (path := getattr(entry, "path", ""))
    }
    found: list[Embargo] = []
    for path in paths:
        leaf = path if path in leaves else named.get(path) or named.get(f"data/{path}")
        if leaf is None:
            raise UsageError(f"{path}: neither the path nor the leaf of a file of the bundle")
        found.append(Embargo(leaf=leaf, until=until.date(), reason=reason))
    return tuple(found)


def _certificates(tree: Tree, cert: Path, decision: bytes) -> bytes:
    """The certificates of the bundle, and those of the certifier, of which one fits the key."""
    new = parse_certificates(read_file(cert, MAX_PEM_BYTES), str(cert))
    check_fits(new[0], parse_envelope(decision), Use.DECISION)
    if CERTIFICATES not in tree.names():
        return merge_certificates((), new)
    old = parse_certificates(read(tree, CERTIFICATES, MAX_PEM_BYTES), CERTIFICATES)
    return merge_certificates(old, new)


def _require_held(report: VerificationReport, outcome: Outcome) -> None:
    """A grant needs every step; a refusal only that the decision itself is a valid one."""
    bad = [each for each in report.steps if each.outcome is StepOutcome.FAILED]
    if outcome is Outcome.REFUSE:
        decision = report.of(Step.DECISION)
        fatal = {Step.CONTAINER, Step.SIGNATURE, Step.STATEMENT}
        bad = [each for each in bad if each.step in fatal]
        if decision.code != "E-DECISION-REFUSED":
            bad.append(decision)
    if bad:
        raise VerificationError(f"not signed: {'; '.join(map(_said, bad[:5]))}")


def _said(result: StepResult) -> str:
    what = f"{result.code} {result.shown}, expected: {result.expected}"
    return f"{result.step.label}: {what if result.code else result.shown}"


def _tell(target: Path, decision: Decision, predicate: EvidencePredicate, *, as_json: bool) -> None:
    if as_json:
        document = {"schema": "certbench/countersign/1", "bundle": str(target)}
        output.print_json(
            {**document, "root": predicate.bundle_root, "decision": decision.to_json()}
        )
        return
    until = f" until {decision.until}" if decision.until else ""
    told = f"{decision.outcome.value} as {decision.certificate}{until}"
    console.print(escape(f"{target}: {told}: {', '.join(decision.frameworks)}"), soft_wrap=True)
