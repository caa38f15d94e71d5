"""A bench put together from its config."""

import threading
import time
from pathlib import Path

import pytest

from harness.bench.assembly import AssembledBench, assemble
from harness.bench.operator import AnswerScript, ScriptedOperator
from harness.bench.power import CommandPower, OperatorPower
from harness.bench.protocols import Login
from harness.bench.reference_control import ReferencePower, ReferenceStates
from harness.bench.states import DeclaredState, OperatorStates
from harness.bench.taps import NoTaps
from harness.errors import BenchFault, ConfigError
from harness.model.bench_config import BenchConfig
from harness.model.states import Capability

OPERATOR = ScriptedOperator(AnswerScript())


def config(**sample):
    return BenchConfig.model_validate(
        {
            "bench": {"name": "b", "scope": ["127.0.0.0/8"]},
            "sample": [{"id": "A", **sample}],
        }
    )


def only(bench):
    (links,) = bench.samples()
    return links


def test_a_sample_without_links_can_do_nothing():
    links = only(assemble(config()))
    assert links.capabilities == frozenset()
    assert (links.network, links.console, links.power, links.label) == (None, None, None, None)
    assert isinstance(links.states, DeclaredState)


def test_capabilities_follow_from_the_links(monkeypatch):
    monkeypatch.setenv("LABEL", "s3cret")
    bench = assemble(
        config(
            network={"address": "127.0.10.1"},
            console={"url": "/dev/ttyUSB0"},
            power={},
            label={"user": "admin", "password": "env:LABEL"},
        ),
        operator=OPERATOR,
    )
    links = only(bench)
    assert links.capabilities == {
        Capability.NETWORK,
        Capability.CONSOLE,
        Capability.POWER,
        Capability.OPERATOR,
        Capability.LABEL,
    }
    assert links.label == Login("admin", "s3cret")
    assert isinstance(links.power, OperatorPower)
    assert isinstance(links.states, OperatorStates)
    assert bench.operator is OPERATOR
    bench.close()


def test_power_by_command_needs_nobody():
    links = only(assemble(config(power={"kind": "command", "off": ["true"], "on": ["true"]})))
    assert isinstance(links.power, CommandPower)


def test_power_by_a_person_needs_a_person():
    assert only(assemble(config(power={}))).power is None


def test_a_reference_device_is_driven_by_its_control_socket():
    logins = {"A": (Login("admin", "label"), Login("admin", "user"))}
    links = only(assemble(config(), controls={"A": Path("/run/x")}, logins=logins))
    assert isinstance(links.power, ReferencePower)
    assert isinstance(links.states, ReferenceStates)
    assert (links.label.password, links.user.password) == ("label", "user")
    assert {Capability.POWER, Capability.LABEL} <= links.capabilities


def test_a_control_socket_for_no_sample_is_an_error():
    with pytest.raises(ConfigError, match=r"sample\[Z\]: no such sample"):
        assemble(config(), controls={"Z": "/run/x"})


def test_a_secret_in_a_file_is_its_first_line(tmp_path):
    (tmp_path / "secret").write_bytes(b"pa ss\xc3\xa9\nnot this\n")
    reference = f"file:{tmp_path}/secret"
    links = only(assemble(config(user={"user": "u", "password": reference})))
    assert links.user == Login("u", "pa ssé")


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("env:NOT_SET_ANYWHERE", r"sample\[A\]\.user\.password: .*NOT_SET_ANYWHERE.*export"),
        ("file:/no/such/file", r"sample\[A\]\.user\.password: .*cannot be read.*first line"),
        ("file:/dev/zero", "larger than"),
    ],
)
def test_a_secret_that_is_not_there_names_its_key_and_the_way_out(reference, message):
    with pytest.raises(ConfigError, match=message):
        assemble(config(user={"user": "u", "password": reference}))


def test_the_kind_says_what_the_bench_is():
    assert assemble(config(network={"address": "127.0.10.1"})).kind == "loopback"
    assert assemble(config()).kind == "physical"


def test_the_tools_are_named_with_their_versions():
    tools = assemble(config()).tools
    assert {"python", "kernel", "paramiko", "requests", "pyserial"} <= set(tools)
    assert all(tools.values())


def test_closing_goes_backwards_is_bounded_and_never_raises(monkeypatch):
    monkeypatch.setattr("harness.bench.assembly._CLOSE_S", 0.2)
    closed = []
    release = threading.Event()

    def broken():
        closed.append("broken")
        raise BenchFault("cannot close")

    closers = (lambda: closed.append("first"), broken, lambda: release.wait(10))
    settings = config().bench
    started = time.monotonic()
    AssembledBench(settings, "physical", None, (), closers).close()
    assert time.monotonic() - started < 2
    assert closed == ["broken", "first"]
    release.set()


def test_every_sample_comes_with_the_pages_of_the_dossier():
    links = only(assemble(config(), pages=["https://www.example.com/security"]))
    assert links.publications.pages == ("https://www.example.com/security",)
    assert links.publications.hosts == ()
    assert links.tapped(NoTaps()).publications.pages == links.publications.pages


@pytest.mark.parametrize(
    ("radio", "classic", "expected"),
    [
        ("real", True, True),
        ("rootcanal", True, True),
        ("bumble-link", True, False),
        ("real", False, False),
    ],
)
def test_classic_is_there_where_sample_and_radio_speak_it(radio, classic, expected):
    pytest.importorskip("bumble")
    air = {"transport": "usb:0", "radio": radio, "name": "Lock", "classic": classic}
    links = only(assemble(config(bluetooth=air)))
    assert (links.classic is not None) is expected
    assert (Capability.BLUETOOTH_CLASSIC in links.capabilities) is expected
