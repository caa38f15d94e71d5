"""``certbench sign``: one more person signs a bundle, or certificates are put beside signatures."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.terminal import Terminal
from harness.encoding.text import counted
from harness.encoding.tree import Tree, read
from harness.errors import UsageError, VerificationError
from harness.evidence.amending import amend
from harness.evidence.archive import open_bundle
from harness.model.layout import CERTIFICATES, REVOCATIONS, STATEMENT
from harness.model.states import Purpose
from harness.trust.certificates import MAX_PEM_BYTES, key_id_of, parse_certificates
from harness.trust.dsse import MAX_ENVELOPE_BYTES, Envelope, parse_envelope
from harness.trust.key_reference import open_key
from harness.trust.oids import Use
from harness.trust.revocation import MAX_LIST_BYTES, parse_revocations
from harness.trust.signing import add_signature, check_fits, merge_certificates, merge_lists
from harness.verify.bundle import verify_bundle
from harness.verify.policy import Policy
from harness.verify.policy_file import read_file
from harness.verify.report import StepOutcome

console = Terminal()
BundleArgument = Annotated[Path, typer.Argument(metavar="BUNDLE", help="bundle (folder or zip)")]
OutOption = Annotated[
    Path | None, typer.Option("-o", "--out", help="new bundle; otherwise BUNDLE is changed")
]
KEY_HELP = "P-256 key: a PEM file, env:NAME, or a pkcs11: URI"


def sign(  # noqa: PLR0913  (each an option)
    bundle: BundleArgument,
    *,
    key: Annotated[str, typer.Option(help=f"sign with this {KEY_HELP}")] = "",
    cert: Annotated[
        Path | None, typer.Option(help="certificate of the key, or of one that signed (PEM)")
    ] = None,
    chain: Annotated[Path | None, typer.Option(help="certificates of its issuers (PEM)")] = None,
    crl: Annotated[Path | None, typer.Option(help="revocation lists of its issuers (PEM)")] = None,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a person's signature to a bundle, with the certificate that vouches for the key.

    Without --key only certificates and lists are added. Nobody signs a bundle that is not whole:
    its integrity is verified first, and verdicts are recomputed from the judgements.
    """
    if not (key or cert or crl):
        raise UsageError("nothing to add: give --key, --cert or --crl")
    tree = open_bundle(bundle)
    require_whole(tree)
    envelope = parse_envelope(read(tree, STATEMENT, MAX_ENVELOPE_BYTES))
    changes: dict[str, bytes] = {}
    if key:
        envelope = add_signature(envelope, open_key(key))
        changes[STATEMENT] = envelope.to_bytes()
    papers = Papers(cert, chain, crl)
    changes |= papers.beside(
        tree, envelope, Use.EVIDENCE, envelope.signatures[-1].key_id * bool(key)
    )
    target = amend(bundle, changes, out)
    document: dict[str, Any] = {"schema": "certbench/sign/1", "bundle": str(target)}
    document["key_ids"] = [each.key_id for each in envelope.signatures]
    document["changed"] = sorted(changes)
    if as_json:
        output.print_json(document)
        return
    people = counted(len(envelope.signatures), "signature")
    console.print(
        escape(f"{target}: {people}; changed: {', '.join(sorted(changes))}"), soft_wrap=True
    )


def require_whole(tree: Tree) -> None:
    """Refuse to put one's name to a bundle that is not what its statement says.

    Raises:
        VerificationError: naming the first step that fails.
    """
    policy = Policy(frozenset(Purpose), integrity_only=True, accept_partial=True)
    report = verify_bundle(tree, policy=policy)
    for step in report.steps:
        if step.outcome is StepOutcome.FAILED:
            raise VerificationError(
                f"not signed: step {step.step.label} fails: {step.code} {step.shown}"
            )


@dataclass(frozen=True)
class Papers:
    """Files that vouch for a key: its certificate, those above it, revocation lists."""

    cert: Path | None
    chain: Path | None = None
    crl: Path | None = None

    def beside(self, tree: Tree, envelope: Envelope, use: Use, key_id: str) -> dict[str, bytes]:
        """What is to be put beside a signature, with what lies there already.

        Args:
            tree: the bundle.
            envelope: what was signed.
            use: what the certificate must be for.
            key_id: the key that it must be of; ``""`` = any that signed.

        Raises:
            UsageError: a certificate of another key or use.
            DistrustError: a file that is none of certificates or lists.
        """
        changes: dict[str, bytes] = {}
        if self.cert is not None:
            own = parse_certificates(read_file(self.cert, MAX_PEM_BYTES), str(self.cert))
            if key_id and key_id_of(own[0]) != key_id:
                raise UsageError(f"{self.cert}: is for key {key_id_of(own[0])}, not {key_id}")
            check_fits(own[0], envelope, use)
            above = (
                parse_certificates(read_file(self.chain, MAX_PEM_BYTES), str(self.chain))
                if self.chain
                else ()
            )
            there = _there(tree, CERTIFICATES, MAX_PEM_BYTES)
            known = parse_certificates(there, CERTIFICATES) if there else ()
            changes[CERTIFICATES] = merge_certificates(known, (*own, *above))
            parse_certificates(changes[CERTIFICATES], CERTIFICATES)  # still within its bounds
        if self.crl is not None:
            new = parse_revocations(read_file(self.crl, MAX_LIST_BYTES), str(self.crl))
            there = _there(tree, REVOCATIONS, MAX_LIST_BYTES)
            lists = parse_revocations(there, REVOCATIONS) if there else ()
            changes[REVOCATIONS] = merge_lists(lists, new)
        return changes


def _there(tree: Tree, name: str, limit: int) -> bytes:
    return read(tree, name, limit) if name in tree.names() else b""
