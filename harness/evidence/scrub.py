"""Scrubbing: in a copy of a capture or result every secret becomes a token of the same length.

Structure and offsets stay: a twin has the same files, lines and positions, so that references from
facts to captures hold and interpreters read it as they read the original. Journals and JSON are
scrubbed through their parsed texts, and a secret that a journal holds in pieces (two reads of one
line) is found across its records; packets are scrubbed across segments, everything else by bytes.
Each is looked into as well: chunked bodies and compressed streams.
"""

import base64
import binascii
import copy
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_plus

from harness.encoding.btsnoop import is_snoop
from harness.encoding.canonical import canonical, load_strict
from harness.encoding.journal import header_line
from harness.encoding.text import from_latin, to_latin
from harness.errors import CaptureError, EvidenceError
from harness.evidence.bystanders import Bystanders
from harness.evidence.hci_twin import snoop_twin
from harness.evidence.journal_text import (
    Fields,
    read_records,
    scrub_across,
    texts_of,
    texts_of_journal,
)
from harness.evidence.lab_names import LabNames
from harness.evidence.layers import MASK, foreign_file, inner, scrub_layers
from harness.evidence.packet_twin import packet_twin
from harness.evidence.packets import is_packets
from harness.evidence.people import PRIVATE, known_pseudonyms
from harness.evidence.pictures import is_picture, without_metadata
from harness.evidence.secret_fields import (
    PROMPT_END,
    LooksSecret,
    ShortSecrets,
    header_pair,
    is_password_field,
    without_foreign_body,
)
from harness.evidence.secret_forms import (
    Form,
    Secret,
    Tokens,
    Views,
    everywhere,
    forms_of,
    possible,
)
from harness.model.radio import PASSKEY_FIELD, is_guessable

SECRETS_SCHEMA: Final = "certbench/secrets/1"
_MIN_KEY_BYTES: Final = 16
_STYLES: Final[tuple[Mapping[str, Any], ...]] = tuple(
    {"ensure_ascii": pure, "indent": indent, "separators": separators}
    for pure in (False, True)
    for indent, separators in ((None, None), (None, (",", ":")), (1, None), (2, None), (4, None))
)
"""How programs write JSON."""


@dataclass(frozen=True)
class SecretFile:
    """``private/secrets.json``: what sealing must scrub, and the key that makes the tokens.

    Attributes:
        secrets: names of people among them.
        bystanders: hardware addresses of devices that are not the samples.
    """

    secrets: tuple[Secret, ...]
    key: bytes
    bystanders: tuple[str, ...] = ()


def load_secrets(path: Path) -> SecretFile:
    """Read ``private/secrets.json``, and beside it what has a pseudonym.

    Raises:
        EvidenceError: missing or not of schema certbench/secrets/1; never quotes a secret.
    """
    try:
        document = load_strict(path.read_bytes())
        if document["schema"] != SECRETS_SCHEMA:
            message = f"{path}: expected a document of schema {SECRETS_SCHEMA}"
            raise EvidenceError(message)
        known = tuple(Secret(str(each["value"]), str(each["kind"])) for each in document["secrets"])
        key = bytes.fromhex(document["key"])
    except (OSError, CaptureError, KeyError, TypeError, ValueError) as error:
        message = f"{path}: cannot be read as a list of secrets"
        raise EvidenceError(message) from error
    if len(key) < _MIN_KEY_BYTES:
        message = f"{path}: the key is shorter than {_MIN_KEY_BYTES} bytes"
        raise EvidenceError(message)
    people, bystanders = known_pseudonyms(path.with_name(PRIVATE))
    return SecretFile((*known, *people), key, bystanders)


