"""Nothing but judgements makes a verdict, whatever a unit, an option or an environment does."""

import os
import subprocess
import sys

import pytest

from harness.model.judgement import Verdict

FOOLS = {
    "an empty unit": "pass",
    "a bare assertion in a library": "assert False",
    "pytest.skip": "import pytest; pytest.skip('not today')",
    "importorskip": "import pytest; pytest.importorskip('no_such_module_anywhere')",
    "pytest.xfail": "import pytest; pytest.xfail('known')",
    "pytest.fail": "import pytest; pytest.fail('no')",
    "pytest.exit": "import pytest; pytest.exit('bye', returncode=0)",
    "sys.exit": "import sys; sys.exit(0)",
    "an exception": "raise ValueError('broken')",
    "a bool": "return True",
    "a list": "return [good()]",
    "an empty tuple": "return ()",
    "strings": "return ('PASS',)",
    "a generator": "yield good()",
    "a socket": "import socket; socket.socket(); return (good(),)",
    "a socket whose refusal is swallowed": (
        "import socket\ntry:\n    socket.socket()\nexcept Exception:\n    pass\nreturn (good(),)"
    ),
    "a process": (
        "import subprocess\ntry:\n    subprocess.run(['true'])\nexcept Exception:\n    pass\n"
        "return (good(),)"
    ),
    "held without evidence": "return (held('DUT', 'x', reason('fine')),)",
}


@pytest.mark.parametrize("body", FOOLS.values(), ids=FOOLS.keys())
def test_what_is_no_judgement_is_inconclusive(body, write_unit, judged, unit_of):
    write_unit(body)
    write_unit("return (good(),)", case="c2")
    assessment = judged()
    assert unit_of(assessment, "c1a").verdict is Verdict.INCONCLUSIVE
    if "pytest.exit" not in body:
        assert unit_of(assessment, "c2a").verdict is Verdict.PASS


def test_a_unit_may_go_through_the_catalogue_and_the_dossier(write_unit, judged, unit_of):
    write_unit(
        "names = [str(entry.id) for entry in catalogue.provisions]; "
        "rows = dossier.ics_rows(str(catalogue.framework)); "
        "assert names == [row.provision for row in rows]; "
        "return tuple(good(name) for name in names)",
        arguments=", catalogue, dossier",
    )
    assert unit_of(judged(), "c1a").items == {"p1": Verdict.PASS, "p2": Verdict.PASS}


def test_judgements_give_pass_and_fail(write_unit, judged, unit_of):
    write_unit("return (good(), good('other'))")
    write_unit("return (good(), bad('other'))", case="c2")
    assessment = judged()
    assert unit_of(assessment, "c1a").verdict is Verdict.PASS
    failed = unit_of(assessment, "c2a")
    assert failed.verdict is Verdict.FAIL
    assert failed.items == {"DUT": Verdict.PASS, "other": Verdict.FAIL}


@pytest.mark.parametrize(
    "marker",
    [
        "@__import__('pytest').mark.skip",
        "@__import__('pytest').mark.skipif(True, reason='x')",
        "@__import__('pytest').mark.xfail",
        "@__import__('pytest').mark.xfail(run=False)",
        "@__import__('pytest').mark.parametrize('n', [1, 2])",
    ],
)
def test_a_marker_that_bends_outcomes_makes_a_unit_inconclusive(
    marker, write_unit, judged, unit_of
):
    write_unit(
        "return (good(),)",
        before=marker,
        arguments=", n=0" if "parametrize" not in marker else ", n",
    )
    assert unit_of(judged(), "c1a").verdict is Verdict.INCONCLUSIVE


def test_an_import_error_of_a_module_makes_its_units_inconclusive_and_the_whole_incomplete(
    suite_folder, write_unit, judged, unit_of
):
    write_unit("return (good(),)", case="c2")
    (suite_folder / "test_c1.py").write_text("import no_such_module_anywhere\n")
    assessment = judged()
    assert unit_of(assessment, "c1a").verdict is Verdict.INCONCLUSIVE
    assert "no_such_module_anywhere" in str(unit_of(assessment, "c1a").reason.params)
    assert unit_of(assessment, "c2a").verdict is Verdict.PASS
    assert not assessment.complete


