"""What a browser sends: one form with fields and files, read within bounds (RFC 7578)."""

from dataclasses import dataclass, field
from email.message import MIMEPart
from email.parser import BytesParser
from email.policy import HTTP
from typing import Final

from harness.answering.store import MAX_FILE_BYTES, Upload
from harness.errors import UsageError

MAX_BODY_BYTES: Final = MAX_FILE_BYTES + 256 * 1024
"""One file and the text beside it."""
MAX_TEXT: Final = 8000
_MAX_PARTS: Final = 20


@dataclass
class Form:
    """Fields by name; files that are not empty."""

    fields: dict[str, str] = field(default_factory=dict)
    files: list[Upload] = field(default_factory=list)

    def text(self, name: str) -> str:
        """A field; ``""`` if it was not sent."""
        return self.fields.get(name, "").strip()


def read_form(content_type: str, body: bytes) -> Form:
    """A ``multipart/form-data`` body.

    Raises:
        UsageError: it is something else, or beyond the bounds.
    """
    if not content_type.lower().startswith("multipart/form-data;") or "\n" in content_type:
        raise UsageError("not the form of this page")
    head = f"Content-Type: {content_type}\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = list(message.iter_parts()) if message.is_multipart() else []
    if not parts or len(parts) > _MAX_PARTS:
        raise UsageError("not the form of this page")
    form = Form()
    for part in parts:
        _take(form, part)
    return form


def _take(form: Form, part: "MIMEPart[str, str]") -> None:
    name = part.get_param("name", "", "content-disposition")
    data = part.get_payload(decode=True)
    if not isinstance(name, str) or not isinstance(data, bytes):
        raise UsageError("not the form of this page")
    file = part.get_filename()
    if file is not None:
        if data:
            form.files.append(Upload(file[-200:], data))
        return
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    if len(text) > MAX_TEXT:
        raise UsageError(f"a text of more than {MAX_TEXT} characters is not kept: attach it")
    form.fields[name] = text
