"""Identifiers, so that a unit can't be passed where a provision is meant."""

from typing import NewType

from typing_extensions import override

from harness.model.base import Frozen

ProvisionId = NewType("ProvisionId", str)
"""A requirement of a framework: ``5.1-1``, ``b1``."""
CaseId = NewType("CaseId", str)
"""A test case: ``5.1-1-2``."""
UnitId = NewType("UnitId", str)
"""A test unit, the smallest thing that gets a verdict: ``5.1-1-2a``."""
SampleId = NewType("SampleId", str)
"""One physical unit of the DUT: ``A``."""
VisitId = NewType("VisitId", str)
"""One stay of one sample in one state: ``1-as-received``; unique within the sample."""
ProbeName = NewType("ProbeName", str)
"""A probe and the interpreter of its captures: ``tls``."""
ItemId = NewType("ItemId", str)
"""What a unit quantifies over: an IXIT row (``AuthMech-1``), an interface, an asset."""


class FactKey(Frozen):
    """Address of one fact: which probe looked at which sample, in which visit, at which attempt."""

    probe: ProbeName
    sample: SampleId
    visit: VisitId
    attempt: int

    @property
    def folder(self) -> str:
        """Where its captures lie below ``survey/``: ``A/1-as-received/tls/1``."""
        return f"{self.sample}/{self.visit}/{self.probe}/{self.attempt}"

    @override
    def __str__(self) -> str:
        """The folder, which is how messages name a fact."""
        return self.folder


class FrameworkRef(Frozen):
    """A framework and its version: ``etsi-en-303-645@2.1.1``."""

    slug: str
    version: str

    @override
    def __str__(self) -> str:
        """``slug@version``."""
        return f"{self.slug}@{self.version}"
