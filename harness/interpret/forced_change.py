"""Whether a device lets the user of the factory login do nothing but set a new password: pure.

Looked at once, in state as-received, after the label's login was accepted.
"""

import re
from collections.abc import Callable
from typing import Final

from harness.encoding.journal import JournalRecord
from harness.interpret import login_screen as screen
from harness.interpret.login_page import has_password_form
from harness.interpret.login_reading import chain_ends, is_open, is_refused, redirect_of, screens
from harness.interpret.login_transcript import BASIC, FORM, SSH, Point, TrialTranscript
from harness.model.observation import Absent, EvidenceRef, Observation, Present, Unknown

Ref = Callable[[int], EvidenceRef]

_HARMLESS: Final = re.compile(r"(?i)/(?:[\w-]+/)*(?:about|info|version|help|licen[cs]es?|logout)\b")
"""Pages that a device may show before the change: they configure nothing and use nothing."""
_ENOUGH_REDIRECTS: Final = 2


def observe_forced_change(point: Point, trial: TrialTranscript, ref: Ref) -> Observation:
    """Judge the exchange of an accepted factory login. ``ref`` makes evidence of a line."""
    if point.method in {FORM, BASIC}:
        return _http(point, trial, ref)
    if point.method == SSH:
        return _ssh(trial, ref)
    return _terminal(point, trial, ref)


def _http(point: Point, trial: TrialTranscript, ref: Ref) -> Observation:
    before, after = chain_ends(trial.records, "before"), chain_ends(trial.records, "change")
    starts = [path for path in after if path in before and is_refused(point, before[path])]
    sent_to_change: dict[str, int] = {}
    usable: dict[str, int] = {}
    for path in starts:
        end = after[path]
        if not is_open(point, end):
            continue
        if has_password_form(end.data("body")):
            if _was_redirected(trial, path, end) or path == _landing(point, trial):
                sent_to_change[path] = end.line
        elif path != point.identity and not _HARMLESS.match(path):
            usable[path] = end.line
    if usable:
        return Absent(control=ref(next(iter(usable.values()))))
    if len(sent_to_change) >= _ENOUGH_REDIRECTS and len(_destinations(after, sent_to_change)) == 1:
        return Present(evidence=tuple(ref(line) for line in sent_to_change.values()))
    return Unknown(reason="too few protected pages were seen after the factory login to tell")


def _destinations(after: dict[str, JournalRecord], starts: dict[str, int]) -> set[str]:
    return {after[path].text("path").partition("?")[0] for path in starts}


def _landing(point: Point, trial: TrialTranscript) -> str:
    """Where the answer to the login itself sent the user."""
    for record in trial.records:
        if record.kind == "exchange" and record.text("step") == "login":
            return redirect_of(point, record)
    return ""


def _was_redirected(trial: TrialTranscript, path: str, end: JournalRecord) -> bool:
    return end.text("path") != path and any(
        record.kind == "exchange"
        and record.text("step") == "change"
        and record.text("of") == path
        and record.text("path") != end.text("path")
        for record in trial.records
    )


def _ssh(trial: TrialTranscript, ref: Ref) -> Observation:
    found = [record for record in trial.records if record.kind == "ssh"]
    output = found[-1].data("output") if found else b""
    if screen.shows_identity(output):
        return Absent(control=ref(found[-1].line))
    if screen.demands_change(output):
        return Present(evidence=(ref(found[-1].line),))
    return Unknown(reason="the command's output neither worked nor asked for a new password")


def _terminal(point: Point, trial: TrialTranscript, ref: Ref) -> Observation:
    steps = screens(point, trial)
    answer, command = steps.get("password") or steps.get("user"), steps.get("command")
    if command is not None:
        output = screen.without_echo(command.received, command.sent)
        if screen.shows_identity(output):
            return Absent(control=ref(command.line))
        if screen.demands_change(output):
            return Present(evidence=(ref(command.line),))
    if answer is not None and screen.demands_change(answer.received) and command is None:
        return Present(evidence=(ref(answer.line),))
    return Unknown(reason="after the login the device neither ran a command nor asked for a change")
