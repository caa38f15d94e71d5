"""Is every recommendation that is not met or does not apply justified in the ICS? (4-1)."""

from collections.abc import Sequence
from typing import Final

from harness.assessment.judging import contradicted, held, reason, undecided
from harness.assessment.rules.rows import no_rows
from harness.model.catalogue import Catalogue
from harness.model.dossier import Dossier, IcsRow, Support
from harness.model.judgement import Judgement, Judgements

JUSTIFIED: Final = "departure-justified"
ICS: Final = "ICS"

_SAYS_NOTHING: Final = frozenset(
    {
        "",
        "n",
        "na",
        "nil",
        "no",
        "none",
        "notapplicable",
        "notclaimed",
        "notfulfilled",
        "notimplemented",
        "notmet",
        "notsupported",
        "tbd",
        "todo",
    }
)
"""Details, letters only, that repeat the answer or put it off, and give no reason for it."""


def departures_are_justified(catalogue: Catalogue, dossier: Dossier) -> Judgements:
    """Every recommendation answered N or N/A carries a reason (4-1-1a).

    One judgement a recommendation of the catalogue, the item being its provision. A recommendation
    that is claimed needs no reason; one without an answer, or with two, is UNDECIDED. Whether a
    reason is a good one is not asked here.
    """
    rows = dossier.ics_rows(str(catalogue.framework))
    asked = [provision.id for provision in catalogue.provisions if not provision.mandatory]
    if not rows or not asked:
        return (no_rows(JUSTIFIED, ICS),)
    return tuple(
        _justified(str(name), [row for row in rows if row.provision == name]) for name in asked
    )


def _justified(provision: str, rows: Sequence[IcsRow]) -> Judgement:
    if not rows:
        return undecided(provision, JUSTIFIED, reason("no-ics-row", provision=provision))
    if len(rows) > 1:
        why = reason("reference-ambiguous", reference=provision, table=ICS)
        return undecided(provision, JUSTIFIED, why)
    (row,) = rows
    cited = (f"{ICS}/{provision}",)
    if row.support is Support.YES:
        return held(provision, JUSTIFIED, reason("recommendation-claimed"), rows=cited)
    said = {"support": row.support.value, "detail": row.detail}
    if _says_nothing(row.detail):
        return contradicted(
            provision, JUSTIFIED, reason("departure-unjustified", **said), rows=cited
        )
    return held(provision, JUSTIFIED, reason("departure-justified", **said), rows=cited)


def _says_nothing(detail: str) -> bool:
    return "".join(filter(str.isalpha, detail.casefold())) in _SAYS_NOTHING
