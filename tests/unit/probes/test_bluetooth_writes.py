"""Nothing is written to a sample but what it said itself, and what its supplier agreed to."""

from types import SimpleNamespace

import pytest

from harness.interpret.bluetooth.attributes import Characteristic
from harness.probes.bluetooth_input import UNITS, malformed
from harness.probes.bluetooth_pairing import _Tour

READ, WRITE, BOTH, WITHOUT_ANSWER = 0x02, 0x08, 0x0A, 0x04
OWN, OTHER = "a1b20001-5c1e-4d3f-9a7b-6f0d2c8e1b44", "a1b20002-5c1e-4d3f-9a7b-6f0d2c8e1b44"
REFUSED = bytes.fromhex("010a120005")


class Sample:
    """Answers each read with the same, and keeps what is asked of it."""

    def __init__(self, answer: bytes | None) -> None:
        self.answer = answer
        self.asked: list[bytes] = []

    def request(self, pdu: bytes) -> bytes | None:
        self.asked.append(pdu)
        return self.answer if pdu[0] == 0x0A else b"\x13"

    @property
    def written(self) -> list[bytes]:
        return [pdu[3:] for pdu in self.asked if pdu[0] not in {0x0A, 0x0C}]


def looked_at(answer: bytes | None, properties: int, safe: dict[str, bytes]) -> Sample:
    sample = Sample(answer)
    session = SimpleNamespace(
        context=SimpleNamespace(check_time=lambda: None),
        link=SimpleNamespace(safe_writes=safe),
    )
    tour = _Tour(session, (Characteristic(OWN, 0x12, properties),))  # type: ignore[arg-type]
    tour._read_all(sample)  # type: ignore[arg-type]
    return sample


@pytest.mark.parametrize(
    ("answer", "properties", "safe", "written"),
    [
        (REFUSED, BOTH, {}, []),
        (REFUSED, WRITE, {}, []),
        (REFUSED, WITHOUT_ANSWER, {}, []),
        (REFUSED, WRITE, {OTHER: b"\x01"}, []),
        (None, BOTH, {OWN: b"\x01"}, []),
        (b"\x0b" + b"A" * 21, BOTH, {}, []),
        (b"\x0bA", READ, {OWN: b"\x01"}, []),
        (b"\x0bA", BOTH, {}, [b"A"]),
        (b"\x0bA", BOTH, {OWN: b"\x01"}, [b"A"]),
        (REFUSED, WRITE, {OWN: b"\x01"}, [b"\x01"]),
        (b"\x0b" + b"A" * 21, BOTH, {OWN: b"\x01"}, [b"\x01"]),
    ],
)
def test_a_value_is_written_as_it_was_read_or_as_was_agreed(
    answer: bytes | None, properties: int, safe: dict[str, bytes], written: list[bytes]
) -> None:
    assert looked_at(answer, properties, safe).written == written


def test_what_is_refused_is_asked_for_as_a_long_value_too() -> None:
    assert looked_at(REFUSED, READ, {}).asked[-1] == bytes.fromhex("0c12000000")
    assert looked_at(b"\x0bA", READ, {}).asked == [bytes.fromhex("0a1200")]
    assert looked_at(REFUSED, WRITE, {}).asked == [bytes.fromhex("0a1200")]


def test_no_malformed_unit_writes_whatever_its_flags_say() -> None:
    for seed in range(300):
        units = list(malformed(seed))
        assert len(units) == UNITS
        methods = {unit[0] & 0x3F for channel, unit in units if channel == 4}
        assert not methods & {0x12, 0x16, 0x18}
