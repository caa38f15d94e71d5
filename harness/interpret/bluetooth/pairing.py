"""Interpreter of ``bluetooth-pairing``: how a sample paired, and what each level opened (pure)."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from harness.facts.bluetooth import WHOLE_KEY, BluetoothPairingFacts, PairingTry
from harness.interpret.base import CaptureReader, Interpreter, Upstream
from harness.interpret.bluetooth import attributes, moves, security
from harness.interpret.bluetooth.security import Model, Pairing
from harness.interpret.bluetooth.steps import Recording, Step, of_nobody, read_recording
from harness.interpret.bluetooth.values import Values, is_refused, level_of
from harness.model.ids import ProbeName
from harness.model.observation import Absent, Observation, Present, Unknown
from harness.model.radio import is_guessable

WITNESS: Final = "witness:"
"""Begins the name of a request that shows that the sample could have been paired with then."""
TARGET: Final = "bluetooth"
_TOO_OFTEN: Final = "repeated-attempts"
_KEY_SIZE: Final = "encryption-key-size"
_NOT_STRONG_ENOUGH: Final = "authentication-requirements"
_MOST_TRIES: Final = 100
_ENOUGH: Final = 5
"""Wrong passkeys that are examined before there is said to be no limit, as for other logins."""
_ATTENDED: Final = ("pair:",)


def interpret(captures: CaptureReader, upstream: Upstream) -> BluetoothPairingFacts:
    """Facts of every step that the probe made.

    Raises:
        CaptureError: the recording cannot be read.
    """
    del upstream
    recording = read_recording(captures)
    reading = _Reading(recording)
    control = reading.control()
    values = reading.values()
    facts = BluetoothPairingFacts(
        examined=(TARGET,) if any(step.link for step in recording.steps) else (),
        complete=recording.whole,
        tries=tuple(reading.tries())[:_MOST_TRIES],
        control=control,
        outside_mode=reading.outside_mode(control),
        over_bond=reading.over_bond(control),
        legacy=reading.legacy(control),
        unauthenticated=reading.completed_by(Model.JUST_WORKS, control),
        short_key=reading.short_key(control),
        fixed_passkey=reading.fixed_passkey(),
        guessable_passkey=reading.guessable_passkey(),
        unlimited=reading.unlimited(),
        wrong_key_accepted=reading.wrong_key(control),
        open_after_bond=reading.open_after_bond(),
        listed=values.listed(),
        fakes=tuple(str(each) for each in recording.inputs.listed("fakes")),
        characteristics=values.table(),
        information=values.information(),
    )
    if not recording.rivals:
        return facts
    seen: dict[str, object] = {"tries": (), "characteristics": (), "information": {}}
    return of_nobody(facts, TARGET).model_copy(update=seen)


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
        missed = moves.missed(self.recording)
        why = f" (at the sample: {missed})" if missed else ""
        return Unknown(reason=f"no pairing was completed{why}")

    def outside_mode(self, control: Observation) -> Observation:
        """Whether a request was accepted that nobody at the sample had asked for.

        Whoever is at the sample may have pressed its button too early; so where somebody is, they
        must have ended its pairing mode before a request that was accepted counts.
        """
        step, pairing = self.recording.step("outside-mode"), self._only("outside-mode")
        accepted = step is not None and pairing is not None and pairing.response is not None
        attended = self.recording.inputs.fields.get("attended")
        if (
            step is not None
            and accepted
            and attended
            and not moves.mode_was_left(self.recording, step)
        ):
            return Unknown(reason="nobody saw to it that the pairing mode had ended")
        return self._request("outside-mode", control)

    def over_bond(self, control: Observation) -> Observation:
        """Whether a bonded sample accepted another pairing without anybody's action.

        It must have shown that it knows the bond, and somebody must have ended its pairing mode.
        """
        bonded = self.recording.step("bonded:encrypted")
        if bonded is None or not bonded.link or not bonded.link.encryptions:
            return Unknown(reason="no bond that the sample knew, to pair over")
        another = self.recording.step("bonded:another")
        if another is None or not moves.mode_was_left(self.recording, another):
            return Unknown(reason="nobody saw to it that the pairing mode had ended")
        return self._request("bonded:another", control)

    def _request(self, name: str, control: Observation) -> Observation:
        pairing = self._only(name)
        if pairing is None:
            return Unknown(reason=f"step {name}: the sample was not reached")
        if pairing.response is not None:
            return self._on(pairing)
        if pairing.refusal in {"", _TOO_OFTEN}:
            return Unknown(reason=f"step {name}: the request was not refused")
        return self._absent(control)

    def legacy(self, control: Observation) -> Observation:
        """Whether the sample agreed to LE Legacy Pairing, in whichever request."""
        names = ("just-works-legacy", "passkey-legacy")
        return self._agreed(
            names, lambda each: not each.secure_connections, _NOT_STRONG_ENOUGH, control
        )

    def completed_by(self, model: Model, control: Observation) -> Observation:
        """Whether a pairing by this model was carried through."""
        tried = [
            pairing for step in self._steps(*_ATTENDED) for pairing in self._pairings[id(step)]
        ]
        for pairing in tried:
            if pairing.completed and pairing.model is model:
                return self._on(pairing)
        offered = ("pair:just-works", "pair:just-works-legacy")
        return self._all_refused(offered, _NOT_STRONG_ENOUGH, control)

    def short_key(self, control: Observation) -> Observation:
        """Whether a key of less than 16 bytes was agreed on, in whichever request."""
        names = ("key-7", "key-15")
        return self._agreed(names, lambda each: each.key_size < WHOLE_KEY, _KEY_SIZE, control)

    def _agreed(
        self,
        names: tuple[str, ...],
        is_weak: Callable[[Pairing], bool],
        reason: str,
        control: Observation,
    ) -> Observation:
        """Whether the sample agreed to something weak, in a request of these names or in any other.

        Some answer the request first and refuse its weakness then: of those, only what was carried
        through tells.
        """
        carried = {name: self._only(f"pair:{name}") for name in names}
        late = {name for name, each in carried.items() if each and _refused_late(each, reason)}
        excused = {id(carried[name]) for name in late}
        for step in self._steps(*_ATTENDED) if late else self.recording.steps:
            for pairing in self._pairings[id(step)]:
                weak = pairing.response is not None and is_weak(pairing)
                if weak and id(pairing) not in excused:
                    return self._on(pairing)
        asked = [f"dry:{name}" for name in names if name not in late]
        return self._all_refused(asked, reason, control)

    def _all_refused(self, asked: Sequence[str], reason: str, control: Observation) -> Observation:
        """Absent if the sample refused the request of each step for what stands in it.

        Another reason than that counts where the sample accepted some other request: then it was
        not that nobody could have paired at all. Too many attempts never count. A reason that it
        gives outside of its pairing mode, too, counts only with a witness: the button may have been
        pressed too early or too late.
        """
        outside = self._only("outside-mode")
        closed = outside.refusal if outside is not None else ""
        open_to_others = any(
            pairing.response for step in self._steps("dry:") for pairing in self._pairings[id(step)]
        )
        for name in asked:
            pairing = self._only(name)
            said = pairing.refusal if pairing is not None else ""
            if said != reason and (said in {"", _TOO_OFTEN} or not open_to_others):
                return Unknown(reason="not every request was refused for what it asked for")
            ambiguous = said == closed or (not closed and said != reason)
            witness = self._only(f"{WITNESS}{name}")
            if ambiguous and (witness is None or witness.response is None):
                return Unknown(reason="it may have refused since it was not in pairing mode")
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
            if is_guessable(digits):
                return self.recording.seen(packet)
        if not shown:
            return Unknown(reason="no passkey was read that led to a bond")
        return Absent(control=self.recording.ref(shown[-1][1]))

    def _shown(self) -> list[tuple[str, int]]:
        """The passkeys on the display that led to a bond, and the packets of their requests."""
        shown = []
        for step in self._steps("pair:"):
            pairing = self._only_of(step)
            digits = moves.digits_in(self.recording, step)
            if pairing and pairing.completed and pairing.model is Model.PASSKEY and digits:
                shown.append((digits, pairing.request.frame.packet.number))
        return shown

    def unlimited(self) -> Observation:
        """Whether the last of many wrong passkeys was tried like the first.

        A limit is anything that ends a pairing before the passkey is looked at; but the end of the
        pairing mode only if that lasts longer without wrong passkeys.
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
            if len(looked) < _ENOUGH:
                return Unknown(reason="too few wrong passkeys were examined")
            return self.recording.seen(*(each.request.frame.packet.number for each in looked))
        return self._limit(last)

    def _limit(self, last: Pairing) -> Observation:
        """What the answer to the last wrong passkey makes of it, if that was not looked at."""
        too_often = security.refused_by_dut(last.failure) == _TOO_OFTEN
        if last.failure is None or not (last.refusal or too_often):
            return Unknown(reason="the last wrong passkey met no answer")
        witness = self._only(f"{WITNESS}wrong-passkey")
        if not too_often and (witness is None or witness.response is None):
            return Unknown(reason="its pairing mode may have ended by itself")
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
        if not wrong.encryption_refused:
            return Unknown(reason="the wrong key met no answer")
        return self._absent(control)

    def open_after_bond(self) -> Observation:
        """Whether something closed before a bond was open without encryption after it."""
        before, after = self.recording.step("open"), self.recording.step("bonded:open")
        bonded = self.recording.step("bonded:encrypted")
        if before is None or after is None or not before.link or not after.link:
            return Unknown(reason="no bond was made, or the sample was not reached after it")
        known = bonded and bonded.link and bonded.link.encryptions
        refused = {
            (each.opcode, each.handle)
            for each in attributes.exchanges(before.link)
            if is_refused(each)
        }
        later = [
            each
            for each in attributes.exchanges(after.link)
            if (each.opcode, each.handle) in refused and not each.encrypted
        ]
        if not later or not known:
            return Unknown(reason="nothing was closed before the bond, or it was forgotten")
        granted = [each for each in later if each.succeeded]
        if granted:
            return self.recording.seen(*(each.request.packet.number for each in granted[:3]))
        again = {(each.opcode, each.handle) for each in later}
        if again != refused or not all(is_refused(each) for each in later):
            return Unknown(reason="not every request was made again and answered")
        return Absent(control=self.recording.ref(later[-1].request.packet.number))

    def values(self) -> Values:
        """Every value, with what became of it on each level."""
        step = self.recording.step("open")
        values = Values(self.recording, step.link if step else None)
        for each in self._steps("open", *_ATTENDED):
            if each.link is not None:
                values.enter(each.link, level_of(self._only_of(each)))
        return values

    def _steps(self, *prefixes: str) -> Iterator[Step]:
        return (step for step in self.recording.steps if step.name.startswith(prefixes))

    def _only(self, name: str) -> Pairing | None:
        step = self.recording.step(name)
        return self._only_of(step) if step else None

    def _only_of(self, step: Step) -> Pairing | None:
        found = self._pairings[id(step)]
        return found[-1] if found else None

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
        elif pairing.refusal:
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


def _refused_late(pairing: Pairing, reason: str) -> bool:
    """The sample answered the request, and refused it for this reason afterwards."""
    late = security.refused_by_dut(pairing.failure) == reason
    return pairing.response is not None and late and not pairing.completed


INTERPRETER = Interpreter(ProbeName("bluetooth-pairing"), 1, BluetoothPairingFacts, interpret)
