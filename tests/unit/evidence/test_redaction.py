"""Editions: the same leaves with less shown, in an order that can be checked."""

import datetime as dt
import hashlib
import itertools
import json
from pathlib import Path

import pytest

from harness.encoding.canonical import canonical
from harness.encoding.tree import DirectoryTree
from harness.errors import EvidenceError, UsageError
from harness.evidence.manifest import (
    ManifestEntry,
    MetadataEntry,
    SaltSource,
    WithheldEntry,
    bundle_root,
    held_back,
    make_manifest,
    part_roots,
    read_manifest,
)
from harness.evidence.redaction import VIEWS_ANEW, least_level, redact, redaction_of
from harness.model.disclosure import DisclosureRule, Level
from harness.model.layout import MANIFEST

ATTEMPT = "data/survey/A/1-x/ssh/1"
RESULTS = "data/assessments/f@1/allure-results"
NAMES = [
    "data/survey/survey.json",
    "data/survey/dossier.json",
    "data/survey/bench.json",
    "data/survey/answers/1.json",
    "data/survey/A/1-x/visit.json",
    "data/survey/A/1-x/identity/1/facts.json",
    f"{ATTEMPT}/attempt.json",
    f"{ATTEMPT}/facts.json",
    f"{ATTEMPT}/tcp-22.jsonl",
    f"{ATTEMPT}/deep/tcp-23.jsonl",
    "data/assessments/f@1/assessment.json",
    "data/assessments/f@1/catalogue.json",
    f"{RESULTS}/1-result.json",
    f"{RESULTS}/2-result.json",
    "data/report/index.html",
]


@pytest.fixture
def manifest(tmp_path: Path) -> tuple[ManifestEntry, ...]:
    for name in NAMES:
        path = tmp_path / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")
    return make_manifest(DirectoryTree(tmp_path / "bundle"), SaltSource(b"s" * 32))


def rule(files: str, level: Level = Level.METADATA, **more) -> DisclosureRule:
    return DisclosureRule(files=files, level=level, reason="bystanders", **more)


def stored(folder: Path, lines: list[bytes]) -> DirectoryTree:
    (folder / "evb").mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).write_bytes(b"".join(lines))
    return DirectoryTree(folder)


def held(entries) -> dict[str, Level]:
    """What is held back, by name or part."""
    return {getattr(e, "path", e.part): e.level for e in held_back(entries)}


@pytest.mark.parametrize("level", [Level.METADATA, Level.WITHHELD])
def test_roots_come_out_the_same_and_are_read_back(manifest, tmp_path, level):
    made = redact(manifest, [rule("**/*.jsonl", level), rule(f"{RESULTS}/1*", level)])
    assert part_roots(made) == part_roots(manifest)
    assert bundle_root(part_roots(made)) == bundle_root(part_roots(manifest))
    assert read_manifest(stored(tmp_path / "read", [entry.line() for entry in made])) == made


def test_what_is_held_back_takes_its_salts_and_digests_along(manifest):
    made = redact(manifest, [rule("**/*.jsonl"), rule(f"{RESULTS}/1*", Level.WITHHELD)])
    written = b"".join(entry.line() for entry in made).decode()
    before = {entry.path: entry for entry in manifest}
    for entry in held_back(made):
        path = f"{RESULTS}/1-result.json" if isinstance(entry, WithheldEntry) else entry.path
        assert before[path].salt_c not in written
        assert before[path].sha256 not in written
        hidden = isinstance(entry, WithheldEntry)
        assert (before[path].salt_m not in written) is hidden
        assert (path not in written) is hidden


