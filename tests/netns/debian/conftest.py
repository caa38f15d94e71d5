"""The network of plain devices, once for all tests of this folder."""

import importlib.util
import os
import shutil
import tomllib
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def load(name):
    """A module of this folder, which is no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="package")
def lan():
    """Every plain device, started with its own configuration in a namespace of its own."""
    if os.geteuid() != 0:
        pytest.skip("needs root: devices with files and accounts of their own")
    needed = {"ip", "nsenter", "unshare"}
    for path in (HERE / "programs").glob("*/device.toml"):
        needed |= set(tomllib.loads(path.read_text())["needs"])
    missing = sorted(name for name in needed if shutil.which(name, path=PATH) is None)
    if missing:
        pytest.skip(f"programs are missing, run .ci/prepare test: {', '.join(missing)}")
    network = load("lan").Lan()
    yield network
    network.close()


PATH = f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin"
