"""Probe ``ntp``: what NTP servers answer beside the time."""

from typing_extensions import override

from harness.interpret.ntp import CLIENT, MONITOR, READ_VARIABLES
from harness.model.declaration import ProbeDeclaration
from harness.model.ids import ProbeName
from harness.model.states import Capability, Impact
from harness.probes.base import Probe, ProbeContext
from harness.probes.udp_asking import askers


class NtpProbe(Probe):
    """Asks every NTP server for the time, its variables and its monitor list."""

    @property
    @override
    def declaration(self) -> ProbeDeclaration:
        """Gentle: queries only."""
        return ProbeDeclaration(
            name=ProbeName("ntp"),
            version=1,
            summary="control and monitor queries of NTP servers",
            capabilities=(Capability.NETWORK,),
            upstream=(ProbeName("services"),),
            impact=Impact.GENTLE,
            timeout_s=120,
            estimate_s=1,
        )

    @override
    def collect(self, context: ProbeContext) -> None:
        """Write ``inputs.jsonl`` and a journal a server.

        Raises:
            BenchFault: no network link, or no services facts.
        """
        for asker in askers(context, "ntp"):
            for step, question in (
                ("time", CLIENT),
                ("variables", READ_VARIABLES),
                ("monitor", MONITOR),
                ("time-again", CLIENT),
            ):
                asker.ask(step, question)


PROBE: Probe = NtpProbe()
