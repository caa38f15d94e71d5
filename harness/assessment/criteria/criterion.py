"""What a criterion says of itself in reports."""

from harness.model.base import Frozen
from harness.model.judgement import Severity


class Criterion(Frozen):
    """One technical criterion, as reports present it.

    Attributes:
        id: stable name.
        title: the flaw in a few words.
        severity: of its findings.
        advice: what the manufacturer should change.
        reference: public standard or RFC that explains why.
    """

    id: str
    title: str
    severity: Severity
    advice: str
    reference: str
