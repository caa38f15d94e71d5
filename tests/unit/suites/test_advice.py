"""Every unit that can fail leads to something that a manufacturer can change."""

import tomllib
from collections import Counter

import pytest

from harness.assessment import rules
from harness.assessment.criteria.registry import CRITERIA
from harness.config.advice import ADVICE_FILE, with_advice
from harness.errors import ConfigError
from harness.model.assessment import UnitResult
from harness.model.declaration import DecidedBy
from harness.model.ixit import AuthMech
from harness.model.judgement import Finding, Judgement, Outcome, Reason, Severity, Verdict
from harness.model.observation import EvidenceRef
from harness.report.advice import advice_of
from harness.testing.suites import installed_suites

SUITES = installed_suites()
VERSIONS = {str(each.framework): (suite, each) for suite in SUITES.values() for each in suite.catalogues}  # fmt: skip  # noqa: E501
PERSONS = {DecidedBy.OPERATOR, DecidedBy.JUDGEMENT}


@pytest.fixture(params=VERSIONS)
def version(request):
    suite, catalogue = VERSIONS[request.param]
    return catalogue, {unit.unit: unit for unit in suite.units_of(catalogue)[0]}


def failing(catalogue, unit, criterion, code, findings=()):
    case = next(case for case in catalogue.cases if case.id == unit.case)
    said = Judgement(
        item="DUT",
        criterion=criterion,
        outcome=Outcome.CONTRADICTED,
        reason=Reason(code=code),
        findings=findings,
    )
    return UnitResult(
        unit=unit.id,
        case=unit.case,
        provision=case.provision,
        decided_by=DecidedBy.AUTOMATIC,
        verdict=Verdict.FAIL,
        reason=said.reason,
        judgements=(said,),
    )


def test_a_unit_that_a_person_answers_has_advice_of_its_own(version):
    catalogue, declared = version
    if catalogue.framework.slug == "california-sb-327":
        return  # each of its provisions is one unit, and has the advice
    for unit in catalogue.units:
        if unit.id in declared and declared[unit.id].decided_by in PERSONS:
            for question in declared[unit.id].questions:
                (text,) = advice_of(failing(catalogue, unit, question.id, "answered"), catalogue)
                assert text == catalogue.advice.units[unit.id]


def test_a_unit_that_a_rule_decides_says_what_to_change(version):
    catalogue, declared = version
    for unit in catalogue.units:
        if unit.id in declared and declared[unit.id].decided_by is DecidedBy.RULE:
            assert advice_of(failing(catalogue, unit, "some-rule", "crypto-broken"), catalogue)


def test_what_a_rule_really_says_leads_to_the_advice_of_its_unit():
    catalogue = SUITES["etsi-en-303-645"].catalogue("2.1.1")
    row = AuthMech(
        id="AuthMech-1",
        description="login",
        authentication_factor="password",
        generation="user-defined",
        crypto=("MD5",),
    )
    (said,) = rules.authentication_crypto_is_not_broken((row,))
    unit = next(unit for unit in catalogue.units if unit.id == "5.1-3-1d")
    failed = failing(catalogue, unit, said.criterion, said.reason.code)
    (text,) = advice_of(failed.model_copy(update={"judgements": (said,)}), catalogue)
    assert text.startswith("Remove broken algorithms")


def test_whatever_else_fails_has_the_advice_of_its_provision(version):
    catalogue, _ = version
    own = catalogue.advice.units
    for unit in catalogue.units:
        if unit.id not in own:
            failed = failing(catalogue, unit, "whatever", "answered")
            assert advice_of(failed, catalogue) == (
                catalogue.advice.provisions[failed.provision],
            )  # fmt: skip


@pytest.mark.parametrize("name", sorted(CRITERIA))
def test_a_flaw_that_a_criterion_saw_has_the_criterions_advice(version, name):
    catalogue, _ = version
    seen = Finding(
        criterion=name,
        severity=Severity.HIGH,
        subject="tcp/1",
        reason=Reason(code="no-answer"),
        evidence=(EvidenceRef(path="x", where="line 1"),),
    )
    failed = failing(catalogue, catalogue.units[0], "other", "no-answer", (seen,))
    assert advice_of(failed, catalogue) == (CRITERIA[name].advice,)


def test_every_provision_has_advice(version):
    catalogue, _ = version
    assert {entry.id for entry in catalogue.provisions} == set(catalogue.advice.provisions)


@pytest.mark.parametrize("slug", sorted(SUITES))
def test_the_file_names_only_what_some_version_has(slug):
    suite = SUITES[slug]
    said = tomllib.loads((suite.folder / ADVICE_FILE).read_text(encoding="utf-8"))
    provisions = {entry.id for each in suite.catalogues for entry in each.provisions}
    units = {unit.id for each in suite.catalogues for unit in each.units}
    assert set(said["provisions"]) == provisions
    assert set(said.get("units", {})) <= units


def test_no_two_entries_share_one_text():
    texts = [criterion.advice for criterion in CRITERIA.values()]
    for suite in SUITES.values():
        said = tomllib.loads((suite.folder / ADVICE_FILE).read_text(encoding="utf-8"))
        texts += [text for entries in said.values() for text in entries.values()]
    assert [text for text, times in Counter(map(str.casefold, texts)).items() if times > 1] == []


def test_a_unit_of_another_version_has_the_advice_of_the_one_that_decides_it():
    first, second = SUITES["etsi-en-303-645"].catalogues
    lent = [unit for unit in second.units if unit.judged_by in first.advice.units]
    assert len(lent) > 10
    for unit in lent:
        said = second.advice.units[unit.id]
        assert said == first.advice.units[unit.judged_by]


def test_without_a_file_a_catalogue_advises_nothing(tmp_path):
    bare = SUITES["black-box"].catalogues[0].model_copy(update={"advice": None})
    assert with_advice(bare, tmp_path).advice is None


def test_a_text_that_is_no_sentence_is_refused(tmp_path):
    (tmp_path / ADVICE_FILE).write_text('[provisions]\n"logins" = "mend it"\n')
    with pytest.raises(ConfigError, match="logins"):
        with_advice(SUITES["black-box"].catalogues[0], tmp_path)
