"""A framework without a declaration: nothing waits for an ICS row, and nothing is conformant."""

import pytest

from harness.assessment.applicability import applicability, under_ics
from harness.assessment.judging import reason
from harness.assessment.rollup import conclude
from harness.config.files import load_catalogue
from harness.model.assessment import ProvisionResult
from harness.model.catalogue import Catalogue
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.judgement import Conclusion, Verdict
from harness.testing.suites import find_frameworks

WHY = reason("because")
EMPTY = Dossier(dut=DutIdentification(supplier="s", model="m"))


def installed(name: str) -> Catalogue:
    ((_, catalogue),) = find_frameworks([name])
    return catalogue


def passed(catalogue: Catalogue) -> list[ProvisionResult]:
    return [
        ProvisionResult(
            provision=entry.id, mandatory=entry.mandatory, verdict=Verdict.PASS, reason=WHY
        )
        for entry in catalogue.provisions
    ]


@pytest.mark.parametrize(("flag", "wanted"), [("none", Verdict.PASS), (None, Verdict.INCONCLUSIVE)])
def test_only_with_the_flag_a_unit_passes_without_an_ics_row(flag: str, wanted: Verdict) -> None:
    for name in ("black-box", "etsi-en-303-645"):
        catalogue = installed(name).model_copy(update={"declaration": flag})
        for provision in catalogue.provisions:
            said = applicability(catalogue, provision, EMPTY)
            assert under_ics(Verdict.PASS, WHY, said, provision, ())[0] is wanted


@pytest.mark.parametrize("support", list(Support))
def test_with_the_flag_no_row_of_a_dossier_takes_a_unit_out(support: Support) -> None:
    box = installed("black-box")
    row = IcsRow(provision="logins", support=support, detail="x")
    dossier = EMPTY.model_copy(update={"ics": {"black-box": (row,)}})
    for provision in box.provisions:
        said = applicability(box, provision, dossier)
        assert under_ics(Verdict.PASS, WHY, said, provision, ())[0] is Verdict.PASS
        assert under_ics(Verdict.INCONCLUSIVE, WHY, said, provision, ())[0] is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("name", ["black-box", "etsi-en-303-645", "california-sb-327"])
def test_the_flag_never_buys_a_conclusion(name: str) -> None:
    catalogue = installed(name)
    sneaked = catalogue.model_copy(update={"declaration": "none"})
    conclusion, why = conclude(sneaked, passed(sneaked), firmware="1.0")
    assert (conclusion, why.code) == (Conclusion.INCONCLUSIVE, "no-declaration")
    plain = catalogue.model_copy(update={"declaration": None})
    if any(entry.mandatory for entry in plain.provisions):
        assert conclude(plain, passed(plain), firmware="1.0")[0] is Conclusion.CONFORMANT


def test_the_flag_changes_the_digest_that_an_assessment_is_bound_to() -> None:
    etsi = installed("etsi-en-303-645")
    assert etsi.declaration is None
    assert etsi.model_copy(update={"declaration": "none"}).digest != etsi.digest


def test_findings_conclude_nothing_about_conformity() -> None:
    box = installed("black-box")
    failed = [entry.model_copy(update={"verdict": Verdict.FAIL}) for entry in passed(box)]
    assert conclude(box, failed, firmware="1.0")[0] is Conclusion.INCONCLUSIVE


def test_only_the_black_box_rests_on_no_declaration() -> None:
    names = ("black-box", "etsi-en-303-645", "california-sb-327")
    assert {name: installed(name).declaration for name in names} == {
        "black-box": "none",
        "etsi-en-303-645": None,
        "california-sb-327": None,
    }
    suite, _ = find_frameworks(["black-box"])[0]
    assert load_catalogue(suite.folder).declaration == "none"
