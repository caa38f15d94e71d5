"""What a serial console shows and allows (probe ``console``)."""

from typing import ClassVar, Literal

from harness.facts.base import Facts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class SecretSighting(Frozen):
    """A secret in clear in the device's own output.

    Attributes:
        kind: ``known-secret`` (one that the bench knows), ``wifi-passphrase``, ``password``,
            ``private-key``, ``shadow-hash``, ``token``.
        shown: the line with the secret itself masked.
    """

    kind: Literal[
        "known-secret", "wifi-passphrase", "password", "private-key", "shadow-hash", "token"
    ]
    shown: str
    evidence: EvidenceRef


class ConsoleFacts(Facts):
    """The console named in ``examined`` (always ``console``).

    Attributes:
        output: the device wrote something at all: the control of everything else.
        booted: a boot was watched from power-on.
        boot_loader_prompt: interrupting the boot led to a prompt that ran a command. Control of
            Absent: keys were sent during the boot window and the boot went on to its end.
        login_prompt: a login prompt was reached.
        unauthenticated_shell: a command ran without login. Control of Absent: the login prompt.
        secrets: secrets in clear in the output.
        versions: lines that name a firmware or boot loader version, neutralised.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-console/1"
    PROBE: ClassVar[str] = "console"

    baud: int
    output: Observation
    booted: Observation
    boot_loader_prompt: Observation
    login_prompt: Observation
    unauthenticated_shell: Observation
    secrets: tuple[SecretSighting, ...] = ()
    versions: tuple[str, ...] = ()
