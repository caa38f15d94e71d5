"""Which links open which values: every weaker link must have been refused, or never be made."""

from functools import partial
from typing import Any

import pytest

from harness.assessment import criteria
from harness.facts.bluetooth import Level
from harness.model.judgement import Outcome

HELD, CONTRADICTED, UNDECIDED = Outcome.HELD, Outcome.CONTRADICTED, Outcome.UNDECIDED
LOCK_SERVICE = "a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
UPDATE_SERVICE = "8d53dc1d-1db7-4cd3-868b-8a527460aa84"
ACCESS_CODE = "a1b20002-5c1e-4d3f-9a7b-6f0d2c8e1b44"
TOP = Level.SECURE_CONNECTIONS
SERVICES = (LOCK_SERVICE, UPDATE_SERVICE)
ALL: dict[str, Any] = {
    "writes": partial(criteria.bluetooth_writes_closed, needed=TOP, services=SERVICES),
    "reads": partial(criteria.bluetooth_reads_closed, needed=TOP, services=SERVICES),
    "secret": partial(criteria.bluetooth_secret_closed, needed=TOP, characteristics=(ACCESS_CODE,)),
    "writes at large": criteria.bluetooth_writes_seen,
    "reads at large": criteria.bluetooth_reads_seen,
    "update": partial(criteria.bluetooth_open_firmware_update, needed=TOP),
    "update ways": partial(criteria.undeclared_bluetooth_update, declared=True),
    "listed": criteria.every_bluetooth_service_listed,
}


@pytest.mark.parametrize("name", ALL)
def test_a_hardened_lock_holds_with_evidence(name: str, paired: Any) -> None:
    judged = paired(ALL[name])
    assert judged.outcome is HELD, judged.reason
    assert judged.evidence


@pytest.mark.parametrize("name", ALL)
def test_a_sample_that_nobody_reached_decides_nothing(name: str, paired: Any) -> None:
    assert paired(ALL[name], examined=(), characteristics=()).outcome is UNDECIDED


@pytest.mark.parametrize("name", sorted(set(ALL) - {"secret"}))
def test_a_list_that_is_cut_never_holds(name: str, paired: Any, made: Any) -> None:
    """A value that stands after the cut may be open."""
    assert paired(ALL[name], listed=made.unknown()).outcome is UNDECIDED


def test_a_list_that_is_cut_still_contradicts(paired: Any, air: Any, made: Any) -> None:
    values = (air.bolt(air.row(Level.OPEN, "granted", "granted")),)
    changes = {"listed": made.unknown(), "characteristics": values}
    services = (LOCK_SERVICE,)
    for look in (criteria.bluetooth_writes_closed, criteria.bluetooth_reads_closed):
        judged = paired(partial(look, needed=TOP, services=services), **changes)
        assert judged.outcome is CONTRADICTED


@pytest.mark.parametrize(
    ("level", "needed", "outcome"),
    [
        (Level.OPEN, Level.SECURE_CONNECTIONS, CONTRADICTED),
        (Level.UNAUTHENTICATED, Level.SECURE_CONNECTIONS, CONTRADICTED),
        (Level.AUTHENTICATED, Level.SECURE_CONNECTIONS, CONTRADICTED),
        (Level.AUTHENTICATED, Level.AUTHENTICATED, HELD),
        (Level.UNAUTHENTICATED, Level.UNAUTHENTICATED, HELD),
        (Level.OPEN, Level.OPEN, UNDECIDED),
    ],
)
def test_the_lowest_level_that_opens_a_value_decides(
    level: Level, needed: Level, outcome: Outcome, paired: Any, air: Any
) -> None:
    rows = [air.row(each, "refused", "refused") for each in Level if each < level]
    values = (air.bolt(*rows, air.row(level, "granted", "granted")),)
    look = partial(criteria.bluetooth_writes_closed, needed=needed, services=(LOCK_SERVICE,))
    judged = paired(look, characteristics=values)
    assert judged.outcome is outcome
    if outcome is CONTRADICTED:
        assert judged.reason.params["characteristic"] == air.BOLT
        assert judged.reason.params["level"] == str(level.value)


