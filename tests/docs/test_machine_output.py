"""Commands print the keys that docs/reference/machine-output.md shows, no more and no less."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reference" / "machine-output.md"


@pytest.fixture(scope="module")
def documented(read_blocks):
    shown = [json.loads(block.text) for block in read_blocks(PAGE) if block.kind == "json"]
    return {entry["schema"]: entry for entry in reversed(shown)}


@pytest.fixture(scope="module")
def documented_pretest(read_blocks):
    """The second object of the schema: what `certbench pretest` adds."""
    shown = [json.loads(block.text) for block in read_blocks(PAGE) if block.kind == "json"]
    return [entry for entry in shown if entry["schema"] == "certbench/run/1"][1]


@pytest.fixture
def printed(tmp_path):
    """What a command prints on standard output, which must be one object."""

    def run(name, *arguments):
        done = subprocess.run(
            [Path(sys.executable).with_name(name), *map(str, arguments), "--json"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            cwd=tmp_path,
        )
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    return run


def shape(value):
    """Keys all the way down; a list has the keys that any of its objects has."""
    if isinstance(value, list):
        parts = [shape(entry) for entry in value if isinstance(entry, dict)]
        return {key: part[key] for part in parts for key in part}
    if isinstance(value, dict) and all(str(key).isidentifier() for key in value):
        return {key: shape(entry) for key, entry in value.items()}
    if isinstance(value, dict):  # ids as keys: units, provisions, items
        return {"*": shape(list(value.values()))}
    return None


def without_ids(value):
    """The same, where a table of ids may happen to have ids that look like keys."""
    if isinstance(value, dict):
        return {
            key: {"*"} if key in {"items", "provisions", "at_a_lab"} else without_ids(entry)
            for key, entry in value.items()
        }
    return value


def test_plan(documented, printed):
    plan = printed("certbench", "plan", ROOT / "bench_configs" / "reference-router",
                   "-f", "etsi-en-303-645")  # fmt: skip
    assert shape(plan) == shape(documented["certbench/plan/1"])


def test_catalogue_show(documented, printed, tmp_path):
    told = ("--person", "Ada Example", "--document", "EN 303 645 V2.1.1, licensed copy")
    subprocess.run(
        [Path(sys.executable).with_name("certbench"), "catalogue", "confirm", "etsi-en-303-645",
         "5.3-4", *told],
        check=True, capture_output=True, timeout=300, cwd=tmp_path,
    )  # fmt: skip
    shown = printed("certbench", "catalogue", "show", "etsi-en-303-645")
    assert shape(shown) == shape(documented["certbench/catalogue-status/1"])


def test_doctor(documented, printed, tmp_path):
    bench = tmp_path / "bench.toml"
    sample = '[[sample]]\nid = "A"\nnetwork.address = "192.0.2.77"\n'
    bench.write_text(
        f'[bench]\nname = "b"\nscope = ["192.0.2.0/24"]\ninterface = "nosuch0"\n{sample}'
    )
    tried = printed("certbench", "doctor", bench)
    assert shape(tried) == shape(documented["certbench/doctor/1"])


def test_job_check(documented, printed, tmp_path):
    (tmp_path / "job.toml").write_text("")
    found = printed("certbench", "job", "check", "job.toml")
    assert shape(found) == shape(documented["certbench/job-check/1"])


def test_dossier_check(documented, printed):
    found = printed("certbench", "dossier", "check", ROOT / "bench_configs" / "broken-dossier")
    assert shape(found) == shape(documented["certbench/dossier-check/1"])


@pytest.mark.slow
@pytest.mark.netns
@pytest.mark.usefixtures("private_bench")
def test_explain(documented, printed, demo):
    weak = demo() / "reports" / "demo" / "weak"
    rule = printed("certbench", "explain", "5.1-1-2c")
    found = printed("certbench", "explain", "weak-tls-protocol@tcp/443", "--in", weak / "bundle")
    both = {**found, "units": rule["units"]}
    assert shape(both) == shape(documented["certbench/explain/1"])


@pytest.mark.slow
@pytest.mark.netns
@pytest.mark.usefixtures("private_bench")
def test_diff(documented, printed, demo):
    reports = demo() / "reports" / "demo"
    found = printed("certbench", "diff", reports / "hardened" / "bundle", reports / "weak" / "run")
    assert shape(found) == shape(documented["certbench/diff/1"])


@pytest.mark.slow
@pytest.mark.netns
@pytest.mark.usefixtures("private_bench")
def test_trust_sign_and_timestamp(documented, printed, demo, tmp_path):
    mine, toy = tmp_path / "mine", tmp_path / "toy"
    shutil.copytree(demo() / "reports" / "demo" / "hardened" / "bundle", mine)
    said = [
        printed("certbench", "trust", "init", toy),
        printed("certbench", "trust", "issue", toy, "second", "--person", "P2"),
        printed("certbench", "sign", mine, "--key", toy / "people" / "second-key.pem"),
        printed("certbench", "timestamp", mine, "--query-out", tmp_path / "query.tsq"),
        printed(
            "certbench", "timestamp", mine, "--tsa-command",
            f"openssl ts -reply -config {toy}/tsa/openssl.cnf -queryfile {{query}} -out {{reply}}",
        ),
        printed("certbench", "trust", "revoke", toy, "second", "--reason", "superseded"),
    ]  # fmt: skip
    for each in said:
        assert shape(each) == shape(documented[each["schema"]])


@pytest.mark.slow
@pytest.mark.netns
@pytest.mark.usefixtures("private_bench")
def test_run_replay_and_verify(documented, printed, demo, tmp_path):
    weak = demo() / "reports" / "demo" / "weak"
    replayed = printed("certbench", "replay", weak / "bundle", "-f", "etsi-en-303-645")
    nothing = {"differences": [], "not_recomputable_because": {}}
    assert shape(replayed) == shape({**documented["certbench/replay/1"], **nothing})
    redacted = printed(
        "certbench", "redact", weak / "bundle", "-o", tmp_path / "public", "--reason", "x",
        "--embargo", "survey/*/*/http/*/tcp-443.jsonl", "--until", "2099-01-31",
    )  # fmt: skip
    assert shape(redacted) == shape(documented["certbench/redact/1"])
    verified = printed("certbench-verify", weak / "bundle")
    assert shape(verified) == shape(documented["certbench/verify/1"])
    again = printed(
        "certbench", "assess", weak / "bundle", "-f", "etsi-en-303-645",
        "-o", tmp_path / "out", "--key", tmp_path / "key.pem",
    )  # fmt: skip
    assert without_ids(shape(again)) == without_ids(shape(documented["certbench/run/1"]))


@pytest.mark.slow
@pytest.mark.netns
@pytest.mark.usefixtures("private_bench")
def test_pretest(documented_pretest, desk):
    (desk.folder / "baseline.toml").write_text(
        '[[accepted]]\ncriterion = "x"\nsubject = "y"\nreason = "z"\nexpires = 2026-01-01\n'
    )
    code, said = desk.run(
        "certbench pretest 192.168.7.20 --json --baseline baseline.toml -o out 2> /dev/null",
        beside="weak-tls-version",
    )
    assert code == 1, said
    printed = json.loads(said)
    assert without_ids(shape(printed)) == without_ids(shape(documented_pretest))
    keys = {key for entry in printed["findings"] for key in entry}
    assert keys == {key for entry in documented_pretest["findings"] for key in entry}
