"""A secret planted in every place that the bench can see is nowhere in what is published."""

import json
import os
import subprocess
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))

from searching import files_in, files_of, search

MIN = 5
"""A host or a home folder called shorter is nobody's, and stands everywhere."""
HERE = Path(__file__).parent
PLACES = {
    "console": "survey/A/1-initialised/console/",
    "web pages": "survey/A/1-initialised/http/1/tcp-80.jsonl",
    "web pages, compressed and in chunks": "survey/A/1-initialised/services/1/tcp-8080.jsonl",
    "MQTT": "survey/A/1-initialised/mqtt/1/tcp-1883.jsonl",
    "packets": "wire.pcap",
    "packets, newer format": "wire.pcapng",
    "a compressed capture": "dump.gz",
    "a wide text": "wide.txt",
    "a file's name": "login-",
    "a traceback of the bench": "planted/1/attempt.json",
    "a finding": "/assessment.json",
    "Allure results": "allure-results/",
    "an attachment": "-attachment.txt",
}


def found_in(scene, *more):
    bundle, archive = Path(scene["bundle"]), Path(scene["archive"])
    texts = {name: text for name, text in scene["secrets"].items() if len(text) > MIN}
    searched = [*files_of(bundle), *files_in(archive)]
    for folder in more:
        searched += files_of(folder)
    return search(searched, texts)


def test_the_search_finds_the_secret_in_every_place_while_nothing_is_scrubbed(in_namespace):
    scene = in_namespace(HERE / "scene.py", "bypassed")
    found = found_in(scene)
    for place, part in PLACES.items():
        hits = [hit for hit in found if part in hit[0] and hit[1] in {"label", "named"}]
        assert hits, place
    codings = {hit[2].partition(" at ")[0] for hit in found}
    assert {"plain", "json", "utf-16-le", "url", "html", "hex with colons", "base64"} <= codings
    assert any("inflated" in hit[3] for hit in found if "tcp-8080" in hit[0])
    assert any(hit[3] == "segments" for hit in found)
    assert {hit[1] for hit in found} >= {"label", "named", "clerk", "bystander", "neighbour"}


def test_nothing_of_it_is_in_the_bundle_and_all_of_it_in_the_laboratory(in_namespace):
    scene = in_namespace(HERE / "scene.py", "scrubbed")
    assert found_in(scene) == []
    run, label = Path(scene["run"]), scene["secrets"]["label"]
    assert [path.name for path in run.iterdir()] == ["raw.vault"]
    assert search(files_of(run), {"label": label}) == []
    locked = certbench("replay", run)
    assert locked.returncode == 2
    assert "certbench unlock" in " ".join(locked.stderr.split())
    wrong = certbench("unlock", run, "--key", "env:WRONG")
    assert "encrypted with another secret" in " ".join(wrong.stderr.split())
    assert certbench("unlock", run, "--key", "env:AT_REST").returncode == 0
    raw = (run / "survey/A/1-initialised/console/1").glob("*.jsonl")
    joined = "".join(
        json.loads(line).get("data", "") for file in raw for line in file.read_text().splitlines()
    )
    assert label in joined
    for folder in (run, *run.iterdir()):
        assert folder.stat().st_mode & 0o777 == 0o700, folder
    public = run.parent / "public"
    withheld = [
        "--metadata",
        "data/survey/*/*/http/*/tcp-80.jsonl",
        "--reason",
        "not for everybody",
    ]
    made = certbench("redact", scene["bundle"], "-o", public, "--run", run, *withheld)
    assert made.returncode == 0, made.stderr
    assert found_in(scene, public) == []
    assert certbench("lock", run, "--key", "env:AT_REST").returncode == 0
    assert [path.name for path in run.iterdir()] == ["raw.vault"]


def certbench(*arguments):
    """The command, with the secret and another one in its environment."""
    secrets = {"AT_REST": "what the raw captures are encrypted with", "WRONG": "another secret" * 2}
    return subprocess.run(
        [sys.executable, "-m", "harness.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, **secrets},
    )
