"""Interpreter of ``bluetooth-classic``: who may discover, pair and open what (pure)."""

from collections.abc import Iterable
from typing import Final

from harness.encoding.text import neutralise
from harness.facts.base import NotExamined
from harness.facts.bluetooth_classic import (
    BluetoothClassicFacts,
    Cipher,
    ClassicService,
    ClassicTry,
    LinkKey,
)
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.bluetooth.classic_links import ClassicLink
from harness.interpret.bluetooth.classic_services import (
    Tried,
    records_of,
    refusal_of_rfcomm,
    tried_on,
)
from harness.interpret.bluetooth.classic_steps import (
    ClassicRecording,
    ClassicStep,
    Name,
    read_classic_recording,
)
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown

TARGET: Final = "bluetooth-classic"
COMPLETED: Final = "completed"
REFUSED: Final = "refused"
SILENT: Final = "silent"
_WHOLE_KEY: Final = 16
_MISSED: Final = 2
"""Inquiries without an answer in a row, of 5.12 s each: one may be missed on the air."""
_MAX_NAME: Final = 100
_LOCAL_END: Final = 0x16
_PIN_REFUSED: Final = frozenset({0x06, 0x18})
"""PIN or key missing; pairing not allowed (Core, Vol 1, Part F); others may be a wrong PIN."""
_REFUSALS: Final = frozenset(
    {0x05, 0x06, 0x0E, 0x0F, 0x13, 0x18, 0x1A, 0x24, 0x25, 0x29, 0x2F, 0x37, 0x3D}
)
"""What a device says that will not pair, or so (Core, Vol 1, Part F). Time-outs, too many attempts
and whatever the bench's own adapter may fail at are no refusals."""
_PAIRING: Final = (Name.OUTSIDE, Name.JUST_WORKS, Name.COMPARISON, Name.PIN)
_UNAUTHENTICATED: Final = frozenset({LinkKey.UNAUTHENTICATED_P192, LinkKey.UNAUTHENTICATED_P256})
_AUTHENTICATED: Final = frozenset({LinkKey.AUTHENTICATED_P192, LinkKey.AUTHENTICATED_P256})
_P192: Final = frozenset({LinkKey.UNAUTHENTICATED_P192, LinkKey.AUTHENTICATED_P192})
_P256: Final = frozenset({LinkKey.UNAUTHENTICATED_P256, LinkKey.AUTHENTICATED_P256})
_NOBODY: Final = "no pairing that somebody at the sample wanted was completed"


def interpret(captures: CaptureReader, upstream: Upstream) -> BluetoothClassicFacts:
    """Facts of the sample's Classic side.

    Raises:
        CaptureError: the recording cannot be read.
    """
    del upstream
    recording = read_classic_recording(captures)
    tries = _tries(recording)
    control = _control(tries)
    heard = _heard(recording)
    services, listed = _services(recording), _listed(recording)
    there = isinstance(heard, Present)
    why = "the sample answered neither an inquiry nor a call"
    return BluetoothClassicFacts(
        examined=(TARGET,) if there else (),
        not_examined=() if there else (NotExamined(target=TARGET, reason=why),),
        complete=recording.whole,
        fakes=recording.fakes,
        window_s=recording.window_s,
        name=neutralise(recording.name, _MAX_NAME),
        heard=heard,
        tries=tries,
        control=control,
        services=services,
        listed=listed,
        discoverable=_discoverable(recording),
        outside_mode=_outside_mode(tries, control),
        unauthenticated=_unauthenticated(tries),
        legacy_pin=_legacy_pin(recording, tries, control),
        without_secure_connections=_without_secure_connections(recording, tries),
        short_key=_short_key(tries),
        open_service=_open_service(services, listed),
    )


def _heard(recording: ClassicRecording) -> Observation:
    packets = [each.packet.number for step in recording.steps for each in step.answers[:1]]
    packets += [step.link.opened.number for step in recording.steps if step.link]
    if packets:
        return recording.seen(min(packets))
    return Unknown(reason="the sample answered neither an inquiry nor a call")


