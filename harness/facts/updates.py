"""What became of update images, good and bad (probes ``updates`` and ``update-defaults``).

The experiment changes the firmware. It therefore has a visit of its own, says with which version it
began, and serves only units about updates.
"""

from enum import StrEnum
from typing import ClassVar

from harness.facts.base import Facts
from harness.model.base import Frozen
from harness.model.observation import EvidenceRef, Observation


class Attack(StrEnum):
    """How an update is misused (EN 303 645 5.3-2)."""

    ALTERED = "altered"
    """A good image with changed content and its old signature."""
    FOREIGN_SIGNATURE = "foreign-signature"
    """A changed image, signed with a key that is not the maker's."""
    DOWNGRADE = "downgrade"
    """A good image of an older version."""
    RESUMED = "resumed"
    """A good image is begun, broken off, and gone on with bytes of another."""
    INTERCEPTED = "intercepted"
    """An impostor stands in for the maker's server on the link."""


class UpdateAttack(Frozen):
    """One attempt to misuse a mechanism.

    Attributes:
        way: where the image was offered: ``tcp/443``, or the host that the device fetched it from.
        installed: the image came to run. Absent: the device ran on with what it had for at least as
            long as a good image took by the same way; the control is that good image.
    """

    mechanism: str
    attack: Attack
    way: str
    installed: Observation


class UpdateWay(Frozen):
    """A place on the network where a good image was offered.

    Attributes:
        takes: the image was installed. Absent: the same image was installed elsewhere in this run,
            and here the device ran on with what it had for as long as that took.
    """

    way: str
    takes: Observation


class UpdatesFacts(Facts):
    """One experiment; ``examined`` holds ``UpdMech-1@altered`` and the ways that were tried.

    Attributes:
        under_test: the version that ran when the experiment began, as the device told it.
        attacks: at most one an attempt.
        ways: every place where a good image was offered, declared or not.
    """

    SCHEMA: ClassVar[str] = "certbench/facts-updates/1"
    PROBE: ClassVar[str] = "updates"

    under_test: str
    attacks: tuple[UpdateAttack, ...] = ()
    ways: tuple[UpdateWay, ...] = ()

    def on(self, mechanism: str, attack: Attack) -> tuple[UpdateAttack, ...]:
        """Every attempt of one attack on one mechanism."""
        return tuple(
            entry
            for entry in self.attacks
            if (entry.mechanism, entry.attack) == (mechanism, attack)
        )


class MechanismDefaults(Frozen):
    """What a device does by itself with an update that the bench's server offers.

    Attributes:
        watched_s: how long nobody touched the device, in whole seconds.
        installed: it installed the update by itself. Absent: it did not, and installed the same
            update from the same server when it was told to.
        noticed: it told of the update by itself. Absent: it did not, and did when it was told to
            look for updates.
    """

    mechanism: str
    watched_s: int
    installed: Observation
    noticed: Observation
    evidence: EvidenceRef


class UpdateDefaultsFacts(Facts):
    """The settings are those after the first set-up; ``examined`` holds rows of 7-UpdMech."""

    SCHEMA: ClassVar[str] = "certbench/facts-update-defaults/1"
    PROBE: ClassVar[str] = "update-defaults"

    mechanisms: tuple[MechanismDefaults, ...] = ()

    def of(self, mechanism: str) -> MechanismDefaults | None:
        """What was seen of one mechanism; None if it was not watched."""
        return next((entry for entry in self.mechanisms if entry.mechanism == mechanism), None)
