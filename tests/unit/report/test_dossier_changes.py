"""Two dossiers are compared row by row, and a unit's past is told in one line."""

from harness.encoding.tree import DirectoryTree
from harness.model.dossier import Dossier, DutIdentification, IcsRow, Support
from harness.model.ixit import Ixit
from harness.model.judgement import Verdict
from harness.model.revision import DossierRevision
from harness.report.dossier_changes import Change, changes_between
from harness.report.revisions import revisions_in

AT = "2026-11-22T08:00:00.000000Z"


def login(number, text="Web"):
    return {
        "id": f"AuthMech-{number}", "description": text, "authentication_factor": "password",
        "generation": "user-defined",
    }  # fmt: skip


def dossier(*rows, detail="yes", none=(), **record):
    return Dossier(
        dut=DutIdentification(supplier="s", model="m"),
        ics={"tiny": (IcsRow(provision="p1", support=Support.YES, detail=detail),)},
        ixit=Ixit.model_validate({"1-AuthMech": list(rows), "none": list(none)}),
        **record,
    )


def changes(before, after):
    return list(changes_between(before, after))


def test_a_changed_field_is_named_with_its_row():
    before, after = dossier(login(1)), dossier(login(1, "Console"), detail="now")
    assert changes(before, after) == [
        Change("ics tiny p1", "detail", "yes", "now"),
        Change("1-AuthMech/AuthMech-1", "description", "Web", "Console"),
    ]


def test_rows_that_come_and_go_are_shown_whole_and_their_order_is_no_change():
    before, after = dossier(login(1), login(2)), dossier(login(3), login(1))
    gone, new = changes(before, after)
    assert (gone.row, gone.field, gone.new) == ("1-AuthMech/AuthMech-2", "", "")
    assert "description: Web" in gone.old
    assert (new.row, new.old) == ("1-AuthMech/AuthMech-3", "")


def test_a_table_that_is_declared_empty_is_a_change():
    assert changes(dossier(), dossier(none=["9-ReplSup"])) == [
        Change("ixit", "none", "", "9-ReplSup")
    ]


def test_who_revised_is_no_change_of_what_is_declared():
    assert changes(dossier(), dossier(revision=2, author="Ada", reason="r", trigger="t")) == []


def test_a_unit_that_changed_twice_names_both_revisions(made, tmp_path):
    second = dossier(detail="b", revision=2, author="Ada", reason="A slip.", trigger="c1a")
    third = dossier(detail="c", revision=3, author="Bob", reason="another", trigger="c1a")
    survey = tmp_path / "survey"
    (survey / "dossier-revisions").mkdir(parents=True)
    (survey / "dossier.json").write_bytes(dossier().to_bytes())
    for before, after in ((dossier(), second), (second, third)):
        revision = DossierRevision(
            dossier=after, replaces=before.digest, at=AT, last_answer=0, verdicts={}
        )
        path = survey / "dossier-revisions" / f"{after.revision}.json"
        path.write_bytes(revision.to_bytes())
    verdicts = (Verdict.FAIL, Verdict.PASS, Verdict.FAIL)
    judged = [
        made.assessment().model_copy(
            update={
                "dossier_revision": number,
                "units": tuple(
                    unit.model_copy(update={"verdict": verdict}) for unit in made.assessment().units
                ),
            }
        )
        for number, verdict in enumerate(verdicts, 1)
    ]
    folder = tmp_path / "assessments" / str(judged[0].framework)
    folder.mkdir(parents=True)
    for assessment in judged[:2]:
        (folder / f"revision-{assessment.dossier_revision}.json").write_bytes(assessment.to_bytes())
    found = revisions_in(DirectoryTree(tmp_path), judged[2:])
    name = str(judged[0].framework)
    unit = judged[0].units[0].unit
    assert found.of(name, unit) == (
        "revision 1: FAIL; revision 2: PASS; revision 3: FAIL; "
        "revision 2 was changed by Ada because A slip (trigger c1a); "
        "revision 3 was changed by Bob because another (trigger c1a)"
    )
    assert found.of(name, "no such unit") == ""
    assert [view.number for view in found.views] == [2, 3]
