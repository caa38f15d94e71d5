"""Third-party evidence: what somebody else certified of a part of the DUT (TS 103 701, clause 4.7).

The supplier declares it in the dossier and hands in the file; an assessor accepts or refuses it row
by row. Nothing here opens the file: it is kept, bound by its digest and shown by its name.
"""

import datetime as dt
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field

from harness.encoding.canonical import digest_of
from harness.encoding.text import neutralise
from harness.model.base import Frozen
from harness.model.question import Question

FOLDER: Final = "evidence/"
"""Where the files lie below ``survey/``."""
MAX_FILE_BYTES: Final = 16 * 1024 * 1024
SUFFIXES: Final = (".pdf", ".txt")
"""Endings of the files that are taken; both are kept as they are, and neither is opened."""
ACCEPTED: Final = "accepted"
EXTERNAL: Final = "external-evidence"
"""Code of the reason by which a row holds on third-party evidence."""
_SHOWN: Final = 400


def _as_text(value: object) -> object:
    """TOML has dates of its own; in JSON and spreadsheets they are texts."""
    is_day = isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return value.isoformat() if is_day else value  # type: ignore[attr-defined]  # a date


def _real(value: str) -> str:
    if dt.date.fromisoformat(value).isoformat() != value:
        raise ValueError("write the day as 2026-11-22")
    return value


Day = Annotated[str, BeforeValidator(_as_text), AfterValidator(_real)]
"""A calendar day, ``2026-11-22``."""
Told = Annotated[str, Field(min_length=1)]


class ExternalEvidence(Frozen):
    """A certificate or report of a third party, as the supplier hands it in.

    Attributes:
        title: what the document calls itself, with its number.
        issuer: who issued it.
        accreditation: by whom and for what the issuer is accredited, with the number.
        scope: which product in which version was examined, against what.
        valid_from, valid_until: first and last day on which it is valid.
        file: where it lies, relative to the dossier.
        sha256: digest of the file.
        covers: rows of the IXIT that it may stand for: ``10-SecParam/SecParam-3``.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$")]
    title: Told
    issuer: Told
    accreditation: Told
    scope: Told
    valid_from: Day
    valid_until: Day
    file: Told
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    covers: Annotated[tuple[Told, ...], Field(min_length=1)]

    @property
    def stored_name(self) -> str:
        """Path of the kept file below ``survey/``; another content has another name."""
        suffix = next((each for each in SUFFIXES if self.file.lower().endswith(each)), ".bin")
        return f"{FOLDER}{self.id}-{self.sha256[:12]}{suffix}"

    def question(self, table: str) -> Question:
        """What an assessor is asked about it for a row of ``table``.

        The question holds the digest of all that the supplier says, so that an acceptance is void
        once any of it changes: validity, scope, covered rows or the file.
        """
        said = {name: neutralise(value, _SHOWN) for name, value in self._texts().items()}
        return Question(
            id=f"external-{self.id}-{table}",
            prompt=(
                f"Third-party evidence {self.id}: {said['title']}, issued by {said['issuer']}. "
                f"Accreditation: {said['accreditation']}. Scope: {said['scope']}. Valid from "
                f"{self.valid_from} until {self.valid_until}. Read survey/{self.stored_name} of "
                "the run. Accept it for this row only if all of this is so: it speaks of the very "
                "part that the row declares, in the same version; its scope covers what the units "
                "beside this question ask of the row; the issuer is accredited for that scope; "
                "nothing says that it was withdrawn. Accepted, it is shown as external and stands "
                "for the row in these units, unless a fact, a rule or a person contradicts. Refused"
                f", it decides nothing. (Record {digest_of(self.to_json())}.)"
            ),
            choices=(ACCEPTED, "refused", "cannot tell"),
            holds=(ACCEPTED,),
            unsure=("refused", "cannot tell"),
        )

    def _texts(self) -> dict[str, str]:
        names = ("title", "issuer", "accreditation", "scope")
        return {name: getattr(self, name) for name in names}

    def rows(self) -> tuple[tuple[str, str], ...]:
        """Table and row of each entry of ``covers``."""
        parts = (entry.partition("/") for entry in self.covers)
        return tuple((table, row) for table, _, row in parts)
