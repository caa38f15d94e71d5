"""Public editions of a real bundle: what they show recomputes, and what they lack they list."""

import json
import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

WHY = "pages that name the neighbours"
WORD = re.compile(rb"[A-Za-z0-9_./:-]{16,}")


def redacted(spine, product, target, *options):
    done = spine.certbench(
        "redact", product.archive, "-o", target, "--run", product.run, "--json", *options
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def replays(spine, edition):
    done = spine.certbench("replay", edition, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return {entry["framework"]: entry for entry in json.loads(done.stdout)["replays"]}


def attempts(bundle: Path) -> list[dict]:
    return [json.loads(file.read_bytes()) for file in bundle.rglob("attempt.json")]


def resting_on(bundle: Path, probe: str) -> set[tuple[str, str]]:
    """Probe and state of each attempt that was given facts of ``probe``, however indirectly."""
    records = attempts(bundle)
    states = {
        (visit["sample"], visit["visit"]): visit["state"]
        for visit in (json.loads(file.read_bytes()) for file in bundle.rglob("visit.json"))
    }
    affected = {str(each["key"]) for each in records if each["key"]["probe"] == probe}
    for _ in records:
        for each in records:
            above = ({**each["key"], "probe": name, "attempt": number}
                     for name, number in each["upstream"].items())  # fmt: skip
            if affected & {str(key) for key in above}:
                affected.add(str(each["key"]))
    keys = [each["key"] for each in records if str(each["key"]) in affected]
    return {(key["probe"], states[key["sample"], key["visit"]]) for key in keys}


def planned(bundle: Path, framework: str, affected: set[tuple[str, str]]) -> set[str]:
    """Units of a framework that the sealed plan lets read one of these facts."""
    plan = json.loads((bundle / f"data/assessments/{framework}/plan.json").read_bytes())
    return {
        unit["id"]
        for unit in plan["units"]
        if affected & {(need["probe"], need["state"]) for need in unit["facts"]}
    }


def test_an_edition_that_holds_nothing_back_recomputes_whole(weak, spine, tmp_path):
    made = redacted(spine, weak, tmp_path / "public")
    assert (made["metadata"], made["withheld"]) == (0, 0)
    for entry in replays(spine, made["archive"]).values():
        assert (entry["differences"], entry["not_recomputable"]) == ([], [])


@pytest.mark.parametrize("probe", ["http", "ssh"])
def test_exactly_the_units_that_rest_on_held_captures_are_listed(weak, spine, tmp_path, probe):
    made = redacted(
        spine, weak, tmp_path / "public", "--metadata", f"survey/*/*/{probe}/*/*.jsonl",
        "--reason", WHY,
    )  # fmt: skip
    affected = resting_on(weak.bundle, probe)
    listed = 0
    for framework, entry in replays(spine, made["archive"]).items():
        assert entry["judge"]["same"] is True
        assert entry["differences"] == []
        expected = planned(weak.bundle, framework, affected)
        assert set(entry["not_recomputable"]) == expected
        assert all(WHY in why for why in entry["not_recomputable_because"].values())
        slug = framework.partition("@")[0]
        units = weak.documents[slug]["units"].values()
        implemented = sum(unit["decided_by"] != "none" for unit in units)
        assert entry["recomputed"] == implemented - len(expected) > 0
        listed += len(expected)
    assert listed > 0
    checked = spine.verify(made["edition"], "--trust", weak.public_key, "--purpose", "demo")
    assert checked.returncode == 0, checked.stdout


def text_of(files) -> bytes:
    """Names and contents."""
    return b"\n".join(str(file).encode() + b"\n" + file.read_bytes() for file in sorted(files))


def test_nothing_that_stands_in_held_files_only_is_in_the_edition(weak, spine, tmp_path):
    """Words of held captures, facts and results that no file which is shown has, nor any name."""
    attempts_of_http = weak.bundle.glob("data/survey/*/*/http/*/*.json*")
    held = {file for file in attempts_of_http if file.name != "attempt.json"}
    held |= set(weak.bundle.glob("data/assessments/*/allure-results/*"))
    made = redacted(
        spine, weak, tmp_path / "public", "--reason", WHY,
        "--metadata", "survey/*/*/http/*/*.jsonl", "--metadata", "survey/*/*/http/*/facts.json",
        "--withhold", "assessments/*/allure-results/**",
    )  # fmt: skip
    files = {path for path in weak.bundle.rglob("*") if path.is_file()}
    views = {path for path in files if weak.bundle / "data/report" in path.parents}
    shown = text_of(files - views - held)
    words = {word for file in held for word in WORD.findall(file.read_bytes())}
    only_held = {word for word in words if word not in shown}
    sealed_views = text_of(views)
    assert any(word in sealed_views for word in only_held), "the sealed views quote none of it"
    left = text_of(path for path in Path(made["edition"]).rglob("*") if path.is_file())
    assert [word for word in only_held if word in left] == []
