"""Traffic: from the journal to the verdicts of 5.3-10-1c, 5.3-15-2b, 5.7-2-2b and 5.9-3-2a."""

from typing import Any

import pytest

from harness.errors import CaptureError
from harness.model.ixit import ComMech, ReplSup, SecBoot, UpdMech
from harness.model.observation import Present, Unknown

DEVICE, LOCAL, MAKER, OTHER = "192.168.50.2", "192.168.50.1", "203.0.113.9", "198.51.100.7"
IMAGE = "ab" * 32
BOOT = SecBoot(id="SecBoot-1", notification_destinations=("none",))
UPDATE = UpdMech(id="UpdMech-1", over_network="yes", endpoints=("tcp/443",))
PACED = ComMech(
    id="ComMech-1",
    description="To the maker.",
    connects_to=("cloud.example:443",),
    most_connects_a_minute=6,
    reconnect_backoff="yes",
    reconnect_jitter="yes",
)
ROWS: Any = {
    "sec_boot": (BOOT,),
    "repl_sup": (ReplSup(isolation="Unplug it."),),
    "upd_mech": (UPDATE,),
    "com_mech": (PACED,),
}


class Recorder:
    """Writes windows with the bench's own packets at both ends."""

    def __init__(self, story: Any) -> None:
        self.story = story

    def own(self, number: int, *, seen: bool = True) -> None:
        self.story.add("own", id=str(number))
        if seen:
            self.story.add("own-seen", id=str(number))

    def window(self, purpose: str, item: str = "", **how: Any) -> "Recorder":
        """A window; ``how`` may have ``body``, ``trigger``, ``own`` (seen at the end)."""
        place = len(self.story.records)
        self.story.add("open", name=f"{purpose}-{place}", purpose=purpose, item=item)
        self.own(place)
        self.story.checked("trigger", works=how.get("trigger", True)).wait(3)
        how.get("body", lambda: None)()
        self.story.wait(10)
        self.own(place + 1, seen=how.get("own", True))
        self.story.add("close", name=f"{purpose}-{place}")
        return self

    def sent(self, to: str = MAKER, port: int = 443, **more: Any) -> None:
        """A packet of the device."""
        packet = {"src": DEVICE, "sport": 40000, "dst": to, "dport": port, "transport": "tcp"}
        self.story.add("packet", size=60, **(packet | more))

    def carried(self, *, head: bytes = b"hsqs", sha256: str = "00" * 32, **more: Any) -> None:
        """An object that came to the device."""
        where = {"src": MAKER, "sport": 443, "dst": DEVICE, "dport": 40000, "transport": "tcp"}
        self.story.add("object", head=head, sha256=sha256, **(where | more))

    def connects(self, *pauses: float, to: str = MAKER) -> None:
        """A connection after each pause, and its first segment sent once more."""
        for number, pause in enumerate((0, *pauses)):
            self.story.wait(pause)
            for _ in range(2):
                self.sent(to, sport=40000 + number, seq=7 * number, syn=True)


@pytest.fixture
def recorder(story: Any) -> Recorder:
    """A recorder whose bench resolves two names, with ordinary operation on record."""
    story.add("resolved", address=MAKER, name="Cloud.example.")
    story.add("resolved", address=OTHER, name="other.example")
    made = Recorder(story)
    return made.window("baseline", body=lambda: made.sent(LOCAL))


@pytest.fixture
def recorded(recorder: Recorder, story: Any, interpreted: Any) -> Any:
    """The facts of everything that the recorder wrote."""

    def read() -> Any:
        inputs = type(story)().add(
            "inputs", device=[DEVICE], local=["192.168.50.0/24"], images=[IMAGE]
        )
        return interpreted("traffic", traffic=story, inputs=inputs)

    assert recorder.story is story
    return read


LIMITED = [("change-detected", "SecBoot-1", "5.7-2-2b"), ("isolated", "ReplSup-1", "5.3-15-2b")]


@pytest.mark.parametrize(("purpose", "item", "unit"), LIMITED)
def test_a_device_that_sends_nothing_outside_passes(
    purpose: str, item: str, unit: str, recorder: Recorder, recorded: Any, judged: Any
) -> None:
    def local_only() -> None:
        for address in (LOCAL, "224.0.0.251", "255.255.255.255", "169.254.1.1"):
            recorder.sent(address)

    recorder.window(purpose, item, body=local_only)
    assert judged(unit, recorded(), **ROWS) == ("PASS", "only-declared-destinations")


