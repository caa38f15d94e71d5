"""Bluetooth LE, of a device of which nothing is declared.

The services of the Bluetooth SIG that name a device may be read by everybody; values of a maker's
own may not be written without authentication.
"""

from functools import partial
from typing import Final

from harness.testing import (
    INITIALISED,
    BluetoothAdvertisingFacts,
    BluetoothInputFacts,
    BluetoothPairingFacts,
    FactView,
    Faked,
    Judgements,
    Level,
    at_large,
    case,
    criteria,
    need,
    unit,
)

PAIRING: Final = (need(BluetoothPairingFacts, INITIALISED),)
ADVERTISING: Final = (need(BluetoothAdvertisingFacts, INITIALISED),)
INPUT: Final = (need(BluetoothInputFacts, INITIALISED),)


@case("bluetooth-unauthenticated-write")
class TestWrites:
    """Strangers change nothing."""

    @unit("", facts=PAIRING)
    def test_values_cannot_be_written_by_strangers(self, facts: FactView) -> Judgements:
        """No value of a maker's own is written without authentication."""
        look = criteria.bluetooth_writes_seen
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-unauthenticated-write", look),)


@case("bluetooth-unauthenticated-read-of-secret")
class TestReads:
    """Strangers read nothing that may be secret."""

    @unit("", facts=PAIRING)
    def test_values_cannot_be_read_by_strangers(self, facts: FactView) -> Judgements:
        """No value of a maker's own is read without authentication, or a person looks at it."""
        look = criteria.bluetooth_reads_seen
        return (
            at_large(
                facts, BluetoothPairingFacts, "bluetooth-unauthenticated-read-of-secret", look
            ),
        )


@case("bluetooth-open-firmware-update")
class TestFirmwareUpdates:
    """Strangers start no update."""

    @unit("", facts=PAIRING)
    def test_updates_need_authentication(self, facts: FactView) -> Judgements:
        """No update service that the bench knows takes anything without authentication."""
        look = partial(criteria.bluetooth_open_firmware_update, needed=Level.AUTHENTICATED)
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-open-firmware-update", look),)


@case("bluetooth-unauthenticated-pairing")
class TestAuthentication:
    """Pairing is authenticated."""

    @unit("", facts=PAIRING)
    def test_just_works_is_refused(self, facts: FactView) -> Judgements:
        """No pairing is completed that nobody authenticated, unless nothing is behind it."""
        look = criteria.bluetooth_pairing_seen
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-unauthenticated-pairing", look),)


@case("bluetooth-legacy-pairing")
class TestLegacyPairing:
    """Pairing is LE Secure Connections."""

    @unit("", facts=PAIRING)
    def test_legacy_pairing_is_refused(self, facts: FactView) -> Judgements:
        """LE Legacy Pairing is refused."""
        look = criteria.bluetooth_legacy_pairing
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-legacy-pairing", look),)


@case("bluetooth-fixed-passkey")
class TestPasskeys:
    """Each pairing has a passkey of its own."""

    @unit("", facts=PAIRING)
    def test_passkeys_are_drawn(self, facts: FactView) -> Judgements:
        """Two pairings show two passkeys."""
        look = criteria.bluetooth_fixed_passkey
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-fixed-passkey", look),)


@case("bluetooth-unlimited-passkeys")
class TestWrongPasskeys:
    """Wrong passkeys are limited."""

    @unit("", facts=PAIRING)
    def test_wrong_passkeys_are_limited(self, facts: FactView) -> Judgements:
        """Wrong passkeys in a row are not looked at for ever."""
        look = criteria.unlimited_bluetooth_passkeys
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-unlimited-passkeys", look),)


@case("bluetooth-short-key")
class TestEncryptionKeys:
    """Encryption keys are whole."""

    @unit("", facts=PAIRING)
    def test_short_keys_are_refused(self, facts: FactView) -> Judgements:
        """Keys of less than 16 bytes are refused."""
        look = criteria.bluetooth_short_key
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-short-key", look),)


@case("bluetooth-key-not-checked")
class TestKeysOfOthers:
    """Keys of nobody open nothing."""

    @unit("", facts=PAIRING, truth=[Faked.LINK_KEY])
    def test_other_keys_are_refused(self, facts: FactView) -> Judgements:
        """No link is encrypted under a key that was never agreed on."""
        look = criteria.bluetooth_key_not_checked
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-key-not-checked", look),)


@case("bluetooth-pairing-without-user-action")
class TestPairingMode:
    """Pairing is asked for at the device."""

    @unit("", facts=PAIRING)
    def test_unasked_pairing_is_refused(self, facts: FactView) -> Judgements:
        """A pairing that nobody at the device asked for is refused."""
        look = criteria.bluetooth_pairing_without_user_action
        return (
            at_large(facts, BluetoothPairingFacts, "bluetooth-pairing-without-user-action", look),
        )


@case("bluetooth-bond-overwrite")
class TestBonds:
    """Bonds last."""

    @unit("", facts=PAIRING)
    def test_bonds_are_not_overwritten(self, facts: FactView) -> Judgements:
        """A bonded device refuses another pairing that nobody asked for."""
        look = criteria.bluetooth_bond_overwrite
        return (at_large(facts, BluetoothPairingFacts, "bluetooth-bond-overwrite", look),)


@case("bluetooth-identifier-leak")
class TestIdentifiers:
    """The air does not say which unit it is."""

    @unit("", facts=ADVERTISING)
    def test_no_identifier_is_sent(self, facts: FactView) -> Judgements:
        """No advertisement holds what tells this unit from all others."""
        look = criteria.bluetooth_identifier_leak
        return (at_large(facts, BluetoothAdvertisingFacts, "bluetooth-identifier-leak", look),)


@case("bluetooth-address-tracking")
class TestAddresses:
    """The address does not say which unit it is."""

    @unit("", facts=ADVERTISING)
    def test_addresses_change(self, facts: FactView) -> Judgements:
        """The address does not stay for as long as the bench listens."""
        look = criteria.bluetooth_address_tracking
        return (at_large(facts, BluetoothAdvertisingFacts, "bluetooth-address-tracking", look),)


@case("bluetooth-robustness")
class TestMalformedUnits:
    """Malformed protocol units do no harm."""

    @unit("", facts=INPUT)
    def test_malformed_units_do_no_harm(self, facts: FactView) -> Judgements:
        """The device answers after each malformed unit."""
        look = criteria.bluetooth_robustness
        return (at_large(facts, BluetoothInputFacts, "bluetooth-robustness", look),)
