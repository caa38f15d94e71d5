"""The truth files say what independent tools see: each observation is made again.

Nothing of certbench is used here. A truth file may be changed only together with what its tools
see, and never to fit what certbench says.
"""

import re
import shutil
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

pytestmark = [pytest.mark.netns, pytest.mark.slow]

HERE = Path(__file__).parent
TRUTH = {path.stem: tomllib.loads(path.read_text()) for path in (HERE / "truth").glob("*.toml")}
TOOLS = ("nmap", "curl", "openssl", "ssh", "hydra", "dig", "snmpget", "mosquitto_sub")
AT_ONCE = 6


@pytest.fixture(scope="module")
def seen(lan, tmp_path_factory):
    """What every command of every truth file prints; one device's come one after the other."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"independent tools are missing: {', '.join(missing)}")

    def look(name):
        folder = tmp_path_factory.mktemp(name)
        device = lan.devices[name]
        entries = TRUTH[name]["seen"].items()
        return {key: lan.shell(entry["command"], device, folder) for key, entry in entries}

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return dict(zip(TRUTH, pool.map(look, TRUTH), strict=True))


def test_every_device_has_its_truth():
    programs = {path.parent.name for path in (HERE / "programs").glob("*/device.toml")}
    assert programs == set(TRUTH)
    assert len({name.split("-")[0] for name in programs if name.endswith("-hardened")}) >= 6


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_every_statement_rests_on_an_observation(name):
    truth = TRUTH[name]
    stated = [*truth["endpoints"], *entries(truth, "finding", "may", "wrong")]
    assert {entry["seen"] for entry in stated} <= set(truth["seen"])
    assert all(entry["why"] for entry in entries(truth, "finding", "may", "wrong", "undecided"))
    expected = {(entry["criterion"], entry["subject"]) for entry in entries(truth, "finding")}
    refused = {(entry["criterion"], entry["subject"]) for entry in entries(truth, "wrong")}
    assert not expected & refused


@pytest.mark.parametrize("name", sorted(TRUTH))
def test_independent_tools_see_it(name, seen):
    for key, entry in TRUTH[name]["seen"].items():
        said = seen[name][key]
        assert re.search(entry["shows"], said, re.MULTILINE), f"{key}: {said[-2000:]}"


def entries(truth, *kinds):
    return [entry for kind in kinds for entry in truth.get(kind, [])]
