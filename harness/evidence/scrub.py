"""Twins: copies of captures and results in which every secret became a token of the same length.

Structure and offsets stay: a twin has the same files, lines and positions, so that references from
facts to captures hold and interpreters read it as they read the original. Journals and JSON are
scrubbed through their parsed texts, and a secret that a journal holds in pieces (two reads of one
line) is found across its records; everything else is scrubbed by bytes.
"""

import base64
import binascii
import copy
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_plus

from pydantic import ValidationError

from harness.encoding.canonical import canonical, load_strict, sha256_hex
from harness.encoding.journal import INCOMING, header_line
from harness.encoding.text import from_latin, to_latin
from harness.encoding.tree import DirectoryTree, Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.evidence.journal_text import (
    Fields,
    read_records,
    scrub_across,
    texts_of,
    texts_of_journal,
)
from harness.evidence.secret_fields import (
    PROMPT_END,
    LooksSecret,
    ShortSecrets,
    header_pair,
    is_password_field,
)
from harness.evidence.secret_forms import Form, Secret, Tokens, Views, everywhere, forms_of
from harness.model.record import AttemptRecord, CaptureEntry

SECRETS_SCHEMA: Final = "certbench/secrets/1"
_MIN_KEY_BYTES: Final = 16
_FACTS: Final = frozenset({"facts.json"})


@dataclass(frozen=True)
class SecretFile:
    """``private/secrets.json``: what sealing must scrub, and the key that makes the tokens."""

    secrets: tuple[Secret, ...]
    key: bytes


def load_secrets(path: Path) -> SecretFile:
    """Read ``private/secrets.json``.

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
    return SecretFile(known, key)


class Scrubber:
    """Replaces the secrets of one run by tokens."""

    def __init__(self, secrets: Iterable[Secret], key: bytes) -> None:
        """Know ``secrets``; ``key`` makes their tokens."""
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

    def exact(self, text: str) -> str:
        """Replace known long secrets in all their shapes; the length stays."""
        views = Views(text)
        for form in self.forms:
            if len(form.anchor) <= len(text) and form.may_occur(views):
                text, count = form.pattern.subn(form.replace, text)
                views = Views(text) if count else views
        return text

    def text(self, text: str) -> str:
        """Replace everything that is or looks secret in one text; the length stays."""
        return self._looks.text(self.short.text(self.exact(text)))

    def value(self, value: Any, name: str = "") -> Any:  # noqa: ANN401  (any JSON value)
        """Scrub a JSON value; ``name`` is the field that holds it."""
        if isinstance(value, str):
            scrubbed = self.text(value)
            return self.short.value(scrubbed) if is_password_field(name) else scrubbed
        if isinstance(value, dict):
            return {self.text(key): self.value(entry, key) for key, entry in value.items()}
        if pair := header_pair(value):
            return [self.text(pair[0]), self._looks.header(pair[0], self.value(pair[1], pair[0]))]
        if isinstance(value, list):
            return [self.value(entry, name) for entry in value]
        return self._number(value, name)

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
        return self._bytes(data)

    def _bytes(self, data: bytes) -> bytes:
        return from_latin(self.text(to_latin(data)))

    def _narrowed(self, texts: Iterable[str]) -> "Scrubber":
        """A scrubber with only the shapes that may occur in one file, to be quick on its parts."""
        views = [Views(text) for text in texts]
        narrow = copy.copy(self)
        narrow.forms = tuple(
            form for form in self.forms if any(form.may_occur(view) for view in views)
        )
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
        joined = scrub_across(records, narrow.exact)
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
    try:
        if canonical(before) == data.rstrip(b"\n"):
            return canonical(after) + data[len(data.rstrip(b"\n")) :]
    except CaptureError:
        pass
    indent = 2 if data[:2] in {b"{\n", b"[\n"} else None
    return json.dumps(after, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")


def scrub_tree(
    source: Tree, target: Path, scrubber: Scrubber, leave_out: frozenset[str] = frozenset()
) -> None:
    """Write the twin of every file of ``source`` below ``target``, which must not exist.

    Args:
        source: what to copy.
        target: where to.
        scrubber: knows the secrets.
        leave_out: last parts of the names of files that get no twin.

    Raises:
        EvidenceError: ``target`` exists, or a file is too large to be scrubbed.
    """
    if target.exists():
        message = f"{target}: exists already"
        raise EvidenceError(message)
    target.mkdir(parents=True, mode=0o700)
    for name in source.names():
        if name.rpartition("/")[2] in leave_out:
            continue
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(scrubber.file(name, read(source, name)))


def make_twin(survey: Path, target: Path, secrets: Iterable[Secret], key: bytes) -> None:
    """Write the scrubbed twin of a survey directory as ``target``, which must not exist.

    ``attempt.json`` of the twin gives sizes and digests of the twin's captures. ``facts.json`` gets
    no twin: facts of the raw captures may hold digests from which a weak password can be guessed,
    and the sealed facts are those that the caller interprets from the twin.

    Raises:
        EvidenceError: ``target`` exists, or a record cannot be read.
    """
    scrub_tree(DirectoryTree(survey), target, Scrubber(secrets, key), _FACTS)
    for spooled in sorted(target.rglob(INCOMING)):
        spooled.write_bytes(b"".join(_masked(record) for record in _lines(spooled)))
    for record in sorted(target.rglob("attempt.json")):
        _redigest(record)


def _lines(journal: Path) -> list[bytes]:
    return journal.read_bytes().splitlines(keepends=True)


def _masked(line: bytes) -> bytes:
    """A line of a spool with its bytes withheld; how many there were stays.

    They were never read as what they are, so nobody knows which of them are secret.
    """
    try:
        record = load_strict(line)
    except CaptureError:
        return b"x" * (len(line) - 1) + b"\n"  # torn by a power cut
    if isinstance(record, dict) and isinstance(record.get("data"), str):
        record["data"] = "x" * len(record["data"])
    return canonical(record) + b"\n"


def _redigest(record: Path) -> None:
    try:
        attempt = AttemptRecord.from_bytes(record.read_bytes())
    except (CaptureError, ValidationError, ValueError) as error:
        message = f"{record}: not an attempt record any more"
        raise EvidenceError(message) from error
    captures = tuple(_of_twin(record.parent, entry) for entry in attempt.captures)
    record.write_bytes(attempt.model_copy(update={"captures": captures}).to_bytes())


def _of_twin(folder: Path, entry: CaptureEntry) -> CaptureEntry:
    path = folder / entry.name
    if not path.is_file():
        message = f"{path}: listed in attempt.json and not there"
        raise EvidenceError(message)
    data = path.read_bytes()
    return entry.model_copy(update={"size": len(data), "sha256": sha256_hex(data)})
