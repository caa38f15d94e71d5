"""The TLS scanners that are compared: how each is had, called and read.

sslyze and testssl.sh are other people's programs under AGPL and GPL: installed beside certbench,
never imported, asked over their command lines.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Protocol

from benchmarks.findings import EXPIRED, UNTRUSTED, TlsFindings
from harness import __version__
from harness.bench.runner import run_tool
from harness.errors import BenchFault
from harness.interpret.tls_suite_names import NAMES

PEERS: Final = Path("build/bench-peers")
SNI: Final = "router.local"
"""A name for sslyze to send: left alone it sends the address, which RFC 6066 forbids (section 3)
and the server of weak-tls-cipher refuses."""
_VERSIONS: Final = {
    "SSLv2": ("ssl_2_0", "SSLv2", "ssl2"),
    "SSLv3": ("ssl_3_0", "SSLv3", "ssl3"),
    "TLSv1.0": ("tls_1_0", "TLS1", "tls1"),
    "TLSv1.1": ("tls_1_1", "TLS1_1", "tls1_1"),
    "TLSv1.2": ("tls_1_2", "TLS1_2", "tls1_2"),
    "TLSv1.3": ("tls_1_3", "TLS1_3", "tls1_3"),
}
"""How sslyze calls a version, and testssl.sh among its protocols and among its ciphers."""
_INSTALL_S: Final = 300.0


class Tool(Protocol):
    """A scanner as an external program."""

    name: str
    rounds: int

    def obtain(self) -> None:
        """Make sure that it is installed; the only step that may use a network.

        Raises:
            BenchFault: it can't be had; the message says why.
        """
        ...

    def version(self) -> str:
        """What it says of itself. Raises BenchFault if it is not there."""
        ...

    def command(self, address: str, out: Path, *, full: bool) -> list[str]:
        """Scan tcp/443 of ``address``: versions, suites and certificate; all it can if ``full``."""
        ...

    def read(self, out: Path) -> TlsFindings:
        """The findings in its output. Raises BenchFault if it did not reach the server."""
        ...


class Certbench:
    """The tls probe of this project, in a process of its own."""

    name = "certbench"
    rounds = 3

    def obtain(self) -> None:
        """It is here."""

    def version(self) -> str:
        """Of the distribution."""
        return __version__

    def command(self, address: str, out: Path, *, full: bool) -> list[str]:  # noqa: ARG002  (it has one mode)
        """`benchmarks.tls_probe`."""
        return [sys.executable, "-m", "benchmarks.tls_probe", address, "443", str(out)]

    def read(self, out: Path) -> TlsFindings:
        """The form that `benchmarks.tls_probe` writes."""
        found = json.loads(out.read_bytes())
        if not found["versions"]:
            raise BenchFault("no version was negotiated")
        return TlsFindings.of(found, [(at, code) for at, code in found["suites"]])


class Sslyze:
    """sslyze, in a virtual environment of its own: it needs an older cryptography than we do."""

    name = "sslyze"
    rounds = 3
    _lock = Path(__file__).with_name("sslyze.lock")
    _environment = PEERS / "sslyze"

    def obtain(self) -> None:
        """Install what the lock names, unless that very lock is installed already."""
        stamp, wanted = self._environment / "installed.lock", self._lock.read_bytes()
        if stamp.exists() and stamp.read_bytes() == wanted:
            return
        shutil.rmtree(self._environment, ignore_errors=True)
        _install([sys.executable, "-m", "venv", str(self._environment)])
        pip = [str(self._environment / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        pip += ["--disable-pip-version-check", "--no-deps", "--require-hashes"]
        _install([*pip, "-r", str(self._lock)])
        stamp.write_bytes(wanted)

    def version(self) -> str:
        """As the lock pins it."""
        if not self._program.exists():
            raise BenchFault("not installed")
        return _first(r"^sslyze==(\S+)", self._lock.read_text())

    @property
    def _program(self) -> Path:
        return self._environment / "bin" / "sslyze"

    def command(self, address: str, out: Path, *, full: bool) -> list[str]:
        """Without the check against Mozilla's settings, unless ``full``: it asks for more."""
        asked = ["--sslv2", "--sslv3", "--tlsv1", "--tlsv1_1", "--tlsv1_2", "--tlsv1_3"]
        mode = "intermediate" if full else "disable"
        asked += ["--certinfo", f"--mozilla_config={mode}", "--sni", SNI]
        return [str(self._program), *asked, f"--json_out={out}", f"{address}:443"]

    def read(self, out: Path) -> TlsFindings:
        """Scans that were not carried out must not read as nothing found."""
        result = json.loads(out.read_bytes())["server_scan_results"][0]
        scans = result["scan_result"]
        if result["scan_status"] != "COMPLETED" or scans is None:
            raise BenchFault(f"sslyze did not scan: {result['scan_status']}")
        suites: list[tuple[str, int]] = []
        for version, (key, _, _) in _VERSIONS.items():
            suites += [(version, code) for code in _accepted(scans[f"{key}_cipher_suites"])]
        problems = list(_untrusted(_result(scans["certificate_info"])))
        versions = sorted({version for version, _ in suites})
        return TlsFindings.of({"versions": versions, "problems": problems}, suites)