@pytest.mark.parametrize(("purpose", "item", "unit"), LIMITED)
def test_a_device_that_sends_something_outside_fails(
    purpose: str, item: str, unit: str, recorder: Recorder, recorded: Any, judged: Any
) -> None:
    # Even where nothing shows that the recorder ran to the end.
    recorder.window(purpose, item, body=recorder.sent, own=False)
    assert judged(unit, recorded(), **ROWS) == ("FAIL", "destination-undeclared")


@pytest.mark.parametrize(("purpose", "item", "unit"), LIMITED)
@pytest.mark.parametrize("lacking", [{"own": False}, {"trigger": False}])
def test_silence_without_its_control_decides_nothing(
    lacking: Any,
    purpose: str,
    item: str,
    unit: str,
    recorder: Recorder,
    recorded: Any,
    judged: Any,
) -> None:
    recorder.window(purpose, item, **lacking)
    assert judged(unit, recorded(), **ROWS) == ("INCONCLUSIVE", "not-observed")


def test_a_recorder_that_never_saw_the_device_shows_no_silence(
    story: Any, interpreted: Any, judged: Any
) -> None:
    made = Recorder(story)
    made.window("baseline").window("change-detected", "SecBoot-1")
    inputs = type(story)().add("inputs", device=[DEVICE], local=[], images=[])
    facts = interpreted("traffic", traffic=story, inputs=inputs)
    assert judged("5.7-2-2b", facts, **ROWS) == ("INCONCLUSIVE", "no-usual-traffic")


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        (("cloud.example",), "PASS"),
        (("CLOUD.example:443",), "PASS"),
        ((MAKER,), "PASS"),
        ((f"{MAKER}:443",), "PASS"),
        (("cloud.example:8443",), "FAIL"),
        (("other.example", "none"), "FAIL"),
        (("example",), "FAIL"),
        ((), "INCONCLUSIVE"),
    ],
)
def test_the_alert_may_reach_what_it_declares(
    declared: Any, expected: str, recorder: Recorder, recorded: Any, judged: Any
) -> None:
    recorder.window("change-detected", "SecBoot-1", body=recorder.sent)
    rows = {"sec_boot": (BOOT.model_copy(update={"notification_destinations": declared}),)}
    assert judged("5.7-2-2b", recorded(), **rows)[0] == expected


def test_a_window_about_another_row_says_nothing(
    recorder: Recorder, recorded: Any, judged: Any
) -> None:
    recorder.window("change-detected", "SecBoot-2")
    assert judged("5.7-2-2b", recorded(), **ROWS) == ("INCONCLUSIVE", "not-examined")


def test_own_packets_must_lie_at_both_ends(recorder: Recorder, recorded: Any, story: Any) -> None:
    story.add("open", name="late", purpose="isolated", item="ReplSup-1").wait(60)
    recorder.own(1000)
    recorder.own(1001)
    story.add("close", name="late")
    assert isinstance(recorded().windows[-1].own_packets, Unknown)
    assert isinstance(recorded().windows[0].own_packets, Present)


def test_the_declared_update_and_no_other_passes(
    recorder: Recorder, recorded: Any, judged: Any
) -> None:
    recorder.window("update", body=lambda: recorder.carried(sha256=IMAGE, head=b"", dport=443))
    assert judged("5.3-10-1c", recorded(), **ROWS)[0] == "PASS"


@pytest.mark.parametrize(
    "more", [{"fetched": True}, {"dport": 8080}, {"fetched": True, "src": OTHER, "sport": 80}]
)
def test_software_from_elsewhere_fails(
    more: Any, recorder: Recorder, recorded: Any, judged: Any
) -> None:
    recorder.window("update", body=lambda: recorder.carried(dport=443))
    recorder.window("baseline", body=lambda: recorder.carried(**more))
    assert judged("5.3-10-1c", recorded(), **ROWS) == ("FAIL", "software-from-undeclared")


def test_a_declared_source_of_updates_passes(
    recorder: Recorder, recorded: Any, judged: Any
) -> None:
    recorder.window("update", body=lambda: recorder.carried(fetched=True))
    row = UPDATE.model_copy(update={"sources": ("cloud.example:443",)})
    assert judged("5.3-10-1c", recorded(), upd_mech=(row,))[0] == "PASS"


def test_a_recorder_that_recognises_no_update_would_miss_another(
    recorder: Recorder, recorded: Any, judged: Any
) -> None:
    recorder.window("update", body=lambda: recorder.carried(head=b"<html>"))
    assert judged("5.3-10-1c", recorded(), **ROWS) == ("INCONCLUSIVE", "no-known-update-seen")
    by_cable = UPDATE.model_copy(update={"over_network": "no"})
    assert judged("5.3-10-1c", recorded(), upd_mech=(by_cable,))[0] == "PASS"


