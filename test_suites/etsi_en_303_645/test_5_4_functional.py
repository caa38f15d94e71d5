"""Groups 5.4-1 to 5.4-3, functional cases: where secrets are kept and where they come from."""

from typing import Final

from harness.testing import (
    AS_RECEIVED,
    IF_NO_ROW,
    INITIALISED,
    PAIRING_NEEDS,
    AirView,
    AnswerView,
    ConsoleFacts,
    DecidedBy,
    FactView,
    Ixit,
    Judgements,
    Question,
    Samples,
    SshFacts,
    TlsFacts,
    ask_each,
    case,
    criteria,
    need,
    objections,
    unit,
)

SEC_PARAM: Final = "10-SecParam"

STORED_AS_DECLARED: Final = Question(
    id="5.4-1-2a",
    prompt="Look for signs that the parameter is stored otherwise than the row's Protection Scheme "
    "says: in exports, logs, the file system or chips that you can reach. Is it protected as "
    "declared?",
    during=INITIALISED.value,
)
IDENTITY_PROTECTED_AS_DECLARED: Final = Question(
    id="5.4-2-2a",
    prompt="Look for the means that the row's Protection Scheme names against tampering with this "
    "identity: the secure element on the board and how it is wired, the locked fuses, the refusal "
    "to write over a debug port. Are they there, and did no simple attempt to read or change the "
    "identity succeed? A sample that you open for that serves no other test." + IF_NO_ROW,
    during=INITIALISED.value,
    opens=True,
)
PROVISIONED_AS_DECLARED: Final = Question(
    id="5.4-3-2a",
    prompt="Compare the parameter on all units and firmware images that you hold with the row's "
    "Provisioning Mechanism. Is it provisioned as declared, and not the same on every unit?",
)


@case("5.4-1-2")
class TestSecureStorage:
    """Stored security parameters are protected as declared (5.4-1)."""

    @unit(
        "a",
        decided_by=DecidedBy.OPERATOR,
        facts=[need(ConsoleFacts, INITIALISED), *PAIRING_NEEDS],
        per=SEC_PARAM,
        questions=[STORED_AS_DECLARED],
    )
    def test_parameters_are_stored_as_declared(
        self, facts: FactView, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """A secret that leaves over the console in clear contradicts any protection.

        So does one that strangers read over Bluetooth.
        """
        read = AirView(facts, ixit).secrets(ixit.sec_param)
        asked = ask_each(answers, STORED_AS_DECLARED, SEC_PARAM, ixit.sec_param, seen=read)
        seen = facts.judge(
            ConsoleFacts,
            INITIALISED,
            "console",
            "secret-in-output",
            lambda record: criteria.secret_in_output(record, "console"),
        )
        return (*asked, *objections([seen]))


@case("5.4-2-2")
class TestTamperResistance:
    """Identities fixed in the hardware are protected as declared (5.4-2)."""

    @unit(
        "a",
        decided_by=DecidedBy.OPERATOR,
        per=SEC_PARAM,
        questions=[IDENTITY_PROTECTED_AS_DECLARED],
    )
    def test_identities_are_protected_as_declared(
        self, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """No sign that the protection of an identity differs from its row."""
        return ask_each(
            answers,
            IDENTITY_PROTECTED_AS_DECLARED,
            SEC_PARAM,
            ixit.sec_param,
            scope=lambda row: row.hard_coded_identity,
            fields=["protection_scheme"],
        )


@case("5.4-3-2")
class TestNoHardCodedParameters:
    """Critical parameters in use are not part of the software (5.4-3)."""

    @unit(
        "a",
        decided_by=DecidedBy.OPERATOR,
        facts=[
            need(TlsFacts, AS_RECEIVED, Samples.EACH),
            need(SshFacts, AS_RECEIVED, Samples.EACH),
        ],
        per=SEC_PARAM,
        questions=[PROVISIONED_AS_DECLARED],
    )
    def test_parameters_are_provisioned_as_declared(
        self, facts: FactView, ixit: Ixit, answers: AnswerView
    ) -> Judgements:
        """The same private key on two samples is a hard-coded one in use."""
        asked = ask_each(
            answers,
            PROVISIONED_AS_DECLARED,
            SEC_PARAM,
            ixit.sec_param,
            scope=lambda row: row.type == "critical" and row.used_in_operation,
        )
        tls = [
            entry for name in facts.samples for entry in facts.records(TlsFacts, AS_RECEIVED, name)
        ]
        ssh = [
            entry for name in facts.samples for entry in facts.records(SshFacts, AS_RECEIVED, name)
        ]
        seen = [criteria.shared_tls_key(tls, "DUT"), criteria.shared_ssh_key(ssh, "DUT")]
        return (*asked, *objections(seen))