def _result(scan: dict[str, Any]) -> dict[str, Any]:
    if scan["status"] != "COMPLETED":
        raise BenchFault(f"sslyze left a scan out: {scan['status']}")
    found: dict[str, Any] = scan["result"]
    return found


def _accepted(scan: dict[str, Any]) -> Iterator[int]:
    codes = {name: code for code, name in NAMES.items()}
    for entry in _result(scan)["accepted_cipher_suites"]:
        name = entry["cipher_suite"]["name"]
        if name not in codes:
            raise BenchFault(f"sslyze found a suite that cannot be compared: {name}")
        yield codes[name]


def _untrusted(certificates: dict[str, Any]) -> Iterator[str]:
    for deployment in certificates["certificate_deployments"]:
        for path in deployment["path_validation_results"]:
            if not path["was_validation_successful"]:
                timely = "validation time" not in (path["validation_error"] or "")
                yield UNTRUSTED if timely else EXPIRED


class Testssl:
    """testssl.sh from the distribution's packages. One round: it takes as long as all the rest."""

    name = "testssl.sh"
    rounds = 1
    __test__ = False
    _severe = frozenset({"LOW", "MEDIUM", "HIGH", "CRITICAL"})

    def obtain(self) -> None:
        """It comes with the system (`make bench` asks for it); only say so when it did not."""
        if not self._program:
            raise BenchFault("not installed; ask for: sudo apt-get install testssl.sh")

    @property
    def _program(self) -> str:
        return shutil.which("testssl") or shutil.which("testssl.sh") or ""

    def version(self) -> str:
        """From its banner."""
        if not self._program:
            raise BenchFault("not installed")
        run = run_tool([self._program, "--version"], timeout_s=20)
        return _first(r"testssl(?:\.sh)?\s+(\d[\w.]*)", run.stdout.decode(errors="replace"))

    def command(self, address: str, out: Path, *, full: bool) -> list[str]:
        """Protocols (-p), suites by protocol (-E), certificate (-S); no vulnerability checks."""
        checks = ["--full"] if full else ["-p", "-E", "-S"]
        quiet = ["-n", "none", "--warnings", "batch", "--color", "0", "--jsonfile", str(out)]
        return [self._program, *checks, *quiet, f"{address}:443"]

    def read(self, out: Path) -> TlsFindings:
        """Entries of its flat JSON: an id, a severity, a sentence."""
        entries = json.loads(out.read_bytes())
        told = {entry["id"]: entry["finding"] for entry in entries}
        if "TLS1_2" not in told:
            raise BenchFault(f"testssl.sh did not scan: {told.get('scanProblem', 'no protocols')}")
        offered = [
            version
            for version, (_, key, _) in _VERSIONS.items()
            if told.get(key, "").startswith("offered")
        ]
        suites = [
            (version, int(match[1], 16))
            for version, (_, _, key) in _VERSIONS.items()
            for match in (re.fullmatch(rf"cipher-{key}_x(\w+)", name) for name in told)
            if match
        ]
        problems = [_problem(entry) for entry in entries if self._is_problem(entry)]
        return TlsFindings.of({"versions": offered, "problems": problems}, suites)

    def _is_problem(self, entry: dict[str, str]) -> bool:
        return entry["id"].startswith("cert") and entry["severity"] in self._severe


def _problem(entry: dict[str, str]) -> str:
    if entry["id"] == "cert_chain_of_trust" and "self signed" in entry["finding"]:
        return UNTRUSTED
    if entry["id"] in {"cert_expirationStatus", "cert_notAfter"}:
        return EXPIRED
    return f"{entry['id']} ({entry['severity']})"


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found[1] if found else "version not told"


def _install(argv: list[str]) -> None:
    """Run a step of an installation, with the environment of the user: it may hold a mirror."""
    try:
        run = subprocess.run(
            argv, capture_output=True, stdin=subprocess.DEVNULL, timeout=_INSTALL_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BenchFault(f"{argv[0]}: {error}") from error
    if run.returncode:
        lines = run.stderr.decode(errors="replace").strip().splitlines()
        raise BenchFault(lines[-1] if lines else f"{argv[0]} ended with {run.returncode}")


TOOLS: Final[tuple[Tool, ...]] = (Certbench(), Sslyze(), Testssl())
