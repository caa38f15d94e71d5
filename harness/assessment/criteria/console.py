"""The serial console: shells, boot loaders and secrets (EN 303 645 5.4-1, 5.6-4).

A console that stays silent shows nothing: every negative rests on output that was seen.
"""

from harness.assessment.criteria.looking import Look, proof
from harness.assessment.judging import all_of
from harness.facts.console import ConsoleFacts
from harness.facts.store import FactRecord
from harness.model.judgement import Judgement, Outcome
from harness.model.observation import Observation, Present

Record = FactRecord[ConsoleFacts]
_CONSOLE = "console"


def unauthenticated_shell(record: Record, item: str) -> Judgement:
    """No command runs on the console without login (EN 303 645 5.6-4)."""
    look = Look("unauthenticated-shell", item, _CONSOLE, record)
    seen = record.facts.unauthenticated_shell
    return _under_control(look, seen, absent="login-required", present="command-ran-without-login")


def bootloader_interruptible(record: Record, item: str) -> Judgement:
    """Keys during the boot do not stop it at a prompt (EN 303 645 5.6-4)."""
    look = Look("bootloader-interruptible", item, _CONSOLE, record)
    seen = record.facts.boot_loader_prompt
    return _under_control(look, seen, absent="boot-went-on", present="boot-loader-prompt")


def debug_interface_open(record: Record, item: str) -> Judgement:
    """No way of debugging works on the console: neither shell nor boot loader (5.6-4).

    A login prompt is no debug access: what stands behind it is judged as a login.
    """
    parts = [unauthenticated_shell(record, item), bootloader_interruptible(record, item)]
    return all_of(item, "debug-interface-open", parts)


def secret_in_output(record: Record, item: str) -> Judgement:
    """From power-on to the prompt the device writes no secret in clear (EN 303 645 5.4-1)."""
    look = Look("secret-in-output", item, _CONSOLE, record)
    if record.facts.gap(_CONSOLE) is not None:
        return look.unexamined()
    sightings = [
        look.contradicted("secret-written", (sighting.evidence,), kind=sighting.kind)
        for sighting in record.facts.secrets
    ]
    if sightings:
        return all_of(item, look.criterion, sightings)
    output, booted = record.facts.output, record.facts.booted
    if not isinstance(output, Present) or not isinstance(booted, Present):
        return look.undecided("no-boot-watched")
    return look.held("no-secret-written", proof(output, booted))


def _under_control(look: Look, seen: Observation, *, absent: str, present: str) -> Judgement:
    facts = look.record.facts
    if not isinstance(facts, ConsoleFacts) or facts.gap(_CONSOLE) is not None:
        return look.unexamined()
    judged = look.must_be_absent(seen, absent=absent, present=present)
    if judged.outcome is Outcome.HELD and not isinstance(facts.output, Present):
        return look.undecided("console-silent")
    return judged
