"""What servers tell before a login."""

from harness.testing import (
    DISCLOSURE_NEEDS,
    INITIALISED,
    DecidedBy,
    FactView,
    Judgements,
    NetworkView,
    case,
    disclosure_judgements,
    needs,
    unit,
    without_declaration,
)


@case("information-disclosure")
class TestToldVersions:
    """No version is told before a login."""

    @unit("", facts=needs(DISCLOSURE_NEEDS, INITIALISED))
    def test_no_version_is_told(self, facts: FactView) -> Judgements:
        """No server names a product's version to whoever connects."""
        return disclosure_judgements(NetworkView(facts, INITIALISED), ())


@case("implementation-version")
class TestReviewedVersion:
    """The reviewed version runs."""

    @unit("", decided_by=DecidedBy.NONE)
    def test_the_reviewed_version_runs(self) -> Judgements:
        """Needs the declared implementations and their reviews."""
        what = "reviewed implementations (IXIT 12-NetSecImpl)"
        return without_declaration("implementation-version", what)
