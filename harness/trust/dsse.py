"""DSSE v1 envelopes: what is signed is exactly the bytes that are read afterwards.

Follows the Dead Simple Signing Envelope protocol: the pre-authentication encoding binds the payload
type, the key id is a hint and never a proof, and both base64 alphabets are accepted.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Any, Final

from harness.encoding.canonical import canonical, load_strict
from harness.errors import CaptureError, VerificationError
from harness.trust.keys import SigningKey

MAX_ENVELOPE_BYTES: Final = 4 * 1024 * 1024
MAX_SIGNATURES: Final = 8
_BASE64: Final = re.compile(r"[A-Za-z0-9+/]*={0,2}|[A-Za-z0-9_-]*={0,2}")


@dataclass(frozen=True)
class Signature:
    """One signature; ``key_id`` is what the envelope claims."""

    key_id: str
    value: bytes


@dataclass(frozen=True)
class Envelope:
    """A parsed envelope; ``payload`` are the exact bytes that were signed."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...]

    @property
    def signed_bytes(self) -> bytes:
        """What a signature must cover."""
        return pae(self.payload_type, self.payload)

    def signed_with(self, key: SigningKey) -> "Envelope":
        """The same payload with one signature more; those before it keep their places."""
        made = Signature(key.key_id, key.sign(self.signed_bytes))
        return Envelope(self.payload_type, self.payload, (*self.signatures, made))

    def to_bytes(self) -> bytes:
        """The canonical envelope as a file."""
        return (
            canonical(
                {
                    "payload": base64.b64encode(self.payload).decode(),
                    "payloadType": self.payload_type,
                    "signatures": [
                        {"keyid": each.key_id, "sig": base64.b64encode(each.value).decode()}
                        for each in self.signatures
                    ],
                }
            )
            + b"\n"
        )


def pae(payload_type: str, payload: bytes) -> bytes:
    """Pre-authentication encoding: lengths make type and payload unambiguous."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def parse_envelope(data: bytes) -> Envelope:
    """Read an envelope strictly; nothing is verified yet.

    Raises:
        VerificationError: too large, not strict JSON (a key twice), an unknown or missing field,
            not base64, no signature or too many.
    """
    if len(data) > MAX_ENVELOPE_BYTES:
        message = f"the envelope is larger than {MAX_ENVELOPE_BYTES} bytes"
        raise VerificationError(message)
    try:
        document = load_strict(data)
    except CaptureError as error:
        message = f"the envelope is not strict JSON: {error}"
        raise VerificationError(message) from error
    fields = _object(document, {"payload", "payloadType", "signatures"}, "envelope")
    signatures = fields["signatures"]
    if not isinstance(signatures, list) or not 1 <= len(signatures) <= MAX_SIGNATURES:
        message = f"the envelope must have 1 to {MAX_SIGNATURES} signatures"
        raise VerificationError(message)
    return Envelope(
        _text(fields["payloadType"], "payloadType"),
        _from_base64(fields["payload"], "payload"),
        tuple(_signature(entry) for entry in signatures),
    )


def _signature(entry: Any) -> Signature:  # noqa: ANN401  (any JSON value)
    fields = _object(entry, {"keyid", "sig"}, "signature")
    return Signature(_text(fields["keyid"], "keyid"), _from_base64(fields["sig"], "sig"))


def _object(value: Any, names: set[str], what: str) -> dict[str, Any]:  # noqa: ANN401  (JSON)
    if not isinstance(value, dict) or set(value) != names:
        message = f"the {what} must have exactly the fields {', '.join(sorted(names))}"
        raise VerificationError(message)
    return value


def _text(value: Any, what: str) -> str:  # noqa: ANN401  (any JSON value)
    if not isinstance(value, str) or not value.isascii():
        message = f"{what} is not plain text"
        raise VerificationError(message)
    return value


def _from_base64(value: Any, what: str) -> bytes:  # noqa: ANN401  (any JSON value)
    text = _text(value, what)
    if not _BASE64.fullmatch(text):
        message = f"{what} is not base64"
        raise VerificationError(message)
    standard = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        decoded = base64.b64decode(standard + "=" * (-len(standard) % 4), validate=True)
    except binascii.Error as error:
        message = f"{what} is not base64"
        raise VerificationError(message) from error
    if base64.b64encode(decoded).decode().rstrip("=") != standard:
        message = f"{what} is not base64 in its one canonical form"
        raise VerificationError(message)
    return decoded
