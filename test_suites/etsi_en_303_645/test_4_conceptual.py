"""Group 4-1, conceptual case: what the supplier reports of recommendations that are not met."""

from harness.testing import Catalogue, DecidedBy, Dossier, Judgements, case, rules, unit


@case("4-1-1")
class TestDeparturesAreJustified:
    """A recommendation that is not met or does not apply carries a reason (EN 303 645 4-1)."""

    @unit("a", decided_by=DecidedBy.RULE)
    def test_every_departure_is_justified(
        self, catalogue: Catalogue, dossier: Dossier
    ) -> Judgements:
        """Every recommendation that the ICS answers with N or N/A carries a reason."""
        return rules.departures_are_justified(catalogue, dossier)
