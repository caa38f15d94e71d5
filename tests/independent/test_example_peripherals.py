"""The probes, pointed at peripherals that others wrote: examples of bumble's source distribution.

They are not changed; only their configuration is ours, so that they advertise often. What the
probes find can be confirmed by hand in each file, as its test says. None of them has a button, so
nobody opens a pairing window, and all of them pair with whoever asks; bumble, as a peripheral,
accepts LE Legacy Pairing and keys of seven bytes, and counts no attempts.
"""

import hashlib
import json
import subprocess
import sys
import tarfile
from types import SimpleNamespace

import pytest

from harness.bench.bluetooth_link import Hands
from harness.facts.bluetooth import Access, Level
from harness.model.observation import Absent, Present, Unknown
from harness.probes.bluetooth_advertising import PROBE as ADVERTISING
from harness.probes.bluetooth_input import PROBE as INPUT
from harness.probes.bluetooth_pairing import PROBE as PAIRING

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
VERSION = "0.0.236"
ARCHIVE = "cea9fbd8b8a9ff78567bc4a97b35d54c72fcf10109476a24518d01394fbbd982"
ADDRESS = "F0:F1:F2:F3:F4:F5"


@pytest.fixture(scope="module")
def examples(pytestconfig, tmp_path_factory):
    """The folder of examples, from an archive of the digest that was read."""
    kept = pytestconfig.cache.mkdir("bumble-source") / f"bumble-{VERSION}.tar.gz"
    if not kept.is_file():
        fetch = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        fetch += ["--no-binary", "bumble", "--dest", kept.parent, f"bumble=={VERSION}"]
        done = subprocess.run(fetch, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            pytest.skip("the source distribution of bumble cannot be fetched here")
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == ARCHIVE
    folder = tmp_path_factory.mktemp("bumble")
    with tarfile.open(kept) as archive:
        archive.extractall(folder, filter="data")
    return folder / f"bumble-{VERSION}" / "examples"


class Reader(Hands):
    """Somebody who reads a passkey where its author wrote it down; there is nothing to press."""

    def __init__(self, passkey):
        self.passkey = passkey

    def press_button(self):
        """There is none."""

    def read_display(self, timeout_s):
        """What the source says is shown."""
        return self.passkey

    def type_digits(self, digits):
        """There are no keys."""

    def confirm(self, *, same):
        """There are no buttons."""

    def read_tag(self):
        """There is none."""

    def forget_bonds(self):
        """It keeps none that would matter."""


@pytest.fixture
def lab(air, examples):
    """An air without anybody, and a way to put an example into it."""

    def start(script, *more):
        config = air.folder / "device.json"
        settings = {"name": "Bumble", "address": ADDRESS, "advertising_interval": 50}
        config.write_text(json.dumps(settings))
        air.start(examples / script, config, air.transport, *more)

    return SimpleNamespace(start=start, facts=air.facts)


def tables(facts):
    return {each.uuid[:8]: (each.lowest("read"), each.lowest("write")) for each in facts}


def open_to_all(facts):
    """A peripheral that accepts a pairing though nobody asked it to, and tells all it has."""
    assert facts.complete
    assert isinstance(facts.outside_mode, Present)
    assert isinstance(facts.listed, Present)
    assert isinstance(facts.control, Unknown), "nobody was there to want a pairing"


def test_the_battery_tells_its_level_to_anybody_under_one_address(lab):
    """`battery_server.py`: one service, one characteristic to read, a static address."""
    lab.start("battery_server.py")
    air = lab.facts(ADVERTISING, "Bumble Battery")
    (told,) = air.advertisers
    assert (told.address, told.kind, told.services[0][4:8]) == (ADDRESS, "static-random", "180f")
    assert isinstance(air.trackable, Present)
    assert isinstance(air.identifying, Absent), "no serial number is in its advertisements"
    paired = lab.facts(PAIRING, "Bumble Battery")
    open_to_all(paired)
    assert tables(paired.characteristics)["00002a19"] == (Level.OPEN, None)
    taken = lab.facts(INPUT, "Bumble Battery")
    assert (taken.complete, type(taken.crash)) == (True, Absent)


def test_the_information_server_tells_its_serial_number_to_anybody(lab):
    """`device_information_server.py`: texts of the Device Information service, and nothing more."""
    lab.start("device_information_server.py")
    paired = lab.facts(PAIRING, "Bumble Device")
    open_to_all(paired)
    told = {uuid[4:8]: text for uuid, text in paired.information.items()}
    assert told["2a29"] == "ACME"
    assert told["2a24"] == "AB-102"
    assert told["2a25"] == "7654321"
    assert isinstance(lab.facts(INPUT, "Bumble Device").crash, Absent)


def test_the_heart_rate_server_offers_a_control_point(lab):
    """`heart_rate_server.py`: its control point (2A39) can be written; it is not read from."""
    lab.start("heart_rate_server.py")
    paired = lab.facts(PAIRING, "Bumble Heart")
    open_to_all(paired)
    (point,) = (each for each in paired.characteristics if each.uuid.startswith("00002a39"))
    assert (point.readable, point.writable) == (False, True)
    assert point.lowest("read") is None
    assert tables(paired.characteristics)["00002a38"] == (Level.OPEN, None)
    assert isinstance(lab.facts(INPUT, "Bumble Heart").crash, Absent)


def test_of_the_gatt_server_one_value_is_closed(lab):
    """`run_gatt_server.py`: `my_custom_read_with_error` raises an error of security, others do not.

    `my_custom_write` takes anything from anybody, also what was read before.
    """
    lab.start("run_gatt_server.py")
    paired = lab.facts(PAIRING, "Bumble")
    open_to_all(paired)
    found = tables(paired.characteristics)
    assert found["486f64c6"] == (Level.OPEN, None)
    assert found["d901b45b"][0] is Level.OPEN
    assert found["552957fb"] == (None, None)
    (closed,) = (each for each in paired.characteristics if each.uuid.startswith("552957fb"))
    assert closed.table[0].read is Access.REFUSED


def test_the_server_with_a_fixed_passkey_has_every_weakness_of_pairing(lab):
    """`run_gatt_server_with_pairing_delegate.py`: `FixedPinPairingDelegate(123456)`, display only.

    Its one value needs an authenticated link, says its source; bumble's server takes any encrypted
    one for that, so that Just Works opens it: the table must say so.
    """
    lab.start("run_gatt_server_with_pairing_delegate.py")
    paired = lab.facts(PAIRING, "Bumble", Reader("123456"))
    seen = {
        name: getattr(paired, name)
        for name in (
            "control", "outside_mode", "over_bond", "legacy", "unauthenticated", "short_key",
            "fixed_passkey", "guessable_passkey", "unlimited",
        )
    }  # fmt: skip
    assert {name: type(each).__name__ for name, each in seen.items()} == dict.fromkeys(
        seen, "Present"
    )
    (value,) = (each for each in paired.characteristics if each.uuid.startswith("486f64c6"))
    access = {row.level: row.read for row in value.table}
    assert access[Level.OPEN] is Access.REFUSED
    assert access[Level.SECURE_CONNECTIONS] is Access.GRANTED
    assert access[Level.UNAUTHENTICATED] is Access.GRANTED


def test_the_keyboard_lets_anybody_listen_in(lab):
    """`keyboard.py sim`: reports of keys (2A4D) can be read without a pairing."""
    lab.start("keyboard.py", "sim")
    paired = lab.facts(PAIRING, "Bumble Keyboard")
    open_to_all(paired)
    assert tables(paired.characteristics)["00002a4d"][0] is Level.OPEN
    assert isinstance(lab.facts(INPUT, "Bumble Keyboard").crash, Absent)