def test_a_line_of_each_level_has_the_hashes_that_the_specification_gives(manifest):
    entry = next(e for e in manifest if e.path.endswith("tcp-22.jsonl"))
    meta = canonical({"class": "capture", "path": entry.path, "size": entry.size})
    h_m = hashlib.sha256(bytes.fromhex(entry.salt_m) + meta).digest()
    h_c = hashlib.sha256(bytes.fromhex(entry.salt_c) + bytes.fromhex(entry.sha256)).digest()
    leaf = hashlib.sha256(b"\0evb1" + h_m + h_c).digest()
    shown = next(e for e in redact(manifest, [rule("**/tcp-22.jsonl")]) if e.path == entry.path)
    assert entry.leaf == shown.leaf == leaf
    assert json.loads(shown.line()) == {
        "class": "capture",
        "h_c": h_c.hex(),
        "level": "metadata",
        "path": entry.path,
        "reason": "bystanders",
        "salt_m": entry.salt_m,
        "size": entry.size,
    }
    result = next(e for e in manifest if e.path.endswith("1-result.json"))
    hidden = redact(manifest, [rule(f"{RESULTS}/1*", Level.WITHHELD)])
    (line,) = [json.loads(e.line()) for e in hidden if isinstance(e, WithheldEntry)]
    assert line == {
        "class": "allure",
        "h_c": result.content_commitment,
        "h_m": result.meta_commitment,
        "level": "withheld",
        "part": "assessments/f@1",
        "reason": "bystanders",
    }


@pytest.mark.parametrize(
    ("glob", "found"),
    [
        ("data/survey/A/1-x/ssh/1/*.jsonl", ["tcp-22.jsonl"]),
        ("survey/**/*.jsonl", ["deep/tcp-23.jsonl", "tcp-22.jsonl"]),
        ("**/tcp-2?.jsonl", ["deep/tcp-23.jsonl", "tcp-22.jsonl"]),
        ("survey/A/1-x/ssh/1/tcp-22.jsonl", ["tcp-22.jsonl"]),
    ],
)
def test_globs_stay_within_a_folder_unless_two_stars_say_otherwise(manifest, glob, found):
    made = redact(manifest, [rule(glob), rule("report/**")])
    assert sorted(name for name in held(made) if "jsonl" in name) == [
        f"{ATTEMPT}/{name}" for name in found
    ]


@pytest.mark.parametrize(
    "name",
    [
        "survey/survey.json",
        "survey/dossier.json",
        "survey/bench.json",
        "**/visit.json",
        "**/attempt.json",
        "**/identity/**",
        "**/assessment.json",
        "**/catalogue.json",
        "**",
    ],
)
@pytest.mark.parametrize("level", [Level.METADATA, Level.WITHHELD])
def test_what_every_edition_shows_cannot_be_held_back(manifest, name, level):
    with pytest.raises(EvidenceError, match="cannot be held back: data/"):
        redact(manifest, [rule(name, level)])


def test_the_first_rule_that_names_a_file_counts(manifest):
    keep = DisclosureRule(files="**/tcp-22.jsonl", level=Level.FULL, reason="harmless")
    made = redact(manifest, [keep, rule("**/*.jsonl")])
    assert [name for name in held(made) if "jsonl" in name] == [f"{ATTEMPT}/deep/tcp-23.jsonl"]


def test_a_rule_that_names_no_file_is_a_mistake(manifest):
    with pytest.raises(UsageError, match=r"survey/\*\*/\*\.pcap"):
        redact(manifest, [rule("survey/**/*.pcap")])


def test_a_file_of_the_survey_keeps_its_name_and_others_may_lose_it(manifest):
    made = redact(manifest, [rule("survey/A/1-x/ssh/1/*.jsonl", Level.WITHHELD)])
    assert held(made)[f"{ATTEMPT}/tcp-22.jsonl"] is Level.METADATA
    made = redact(manifest, [rule("assessments/**/*-result.json", Level.WITHHELD)])
    assert held(made)["assessments/f@1"] is Level.WITHHELD
    assert least_level("verdict", "assessments/f@1") is Level.METADATA
    assert least_level("allure", "rest") is Level.METADATA


def test_the_sealed_views_go_once_anything_is_held_back(manifest):
    assert redact(manifest, []) == manifest
    made = redact(manifest, [rule("**/tcp-22.jsonl")])
    (view,) = [e for e in held_back(made) if e.file_class == "report"]
    assert (view.level, view.reason) == (Level.METADATA, VIEWS_ANEW)