def _discoverable(recording: ClassicRecording) -> Observation:
    """It answered the first inquiry and the last, and as long as the window lies between."""
    unasked = recording.named(Name.INQUIRY)
    answered = [step.answers[0] for step in unasked if step.answers]
    if unasked and len(answered) == len(unasked):
        lasted_s = (answered[-1].packet.at_us - answered[0].packet.at_us) / 1e6
        if lasted_s >= recording.window_s:
            return recording.seen(answered[0].packet.number, answered[-1].packet.number)
        return Unknown(reason="it answered, but was not watched for long enough")
    if len(unasked) < _MISSED or any(step.answers for step in unasked[-_MISSED:]):
        return Unknown(reason="too few inquiries were made")
    mode = recording.step(Name.IN_MODE)
    answered += list(mode.answers[:1]) if mode else []
    if answered:
        return Absent(control=recording.ref(answered[-1].packet.number))
    return Unknown(reason="it was never seen to answer an inquiry, not even in pairing mode")


def _tries(recording: ClassicRecording) -> tuple[ClassicTry, ...]:
    steps = [step for step in recording.steps if step.name in _PAIRING and step.link is not None]
    return tuple(_try(recording, step, step.link) for step in steps if step.link is not None)


def _try(recording: ClassicRecording, step: ClassicStep, link: ClassicLink) -> ClassicTry:
    """One pairing: completed is one that made a key and was authenticated with it."""
    ended = link.authentications[0] if link.authentications else None
    key = step.keys[0] if step.keys else None
    packet = key.packet if key else ended.packet if ended else link.opened
    answer, status = SILENT, 0
    if key is not None and ended is not None and ended.status == 0:
        answer = COMPLETED
    elif ended is not None and ended.status:
        answer, status, packet = _end(ended.status), ended.status, ended.packet
    elif link.ended is not None and link.ended.reason != _LOCAL_END:
        answer, status, packet = _end(link.ended.reason), link.ended.reason, link.ended.packet
    changes = [each for each in link.ciphers if each.status == 0]
    cipher = Cipher(changes[-1].cipher) if changes and changes[-1].cipher in set(Cipher) else None
    sizes = [each.size for each in link.sizes] + [each.key_size for each in changes]
    size = min((each for each in sizes if each), default=0)
    kind = key.kind if key else None
    return ClassicTry(
        name=step.name,
        answer=answer,
        status=status,
        capability=step.capable[0].capability if step.capable else None,
        key=kind,
        cipher=cipher or Cipher.NONE,
        key_size=size,
        level=_level(kind, cipher or Cipher.NONE, size),
        evidence=recording.ref(packet.number),
    )


def _end(status: int) -> str:
    return REFUSED if status in _REFUSALS else SILENT


def _level(key: int | None, cipher: Cipher, size: int) -> int:
    """Level of security mode 4 that the link reached; 0 as long as it is not encrypted."""
    if key is None or cipher is Cipher.NONE:
        return 0
    if key == LinkKey.AUTHENTICATED_P256 and cipher is Cipher.AES_CCM and size == _WHOLE_KEY:
        return 4
    return 3 if key in _AUTHENTICATED else 2


def _completed(tries: Iterable[ClassicTry]) -> list[ClassicTry]:
    return [each for each in tries if each.answer == COMPLETED]


def _named(tries: Iterable[ClassicTry], name: Name) -> ClassicTry | None:
    return next((each for each in tries if each.name == name), None)


def _control(tries: tuple[ClassicTry, ...]) -> Observation:
    wanted = [each for each in _completed(tries) if each.name == Name.COMPARISON]
    if wanted:
        return Present(evidence=(wanted[0].evidence,))
    return Unknown(reason=_NOBODY)


def _present(tries: Iterable[ClassicTry]) -> Present:
    return Present(evidence=tuple(dict.fromkeys(each.evidence for each in tries)))


def _outside_mode(tries: tuple[ClassicTry, ...], control: Observation) -> Observation:
    tried = _named(tries, Name.OUTSIDE)
    if tried is None:
        return Unknown(reason="the sample did not answer the call")
    if tried.answer == COMPLETED:
        return _present([tried])
    if tried.answer == SILENT:
        return Unknown(reason="the sample neither paired nor refused in time")
    return _under(control)


def _under(control: Observation) -> Observation:
    """Refused, as far as the control shows that it was not refused for another reason."""
    if isinstance(control, Present):
        return Absent(control=control.evidence[0])
    return Unknown(reason=_NOBODY)


