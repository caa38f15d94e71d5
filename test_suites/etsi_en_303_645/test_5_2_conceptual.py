"""Groups 5.2-1 to 5.2-3, conceptual cases: how the supplier deals with vulnerabilities."""

from typing import Final

from harness.testing import (
    AnswerView,
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

USER_INFO: Final = "2-UserInfo"
VULN_TYPES: Final = "3-VulnTypes"
CONF: Final = "4-Conf"
VULN_MON: Final = "5-VulnMon"
POLICY: Final = "publication_of_vulnerability_disclosure_policy"

POLICY_IS_OPEN: Final = Question(
    id="5.2-1-1a",
    prompt="Read in 2-UserInfo where the vulnerability disclosure policy is published. Can anybody "
    "get at it there, without an account, a purchase or the device?",
)
ACTIONS_ARE_TIMELY: Final = Question(
    id="5.2-2-1a",
    prompt="Read the row's Action and Time Frame beside the published policy. Will a vulnerability "
    "of this kind be dealt with in good time: do the steps, who takes them, how third parties are "
    "brought in, and the time for each, suit how severe it can be?",
)
MONITORING_FITS: Final = Question(
    id="5.2-3-1a",
    prompt="Read all rows of 5-VulnMon. Do the ways to watch for vulnerabilities suit a systematic "
    "collection of news of whatever may concern this device, for as long as it is supported?",
)
IDENTIFICATION_FITS: Final = Question(
    id="5.2-3-1b",
    prompt="Read all rows of 5-VulnMon. Do the ways to find vulnerabilities suit to tell whether "
    "and how each one concerns this device?",
)
RECTIFICATION_FITS: Final = Question(
    id="5.2-3-1c",
    prompt="Read all rows of 5-VulnMon. Do the ways to mend vulnerabilities suit to remove this "
    "device's weakness, or to make it bearable?",
)


@case("5.2-1-1")
class TestPolicyIsOpenToAnybody:
    """Anybody can get at the vulnerability disclosure policy (EN 303 645 5.2-1)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=USER_INFO, questions=[POLICY_IS_OPEN])
    def test_policy_is_published_without_limits(
        self, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """The policy is published where anybody can get at it."""
        return ask_each(
            answers,
            POLICY_IS_OPEN,
            USER_INFO,
            ixit.user_info,
            seen=rules.denials(ixit.user_info, USER_INFO, POLICY_IS_OPEN.id, POLICY),
            fields=(POLICY,),
        )


@case("5.2-2-1")
class TestVulnerabilitiesAreActedOn:
    """Disclosed vulnerabilities are acted on in good time (EN 303 645 5.2-2)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=VULN_TYPES, questions=[ACTIONS_ARE_TIMELY])
    def test_actions_are_timely(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The actions on every kind of vulnerability, and their time frames, are timely."""
        fields = ("action", "time_frame")
        return ask_each(
            answers,
            ACTIONS_ARE_TIMELY,
            VULN_TYPES,
            ixit.vuln_types,
            seen=rules.denials(ixit.vuln_types, VULN_TYPES, ACTIONS_ARE_TIMELY.id, *fields),
            fields=fields,
        )

    @unit("b", decided_by=DecidedBy.RULE, per=CONF)
    def test_actions_are_confirmed(self, ixit: Ixit) -> Judgements:
        """The supplier confirms that the actions are taken."""
        return rules.practice_is_confirmed(ixit.conf, "vulnerability_actions")


@case("5.2-3-1")
class TestVulnerabilitiesAreWatchedFor:
    """Vulnerabilities are watched for, found and mended (EN 303 645 5.2-3)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, questions=[MONITORING_FITS])
    def test_monitoring_suits_the_device(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The monitoring as a whole suits the device."""
        return _over_monitoring(answers, MONITORING_FITS, ixit)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, questions=[IDENTIFICATION_FITS])
    def test_identification_suits_the_device(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The identification as a whole suits the device."""
        return _over_monitoring(answers, IDENTIFICATION_FITS, ixit)

    @unit("c", decided_by=DecidedBy.JUDGEMENT, questions=[RECTIFICATION_FITS])
    def test_rectification_suits_the_device(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The rectification as a whole suits the device."""
        return _over_monitoring(answers, RECTIFICATION_FITS, ixit)

    @unit("d", decided_by=DecidedBy.RULE, per=CONF)
    def test_monitoring_is_confirmed(self, ixit: Ixit) -> Judgements:
        """The supplier confirms that the monitoring is done."""
        return rules.practice_is_confirmed(ixit.conf, "vulnerability_monitoring")


def _over_monitoring(answers: AnswerView, question: Question, ixit: Ixit) -> Judgements:
    """One row may watch and another one mend: a person weighs those that say something."""
    described = [row for row in ixit.vuln_mon if row.description.strip()]
    return ask_once(answers, question, VULN_MON, described)
