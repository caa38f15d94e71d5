"""One real campaign on a reference router, into which something happens at a chosen moment.

Run as ``python campaign_scene.py ORDER`` with ORDER a JSON object::

    {
        "run": path,
        "flaws": [...],
        "states": [...],
        "probes": [...],
        "when": ["attempt" | "visit", state, probe],
        "do": {"do": "unplug"},
    }

WHEN is ["visit", state, ""] or ["before" | "after", state, probe]. The script re-executes itself in
a private network namespace.
"""

import json
import runpy
import sys
import threading
import tomllib
from pathlib import Path

from harness.bench.assembly import assemble
from harness.bench.namespace import enter_private_namespace
from harness.bench.reference_control import ReferenceControl
from harness.cli.devices import reference_devices
from harness.config.reading import build_model
from harness.model.bench_config import (
    BenchConfig,
    BenchSettings,
    CredentialLimits,
    NetworkLinkConfig,
    ReferenceConfig,
    SampleConfig,
)
from harness.model.dossier import Dossier
from harness.model.ids import ProbeName, SampleId
from harness.model.plan import PlannedVisit, SurveyPlan
from harness.model.states import DeviceState, Purpose
from harness.survey.campaign import Campaign, Order
from harness.survey.registry import load_probes

EXAMPLE = Path(__file__).parents[3] / "bench_configs" / "reference-router"


FEW_ATTEMPTS = CredentialLimits(max_attempts=3, guessing_attempts=1)
"""No scene asks what the credentials probe finds; with many it waits long for a dead link."""


def dossier():
    """The router's, without the Bluetooth that this bench has not."""
    radioless = runpy.run_path(str(Path(__file__).parents[2] / "radioless.py"))
    text = radioless["without_bluetooth"]((EXAMPLE / "dossier.toml").read_text())
    return build_model("dossier.toml", tomllib.loads(text), Dossier)


class Saboteur:
    """A listener that does one thing to the device at one moment."""

    def __init__(self, control, when, do):
        self._control, self._when, self._do = control, tuple(when), do
        self._state = ""
        self._lock = threading.Lock()
        self.struck = 0

    def visit_started(self, visit):
        self._state = visit.state.value
        self._strike("visit", "")

    def attempt_started(self, sample, probe):
        self._strike("before", str(probe))

    def attempt_ended(self, record):
        self._strike("after", str(record.key.probe))

    def _strike(self, moment, probe):
        with self._lock:
            if self.struck or (moment, self._state, probe) != self._when:
                return
            self.struck = 1
        fields = {name: value for name, value in self._do.items() if name != "do"}
        self._control.request(self._do["do"], **fields)


def bench_config(flaws):
    return BenchConfig(
        bench=BenchSettings(
            name="scene",
            scope=("127.0.10.0/24",),
            interface="lo",
            namespace="private",
            credentials=FEW_ATTEMPTS,
        ),
        sample=(
            SampleConfig(
                id="A",
                hardware="rev B",
                network=NetworkLinkConfig(address="127.0.10.1"),
                reference=ReferenceConfig(device="router", flaws=tuple(flaws)),
            ),
        ),
    )


def main(order):
    enter_private_namespace()
    probes, broken = load_probes()
    assert not broken
    wanted = tuple(ProbeName(name) for name in order["probes"])
    visits = tuple(
        PlannedVisit(sample=SampleId("A"), state=DeviceState(state), probes=wanted)
        for state in order["states"]
    )
    plan = SurveyPlan(visits=visits, estimate_s=60)
    with reference_devices(bench_config(order["flaws"])) as wired:
        control = ReferenceControl(str(wired.controls["A"]))
        saboteur = Saboteur(control, order["when"], order["do"])
        bench = assemble(wired.config, controls=wired.controls, logins=wired.logins)
        try:
            Campaign(
                Path(order["run"]),
                bench,
                probes,
                Order(plan, dossier(), Purpose.DEMO, seed=1),
                saboteur,
            ).carry_out()
        finally:
            bench.close()
    sys.stdout.write(json.dumps({"struck": saboteur.struck}) + "\n")


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
