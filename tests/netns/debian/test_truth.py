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


def entries(truth, *kinds):
    return [entry for kind in kinds for entry in truth.get(kind, [])]


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


def test_independent_tools_see_it(lan, tmp_path):
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        pytest.skip(f"independent tools are missing: {', '.join(missing)}")
    with ThreadPoolExecutor() as pool:
        contrary = pool.map(
            lambda device: unlike_truth(lan, device, tmp_path), lan.devices.values()
        )
        assert [line for lines in contrary for line in lines] == []


def unlike_truth(lan, device, folder):
    """Observations that no longer show what the truth file says; one after the other."""
    own = folder / device.name
    own.mkdir()
    result = []
    for key, entry in TRUTH[device.name]["seen"].items():
        said = lan.shell(entry["command"], device, own)
        if not re.search(entry["shows"], said, re.MULTILINE):
            result.append(f"{device.name} {key}: {said[-2000:]}")
    return result
