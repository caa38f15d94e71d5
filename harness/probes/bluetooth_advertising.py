"""Probe ``bluetooth-advertising``: listens to what a sample says, and connects to nobody.

A private address must be watched for as long as it may last: 15 minutes, unless the bench config
says that this sample changes it sooner.
"""

from typing import Final

from typing_extensions import override

from harness.interpret.bluetooth.advertising import LISTEN
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import Probe, ProbeContext
from harness.probes.bluetooth_recording import bluetooth_of, recorded

_PIECE_S: Final = 5.0
_MARGIN: Final = 0.05
_LEAST_MARGIN_S: Final = 0.5
"""The sample is to be heard once more when the window has passed since it was heard first."""


class BluetoothAdvertisingProbe(Probe):
    """Scans actively for the configured window."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle: scan requests are all that it sends."""
        return ProbeDeclaration(
            name=ProbeName("bluetooth-advertising"),
            version=1,
            summary="listens to Bluetooth LE advertisements",
            capabilities=(Capability.BLUETOOTH,),
            impact=Impact.GENTLE,
            timeout_s=4000.0,
            estimate_s=15.0,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Record everything that was heard.

        Raises:
            BenchFault: no Bluetooth, or the adapter cannot be opened.
        """
        config, link = context.sample.config, bluetooth_of(context)
        window_s = link.window_s
        macs = [config.network.mac] if config.network and config.network.mac else []
        known = {"serial": config.serial, "macs": macs, "window_ms": round(window_s * 1000)}
        with recorded(context, **known) as session:
            session.step(LISTEN)
            left = link.listen_s or window_s + max(_LEAST_MARGIN_S, _MARGIN * window_s)
            while left > 0:
                context.check_time()
                session.radio.listen(min(left, _PIECE_S))
                left -= _PIECE_S


PROBE: Probe = BluetoothAdvertisingProbe()
