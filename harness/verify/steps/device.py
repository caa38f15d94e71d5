"""Step "device": is the bundle about the device that the reader asks for, and about one device?"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from harness.encoding.canonical import load_strict
from harness.encoding.text import counted, neutralise
from harness.encoding.tree import Tree, read
from harness.model.attestation import SignedDut
from harness.model.record import SampleRecord, VisitRecord
from harness.model.states import DeviceState
from harness.verify.context import Context
from harness.verify.policy import DutDemand
from harness.verify.report import StepFailed

_KEEPS_KEYS: Final = frozenset({DeviceState.OFFLINE, DeviceState.MAKER_GONE})
"""States that a device reaches without a start: one that makes keys at each start keeps them."""
_PIECES: Final = 7
_VISIT: Final = re.compile(r"data/survey/([^/]+)/([^/]+)/visit\.json")
_Visits = dict[tuple[str, str], VisitRecord]


def check_device(context: Context) -> str:
    """The DUT is the one of the policy, and each sample proved the same keys all along.

    Raises:
        StepFailed: another device, or a sample whose keys changed though nothing that was done to
            it makes new ones (``E-DUT``).
    """
    dut, wanted = context.predicate.dut, context.policy.dut
    compared = _stay_the_same(context.tree)
    if wanted is not None:
        _compare(dut, wanted)
    model = neutralise(f"{dut.supplier} {dut.model}", 100)
    asked = "" if wanted is not None else "; the policy names no device (device)"
    samples = counted(len(dut.samples), "sample")
    return f"{model}, {samples}, keys seen again: {compared}{asked}"


def _compare(dut: SignedDut, wanted: DutDemand) -> None:
    pairs = {
        "supplier": (dut.supplier, wanted.supplier),
        "model": (dut.model, wanted.model),
        "hardware": (dut.hardware, wanted.hardware),
        "firmware": (dut.firmware, wanted.firmware),
    }
    for name, (shown, expected) in pairs.items():
        if expected and shown != expected:
            raise StepFailed("E-DUT", f"{name} {_shown(shown)}", f"{name} {_shown(expected)}")
    _each_sample("serial number", wanted.serials, ((each, each.serial) for each in dut.samples))
    _each_sample("MAC address", wanted.macs, ((each, each.mac.lower()) for each in dut.samples))


def _each_sample(
    what: str, wanted: frozenset[str], found: Iterable[tuple[SampleRecord, str]]
) -> None:
    if not wanted:
        return
    expected = f"one of {', '.join(sorted(wanted))}"[:500]
    samples = 0
    for sample, value in found:
        samples += 1
        if value not in wanted:
            shown = f"sample {sample.id} has the {what} {_shown(value)}"
            raise StepFailed("E-DUT", shown, expected)
    if not samples:
        raise StepFailed("E-DUT", f"no sample, and so no {what}", expected)


def _stay_the_same(tree: Tree) -> int:
    """Compare what each sample proved over each channel; returns how often it was seen again."""
    known: dict[tuple[str, str], tuple[str, str]] = {}
    again, last = 0, ("", "")
    visits = _visits(tree)
    for sample, visit, attempt, prints in _fingerprints(tree, visits):
        if (sample, visit) != last and visits[sample, visit].state not in _KEEPS_KEYS:
            known = {key: value for key, value in known.items() if key[0] != sample}
        last = (sample, visit)
        for channel, value in prints.items():
            before, where = known.setdefault((sample, channel), (value, f"{visit}/{attempt}"))
            if before != value:
                raise StepFailed(
                    "E-DUT",
                    f"sample {sample} proved another key over {_shown(channel)} in "
                    f"{visit}/{attempt} than in {where}",
                    "the same key: in between there was no start at which it makes new ones",
                )
            again += where != f"{visit}/{attempt}"
    return again


def _visits(tree: Tree) -> _Visits:
    """The record of each visit, by sample and name of the visit."""
    found: _Visits = {}
    for name in tree.names():
        if fits := _VISIT.fullmatch(name):
            found[fits[1], fits[2]] = VisitRecord.from_bytes(read(tree, name))
    return found


def _fingerprints(tree: Tree, visits: _Visits) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Of each identity fact that is shown: sample, visit, attempt and keys, in their order.

    A visit in which the bench stopped is left out: nobody knows what the device did meanwhile.
    """
    places: list[tuple[str, int, int, str]] = []
    for name in tree.names():
        pieces = name.split("/")
        if name.startswith("data/survey/") and pieces[-3::2] == ["identity", "facts.json"]:
            _, _, sample, visit, *_ = pieces
            order, attempt = visit.partition("-")[0], pieces[-2]
            numbered = len(pieces) == _PIECES and order.isdecimal() and attempt.isdecimal()
            record = visits.get((sample, visit))
            if numbered and record is not None and not record.interruptions:
                places.append((sample, int(order[:9]), int(attempt[:9]), name))
    for sample, _, number, name in sorted(places):
        document = load_strict(read(tree, name))
        prints = document.get("fingerprints", {}) if isinstance(document, dict) else {}
        if isinstance(prints, dict) and all(isinstance(each, str) for each in prints.values()):
            yield sample, name.split("/")[3], str(number), prints


def _shown(value: str) -> str:
    return repr(neutralise(value, 100)) if value else "none"
