"""What the rules have in common: how they cite rows, and what no row or no field means."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol, TypeVar

from harness.assessment.judging import reason, undecided
from harness.model.judgement import Judgement, Judgements

AUTH_MECH: Final = "1-AuthMech"
USER_INFO: Final = "2-UserInfo"
VULN_TYPES: Final = "3-VulnTypes"
CONF: Final = "4-Conf"
VULN_MON: Final = "5-VulnMon"
SOFT_COMP: Final = "6-SoftComp"
UPD_MECH: Final = "7-UpdMech"
UPD_PROC: Final = "8-UpdProc"
REPL_SUP: Final = "9-ReplSup"
SEC_PARAM: Final = "10-SecParam"
COM_MECH: Final = "11-ComMech"
NET_SEC_IMPL: Final = "12-NetSecImpl"
SOFT_SERV: Final = "13-SoftServ"
INTF: Final = "15-Intf"
SEC_BOOT: Final = "20-SecBoot"
PERS_DATA: Final = "21-PersData"
RES_MECH: Final = "23-ResMech"
TEL_DATA: Final = "24-TelData"
DEL_FUNC: Final = "25-DelFunc"
USER_INTF: Final = "27-UserIntf"
EXT_API: Final = "28-ExtAPI"
INP_VAL: Final = "29-InpVal"

EXPLICIT_NONE: Final = frozenset({"none", "no", "n/a", "not reviewed"})
"""What a supplier writes to say that there is nothing, as against leaving a field empty."""


class Row(Protocol):
    """Any row of an IXIT table."""

    @property
    def id(self) -> str:
        """Its identifier, unique within the table."""
        ...


R = TypeVar("R", bound=Row)


def row_ref(table: str, row: Row) -> str:
    """How a judgement cites a row: ``1-AuthMech/AuthMech-1``."""
    return f"{table}/{row.id}"


def no_rows(criterion: str, table: str) -> Judgement:
    """Nothing was declared, so nothing is decided."""
    return undecided("DUT", criterion, reason("no-rows", table=table))


def field_missing(row: Row, criterion: str, field: str) -> Judgement:
    """A field that the rule reads is empty."""
    return undecided(row.id, criterion, reason("field-missing", row=row.id, field=field))


def says_none(text: str) -> bool:
    """Whether a field states that there is nothing."""
    return text.strip().casefold() in EXPLICIT_NONE


def each(
    rows: Sequence[R], table: str, criterion: str, rule: Callable[[R], Judgement]
) -> Judgements:
    """Apply a rule to every row; one UNDECIDED judgement when there is none."""
    if not rows:
        return (no_rows(criterion, table),)
    return tuple(rule(row) for row in rows)


def duplicates(names: Iterable[str]) -> tuple[str, ...]:
    """Names that occur more than once: a reference to one of them resolves to nothing."""
    seen: set[str] = set()
    twice: dict[str, None] = {}
    for name in names:
        if name in seen:
            twice[name] = None
        seen.add(name)
    return tuple(twice)
