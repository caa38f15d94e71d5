"""Rules for every test: under CERTBENCH_REQUIRE_ALL=1 a skip is a failure."""

import os
import runpy
import shutil
from pathlib import Path

import hypothesis
import pytest

# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("certbench", deadline=None)
hypothesis.settings.load_profile("certbench")


EACH_ITS_OWN = frozenset({"surveyed", "played"})
"""Fixtures of a session that survey another device for each test."""


def pytest_collection_modifyitems(items):
    """Tests that look at one survey run in one process (``--dist loadgroup``): it is made once."""
    for item in items:
        for name, found in item._fixtureinfo.name2fixturedefs.items():
            shared = found[-1].scope in {"session", "module"} and name not in EACH_ITS_OWN
            if shared and "private_bench" in found[-1].argnames:
                item.add_marker(pytest.mark.xdist_group(f"{found[-1].baseid}::{name}"))
                break


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    """Turn a skip into a failure where everything must run (CI)."""
    outcome = yield
    report = outcome.get_result()
    if report.skipped and os.environ.get("CERTBENCH_REQUIRE_ALL") == "1":
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"CERTBENCH_REQUIRE_ALL=1 and this was skipped: {reason}"


@pytest.fixture(scope="session")
def without_bluetooth():
    """What turns a file of the reference router into that of a device without Bluetooth."""
    return runpy.run_path(str(Path(__file__).with_name("radioless.py")))["without_bluetooth"]


@pytest.fixture(scope="session")
def private_bench():
    """Skips where the reference devices cannot have a network of their own."""
    from harness.bench.namespace import available

    why = available()
    if why:
        pytest.skip(f"no private network namespace: {why}")
    if shutil.which("nmap") is None:
        pytest.skip("nmap is missing: apt-get install nmap")


@pytest.fixture(scope="session")
def wires():
    """Skips where no wires can be laid between network namespaces."""
    if os.geteuid() != 0:
        pytest.skip("needs root for network namespaces")
    missing = [name for name in ("ip", "unshare", "nsenter") if shutil.which(name) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: apt-get install iproute2 util-linux")
