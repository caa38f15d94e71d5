"""Names of people in a survey: pseudonyms in the bundle, which the laboratory can open later.

A bundle has to show that whoever answered was authorised, and nobody needs a name for that: the
same name becomes the same pseudonym everywhere. The bundle holds a commitment to each name,
``SHA256(salt || name in UTF-8)``; names and salts stay in the run's ``private/pseudonyms.json``.
Whoever is given name and salt computes the commitment anew.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from harness.encoding.canonical import canonical, load_strict
from harness.errors import CaptureError, EvidenceError
from harness.evidence.durable import write_private
from harness.evidence.secret_forms import Secret, Tokens
from harness.model.override import FOLDER as OVERRIDES
from harness.model.revision import FOLDER as REVISIONS

SCHEMA: Final = "certbench/pseudonyms/1"
PRIVATE: Final = "pseudonyms.json"
SEALED: Final = "pseudonyms.json"
"""Its name below ``survey/`` of a bundle."""
_SALT_BYTES: Final = 16
NOBODY: Final = frozenset({"", "script"})
"""What stands for a person where there is none: scripted answers are marked as such."""
_SHORTEST: Final = 8
_VOUCHING: Final = ("person", "second")
"""Fields of an override that name people."""


@dataclass(frozen=True)
class Opening:
    """What proves who a pseudonym stands for: handed out only to whom the name may be told."""

    name: str
    pseudonym: str
    salt: str

    @property
    def commitment(self) -> str:
        """What the bundle says of this name."""
        return commitment(self.name, self.salt)


def commitment(name: str, salt: str) -> str:
    """SHA-256 over the salt's bytes and the name in UTF-8, as hexadecimal digits.

    Raises:
        ValueError: the salt is not hexadecimal.
    """
    return hashlib.sha256(bytes.fromhex(salt) + name.encode()).hexdigest()


def pseudonym(name: str, tokens: Tokens) -> str:
    """The pseudonym of a name: the token that replaces it elsewhere, of at least 8 characters."""
    return tokens.of(name, max(_SHORTEST, len(name)))


def names_in(survey: Path) -> tuple[str, ...]:
    """Everybody who is named in a survey: who answered, overrode, revised, or stands in the job."""
    return tuple(dict.fromkeys(name for name in _names(survey) if name not in NOBODY))


def _names(survey: Path) -> Iterator[str]:
    for file in sorted(survey.glob("answers/*.json")):
        yield str(_document(file).get("person", ""))
    for file in sorted(survey.glob(f"{OVERRIDES}/*.json")):
        yield from (str(_document(file).get(field, "")) for field in _VOUCHING)
    for file in sorted(survey.glob(f"{REVISIONS}/*.json")):
        yield _author(_document(file))
    for person in _persons(survey / "job.json"):
        yield str(person.get("name", ""))


def _persons(file: Path) -> list[dict[str, Any]]:
    found = _document(file).get("persons", []) if file.is_file() else []
    return [entry for entry in found if isinstance(entry, dict)]


def _author(revision: Mapping[str, Any]) -> str:
    """Who revised the dossier."""
    dossier = revision.get("dossier")
    return str(dossier.get("author", "")) if isinstance(dossier, dict) else ""


def _document(file: Path) -> dict[str, Any]:
    try:
        document = load_strict(file.read_bytes())
    except (OSError, CaptureError) as error:
        raise EvidenceError(f"{file}: cannot be read: {error}") from error
    return document if isinstance(document, dict) else {}


def known_pseudonyms(path: Path) -> tuple[tuple[Secret, ...], tuple[str, ...]]:
    """Whole names of people, to be looked for everywhere, and bystanders' hardware addresses.

    One word may be anybody's name, and a device's: it is replaced only in records.

    Raises:
        EvidenceError: the file is there and holds something else.
    """
    if not path.is_file():
        return (), ()
    names = [name for name in _known(path) if " " in name.strip()]
    bystanders = _document(path).get("bystanders", [])
    return tuple(Secret(name, "person") for name in names), tuple(map(str, bystanders))


def openings(
    private: Path, survey: Path, tokens: Tokens, bystanders: Sequence[str] = ()
) -> tuple[Opening, ...]:
    """The openings of everybody in ``survey``, kept in ``private``; salts are drawn once.

    Args:
        private: folder of the run that is never published.
        survey: the raw survey.
        tokens: make the pseudonyms.
        bystanders: hardware addresses that sealing must look for; kept beside the names.

    Raises:
        EvidenceError: a record cannot be read.
    """
    path = private / PRIVATE
    known = _known(path)
    for name in names_in(survey):
        if name not in known:
            salt = secrets.token_hex(_SALT_BYTES)
            known[name] = Opening(name, pseudonym(name, tokens), salt)
    if known or bystanders:
        people = [vars(entry) for entry in known.values()]
        document = {"schema": SCHEMA, "people": people, "bystanders": list(bystanders)}
        write_private(path, json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n")
    return tuple(known.values())


def _known(path: Path) -> dict[str, Opening]:
    if not path.is_file():
        return {}
    try:
        return {entry["name"]: Opening(**entry) for entry in _document(path)["people"]}
    except (KeyError, TypeError) as error:
        raise EvidenceError(f"{path}: not a list of pseudonyms") from error


def use_pseudonyms(twin: Path, raw: Path, known: tuple[Opening, ...]) -> None:
    """Replace the names in the records of a twin, and add the commitments to it.

    Args:
        twin: the survey's twin, scrubbed.
        raw: the survey, which says who stands where.
        known: the openings of everybody in it.
    """
    if not known:
        return
    by_name = {entry.name: entry.pseudonym for entry in known}
    for file in sorted(twin.glob("answers/*.json")):
        person = str(_document(raw / "answers" / file.name).get("person", ""))
        _set(file, {"person": by_name.get(person, person)})
    for file in sorted(twin.glob(f"{OVERRIDES}/*.json")):
        record = _document(raw / OVERRIDES / file.name)
        there = {field: str(record[field]) for field in _VOUCHING if field in record}
        _set(file, {field: by_name.get(name, name) for field, name in there.items()})
    for file in sorted(twin.glob(f"{REVISIONS}/*.json")):
        author = _author(_document(raw / REVISIONS / file.name))
        dossier = {**_document(file)["dossier"], "author": by_name.get(author, author)}
        _set(file, {"dossier": dossier})
    job = twin / "job.json"
    if job.is_file():
        pairs = zip(_persons(job), _persons(raw / "job.json"), strict=True)
        named = [
            {**entry, "name": by_name.get(str(was.get("name", "")), "")} for entry, was in pairs
        ]
        _set(job, {"persons": named})
    people = [{"pseudonym": each.pseudonym, "commitment": each.commitment} for each in known]
    people.sort(key=lambda entry: entry["pseudonym"])
    (twin / SEALED).write_bytes(canonical({"schema": SCHEMA, "people": people}))


def _set(file: Path, values: Mapping[str, object]) -> None:
    file.write_bytes(canonical({**_document(file), **values}))
