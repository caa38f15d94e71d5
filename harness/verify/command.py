"""The command ``certbench-verify``: what a regulator runs, with nothing but the base package."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from harness.encoding.text import neutralise, neutralise_lines
from harness.encoding.tree import DirectoryTree
from harness.errors import CertbenchError, ConfigError, EvidenceError, UsageError
from harness.evidence.archive import open_bundle
from harness.model.states import Purpose
from harness.trust.keys import MAX_PEM_BYTES, PublicKey, parse_public_keys
from harness.verify.bundle import unreadable, verify_bundle
from harness.verify.policy import Policy, TrustStore
from harness.verify.policy_file import load_policy, load_refusal, load_withdrawal, read_file
from harness.verify.report import VerificationReport
from harness.verify.text import as_text

EXIT_OK: Final = 0
EXIT_MALFORMED: Final = 2
EXIT_FAILED: Final = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Verify one bundle; 0 = it holds, 2 = usage or not a bundle, 4 = a step failed."""
    options = _parser().parse_args(arguments)
    try:
        report = _verify(Path(options.bundle), *_trust_and_policy(options))
    except CertbenchError as error:
        # What a person wrote is explained line by line; any other message may quote a bundle.
        written = isinstance(error, ConfigError)
        told = neutralise_lines(str(error)) if written else neutralise(str(error), 2000)
        sys.stderr.write(f"certbench-verify: {told}\n")
        return EXIT_MALFORMED
    sys.stdout.write(_as_json(report) if options.json else as_text(report))
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
        "--policy", metavar="FILE", help="policy.toml: whom you trust and what you ask for"
    )
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
    parser.add_argument(
        "--recompute",
        action="store_true",
        help="judge the captures again; needs the extra replay",
    )
    for name, metavar, text in (
        (
            "--log",
            "DIR",
            "copy of a log that the policy trusts: replays and successors",
        ),
        ("--refusal", "FILE", "what a witness kept of a log"),
        ("--withdrawal", "FILE", "a certifier's withdrawal"),
    ):
        parser.add_argument(
            name, metavar=metavar, action="append", default=[], help=f"{text}; may be repeated"
        )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _trust_and_policy(options: argparse.Namespace) -> tuple[TrustStore, Policy]:
    """What the policy file says, and what the options add to it."""
    trust, policy = TrustStore(), Policy()
    if options.integrity_only and (options.policy or options.trust):
        message = "--integrity-only asks for no trust, --policy and --trust do: give one of them"
        raise UsageError(message)
    if options.policy:
        trust, policy = load_policy(Path(options.policy))
    return TrustStore((*trust.keys, *_keys(options.trust))), replace(
        policy,
        purposes=policy.purposes | {Purpose(name) for name in options.purpose},
        integrity_only=options.integrity_only,
        accept_partial=policy.accept_partial or options.partial,
        recompute=policy.recompute or options.recompute,
        log_copies=(*policy.log_copies, *(DirectoryTree(Path(each)) for each in options.log)),
        refusals=(*policy.refusals, *(load_refusal(Path(each)) for each in options.refusal)),
        withdrawals=(
            *policy.withdrawals,
            *(load_withdrawal(Path(each)) for each in options.withdrawal),
        ),
    )


def _keys(files: Sequence[str]) -> tuple[PublicKey, ...]:
    return tuple(
        key
        for name in files
        for key in parse_public_keys(read_file(Path(name), MAX_PEM_BYTES), name)
    )


def _verify(path: Path, trust: TrustStore, policy: Policy) -> VerificationReport:
    if not path.exists():
        message = f"{path}: no such bundle"
        raise UsageError(message)
    try:
        return verify_bundle(open_bundle(path), trust, policy, path)
    except EvidenceError as error:
        return unreadable(str(error))


def _as_json(report: VerificationReport) -> str:
    return json.dumps(report.to_json(), indent=2) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
