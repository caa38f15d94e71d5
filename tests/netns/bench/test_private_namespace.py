"""The command re-executes itself once in a network namespace of its own."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from harness.bench import namespace

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(shutil.which("unshare") is None, reason="needs unshare: util-linux"),
]

INSIDE = """
import json, os, sys
from harness.bench import namespace
from harness.bench.guard import ScopeGuard
from harness.bench.network import IpLink
namespace.enter_private_namespace([sys.executable, *sys.orig_argv[1:]])
link = IpLink("127.0.10.1", ScopeGuard(("127.0.0.0/8",)))
run = link.nmap(["-sS", "--max-retries", "1"], "1-3", 60) if link.privileged else None
print(json.dumps({
    "interfaces": namespace._interfaces(),
    "inside": namespace.inside(),
    "route": link.interface,
    "privileged": link.privileged,
    "connect": link.connect(80, 1)[0],
    "argv": run and run.argv,
    "nmap": run and run.stdout.decode(),
}))
"""


def play(prefix=()):
    environment = {key: value for key, value in os.environ.items() if key != namespace.MARKER}
    played = subprocess.run(
        [*prefix, sys.executable, "-W", "error", "-c", INSIDE],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
        env=environment,
    )
    assert played.returncode == 0, played.stderr
    return json.loads(played.stdout)


@pytest.fixture
def possible():
    reason = namespace.available()
    if reason:
        pytest.skip(reason)


@pytest.mark.usefixtures("possible")
@pytest.mark.skipif(shutil.which("nmap") is None, reason="needs nmap")
def test_inside_there_is_only_a_loopback_and_raw_sockets_work():
    seen = play()
    assert seen["inside"]
    assert (seen["interfaces"], seen["route"], seen["connect"]) == (["lo"], "lo", "refused")
    assert seen["privileged"]
    assert "-e" not in seen["argv"]
    assert seen["argv"][-1] == "127.0.10.1"
    assert '<nmaprun scanner="nmap"' in seen["nmap"]
    assert 'reason="reset"' in seen["nmap"]


@pytest.mark.usefixtures("possible")
def test_a_mark_in_the_environment_alone_is_not_believed(monkeypatch):
    monkeypatch.setenv(namespace.MARKER, "private")
    if namespace._interfaces() == ["lo"]:
        pytest.skip("this machine has no other interface than the loopback")
    assert not namespace.inside()
    with pytest.raises(namespace.BenchFault, match="not private"):
        namespace.enter_private_namespace()


def test_where_no_namespace_can_be_had_the_reason_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    assert "apt-get install util-linux" in namespace.available()
    monkeypatch.delenv(namespace.MARKER, raising=False)
    with pytest.raises(namespace.BenchFault, match="util-linux"):
        namespace.enter_private_namespace()
