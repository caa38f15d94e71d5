"""The gate before sealing: is a secret left anywhere, in any shape, even in a file's name?"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from harness.encoding.btsnoop import is_snoop
from harness.encoding.canonical import load_strict
from harness.encoding.journal import header_line
from harness.encoding.text import to_latin
from harness.encoding.tree import Tree, read
from harness.errors import CaptureError, EvidenceError
from harness.evidence.hci_twin import texts_of_snoop, unmasked
from harness.evidence.journal_text import read_records, texts_of, texts_of_journal
from harness.evidence.layers import layers, opaque
from harness.evidence.packet_twin import streams_in
from harness.evidence.packets import is_packets
from harness.evidence.scrub import Scrubber, SecretFile
from harness.evidence.secret_fields import is_password_field
from harness.evidence.secret_forms import Views, possible

_SHOWN: Final = 5
_OPAQUE: Final = "data that cannot be looked into"
_SHORT: Final = ("short secret", "short secret in a password field")


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
    if not (secrets.secrets or secrets.bystanders):
        return tuple(leak for name in tree.names() for leak in _of_links(name, read(tree, name)))
    scrubber = Scrubber(secrets.secrets, secrets.key)
    gate = _Gate(scrubber, secrets.bystanders)
    return tuple(dict.fromkeys(leak for name in tree.names() for leak in gate.look(tree, name)))


def refuse_leaks(tree: Tree, secrets: SecretFile) -> None:
    """Raise EvidenceError, naming files and kinds, while a secret is left in ``tree``."""
    leaks = find_leaks(tree, secrets)
    if not leaks:
        return
    shown = "; ".join(f"{leak.file}: {leak.kind} ({leak.form})" for leak in leaks[:_SHOWN])
    more = f"; and {len(leaks) - _SHOWN} more" if len(leaks) > _SHOWN else ""
    message = f"{tree.label}: not sealed, since secrets are left: {shown}{more}"
    raise EvidenceError(message)


class _Gate:
    """What is looked for in each file."""

    def __init__(self, scrubber: Scrubber, bystanders: Iterable[str]) -> None:
        self._scrubber = scrubber
        spelt = "|".join(each.replace(":", "[:-]") for each in bystanders)
        self._bystanders = re.compile(spelt, re.IGNORECASE) if spelt else None

    def look(self, tree: Tree, name: str) -> Iterator[Leak]:
        """Every secret in one file or its name, and what nobody can look into."""
        shown = self._scrubber.name(name)
        for kind, form in self._in_text(name):
            yield Leak(shown, kind, f"{form}, in the file's name")
        data = read(tree, name)
        yield from _of_links(shown, data)
        document = _document(name, data)
        # A stream of a journal is often its only one: the same text once by kind, once by link.
        for text in dict.fromkeys((to_latin(data), *_parsed(data, document))):
            for each, depth in layers(text):
                yield from (Leak(shown, *found) for found in self._in_text(each))
                yield from (Leak(shown, _OPAQUE, part.coding) for part in opaque(each, depth))
        if any(self._scrubber.short.value(value) != value for value in _passwords(document)):
            yield Leak(shown, *_SHORT)

    def _in_text(self, text: str) -> Iterator[tuple[str, str]]:
        yield from _in_text(text, self._scrubber)
        if self._bystanders is not None and self._bystanders.search(text):
            yield "bystander", "hardware address"


def _of_links(name: str, data: bytes) -> Iterator[Leak]:
    """Keys of Bluetooth links are secret whether or not anybody wrote them down as such."""
    if is_snoop(data) and unmasked(data):
        yield Leak(name, "key or value of a Bluetooth link", "HCI packet")


def _in_text(text: str, scrubber: Scrubber) -> Iterator[tuple[str, str]]:
    """Kind and shape of every secret in one text."""
    for form in possible(scrubber.forms, Views(text)):
        if form.pattern.search(text):
            yield form.secret.kind, form.name
    if scrubber.short.text(text) != text:
        yield _SHORT


def _document(name: str, data: bytes) -> Any:  # noqa: ANN401  (any JSON value)
    """A JSON file as its readers see it; None for every other file."""
    if not name.endswith(".json"):
        return None
    try:
        return load_strict(data)
    except CaptureError:
        return None


def _parsed(data: bytes, document: Any) -> Iterator[str]:  # noqa: ANN401  (any JSON value)
    """Texts of a file as a reader of its format sees them, journals across records too."""
    if data.startswith(header_line()):
        yield from texts_of_journal(read_records(data))
    elif is_packets(data):
        yield from streams_in(data)
    elif is_snoop(data):
        yield from texts_of_snoop(data)
    elif document is not None:
        yield "\n".join(texts_of(document))


def _passwords(value: Any, name: str = "") -> Iterable[str]:  # noqa: ANN401  (any JSON value)
    if isinstance(value, str) and is_password_field(name):
        yield value
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from _passwords(entry, key)
    elif isinstance(value, list):
        for entry in value:
            yield from _passwords(entry, name)
