"""A campaign that fails by its dossier, is revised, and is judged again: the FAIL stays visible."""

import json
import shutil
from pathlib import Path

import pytest

from harness.model.dossier import Dossier
from harness.model.order import RunOrder
from harness.model.record import SurveyRecord

UNIT = "5.2-3-1d"
LINE = 'vulnerability_monitoring = "{}"'
WORDS = ("--author", "Ada Lovelace", "--reason", "Left out of the form.", "--trigger", UNIT)


@pytest.fixture
def campaign(hardened, tmp_path):
    """The hardened router's campaign, as if it had been begun without confirming a practice."""
    out = tmp_path / "out"
    shutil.copytree(hardened.run, out / "run")
    survey, order = out / "run" / "survey", out / "run" / "private" / "order.json"
    table = Dossier.from_bytes((survey / "dossier.json").read_bytes()).to_json()
    (row,) = table["ixit"]["4-Conf"]
    assert row["vulnerability_monitoring"] == "yes"
    row["vulnerability_monitoring"] = "no"
    dossier = Dossier.model_validate_json(json.dumps(table))
    (survey / "dossier.json").write_bytes(dossier.to_bytes())
    record = SurveyRecord.from_bytes((survey / "survey.json").read_bytes())
    begun = record.model_copy(update={"dossier_digest": dossier.digest})
    (survey / "survey.json").write_bytes(begun.to_bytes())
    ordered = RunOrder.from_bytes(order.read_bytes())
    update = {"dossier": dossier, "target": str(out), "bundle": "bundle"}
    order.write_bytes(ordered.model_copy(update=update).to_bytes())
    return out


@pytest.fixture
def bench(tmp_path, hardened):
    """The bench's folder with the dossier that the campaign was begun with."""
    source = RunOrder.from_bytes((hardened.run / "private" / "order.json").read_bytes()).bench_file
    folder = tmp_path / "bench"
    named = Path(source)
    shutil.copytree(named if named.is_dir() else named.parent, folder)
    file = folder / "dossier.toml"
    file.write_text(file.read_text().replace(LINE.format("yes"), LINE.format("no")))
    return folder


def said(done, framework="etsi-en-303-645"):
    assert done.returncode in {0, 1, 3}, done.stderr[-3000:]
    return next(each for each in json.loads(done.stdout)["runs"] if each["framework"] == framework)


def test_a_fail_is_revised_and_both_verdicts_are_told_and_verified(
    campaign, bench, spine, tmp_path
):
    first = said(spine.certbench("judge", campaign, "--json"))
    assert first["units"][UNIT]["verdict"] == "FAIL"
    assert "revisions" not in first
    new = tmp_path / "new.toml"
    text = (bench / "dossier.toml").read_text()
    new.write_text(text.replace(LINE.format("no"), LINE.format("yes")))
    done = spine.certbench("dossier", "revise", campaign, new, *WORDS)
    assert done.returncode == 0, done.stderr
    assert "revision 2" in done.stderr
    second = said(spine.certbench("judge", campaign, "--json"))
    assert second["units"][UNIT]["verdict"] == "PASS"
    history = second["history"]
    assert history.pop(UNIT) == {"1": "FAIL", "2": "PASS"}
    # Answers about the whole dossier were given over what it says now, and were void before.
    assert all(each == {"1": "INCONCLUSIVE", "2": "PASS"} for each in history.values())
    assert second["revisions"][0]["trigger"] == UNIT
    bundle = campaign / "bundle-2"
    key = campaign / "signing-key.pub.pem"
    options = ("--trust", key, "--purpose", "demo", "--recompute")
    checked = spine.verify(bundle, *options)
    assert checked.returncode == 0, checked.stdout
    assert "the dossier was revised" in " ".join(checked.stdout.split())
    told = spine.certbench("explain", UNIT, "--in", bundle)
    said_of_it = " ".join((told.stdout + told.stderr).split())
    assert "revision 1: FAIL; revision 2: PASS; changed by" in said_of_it
    page = (bundle / "data" / "report" / "index.html").read_text()
    assert "revision 1: FAIL; revision 2: PASS; changed by" in page


def test_what_is_no_revision_of_this_campaign_is_refused_and_tells_the_way_out(
    campaign, bench, spine
):
    file = bench / "dossier.toml"
    same = spine.certbench("dossier", "revise", campaign, file, *WORDS)
    assert (same.returncode, "declares already" in " ".join(same.stderr.split())) == (2, True)
    file.write_text(file.read_text().replace(LINE.format("no"), LINE.format("yes")))
    nobody = spine.certbench("dossier", "revise", campaign, file, *WORDS[:4], "--trigger", "9.9-9z")
    assert (nobody.returncode, "no unit" in " ".join(nobody.stderr.split())) == (2, True)
    repeated = spine.certbench("run", bench, "--only", "5.1-1", "--into", campaign)
    assert repeated.returncode == 2
    assert "certbench dossier revise" in " ".join(repeated.stderr.split())
    assert not (campaign / "run" / "survey" / "dossier-revisions").exists()
