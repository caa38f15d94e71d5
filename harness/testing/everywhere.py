"""Criteria at every endpoint that was found, for units that rest on no declaration."""

from collections.abc import Callable, Iterable
from typing import Final

from harness.assessment.judging import reason, undecided
from harness.facts.credentials import CredentialsFacts
from harness.model.judgement import Judgement, Judgements, Outcome
from harness.testing.logins import LoginCriterion, judge_login
from harness.testing.network import NetworkView

_CONSOLE: Final = "console"


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


def at_each_login(
    network: NetworkView, criterion: LoginCriterion, *, console: bool = True
) -> Judgements:
    """What a login criterion says of every login point that was found.

    Where it is open whether a service takes logins at all, that stays visible as UNDECIDED. The
    unit must declare `LOGIN_NEEDS` and credentials.

    Args:
        network: the network side of the sample.
        criterion: function of `harness.assessment.criteria`.
        console: whether the login of a serial console counts, where one was tried.
    """
    records = network.facts.records(CredentialsFacts, network.state)
    tried = {login.target for record in records for login in record.facts.logins}
    # A console that never came to a login prompt may have one behind what it writes.
    tried |= {
        gap.target
        for record in records
        for gap in record.facts.not_examined
        if gap.target == _CONSOLE
    }

    def ask(target: str) -> Judgement:
        return judge_login(network.facts, network.state, criterion, target, target)

    found = network.undeclared_logins(())
    judged = [
        ask(entry.item) if entry.item in tried or entry.outcome is Outcome.CONTRADICTED else entry
        for entry in found
    ]
    more = [ask(_CONSOLE)] if console and _CONSOLE in tried else []
    return (*judged, *more)


def without_declaration(criterion: str, what: str) -> Judgements:
    """UNDECIDED: ``what`` is for the supplier to say, and a black box has no supplier."""
    return (undecided("DUT", criterion, reason("needs-declaration", what=what)),)


def without_second_sample(criterion: str) -> Judgements:
    """UNDECIDED: comparing takes two samples."""
    return (undecided("DUT", criterion, reason("needs-two-samples")),)
