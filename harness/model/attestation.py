"""What a bundle's signed statement says: the predicate of an in-toto Statement, as data.

Sealing fills it in, `harness.trust` signs it, verification reads it; none of them imports another.
"""

from typing import Annotated, Literal

from pydantic import Field

from harness.model.base import Frozen
from harness.model.ids import FrameworkRef, ProvisionId, UnitId
from harness.model.judgement import Conclusion, Verdict
from harness.model.record import SampleRecord
from harness.model.states import Purpose

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 as lower-case hexadecimal."""
PREDICATE_TYPE = "https://certbench.dev/evidence/v1"


class PartRoot(Frozen):
    """One tree of the bundle.

    Attributes:
        part: ``survey``, ``assessments/<framework>@<version>`` or ``rest``.
        leaves: number of files in it.
    """

    part: str
    root: Digest
    leaves: Annotated[int, Field(ge=0)]


class SignedConclusion(Frozen):
    """What one assessment of the bundle concludes.

    Attributes:
        plan_digest: SHA-256 of the canonical test plan; ``""`` for an assessment made without one.
        suite_digest: of the suite's code and data, as the judge recorded it.
        conclusion_after_review: the same with the overrides that count; None = there are none.
        provisions: the verdict table: every provision of the catalogue.
        provisions_after_review: verdicts of those provisions that the overrides change.
        units: and every unit.
    """

    framework: FrameworkRef
    conclusion: Conclusion
    conclusion_after_review: Conclusion | None = None
    indicative: bool
    complete: bool
    catalogue_digest: Digest
    plan_digest: Digest | Literal[""]
    suite_digest: str
    provisions: dict[ProvisionId, Verdict]
    provisions_after_review: dict[ProvisionId, Verdict] | None = None
    units: dict[UnitId, Verdict]


class SignedDut(Frozen):
    """Which device the statement speaks of."""

    supplier: str
    model: str
    hardware: str
    firmware: str
    samples: tuple[SampleRecord, ...]


class EvidencePredicate(Frozen):
    """Everything that the laboratory vouches for with its signature.

    Attributes:
        partial: the survey or an assessment is not complete, or only a part was selected; such a
            bundle is never a full one.
        subset: the groups, cases and units that were selected; empty = everything.
        bundle_root: root over all parts (``docs/reference/bundle.md``).
        leaves: number of files below ``data/``.
        parts: the trees, in the order in which the bundle root takes them.
        scripted_answers: an answer came from a script, not from a person at the bench.
        job: the certifier's job number (nonce); ``""`` outside a certification.
        tools: versions of what took part, as the survey recorded them.
        time: when the survey ended, by the bench's clock (a claim until a time-stamp proves it).
    """

    profile: Literal["evb/1"] = "evb/1"
    purpose: Purpose
    partial: bool
    subset: tuple[str, ...] = ()
    bundle_root: Digest
    leaves: Annotated[int, Field(ge=1)]
    parts: Annotated[tuple[PartRoot, ...], Field(min_length=1)]
    dossier_digest: Digest
    conclusions: tuple[SignedConclusion, ...]
    dut: SignedDut
    scripted_answers: bool
    run_id: str
    job: str
    tools: dict[str, str]
    time: str
