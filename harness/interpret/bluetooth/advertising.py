"""Interpreter of ``bluetooth-advertising``: who the sample says it is, and for how long (pure)."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final

from harness.encoding.text import neutralise, to_latin
from harness.facts.bluetooth import Advertiser, BluetoothAdvertisingFacts
from harness.facts.discovery import IdentifierSighting
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.bluetooth.hci import Report
from harness.interpret.bluetooth.payloads import parts_of
from harness.interpret.bluetooth.steps import LASTING, Recording, overlap, read_recording
from harness.interpret.identifiers import Identifiers, Text, read_identifiers
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown

LISTEN: Final = "listen"
TARGET: Final = "bluetooth"
MAX_ADVERTISERS: Final = 100
_MIN_HEX: Final = 8
"""Shorter numbers stand in the digits of payloads that change all the time by chance."""
_DRIFT: Final = 0.01
"""How far two clocks may be apart on how long an address lasted: more than any crystal is."""
_MAX_NAME: Final = 100


def interpret(captures: CaptureReader, upstream: Upstream) -> BluetoothAdvertisingFacts:
    """Facts of the window in which the bench listened.

    Raises:
        CaptureError: the recording cannot be read.
    """
    del upstream
    recording = read_recording(captures)
    step = recording.step(LISTEN)
    reports = step.reports if step else ()
    known = {report.address for report in recording.of_dut()}
    mine = tuple(report for report in reports if report.address in known)
    window_s = recording.inputs.number("window_ms") / 1000
    heard: Observation = (
        recording.seen(mine[0].packet.number)
        if mine
        else Unknown(reason="the sample was not heard by its name or service")
    )
    identifiers = read_identifiers(recording.inputs)
    missing = _missing(mine)
    in_hex = identifiers
    if len(identifiers.serial) < _MIN_HEX:
        in_hex = replace(identifiers, serial="")
    sightings = (
        *identifiers.sightings(_texts(recording, mine)),
        *in_hex.sightings(_texts_in_hex(recording, mine)),
    )
    return BluetoothAdvertisingFacts(
        examined=(TARGET,) if mine else (),
        complete=recording.whole,
        window_s=window_s,
        advertisers=_advertisers(recording, mine)[:MAX_ADVERTISERS],
        others=len({report.address.text for report in reports} - _addresses(mine)),
        heard=heard,
        trackable=_trackable(recording, mine),
        identifiers=sightings,
        known=identifiers.known,
        identifying=_identifying(recording, mine, identifiers, sightings),
        heard_out=Unknown(reason=missing) if missing else heard,
    )


def _addresses(reports: tuple[Report, ...]) -> set[str]:
    return {report.address.text for report in reports}


def _advertisers(recording: Recording, reports: tuple[Report, ...]) -> tuple[Advertiser, ...]:
    begin = reports[0].packet.at_us if reports else 0
    by_address: dict[str, list[Report]] = {}
    for report in reports:
        by_address.setdefault(report.address.text, []).append(report)
    return tuple(_advertiser(recording, mine, begin) for mine in by_address.values())


def _advertiser(recording: Recording, reports: list[Report], begin_us: int) -> Advertiser:
    parts = [parts_of(data) for data in dict.fromkeys(report.data for report in reports)]
    first, last = reports[0], reports[-1]
    return Advertiser(
        address=first.address.text,
        kind=first.address.kind.value,
        first_s=round((first.packet.at_us - begin_us) / 1e6, 3),
        last_s=round((last.packet.at_us - begin_us) / 1e6, 3),
        name=neutralise(next((part.name for part in parts if part.name), ""), _MAX_NAME),
        services=tuple(dict.fromkeys(uuid for part in parts for uuid in part.services)),
        manufacturer=tuple(
            dict.fromkeys(value.hex() for part in parts for value in part.manufacturer)
        ),
        evidence=recording.ref(first.packet.number),
    )


def _texts(recording: Recording, reports: tuple[Report, ...]) -> Iterator[Text]:
    """Every different payload of the sample as text."""
    for report in _different(reports):
        yield _text(recording, report, to_latin(report.data))


def _texts_in_hex(recording: Recording, reports: tuple[Report, ...]) -> Iterator[Text]:
    """As digits, both ways round: addresses and numbers often have their last byte first."""
    for report in _different(reports):
        yield _text(recording, report, report.data.hex())
        yield _text(recording, report, report.data[::-1].hex())


def _different(reports: tuple[Report, ...]) -> Iterable[Report]:
    return {report.data: report for report in reversed(reports)}.values()


def _text(recording: Recording, report: Report, text: str) -> Text:
    where = "scan response" if report.response else "advertisement"
    return Text(TARGET, where, text, recording.ref(report.packet.number))


def _trackable(recording: Recording, reports: tuple[Report, ...]) -> Observation:
    """One address for as long as the bench must listen, or another one meanwhile.

    The verdict on an address that did not change needs it to have been heard for at least as long
    as the bench was told to wait; the criterion compares.
    """
    if not reports:
        return Unknown(reason="the sample was not heard")
    first, last = reports[0], reports[-1]
    if len(_addresses(reports)) == 1:
        return recording.seen(first.packet.number, last.packet.number)
    lasting = any(each.address.kind in LASTING for each in reports)
    if lasting or overlap(reports):
        return Unknown(reason="several addresses say what the sample says, and not in turns")
    return _in_turns(recording, reports)


def _in_turns(recording: Recording, reports: tuple[Report, ...]) -> Observation:
    """What follows from private addresses of which each came when the one before it had gone."""
    window_us = recording.inputs.number("window_ms") * 1000
    spans = []
    for address in _addresses(reports):
        mine = [each.packet for each in reports if each.address.text == address]
        spans.append((mine[-1].at_us - mine[0].at_us, mine[0].number, mine[-1].number))
    longest_us, begin, end = max(spans)
    if longest_us >= window_us * (1 + _DRIFT):
        return recording.seen(begin, end)
    if longest_us >= window_us:
        return Unknown(reason="it changed its address when the window ended, as clocks go")
    changed = next(each for each in reports if each.address != reports[0].address)
    return Absent(control=recording.ref(changed.packet.number))


def _identifying(
    recording: Recording,
    reports: tuple[Report, ...],
    identifiers: Identifiers,
    sightings: tuple[IdentifierSighting, ...],
) -> Observation:
    if sightings:
        return Present(evidence=tuple(each.evidence for each in sightings))
    missing = _missing(reports)
    if missing:
        return Unknown(reason=missing)
    if not identifiers.known:
        return Unknown(reason="the bench knows no identifier of this sample")
    return Absent(control=recording.ref(reports[0].packet.number))


def _missing(reports: tuple[Report, ...]) -> str:
    """What of the sample's payloads was not heard; ``""`` if nothing is known to be missing."""
    if not reports:
        return "the sample was not heard"
    if not all(report.whole for report in reports):
        return "a payload of the sample was cut"
    answers = any(each.scannable for each in reports)
    if answers and not any(each.response for each in reports):
        return "the sample's scan response was not heard"
    return ""


INTERPRETER = Interpreter(
    ProbeName("bluetooth-advertising"), 1, BluetoothAdvertisingFacts, interpret
)
