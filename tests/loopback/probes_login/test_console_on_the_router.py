"""The console probe on the reference router."""

import time

import pytest

from harness.interpret.console import INTERPRETER
from harness.model.observation import Absent, Present, Unknown
from harness.probes.console import PROBE

pytestmark = [pytest.mark.loopback, pytest.mark.slow]


def test_a_hardened_router_shows_a_login_and_nothing_else(router) -> None:
    device = router(console=True)
    facts = device.bench.run(PROBE, INTERPRETER)
    assert facts.complete
    assert isinstance(facts.output, Present)
    assert isinstance(facts.booted, Present), facts.booted
    assert isinstance(facts.login_prompt, Present)
    assert isinstance(facts.boot_loader_prompt, Absent), facts.boot_loader_prompt
    assert isinstance(facts.unauthenticated_shell, Absent), facts.unauthenticated_shell
    assert facts.secrets == ()
    assert any("2.4.1" in version for version in facts.versions), facts.versions


def test_a_boot_loader_that_a_key_stops_is_found_and_left_running(router) -> None:
    device = router("bootloader-interruptible", console=True)
    facts = device.bench.run(PROBE, INTERPRETER)
    assert isinstance(facts.boot_loader_prompt, Present), facts.boot_loader_prompt
    assert isinstance(facts.login_prompt, Present)
    assert isinstance(facts.unauthenticated_shell, Absent), facts.unauthenticated_shell


def test_a_root_shell_is_found(router) -> None:
    facts = router("serial-root-shell", console=True).bench.run(PROBE, INTERPRETER)
    assert isinstance(facts.unauthenticated_shell, Present), facts.unauthenticated_shell
    assert not isinstance(facts.login_prompt, Present)
    assert not isinstance(facts.boot_loader_prompt, Present), facts.boot_loader_prompt


def test_secrets_in_the_boot_log_are_seen_and_masked(router) -> None:
    device = router("secrets-in-boot-log", console=True)
    facts = device.bench.run(PROBE, INTERPRETER)
    kinds = {sighting.kind for sighting in facts.secrets}
    assert kinds == {"wifi-passphrase", "known-secret"}
    assert not any(device.bench.label.password in sighting.shown for sighting in facts.secrets)
    assert len(device.bench.secrets) >= 2


def test_without_a_power_switch_boot_facts_are_unknown(router) -> None:
    device = router(console=True)
    device.bench.power = None
    started = time.monotonic()
    facts = device.bench.run(PROBE, INTERPRETER)
    assert time.monotonic() - started < 20
    assert isinstance(facts.booted, Unknown)
    assert isinstance(facts.boot_loader_prompt, Unknown)
    assert isinstance(facts.unauthenticated_shell, Absent)
