"""How a time-stamping authority is asked: over HTTP, or through a command of this machine."""

import shlex
import subprocess
import tempfile
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Final

from harness.errors import BenchFault, UsageError
from harness.trust.timestamps import MAX_TOKEN_BYTES

_TIMEOUT_S: Final = 60
_QUERY_TYPE: Final = "application/timestamp-query"


def ask_http(url: str, query: bytes) -> bytes:
    """The answer of an authority on the web (RFC 3161, 3.4); what it is worth is not looked at.

    Raises:
        UsageError: not an http or https URL.
        BenchFault: no answer, or none that is a token's size.
    """
    if urllib.parse.urlsplit(url).scheme not in {"http", "https"}:
        raise UsageError(f"{url}: not an http or https URL")
    request = urllib.request.Request(  # noqa: S310  (the scheme was looked at)
        url, data=query, headers={"Content-Type": _QUERY_TYPE}
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as answer:  # noqa: S310  (likewise)
            return _bounded(url, answer.read(MAX_TOKEN_BYTES + 1))
    except (OSError, urllib.error.URLError, ValueError) as error:
        raise BenchFault(f"{url}: no time-stamp: {error}") from error


def ask_command(command: str, query: bytes) -> bytes:
    """The answer that a command writes; ``{query}`` and ``{reply}`` in it are two files.

    Raises:
        UsageError: the command does not say where the two files go.
        BenchFault: it cannot be started, fails, or writes no answer.
    """
    words = shlex.split(command)
    if not all(any(name in word for word in words) for name in ("{query}", "{reply}")):
        raise UsageError(
            "the command must hold {query} and {reply}: the files that it reads, writes"
        )
    with tempfile.TemporaryDirectory(prefix="certbench-tsa-") as folder:
        asked, answered = Path(folder, "query.tsq"), Path(folder, "reply.tsr")
        asked.write_bytes(query)
        argv = [
            word.replace("{query}", str(asked)).replace("{reply}", str(answered)) for word in words
        ]
        try:
            done = subprocess.run(argv, capture_output=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603  (the user's own command)
        except (OSError, subprocess.TimeoutExpired) as error:
            raise BenchFault(f"{argv[0]}: no time-stamp: {error}") from error
        if done.returncode or not answered.is_file():
            raise BenchFault(f"{argv[0]}: no time-stamp: {_last_line(done.stderr)}")
        with answered.open("rb") as stream:
            return _bounded(argv[0], stream.read(MAX_TOKEN_BYTES + 1))


def _bounded(who: str, data: bytes) -> bytes:
    if len(data) > MAX_TOKEN_BYTES:
        raise BenchFault(f"{who}: the answer is larger than {MAX_TOKEN_BYTES} bytes")
    return data


def _last_line(output: bytes) -> str:
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else ""