def test_an_edition_can_be_redacted_further_and_never_shows_more(manifest):
    once = redact(manifest, [rule("**/tcp-22.jsonl")])
    twice = redact(once, [rule("**/tcp-23.jsonl")])
    assert held(once).keys() < held(twice).keys()
    assert part_roots(twice) == part_roots(manifest)


def test_the_summary_counts_by_class_level_and_reason(manifest):
    until = dt.date(2027, 1, 31)
    made = redact(
        manifest,
        [rule("**/tcp-22.jsonl", embargo=until), rule(f"{RESULTS}/**", Level.WITHHELD)],
    )
    told = redaction_of(made)
    assert (told.full, told.metadata, told.withheld, told.embargoed) == (len(NAMES) - 4, 2, 2, 1)
    rows = {(row.file_class, row.level.value, row.count, row.embargo) for row in told.held}
    assert rows == {
        ("allure", "withheld", 2, None),
        ("capture", "metadata", 1, until),
        ("report", "metadata", 1, None),
    }


def lines_of(manifest, rules) -> list[dict]:
    return [json.loads(entry.line()) for entry in redact(manifest, rules)]


WRONG = [
    {"h_c": None},
    {"reason": None},
    {"salt_m": None},
    {"level": "full"},
    {"level": "hidden"},
    {"level": 3},
    {"sha256": "0" * 64},
    {"salt_c": "0" * 32},
    {"reason": "two\nlines"},
    {"reason": " "},
    {"reason": "\0"},
    {"embargo": "2027-01-31T00:00:00"},
    {"embargo": "tomorrow"},
    {"embargo": 20270131},
    {"size": "9"},
    {"path": "data/survey/A/1-x/ssh/1/facts.json"},
    {"h_m": "0" * 64},
]


@pytest.mark.parametrize("change", WRONG, ids=str)
def test_a_line_that_is_not_exactly_of_its_level_is_refused(manifest, tmp_path, change):
    """None takes the key away."""
    lines = lines_of(manifest, [rule("**/tcp-22.jsonl")])
    place = next(n for n, line in enumerate(lines) if "tcp-22.jsonl" in line.get("path", ""))
    changed = {**lines[place], **change}
    lines[place] = {key: value for key, value in changed.items() if value is not None}
    tree = stored(tmp_path / "bad", [canonical(line) + b"\n" for line in lines])
    with pytest.raises(EvidenceError, match=rf"{MANIFEST}: line \d+"):
        read_manifest(tree)


def test_lines_out_of_order_are_refused_and_a_withheld_one_binds_its_part(manifest, tmp_path):
    made = list(redact(manifest, [rule(f"{RESULTS}/1*", Level.WITHHELD)]))
    place = next(n for n, entry in enumerate(made) if isinstance(entry, WithheldEntry))
    moved = [*made[:place], *made[place + 1 :], made[place]]
    with pytest.raises(EvidenceError, match=r"a withheld file of assessments/f@1.*out of order"):
        read_manifest(stored(tmp_path / "moved", [entry.line() for entry in moved]))
    shown = [n for n, e in enumerate(made) if isinstance(e, (ManifestEntry, MetadataEntry))]
    for one, two in itertools.pairwise(shown):
        swapped = list(made)
        swapped[one], swapped[two] = swapped[two], swapped[one]
        with pytest.raises(EvidenceError, match="out of order"):
            read_manifest(stored(tmp_path / "swapped", [entry.line() for entry in swapped]))


def test_a_withheld_line_in_another_place_of_its_part_gives_another_root(manifest, tmp_path):
    made = list(redact(manifest, [rule(f"{RESULTS}/1*", Level.WITHHELD)]))
    place = next(n for n, entry in enumerate(made) if isinstance(entry, WithheldEntry))
    made[place], made[place + 1] = made[place + 1], made[place]
    read = read_manifest(stored(tmp_path / "moved", [entry.line() for entry in made]))
    assert bundle_root(part_roots(read)) != bundle_root(part_roots(manifest))
