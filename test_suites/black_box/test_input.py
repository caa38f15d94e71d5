"""Unexpected input to web servers."""

from typing import Final

from harness.testing import (
    INITIALISED,
    LOGIN_NEEDS,
    FactView,
    HttpInputFacts,
    Judgement,
    Judgements,
    NetworkView,
    Outcome,
    at_each,
    case,
    criteria,
    needs,
    unit,
)

CRITERION: Final = "unexpected-input-processed"


@case(CRITERION)
class TestUnexpectedInput:
    """Unexpected input is refused or ignored."""

    @unit("", facts=needs((*LOGIN_NEEDS, HttpInputFacts), INITIALISED))
    def test_web_servers_refuse_unexpected_input(self, facts: FactView) -> Judgements:
        """No web server fails on unexpected input or shows its internals."""
        network = NetworkView(facts, INITIALISED)
        web = [name for name in network.open_targets("tcp/") if network.speaks(name, "http")]
        return at_each(network, web, lambda name: _refused(network, name))


def _refused(network: NetworkView, name: str) -> Judgement:
    """A server that only leads to TLS takes no input, and so cannot accept a control either."""
    judged = network.judge(
        HttpInputFacts,
        CRITERION,
        name,
        lambda record: criteria.unexpected_input_processed(record, name, name),
    )
    if judged.outcome is Outcome.UNDECIDED and network.only_redirects(name):
        return network.leads_to_tls(name, name)
    return judged
