"""Captures of Bluetooth packets made by hand, and the facts that interpreters make of them."""

import struct

import pytest

from harness.encoding import btsnoop
from harness.encoding.journal import end_line, header_line, record_line
from harness.encoding.text import to_latin
from harness.encoding.tree import DirectoryTree
from harness.interpret.base import CaptureReader, Upstream
from harness.interpret.registry import interpreter_of
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.record import AttemptOutcome, AttemptRecord, CaptureEntry

ATT, SMP = 4, 6
DUT = "70:11:22:33:44:55"
OTHER = "71:11:22:33:44:56"
LOCK = b"\x05\x09Lock"
START_US = 1_790_000_000_000_000
NOW = "2026-11-22T00:00:00.000000Z"


def acl(handle, data, *, continued=False):
    return struct.pack("<BHH", 2, handle | (0x1000 if continued else 0x2000), len(data)) + data


def event(code, body):
    return bytes([4, code, len(body)]) + body


def air_address(text):
    return bytes.fromhex(text.replace(":", ""))[::-1]


def features(capability=4, wants=0x0D, size=16, code=1, oob=0):
    return bytes([code, capability, oob, wants, size, 3, 3])


class Tape:
    """What one probe recorded, packet by packet."""

    def __init__(self):
        self.packets = []
        self.records = []
        self.fields = {"match": {"name": "Lock", "service": ""}, "fakes": [], "seed": "1"}
        self.now_us = START_US
        self.handle = 0x40
        self.cut = 0

    def put(self, data, *, sent=False):
        self.now_us += 1000
        self.packets.append(btsnoop.record(data, sent=sent, at_us=self.now_us))
        return self

    def wait(self, seconds):
        self.now_us += round(seconds * 1e6)
        return self

    def note(self, kind, **fields):
        plain = {k: to_latin(v) if isinstance(v, bytes) else v for k, v in fields.items()}
        self.records.append({"n": len(self.records) + 1, "t": NOW, "kind": kind, **plain})
        return self

    def step(self, name, **fields):
        return self.note("step", name=name, packet=len(self.packets), **fields)

    def report(self, payload=LOCK, address=DUT, kind=0, *, random=True):
        body = bytes([2, 1, kind, random]) + air_address(address)
        return self.put(event(0x3E, body + bytes([len(payload)]) + payload + b"\xc4"))

    def connect(self, address=DUT):
        self.handle += 1
        body = struct.pack("<BBHBB", 1, 0, self.handle, 0, 1) + air_address(address) + bytes(7)
        return self.put(event(0x3E, body))

    def end(self, reason=0x16):
        return self.put(event(0x05, struct.pack("<BHB", 0, self.handle, reason)))

    def ask_encryption(self):
        body = struct.pack("<HB", 0x2019, 28) + struct.pack("<H", self.handle) + bytes(26)
        return self.put(b"\x01" + body, sent=True)

    def encrypted(self, status=0, *, on=True, code=0x08):
        body = struct.pack("<BH", status, self.handle) + (b"" if code == 0x30 else bytes([on]))
        return self.put(event(code, body))

    def frame(self, channel, data, *, sent):
        whole = struct.pack("<HH", len(data), channel) + data
        return self.put(acl(self.handle, whole), sent=sent)

    def ask(self, data, answer=None):
        self.frame(ATT, bytes.fromhex(data), sent=True)
        return self if answer is None else self.tell(answer)

    def tell(self, data):
        return self.frame(ATT, bytes.fromhex(data), sent=False)

    def smp(self, *units):
        """Units of the security manager: sent ones begin with ``>``, others are the DUT's."""
        for unit in units:
            direction, _, text = unit.partition(" ")
            self.frame(SMP, bytes.fromhex(text), sent=direction == ">")
        return self

    def pair(self, ask=None, answer=None, *, legacy=False):
        """A pairing up to the encrypted link."""
        ask, answer = ask or features(), answer or features(code=2)
        last = "04" + "11" * 16 if legacy else "0d" + "11" * 16
        self.smp(f"> {ask.hex()}", f"< {answer.hex()}", "> 03" + "22" * 16)
        return self.smp(f"< {last}").ask_encryption().encrypted()

    def fail(self, reason, ask=None, *, sent=False):
        """A request that is refused, or given up by the bench."""
        self.smp(f"> {(ask or features()).hex()}")
        return self.smp(f"{'>' if sent else '<'} 05{reason:02x}")

    def data(self):
        whole = btsnoop.header() + b"".join(self.packets)
        return whole[: len(whole) - self.cut]


@pytest.fixture
def tape():
    """A recording without packets."""
    return Tape()


@pytest.fixture
def facts(tmp_path):
    """The facts of a probe, from a tape."""

    def run(tape, probe="bluetooth-pairing", **inputs):
        key = FactKey(
            probe=ProbeName(probe), sample=SampleId("A"), visit=VisitId("1-test"), attempt=1
        )
        folder = tmp_path / key.folder
        folder.mkdir(parents=True, exist_ok=True)
        asked = {"attended": True, "units": 2, "window_ms": 4000, "serial": "", "macs": []}
        first = {"n": 1, "t": NOW, "kind": "inputs", **asked, **tape.fields, **inputs}
        files = {
            "hci.btsnoop": tape.data(),
            "inputs.jsonl": header_line() + record_line(first) + end_line(0),
            "steps.jsonl": header_line() + b"".join(map(record_line, tape.records)) + end_line(0),
        }
        for name, data in files.items():
            (folder / name).write_bytes(data)
        entries = tuple(
            CaptureEntry(name=name, schema_name="x", size=len(data), complete=True)
            for name, data in files.items()
        )
        record = AttemptRecord(
            key=key,
            probe_version=1,
            outcome=AttemptOutcome.COMPLETED,
            started=NOW,
            ended=NOW,
            captures=entries,
        )
        reader = CaptureReader(DirectoryTree(tmp_path), record)
        return interpreter_of(ProbeName(probe)).interpret(reader, Upstream({}))

    return run
