"""EN 303 645 over Bluetooth Classic, on facts made by hand: a router that also serves it."""

from typing import Any

import pytest

from harness.facts.bluetooth_classic import (
    BluetoothClassicFacts,
    Cipher,
    ClassicService,
    ClassicTry,
    LinkKey,
)
from harness.model.ixit import AuthMech, ComMech, Intf, SoftServ
from harness.model.judgement import Verdict

PLACE = {"description": "x", "endpoints": ("bt-classic",)}
SERVED = ("rfcomm/3",)
LINKED = frozenset({"5.1-3-2a", "5.5-1-2a", "5.5-4-2a", "5.5-4-2c", "5.5-5-2a", "5.5-6-2a"})
"""Units that a link below its level fails."""
COMPLETE = frozenset({"5.5-5-2b", "5.6-1-2b"})
"""Units that ask whether everything is declared."""
JUDGED = LINKED | COMPLETE | {"5.5-4-2b", "5.6-1-2a"}
NOT_JUDGED = frozenset({"5.1-4-2b", "5.1-5-2b"})
"""Units over a row at Classic of which the bench can say nothing there."""
WEAK = ("unauthenticated", "legacy_pin", "without_secure_connections", "short_key")


@pytest.fixture
def rows() -> dict[str, Any]:
    """What the router declares of Classic: attribute of the IXIT -> row."""
    return {
        "auth_mech": AuthMech(
            id="Classic-1",
            authentication_factor="number",
            generation="unique-random",
            subject="user",
            **PLACE,
        ),
        "com_mech": ComMech(
            id="Classic-1", bluetooth_level=4, classic_services=SERVED, crypto=("P-256",), **PLACE
        ),
        "soft_serv": SoftServ(
            id="Classic-1",
            status="enabled",
            allows_configuration=True,
            authentication_mechanism="Classic-1",
            classic_services=SERVED,
            **PLACE,
        ),
        "intf": Intf(
            id="Classic-1", type="radio", status="enabled", classic_services=SERVED, **PLACE
        ),
    }


@pytest.fixture
def dossier(silent: Any, rows: Any) -> Any:
    """The router's, with Classic declared: `judge` looks at it."""
    ixit = silent.ixit
    (first, *others) = ixit.sec_param
    assert first.type == "critical"
    crossed = (*first.communication_mechanisms, "Classic-1")
    changed = {name: (*getattr(ixit, name), row) for name, row in rows.items()}
    changed["sec_param"] = (
        first.model_copy(update={"communication_mechanisms": crossed}),
        *others,
    )
    return silent.model_copy(update={"ixit": ixit.model_copy(update=changed)})


@pytest.fixture
def classic(made: Any) -> Any:
    """Facts of ``bluetooth-classic``, hardened."""

    def make(**changes: Any) -> BluetoothClassicFacts:
        pairing = ClassicTry(
            name="pair:comparison",
            answer="completed",
            key=LinkKey.AUTHENTICATED_P256,
            cipher=Cipher.AES_CCM,
            key_size=16,
            level=4,
            evidence=made.ref("packet 7"),
        )
        usual: dict[str, Any] = {
            "examined": ("bluetooth-classic",),
            "complete": True,
            "window_s": 4.0,
            "heard": made.seen(),
            "control": made.seen(),
            "tries": (pairing,),
            "services": served(made, *SERVED),
            "listed": made.seen(),
            **dict.fromkeys(("discoverable", "open_service", "outside_mode", *WEAK), made.absent()),
        }
        return BluetoothClassicFacts(**{**usual, **changes})

    return make


def served(made: Any, *names: str, open_to_all: bool = False) -> tuple[ClassicService, ...]:
    found = made.seen() if open_to_all else made.absent()
    return tuple(ClassicService(name=name, listed=True, open=found) for name in names)


def of(verdict: Verdict, verdicts: dict[str, Verdict]) -> set[str]:
    return {unit for unit, said in verdicts.items() if said is verdict}


def test_what_holds_over_classic_passes(survey: Any, classic: Any, judge: Any) -> None:
    verdicts = judge(survey.put(classic()), automatic=True)
    assert of(Verdict.PASS, verdicts) >= JUDGED
    assert {verdicts[unit] for unit in NOT_JUDGED} == {Verdict.INCONCLUSIVE}
    assert not of(Verdict.FAIL, verdicts)


def test_without_the_fact_nothing_over_classic_passes(survey: Any, judge: Any) -> None:
    verdicts = judge(survey, automatic=True)
    assert {verdicts[unit] for unit in JUDGED | NOT_JUDGED} == {Verdict.INCONCLUSIVE}


def test_a_device_that_was_not_heard_passes_nothing(
    survey: Any, classic: Any, judge: Any, made: Any
) -> None:
    gone = ("heard", "control", "listed", "discoverable", "open_service", "outside_mode", *WEAK)
    facts = classic(examined=(), tries=(), services=(), **dict.fromkeys(gone, made.unknown()))
    verdicts = judge(survey.put(facts), automatic=True)
    assert {verdicts[unit] for unit in JUDGED} == {Verdict.INCONCLUSIVE}