@pytest.mark.parametrize("access", ["untried", "silent", "other", "impossible"])
def test_a_write_that_was_not_refused_for_security_decides_nothing(
    access: str, paired: Any, air: Any
) -> None:
    """ "Not permitted" to one kind of write leaves the other kind open."""
    values = (air.update(access),)
    look = partial(criteria.bluetooth_open_firmware_update, needed=TOP)
    assert paired(look, characteristics=values).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("level", "field"),
    [
        (Level.UNAUTHENTICATED, "unauthenticated"),
        (Level.AUTHENTICATED, "legacy"),
        (Level.AUTHENTICATED, "short_key"),
    ],
)
def test_a_link_that_the_sample_may_make_and_nobody_tried_decides_nothing(
    level: Level, field: str, paired: Any, air: Any, made: Any
) -> None:
    below = [air.row(each, "refused", "refused") for each in Level if each < level]
    values = (air.bolt(*below),)
    look = partial(criteria.bluetooth_writes_closed, needed=TOP, services=(LOCK_SERVICE,))
    for seen in (made.unknown(), made.seen()):
        judged = paired(look, characteristics=values, **{field: seen})
        assert (judged.outcome, judged.reason.code) == (UNDECIDED, "bluetooth-level-not-reached")


def test_what_opens_once_somebody_has_bonded_contradicts(paired: Any, made: Any) -> None:
    judged = paired(ALL["writes"], open_after_bond=made.seen())
    assert (judged.outcome, judged.reason.code) == (CONTRADICTED, "bluetooth-open-after-bond")
    assert paired(ALL["writes"], open_after_bond=made.unknown()).outcome is UNDECIDED


def test_a_service_that_is_declared_and_not_there_decides_nothing(paired: Any) -> None:
    look = partial(criteria.bluetooth_writes_closed, needed=TOP, services=("missing",))
    assert paired(look).outcome is UNDECIDED
    look = partial(criteria.bluetooth_secret_closed, needed=TOP, characteristics=("missing",))
    assert paired(look).outcome is UNDECIDED


def test_a_secret_that_strangers_read_contradicts(paired: Any, air: Any) -> None:
    values = (air.access_code("granted"),)
    assert paired(ALL["secret"], characteristics=values).outcome is CONTRADICTED


def test_without_a_declaration_an_open_value_is_for_a_person(paired: Any, air: Any) -> None:
    values = (air.model_number(), air.access_code("granted"))
    judged = paired(criteria.bluetooth_reads_seen, characteristics=values)
    assert (judged.outcome, judged.reason.code) == (UNDECIDED, "bluetooth-open-value")


def test_without_a_declaration_names_may_be_read_and_values_not_written(
    paired: Any, air: Any
) -> None:
    named = (air.model_number(),)
    assert paired(criteria.bluetooth_reads_seen, characteristics=named).outcome is HELD
    opened = (air.bolt(air.row(Level.OPEN, "refused", "granted")),)
    assert paired(criteria.bluetooth_writes_seen, characteristics=opened).outcome is CONTRADICTED


def test_a_standard_service_that_takes_writes_is_for_a_person(paired: Any, air: Any) -> None:
    row = air.row(Level.OPEN, write="granted")
    base = "-0000-1000-8000-00805f9b34fb"
    alert = air.value(f"00001802{base}", f"00002a06{base}", row, readable=False, writable=True)
    judged = paired(criteria.bluetooth_writes_seen, characteristics=(alert,))
    assert judged.outcome is UNDECIDED
    member = air.value(f"0000fe59{base}", f"0000aaaa{base}", row, readable=False, writable=True)
    judged = paired(criteria.bluetooth_writes_seen, characteristics=(member,))
    assert judged.outcome is CONTRADICTED


BASE = "-0000-1000-8000-00805f9b34fb"


