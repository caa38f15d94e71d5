"""Group 5.13-1, functional cases: what the device does with input that nobody expects."""

from typing import Final

from harness.testing import (
    BLE,
    EXPOSURE_NEEDS,
    INITIALISED,
    INPUT_NEEDS,
    PAIRING_FOUND_NEEDS,
    AirView,
    AnswerView,
    DecidedBy,
    ExtApi,
    FactView,
    HttpFacts,
    HttpInputFacts,
    Ixit,
    Judgement,
    Judgements,
    NetworkView,
    Outcome,
    Question,
    ServicesFacts,
    UpnpFacts,
    UserIntf,
    all_of,
    ask_each,
    case,
    criteria,
    declared_endpoints,
    needs,
    network_endpoints,
    no_rows,
    over_rows,
    robust,
    unit,
    wan_exposure,
)

USER_INTF: Final = "27-UserIntf"
EXT_API: Final = "28-ExtAPI"

OTHER_INPUT_REFUSED: Final = Question(
    id="5.13-1-2b",
    prompt="Enter wrong, over-long and out-of-range values at the row's interface, also where the "
    "bench cannot (command lines, displays, apps, APIs that are not HTTP). Was all of it refused "
    "or ignored?",
    during=INITIALISED.value,
)


@case("5.13-1-2")
class TestInputValidation:
    """Unexpected input is not processed; every way of input is declared (5.13-1)."""

    @unit(
        "a",
        facts=(*needs((ServicesFacts, HttpFacts, HttpInputFacts), INITIALISED), *INPUT_NEEDS),
    )
    def test_unexpected_input_is_not_processed(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Each row's HTTP endpoints refuse unexpected input and show no internals.

        Over Bluetooth, malformed protocol units do no harm.

        Rows of which it is known that they speak something else are a person's, see unit b; where
        nobody knows what an endpoint speaks, the row is open.
        """
        network = NetworkView(facts, INITIALISED)
        judged = [
            *_over(network, USER_INTF, ixit.user_intf),
            *_over(network, EXT_API, ixit.ext_api),
        ]
        return tuple(judged) or (no_rows("unexpected-input-processed", USER_INTF),)

    @unit(
        "b",
        decided_by=DecidedBy.OPERATOR,
        per=USER_INTF,
        also=[EXT_API],
        questions=[OTHER_INPUT_REFUSED],
    )
    def test_other_user_input_is_refused(self, ixit: Ixit, answers: AnswerView) -> Judgements:
        """Each user interface and API refuses or ignores what a person enters wrongly."""
        asked = ask_each(answers, OTHER_INPUT_REFUSED, USER_INTF, ixit.user_intf)
        if not ixit.ext_api:
            return asked
        return (*asked, *ask_each(answers, OTHER_INPUT_REFUSED, EXT_API, ixit.ext_api))

    @unit(
        "c",
        facts=(*needs((*EXPOSURE_NEEDS, UpnpFacts), INITIALISED), *PAIRING_FOUND_NEEDS),
    )
    def test_every_way_of_input_is_declared(self, facts: FactView, ixit: Ixit) -> Judgements:
        """Every open TCP port lies at an endpoint of a 27-UserIntf or 28-ExtAPI row.

        A bare listener counts: whoever connects can send it input, whatever it makes of that. UPnP
        on the WAN takes input from the whole Internet, which no row can declare. A device that
        answers requests over Bluetooth names that in such a row, too.
        """
        declared = declared_endpoints(ixit.user_intf, ixit.ext_api)
        network = NetworkView(facts, INITIALISED)
        on_the_air = AirView(facts, ixit).takes_input((*ixit.user_intf, *ixit.ext_api))
        found = network.undeclared_services(declared, "tcp/")
        return (*found, *wan_exposure(network), *on_the_air)


def _over(
    network: NetworkView, table: str, rows: tuple[UserIntf, ...] | tuple[ExtApi, ...]
) -> Judgements:
    criterion = "unexpected-input-processed"
    web = [row for row in rows if _web_endpoints(network, row)]
    return over_rows(table, criterion, web, lambda row: _refused(network, row)) if web else ()


def _web_endpoints(network: NetworkView, row: UserIntf | ExtApi) -> tuple[str, ...]:
    """HTTP endpoints of a row, and those of which nobody knows what they speak."""
    return tuple(
        name
        for name in network_endpoints(row)
        if network.speaks(name, "http") or not network.is_known(name)
    )


def _refused(network: NetworkView, row: UserIntf | ExtApi) -> Judgement:
    criterion = "unexpected-input-processed"
    parts: list[Judgement] = []
    for name in _web_endpoints(network, row):
        if name == BLE:
            parts.append(robust(network.facts, row.id))
            continue
        parts.append(network.seen(criterion, row.id, name))
        parts.append(_input_refused(network, row.id, name))
    return all_of(row.id, criterion, parts)


def _input_refused(network: NetworkView, item: str, name: str) -> Judgement:
    """A server that only leads to TLS takes no input, and so cannot accept a control either."""
    judged = network.judge(
        HttpInputFacts,
        "unexpected-input-processed",
        item,
        lambda record: criteria.unexpected_input_processed(record, item, name),
    )
    if judged.outcome is Outcome.UNDECIDED and network.only_redirects(name):
        return network.leads_to_tls(item, name)
    return judged
