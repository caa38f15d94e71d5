"""Facts of a hardened Bluetooth lock, and ways to spoil them."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.facts.bluetooth import (
    Access,
    AccessAtLevel,
    Advertiser,
    BluetoothAdvertisingFacts,
    BluetoothInputFacts,
    BluetoothPairingFacts,
    Characteristic,
    Level,
    PairingTry,
)
from harness.facts.discovery import IdentifierKind


class MadeAir:
    """Builders of Bluetooth facts; what they make is hardened until it is changed."""

    LOCK_SERVICE = "a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    BOLT = "a1b20001-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    ACCESS_CODE = "a1b20002-5c1e-4d3f-9a7b-6f0d2c8e1b44"
    UPDATE_SERVICE = "8d53dc1d-1db7-4cd3-868b-8a527460aa84"
    UPDATE = "da2e7828-fbce-4e01-ae9e-261174997c48"
    INFORMATION = "0000180a-0000-1000-8000-00805f9b34fb"
    MODEL_NUMBER = "00002a24-0000-1000-8000-00805f9b34fb"

    def __init__(self, made: Any) -> None:
        self._made = made

    def row(self, level: Level, read: str = "untried", write: str = "untried") -> AccessAtLevel:
        """One level of a table."""
        evidence = self._made.ref(f"level {level.value}")
        return AccessAtLevel(level=level, read=Access(read), write=Access(write), evidence=evidence)

    def value(
        self, service: str, uuid: str, *rows: AccessAtLevel, readable: bool, writable: bool
    ) -> Characteristic:
        """A characteristic with its table."""
        return Characteristic(
            service=service,
            uuid=uuid,
            handle=3,
            readable=readable,
            writable=writable,
            table=rows,
        )

    def bolt(self, *rows: AccessAtLevel) -> Characteristic:
        """The bolt: read and written by its owner."""
        shut = rows or (
            self.row(Level.OPEN, "refused", "refused"),
            self.row(Level.SECURE_CONNECTIONS, "granted", "granted"),
        )
        return self.value(self.LOCK_SERVICE, self.BOLT, *shut, readable=True, writable=True)

    def access_code(self, at_open: str = "refused") -> Characteristic:
        """The access code: read by its owner."""
        rows = (self.row(Level.OPEN, at_open), self.row(Level.SECURE_CONNECTIONS, "granted"))
        return self.value(self.LOCK_SERVICE, self.ACCESS_CODE, *rows, readable=True, writable=False)

    def update(self, at_open: str = "refused") -> Characteristic:
        """MCUmgr SMP: written by its owner."""
        row = self.row(Level.OPEN, write=at_open)
        return self.value(self.UPDATE_SERVICE, self.UPDATE, row, readable=False, writable=True)

    def model_number(self) -> Characteristic:
        """The model number, which everybody reads."""
        row = self.row(Level.OPEN, "granted")
        return self.value(self.INFORMATION, self.MODEL_NUMBER, row, readable=True, writable=False)

    def attempt(self, model: str = "passkey", **changes: Any) -> PairingTry:
        """A pairing that was completed."""
        plain = {
            "name": f"pair:{model}",
            "answer": "accepted",
            "completed": True,
            "model": model,
            "secure_connections": True,
            "key_size": 16,
            "evidence": self._made.ref("packet 7"),
        }
        return PairingTry(**{**plain, **changes})

    def pairing(self, **changes: Any) -> BluetoothPairingFacts:
        """Facts of ``bluetooth-pairing``."""
        absent, seen = self._made.absent(), self._made.seen()
        weak = (
            "outside_mode", "over_bond", "legacy", "unauthenticated", "short_key", "fixed_passkey",
            "guessable_passkey", "unlimited", "wrong_key_accepted", "open_after_bond",
        )  # fmt: skip
        values = (self.model_number(), self.bolt(), self.access_code(), self.update())
        plain: dict[str, Any] = {
            "examined": ("bluetooth",),
            "complete": True,
            "tries": (self.attempt(),),
            "control": seen,
            "listed": seen,
            "characteristics": values,
            "information": {self.MODEL_NUMBER: "Reference Lock RL-1"},
            **dict.fromkeys(weak, absent),
        }
        return BluetoothPairingFacts(**{**plain, **changes})

    def advertiser(self, first_s: float, last_s: float, **changes: Any) -> Advertiser:
        """An address and for how long it was heard."""
        plain = {
            "address": f"40:00:00:00:00:{round(first_s):02}",
            "kind": "resolvable-private",
            "first_s": first_s,
            "last_s": last_s,
            "evidence": self._made.ref("packet 3"),
        }
        return Advertiser(**{**plain, **changes})

    def advertising(self, **changes: Any) -> BluetoothAdvertisingFacts:
        """Facts of ``bluetooth-advertising``."""
        plain: dict[str, Any] = {
            "examined": ("bluetooth",),
            "complete": True,
            "window_s": 900.0,
            "advertisers": (self.advertiser(0.0, 400.0), self.advertiser(401.0, 910.0)),
            "heard": self._made.seen(),
            "trackable": self._made.absent(),
            "known": (IdentifierKind.SERIAL,),
            "identifying": self._made.absent(),
        }
        return BluetoothAdvertisingFacts(**{**plain, **changes})

    def input(self, **changes: Any) -> BluetoothInputFacts:
        """Facts of ``bluetooth-input``."""
        plain: dict[str, Any] = {
            "examined": ("bluetooth",),
            "complete": True,
            "sent": 48,
            "survived": 48,
            "crash": self._made.absent(),
        }
        return BluetoothInputFacts(**{**plain, **changes})


@pytest.fixture
def air(made: Any) -> MadeAir:
    """Builders of Bluetooth facts."""
    return MadeAir(made)


@pytest.fixture
def paired(air: MadeAir, made: Any) -> Callable[..., Any]:
    """What a criterion says of changed pairing facts."""

    def run(criterion: Any, *args: Any, **changes: Any) -> Any:
        return criterion(made.record(air.pairing(**changes)), "DUT", *args)

    return run
