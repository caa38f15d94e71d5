"""Civil Code 1798.91.04 (c): the elective route over a NIST conforming labelling scheme."""

from typing import Final

from harness.testing import AnswerView, DecidedBy, Judgements, Question, case, unit

MEETS_BASELINE: Final = Question(
    id="c1",
    prompt="If the manufacturer chose this route: is there proof that the device meets the "
    "baseline criteria of the labelling scheme?",
)
THIRD_PARTY: Final = Question(
    id="c2",
    prompt="If the manufacturer chose this route: did a third party test, inspect or certify the "
    "device as the scheme's conformity assessment demands?",
)
BEARS_LABEL: Final = Question(
    id="c3",
    prompt="If the manufacturer chose this route: does the device bear the scheme's label?",
)


@case("c1")
class TestSchemeCriteria:
    """The device meets the criteria of the scheme."""

    @unit("", decided_by=DecidedBy.JUDGEMENT, questions=[MEETS_BASELINE])
    def test_the_device_meets_the_scheme(self, answers: AnswerView) -> Judgements:
        """An assessor reads the scheme's evidence."""
        return (answers.judge(MEETS_BASELINE),)


@case("c2")
class TestSchemeAssessment:
    """The scheme's conformity assessment was made by a third party."""

    @unit("", decided_by=DecidedBy.JUDGEMENT, questions=[THIRD_PARTY])
    def test_a_third_party_assessed_the_device(self, answers: AnswerView) -> Judgements:
        """An assessor reads the third party's report."""
        return (answers.judge(THIRD_PARTY),)


@case("c3")
class TestSchemeLabel:
    """The device bears the label."""

    @unit("", decided_by=DecidedBy.OPERATOR, questions=[BEARS_LABEL])
    def test_the_device_bears_the_label(self, answers: AnswerView) -> Judgements:
        """A person looks at the device."""
        return (answers.judge(BEARS_LABEL),)
