"""Criteria at every endpoint that was found, for units that rest on no declaration."""

from collections.abc import Callable, Iterable

from harness.assessment.judging import reason, undecided
from harness.facts.credentials import CredentialsFacts
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.testing.logins import LoginCriterion, judge_login
from harness.testing.network import NetworkView


def at_each(
    network: NetworkView, targets: Iterable[str], judge: Callable[[str], Judgement]
) -> Judgements:
    """One judgement an endpoint, and one on the DUT: was every TCP port and service looked at?

    The judgement on the DUT makes "no such endpoint" more than silence. The unit must declare
    `EXPOSURE_NEEDS`.

    Args:
        network: the network side of the sample.
        targets: the endpoints that the criterion speaks of: ``tcp/443``.
        judge: endpoint -> judgement.
    """
    return (*(judge(target) for target in targets), network.everything_examined())


def at_each_login(network: NetworkView, criterion: LoginCriterion) -> Judgements:
    """What a login criterion says of every login point that was found on the network.

    Where it is open whether a service takes logins at all, that stays visible as UNDECIDED. The
    unit must declare `LOGIN_NEEDS` and credentials.
    """

    def judge(entry: Judgement) -> Judgement:
        if entry.item in tried or entry.outcome is Outcome.CONTRADICTED:
            return judge_login(network.facts, network.state, criterion, entry.item, entry.item)
        return entry

    tried = {
        login.target
        for record in network.facts.records(CredentialsFacts, network.state)
        for login in record.facts.logins
    }
    found = network.undeclared_logins(())
    return tuple(judge(entry) for entry in found)


def without_declaration(criterion: str, what: str) -> Judgements:
    """UNDECIDED: ``what`` is for the supplier to say, and a black box has no supplier."""
    return (undecided("DUT", criterion, reason("needs-declaration", what=what)),)


def without_second_sample(criterion: str) -> Judgements:
    """UNDECIDED: comparing takes two samples."""
    return (undecided("DUT", criterion, reason("needs-two-samples")),)
