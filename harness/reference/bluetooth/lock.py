"""What the door lock knows beside who paired with it: the bolt and the access code."""

from typing_extensions import override

from harness.reference.bluetooth.flaws import LockFlaws
from harness.reference.bluetooth.pairable import Pairable
from harness.reference.truth import TruthLog


class Lock(Pairable):
    """The lock behind its Bluetooth services.

    Attributes:
        initialised: its owner has set it up.
    """

    def __init__(self, flaws: LockFlaws, truth: TruthLog, firmware: str, serial: str) -> None:
        """A lock as received: bolted, nobody paired, window closed."""
        super().__init__(flaws, truth)
        self.firmware = firmware
        self.serial = serial
        self.bolted = True
        self.initialised = False
        self.access_code = f"{int(serial[-6:]):06}"

    def initialise(self) -> None:
        """What its owner does on the first day, apart from pairing."""
        self.initialised = True
        self.truth.record("state", state="initialised")

    @override
    def forget(self) -> None:
        super().forget()
        self.bolted = True

    def reset(self) -> None:
        """Back to the factory."""
        self.forget()
        self.initialised = False
        self.truth.record("reset")
