"""Two units that tell a secret: one in what it judges, one in a traceback and in Allure."""

import os
from pathlib import Path

import allure

from harness.assessment.judging import contradicted, reason
from harness.facts.console import ConsoleFacts
from harness.facts.http import HttpFacts
from harness.facts.mqtt import MqttFacts
from harness.model.declaration import DecidedBy
from harness.model.question import Question
from harness.model.states import DeviceState
from harness.testing.declare import case, need, unit
from harness.testing.view import AnswerView, FactView

INITIALISED = DeviceState("initialised")
SEEN = Question(id="seen", prompt="Did you see it?")
SECRET = os.environ["SCENE_LABEL"]


@case("c1")
class TestTalking:
    """Says what should not be said."""

    @unit(
        "a",
        facts=[need(each, INITIALISED) for each in (HttpFacts, ConsoleFacts, MqttFacts)],
    )
    def test_a_finding_that_quotes_the_device(self, facts: FactView):
        record = facts.records(MqttFacts, INITIALISED)[0]
        server = record.facts.servers[0]
        seen = server.endpoint.name
        allure.dynamic.parameter("password", SECRET)
        allure.dynamic.title(f"login as admin:{SECRET}")
        allure.attach(
            f"psk={SECRET}", name=f"login {SECRET}.txt", attachment_type=allure.attachment_type.TEXT
        )
        return (
            contradicted(
                "DUT", "made-up", reason("flawed", told=f"{seen} {SECRET}"),
                facts=[record.key], evidence=[],
            ),
        )  # fmt: skip

    @unit("b")
    def test_a_traceback(self):
        note = f"cannot log in with {SECRET!r} from {Path.home()}/bench on {os.uname().nodename}"
        raise RuntimeError(note)

    @unit("c", decided_by=DecidedBy.OPERATOR, questions=[SEEN])
    def test_what_somebody_saw(self, answers: AnswerView):
        return (answers.judge(SEEN),)
