"""What the Bluetooth probes recorded: tshark reads it, its twin holds no key and the same facts."""

import json
import shutil
import subprocess

import pytest

from harness.bench.bluetooth_hands import ReferenceHands
from harness.bench.reference_control import ReferenceControl
from harness.encoding.tree import DirectoryTree
from harness.evidence.bystanders import Bystanders, own_addresses
from harness.evidence.hci_twin import unmasked
from harness.evidence.leaks import find_leaks
from harness.evidence.scrub import Scrubber, SecretFile
from harness.evidence.secret_forms import Tokens
from harness.evidence.twins import scrub_tree
from harness.model.observation import Absent, Present
from harness.probes.bluetooth_advertising import PROBE as ADVERTISING
from harness.probes.bluetooth_input import PROBE as INPUT
from harness.probes.bluetooth_pairing import PROBE as PAIRING

pytestmark = [pytest.mark.loopback, pytest.mark.slow]
KEY = b"\x5a" * 32
KEY_BYTES = 16
FLAWS = ("fixed-passkey", "legacy-pairing", "credential-readable")
KEYS = ("bthci_cmd.le_long_term_key", "btsmp.long_term_key", "btsmp.id_resolving_key")
VALUES = ("btsmp.cfm_value", "btsmp.random_value", "btsmp.dhkey_check")


@pytest.fixture
def lock(air):
    """The reference lock, and who reads its display."""
    options = [part for flaw in FLAWS for part in ("--flaw", flaw)]
    argv = ["lock", "--sample", "lock-1", "--transport", air.transport, "--rotation", "2"]
    argv += ["--work", air.folder / "lock", *options]
    process = air.start("-m", "harness.reference", *argv)
    ready = json.loads(process.stdout.readline())
    return ready["bluetooth"]["name"], ReferenceHands(ReferenceControl(ready["control"]))


def tshark(capture, *names, only=""):
    if shutil.which("tshark") is None:
        pytest.skip("needs tshark; apt-get install tshark")
    argv = ["tshark", "-n", "-r", capture, "-T", "fields", *(["-Y", only] if only else [])]
    argv += [part for name in names for part in ("-e", name)]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=True)
    return [line.split("\t") for line in done.stdout.splitlines()]


def keys_in(capture):
    """Keys, and values from which one follows, as tshark reads them."""
    parts = {part for row in tshark(capture, *KEYS, *VALUES) for part in row}
    found = {bytes.fromhex(part.replace(":", "").removeprefix("0x")) for part in parts}
    # An identification is shorter, and zeros stand where there is no key.
    return {each for each in found if len(each) == KEY_BYTES and any(each)}


def twin_of(air):
    tree = DirectoryTree(air.survey)
    twin = air.folder / "twin"
    bystanders = Bystanders(own_addresses(tree), Tokens(KEY))
    scrub_tree(tree, twin, Scrubber((), KEY, bystanders=bystanders))
    return twin


def test_a_survey_opens_in_tshark_and_its_twin_holds_no_key_and_the_same_facts(air, lock):
    name, hands = lock
    facts = air.facts(PAIRING, name, hands)
    assert isinstance(facts.fixed_passkey, Present)
    assert isinstance(facts.wrong_key_accepted, Absent)
    twin = twin_of(air)
    assert air.read(twin) == facts
    (raw,) = air.survey.rglob("hci.btsnoop")
    (clean,) = twin.rglob("hci.btsnoop")
    assert len(tshark(raw, "frame.number")) > 1000
    for capture in (raw, clean):
        assert tshark(capture, "frame.number", only="_ws.expert or _ws.malformed") == []
    shape = ("frame.number", "frame.time_epoch", "frame.len", "btatt.opcode", "btsmp.opcode")
    assert tshark(clean, *shape) == tshark(raw, *shape)
    secret = keys_in(raw)
    assert len(secret) > 20
    assert keys_in(clean) == {b"x" * 16}
    for each in secret:
        assert each not in clean.read_bytes()
        assert each[::-1] not in clean.read_bytes()
    assert not unmasked(clean.read_bytes())
    assert find_leaks(DirectoryTree(twin), SecretFile((), KEY)) == ()
    assert find_leaks(DirectoryTree(air.survey), SecretFile((), KEY)) != ()


@pytest.mark.parametrize("probe", [ADVERTISING, INPUT], ids=lambda probe: probe.declaration.name)
def test_the_other_probes_have_the_same_facts_from_their_twins(air, lock, probe):
    facts = air.facts(probe, lock[0])
    assert facts.examined == ("bluetooth",)
    twin = twin_of(air)
    assert air.read(twin) == facts
    assert not any(unmasked(path.read_bytes()) for path in twin.rglob("hci.btsnoop"))
