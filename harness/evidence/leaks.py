"""The gate before sealing: is a secret left anywhere, in any shape, even in a file's name?"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from harness.encoding.canonical import load_strict
from harness.encoding.journal import header_line
from harness.encoding.text import to_latin
from harness.encoding.tree import Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.evidence.journal_text import read_records, texts_of, texts_of_journal
from harness.evidence.scrub import Scrubber, SecretFile
from harness.evidence.secret_fields import is_password_field
from harness.evidence.secret_forms import Views

_SHOWN: Final = 5
_SHORT: Final = "short secret in a password field"


@dataclass(frozen=True)
class Leak:
    """A secret that is left: in which file, what kind of secret, in which shape; never its value.

    Attributes:
        file: the name as it may be shown: a secret in the name itself is replaced.
    """

    file: str
    kind: str
    form: str


def find_leaks(tree: Tree, secrets: SecretFile) -> tuple[Leak, ...]:
    """Search every file and every name of ``tree`` for every secret in all its shapes."""
    if not secrets.secrets:
        return ()
    scrubber = Scrubber(secrets.secrets, secrets.key)
    return tuple(
        dict.fromkeys(leak for name in tree.names() for leak in _in_file(tree, name, scrubber))
    )


def refuse_leaks(tree: Tree, secrets: SecretFile) -> None:
    """Raise EvidenceError, naming files and kinds, while a secret is left in ``tree``."""
    leaks = find_leaks(tree, secrets)
    if not leaks:
        return
    shown = "; ".join(f"{leak.file}: {leak.kind} ({leak.form})" for leak in leaks[:_SHOWN])
    more = f"; and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
    message = f"{tree.label}: not sealed, since secrets are left: {shown}{more}"
    raise EvidenceError(message)


def _in_file(tree: Tree, name: str, scrubber: Scrubber) -> Iterator[Leak]:
    shown = scrubber.exact(name)
    for leak in _in_text(name, shown, scrubber):
        yield Leak(leak.file, leak.kind, f"{leak.form}, in the file's name")
    data = read(tree, name)
    for text in (to_latin(data), *_parsed(name, data)):
        yield from _in_text(text, shown, scrubber)
    if name.endswith(".json") and _short_in_json(data, scrubber):
        yield Leak(shown, "short secret", _SHORT)


def _in_text(text: str, shown: str, scrubber: Scrubber) -> Iterator[Leak]:
    views = Views(text)
    for form in scrubber.forms:
        if form.may_occur(views) and form.pattern.search(text):
            yield Leak(shown, form.secret.kind, form.name)
    if scrubber.short.text(text) != text:
        yield Leak(shown, "short secret", _SHORT)


def _parsed(name: str, data: bytes) -> Iterator[str]:
    """Texts of a file as a reader of its format sees them, journals across records too."""
    if data.startswith(header_line()):
        yield from texts_of_journal(read_records(data))
    elif name.endswith(".json"):
        try:
            yield "\n".join(texts_of(load_strict(data)))
        except CaptureError:
            return


def _short_in_json(data: bytes, scrubber: Scrubber) -> bool:
    try:
        document = load_strict(data)
    except CaptureError:
        return False
    return any(scrubber.short.value(value) != value for value in _passwords(document))


def _passwords(value: Any, name: str = "") -> Iterable[str]:  # noqa: ANN401  (any JSON value)
    if isinstance(value, str) and is_password_field(name):
        yield value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _passwords(entry, key)
    elif isinstance(value, list):
        for entry in value:
            yield from _passwords(entry, name)
