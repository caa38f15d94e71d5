"""Links that carry something which has to stay confidential, and links as they are declared.

What crosses a link is said in other tables: 10-SecParam and 21-PersData name rows of 11-ComMech.
The units of 5.5-6, 5.5-7, 5.8-1 and 5.8-2 apply those of 5.5-1 to the links that are named.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from harness.assessment import rules
from harness.assessment.judging import all_of, reason, undecided
from harness.assessment.rules.links import DECLARED, Traveller
from harness.assessment.rules.rows import COM_MECH, SEC_PARAM, field_missing, no_rows
from harness.facts.base import Facts
from harness.facts.bluetooth import BluetoothPairingFacts
from harness.facts.bluetooth_classic import BluetoothClassicFacts
from harness.model.ixit import ComMech, Ixit
from harness.model.ixit.fields import BLE, CLASSIC
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.model.question import Question
from harness.testing.asking import ask_each
from harness.testing.bluetooth import link_as_declared
from harness.testing.bluetooth_classic import classic_link
from harness.testing.network import NetworkView
from harness.testing.rows import network_endpoints, over_rows
from harness.testing.view import AnswerView, FactView

PERS_DATA: Final = "21-PersData"
AS_DECLARED: Final = "declared-cryptography"
_CONSOLE: Final = "console"
_PROBED: Final = ("tcp/", "udp/")
_RADIOS: Final[Mapping[str, tuple[type[Facts], Callable[[FactView, ComMech], Judgement]]]] = {
    BLE: (BluetoothPairingFacts, link_as_declared),
    CLASSIC: (BluetoothClassicFacts, classic_link),
}


@dataclass(frozen=True)
class Carried:
    """Something that crosses links, as the rows of one table say.

    Attributes:
        table: that table.
        links: the rows of 11-ComMech that it crosses.
        gaps: names that resolve to no link, and rows that leave out which links they cross.
        answered: the table has rows, or the dossier declares that it has nothing to hold.
    """

    table: str
    links: tuple[ComMech, ...]
    gaps: Judgements
    answered: bool


def critical_parameters(ixit: Ixit) -> Carried:
    """The links that critical security parameters cross."""
    rows = [row for row in ixit.sec_param if row.type == "critical"]
    return _carried(ixit, SEC_PARAM, rows, ())


def personal_data(ixit: Ixit, *, sensitive: bool = False) -> Carried:
    """The links that personal data cross; of ``sensitive`` data, those to associated services.

    Data of the device that a service holds must have crossed a link: a row that names none is open.
    """
    rows = [row for row in ixit.pers_data if not sensitive or (row.sensitive and row.services)]
    open_rows = [
        field_missing(row, DECLARED, "communication_mechanisms")
        for row in rows
        if row.on_device and row.services and not row.communication_mechanisms
    ]
    return _carried(ixit, PERS_DATA, rows, open_rows)


def _carried(
    ixit: Ixit, table: str, rows: Sequence[Traveller], open_rows: Iterable[Judgement]
) -> Carried:
    names = {name for row in rows for name in row.communication_mechanisms}
    declared = rules.links_are_declared(table, rows, ixit.com_mech)
    dangling = (entry for entry in declared if entry.outcome is not Outcome.HELD)
    return Carried(
        table=table,
        links=tuple(link for link in ixit.com_mech if link.id in names),
        gaps=(*dangling, *open_rows),
        answered=bool(ixit.rows(table)) or ixit.declares_none(table),
    )


def ask_of_links(
    answers: AnswerView,
    question: Question,
    ixit: Ixit,
    carried: Carried,
    links: Sequence[ComMech] | None = None,
) -> Judgements:
    """A person's judgement of each link that carries something; once of the DUT if none does.

    Cryptography that is broken, and guarantees without confidentiality, contradict whatever the
    person says. Nothing is asked while the table that names the links is unanswered.

    Args:
        answers: what people answered.
        question: what they were asked.
        ixit: the declaration.
        carried: what crosses the links.
        links: those of its links that the unit speaks of, if not all.
    """
    if not carried.answered:
        return (no_rows(question.id, carried.table),)
    chosen = {link.id for link in (carried.links if links is None else links)}
    seen = (
        *rules.communication_crypto_is_not_broken(ixit.com_mech),
        *rules.links_promise_confidentiality(ixit.com_mech),
    )
    asked = ask_each(
        answers,
        question,
        COM_MECH,
        ixit.com_mech,
        scope=lambda row: row.id in chosen,
        seen=seen,
        none=ixit.declares_none(COM_MECH),
        fields=["cryptographic_details"],
    )
    return (*asked, *carried.gaps)


def links_as_declared(network: NetworkView, links: Iterable[ComMech]) -> Judgements:
    """Each link uses the cryptography of its row; one without any may only lead to TLS.

    A row whose only endpoint is the console is a wire in somebody's hand and no link to look at. A
    row that names no endpoint, or one that no probe looks at, is open. Needs `LINK_NEEDS`, and of
    rows over Bluetooth `RADIO_NEEDS`.
    """
    rows = [row for row in links if set(row.endpoints) != {_CONSOLE}]
    return over_rows(COM_MECH, AS_DECLARED, rows, lambda row: _as_declared(network, row))


def _as_declared(network: NetworkView, row: ComMech) -> Judgement:
    if not row.endpoints:
        return field_missing(row, AS_DECLARED, "endpoints")
    names = tuple(name for name in network_endpoints(row) if name.startswith(_PROBED))
    if row.crypto:
        parts = [network.protected(row.id, name, row.crypto) for name in names]
    else:
        parts = [network.unprotected(row.id, name) for name in names]
    unseen = [name for name in row.endpoints if name not in {*names, _CONSOLE}]
    for name, (kind, judge) in _RADIOS.items():
        if name in unseen and network.facts.declares(kind, network.state):
            parts.append(judge(network.facts, row))
            unseen.remove(name)
    if unseen:
        why = reason("link-not-observed", endpoints=", ".join(unseen))
        parts.append(undecided(row.id, AS_DECLARED, why))
    return all_of(row.id, AS_DECLARED, parts)
