"""Which ways a visit looks at its sample, as the terminal says it."""

from pathlib import Path

import pytest

from harness.cli.surveying import Framework, plans, ways_of
from harness.config import load_bench, load_dossier
from harness.testing.suites import find_frameworks

BENCHES = Path(__file__).parents[3] / "bench_configs"


def visits(name):
    config, dossier = load_bench(BENCHES / name), load_dossier(BENCHES / name)
    etsi = Framework.of(*find_frameworks(["etsi-en-303-645"])[0])
    _, survey = plans([etsi], config, dossier)
    return {(each.sample, each.state.value): ways_of(config, each) for each in survey.visits}


@pytest.mark.parametrize("there", [True, False])
def test_three_ways_meet_at_the_router_where_bumble_is_installed(there, monkeypatch):
    monkeypatch.setattr("harness.cli.surveying.installed", lambda: there)
    said = visits("reference-router")
    radio = ("Bluetooth",) if there else ()
    assert said["A", "initialised"] == ("network", "serial console", *radio)
    assert said["B", "as-received"] == ("network",)


def test_a_lock_is_looked_at_over_bluetooth_alone(monkeypatch):
    monkeypatch.setattr("harness.cli.surveying.installed", lambda: True)
    assert visits("reference-lock")["A", "initialised"] == ("Bluetooth",)
