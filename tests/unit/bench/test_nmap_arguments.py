"""nmap is given only options that cannot make it talk to anybody else."""

import pytest

from harness.bench.nmap import run_nmap
from harness.errors import BenchFault, ScopeError


@pytest.mark.parametrize(
    "arguments",
    [
        ["198.51.100.1"],
        ["-sS", "198.51.100.0/24"],
        ["-iL", "targets"],
        ["-iR", "10"],
        ["-S", "198.51.100.1"],
        ["-e", "eth1"],
        ["-D", "198.51.100.1"],
        ["-sI", "198.51.100.1"],
        ["-sL"],
        ["-sn"],
        ["-b", "ftp"],
        ["--script", "whois-ip"],
        ["--script=default"],
        ["-sC"],
        ["-A"],
        ["--proxies", "http://x"],
        ["--dns-servers=198.51.100.1"],
        ["--traceroute"],
        ["-oN", "/etc/passwd"],
        ["--resume", "x"],
        ["--max-retries", "198.51.100.1"],
        ["--max-retries"],
        ["--max-retries="],
    ],
)
def test_an_argument_that_could_leave_the_target_is_refused(arguments):
    with pytest.raises(ScopeError, match="not among those"):
        run_nmap("127.0.0.1", "lo", arguments, "80", 5)


@pytest.mark.parametrize("ports", ["", "80 198.51.100.1", "-iL", "http*", "--script"])
def test_a_port_list_that_is_none_is_a_fault(ports):
    with pytest.raises(BenchFault, match="not a port list"):
        run_nmap("127.0.0.1", "lo", [], ports, 5)


def test_a_missing_nmap_is_a_fault_that_says_how_to_get_it(monkeypatch):
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(BenchFault, match="apt-get install nmap"):
        run_nmap("127.0.0.1", "lo", ["-sT", "--max-retries", "2", "--min-rate=100"], "-", 5)