def test_a_missing_unit_is_inconclusive(write_unit, judged, unit_of):
    write_unit("return (good(),)")
    assert unit_of(judged(), "c2a").verdict is Verdict.INCONCLUSIVE
    assert unit_of(judged(), "c2a").reason.code == "not-implemented"


def test_an_undeclared_fact_makes_a_unit_inconclusive(write_unit, judged, unit_of):
    write_unit(
        "from harness.facts.ssh import SshFacts\n"
        "from harness.model.states import DeviceState\n"
        "try:\n"
        "    facts.records(SshFacts, DeviceState.INITIALISED)\n"
        "except Exception:\n"
        "    pass\n"
        "return (good(),)",
        arguments=", facts",
    )
    result = unit_of(judged(), "c1a")
    assert result.verdict is Verdict.INCONCLUSIVE
    assert result.reason.code == "undeclared-fact"


def test_a_persons_unit_never_passes_on_facts(write_unit, judged, unit_of):
    write_unit("return (good(),)", options=", decided_by=DecidedBy.OPERATOR")
    write_unit("return (bad(),)", options=", decided_by=DecidedBy.JUDGEMENT", case="c2")
    assessment = judged()
    assert unit_of(assessment, "c1a").verdict is Verdict.INCONCLUSIVE
    assert unit_of(assessment, "c2a").verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTEST_ADDOPTS": "-k nothing_at_all"},
        {"PYTEST_ADDOPTS": "--collect-only"},
        {"PYTHONOPTIMIZE": "2"},
        {"PYTEST_PLUGINS": "no_such_plugin_anywhere"},
    ],
)
def test_the_users_environment_does_not_reach_the_child(
    environment, write_unit, judged, unit_of, monkeypatch
):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    write_unit("return (good(),)")
    write_unit("return (bad(),)", case="c2")
    assessment = judged()
    assert unit_of(assessment, "c1a").verdict is Verdict.PASS
    assert unit_of(assessment, "c2a").verdict is Verdict.FAIL


def _pytest(suite_folder, run_directory, *options, environment=None):
    return subprocess.run(
        [sys.executable, *(["-O"] if "-O" in options else []), "-m", "pytest", str(suite_folder)]
        + ["--run", str(run_directory), "-p", "no:cacheprovider", "--import-mode=importlib"]
        + [option for option in options if option != "-O"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=suite_folder,
        env={**os.environ, **(environment or {})},
    )


def test_the_users_pytest_mirrors_the_verdicts(suite_folder, run_directory, write_unit):
    write_unit("return (good(),)")
    write_unit("return (bad(),)", case="c2")
    done = _pytest(suite_folder, run_directory)
    assert "1 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "NOT_CONFORMANT" in done.stdout


@pytest.mark.parametrize("options", [("-O",), ("-k", "C1"), ("--runxfail",), ("-x",)])
def test_options_change_what_is_shown_never_what_was_judged(
    options, suite_folder, run_directory, write_unit
):
    write_unit("return (bad(),)")
    write_unit("return (good(),)", case="c2")
    done = _pytest(suite_folder, run_directory, *options)
    assert "NOT_CONFORMANT, 2 decided of 2 units" in done.stdout, done.stdout + done.stderr


def test_parallel_workers_are_refused(suite_folder, run_directory, write_unit):
    write_unit("return (good(),)")
    done = _pytest(suite_folder, run_directory, "-n", "2")
    assert done.returncode != 0
    assert "passed" not in done.stdout
    assert "leave -n out" in done.stdout + done.stderr


def test_evidence_that_is_not_there_is_an_error(suite_folder, tmp_path, write_unit):
    write_unit("return (good(),)")
    done = _pytest(suite_folder, tmp_path / "nowhere")
    assert done.returncode != 0
    assert "passed" not in done.stdout