class Scrubber:
    """Replaces the secrets of one run by tokens."""

    def __init__(
        self,
        secrets: Iterable[Secret],
        key: bytes,
        *,
        lab: LabNames | None = None,
        bystanders: Bystanders | None = None,
    ) -> None:
        """Know ``secrets`` and, where given, the names of the laboratory and of bystanders.

        ``key`` makes the tokens.
        """
        self._lab = lab
        self._bystanders = bystanders
        known = [secret for secret in dict.fromkeys(secrets) if secret.value]
        known.sort(key=lambda secret: (-len(secret.value), secret.value))
        tokens = Tokens(key)
        self._tokens = tokens
        long = [secret for secret in known if everywhere(secret)]
        plain = {secret.value for secret in long}
        self.forms: tuple[Form, ...] = tuple(
            form
            for secret in long
            if not _is_encoding_of_another(secret.value, plain)
            for form in forms_of(secret, tokens)
        )
        short = [secret for secret in known if not everywhere(secret)]
        self.short = ShortSecrets(short, tokens)
        made = (
            tokens.of(value, length)
            for value in plain
            for length in {len(value), len(value.encode("utf-8", "surrogatepass"))}
        )
        self._looks = LooksSecret(tokens, made)
        self._names: dict[str, str] = {}

    def exact(self, text: str) -> str:
        """Replace known long secrets in all their shapes, inside of it too; the length stays."""
        return scrub_layers(text, self.plain)

    def plain(self, text: str) -> str:
        """Replace known long secrets in all their shapes, in the text itself only."""
        views = Views(text)
        for form in self.forms:
            if form.anchor in views[form.view]:
                text, count = form.pattern.subn(form.replace, text)
                views = Views(text) if count else views
        return text

    def text(self, text: str) -> str:
        """Replace everything that is or looks secret in one text; the length stays."""
        return scrub_layers(text, self._text)

    def _text(self, text: str) -> str:
        text = self._looks.text(self.short.text(self.plain(text)))
        if self._lab is not None:
            text = self._lab.in_captures(text, self._tokens)
        return self._bystanders.in_text(text) if self._bystanders is not None else text

    def name(self, name: str) -> str:
        """The name of a file without secrets; its folders stay folders."""
        parts = name.split("/")
        for part in parts:
            if part not in self._names:  # a folder's stands in the name of each of its files
                self._names[part] = self.plain(part)
        return "/".join(self._names[part] for part in parts)

    def value(self, value: Any, name: str = "") -> Any:  # noqa: ANN401  (any JSON value)
        """Scrub a JSON value; ``name`` is the field that holds it."""
        if isinstance(value, str):
            return self._string(value, name)
        if isinstance(value, dict):
            named = {self.text(key): self.value(entry, key) for key, entry in value.items()}
            return without_foreign_body(named)
        if pair := header_pair(value):
            return [self.text(pair[0]), self.value(pair[1], pair[0])]
        if isinstance(value, list):
            return [self.value(entry, name) for entry in value]
        return self._number(value, name)

    def _string(self, value: str, name: str) -> str:
        if name == PASSKEY_FIELD and value.isdecimal() and not is_guessable(value):
            return self._tokens.of(value)
        scrubbed = self._looks.named(name, self.text(value))
        return self.short.value(scrubbed) if is_password_field(name) else scrubbed

    def _number(self, value: Any, name: str) -> Any:  # noqa: ANN401  (any JSON value)
        """A secret of digits may be stored as a number; its token is a number as long."""
        if not isinstance(value, int) or isinstance(value, bool):
            return value
        digits = str(value)
        hidden = self.exact(digits)
        if is_password_field(name):
            hidden = self.short.value(hidden)
        return value if hidden == digits else int(self._tokens.of(digits, len(digits), "123456789"))

    def file(self, name: str, data: bytes) -> bytes:
        """Scrub one file by what it is: a journal, JSON, or bytes."""
        if data.startswith(header_line()):
            return self._journal(data)
        if name.endswith(".json"):
            return self._json(data)
        kinds = (
            (is_packets, self._packets),
            (is_snoop, self._snoop),
            (is_picture, without_metadata),
        )
        scrub = next((scrub for is_kind, scrub in kinds if is_kind(data)), self._bytes)
        return scrub(data)

    def result(self, name: str, data: bytes) -> bytes:
        """A record or a result: scrubbed, and without names of the laboratory.

        Nothing points into it by a place in its text, so that its length may change.
        """
        if self._lab is None:
            return self.file(name, data)
        if not name.endswith(".json"):
            text = self._lab.in_results(data.decode("utf-8", "surrogateescape"))
            return self.file(name, text.encode("utf-8", "surrogateescape"))
        document = load_strict(data)
        changed = self._lab.in_document(document)
        return self.file(name, data if changed == document else _like(data, document, changed))

    def _packets(self, data: bytes) -> bytes:
        return packet_twin(data, self.text, self._address)

    def _snoop(self, data: bytes) -> bytes:
        address = None if self._bystanders is None else self._bystanders.in_air
        return snoop_twin(data, self.text, address)

    def _address(self, address: bytes) -> bytes:
        return address if self._bystanders is None else self._bystanders.in_frame(address)

    def _bytes(self, data: bytes) -> bytes:
        text = to_latin(data)
        if foreign_file(text):
            return MASK.encode() * len(data)
        return from_latin(self.text(text))

    def _narrowed(self, texts: Iterable[str]) -> "Scrubber":
        """A scrubber with only the shapes that may occur in one file, to be quick on its parts."""
        views = [Views(each) for text in texts for each in (text, *inner(text))]
        kept = {id(form) for view in views for form in possible(self.forms, view)}
        narrow = copy.copy(self)
        narrow.forms = tuple(form for form in self.forms if id(form) in kept)
        narrow._names = {}  # noqa: SLF001  (another one of this class)
        return narrow

    def _json(self, data: bytes) -> bytes:
        try:
            document = load_strict(data)
        except CaptureError:
            return self._bytes(data)
        scrubbed = self._narrowed(["\n".join(texts_of(document))]).value(document)
        return data if scrubbed == document else _like(data, document, scrubbed)

    def _journal(self, data: bytes) -> bytes:
        lines = data.splitlines(keepends=True)
        records = read_records(data)
        narrow = self._narrowed(texts_of_journal(records))
        joined = scrub_across(records, narrow.plain, narrow.text)
        scrubbed = [None if fields is None else narrow.value(fields) for fields in joined]
        self._answers(scrubbed)
        triples = zip(lines, records, scrubbed, strict=True)
        return b"".join(self._line(line, before, after) for line, before, after in triples)

    def _line(self, line: bytes, before: Fields | None, after: Fields | None) -> bytes:
        if after is None:
            return self._bytes(line)
        return line if after == before else canonical(after) + b"\n"

    def _answers(self, records: Sequence[Fields | None]) -> None:
        """Short secrets that stand in the record right after a password prompt."""
        prompted = False
        for fields in records:
            data = fields.get("data") if fields else None
            if fields is None or not isinstance(data, str):
                continue
            if prompted:
                fields["data"] = self.short.answer(data)
            prompted = PROMPT_END.search(data[-120:]) is not None


def _is_encoding_of_another(value: str, plain: set[str]) -> bool:
    """Whether a secret is another one, percent-encoded or as Basic credentials.

    The other one's shapes cover it then, and keep it decodable.
    """
    if (decoded := unquote_plus(value)) != value and decoded in plain:
        return True
    return any(form_value in plain for form_value in _basic_password(value))


def _basic_password(value: str) -> Iterable[str]:
    try:
        decoded = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return
    yield decoded.partition(":")[2]


def _like(data: bytes, before: Any, after: Any) -> bytes:  # noqa: ANN401  (any JSON value)
    """Write ``after`` the way that ``data`` was written: canonical, compact or indented."""
    bare = data.rstrip(b"\n")
    try:
        if canonical(before) == bare:
            return canonical(after) + data[len(bare) :]
    except CaptureError:
        pass
    for style in _STYLES:
        if _written(before, style) == bare:
            return _written(after, style) + data[len(bare) :]
    return _written(after, _STYLES[0])


def _written(value: Any, style: Mapping[str, Any]) -> bytes:  # noqa: ANN401  (any JSON value)
    return json.dumps(value, **style).encode("utf-8", "surrogatepass")
