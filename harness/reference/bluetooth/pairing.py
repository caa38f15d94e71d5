"""How a reference device pairs: its policy inside bumble's Security Manager (Core, Vol 3, Part H).

bumble's host neither refuses a weak request nor shortens the key to the size that was agreed on;
a device has to do both.
"""

from typing import Final, cast

from bumble import pairing, smp
from bumble.device import Connection, Device
from typing_extensions import override

from harness.reference.bluetooth.flaws import LockFlaw
from harness.reference.bluetooth.pairable import Level, Pairable

_KEY_BYTES: Final = 16


class OwnDelegate(pairing.PairingDelegate):
    """The device's display and keypad, as the Security Manager asks for them."""

    def __init__(self, pairable: Pairable) -> None:
        """A display and keys, or neither by a flaw."""
        capability = pairing.PairingDelegate.IoCapability
        silent = LockFlaw.JUST_WORKS in pairable.flaws
        super().__init__(
            io_capability=capability.NO_OUTPUT_NO_INPUT
            if silent
            else capability.DISPLAY_OUTPUT_AND_KEYBOARD_INPUT
        )
        self.pairable = pairable

    @override
    async def display_number(self, number: int, digits: int = 6) -> None:
        self.pairable.shown = f"{number:0{digits}}"

    @override
    async def generate_passkey(self) -> int:
        return self.pairable.draw_passkey()

    @override
    async def compare_numbers(self, number: int, digits: int) -> bool:
        self.pairable.shown = f"{number:0{digits}}"
        return await self.pairable.read_answer()

    @override
    async def get_number(self) -> int:
        return await self.pairable.read_keypad()


class OwnSession(smp.Session):
    """One pairing with the device."""

    pairing_config: pairing.PairingConfig

    @property
    def pairable(self) -> Pairable:
        """What is paired with."""
        return cast("OwnDelegate", self.pairing_config.delegate).pairable

    @property
    def level(self) -> Level:
        """How a connection under the keys of this pairing is secured."""
        if self.pairing_method is smp.PairingMethod.JUST_WORKS:
            return Level.ENCRYPTED
        return Level.SECURE_CONNECTIONS if self.sc else Level.AUTHENTICATED

    @override
    async def on_smp_pairing_request_command_async(
        self, command: smp.SMP_Pairing_Request_Command
    ) -> None:
        refusal = self.pairable.refusal(command)
        if refusal is not None:
            self.send_pairing_failed(refusal)
            return
        if not command.oob_data_flag:
            # Only the tag's own pairing uses the number on the tag.
            self.r, self.ecc_key = bytes(_KEY_BYTES), self.manager.ecc_key
        await super().on_smp_pairing_request_command_async(command)

    @override
    def on_pairing_failure(self, reason: smp.ErrorCode) -> None:
        if not self.completed:
            self.pairable.pairing_failed(reason)
        super().on_pairing_failure(reason)

    @override
    def get_long_term_key(self, rand: bytes, ediv: int) -> bytes | None:
        key = super().get_long_term_key(rand, ediv)
        return None if key is None else self._shortened(key)

    @override
    def distribute_keys(self) -> None:
        self.ltk = self._shortened(self.ltk)
        super().distribute_keys()

    @override
    async def on_pairing(self) -> None:
        self.pairable.levels[self.connection.handle] = self.level
        self.pairable.paired(self.level)
        await super().on_pairing()

    def _shortened(self, key: bytes) -> bytes:
        """``key`` cut to the agreed size and filled with zeros (Part H, 2.3.4)."""
        size = min(self.preq[4], self.pres[4])
        return key[:size] + bytes(_KEY_BYTES - size)


class Pairing:
    """Pairing with a device, with the tag that holds its out-of-band numbers."""

    def __init__(self, pairable: Pairable, device: Device) -> None:
        """Make ``device`` pair as ``pairable`` says."""
        self._pairable = pairable
        self._device = device
        self._tag = smp.OobContext()
        device.pairing_config_factory = self._config
        device.smp_session_proxy = OwnSession

    def tag(self) -> dict[str, str]:
        """What a reader of its tag reads: confirmation value and random number, in hex."""
        shared = self._tag.share()
        return {"c": shared.c.hex(), "r": shared.r.hex()}

    async def secured(self, connection: Connection) -> None:
        """A connection was encrypted under a key: recall how that key was made."""
        store = self._device.keystore
        keys = await store.get(str(connection.peer_address)) if store else None
        if keys is None or connection.handle in self._pairable.levels:
            return  # just being paired: the session says how
        key = keys.ltk or keys.ltk_central
        level = Level.ENCRYPTED
        if key is not None and key.authenticated:
            level = Level.SECURE_CONNECTIONS if keys.ltk else Level.AUTHENTICATED
        self._pairable.levels[connection.handle] = level

    def _config(self, _connection: Connection) -> pairing.PairingConfig:
        flaws = self._pairable.flaws
        with_tag = LockFlaw.JUST_WORKS not in flaws
        return pairing.PairingConfig(
            sc=True,
            mitm=LockFlaw.JUST_WORKS not in flaws,
            bonding=True,
            delegate=OwnDelegate(self._pairable),
            identity_address_type=pairing.PairingConfig.AddressType.RANDOM,
            oob=pairing.PairingConfig.OobConfig(self._tag, None, None) if with_tag else None,
        )