def test_what_is_hidden_in_encryption_decides_nothing(
    recorder: Recorder, recorded: Any, judged: Any
) -> None:
    def much() -> None:
        recorder.carried(dport=443)
        recorder.sent(OTHER)
        where = {"src": OTHER, "sport": 443, "dst": DEVICE, "dport": 40000, "transport": "tcp"}
        recorder.story.add("packet", size=70_000, opaque=True, **where)

    recorder.window("update", body=much)
    assert judged("5.3-10-1c", recorded(), **ROWS) == ("INCONCLUSIVE", "opaque-transfer")
    row = UPDATE.model_copy(update={"sources": ("other.example",)})
    assert judged("5.3-10-1c", recorded(), upd_mech=(row,))[0] == "PASS"


def test_a_watch_without_an_update_is_none(recorder: Recorder, recorded: Any, judged: Any) -> None:
    recorder.window("isolated", "ReplSup-1")
    assert judged("5.3-10-1c", recorded(), **ROWS) == ("INCONCLUSIVE", "not-examined")


def test_a_good_image_that_an_undeclared_port_takes_fails(
    recorder: Recorder, recorded: Any, judged: Any, made: Any
) -> None:
    recorder.window("update", body=lambda: recorder.carried(dport=443))
    ways = {entry.way: entry for entry in made.updates().ways}
    ways["tcp/80"] = ways["tcp/80"].model_copy(update={"takes": made.seen()})
    taken = made.updates(ways=tuple(ways.values()))
    assert judged("5.3-10-1c", recorded(), taken, **ROWS) == ("FAIL", "update-taken-undeclared")
    ways.pop("tcp/80")
    untried = made.updates(ways=tuple(ways.values()))
    assert judged("5.3-10-1c", recorded(), untried, **ROWS) == ("INCONCLUSIVE", "not-examined")


def reconnects(recorder: Recorder, *outages: tuple[float, ...], **how: Any) -> None:
    """One window a cut link; each has the pauses between attempts, in seconds."""
    for pauses in outages:
        body = lambda pauses=pauses: recorder.connects(*pauses)  # noqa: E731
        recorder.window("reconnect", body=body, **how)


GROWING = ((10.0, 21, 40, 80), (11.5, 23, 46, 92), (13.0, 24, 49, 99))
EQUAL = ((10.0, 20, 40, 80),) * 3
STEADY = ((12.0, 12, 12, 12), (13.0, 13, 13, 13), (14.0, 14, 14, 14))
FAST = ((1.0, 2, 4, 8, 8, 8, 8), (1.2, 2, 4, 8, 8, 8, 8), (1.5, 2, 4, 8, 8, 8, 8))


@pytest.mark.parametrize(
    ("outages", "expected"),
    [
        (GROWING, "PASS"),
        (EQUAL, "FAIL"),
        (STEADY, "FAIL"),
        (FAST, "FAIL"),
        (GROWING[:2], "INCONCLUSIVE"),
        (tuple(pauses[:2] for pauses in GROWING), "INCONCLUSIVE"),
        (((12.0, 13, 14, 12), *GROWING[1:]), "INCONCLUSIVE"),
    ],
)
def test_the_pace_of_attempts_is_that_of_the_declaration(
    outages: Any, expected: str, recorder: Recorder, recorded: Any, judged: Any
) -> None:
    reconnects(recorder, *outages)
    assert judged("5.9-3-2a", recorded(), **ROWS)[0] == expected


def test_what_is_not_declared_is_not_asked(recorder: Recorder, recorded: Any, judged: Any) -> None:
    reconnects(recorder, *EQUAL)
    plain = PACED.model_copy(update={"reconnect_jitter": "no"})
    assert judged("5.9-3-2a", recorded(), com_mech=(plain,))[0] == "PASS"


@pytest.mark.parametrize(
    "field", ["connects_to", "most_connects_a_minute", "reconnect_backoff", "reconnect_jitter"]
)
def test_an_empty_field_of_the_pace_decides_nothing(
    field: str, recorder: Recorder, recorded: Any, judged: Any
) -> None:
    reconnects(recorder, *GROWING)
    row = PACED.model_copy(update={field: type(getattr(PACED, field))()})
    assert judged("5.9-3-2a", recorded(), com_mech=(row,)) == ("INCONCLUSIVE", "field-missing")


