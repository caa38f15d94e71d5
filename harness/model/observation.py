"""What was seen, what was shown to be absent, and what is not known: a closed type.

There is no bool and no None for an observation. `Absent` cannot be built without the control that
proves that the bench would have seen the thing had it been there: a known-good login at the same
pace, an answer of the host to another port, a valid request accepted.
"""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import override

from harness.model.base import Frozen


class EvidenceRef(Frozen):
    """A place in a stored capture.

    Attributes:
        path: the capture, relative to ``survey/``: ``A/1-as-received/http/1/exchanges.jsonl``.
        where: the place in it: ``line 12``, ``frame 7``, ``offset 4096``, ``port 443``.
    """

    path: str
    where: str

    @override
    def __str__(self) -> str:
        """``path, where``."""
        return f"{self.path}, {self.where}"


class Present(Frozen):
    """It was seen, here."""

    kind: Literal["present"] = "present"
    evidence: Annotated[tuple[EvidenceRef, ...], Field(min_length=1)]


class Absent(Frozen):
    """It was looked for and not seen, while the control in the same run was seen."""

    kind: Literal["absent"] = "absent"
    control: EvidenceRef


class Unknown(Frozen):
    """Nobody can say, for this reason (a sentence with the particulars)."""

    kind: Literal["unknown"] = "unknown"
    reason: Annotated[str, Field(min_length=1)]


Observation = Annotated[Present | Absent | Unknown, Field(discriminator="kind")]
"""`Present`, `Absent` or `Unknown`; match on the class, exhaustively."""
