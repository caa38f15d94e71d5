"""JSON that hashes the same everywhere (RFC 8785) and is read strictly (RFC 8259, section 4)."""

import hashlib
import json
from collections import Counter
from typing import Any, Final, NoReturn

import rfc8785

from harness.errors import CaptureError

MAX_SAFE_INTEGER = 2**53 - 1
"""Largest integer that every JSON reader keeps exactly (RFC 7493, section 2.2)."""
_PLAIN_SCALARS: Final = frozenset({str, bool, type(None)})
_PLAIN: Final = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False
).encode


def canonical(document: Any) -> bytes:  # noqa: ANN401  (any JSON value)
    """Serialise ``document`` by RFC 8785 (JCS).

    Raises:
        CaptureError: a value has no canonical form (an integer beyond 2**53-1, NaN, bytes, half
            of a surrogate pair), or it is nested too deeply.
    """
    try:
        if _is_plain(document):
            return _PLAIN(document).encode()
        return rfc8785.dumps(document)
    except (rfc8785.CanonicalizationError, RecursionError, UnicodeEncodeError) as error:
        message = f"no canonical JSON for this value: {error}"
        raise CaptureError(message) from error


def _is_plain(document: Any) -> bool:  # noqa: ANN401  (any JSON value)
    """Whether the standard encoder gives the canonical form, too; it is ten times as fast.

    It differs in numbers that are no safe integers, in the order of names beyond the BMP, and in
    what it makes of subclasses of str.
    """
    left = [document]
    try:
        while left:
            value = left.pop()
            kind = type(value)
            if kind in _PLAIN_SCALARS:
                continue
            if kind is dict and "".join(value).isascii():
                left.extend(value.values())
            elif kind is list or kind is tuple:
                left.extend(value)
            elif kind is not int or abs(value) > MAX_SAFE_INTEGER:
                return False
    except TypeError:  # a name that is no text
        return False
    return True


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        counts = Counter(name for name, _ in pairs)
        twice = min(name for name, count in counts.items() if count > 1)
        message = f"duplicate JSON key {twice!r}"
        raise CaptureError(message)
    return result


def _no_constants(name: str) -> NoReturn:
    message = f"{name} is not JSON"
    raise CaptureError(message)


_STRICT: Final = json.JSONDecoder(
    object_pairs_hook=_no_duplicates, parse_constant=_no_constants
).decode


def load_strict(data: bytes | str) -> Any:  # noqa: ANN401  (any JSON value)
    """Parse JSON; duplicate keys, NaN, infinities and other encodings are errors, not surprises.

    Raises:
        CaptureError: not UTF-8, not JSON, too deeply nested, or ambiguous.
    """
    try:
        return _STRICT(data if isinstance(data, str) else data.decode())
    except (ValueError, RecursionError) as error:
        message = f"not strict JSON: {error}"
        raise CaptureError(message) from error


def sha256_hex(data: bytes) -> str:
    """SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(document: Any) -> str:  # noqa: ANN401  (any JSON value)
    """SHA-256 of the canonical form of ``document``."""
    return sha256_hex(canonical(document))
