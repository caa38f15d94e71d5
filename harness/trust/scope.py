"""The scope of an accreditation, as a certificate of the laboratory's signers carries it."""

import datetime as dt
from typing import Annotated, Final

from cryptography import x509
from pydantic import Field, ValidationError

from harness.encoding.canonical import canonical, load_strict
from harness.errors import CaptureError
from harness.model.base import Frozen

MAX_BYTES: Final = 4096
_UTF8_STRING: Final = 0x0C
_SHORT: Final = 0x80

Text = Annotated[str, Field(min_length=1, max_length=200)]


class Scope(Frozen):
    """What a laboratory is accredited for.

    Attributes:
        laboratory: its name, as in the job record.
        sites: ids of the places where it may work, as in the job record.
        frameworks: ``slug`` or ``slug@version`` of what it may test against.
        since: first day of the accreditation; it ends with the certificate.
    """

    laboratory: Text
    sites: Annotated[tuple[Text, ...], Field(max_length=100)]
    frameworks: Annotated[tuple[Text, ...], Field(max_length=100)]
    since: dt.date

    def covers_framework(self, named: str) -> bool:
        """Whether ``slug@version`` lies within it."""
        return named in self.frameworks or named.partition("@")[0] in self.frameworks

    def to_der(self) -> bytes:
        """The content of the extension: canonical JSON as a DER UTF8String."""
        data = canonical(self.to_json())
        if len(data) > MAX_BYTES:
            raise ValueError(f"the scope takes more than {MAX_BYTES} bytes")
        size = len(data).to_bytes(2, "big").lstrip(b"\0")
        length = size if len(data) < _SHORT else bytes([_SHORT | len(size)]) + size
        return bytes([_UTF8_STRING]) + length + data


def scope_in(certificate: x509.Certificate, oid: x509.ObjectIdentifier) -> Scope | None:
    """The scope that a certificate carries; None if it carries none.

    Raises:
        ValueError: one that is not of the profile.
    """
    try:
        found = certificate.extensions.get_extension_for_oid(oid).value
    except x509.ExtensionNotFound:
        return None
    if not isinstance(found, x509.UnrecognizedExtension):
        raise TypeError("the scope is another kind of extension")
    try:
        scope = Scope.model_validate_json(canonical(load_strict(_content(found.value))))
    except (CaptureError, ValidationError) as error:
        raise ValueError("the scope cannot be read") from error
    if scope.to_der() != found.value:
        raise ValueError("the scope is not in its one canonical form")
    return scope


def _content(der: bytes) -> bytes:
    """What the UTF8String holds; its length is checked by encoding it again."""
    if len(der) < 2 or der[0] != _UTF8_STRING or len(der) > MAX_BYTES + 4:  # noqa: PLR2004
        raise ValueError("the scope is not a UTF8String of a few kilobytes")
    head = 2 if der[1] < _SHORT else 2 + (der[1] & 0x7F)
    return der[head:]
