"""Every reason code of the code base has its sentence, with particulars that are really given."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import harness
import test_suites
from harness.model.judgement import Reason
from harness.model.prose import TEMPLATES, render

ROOTS = tuple(Path(package.__path__[0]) for package in (harness, test_suites))
LOOKS = {"held", "contradicted", "undecided"}
SEEN = {"must_be_absent", "must_be_present", "_under_control"}
SEEN_AS = ("absent", "present")

COMPUTED = {
    "f'{what}-accepted'": (
        "published-login-accepted",
        "derived-password-accepted",
        "former-password-accepted",
    ),
    "f'{what}-refused'": (
        "published-login-refused",
        "derived-password-refused",
        "former-password-refused",
    ),
    "f'weak-suite-{family.lower()}'": (
        "weak-suite-null",
        "weak-suite-export",
        "weak-suite-anon",
        "weak-suite-rc4",
        "weak-suite-des",
        "weak-suite-3des",
        "weak-suite-md5",
    ),
    "f'{state}-as-declared'": ("open-as-declared", "closed-as-declared"),
    "f'{state}-though-{status}'": ("open-though-disabled", "closed-though-enabled"),
    "_FLAWS[case.outcome]": (
        "server-error-on-unexpected-input",
        "internals-shown",
        "died-of-unexpected-input",
    ),
}
"""Codes that are put together at run time: how that is written, and what comes out."""

PASSED_ON = {
    ("looking.py", "code"),
    *((file, name) for file in ("console.py", "bluetooth_classic.py") for name in SEEN_AS),
}
"""Functions that hand a code on; their callers are looked at."""


def _calls() -> Iterator[tuple[str, ast.AST, ast.Call]]:
    for root in ROOTS:
        for file in sorted(root.rglob("*.py")):
            if "reference" in file.parts:
                continue
            tree = ast.parse(file.read_text(encoding="utf-8"))
            for scope in ast.walk(tree):
                if isinstance(scope, ast.FunctionDef):
                    for node in ast.walk(scope):
                        if isinstance(node, ast.Call):
                            yield f"{file.name}:{node.lineno}", scope, node


def _code_of(call: ast.Call) -> tuple[ast.expr, ...]:
    """The expressions that give the reason codes of a call."""
    function = call.func
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    if name in SEEN:
        return tuple(word.value for word in call.keywords if word.arg in {"absent", "present"})
    if name == "reason" and isinstance(function, ast.Name) and call.args:
        return (call.args[0],)
    owner = getattr(function, "value", None)
    looks = isinstance(owner, ast.Name) and owner.id == "look"
    made = isinstance(owner, ast.Call) and getattr(owner.func, "id", "") == "Look"
    if name in LOOKS and (looks or made) and call.args:
        return (call.args[0],)
    return ()


def _values(expression: ast.expr, scope: ast.AST) -> Iterator[str]:
    match expression:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=first, orelse=second):
            yield from _values(first, scope)
            yield from _values(second, scope)
        case ast.JoinedStr() | ast.Subscript():
            written = ast.unparse(expression)
            yield from COMPUTED.get(written, (written,))
        case ast.Name(id=name):
            for node in ast.walk(scope):
                if isinstance(node, ast.Assign) and any(
                    isinstance(target, ast.Name) and target.id == name for target in node.targets
                ):
                    yield from _values(node.value, scope)
        case _:
            return


def _sites() -> Iterator[tuple[str, str, frozenset[str] | None]]:
    """Place, code and names of the particulars of every reason; None: they can't be told."""
    for place, scope, call in _calls():
        for expression in _code_of(call):
            given = {word.arg for word in call.keywords if word.arg}
            open_ended = any(word.arg is None for word in call.keywords)
            if not (isinstance(call.func, ast.Name) and call.func.id == "reason"):
                given.add("subject")
            if isinstance(call.func, ast.Name) and call.func.id in SEEN:
                open_ended = True
            for code in _values(expression, scope):
                yield place, code, None if open_ended else frozenset(given)


def _fields(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_code_has_a_template() -> None:
    missing = {(place, code) for place, code, _ in _sites() if code not in TEMPLATES}
    assert not missing


def test_every_template_asks_only_for_particulars_that_are_given() -> None:
    wrong = {
        (place, code, field)
        for place, code, given in _sites()
        if given is not None
        for field in _fields(TEMPLATES.get(code, "")) - given
    }
    assert not wrong


def test_no_code_escapes_the_collector() -> None:
    unseen = {
        (place.partition(":")[0], ast.unparse(expression))
        for place, scope, call in _calls()
        for expression in _code_of(call)
        if not tuple(_values(expression, scope))
    }
    assert unseen <= PASSED_ON


def test_the_collector_sees_reasons_of_rules_criteria_and_roll_up() -> None:
    codes = {code for _, code, _ in _sites()}
    assert {"crypto-broken", "published-login-accepted", "provisions-fail"} <= codes


def test_a_known_code_becomes_a_sentence() -> None:
    why = Reason(code="field-missing", params={"row": "Intf-5", "field": "protection"})
    assert render(why) == "Intf-5: the field protection is empty"


def test_an_unknown_code_falls_back_to_code_and_particulars() -> None:
    why = Reason(code="never-heard-of", params={"b": "2", "a": "1"})
    assert render(why) == "never-heard-of (a: 1, b: 2)"


def test_a_missing_particular_falls_back_too() -> None:
    assert render(Reason(code="field-missing", params={"row": "X"})) == "field-missing (row: X)"


@pytest.mark.parametrize("code", ["crypto-unknown", "never-heard-of"])
def test_device_text_in_particulars_is_made_harmless(code: str) -> None:
    shown = render(Reason(code=code, params={"names": "\x1b[31mred\u202e {0} {names}"}))
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "{0} {names}" in shown