@pytest.mark.parametrize("access", ["untried", "silent", "other", "granted"])
@pytest.mark.parametrize("service", ["1815", "1800"])
def test_a_standard_value_that_was_not_refused_to_strangers_is_for_a_person(
    service: str, access: str, paired: Any, air: Any
) -> None:
    row = air.row(Level.OPEN, write=access)
    output = air.value(
        f"0000{service}{BASE}", f"00002a56{BASE}", row, readable=False, writable=True
    )
    assert paired(criteria.bluetooth_writes_seen, characteristics=(output,)).outcome is UNDECIDED
    refused = output.model_copy(update={"table": (air.row(Level.OPEN, write="refused"),)})
    assert paired(criteria.bluetooth_writes_seen, characteristics=(refused,)).outcome is HELD


def test_what_a_peer_can_do_may_be_told_by_every_peer(paired: Any, air: Any) -> None:
    row = air.row(Level.OPEN, "granted", "granted")
    features = air.value(f"00001801{BASE}", f"00002b29{BASE}", row, readable=True, writable=True)
    assert paired(criteria.bluetooth_writes_seen, characteristics=(features,)).outcome is HELD


def test_a_makers_own_value_in_a_standard_service_is_its_own(paired: Any, air: Any) -> None:
    row = air.row(Level.OPEN, "granted", "granted")
    own = "a1b20009-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    hidden = air.value(air.INFORMATION, own, row, readable=True, writable=True)
    judged = paired(criteria.bluetooth_writes_seen, characteristics=(hidden,))
    assert judged.outcome is CONTRADICTED
    assert paired(criteria.bluetooth_reads_seen, characteristics=(hidden,)).outcome is UNDECIDED


@pytest.mark.parametrize(
    ("read", "outcome"),
    [("granted", UNDECIDED), ("refused", CONTRADICTED), ("silent", CONTRADICTED)],
)
def test_a_pairing_behind_which_nothing_is_is_for_a_person(
    read: str, outcome: Outcome, paired: Any, air: Any, made: Any
) -> None:
    """A battery tells everybody its level; who pairs with it gets nothing for that."""
    look = criteria.bluetooth_pairing_seen
    row = air.row(Level.OPEN, read)
    level = air.value(f"0000180f{BASE}", f"00002a19{BASE}", row, readable=True, writable=False)
    values, seen = (level, air.model_number()), made.seen()
    assert paired(look, characteristics=values, unauthenticated=seen).outcome is outcome
    cut = {"characteristics": values, "unauthenticated": seen, "listed": made.unknown()}
    assert paired(look, **cut).outcome is CONTRADICTED
    assert paired(look, characteristics=values).outcome is HELD
    nothing = made.unknown()
    assert paired(look, characteristics=values, unauthenticated=nothing).outcome is UNDECIDED


def test_an_update_service_that_strangers_write_contradicts(paired: Any, air: Any) -> None:
    judged = paired(ALL["update"], characteristics=(air.update("granted"),))
    assert (judged.outcome, judged.criterion) == (CONTRADICTED, "bluetooth-open-firmware-update")
    assert paired(ALL["update"], characteristics=(air.bolt(),)).outcome is HELD


def test_updates_over_bluetooth_must_be_declared(paired: Any, air: Any) -> None:
    look = partial(criteria.undeclared_bluetooth_update, declared=False)
    assert paired(look).outcome is CONTRADICTED
    assert paired(look, characteristics=(air.bolt(),)).outcome is HELD


def test_services_of_a_makers_own_must_be_declared(paired: Any, air: Any) -> None:
    facts = air.pairing()
    assert criteria.bluetooth_services(facts) == SERVICES
    assert air.INFORMATION not in criteria.bluetooth_services(facts)
    for declared, outcome in ((SERVICES, HELD), ((LOCK_SERVICE,), CONTRADICTED)):
        look = partial(
            criteria.bluetooth_service_declared, service=UPDATE_SERVICE, declared=declared
        )
        assert paired(look).outcome is outcome
