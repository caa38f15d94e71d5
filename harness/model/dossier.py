"""The dossier: what the supplier says of the DUT (TS 103 701: identification, ICS, IXIT).

The tables of the IXIT are in `harness.model.ixit`.
"""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from harness.model.base import Document, Frozen
from harness.model.external import ExternalEvidence
from harness.model.ixit import Ixit


class Support(StrEnum):
    """The supplier's answer in an ICS row."""

    YES = "Y"
    NO = "N"
    NOT_APPLICABLE = "N/A"


class IcsRow(Frozen):
    """One row of the implementation conformance statement; ``detail`` is always required."""

    provision: str
    support: Support
    detail: Annotated[str, Field(min_length=1)]


class DutIdentification(Frozen):
    """What the DUT is (fields of the official form are not confirmed, see the catalogue)."""

    supplier: str
    model: str
    hardware: str = ""
    firmware: str = ""
    description: str = ""
    associated_services: tuple[str, ...] = ()


class Dossier(Document):
    """DUT identification + ICS + IXIT, one frozen revision.

    Attributes:
        revision, author, reason, trigger: a change after the freeze is a new number with these.
        ics: framework, ``slug`` or ``slug@version`` -> rows.
        evidence: what third parties certified of parts of the DUT; None if nothing is handed in.
    """

    SCHEMA: ClassVar[str] = "certbench/dossier/1"

    revision: int = 1
    author: str = ""
    reason: str = ""
    trigger: str = ""
    dut: DutIdentification
    ics: dict[str, tuple[IcsRow, ...]] = {}
    ixit: Ixit = Ixit()
    evidence: tuple[ExternalEvidence, ...] | None = None

    def ics_rows(self, framework: str) -> tuple[IcsRow, ...]:
        """The supplier's answers for ``slug@version``.

        A table under that name speaks for this version alone; else the table under the slug does.
        """
        slug, _, _ = framework.partition("@")
        return self.ics.get(framework, self.ics.get(slug, ()))

    def ics_row(self, framework: str, provision: str) -> IcsRow | None:
        """The supplier's answer on one provision of ``framework``, see `ics_rows`."""
        rows = self.ics_rows(framework)
        return next((row for row in rows if row.provision == provision), None)
