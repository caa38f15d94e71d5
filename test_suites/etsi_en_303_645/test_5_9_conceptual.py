"""Groups 5.9-1 to 5.9-3, conceptual cases: what outages of network and power do, as declared."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    AnswerView,
    ComMech,
    DecidedBy,
    Ixit,
    Judgements,
    Question,
    ask_each,
    ask_once,
    case,
    rules,
    unit,
)

COM_MECH: Final = "11-ComMech"
RES_MECH: Final = "23-ResMech"

COMBINATION_FITS: Final = Question(
    id="5.9-1-1a",
    prompt="Read all rows of 23-ResMech together. Think of the network gone for an hour, and of "
    "the plug pulled at the worst moment. Is their combination right for both, for what this "
    "device is used for and what its failure would do? If the table is declared empty, answer no "
    "unless neither outage can reach the device.",
)
MECHANISM_KEEPS_PROMISE: Final = Question(
    id="5.9-1-1b",
    prompt="Read the row's Description and Security Guarantees. Can the mechanism, as it is "
    "described, give these guarantees in an outage of the row's Type?" + IF_NO_ROW,
)
RESILIENT_AS_A_WHOLE: Final = Question(
    id="5.9-2-1a",
    prompt="As in 5.9-1-1, for this row: can the mechanism give its guarantees in an outage of "
    "its Type, and do the rows together provide for network and power?" + IF_NO_ROW,
)
WORKS_LOCALLY: Final = Question(
    id="5.9-2-1b",
    prompt="Read the rows of 23-ResMech of Type network. Do they keep the device working, with "
    "the functions that need no network, while the network is away?" + IF_NO_ROW,
)
COMES_BACK: Final = Question(
    id="5.9-2-1c",
    prompt="Read the rows of 23-ResMech of Type power. Do they bring the device back after a loss "
    "of power by itself, connected and working in the same state as before or a better one?"
    + IF_NO_ROW,
)
ORDERLY_CONNECTION: Final = Question(
    id="5.9-3-1a",
    prompt="Read the row's Description and Cryptographic Details. Does this link begin and end "
    "by the steps of a standard protocol, in an orderly way, at start and after a failure?"
    + IF_NO_ROW,
)
NO_STAMPEDE: Final = Question(
    id="5.9-3-1b",
    prompt="Read the row's Resilience Measures, and 23-ResMech for what connects outwards. Think "
    "of all devices of this model losing the network and getting it back at one moment. Do the "
    "measures (pauses that grow and differ by chance, limits on connections) keep them from "
    "overloading what they connect to? A link that only answers others needs no pauses."
    + IF_NO_ROW,
)


def _on_network(row: ComMech) -> bool:
    """A link that is not known to stay off the network."""
    return not row.endpoints or any(endpoint != "console" for endpoint in row.endpoints)


@case("5.9-1-1")
class TestMechanismsFitOutages:
    """Resilience mechanisms fit outages of network and power (EN 303 645 5.9-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, questions=[COMBINATION_FITS])
    def test_combination_fits_outages(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The mechanisms together fit outages of network and power."""
        return ask_once(
            answers,
            COMBINATION_FITS,
            RES_MECH,
            ixit.res_mech,
            seen=[rules.outages_are_covered(ixit.res_mech)],
            none=ixit.declares_none(RES_MECH),
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=RES_MECH, questions=[MECHANISM_KEEPS_PROMISE])
    def test_mechanisms_give_their_guarantees(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every mechanism can give its guarantees."""
        return ask_each(
            answers,
            MECHANISM_KEEPS_PROMISE,
            RES_MECH,
            ixit.res_mech,
            none=ixit.declares_none(RES_MECH),
            fields=("description", "type", "security_guarantees"),
        )


@case("5.9-2-1")
class TestFunctionSurvivesOutages:
    """Local functions go on without network, and power loss leaves no harm (EN 303 645 5.9-2)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=RES_MECH, questions=[RESILIENT_AS_A_WHOLE])
    def test_mechanisms_fit_outages(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """What 5.9-1-1 asks holds for every mechanism."""
        return ask_each(
            answers,
            RESILIENT_AS_A_WHOLE,
            RES_MECH,
            ixit.res_mech,
            seen=_of_each(ixit),
            none=ixit.declares_none(RES_MECH),
            fields=("description", "type", "security_guarantees"),
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, questions=[WORKS_LOCALLY])
    def test_local_functions_go_on(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The device works locally while the network is away."""
        return ask_once(
            answers,
            WORKS_LOCALLY,
            RES_MECH,
            ixit.res_mech,
            seen=[rules.local_function_is_kept(ixit.res_mech)],
            none=ixit.declares_none(RES_MECH),
        )

    @unit("c", decided_by=DecidedBy.JUDGEMENT, questions=[COMES_BACK])
    def test_device_comes_back(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The device comes back as it was, or better, after a loss of power."""
        return ask_once(
            answers,
            COMES_BACK,
            RES_MECH,
            ixit.res_mech,
            none=ixit.declares_none(RES_MECH),
        )


@case("5.9-3-1")
class TestConnectionsAreOrderly:
    """Links are made in an orderly way that overloads nobody (EN 303 645 5.9-3)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[ORDERLY_CONNECTION])
    def test_links_begin_and_end_in_order(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every link over a network begins and ends as a standard says."""
        return ask_each(
            answers,
            ORDERLY_CONNECTION,
            COM_MECH,
            ixit.com_mech,
            scope=_on_network,
            none=ixit.declares_none(COM_MECH),
        )

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=COM_MECH, questions=[NO_STAMPEDE])
    def test_links_avoid_mass_reconnection(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The measures of every link keep many devices from connecting at one moment."""
        return ask_each(
            answers,
            NO_STAMPEDE,
            COM_MECH,
            ixit.com_mech,
            scope=_on_network,
            none=ixit.declares_none(COM_MECH),
        )


def _of_each(ixit: Ixit) -> Judgements:
    """What the rule of 5.9-1-1a says of the DUT, said of every row."""
    whole = rules.outages_are_covered(ixit.res_mech)
    return tuple(whole.model_copy(update={"item": row.id}) for row in ixit.res_mech)
