"""Mutation test of criteria: one that never contradicts, or always does, is noticed.

Each criterion is changed in turn on facts made by hand. A blind one must let a flaw of a table pass
that it catches otherwise; one that contradicts what it holds must fail the hardened router. The
rules have the same in tests/netns/spine/papers.
"""

import inspect
import runpy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest

from harness.assessment import criteria
from harness.model.judgement import Judgement, Outcome, Verdict

HERE = Path(__file__).parent
SPOILERS: dict[str, Callable[[Any, Any], Any]] = {
    **runpy.run_path(str(HERE / "test_flaw_table.py"))["SPOILERS"],
    **runpy.run_path(str(HERE / "test_bench_network_flaws.py"))["SPOILERS"],
}
CRITERIA: dict[str, FunctionType] = {
    name: found
    for name in criteria.__all__
    if inspect.isfunction(found := getattr(criteria, name))
    and inspect.signature(found).return_annotation is Judgement
    and ".bluetooth" not in found.__module__
}
"""All but those about Bluetooth, which the router's dossier does not speak of: test_bluetooth."""
SOUND = ""
Change = Callable[[str, Judgement], Judgement]


def _through(*args: Any, **kwargs: Any) -> Any:
    return __changed__("NAME", *args, **kwargs)  # type: ignore[name-defined]  # noqa: F821


def _code(name: str) -> CodeType:
    code = _through.__code__
    return code.replace(
        co_consts=tuple(name if each == "NAME" else each for each in code.co_consts)
    )


@contextmanager
def changed(change: Change, *names: str) -> Iterator[None]:
    """Let these criteria say what ``change`` makes of their judgements.

    The functions keep their identity and get another code: tables of the suites hold them.
    """
    plain = {name: CRITERIA[name].__code__ for name in names}
    copies = {}
    for name in names:
        function = CRITERIA[name]
        copy = FunctionType(plain[name], function.__globals__, name, function.__defaults__)
        copy.__kwdefaults__ = function.__kwdefaults__
        copies[name] = copy

    def said(name: str, *args: Any, **kwargs: Any) -> Judgement:
        return change(name, copies[name](*args, **kwargs))

    try:
        for name in names:
            CRITERIA[name].__globals__["__changed__"] = said
            CRITERIA[name].__code__ = _code(name)
        yield
    finally:
        for name in names:
            CRITERIA[name].__code__ = plain[name]
            CRITERIA[name].__globals__.pop("__changed__", None)


NEVER_CONTRADICT = {
    "closed_port", "every_agent_asked", "every_description_read", "every_file_server_asked",
    "every_name_and_time_server_asked", "every_port_examined", "every_responder_asked",
    "every_service_examined", "late_service_seen", "service_seen", "update_attacks_made",
}  # fmt: skip
"""They say only whether something was looked at."""
NO_FLAW_HERE = {
    "anonymous_file_read", "anonymous_snmp_access", "anonymous_ssh_access", "authorised_access",
    "banner_disclosure", "connections_paced", "declared_ssh", "discovery_disclosure",
    "dns_disclosure", "made_up_file_login", "mqtt_disclosure", "ntp_control_queries",
    "ntp_disclosure", "plaintext_file_login", "plaintext_mqtt_management", "responder_status",
    "service_in_clear", "shared_ssh_key", "unauthenticated_port_mapping", "undeclared_file_login",
    "undeclared_mqtt_login", "undeclared_responder", "unnecessary_service", "upnp_disclosure",
    "wrong_credentials_accepted", "wrong_mqtt_credentials_accepted", "zone_transfer_allowed",
}  # fmt: skip
"""No flaw of the reference router is theirs alone to find; tests/unit shows each contradict."""
TOGETHER = {
    "declared_tls": "weak_tls_protocol",
    "default_credentials_accepted": "universal_default_password",
    "http_disclosure": "ssh_disclosure",
    "ssh_disclosure": "http_disclosure",
    "implementation_version": "unreviewed_product",
    "unreviewed_product": "implementation_version",
    "undeclared_answer": "undeclared_service",
    "undeclared_service": "undeclared_answer",
}
"""Criteria that see the same flaw twice: only if both are blind does it pass."""


class Tables:
    """Surveys of the hardened router and of each flaw, and what the suites say of them.

    Attributes:
        surveys, verdicts: by flaw; `SOUND` is the hardened router.
        said: (criterion, outcome) -> flaws in which it said so.
    """

    def __init__(self, judge: Any, survey: Any, made: Any) -> None:
        self._judge = judge
        self.surveys = {SOUND: survey} | {
            name: spoil(survey, made) for name, spoil in SPOILERS.items()
        }
        self.said: dict[tuple[str, Outcome], set[str]] = {}
        self.verdicts = {flaw: self._noting(flaw) for flaw in self.surveys}

    def _noting(self, flaw: str) -> dict[str, Verdict]:
        def note(name: str, judged: Judgement) -> Judgement:
            self.said.setdefault((name, judged.outcome), set()).add(flaw)
            return judged

        with changed(note, *CRITERIA):
            return self.judged(flaw)

    def judged(self, flaw: str) -> dict[str, Verdict]:
        """Verdicts of all suites by suite and unit."""
        return {
            f"{suite} {unit}": said
            for suite in ("etsi", "california", "black box")
            for unit, said in self._judge(self.surveys[flaw], suite).items()
        }

    def notices(self, names: tuple[str, ...], said: Outcome, instead: Outcome, flaw: str) -> bool:
        """Whether a verdict on this flaw changes if these criteria say the other thing."""

        def turn(_: str, judged: Judgement) -> Judgement:
            other = judged.model_copy(update={"outcome": instead})
            return other if judged.outcome is said else judged

        with changed(turn, *names):
            return self.judged(flaw) != self.verdicts[flaw]


@pytest.fixture
def tables(judge: Any, survey: Any, made: Any) -> Tables:
    return Tables(judge, survey, made)


def test_a_criterion_that_never_contradicts_is_noticed(tables: Tables) -> None:
    unnoticed = set()
    for name in CRITERIA:
        names = (name, TOGETHER[name]) if name in TOGETHER else (name,)
        flaws = tables.said.get((name, Outcome.CONTRADICTED), set()) - {SOUND}
        assert not (flaws and name in NEVER_CONTRADICT), name
        if not any(
            tables.notices(names, Outcome.CONTRADICTED, Outcome.HELD, flaw)
            for flaw in sorted(flaws)
        ):
            unnoticed.add(name)
    assert unnoticed == NEVER_CONTRADICT | NO_FLAW_HERE


def test_a_criterion_that_always_contradicts_is_noticed(tables: Tables) -> None:
    holding = {name for name in CRITERIA if SOUND in tables.said.get((name, Outcome.HELD), ())}
    assert len(holding) > len(CRITERIA) // 2
    for name in sorted(holding):
        assert tables.notices((name,), Outcome.HELD, Outcome.CONTRADICTED, SOUND), name