def _unauthenticated(tries: tuple[ClassicTry, ...]) -> Observation:
    weak = [each for each in _completed(tries) if each.key in _UNAUTHENTICATED]
    if weak:
        return _present(weak)
    strong = [each for each in _completed(tries) if each.key in _AUTHENTICATED]
    offered = _named(tries, Name.JUST_WORKS)
    if offered is None or offered.answer != REFUSED:
        return Unknown(reason="the offer of a pairing that nobody authenticates was not refused")
    if not strong:
        return Unknown(reason=_NOBODY)
    return Absent(control=strong[0].evidence)


def _legacy_pin(
    recording: ClassicRecording, tries: tuple[ClassicTry, ...], control: Observation
) -> Observation:
    made = [each for each in _completed(tries) if each.key == LinkKey.PIN]
    if made:
        return _present(made)
    asked = [each for each in tries if each.name == Name.PIN]
    links = [step.link for step in recording.named(Name.PIN) if step.link is not None]
    if not asked or not all(recording.air.was_old(link.opened.number) for link in links):
        return Unknown(reason="no pairing by PIN was tried")
    if all(each.answer == REFUSED and each.status in _PIN_REFUSED for each in asked):
        return _under(control)
    return Unknown(reason="the sample may pair by a PIN that the bench does not know")


def _without_secure_connections(
    recording: ClassicRecording, tries: tuple[ClassicTry, ...]
) -> Observation:
    old = [each for each in _completed(tries) if each.key in _P192]
    new = [each for each in _completed(tries) if each.key in _P256]
    if old and recording.air.can_secure_connections:
        return _present(old)
    if new and not old:
        return Absent(control=new[0].evidence)
    return Unknown(reason="no pairing shows whether the sample can do Secure Connections")


def _short_key(tries: tuple[ClassicTry, ...]) -> Observation:
    """The size that both controllers agreed on; the bench cannot ask for a shorter one."""
    told = [each for each in tries if each.key_size]
    short = [each for each in told if each.key_size < _WHOLE_KEY]
    if short:
        return _present(short)
    if told:
        return Absent(control=told[0].evidence)
    return Unknown(reason="no size of an encryption key was told")


def _services(recording: ClassicRecording) -> tuple[ClassicService, ...]:
    without, paired = recording.step(Name.OPEN), recording.step(Name.COMPARISON)
    if without is None or without.link is None:
        return ()
    link = without.link
    listed = records_of(link).names
    tried = {each.name: each for each in tried_on(link)}
    after = {each.name: each for each in tried_on(paired.link)} if paired and paired.link else {}
    opened = [name for name, each in tried.items() if each.opened is not None]
    return tuple(
        ClassicService(
            name=name,
            listed=name in listed,
            open=_open(recording, link, tried.get(name) or _with_all(name, link), after.get(name)),
        )
        for name in dict.fromkeys([*listed, *opened, *after])
    )


def _with_all(name: str, link: ClassicLink) -> Tried:
    """A server channel that could not be asked for, since RFCOMM as a whole was refused."""
    return Tried(name, refused=refusal_of_rfcomm(link) if name.startswith("rfcomm/") else None)


def _open(
    recording: ClassicRecording, link: ClassicLink, tried: Tried, after: Tried | None
) -> Observation:
    if tried.opened is not None:
        if link.was_encrypted(tried.opened):
            return Unknown(reason="the sample had the link encrypted first")
        return recording.seen(tried.opened)
    if tried.refused is None:
        return Unknown(reason="the sample neither opened nor refused it in time")
    if after is None or after.opened is None:
        return Unknown(reason="it was not seen to open after a pairing either")
    return Absent(control=recording.ref(after.opened))


def _listed(recording: ClassicRecording) -> Observation:
    step = recording.step(Name.OPEN)
    records = records_of(step.link) if step and step.link else None
    if records is None or records.packet is None:
        return Unknown(reason="the service records were not read to the end")
    return recording.seen(records.packet)


def _open_service(services: tuple[ClassicService, ...], listed: Observation) -> Observation:
    """One that is not in the records is not looked for on L2CAP: without them nothing is absent."""
    found = [each.open for each in services]
    present = [each for each in found if isinstance(each, Present)]
    if present:
        return Present(evidence=tuple(ref for each in present for ref in each.evidence))
    unknown = [each for each in found if isinstance(each, Unknown)]
    if unknown:
        return unknown[0]
    if not isinstance(listed, Present):
        return listed
    absent = [each for each in found if isinstance(each, Absent)]
    return absent[0] if absent else Absent(control=listed.evidence[0])


INTERPRETER = Interpreter(ProbeName("bluetooth-classic"), 1, BluetoothClassicFacts, interpret)