@pytest.mark.parametrize("field", WEAK)
def test_a_weak_link_fails_what_it_carries(
    field: str, survey: Any, classic: Any, judge: Any, made: Any
) -> None:
    found = judge(survey.put(classic(**{field: made.seen()})), automatic=True)
    assert of(Verdict.FAIL, found) == LINKED
    unknown = judge(survey.put(classic(**{field: made.unknown()})), automatic=True)
    assert {unknown[unit] for unit in LINKED} == {Verdict.INCONCLUSIVE}


def test_a_link_of_that_level_must_have_come_about(survey: Any, classic: Any, judge: Any) -> None:
    weaker = classic().tries[0].model_copy(update={"level": 3})
    verdicts = judge(survey.put(classic(tries=(weaker,))), automatic=True)
    assert {verdicts[unit] for unit in LINKED} == {Verdict.INCONCLUSIVE}


def test_what_the_radio_pretends_passes_nothing(survey: Any, classic: Any, judge: Any) -> None:
    reasons: dict[str, Any] = {}
    facts = classic(fakes=("legacy-pin", "classic-key-size"))
    verdicts = judge(survey.put(facts), automatic=True, reasons=reasons)
    assert {verdicts[unit] for unit in LINKED} == {Verdict.INCONCLUSIVE}
    assert {reasons[unit][0].code for unit in LINKED} == {"not-testable-here"}


def test_pairing_with_whoever_asks(survey: Any, classic: Any, judge: Any, made: Any) -> None:
    found = judge(survey.put(classic(outside_mode=made.seen())), automatic=True)
    assert of(Verdict.FAIL, found) == {"5.5-5-2a"}


def test_a_service_that_opens_for_strangers(
    survey: Any, classic: Any, judge: Any, made: Any
) -> None:
    facts = classic(services=served(made, *SERVED, open_to_all=True), open_service=made.seen())
    found = judge(survey.put(facts), automatic=True)
    assert of(Verdict.FAIL, found) == {"5.5-4-2a", "5.5-5-2a"}


def test_a_declared_service_that_was_not_found(survey: Any, classic: Any, judge: Any) -> None:
    verdicts = judge(survey.put(classic(services=())), automatic=True)
    assert {verdicts[unit] for unit in ("5.5-4-2a", "5.5-5-2a")} == {Verdict.INCONCLUSIVE}


def test_a_service_that_no_row_names(survey: Any, classic: Any, judge: Any, made: Any) -> None:
    facts = classic(services=served(made, *SERVED, "l2cap/0x0019"))
    assert of(Verdict.FAIL, judge(survey.put(facts), automatic=True)) == COMPLETE


def test_records_that_were_not_read_may_name_more(
    survey: Any, classic: Any, judge: Any, made: Any
) -> None:
    verdicts = judge(survey.put(classic(listed=made.unknown())), automatic=True)
    assert {verdicts[unit] for unit in COMPLETE} == {Verdict.INCONCLUSIVE}


@pytest.mark.parametrize(
    ("table", "change", "units"),
    [
        ("com_mech", {"bluetooth_level": None}, LINKED),
        ("com_mech", {"bluetooth_level": 1}, LINKED),
        ("soft_serv", {"classic_services": ()}, {"5.5-4-2a", "5.5-5-2a"}),
    ],
)
def test_an_empty_field_and_an_open_link_decide_nothing(
    table: str, change: Any, units: Any, survey: Any, classic: Any, judge: Any, dossier: Any
) -> None:
    rows = getattr(dossier.ixit, table)
    changed = (*rows[:-1], rows[-1].model_copy(update=change))
    object.__setattr__(dossier, "ixit", dossier.ixit.model_copy(update={table: changed}))
    verdicts = judge(survey.put(classic()), automatic=True)
    assert {verdicts[unit] for unit in units} == {Verdict.INCONCLUSIVE}


class TestARadioThatIsSaidToBeOff:
    """It answers."""

    @pytest.fixture
    def rows(self, rows: Any) -> Any:
        return {**rows, "intf": rows["intf"].model_copy(update={"status": "disabled"})}

    def test_fails_its_status(self, survey: Any, classic: Any, judge: Any) -> None:
        assert of(Verdict.FAIL, judge(survey.put(classic()), automatic=True)) == {"5.6-1-2a"}


class TestNobodyDeclaredIt:
    """No row speaks of Classic."""

    @pytest.fixture
    def dossier(self, silent: Any) -> Any:
        return silent

    def test_a_device_that_answers_fails(self, survey: Any, classic: Any, judge: Any) -> None:
        before, found = judge(survey), judge(survey.put(classic()))
        assert of(Verdict.FAIL, found) - of(Verdict.FAIL, before) == COMPLETE
        changed = {unit for unit in before if before[unit] is not found[unit]}
        assert changed == COMPLETE

    def test_one_that_is_silent_is_as_on_a_bench_without_it(
        self, survey: Any, classic: Any, judge: Any, made: Any
    ) -> None:
        quiet = classic(examined=(), services=(), tries=(), heard=made.unknown())
        assert judge(survey.put(quiet)) == judge(survey)
