"""Captures of Bluetooth Classic made by hand from the Core Specification, Vol 4, Part E."""

import struct

import pytest

DUT = "70:11:22:33:44:55"
SDP, RFCOMM = 1, 3


def element(kind, body):
    """A data element with a length of one byte (Vol 3, Part B, 3.2)."""
    return bytes([kind << 3 | 5, len(body)]) + body


def number(value, size=1):
    return bytes([1 << 3 | size.bit_length() - 1]) + value.to_bytes(size, "big")


def uuid(value):
    return b"\x19" + value.to_bytes(2, "big")


def record(*protocols):
    """A record whose protocols are pairs of UUID and parameter."""
    listed = b"".join(
        element(6, uuid(name) + (number(value, size) if size else b""))
        for name, value, size in protocols
    )
    return element(6, number(4, 2) + element(6, listed))


RFCOMM_3 = record((0x0100, 0, 0), (0x0003, 3, 1))


class ClassicTape:
    """What the probe recorded, on a tape."""

    def __init__(self, tape):
        self.tape = tape
        tape.fields |= {"classic_address": DUT, "window_ms": 4000}
        self.cid = 0x40
        self.local(0x1004, bytes([2, 2, 0, 1]) + bytes(6))
        self.local(0x0C7A)

    def event(self, code, body):
        self.tape.put(bytes([4, code, len(body)]) + body)
        return self

    def local(self, opcode, returned=b""):
        """A command of the bench was completed without an error."""
        return self.event(0x0E, b"\x01" + struct.pack("<HB", opcode, 0) + returned)

    def simple_pairing(self, *, on=True):
        self.tape.put(b"\x01" + struct.pack("<HBB", 0x0C56, 1, on), sent=True)
        return self

    def address(self, text=DUT):
        return bytes.fromhex(text.replace(":", ""))[::-1]

    def step(self, name):
        self.tape.step(name, address=DUT)
        return self

    def answer(self, address=DUT, name=b"Lock"):
        told = bytes([len(name) + 1, 9]) + name
        body = b"\x01" + self.address(address) + bytes([1, 0]) + bytes(5) + b"\xc4"
        return self.event(0x2F, body + told.ljust(240, b"\0"))

    def wait(self, seconds):
        self.tape.wait(seconds)
        return self

    def connect(self):
        self.tape.handle += 1
        self.cid = 0x40
        body = struct.pack("<BH", 0, self.tape.handle) + self.address() + b"\x01\x00"
        return self.event(0x03, body)

    def end(self, reason=0x16):
        self.tape.end(reason)
        return self

    def capable(self, capability=1):
        return self.event(0x32, self.address() + bytes([capability, 0, 3]))

    def key(self, kind=8, address=DUT):
        return self.event(0x18, self.address(address) + bytes(16) + bytes([kind]))

    def authenticated(self, status=0):
        return self.event(0x06, struct.pack("<BH", status, self.tape.handle))

    def encrypted(self, cipher=2, status=0):
        return self.event(0x08, struct.pack("<BHB", status, self.tape.handle, cipher))

    def key_size(self, size=16):
        return self.local(0x1408, struct.pack("<HB", self.tape.handle, size))

    def frame(self, channel, data, *, sent):
        self.tape.frame(channel, data, sent=sent)
        return self

    def signal(self, code, data, *, sent):
        return self.frame(1, struct.pack("<BBH", code, 1, len(data)) + data, sent=sent)

    def ask_channel(self, psm):
        self.cid += 1
        return self.signal(2, struct.pack("<HH", psm, self.cid), sent=True)

    def channel(self, psm, result=0):
        """A channel that the bench asks for, and how that is answered."""
        self.ask_channel(psm)
        theirs = 0 if result else self.cid + 0x100
        return self.signal(3, struct.pack("<HHHH", theirs, self.cid, result, 0), sent=False)

    def close_channel(self):
        return self.signal(6, struct.pack("<HH", self.cid, self.cid + 0x100), sent=False)

    def say(self, data):
        return self.frame(self.cid + 0x100, data, sent=True)

    def hear(self, data):
        return self.frame(self.cid, data, sent=False)

    def records(self, *records, pieces=1):
        """An SDP channel that reads records, in one or more answers."""
        self.channel(SDP).say(b"\x06\x00\x00\x00\x01\x00")
        whole = element(6, b"".join(records))
        size = len(whole) // pieces + 1
        parts = [whole[at : at + size] for at in range(0, len(whole), size)]
        for left, part in zip(range(len(parts) - 1, -1, -1), parts, strict=True):
            more = b"\x01\x07" if left else b"\x00"
            body = struct.pack(">H", len(part)) + part + more
            self.hear(b"\x07\x00\x00" + struct.pack(">H", len(body)) + body)
        return self

    def multiplexer(self):
        return self.channel(RFCOMM).say(b"\x03\x3f\x01\x1c").hear(b"\x03\x73\x01\xd7")

    def server_channel(self, channel=3, *, opens=True, closes=True):
        """SABM and UA, or DM; then DISC of the bench."""
        at = channel << 3 | 3
        self.say(bytes([at, 0x3F, 1, 0]))
        self.hear(bytes([at, 0x73 if opens else 0x1F, 1, 0]))
        return self.say(bytes([at, 0x53, 1, 0])) if opens and closes else self

    def pair(self, key=8, cipher=2, size=16):
        """A pairing up to the encrypted link."""
        self.capable().key(key).authenticated().encrypted(cipher)
        return self.key_size(size) if size else self

    def refused(self, name, status=5):
        return self.step(name).connect().authenticated(status).end()

    def hardened(self):
        """Everything that a hardened lock does, but its pairings."""
        self.simple_pairing()
        for _ in range(2):
            self.step("inquiry").wait(5)
        self.step("open").connect().records(RFCOMM_3).channel(RFCOMM, 3).end()
        self.refused("outside-mode")
        return self.step("inquiry-in-mode").answer().refused("pair:just-works")

    def paired(self, **key):
        """And a pairing that opens the serial port."""
        self.step("pair:comparison").connect().pair(**key)
        return self.multiplexer().server_channel().end()


@pytest.fixture
def classic(tape):
    """A recording of a bench that can do Secure Connections."""
    return ClassicTape(tape)


@pytest.fixture
def looked(facts):
    """The facts of a recording."""

    def run(classic, **inputs):
        return facts(classic.tape, probe="bluetooth-classic", **inputs)

    return run


@pytest.fixture
def records():
    """Service records by what they speak of."""
    return {"rfcomm": RFCOMM_3, "l2cap": record((0x0100, 0x0019, 2))}
