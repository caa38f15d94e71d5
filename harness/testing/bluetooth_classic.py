"""A sample's Bluetooth Classic beside what the IXIT declares of it, as units of a suite ask.

Rows whose endpoint is ``bt-classic`` are judged. Where no row is, and the bench heard the sample
over Classic all the same, that is what nobody declared.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from harness.assessment import criteria
from harness.assessment.judging import all_of, reason, undecided
from harness.assessment.rules.rows import COM_MECH, field_missing
from harness.facts.bluetooth_classic import BluetoothClassicFacts
from harness.model.ixit import ComMech, Intf, Ixit, SoftServ
from harness.model.ixit.fields import BLE, CLASSIC
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.model.states import DeviceState
from harness.testing.bluetooth import PAIRING_NEEDS, AirView, Look, at_large
from harness.testing.declare import need
from harness.testing.view import FactView

CLASSIC_NEEDS: Final = (need(BluetoothClassicFacts, DeviceState.INITIALISED, where=CLASSIC),)
RADIO_NEEDS: Final = (*PAIRING_NEEDS, *CLASSIC_NEEDS)
"""Links and access over Bluetooth, LE or Classic, where rows declare them."""
FOUND_NEEDS: Final = (
    need(BluetoothClassicFacts, DeviceState.INITIALISED, where=CLASSIC, undeclared=True),
)
"""Classic wherever the bench can look for it."""
_ITEM: Final = "bt-classic"


def classic_link(facts: FactView, row: ComMech) -> Judgement:
    """A row's links over Classic are of its level; needs `CLASSIC_NEEDS`."""
    criterion = "declared-cryptography"
    if row.bluetooth_level is None:
        return field_missing(row, criterion, "bluetooth_level")
    look = partial(criteria.classic_link_as_declared, needed=row.bluetooth_level)
    return at_large(facts, BluetoothClassicFacts, criterion, look, row.id)


@dataclass(frozen=True)
class ClassicView:
    """What `AirView` is for LE."""

    facts: FactView
    ixit: Ixit

    @property
    def links(self) -> tuple[ComMech, ...]:
        """The rows of 11-ComMech that run over Classic."""
        return tuple(row for row in self.ixit.com_mech if CLASSIC in row.endpoints)

    def login(self, item: str) -> Judgement:
        """The pairing that is a login is as strong as its links say; needs `CLASSIC_NEEDS`."""
        return self._links(item, "declared-cryptography", self.links)

    def access_refused(self, row: SoftServ) -> Judgement:
        """Nobody opens a service without a pairing of its level; needs `CLASSIC_NEEDS`."""
        criterion, services = "anonymous-access", row.classic_services
        if not services:
            return field_missing(row, criterion, "classic_services")
        carrying = [link for link in self.links if set(link.classic_services) & set(services)]
        look = partial(criteria.classic_services_closed, services=services)
        parts = [
            self._judge("bluetooth-classic-open-service", look, row.id),
            self._links(row.id, criterion, carrying or self.links),
        ]
        return all_of(row.id, criterion, parts)

    def access_granted(self, item: str) -> Judgement:
        """A pairing that is wanted is completed; needs `CLASSIC_NEEDS`."""
        return self._judge("authorised-access", criteria.classic_pairing_works, item)

    def pairs_unasked(self, item: str) -> Judgement:
        """Nobody pairs with the sample unless somebody at it asked; needs `CLASSIC_NEEDS`."""
        criterion = "bluetooth-classic-pairing-without-user-action"
        look = criteria.bluetooth_classic_pairing_without_user_action
        return self._judge(criterion, look, item)

    def status(self, row: Intf) -> Judgement:
        """A radio that is declared disabled does not answer; needs `CLASSIC_NEEDS`."""
        look = partial(criteria.classic_status, status=row.status)
        return self._judge("interface-status", look, row.id)

    def undeclared_services(self, rows: Sequence[ComMech | Intf]) -> Judgements:
        """Each service stands in one of these rows; needs `FOUND_NEEDS`.

        Where no row of the dossier speaks of Classic, only what was heard of it is said.
        """
        if not self.ixit.names(CLASSIC):
            seen = self._judge("undeclared-service", criteria.undeclared_classic, _ITEM)
            return (seen,) if seen.outcome is Outcome.CONTRADICTED else ()
        records = self.facts.records(BluetoothClassicFacts, DeviceState.INITIALISED)
        found = {name for each in records for name in criteria.classic_services(each.facts)}
        named = {name for row in rows for name in row.classic_services}
        judged = [
            self._judge(
                "undeclared-service",
                partial(criteria.classic_service_declared, service=name, declared=named),
                f"{_ITEM} {name}",
            )
            for name in sorted(found)
        ]
        over = any(CLASSIC in row.endpoints for row in rows)
        whole = criteria.every_classic_service_listed if over else criteria.undeclared_classic
        return (*judged, self._judge("undeclared-service", whole, _ITEM))

    def _judge(self, criterion: str, look: Look[BluetoothClassicFacts], item: str) -> Judgement:
        return at_large(self.facts, BluetoothClassicFacts, criterion, look, item)

    def _links(self, item: str, criterion: str, links: Iterable[ComMech]) -> Judgement:
        rows = tuple(links)
        if not rows:
            return undecided(item, criterion, reason("no-rows", table=COM_MECH))
        judged = all_of(item, criterion, [classic_link(self.facts, row) for row in rows])
        named = (*judged.rows, *(f"{COM_MECH}/{row.id}" for row in rows))
        return judged.model_copy(update={"rows": named})


Radios = Mapping[str, AirView | ClassicView]
"""Endpoint of a row -> what judges it."""


def radios(facts: FactView, ixit: Ixit) -> Radios:
    """What judges the rows that are reached over Bluetooth; units need `RADIO_NEEDS`."""
    return {BLE: AirView(facts, ixit), CLASSIC: ClassicView(facts, ixit)}
