"""Interpreter of ``bluetooth-pairing``: how a sample paired, and what each level opened (pure)."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from harness.encoding.text import neutralise, to_latin
from harness.facts.bluetooth import (
    Access,
    AccessAtLevel,
    BluetoothPairingFacts,
    Characteristic,
    Level,
    PairingTry,
)
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.bluetooth import attributes, security
from harness.interpret.bluetooth.attributes import Exchange, Opcode
from harness.interpret.bluetooth.security import Model, Pairing
from harness.interpret.bluetooth.steps import Recording, Step, read_recording
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown

TARGET: Final = "bluetooth"
INFORMATION_SERVICE: Final = "0000180a-0000-1000-8000-00805f9b34fb"
_WHOLE_KEY: Final = 16
_MAX_TEXT: Final = 100
_MOST_TRIES: Final = 100
_ATTENDED: Final = ("pair:",)


def interpret(captures: CaptureReader, upstream: Upstream) -> BluetoothPairingFacts:
    """Facts of every step that the probe made.

    Raises:
        CaptureError: the recording cannot be read.
    """
    del upstream
    reading = _Reading(read_recording(captures))
    control = reading.control()
    return BluetoothPairingFacts(
        examined=(TARGET,) if any(step.link for step in reading.recording.steps) else (),
        complete=reading.recording.whole,
        tries=tuple(reading.tries())[:_MOST_TRIES],
        control=control,
        outside_mode=reading.outside_mode(control),
        over_bond=reading.over_bond(control),
        legacy=reading.accepted(("just-works-legacy", "passkey-legacy"), control),
        unauthenticated=reading.completed_by(Model.JUST_WORKS, control),
        short_key=reading.short_key(control),
        fixed_passkey=reading.fixed_passkey(),
        guessable_passkey=reading.guessable_passkey(),
        unlimited=reading.unlimited(),
        wrong_key_accepted=reading.wrong_key(control),
        open_after_bond=reading.open_after_bond(),
        listed=reading.listed(),
        fakes=tuple(str(each) for each in reading.recording.inputs.listed("fakes")),
        characteristics=reading.characteristics(),
        information=reading.information(),
    )


def level_of(pairing: Pairing) -> Level:
    """The level of a link under the key of a completed pairing (Core, Vol 3, Part C, 10.2.1)."""
    if pairing.model in {None, Model.JUST_WORKS}:
        return Level.UNAUTHENTICATED
    if pairing.secure_connections and pairing.key_size == _WHOLE_KEY:
        return Level.SECURE_CONNECTIONS
    return Level.AUTHENTICATED


@dataclass
class _Value:
    """A characteristic while its table is being filled."""

    service: str
    declared: attributes.Characteristic
    rows: dict[Level, AccessAtLevel] = field(default_factory=dict)


class _Reading:
    """What the steps say together."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self._pairings = {
            id(step): security.pairings(step.link) if step.link else () for step in recording.steps
        }

    def tries(self) -> Iterator[PairingTry]:
        """Every pairing, named after its step."""
        for step in self.recording.steps:
            for pairing in self._pairings[id(step)]:
                yield self._try(step.name, pairing)

    def control(self) -> Observation:
        """A pairing that somebody at the sample wanted and that was completed."""
        for step in self._steps(*_ATTENDED):
            for pairing in self._pairings[id(step)]:
                if pairing.completed:
                    return self._on(pairing)
        if not self.recording.inputs.fields.get("attended"):
            return Unknown(reason="nobody was at the sample to pair with it")
        return Unknown(reason="no pairing was completed")

    def outside_mode(self, control: Observation) -> Observation:
        """Whether a request was accepted that nobody at the sample had asked for."""
        return self._request("outside-mode", control)

    def over_bond(self, control: Observation) -> Observation:
        """Whether a bonded sample accepted another pairing without anybody's action."""
        return self._request("bonded:another", control)

    def _request(self, name: str, control: Observation) -> Observation:
        pairing = self._only(name)
        if pairing is None:
            return Unknown(reason=f"step {name}: the sample was not reached")
        if pairing.response is not None:
            return self._on(pairing)
        refused = pairing.failure is not None and not pairing.failure.sent
        return self._absent(control) if refused else Unknown(reason=f"step {name}: no answer")

    def accepted(self, names: tuple[str, ...], control: Observation) -> Observation:
        """Whether the sample agreed to LE Legacy Pairing in one of the dry requests."""
        refused = 0
        for name in names:
            pairing = self._only(f"dry:{name}")
            if pairing is not None and pairing.response and not pairing.secure_connections:
                return self._on(pairing)
            refused += pairing is not None and pairing.failure is not None
        if refused < len(names):
            return Unknown(reason="not every request was answered")
        return self._absent(control)

    def completed_by(self, model: Model, control: Observation) -> Observation:
        """Whether a pairing by this model was carried through."""
        tried = [
            pairing for step in self._steps(*_ATTENDED) for pairing in self._pairings[id(step)]
        ]
        for pairing in tried:
            if pairing.completed and pairing.model is model:
                return self._on(pairing)
        offered = [self._only(f"pair:{name}") for name in ("just-works", "just-works-legacy")]
        if any(pairing is None or pairing.failure is None for pairing in offered):
            return Unknown(reason="not every offer was refused or completed")
        return self._absent(control)

    def short_key(self, control: Observation) -> Observation:
        """Whether a key of less than 16 bytes was agreed on."""
        names = ("key-7", "key-15")
        for name in (*(f"dry:{each}" for each in names), "pair:key-7"):
            pairing = self._only(name)
            if pairing is not None and pairing.response and pairing.key_size < _WHOLE_KEY:
                return self._on(pairing)
        asked = [self._only(f"dry:{name}") for name in names]
        if any(pairing is None or pairing.failure is None for pairing in asked):
            return Unknown(reason="not every request was answered")
        return self._absent(control)

    def fixed_passkey(self) -> Observation:
        """Whether two pairings were completed with the same digits that the sample showed.

        A display that still shows the digits of the time before proves nothing; a pairing does.
        """
        shown = self._shown()
        for (first, one), (second, other) in itertools.combinations(shown, 2):
            if first == second:
                return self.recording.seen(one, other)
        if len(shown) < 2:  # noqa: PLR2004
            return Unknown(reason="the sample did not show a passkey twice")
        return Absent(control=self.recording.ref(shown[-1][1]))

    def guessable_passkey(self) -> Observation:
        """Whether a passkey that led to a bond is one that anybody would try first."""
        shown = self._shown()
        for digits, packet in shown:
            if _is_guessable(digits):
                return self.recording.seen(packet)
        if not shown:
            return Unknown(reason="no passkey was read that led to a bond")
        return Absent(control=self.recording.ref(shown[-1][1]))

    def _shown(self) -> list[tuple[str, int]]:
        """The passkeys on the display that led to a bond, and the packets of their requests."""
        shown = []
        for step in self._steps("pair:"):
            pairing = self._only_of(step)
            digits = self._digits_in(step)
            if pairing and pairing.completed and pairing.model is Model.PASSKEY and digits:
                shown.append((digits, pairing.request.frame.packet.number))
        return shown

    def unlimited(self) -> Observation:
        """Whether the last of many wrong passkeys was tried like the first.

        A limit is anything that ends a pairing before the passkey is looked at.
        """
        steps = self.recording.named("wrong-passkey")
        looked = [
            pairing
            for step in steps
            if (pairing := self._only_of(step)) and self._was_examined(pairing)
        ]
        if not looked:
            return Unknown(reason="no wrong passkey was examined")
        last = self._only_of(steps[-1]) if steps else None
        if last is None:
            return Unknown(reason="the sample was not reached for the last wrong passkey")
        if self._was_examined(last):
            return self.recording.seen(*(each.request.frame.packet.number for each in looked))
        if last.failure is None:
            return Unknown(reason="the last wrong passkey met no answer")
        return Absent(control=self.recording.ref(last.failure.packet.number))

    @staticmethod
    def _was_examined(pairing: Pairing) -> bool:
        return security.failure_of(pairing.failure) in {
            "confirm-value-failed",
            "dhkey-check-failed",
        }

    def wrong_key(self, control: Observation) -> Observation:
        """Whether the link was encrypted under a key that was never agreed on."""
        if "long-term-key" in self.recording.inputs.listed("fakes"):
            return Unknown(reason="not testable on this bench: its radio compares no keys")
        wrong, right = (
            step.link if (step := self.recording.step(f"bonded:{name}")) else None
            for name in ("wrong-key", "encrypted")
        )
        if wrong is None or right is None or not right.encryptions:
            return Unknown(reason="no bond whose own key was accepted, to try another key with")
        if wrong.encryptions:
            return self.recording.seen(wrong.encryptions[0].packet.number)
        if wrong.ended is None and not wrong.encrypted:
            return Unknown(reason="the wrong key met no answer")
        return self._absent(control)

    def open_after_bond(self) -> Observation:
        """Whether something closed before a bond was open without encryption after it."""
        before, after = self.recording.step("open"), self.recording.step("bonded:open")
        if before is None or after is None or not before.link or not after.link:
            return Unknown(reason="no bond was made, or the sample was not reached after it")
        refused = {
            (each.opcode, each.handle)
            for each in attributes.exchanges(before.link)
            if _refused(each)
        }
        later = [
            each
            for each in attributes.exchanges(after.link)
            if (each.opcode, each.handle) in refused and not each.encrypted
        ]
        if not later:
            return Unknown(reason="nothing was closed before the bond")
        granted = [each for each in later if each.succeeded]
        if granted:
            return self.recording.seen(*(each.request.packet.number for each in granted[:3]))
        if not all(_refused(each) for each in later):
            return Unknown(reason="not every request was answered")
        return Absent(control=self.recording.ref(later[-1].request.packet.number))

    def listed(self) -> Observation:
        """Whether the sample said that there are no more characteristics than those it listed."""
        step = self.recording.step("open")
        if step is not None and step.link is not None:
            for exchange in attributes.exchanges(step.link):
                if attributes.ends_list(exchange) and exchange.answer is not None:
                    return self.recording.seen(exchange.answer.packet.number)
        return Unknown(reason="the list of characteristics did not come to its end")

    def characteristics(self) -> tuple[Characteristic, ...]:
        """Every characteristic with its level table."""
        values = self._values()
        for step in self._steps("open", *_ATTENDED):
            if step.link is None:
                continue
            pairing = self._only_of(step)
            level = level_of(pairing) if pairing and pairing.completed else Level.UNAUTHENTICATED
            for exchange in attributes.exchanges(step.link):
                value = values.get(exchange.handle or 0)
                if value is not None:
                    self._enter(value, exchange, level if exchange.encrypted else Level.OPEN)
        return tuple(
            Characteristic(
                service=value.service,
                uuid=value.declared.uuid,
                handle=value.declared.handle,
                readable=bool(value.declared.properties & attributes.READABLE),
                writable=bool(value.declared.properties & attributes.WRITABLE),
                table=tuple(value.rows[level] for level in sorted(value.rows)),
            )
            for value in values.values()
        )

    def information(self) -> dict[str, str]:
        """What the Device Information service told without a pairing, by characteristic."""
        step = self.recording.step("open")
        if step is None or step.link is None:
            return {}
        values = self._values()
        told = {}
        for exchange in attributes.exchanges(step.link):
            value = values.get(exchange.handle or 0)
            read = exchange.opcode == Opcode.READ and exchange.succeeded
            if value and value.service == INFORMATION_SERVICE and read:
                told[value.declared.uuid] = neutralise(to_latin(exchange.value), _MAX_TEXT)
        return told

    def _values(self) -> dict[int, _Value]:
        step = self.recording.step("open")
        if step is None or step.link is None:
            return {}
        exchanges = list(attributes.exchanges(step.link))
        services = [found for each in exchanges for found in attributes.services_in(each)]
        return {
            found.handle: _Value(_service_of(found, services), found)
            for each in exchanges
            for found in attributes.characteristics_in(each)
            if found.uuid
        }

    def _enter(self, value: _Value, exchange: Exchange, level: Level) -> None:
        row = value.rows.get(level) or AccessAtLevel(
            level=level, evidence=self.recording.ref(exchange.request.packet.number)
        )
        name = "read" if exchange.opcode == Opcode.READ else "write"
        value.rows[level] = row.model_copy(update={name: _access(exchange)})

    def _steps(self, *prefixes: str) -> Iterator[Step]:
        return (step for step in self.recording.steps if step.name.startswith(prefixes))

    def _only(self, name: str) -> Pairing | None:
        step = self.recording.step(name)
        return self._only_of(step) if step else None

    def _only_of(self, step: Step) -> Pairing | None:
        found = self._pairings[id(step)]
        return found[-1] if found else None

    def _digits_in(self, step: Step) -> str:
        following = [each.record.line for each in self.recording.steps if each.first > step.first]
        end = min(following, default=None)
        for record in self.recording.journal.of("hands"):
            after = record.line > step.record.line
            if (
                after
                and (end is None or record.line < end)
                and record.text("did") == "read-display"
            ):
                return record.text("digits")
        return ""

    def _on(self, pairing: Pairing) -> Present:
        frames = [pairing.request.frame, *([pairing.response.frame] if pairing.response else [])]
        return self.recording.seen(*(frame.packet.number for frame in frames))

    def _absent(self, control: Observation) -> Observation:
        if isinstance(control, Present):
            return Absent(control=control.evidence[0])
        why = control.reason if isinstance(control, Unknown) else "there is no control"
        return Unknown(reason=f"it was refused, but {why}")

    def _try(self, name: str, pairing: Pairing) -> PairingTry:
        answer = "silent"
        if pairing.response is not None:
            answer = "accepted"
        elif pairing.failure is not None and not pairing.failure.sent:
            answer = "refused"
        return PairingTry(
            name=name,
            answer=answer,
            completed=pairing.completed,
            model=pairing.model.value if pairing.model else "",
            secure_connections=pairing.secure_connections,
            key_size=pairing.key_size,
            reason=security.failure_of(pairing.failure),
            evidence=self.recording.ref(pairing.request.frame.packet.number),
        )


def _service_of(
    characteristic: attributes.Characteristic, services: list[attributes.Service]
) -> str:
    for service in services:
        if service.first <= characteristic.handle <= service.last:
            return service.uuid
    return ""


def _is_guessable(digits: str) -> bool:
    """One digit over and over, or digits that count up or down."""
    steps = {ord(after) - ord(before) for before, after in itertools.pairwise(digits)}
    return digits.isdecimal() and len(steps) == 1 and steps <= {-1, 0, 1}


def _refused(exchange: Exchange) -> bool:
    return exchange.error in attributes.SECURITY_ERRORS


def _access(exchange: Exchange) -> Access:
    if exchange.succeeded:
        return Access.GRANTED
    if exchange.answer is None:
        return Access.SILENT
    if _refused(exchange):
        return Access.REFUSED
    errors = attributes.AttError
    if exchange.error in {errors.READ_NOT_PERMITTED, errors.WRITE_NOT_PERMITTED}:
        return Access.IMPOSSIBLE
    return Access.OTHER


INTERPRETER = Interpreter(ProbeName("bluetooth-pairing"), 1, BluetoothPairingFacts, interpret)
