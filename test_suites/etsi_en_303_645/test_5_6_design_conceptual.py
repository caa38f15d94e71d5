"""Groups 5.6-5 to 5.6-9, conceptual cases: services, code, rights, memory, development."""

from typing import Final

from harness.testing import (
    PAIRING_FOUND_NEEDS,
    AirView,
    AnswerView,
    DecidedBy,
    FactView,
    Ixit,
    Judgements,
    Question,
    ask_each,
    ask_once,
    case,
    objections,
    rules,
    unit,
)

CONF: Final = "4-Conf"
SOFT_SERV: Final = "13-SoftServ"
CODE_MIN: Final = "16-CodeMin"
PRIVL_CTRL: Final = "17-PrivlCtrl"
ACC_CTRL: Final = "18-AccCtrl"
SEC_DEV: Final = "19-SecDev"
DESCRIBED: Final = ("description",)
"""What a person reads of a row that has nothing else."""

SERVICE_NEEDED: Final = Question(
    id="5.6-5-1a",
    prompt="This service is enabled as shipped. By its Description and Justification: does the "
    "intended use or the operation of the device need it? If you are asked about the DUT as a "
    "whole, no service is declared enabled: answer yes if that is right.",
)
CODE_IS_MINIMISED: Final = Question(
    id="5.6-6-1a",
    prompt="Read all rows of 16-CodeMin together. Do these techniques really keep code off the "
    "device that its functions do not need, in proportion to the risk?",
)
RIGHTS_ARE_MINIMISED: Final = Question(
    id="5.6-7-1a",
    prompt="Read all rows of 17-PrivlCtrl together. Do they see to it that duties are separated, "
    "that software learns only what it needs, and that it runs with the fewest rights possible?",
)
CONTROL_IS_HARDWARE: Final = Question(
    id="5.6-8-1a",
    prompt="Is this mechanism part of the hardware, or of software that is fixed in the hardware?",
)
CONTROL_GUARDS_MEMORY: Final = Question(
    id="5.6-8-1b",
    prompt="Does this mechanism control who may read, write or run which part of the memory?",
)
DEVELOPMENT_IS_SECURE: Final = Question(
    id="5.6-9-1a",
    prompt="Read all rows of 19-SecDev together. Do they cover: training of developers; "
    "requirements and design; secure coding; tools for the implementation; security tests; "
    "security reviews; keeping what later maintenance needs; secure deployment; and, where others "
    "supply software, how they are dealt with? One that is missing is a no.",
)


@case("5.6-5-1")
class TestServicesAreNeeded:
    """Only services that are needed run (EN 303 645 5.6-5)."""

    @unit(
        "a",
        decided_by=DecidedBy.JUDGEMENT,
        facts=PAIRING_FOUND_NEEDS,
        per=SOFT_SERV,
        questions=[SERVICE_NEEDED],
    )
    def test_enabled_services_are_needed(
        self, facts: FactView, answers: AnswerView, ixit: Ixit
    ) -> Judgements:
        """Every service that is enabled as shipped is needed.

        One that the bench finds over Bluetooth, and no row gives a reason for, is not.
        """
        asked = ask_each(
            answers,
            SERVICE_NEEDED,
            SOFT_SERV,
            ixit.soft_serv,
            scope=lambda row: row.status == "enabled",
            seen=rules.denials(ixit.soft_serv, SOFT_SERV, SERVICE_NEEDED.id, "justification"),
            none=ixit.declares_none(SOFT_SERV),
            fields=["justification"],
        )
        return (*asked, *objections(AirView(facts, ixit).unneeded_services(ixit.soft_serv)))


@case("5.6-6-1")
class TestCodeIsMinimised:
    """Code is kept to what is needed (EN 303 645 5.6-6)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=CODE_MIN, questions=[CODE_IS_MINIMISED])
    def test_techniques_are_appropriate(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The techniques together reduce code to what is needed."""
        return ask_once(answers, CODE_IS_MINIMISED, CODE_MIN, ixit.code_min, fields=DESCRIBED)


@case("5.6-7-1")
class TestRightsAreMinimised:
    """Software runs with the least rights (EN 303 645 5.6-7)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=PRIVL_CTRL, questions=[RIGHTS_ARE_MINIMISED])
    def test_mechanisms_limit_rights(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The mechanisms together separate duties and limit rights."""
        return ask_once(
            answers, RIGHTS_ARE_MINIMISED, PRIVL_CTRL, ixit.privl_ctrl, fields=DESCRIBED
        )


@case("5.6-8-1")
class TestMemoryIsControlledByHardware:
    """Hardware controls access to memory (EN 303 645 5.6-8)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=ACC_CTRL, questions=[CONTROL_IS_HARDWARE])
    def test_mechanisms_are_in_hardware(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every declared mechanism is part of the hardware."""
        return ask_each(answers, CONTROL_IS_HARDWARE, ACC_CTRL, ixit.acc_ctrl, fields=DESCRIBED)

    @unit("b", decided_by=DecidedBy.JUDGEMENT, per=ACC_CTRL, questions=[CONTROL_GUARDS_MEMORY])
    def test_mechanisms_guard_memory(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """Every declared mechanism controls access to memory."""
        return ask_each(answers, CONTROL_GUARDS_MEMORY, ACC_CTRL, ixit.acc_ctrl, fields=DESCRIBED)


@case("5.6-9-1")
class TestDevelopmentIsSecure:
    """Software is developed by secure processes (EN 303 645 5.6-9)."""

    @unit("a", decided_by=DecidedBy.JUDGEMENT, per=SEC_DEV, questions=[DEVELOPMENT_IS_SECURE])
    def test_processes_cover_development(self, answers: AnswerView, ixit: Ixit) -> Judgements:
        """The processes together cover development from training to deployment."""
        return ask_once(answers, DEVELOPMENT_IS_SECURE, SEC_DEV, ixit.sec_dev, fields=DESCRIBED)

    @unit("b", decided_by=DecidedBy.RULE, per=CONF)
    def test_development_is_confirmed(self, ixit: Ixit) -> Judgements:
        """The supplier confirms that the processes are in operation."""
        return rules.practice_is_confirmed(ixit.conf, "secure_development")
