"""The one import of test suites: declarations, facts, the dossier, answers and criteria.

::

    from harness.testing import case, unit, ...

    @case("5.6-1-2", kind="functional")
    class TestEnabledInterfaces:
        "Interfaces are as declared (EN 303 645 5.6-1)."

        @unit("a", facts=[need(PortsFacts, INITIALISED)], per="15-Intf")
        def test_status_is_as_declared(self, facts: FactView, ixit: Ixit) -> Judgements:
            return tuple(... for row in ixit.intf)

A unit returns its judgements; it asserts nothing, prompts nobody and opens nothing. This package
imports no pytest.
"""

from harness.assessment import rules
from harness.model.declaration import DecidedBy
from harness.model.dossier import (
    AuthMech,
    Dossier,
    Generation,
    Intf,
    Ixit,
    SecParam,
    SoftServ,
)
from harness.model.judgement import Judgement, Judgements
from harness.model.question import Question
from harness.testing.asking import IF_NO_ROW, ask_each
from harness.testing.declare import case, need, unit
from harness.testing.view import AnswerView, FactView

__all__ = [
    "IF_NO_ROW",
    "AnswerView",
    "AuthMech",
    "DecidedBy",
    "Dossier",
    "FactView",
    "Generation",
    "Intf",
    "Ixit",
    "Judgement",
    "Judgements",
    "Question",
    "SecParam",
    "SoftServ",
    "ask_each",
    "case",
    "need",
    "rules",
    "unit",
]
