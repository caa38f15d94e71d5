"""``certbench trust``: a toy hierarchy of everybody who vouches for something, to try it all."""

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from importlib.metadata import entry_points
from pathlib import Path
from typing import Annotated, Final

import typer
from cryptography import x509
from rich.markup import escape

from harness.cli import output
from harness.cli.output import JsonOption
from harness.cli.sign import KEY_HELP
from harness.cli.terminal import Terminal
from harness.errors import UsageError
from harness.trust.certificates import find_holder, key_id_of, parse_certificates
from harness.trust.hierarchy import Hierarchy, Holding
from harness.trust.key_reference import open_key
from harness.trust.keys import MAX_PEM_BYTES
from harness.trust.oids import Use
from harness.trust.scope import Scope
from harness.verify.policy_file import read_file

trust_app = typer.Typer(
    help="A toy hierarchy to try signing and verification with; nobody in it is accredited.",
    no_args_is_help=True,
)
console = Terminal()
_A_YEAR: Final = dt.timedelta(days=365)
FolderArgument = Annotated[Path, typer.Argument(metavar="DIR", help="folder of the hierarchy")]


class Signs(StrEnum):
    """What a person's key is for."""

    EVIDENCE = "evidence"
    DECISION = "decision"


class Reason(StrEnum):
    """Why a certificate is revoked, as RFC 5280 calls it."""

    KEY_COMPROMISE = "keyCompromise"
    AFFILIATION = "affiliationChanged"
    SUPERSEDED = "superseded"
    CESSATION = "cessationOfOperation"
    PRIVILEGE = "privilegeWithdrawn"


@trust_app.command()
def init(
    folder: FolderArgument,
    *,
    laboratory: Annotated[str, typer.Option(help="as in job.toml")] = "Toy laboratory",
    site: Annotated[list[str], typer.Option(help="ids of sites; may be repeated")] = ["S1"],  # noqa: B006  (typer copies it)
    framework: Annotated[
        list[str], typer.Option("-f", "--framework", help="scope; otherwise every suite there is")
    ] = [],  # noqa: B006
    since: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"], metavar="DATE", help="first day of the scope; else a year ago"
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make an accreditation body, a laboratory's people, a certifier, a clock and keys of a log.

    Also writes policy.toml for certbench-verify. Private keys lie in DIR without a password.
    """
    suites = sorted(each.name for each in entry_points(group="certbench.suites"))
    toy = Hierarchy(folder)
    scope = Scope(
        laboratory=laboratory,
        sites=tuple(site),
        frameworks=tuple(framework or suites),
        since=(since or toy.now - _A_YEAR).date(),
    )
    toy.create(
        (
            Holding("evaluator", Use.EVIDENCE, laboratory, "P1", scope),
            Holding("authoriser", Use.EVIDENCE, laboratory, "P3", scope),
            Holding("certifier", Use.DECISION, "Toy certifier", "C1"),
        ),
        f"toy.example/{folder.absolute().name}",
    )
    policy = folder / "policy.toml"
    policy.write_text(_policy(toy), encoding="utf-8")
    document = {"schema": "certbench/trust-init/1", "folder": str(folder), "policy": str(policy)}
    told = f"{folder}: a toy hierarchy, not accredited; README.txt says what is in it"
    _tell({**document, "frameworks": list(scope.frameworks)}, told, as_json=as_json)


@trust_app.command()
def issue(  # noqa: PLR0913  (each an option)
    folder: FolderArgument,
    name: Annotated[str, typer.Argument(metavar="NAME", help="of the new files in people/")],
    person: Annotated[str, typer.Option(help="id of the person, as in job.toml")],
    *,
    use: Annotated[Signs, typer.Option(help="what the key may sign")] = Signs.EVIDENCE,
    organisation: Annotated[
        str, typer.Option(help="otherwise that of the evaluator, or of the certifier")
    ] = "",
    key: Annotated[
        str, typer.Option(help=f"certify this {KEY_HELP}; otherwise a new key is made")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Certify one more person, with a new key or with one that is there, such as in a token."""
    toy = Hierarchy(folder)
    kind = Use.EVIDENCE if use is Signs.EVIDENCE else Use.DECISION
    like = "evaluator" if use is Signs.EVIDENCE else "certifier"
    first = parse_certificates(read_file(toy.certificate(like), MAX_PEM_BYTES), like)
    roots = parse_certificates(read_file(toy.root, MAX_PEM_BYTES), "ca/root.pem")
    known = find_holder(key_id_of(first[0]), first, roots, toy.now, kind)
    holding = Holding(name, kind, organisation or known.organisation, person, known.scope)
    path = toy.issue(holding, open_key(key).public.key if key else None)
    document = {"schema": "certbench/trust-issue/1", "certificate": str(path), "person": person}
    _tell(document, f"{path}: a toy certificate for {person}", as_json=as_json)


@trust_app.command()
def revoke(
    folder: FolderArgument,
    name: Annotated[str, typer.Argument(metavar="NAME|SERIAL", help="whose certificate")],
    reason: Annotated[Reason, typer.Option(help="why")],
    *,
    since: Annotated[
        dt.datetime | None,
        typer.Option(help="UTC; since when a stolen key is not to be trusted, if earlier than now"),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Take a certificate back and publish the next revocation list, ca/revoked.pem."""
    if since is not None and reason is not Reason.KEY_COMPROMISE:
        raise UsageError(
            "--since goes with --reason keyCompromise: other reasons count from now on"
        )
    flag = x509.ReasonFlags(reason.value)
    invalid = since.replace(tzinfo=dt.UTC) if since else None
    toy = Hierarchy(folder)
    found = toy.revoke(name, flag, invalid)
    document = {"schema": "certbench/trust-revoke/1", "name": found.name, "serial": found.serial}
    told = f"{toy.revoked}: {found.name} ({found.serial}) is revoked, {reason.value}"
    _tell({**document, "list": str(toy.revoked)}, told, as_json=as_json)


def _policy(toy: Hierarchy) -> str:
    log, *witnesses = (f'"{path.relative_to(toy.folder)}"' for path in toy.log_keys())
    return f"""\
# Policy of a toy hierarchy, NOT ACCREDITED: certbench-verify --policy policy.toml BUNDLE

[trust]
roots = ["ca/root.pem"]               # the accreditation body
revocations = ["ca/revoked.pem"]      # its newest revocation list
crl_max_age_days = 30
tsa_roots = ["tsa/root.pem"]          # a time-stamp is demanded

[accept]
purposes = ["test", "demo"]

# Ask for more by taking the hash signs away:

# [persons]
# two = true                          # evaluator and authoriser

# [log]
# keys = [{log}]
# witnesses = [{", ".join(witnesses)}]
# quorum = {len(witnesses)}

# [decision]
# certifiers = ["people/certifier.pem"]
"""


def _tell(document: Mapping[str, object], told: str, *, as_json: bool) -> None:
    if as_json:
        output.print_json(document)
    else:
        console.print(escape(told), soft_wrap=True)
