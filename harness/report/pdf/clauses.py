"""What ISO/IEC 17025:2017 wants in a report, in our own words, and where this report says it.

The letters were compared with published lists of 7.8.2.1. The clauses after them are named from
memory, and the report says so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from harness.report.pdf.fields import Field


@dataclass(frozen=True)
class Clause:
    """One thing that a report contains.

    Attributes:
        fields: the report's fields that together say it.
        place: where they stand.
        confirmed: the entry was compared with a published list.
    """

    id: str
    title: str
    fields: tuple[str, ...]
    place: str
    confirmed: bool = True


_FIRST, _JOB, _ITEMS, _METHOD = "First page", "1 The job", "2 Items tested", "3 Method"
_CONFORMITY, _RESULTS = "4 Statement of conformity", "6 Results by provision"
_MEANS, _STATEMENTS = "7 Equipment and conditions", "9 Statements"
CLAUSES: Final = (
    Clause("7.8.2.1 a", "A title", ("title",), _FIRST),
    Clause("7.8.2.1 b", "Laboratory: name and address", ("laboratory",), _JOB),
    Clause("7.8.2.1 c", "Where the work was done", ("locations",), _JOB),
    Clause("7.8.2.1 d", "Unique id on every part, and an end mark", ("report_id",), "Every page"),
    Clause("7.8.2.1 e", "Customer: name and contact", ("customer",), _JOB),
    Clause("7.8.2.1 f", "Method", ("method",), _METHOD),
    Clause(
        "7.8.2.1 g", "Item: description, identity, condition", ("identity", "condition"), _ITEMS
    ),
    Clause("7.8.2.1 h", "Date of receipt", ("received",), _ITEMS),
    Clause("7.8.2.1 i", "Dates of the work", ("performed",), _JOB),
    Clause("7.8.2.1 j", "Date of issue", ("issued",), _JOB),
    Clause("7.8.2.1 k", "Sampling", ("sampling",), _ITEMS),
    Clause("7.8.2.1 l", "Results relate only to the items tested", ("items_only",), _FIRST),
    Clause("7.8.2.1 m", "Results", ("results",), _RESULTS),
    Clause("7.8.2.1 n", "Additions, deviations, exclusions", ("deviations",), _METHOD),
    Clause("7.8.2.1 o", "Who authorises the report", ("authorised_by",), _JOB),
    Clause("7.8.2.1 p", "Results from others, marked", ("external",), _STATEMENTS),
    Clause("7.8.2.1 note", "Reproduction", ("reproduction",), _STATEMENTS),
    Clause("7.8.3.1 a", "Conditions of the test", ("environment",), _MEANS, confirmed=False),
    Clause("7.8.3.1 c", "Uncertainty", ("uncertainty",), _STATEMENTS, confirmed=False),
    Clause("7.8.6", "Conformity, with the decision rule", ("rule",), _CONFORMITY, confirmed=False),
    Clause("7.8.7", "Opinions, marked as such", ("opinions",), _STATEMENTS, confirmed=False),
    Clause("7.8.8", "Amendments", ("amends",), _STATEMENTS, confirmed=False),
)


def clause_rows(fields: Mapping[str, Field]) -> list[dict[str, str]]:
    """Where each is said, or why it is not."""
    rows = []
    for clause in CLAUSES:
        absent = [fields[name]["absent"] for name in clause.fields if "absent" in fields[name]]
        rows.append(
            {
                "clause": clause.id + ("" if clause.confirmed else " *"),
                "title": clause.title,
                "place": clause.place,
                "absent": absent[0] if absent else "",
            }
        )
    return rows
