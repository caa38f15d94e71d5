"""Bluetooth Classic, of a device of which nothing is declared."""

from typing import Final

from harness.testing import (
    INITIALISED,
    BluetoothClassicFacts,
    FactView,
    Faked,
    Judgements,
    at_large,
    case,
    criteria,
    need,
    unit,
)

NEEDS: Final = (need(BluetoothClassicFacts, INITIALISED),)


@case("bluetooth-classic-discoverable")
class TestDiscovery:
    """Strangers do not find it."""

    @unit("", facts=NEEDS)
    def test_it_is_found_only_when_somebody_asked(self, facts: FactView) -> Judgements:
        """Inquiries go without an answer unless somebody at the device asked for that."""
        look = criteria.bluetooth_classic_discoverable
        return (at_large(facts, BluetoothClassicFacts, "bluetooth-classic-discoverable", look),)


@case("bluetooth-classic-open-service")
class TestServices:
    """Strangers open nothing."""

    @unit("", facts=NEEDS)
    def test_services_need_a_pairing(self, facts: FactView) -> Judgements:
        """No channel but that of the service records opens without a pairing."""
        look = criteria.bluetooth_classic_open_service
        return (at_large(facts, BluetoothClassicFacts, "bluetooth-classic-open-service", look),)


@case("bluetooth-classic-pairing-without-user-action")
class TestUnasked:
    """Strangers do not pair."""

    @unit("", facts=NEEDS)
    def test_it_pairs_only_when_somebody_asked(self, facts: FactView) -> Judgements:
        """No pairing is completed that nobody at the device asked for."""
        criterion = "bluetooth-classic-pairing-without-user-action"
        look = criteria.bluetooth_classic_pairing_without_user_action
        return (at_large(facts, BluetoothClassicFacts, criterion, look),)


@case("bluetooth-classic-unauthenticated-pairing")
class TestAuthentication:
    """Pairing is authenticated."""

    @unit("", facts=NEEDS)
    def test_no_link_key_is_unauthenticated(self, facts: FactView) -> Judgements:
        """No link key is made that nobody authenticated."""
        criterion = "bluetooth-classic-unauthenticated-pairing"
        look = criteria.bluetooth_classic_unauthenticated_pairing
        return (at_large(facts, BluetoothClassicFacts, criterion, look),)


@case("bluetooth-classic-legacy-pin")
class TestPins:
    """Pairing is Secure Simple Pairing."""

    @unit("", facts=NEEDS, truth=[Faked.LEGACY_PIN])
    def test_pins_are_refused(self, facts: FactView) -> Judgements:
        """Pairing by PIN is refused."""
        look = criteria.bluetooth_classic_legacy_pin
        return (at_large(facts, BluetoothClassicFacts, "bluetooth-classic-legacy-pin", look),)


@case("bluetooth-classic-no-secure-connections")
class TestSecureConnections:
    """Pairing is Secure Connections."""

    @unit("", facts=NEEDS)
    def test_link_keys_are_made_on_the_better_curve(self, facts: FactView) -> Judgements:
        """Link keys are made on P-256."""
        criterion = "bluetooth-classic-no-secure-connections"
        look = criteria.bluetooth_classic_no_secure_connections
        return (at_large(facts, BluetoothClassicFacts, criterion, look),)


@case("bluetooth-classic-short-key")
class TestKeySize:
    """Keys are long enough."""

    @unit("", facts=NEEDS, truth=[Faked.CLASSIC_KEY_SIZE])
    def test_keys_have_16_bytes(self, facts: FactView) -> Judgements:
        """The encryption key that both sides agreed on has 16 bytes."""
        look = criteria.bluetooth_classic_short_key
        return (at_large(facts, BluetoothClassicFacts, "bluetooth-classic-short-key", look),)
