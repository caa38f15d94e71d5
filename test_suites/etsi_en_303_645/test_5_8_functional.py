"""Groups 5.8-1 to 5.8-3, functional cases: personal data in transit, and sensors."""

from typing import Final

from harness.testing import (
    IF_NO_ROW,
    INITIALISED,
    LINK_NEEDS,
    RADIO_NEEDS,
    AnswerView,
    DecidedBy,
    FactView,
    Ixit,
    Judgement,
    Judgements,
    NetworkView,
    Question,
    all_of,
    ask_each,
    ask_of_links,
    ask_once,
    case,
    links_as_declared,
    needs,
    personal_data,
    unit,
)

USER_INFO: Final = "2-UserInfo"
COM_MECH: Final = "11-ComMech"
EXT_SENS: Final = "22-ExtSens"

SENSITIVE_LINKS_AS_DECLARED: Final = Question(
    id="5.8-2-2a",
    prompt="Use the device so that sensitive personal data go to an associated service, and watch "
    "the traffic. Do they cross this link only, under the cryptography of its row?" + IF_NO_ROW,
    during=INITIALISED.value,
)
SENSORS_EXPLAINED: Final = Question(
    id="5.8-3-1b",
    prompt="Read what Documentation of Sensors in 2-UserInfo names. Will a user without technical "
    "knowledge understand from it what the device can sense of its surroundings and why, or that "
    "it senses nothing?",
)
SENSORS_DECLARED: Final = Question(
    id="5.8-3-1c",
    prompt="Look at the casing for lenses, microphone holes, windows, grilles and antennas, and "
    "open it if one can't be explained (a sample that you open serves no other test). Is "
    "everything by which the device could sense its surroundings, in use or not, a row of "
    "22-ExtSens?",
    during=INITIALISED.value,
)


@case("5.8-1-2")
class TestPersonalDataInTransit:
    """Personal data cross links under the declared cryptography (5.8-1)."""

    @unit("a", facts=(*needs(LINK_NEEDS, INITIALISED), *RADIO_NEEDS), per=COM_MECH)
    def test_links_of_personal_data_are_as_declared(
        self, facts: FactView, ixit: Ixit
    ) -> Judgements:
        """What 5.5-1-2 asks, of each link that personal data cross."""
        network, carried = NetworkView(facts, INITIALISED), personal_data(ixit)
        return (*links_as_declared(network, carried.links), *carried.gaps)


@case("5.8-2-2")
class TestSensitiveDataInTransit:
    """Sensitive personal data go to services under the declared cryptography (5.8-2)."""

    @unit(
        "a",
        decided_by=DecidedBy.OPERATOR,
        facts=(*needs(LINK_NEEDS, INITIALISED), *RADIO_NEEDS),
        per=COM_MECH,
        questions=[SENSITIVE_LINKS_AS_DECLARED],
    )
    def test_links_of_sensitive_data_are_as_declared(
        self, facts: FactView, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """What 5.5-1-2 asks, of each link that sensitive data cross, and a person's look.

        That no such data leave the device is nothing that the bench can see: where no link carries
        them, a person who used the device says so.
        """
        carried = personal_data(ixit, sensitive=True)
        asked = ask_of_links(answers, SENSITIVE_LINKS_AS_DECLARED, ixit, carried)
        if not carried.links:
            return asked
        measured = links_as_declared(NetworkView(facts, INITIALISED), carried.links)
        return tuple(_with_measured(entry, measured) for entry in asked)


@case("5.8-3-1")
class TestSensorsAreDocumented:
    """Users are told of sensors, and there are no others (5.8-3)."""

    @unit("b", decided_by=DecidedBy.OPERATOR, per=USER_INFO, questions=[SENSORS_EXPLAINED])
    def test_documentation_is_understandable(self, ixit: Ixit, answers: AnswerView) -> Judgements:
        """A user without technical knowledge understands what the device senses."""
        return ask_each(
            answers,
            SENSORS_EXPLAINED,
            USER_INFO,
            ixit.user_info,
            fields=["documentation_of_sensors"],
        )

    @unit("c", decided_by=DecidedBy.OPERATOR, per=EXT_SENS, questions=[SENSORS_DECLARED])
    def test_obvious_sensors_are_declared(self, ixit: Ixit, answers: AnswerView) -> Judgements:
        """Whatever looks like a sensor is declared."""
        return ask_once(
            answers,
            SENSORS_DECLARED,
            EXT_SENS,
            ixit.ext_sens,
            none=ixit.declares_none(EXT_SENS),
            fields=["description"],
        )


def _with_measured(asked: Judgement, measured: Judgements) -> Judgement:
    """A person's judgement of a link, which holds only if what the bench measured there does."""
    mine = [entry for entry in measured if entry.item == asked.item]
    return all_of(asked.item, asked.criterion, [asked, *mine])
