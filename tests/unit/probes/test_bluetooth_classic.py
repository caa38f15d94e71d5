"""In which order the probe of Bluetooth Classic looks, and when it stops."""

import contextlib
import time
from types import SimpleNamespace

import pytest

from harness.bench.classic_link import Services
from harness.encoding.clock import Clock
from harness.encoding.journal import read_journal
from harness.errors import BenchFault
from harness.model.ids import FactKey, ProbeName, SampleId, VisitId
from harness.model.states import DeviceState
from harness.probes.bluetooth_classic import PROBE
from harness.survey.context import AttemptContext
from harness.survey.store import AttemptFolder, SecretStore

DUT = "70:11:22:33:44:55"
UNASKED = ["inquiry", "inquiry", "open", "outside-mode"]
ATTENDED = ["inquiry-in-mode", "pair:just-works", "pair:comparison"]


class Sample:
    """A sample and its radio, by a few switches; it notes what was done."""

    def __init__(self, *, address=DUT, hands=True, fakes=(), answers=(), pairs=True):
        self.classic_address = address
        self.fakes = fakes
        self.match = {"name": "Lock", "service": ""}
        self.transport, self.library, self.window_s = "tcp-client:127.0.0.1:1", "0", 0.01
        self.hands = self if hands else None
        self.answers = iter(answers)
        self.pairs = pairs
        self.done = []
        self.breaks_at = ""

    @contextlib.contextmanager
    def take_classic(self, recorder, *, simple_pairing=True):
        self.done.append("radio" if simple_pairing else "old radio")
        self.recorder = recorder
        recorder(b"\x01\x03\x0c\x00", True)  # noqa: FBT003  (a callback's shape)
        yield self

    def inquire(self, wanted, seconds):
        if self.breaks_at == "inquiry-in-mode" and "button" in self.done:
            raise BenchFault("the adapter stopped answering")
        found = next(self.answers, None)
        return found[0] if found and wanted(*found) else None

    def connect(self, address, timeout_s):
        self.done.append(f"connect {address}")
        return self

    def services(self):
        return Services(channels=(3,), psms=(0x19,))

    def open_channels(self, channels):
        self.done.append(("channels", tuple(channels)))

    def open_psm(self, psm):
        self.done.append(("psm", psm))

    def pair(self, offer, hands):
        self.done.append(("pair", offer.capability, offer.pin, hands is not None))
        return self.pairs

    def close(self):
        self.done.append("close")

    def press_button(self):
        self.done.append("button")

    def forget_bonds(self):
        self.done.append("forget")


@pytest.fixture
def collect(tmp_path):
    """The names of the steps that the probe noted for a sample."""

    def run(sample):
        key = FactKey(
            probe=ProbeName("bluetooth-classic"),
            sample=SampleId("A"),
            visit=VisitId("1-test"),
            attempt=1,
        )
        folder = AttemptFolder(tmp_path / key.folder, Clock())
        context = AttemptContext(
            sample=SimpleNamespace(classic=sample),
            settings=None,
            state=DeviceState.INITIALISED,
            seed=1,
            clock=Clock(),
            deadline=time.monotonic() + 60,
            folder=folder,
            secrets=SecretStore(tmp_path / "secrets.json"),
            facts={},
        )
        try:
            PROBE.collect(context)
        finally:
            with (tmp_path / key.folder / "steps.jsonl").open("rb") as stream:
                journal = read_journal(stream)
        return [record.text("name") for record in journal.of("step")]

    return run


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr("harness.probes.bluetooth_classic._SETTLE_S", 0.0)
    monkeypatch.setattr("harness.probes.bluetooth_classic._MARGIN_S", 0.0)


def test_without_the_sample_nothing_is_called(collect) -> None:
    sample = Sample(address="", answers=[("70:00:00:00:00:01", "Lamp")])
    assert collect(sample) == ["inquiry", "inquiry"]
    assert sample.done == ["radio"]


def test_a_hidden_sample_is_called_by_its_address(collect) -> None:
    sample = Sample(hands=False)
    assert collect(sample) == UNASKED
    assert ("pair", 1, "", False) in sample.done


def test_unlisted_server_channels_are_tried_too(collect) -> None:
    sample = Sample(hands=False)
    collect(sample)
    (tried,) = [each[1] for each in sample.done if each[0] == "channels"]
    assert tried[0] == 3
    assert sorted(tried) == list(range(1, 31))
    assert ("psm", 0x19) in sample.done


def test_a_sample_that_answers_is_asked_until_the_window_is_over(collect) -> None:
    here = (DUT, "Lock")
    sample = Sample(hands=False, address="", answers=[here] * 50)
    assert collect(sample)[:3] == ["inquiry"] * 3


def test_a_window_that_closes_ends_the_asking(collect) -> None:
    sample = Sample(hands=False, address="", answers=[(DUT, "Lock"), None, None])
    assert collect(sample) == ["inquiry", *UNASKED]


def test_somebody_presses_before_each_pairing_that_is_wanted(collect) -> None:
    sample = Sample(fakes=("legacy-pin",))
    assert collect(sample) == [*UNASKED, *ATTENDED]
    wanted = [each for each in sample.done if each[0] == "pair" and each[-1]]
    assert [each[1] for each in wanted] == [3, 1]
    for each in wanted:
        before = sample.done[: sample.done.index(each)]
        assert "button" in before[len(before) - before[::-1].index("forget") :]
    assert sample.done[-1] == "forget"
    assert "old radio" not in sample.done


def test_pins_are_tried_as_a_device_of_before_would(collect) -> None:
    sample = Sample(pairs=False)
    assert collect(sample) == [*UNASKED, *ATTENDED, "pair:pin", "pair:pin"]
    after = sample.done[sample.done.index("old radio") :]
    assert [each[2] for each in after if each[0] == "pair"] == ["0000", "1234"]


def test_one_pin_that_is_accepted_is_enough(collect) -> None:
    assert collect(Sample()).count("pair:pin") == 1


def test_an_adapter_that_breaks_is_the_bench_s_fault(collect) -> None:
    sample = Sample()
    sample.breaks_at = "inquiry-in-mode"
    with pytest.raises(BenchFault):
        collect(sample)


def test_a_radio_that_pretends_pins_may_hang_behind_one(collect) -> None:
    sample = Sample(fakes=("legacy-pin",))
    sample.breaks_at = "inquiry-in-mode"
    assert collect(sample) == [*UNASKED, "inquiry-in-mode"]


def test_a_sample_without_classic_cannot_be_looked_at(tmp_path) -> None:
    context = SimpleNamespace(sample=SimpleNamespace(classic=None))
    with pytest.raises(BenchFault):
        PROBE.collect(context)
