"""Signed notes (c2sp.org/signed-note) and cosignatures (c2sp.org/tlog-cosignature), Ed25519.

A note is a text, an empty line, and signature lines. A key is known by its name and a short id; the
id only selects the key. Signatures of unknown keys are ignored, a bad one of a known key rejects
the note. A log signs the text itself; a witness signs the time and the text.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from typing_extensions import override

from harness.encoding.text import neutralise
from harness.errors import UsageError, VerificationError

MAX_NOTE_BYTES: Final = 256 * 1024
MAX_SIGNATURES: Final = 64
MAX_NAME: Final = 200
MAX_TIME: Final = 2**63 - 1
_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_KEY_BYTES: Final = 32
_SIGNATURE_BYTES: Final = 64
_CONTROL: Final = re.compile(r"[\x00-\x09\x0b-\x1f]")
_LINE: Final = re.compile(r"\u2014 (?P<name>\S+) (?P<value>[A-Za-z0-9+/]+={0,2})")
_VERIFIER: Final = re.compile(r"(?P<name>[^\s+]+)\+(?P<id>[0-9a-f]{8})\+(?P<key>[A-Za-z0-9+/=]+)")


class KeyKind(IntEnum):
    """What a key signs, and how: the signature types of the formats that are accepted here."""

    LOG = 1
    WITNESS = 4


@dataclass(frozen=True)
class NoteKey:
    """A public key that notes are checked with.

    Attributes:
        name: who it belongs to; of a log, its origin.
        public: 32 bytes (RFC 8032).
    """

    name: str
    kind: KeyKind
    public: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that follow from name, kind and key."""
        return _id_of(self.name, int(self.kind), self.public)

    @override
    def __str__(self) -> str:
        """The key in the one-line form in which keys are exchanged (a vkey)."""
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Whether ``signature`` is this key's over ``message``."""
        try:
            ed25519.Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the one-line form.

        Raises:
            UsageError: not that form, an id that is not the key's, or another kind of key.
        """
        shown = neutralise(text, 100)
        found = _VERIFIER.fullmatch(text)
        if not found or not valid_name(found["name"]):
            raise UsageError(f"{shown!r} is not a key of the form NAME+ID+KEY")
        try:
            data = strict_base64(found["key"])
        except VerificationError as error:
            raise UsageError(f"{shown!r}: the key is not base64") from error
        if len(data) != 1 + _KEY_BYTES or data[0] not in set(KeyKind):
            raise UsageError(f"{shown!r}: neither the Ed25519 key of a log nor that of a witness")
        key = cls(found["name"], KeyKind(data[0]), data[1:])
        if key.key_id.hex() != found["id"]:
            raise UsageError(f"{shown!r}: the id is not that of the key; was it copied whole?")
        return key


@dataclass(frozen=True)
class NoteSignature:
    """One signature line; nothing is verified yet."""

    name: str
    key_id: bytes
    value: bytes


@dataclass(frozen=True)
class Note:
    """A parsed note; ``text`` ends with a line feed and is exactly what was signed."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True)
class Verified:
    """A signature that holds.

    Attributes:
        time: seconds since 1970 of a witness's cosignature; None of a log's signature.
    """

    key: NoteKey
    time: int | None


class NoteSigner:
    """Signs notes under a name, as a log or as a witness."""

    def __init__(self, name: str, kind: KeyKind, private: ed25519.Ed25519PrivateKey) -> None:
        """Sign as ``name``.

        Raises:
            UsageError: not a name that a note can carry.
        """
        if not valid_name(name):
            raise UsageError(
                f"{neutralise(name)!r} is no name: 1 to {MAX_NAME} characters, no blank, no +"
            )
        self._private = private
        public = private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )
        self.key = NoteKey(name, kind, public)

    def line(self, text: str, time: int = 0) -> str:
        """The signature line for ``text``; a witness's holds ``time``, in seconds since 1970."""
        if self.key.kind is KeyKind.LOG:
            value = self._private.sign(text.encode())
        else:
            value = time.to_bytes(_TIME_BYTES) + self._private.sign(_cosigned(text, time))
        encoded = base64.b64encode(self.key.key_id + value).decode()
        return f"\u2014 {self.key.name} {encoded}\n"


def valid_name(name: str) -> bool:
    """Whether a key may have this name: not empty, no blank, no plus, no control character."""
    bad = any(each.isspace() or each == "+" or not each.isprintable() for each in name)
    return 0 < len(name) <= MAX_NAME and not bad


def strict_base64(text: str) -> bytes:
    """Decode standard base64 that has exactly one way to be written.

    Raises:
        VerificationError: it is not.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise VerificationError("not base64") from error
    if base64.b64encode(data).decode() != text:
        raise VerificationError("not base64 in its one canonical form")
    return data


def parse_note(data: bytes) -> Note:
    """Read a note strictly; nothing is verified yet.

    Raises:
        VerificationError: too large, not UTF-8, a control character, no signature or too many, or
            a line that is none.
    """
    if len(data) > MAX_NOTE_BYTES:
        raise VerificationError(f"the note is larger than {MAX_NOTE_BYTES} bytes")
    try:
        whole = data.decode()
    except UnicodeDecodeError as error:
        raise VerificationError("the note is not UTF-8") from error
    text, empty_line, tail = whole.rpartition("\n\n")
    if _CONTROL.search(whole) or not empty_line or not tail.endswith("\n"):
        raise VerificationError("not a signed note: a text, an empty line, signature lines")
    lines = tail[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise VerificationError(f"the note has more than {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(parse_signature(line) for line in lines))


def parse_signature(line: str) -> NoteSignature:
    """Read one signature line, without its line feed.

    Raises:
        VerificationError: it is none.
    """
    found = _LINE.fullmatch(line)
    if not found or "+" in found["name"]:
        raise VerificationError(f"not a signature line: {neutralise(line, 80)!r}")
    value = strict_base64(found["value"])
    if len(value) <= _ID_BYTES:
        raise VerificationError(f"a signature without content: {neutralise(line, 80)!r}")
    return NoteSignature(found["name"], value[:_ID_BYTES], value[_ID_BYTES:])


def verify_note(note: Note, keys: Sequence[NoteKey]) -> tuple[Verified, ...]:
    """The signatures of ``keys`` on a note; those of other keys are ignored.

    Raises:
        VerificationError: a signature that names one of ``keys`` is not that key's.
    """
    found: list[Verified] = []
    for signature in note.signatures:
        named = [key for key in keys if _names(signature, key)]
        held = [done for key in named if (done := _verify(note.text, signature, key))]
        if named and not held:
            raise VerificationError(f"the signature that names {named[0]} is not that key's")
        found += [done for done in held if done not in found]
    return tuple(found)


def _names(signature: NoteSignature, key: NoteKey) -> bool:
    return (signature.name, signature.key_id) == (key.name, key.key_id)


def _verify(text: str, signature: NoteSignature, key: NoteKey) -> Verified | None:
    if key.kind is KeyKind.LOG:
        held = key.verifies(signature.value, text.encode())
        return Verified(key, None) if held else None
    if len(signature.value) != _TIME_BYTES + _SIGNATURE_BYTES:
        return None
    time = int.from_bytes(signature.value[:_TIME_BYTES])
    held = time <= MAX_TIME and key.verifies(signature.value[_TIME_BYTES:], _cosigned(text, time))
    return Verified(key, time) if held else None


def _cosigned(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def _id_of(name: str, kind: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:_ID_BYTES]
