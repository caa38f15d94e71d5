"""What views are made from."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.facts.store import FactBase
from harness.model.assessment import Assessment
from harness.model.catalogue import Catalogue


@dataclass(frozen=True)
class ReportSource:
    """What a view may read.

    Attributes:
        folder: what lies below ``data/``: ``survey/``, ``assessments/<framework>@<version>/``.
        survey: the facts interpreted from the captures in it.
        assessments: those in the folder that the report is about.
        data: the way from the folder of the report to ``data/``, for links.
    """

    folder: Path
    survey: FactBase
    assessments: Sequence[Assessment]
    data: str = ".."

    @property
    def in_order(self) -> tuple[Assessment, ...]:
        """The assessments by name, so that a view does not depend on who asks for it."""
        return tuple(sorted(self.assessments, key=lambda entry: str(entry.framework)))

    def catalogue(self, assessment: Assessment) -> Catalogue:
        """The catalogue that ``assessment`` was made by.

        Raises:
            OSError: it is missing.
            CaptureError: not strict JSON.
            ValueError: not valid.
        """
        folder = self.folder / "assessments" / str(assessment.framework)
        return Catalogue.from_bytes((folder / "catalogue.json").read_bytes())


View = Callable[[ReportSource], Mapping[str, bytes]]
"""Names of files, relative to the folder of the report, and what is in them.

The same documents give the same bytes. Raises OSError, EvidenceError or ValueError for a document
that is missing or wrong.
"""
