"""The command ``certbench-verify``: what a regulator runs, with nothing but the base package."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from harness.encoding.text import neutralise
from harness.errors import CertbenchError, EvidenceError, UsageError
from harness.evidence.archive import open_bundle
from harness.model.states import Purpose
from harness.trust.keys import MAX_PEM_BYTES, PublicKey, parse_public_keys
from harness.verify.bundle import unreadable, verify_bundle
from harness.verify.policy import Policy, TrustStore
from harness.verify.report import StepOutcome, StepResult, VerificationReport

EXIT_OK: Final = 0
EXIT_MALFORMED: Final = 2
EXIT_FAILED: Final = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one bundle; 0 = it holds, 2 = usage or not a bundle, 4 = a step failed."""
    options = _parser().parse_args(arguments)
    try:
        trust = _trust(options.trust)
        report = _verify(Path(options.bundle), trust, _policy(options))
    except CertbenchError as error:
        sys.stderr.write(f"certbench-verify: {neutralise(str(error), 2000)}\n")
        return EXIT_MALFORMED
    sys.stdout.write(_as_json(report) if options.json else _as_text(report))
    if report.ok:
        return EXIT_OK
    return EXIT_MALFORMED if report.malformed else EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="certbench-verify",
        description="Verify an evidence bundle offline: is it whole, who vouches for it, and do "
        "its verdicts follow from the judgements in it?",
        epilog="exit status: 0 holds, 2 usage or not a bundle, 4 a step failed",
    )
    parser.add_argument("bundle", metavar="BUNDLE", help="bundle directory or zip")
    parser.add_argument(
        "--trust",
        metavar="FILE",
        action="append",
        default=[],
        help="PEM file with public keys of laboratories that you trust; may be repeated",
    )
    parser.add_argument(
        "--purpose",
        metavar="P",
        action="append",
        default=[],
        choices=[purpose.value for purpose in Purpose],
        help="accept bundles made for this purpose, too (default: test only); may be repeated",
    )
    parser.add_argument(
        "--integrity-only",
        action="store_true",
        help="ask only whether the bundle is whole, not who signed it",
    )
    parser.add_argument(
        "--partial", action="store_true", help="accept a survey or suite that is not complete"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _trust(files: Sequence[str]) -> TrustStore:
    keys: list[PublicKey] = []
    for name in files:
        try:
            with Path(name).open("rb") as stream:
                data = stream.read(MAX_PEM_BYTES)
        except OSError as error:
            message = f"{name}: cannot be read: {error.strerror}"
            raise UsageError(message) from error
        keys.extend(parse_public_keys(data, name))
    return TrustStore(tuple(keys))


def _policy(options: argparse.Namespace) -> Policy:
    purposes = {Purpose.TEST, *(Purpose(name) for name in options.purpose)}
    return Policy(frozenset(purposes), options.integrity_only, options.partial)


def _verify(path: Path, trust: TrustStore, policy: Policy) -> VerificationReport:
    if not path.exists():
        message = f"{path}: no such bundle"
        raise UsageError(message)
    try:
        return verify_bundle(open_bundle(path), trust, policy)
    except EvidenceError as error:
        return unreadable(str(error))


def _as_json(report: VerificationReport) -> str:
    return json.dumps(report.to_json(), indent=2) + "\n"


def _as_text(report: VerificationReport) -> str:
    lines = [_line(result) for result in report.steps]
    failed = sum(result.outcome is StepOutcome.FAILED for result in report.steps)
    end = "the bundle holds" if report.ok else f"the bundle does NOT hold: {failed} steps failed"
    return "\n".join([*lines, end]) + "\n"


def _line(result: StepResult) -> str:
    head = f"{result.step.number:2} {result.step.label:12} {result.outcome.value:7}"
    if result.outcome is not StepOutcome.FAILED:
        return f"{head} {result.shown}"
    return f"{head} {result.code} shown: {result.shown}; expected: {result.expected}"


if __name__ == "__main__":
    raise SystemExit(main())
