"""History across bundles: a file of one JSON line a bundle, kept by whoever draws the views.

It is made from bundles alone, whose secrets were replaced before they were sealed.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.errors import UsageError

MAX_BYTES: Final = 256 * 1024 * 1024


def earlier(file: Path, name: str) -> bytes:
    """The lines of ``file`` about other bundles than the one called ``name``.

    A bundle that is drawn twice so stands there once.

    Raises:
        UsageError: it is not such a file.
    """
    if not file.exists():
        return b""
    if file.stat().st_size > MAX_BYTES:
        raise UsageError(f"{file}: a history of more than {MAX_BYTES} bytes; begin a new one")
    return b"".join(_others(file, name))


def _others(file: Path, name: str) -> Iterator[bytes]:
    for number, line in enumerate(file.read_bytes().splitlines(), 1):
        try:
            entry = json.loads(line)
        except ValueError:
            entry = None
        if not isinstance(entry, dict) or "uuid" not in entry or "name" not in entry:
            raise UsageError(f"{file}: line {number} is no history of Allure; name another file")
        if entry["name"] != name:
            yield line + b"\n"
