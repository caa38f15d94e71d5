"""Civil Code 1798.91.04 (a): reasonable security features, which an assessor judges."""

from typing import Final

from harness.testing import (
    ACCESS_NEEDS,
    EXPOSURE_NEEDS,
    INITIALISED,
    AnswerView,
    DecidedBy,
    FactView,
    Judgements,
    NetworkView,
    Question,
    case,
    needs,
    unit,
)

SUITS_FUNCTION: Final = Question(
    id="a1",
    prompt="Weigh the device's security features against its nature and function. Are they "
    "appropriate? Give your reasons.",
)
SUITS_INFORMATION: Final = Question(
    id="a2",
    prompt="Weigh the device's security features against the information that it may collect, hold "
    "or send. Are they appropriate? Give your reasons.",
)
PROTECTS: Final = Question(
    id="a3",
    prompt="Are the features designed to protect the device and the information in it against "
    "access, destruction, use, change and disclosure by those who have no right to it? Give your "
    "reasons.",
)


@case("a1")
class TestFeaturesSuitTheDevice:
    """The features suit the nature and function of the device."""

    @unit("", decided_by=DecidedBy.JUDGEMENT, questions=[SUITS_FUNCTION])
    def test_features_suit_nature_and_function(self, answers: AnswerView) -> Judgements:
        """An assessor weighs features and function."""
        return (answers.judge(SUITS_FUNCTION),)


@case("a2")
class TestFeaturesSuitTheInformation:
    """The features suit the information that the device handles."""

    @unit("", decided_by=DecidedBy.JUDGEMENT, questions=[SUITS_INFORMATION])
    def test_features_suit_the_information(self, answers: AnswerView) -> Judgements:
        """An assessor weighs features and information."""
        return (answers.judge(SUITS_INFORMATION),)


@case("a3")
class TestFeaturesProtect:
    """The features are designed to keep out those who have no right."""

    @unit(
        "",
        decided_by=DecidedBy.JUDGEMENT,
        facts=needs(dict.fromkeys((*EXPOSURE_NEEDS, *ACCESS_NEEDS)), INITIALISED),
        questions=[PROTECTS],
    )
    def test_features_protect_device_and_information(
        self, facts: FactView, answers: AnswerView
    ) -> Judgements:
        """An assessor judges the design; what is open to everybody contradicts any design."""
        network = NetworkView(facts, INITIALISED)
        seen = [network.anonymous_access("DUT", name) for name in network.open_targets()]
        return (answers.with_facts(PROTECTS, "DUT", seen),)
