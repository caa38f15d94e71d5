"""A sample's Bluetooth LE in one state, as the units of a suite ask about it.

With a declaration, rows of the IXIT whose endpoint is ``ble`` are judged; a unit declares
`PAIRING_NEEDS` and its like, which are needed only where such a row stands. Without one, `at_large`
judges what can be said of any device.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeVar

from harness.assessment import criteria
from harness.assessment.judging import all_of, reason, undecided
from harness.assessment.rules.rows import field_missing
from harness.facts.base import Facts
from harness.facts.bluetooth import (
    BluetoothAdvertisingFacts,
    BluetoothInputFacts,
    BluetoothPairingFacts,
    Level,
)
from harness.facts.store import FactRecord
from harness.model.declaration import FactNeed
from harness.model.ixit import (
    AuthMech,
    ComMech,
    ExtApi,
    Intf,
    Ixit,
    SecParam,
    SoftServ,
    UserInfo,
    UserIntf,
)
from harness.model.ixit.fields import BLE
from harness.model.judgement import Judgement, Judgements
from harness.model.states import DeviceState
from harness.testing.declare import need
from harness.testing.rows import RowWithEndpoints
from harness.testing.view import FactView

F = TypeVar("F", bound=Facts)
Look = Callable[[FactRecord[F], str], Judgement]
DUT: Final = "DUT"
_NO_INTF: Final = reason("no-rows", table="15-Intf")


def _where_declared(*kinds: type[Facts], undeclared: bool = False) -> tuple[FactNeed, ...]:
    state = DeviceState.INITIALISED
    return tuple(need(kind, state, where=BLE, undeclared=undeclared) for kind in kinds)


PAIRING_NEEDS: Final = _where_declared(BluetoothPairingFacts)
AIR_NEEDS: Final = _where_declared(BluetoothPairingFacts, BluetoothAdvertisingFacts)
ADVERTISING_NEEDS: Final = _where_declared(BluetoothAdvertisingFacts)
INPUT_NEEDS: Final = _where_declared(BluetoothInputFacts)
PAIRING_FOUND_NEEDS: Final = _where_declared(BluetoothPairingFacts, undeclared=True)
"""As `PAIRING_NEEDS`, and wherever the bench can look: for what nobody declared."""
AIR_FOUND_NEEDS: Final = _where_declared(
    BluetoothPairingFacts, BluetoothAdvertisingFacts, undeclared=True
)


def at_large(
    facts: FactView, kind: type[F], criterion: str, look: Look[F], item: str = DUT
) -> Judgement:
    """What a criterion says of the initialised first sample."""
    state = DeviceState.INITIALISED
    return facts.judge(kind, state, item, criterion, lambda record: look(record, item))


def link_as_declared(facts: FactView, row: ComMech) -> Judgement:
    """A row's Bluetooth links are of its level; needs `PAIRING_NEEDS`."""
    criterion = "declared-cryptography"
    if row.bluetooth_level is None:
        return field_missing(row, criterion, "bluetooth_level")
    look = partial(criteria.bluetooth_link_as_declared, needed=Level(row.bluetooth_level))
    return at_large(facts, BluetoothPairingFacts, criterion, look, row.id)


def passkeys(facts: FactView, item: str, *, guessing: bool) -> Judgement:
    """Wrong passkeys are limited (``guessing``), or no default serves; needs `PAIRING_NEEDS`."""
    if guessing:
        criterion, look = "bluetooth-unlimited-passkeys", criteria.unlimited_bluetooth_passkeys
    else:
        criterion, look = "bluetooth-fixed-passkey", criteria.guessable_bluetooth_passkey
    return at_large(facts, BluetoothPairingFacts, criterion, look, item)


def renewed(facts: FactView, item: str) -> Judgement:
    """Pairing anew works, and replaces the value of the login; needs `PAIRING_NEEDS`."""
    works = at_large(
        facts, BluetoothPairingFacts, "authorised-access", criteria.bluetooth_pairing_works, item
    )
    look, criterion = criteria.bluetooth_passkey_renewed, "bluetooth-fixed-passkey"
    parts = [works, at_large(facts, BluetoothPairingFacts, criterion, look, item)]
    return all_of(item, "former-password-accepted", parts)


def robust(facts: FactView, item: str) -> Judgement:
    """Malformed protocol units do no harm; needs `INPUT_NEEDS`."""
    look = criteria.bluetooth_robustness
    return at_large(facts, BluetoothInputFacts, "bluetooth-robustness", look, item)


