"""What verification says: every step, in order, with its outcome, code and what was expected."""

from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import Any, Final

from harness.verify.found import Found

SCHEMA: Final = "certbench/verify/1"


class Section(StrEnum):
    """What a group of steps is about."""

    INTEGRITY = "integrity"
    """Is the bundle whole, and does it follow from itself?"""
    TRUST = "trust"
    """Who vouches for it, and since when?"""
    POLICY = "policy"
    """Is it what this reader asks for?"""
    STATUS = "status"
    """Does it still hold?"""


class Step(Enum):
    """The steps in the order in which they are reported; numbers start at 1."""

    CONTAINER = ("container", Section.INTEGRITY)
    """The directory or zip is safe to read: names, kinds of entries, sizes."""
    PROFILE = ("profile", Section.INTEGRITY)
    """Every file that the profile demands is there, and none that it does not know."""
    SIGNATURE = ("signature", Section.INTEGRITY)
    """The envelope is well-formed and signed by a key that is there."""
    STATEMENT = ("statement", Section.INTEGRITY)
    """The signed statement commits to exactly this manifest: roots and leaf count."""
    FILES = ("files", Section.INTEGRITY)
    """Every file is what the manifest says; none is missing, added or renamed."""
    BAG = ("bag", Section.INTEGRITY)
    """The BagIt files are those that follow from manifest and statement."""
    DOCUMENTS = ("documents", Section.INTEGRITY)
    """Every document can be read under its schema, and captures are those of their attempts."""
    CLAIMS = ("claims", Section.INTEGRITY)
    """What the statement says of the documents is what they say themselves."""
    VERDICTS = ("verdicts", Section.INTEGRITY)
    """Verdicts and conclusions follow from the recorded judgements and the dossier."""
    COMPLETENESS = ("completeness", Section.INTEGRITY)
    """Every unit of the catalogue has exactly one result."""
    RECOMPUTE = ("recompute", Section.INTEGRITY)
    """The verdicts come out again when the captures are judged here, if that was asked for."""
    SIGNER = ("signer", Section.TRUST)
    """The key that signed is one that the verifier trusts."""
    CERTIFICATE = ("certificate", Section.TRUST)
    """An accreditation body lets those who signed test this."""
    TIMESTAMP = ("time-stamp", Section.TRUST)
    """A clock that is not the signer's says since when the signature exists."""
    LOG = ("log", Section.TRUST)
    """The statement is in a transparency log that showed everybody the same."""
    NONCE = ("nonce", Section.POLICY)
    """It is the test that was ordered under this job number, and the only one."""
    DEVICE = ("device", Section.POLICY)
    """It is about the device that is asked for, and about one device throughout."""
    PLAN = ("plan", Section.POLICY)
    """Catalogue, suite and plan are the published ones."""
    REDACTION = ("redaction", Section.POLICY)
    """What is held back may be, for a reason, and the reader accepts it."""
    PURPOSE = ("purpose", Section.POLICY)
    """The bundle was made for a purpose that the verifier accepts."""
    PERSONS = ("persons", Section.POLICY)
    """Two persons signed."""
    DECISION = ("decision", Section.POLICY)
    """A trusted and impartial certifier granted a certificate on exactly this, and it runs."""
    DEMANDS = ("demands", Section.POLICY)
    """Frameworks, verdicts and age are as asked for."""
    STATUS = ("status", Section.STATUS)
    """It was neither withdrawn nor replaced."""

    def __init__(self, label: str, section: Section) -> None:
        """A step has a name and belongs to a section."""
        self.label = label
        self.section = section

    @property
    def number(self) -> int:
        """Its number, from 1."""
        return list(Step).index(self) + 1


class StepOutcome(StrEnum):
    """How a step ended."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class StepResult:
    """One step.

    Attributes:
        code: ``E-...`` when failed, else ``""``.
        shown: what the bundle shows; when skipped, why.
        expected: what would have been right; ``""`` unless failed.
    """

    step: Step
    outcome: StepOutcome
    code: str
    shown: str
    expected: str

    def to_json(self) -> dict[str, Any]:
        """The step as in the machine output."""
        return {
            "number": self.step.number,
            "name": self.step.label,
            "section": self.step.section.value,
            "outcome": self.outcome.value,
            "code": self.code,
            "shown": self.shown,
            "expected": self.expected,
        }


@dataclass(frozen=True)
class VerificationReport:
    """Every step of one verification.

    Attributes:
        not_asked: steps that held without being asked all that a policy can ask of them.
        found: who says what since when; None if the statement could not be read.
    """

    steps: tuple[StepResult, ...]
    found: Found | None = None
    not_asked: frozenset[Step] = frozenset()

    @property
    def ok(self) -> bool:
        """No step failed."""
        return all(result.outcome is not StepOutcome.FAILED for result in self.steps)

    @property
    def malformed(self) -> bool:
        """The bundle could not even be opened safely."""
        return self.of(Step.CONTAINER).outcome is StepOutcome.FAILED

    def of(self, step: Step) -> StepResult:
        """The result of one step."""
        return next(result for result in self.steps if result.step is step)

    def to_json(self) -> dict[str, Any]:
        """The report as the one object of ``--json``."""
        return {
            "schema": SCHEMA,
            "ok": self.ok,
            "steps": [result.to_json() for result in self.steps],
            "found": self.found.to_json() if self.found else None,
        }


class StepFailed(Exception):  # noqa: N818  (an outcome, not a fault of the program)
    """A step does not hold; carried to its result."""

    def __init__(self, code: str, shown: str, expected: str) -> None:
        """Say what was shown and what was expected."""
        super().__init__(f"{code}: {shown}; expected: {expected}")
        self.code = code
        self.shown = shown
        self.expected = expected


class StepSkipped(Exception):  # noqa: N818  (an outcome, not a fault of the program)
    """A step cannot be looked at, since an earlier one failed or the policy leaves it out."""