def test_a_burst_fails_whoever_is_called(recorder: Recorder, recorded: Any, judged: Any) -> None:
    only_answers = PACED.model_copy(update={"connects_to": ("none",)})
    recorder.window("reconnect", body=lambda: recorder.connects(*[0.05] * 9, to=OTHER))
    assert judged("5.9-3-2a", recorded(), com_mech=(only_answers,))[0] == "PASS"
    recorder.window("reconnect", body=lambda: recorder.connects(*[0.05] * 10, to=OTHER))
    verdict = judged("5.9-3-2a", recorded(), com_mech=(only_answers,))
    assert verdict == ("FAIL", "connection-burst")


@pytest.mark.parametrize("lacking", [{"own": False}, {"trigger": False}])
def test_a_calm_that_nothing_controls_decides_nothing(
    lacking: Any, recorder: Recorder, recorded: Any, judged: Any
) -> None:
    reconnects(recorder, *GROWING, **lacking)
    assert judged("5.9-3-2a", recorded(), **ROWS) == ("INCONCLUSIVE", "not-observed")


def test_without_a_cut_or_a_declared_host_the_pace_is_unknown(
    recorder: Recorder, recorded: Any, judged: Any
) -> None:
    assert judged("5.9-3-2a", recorded(), **ROWS) == ("INCONCLUSIVE", "not-examined")
    recorder.window("reconnect", body=lambda: recorder.connects(10, to=OTHER))
    assert judged("5.9-3-2a", recorded(), **ROWS) == ("INCONCLUSIVE", "no-reconnect-seen")


@pytest.mark.parametrize("unit", ["5.3-10-1c", "5.3-15-2b", "5.7-2-2b", "5.9-3-2a"])
def test_a_capture_that_is_not_whole_passes_nothing(
    unit: str, recorder: Recorder, recorded: Any, judged: Any, story: Any
) -> None:
    recorder.window("update", body=lambda: recorder.carried(dport=443))
    recorder.window("change-detected", "SecBoot-1").window("isolated", "ReplSup-1")
    reconnects(recorder, *GROWING)
    assert judged(unit, recorded(), **ROWS)[0] == "PASS"
    story.dropped = 1
    assert judged(unit, recorded(), **ROWS) == ("INCONCLUSIVE", "capture-incomplete")


def test_a_window_that_was_not_closed_is_not_examined(
    recorder: Recorder, recorded: Any, story: Any
) -> None:
    story.add("open", name="last", purpose="isolated", item="ReplSup-1")
    recorder.sent()
    facts = recorded()
    assert facts.gap("last")
    assert [window.purpose for window in facts.windows] == ["baseline"]


@pytest.mark.parametrize("unit", ["5.3-10-1c", "5.3-15-2b", "5.7-2-2b", "5.9-3-2a"])
def test_a_window_that_breaks_off_leaves_open_what_passed(
    unit: str, recorder: Recorder, recorded: Any, judged: Any, story: Any
) -> None:
    recorder.window("update", body=lambda: recorder.carried(dport=443))
    recorder.window("change-detected", "SecBoot-1").window("isolated", "ReplSup-1")
    reconnects(recorder, *GROWING)
    story.add("open", name="last", purpose="isolated", item="ReplSup-1")
    recorder.sent()
    assert judged(unit, recorded(), **ROWS) == ("INCONCLUSIVE", "not-examined")


def test_a_device_that_was_silent_while_it_was_cut_off_shows_no_calm(
    recorder: Recorder, recorded: Any, judged: Any
) -> None:
    only_answers = PACED.model_copy(update={"connects_to": ("none",)})
    recorder.window("reconnect")
    verdict = judged("5.9-3-2a", recorded(), com_mech=(only_answers,))
    assert verdict == ("INCONCLUSIVE", "not-observed")


@pytest.mark.parametrize("unit", ["5.3-10-1c", "5.3-15-2b", "5.7-2-2b", "5.9-3-2a"])
def test_a_bench_without_the_probe_waits_for_it(unit: str, judged: Any) -> None:
    assert judged(unit, without="traffic", **ROWS) == ("INCONCLUSIVE", "waits-for-bench")


@pytest.mark.parametrize(
    "packet", [{"to": "nowhere"}, {"transport": "sctp"}, {"port": "443"}, {"to": ""}]
)
def test_a_packet_that_is_none_gives_no_facts(
    packet: Any, recorder: Recorder, recorded: Any
) -> None:
    recorder.window("isolated", body=lambda: recorder.sent(**packet))
    with pytest.raises(CaptureError):
        recorded()


def test_remote_hosts_are_bounded(recorder: Recorder, recorded: Any) -> None:
    def many() -> None:
        for number in range(2001):
            recorder.sent(port=number + 1)

    recorder.window("isolated", body=many)
    with pytest.raises(CaptureError, match="more than 2000"):
        recorded()
