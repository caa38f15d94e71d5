"""``certbench timestamp``: let an authority say since when the signatures of a bundle exist."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from harness.cli import output
from harness.cli.clock_authority import ask_command, ask_http
from harness.cli.output import JsonOption
from harness.cli.sign import BundleArgument, OutOption, require_whole
from harness.cli.terminal import Terminal
from harness.encoding.clock import format_utc
from harness.encoding.text import counted
from harness.encoding.tree import Tree, read
from harness.errors import UsageError, VerificationError
from harness.evidence.amending import amend
from harness.evidence.archive import open_bundle
from harness.model.layout import DECISION, STATEMENT, timestamp_name
from harness.trust.dsse import MAX_ENVELOPE_BYTES, parse_envelope
from harness.trust.timestamps import (
    MAX_TOKEN_BYTES,
    MAX_TOKENS,
    Token,
    make_query,
    parse_token,
)
from harness.verify.policy_file import read_file

console = Terminal()


@dataclass(frozen=True)
class Open:
    """A time-stamp that can be asked for: its place in the bundle, and the bytes it is over."""

    name: str
    message: bytes


def timestamp(  # noqa: PLR0913  (each an option)
    bundle: BundleArgument,
    *,
    tsa: Annotated[str, typer.Option(metavar="URL", help="ask this authority (RFC 3161)")] = "",
    tsa_command: Annotated[
        str,
        typer.Option(metavar="CMD", help="ask with this command; it holds {query} and {reply}"),
    ] = "",
    query_out: Annotated[
        Path | None, typer.Option(help="only write the query, to be answered elsewhere")
    ] = None,
    reply: Annotated[Path | None, typer.Option(help="put in this answer to a query")] = None,
    renew: Annotated[
        bool, typer.Option(help="stamp the last time-stamps again before they age")
    ] = False,
    out: OutOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a time-stamp beside each signature that has none, or renew those that are there.

    Without a network: --query-out writes a query to carry to an authority, and --reply puts its
    answer in.
    """
    if sum(map(bool, (tsa, tsa_command, query_out, reply))) != 1:
        raise UsageError("give one of --tsa, --tsa-command, --query-out and --reply")
    tree = open_bundle(bundle)
    require_whole(tree)
    wanted = still_open(tree, renew=renew)
    if not wanted:
        raise UsageError(f"{bundle}: every signature has a time-stamp; --renew renews them")
    if query_out is not None:
        _write_query(query_out, wanted, as_json=as_json)
        return
    if reply is not None:
        made = [_fitting(read_file(reply, MAX_TOKEN_BYTES), str(reply), wanted)]
    else:
        ask = (
            (lambda query: ask_http(tsa, query))
            if tsa
            else (lambda query: ask_command(tsa_command, query))
        )
        made = [(each, _asked(each, ask)) for each in wanted]
    target = amend(bundle, {each.name: token.data for each, token in made}, out)
    rows = [{"file": each.name, "time": format_utc(token.time)} for each, token in made]
    document = {"schema": "certbench/timestamp/1", "bundle": str(target), "time_stamps": rows}
    if as_json:
        output.print_json(document)
    else:
        told = "; ".join(f"{row['file']}: {row['time']}" for row in rows)
        left = len(wanted) - len(made)
        more = f"; still without: {counted(left, 'signature')}" if left else ""
        console.print(escape(f"{target}: {told}{more}"), soft_wrap=True)


def still_open(tree: Tree, *, renew: bool) -> tuple[Open, ...]:
    """The time-stamps that can be asked for.

    Args:
        tree: the bundle.
        renew: those over the last token of each row, instead of those over bare signatures.

    Raises:
        VerificationError: an envelope cannot be read.
        UsageError: a row is full.
    """
    names = frozenset(tree.names())
    found: list[Open] = []
    for envelope in (each for each in (STATEMENT, DECISION) if each in names):
        for signature in parse_envelope(read(tree, envelope, MAX_ENVELOPE_BYTES)).signatures:
            row = [timestamp_name(signature.key_id, n) for n in range(1, MAX_TOKENS + 1)]
            there = [name for name in row if name in names]
            if renew and len(there) == MAX_TOKENS:
                raise UsageError(f"{there[-1]}: was renewed as often as a bundle can hold")
            if renew and there:
                last = read(tree, there[-1], MAX_TOKEN_BYTES)
                found.append(Open(row[len(there)], last))
            if not renew and not there:
                found.append(Open(row[0], signature.value))
    return tuple(found)


def _write_query(path: Path, wanted: Sequence[Open], *, as_json: bool) -> None:
    try:
        with path.open("xb") as stream:
            stream.write(make_query(wanted[0].message).as_bytes())
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    name = wanted[0].name
    document = {"schema": "certbench/timestamp-query/1", "query": str(path), "for": name}
    if as_json:
        output.print_json(document)
    else:
        console.print(escape(f"{path}: a query for {name}"), soft_wrap=True)


def _fitting(data: bytes, source: str, wanted: Sequence[Open]) -> tuple[Open, Token]:
    """The place that an answer is for, by what it is over."""
    token = parse_token(data, source)
    for each in wanted:
        if token.covers(each.message):
            return each, token
    raise VerificationError(f"{source}: is over nothing in this bundle that lacks a time-stamp")


def _asked(wanted: Open, ask: Callable[[bytes], bytes]) -> Token:
    query = make_query(wanted.message)
    token = parse_token(ask(query.as_bytes()), "the authority's answer")
    if not token.covers(wanted.message) or token.response.tst_info.nonce != query.nonce:
        raise VerificationError("the authority's answer is to another query")
    return token