@dataclass(frozen=True)
class AirView:
    """The Bluetooth LE of a sample beside what the IXIT declares of it."""

    facts: FactView
    ixit: Ixit

    @property
    def declared(self) -> bool:
        """Whether any row names Bluetooth LE."""
        return self.ixit.names(BLE)

    @property
    def looked_at(self) -> bool:
        """Whether there is anything to say: it is declared, or the bench looked all the same."""
        kinds = (BluetoothPairingFacts, BluetoothAdvertisingFacts)
        state = DeviceState.INITIALISED
        return self.declared or any(self.facts.tried(kind, state) for kind in kinds)

    @property
    def links(self) -> tuple[ComMech, ...]:
        """The rows of 11-ComMech that run over Bluetooth LE."""
        return tuple(row for row in self.ixit.com_mech if BLE in row.endpoints)

    def login(self, item: str) -> Judgement:
        """The pairing that is a login is as strong as its links say; needs `PAIRING_NEEDS`."""
        criterion = "declared-cryptography"
        parts = [link_as_declared(self.facts, row) for row in self.links]
        if not parts:
            return undecided(item, criterion, reason("no-rows", table="11-ComMech"))
        judged = all_of(item, criterion, parts)
        rows = tuple(f"11-ComMech/{row.id}" for row in self.links)
        return judged.model_copy(update={"rows": (*judged.rows, *rows)})

    def access_refused(self, row: SoftServ) -> Judgement:
        """Nobody reads or writes a service's values below its level; needs `PAIRING_NEEDS`."""
        criterion = "anonymous-access"
        if not row.bluetooth_services:
            return field_missing(row, criterion, "bluetooth_services")
        level = self._level_of(row.bluetooth_services)
        if level is None:
            why = reason("field-missing", row="11-ComMech", field="bluetooth_level")
            return undecided(row.id, criterion, why)
        looks: dict[str, Look[BluetoothPairingFacts]] = {
            "bluetooth-unauthenticated-write": partial(
                criteria.bluetooth_writes_closed, needed=level, services=row.bluetooth_services
            ),
            "bluetooth-unauthenticated-read-of-secret": partial(
                criteria.bluetooth_reads_closed, needed=level, services=row.bluetooth_services
            ),
        }
        return all_of(row.id, criterion, self._each(row.id, looks))

    def access_granted(self, item: str) -> Judgement:
        """A pairing that is wanted is completed; needs `PAIRING_NEEDS`."""
        looks: dict[str, Look[BluetoothPairingFacts]] = {
            "authorised-access": criteria.bluetooth_pairing_works
        }
        return all_of(item, "authorised-access", self._each(item, looks))

    def pairs_unasked(self, item: str) -> Judgement:
        """Nobody bonds with the sample unless somebody at it asked; needs `PAIRING_NEEDS`."""
        looks: dict[str, Look[BluetoothPairingFacts]] = {
            "bluetooth-pairing-without-user-action": criteria.bluetooth_pairing_without_user_action,
            "bluetooth-bond-overwrite": criteria.bluetooth_bond_overwrite,
        }
        return all_of(item, "bluetooth-pairing-without-user-action", self._each(item, looks))

    def undeclared_services(self, rows: Sequence[ComMech | Intf]) -> Judgements:
        """The radio stands in one of these rows, and each service of a maker's own.

        None where neither the declaration nor the bench speaks of Bluetooth LE. Where a row
        leaves out its services, it is open whether they are those that were found. Needs
        `AIR_FOUND_NEEDS`.
        """
        if not self.looked_at:
            return ()
        over = [row for row in rows if BLE in row.endpoints]
        criterion, kind = "undeclared-service", BluetoothPairingFacts
        listed = at_large(self.facts, kind, criterion, criteria.every_bluetooth_service_listed)
        if not over:
            look = criteria.undeclared_bluetooth
            heard = at_large(self.facts, BluetoothAdvertisingFacts, criterion, look, BLE)
            return (*self._services_named(rows), listed, heard)
        unnamed = [row for row in over if not row.bluetooth_services]
        if unnamed:
            return (field_missing(unnamed[0], criterion, "bluetooth_services"),)
        return (*self._services_named(rows), listed)

    def unneeded_services(self, rows: Sequence[SoftServ]) -> Judgements:
        """Each service of a maker's own stands in a row that is enabled.

        Needs `PAIRING_FOUND_NEEDS`.
        """
        enabled = [row for row in rows if row.status == "enabled"]
        if any(BLE in row.endpoints and not row.bluetooth_services for row in enabled):
            return ()
        return self._services_named(enabled)

    def takes_input(self, rows: Iterable[UserIntf | ExtApi]) -> Judgements:
        """A device that answers requests over Bluetooth stands in one of these rows.

        Needs `PAIRING_FOUND_NEEDS`.
        """
        return self._unless_named(rows, "undeclared-service", criteria.undeclared_bluetooth_input)

    def undeclared_login(self, rows: Iterable[AuthMech]) -> Judgements:
        """A pairing that authenticates somebody stands in one of these rows.

        Needs `PAIRING_FOUND_NEEDS`.
        """
        return self._unless_named(rows, "undeclared-login", criteria.undeclared_bluetooth_login)

    def undeclared_updates(self, declared: Collection[str]) -> Judgements:
        """A service that takes firmware is no way that is declared elsewhere alone.

        None where neither the declaration nor the bench speaks of Bluetooth LE. Needs
        `PAIRING_FOUND_NEEDS`.
        """
        if not self.looked_at:
            return ()
        look = partial(criteria.undeclared_bluetooth_update, declared=BLE in declared)
        kind = BluetoothPairingFacts
        return (at_large(self.facts, kind, "undeclared-update-way", look),)

    def status(self, row: Intf) -> Judgement:
        """A radio that is declared disabled is not heard; needs `ADVERTISING_NEEDS`."""
        look = partial(criteria.bluetooth_status, status=row.status)
        kind = BluetoothAdvertisingFacts
        return at_large(self.facts, kind, "interface-status", look, row.id)

    def told_to_everybody(self) -> Judgements:
        """What the air and Device Information tell stands in 15-Intf; needs `AIR_FOUND_NEEDS`.

        An address that stays is declared by ``private_address = "no"``. Without any row it is open
        whether the rest is meant for everybody.
        """
        if not self.looked_at:
            return ()
        rows = [row for row in self.ixit.intf if BLE in row.endpoints]
        words = " ".join(text for row in rows for text in row.disclosed_information)
        leak = partial(criteria.bluetooth_identifier_leak, declared=words)
        told = partial(criteria.bluetooth_disclosure, declared=words)
        return (
            at_large(self.facts, BluetoothAdvertisingFacts, "bluetooth-identifier-leak", leak, BLE),
            at_large(self.facts, BluetoothPairingFacts, "information-disclosure", told, BLE),
            *(self._tracking(row) for row in rows if row.private_address != "no"),
            *(() if rows else (undecided(BLE, "information-disclosure", _NO_INTF),)),
        )

    def secrets(self, rows: Sequence[SecParam]) -> Judgements:
        """No secret can be read below the level of the links; needs `PAIRING_NEEDS`."""
        criterion = "bluetooth-unauthenticated-read-of-secret"
        level = self._level_of(())
        return tuple(
            at_large(
                self.facts,
                BluetoothPairingFacts,
                criterion,
                partial(
                    criteria.bluetooth_secret_closed,
                    needed=level or Level.AUTHENTICATED,
                    characteristics=row.bluetooth_characteristics,
                ),
                row.id,
            )
            for row in rows
            if row.type == "critical" and row.bluetooth_characteristics
        )

    def debug_off(self, row: Intf) -> Judgement:
        """The services of a debug interface are not there; needs `PAIRING_NEEDS`.

        Services that are there, and obey nobody below their level, are for a person to weigh.
        """
        criterion = "debug-interface-open"
        if not row.bluetooth_services:
            return field_missing(row, criterion, "bluetooth_services")
        look = partial(
            criteria.bluetooth_debug_open,
            services=row.bluetooth_services,
            needed=self._level_of(row.bluetooth_services) or Level.AUTHENTICATED,
        )
        return at_large(self.facts, BluetoothPairingFacts, criterion, look, row.id)

    def model_as_declared(self, row: UserInfo, model: str) -> Judgements:
        """Device Information names the model, where a row says so; needs `PAIRING_NEEDS`."""
        if BLE not in row.designation_endpoints:
            return ()
        look = partial(criteria.bluetooth_model_differs, model=model)
        return (
            at_large(self.facts, BluetoothPairingFacts, "bluetooth-model-differs", look, row.id),
        )

    def _services_named(self, rows: Iterable[ComMech | Intf | SoftServ]) -> Judgements:
        named = {name for row in rows for name in row.bluetooth_services}
        found = {
            service
            for record in self.facts.records(BluetoothPairingFacts, DeviceState.INITIALISED)
            for service in criteria.bluetooth_services(record.facts)
        }
        return tuple(
            at_large(
                self.facts,
                BluetoothPairingFacts,
                "undeclared-service",
                partial(criteria.bluetooth_service_declared, service=service, declared=named),
                f"ble {service}",
            )
            for service in sorted(found)
        )

    def _unless_named(
        self, rows: Iterable[RowWithEndpoints], criterion: str, look: Look[BluetoothPairingFacts]
    ) -> Judgements:
        if not self.looked_at or any(BLE in row.endpoints for row in rows):
            return ()
        return (at_large(self.facts, BluetoothPairingFacts, criterion, look, BLE),)

    def _tracking(self, row: Intf) -> Judgement:
        criterion = "bluetooth-address-tracking"
        if not row.private_address:
            return field_missing(row, criterion, "private_address")
        look = criteria.bluetooth_address_tracking
        return at_large(self.facts, BluetoothAdvertisingFacts, criterion, look, row.id)

    def _level_of(self, services: Sequence[str]) -> Level | None:
        """The level of the links that carry services; None if the rows do not agree on one."""
        carrying = [row for row in self.links if set(row.bluetooth_services) & set(services)]
        levels = {row.bluetooth_level for row in carrying or self.links}
        level = levels.pop() if len(levels) == 1 else None
        return None if level is None else Level(level)

    def _each(
        self, item: str, looks: dict[str, Look[BluetoothPairingFacts]]
    ) -> tuple[Judgement, ...]:
        return tuple(
            at_large(self.facts, BluetoothPairingFacts, criterion, look, item)
            for criterion, look in looks.items()
        )
