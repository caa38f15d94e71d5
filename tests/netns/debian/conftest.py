"""The network of plain devices: those of one program at a time."""

import importlib.util
import os
import shutil
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
DEVICES = sorted(path.parent.name for path in (HERE / "programs").glob("*/device.toml"))


def pytest_generate_tests(metafunc):
    if "program" in metafunc.fixturenames:
        programs = sorted({name.split("-")[0] for name in DEVICES})
        metafunc.parametrize("program", programs, scope="module")


@pytest.fixture(scope="module")
def lan(program):
    """The devices of one program, each with its own configuration in a namespace of its own."""
    if os.geteuid() != 0:
        pytest.skip("needs root: devices with files and accounts of their own")
    names = {name for name in DEVICES if name.split("-")[0] == program}
    needed = {"ip", "nsenter", "unshare"}
    for name in names:
        needed |= set(
            tomllib.loads((HERE / "programs" / name / "device.toml").read_text())["needs"]
        )
    missing = sorted(name for name in needed if shutil.which(name, path=PATH) is None)
    if missing:
        pytest.skip(f"programs are missing, run .ci/prepare test: {', '.join(missing)}")
    spec = importlib.util.spec_from_file_location("lan", HERE / "lan.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    network = module.Lan(names)
    yield network
    network.close()
