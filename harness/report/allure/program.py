"""The npm package ``allure``: where it is, and one run of it without network."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from harness.bench.runner import run_tool
from harness.encoding.text import neutralise
from harness.errors import CertbenchError, UsageError

FOLDER: Final = Path(__file__).parent
"""Holds ``package.json`` and its lock; ``npm ci --prefix`` puts the package beside them."""
_TIMEOUT_S: Final = 600.0
_PROBE_S: Final = 10.0
_ALONE: Final = (("unshare", "--net", "--"), ("unshare", "--map-root-user", "--net", "--"))
"""Ways to start a program without any network; the second works for ordinary users."""


class AllureFaultError(CertbenchError):
    """The program failed or wrote something else than expected."""


def find_allure(prefix: Path | None) -> Path:
    """The command file of the pinned version below ``prefix`` (default: beside the lock).

    Raises:
        UsageError: Node.js or the package is missing, or the package has another version; says
            what to install.
    """
    folder = prefix or FOLDER
    if shutil.which("node") is None:
        raise UsageError("the Allure view needs Node.js 20.19 or newer: install nodejs and npm")
    wanted = json.loads((FOLDER / "package.json").read_bytes())["dependencies"]["allure"]
    package = folder / "node_modules" / "allure"
    install = f"npm ci --ignore-scripts --prefix {folder}"
    if prefix is not None:
        copied = f"{FOLDER / 'package.json'} {FOLDER / 'package-lock.json'}"
        install = f"cp {copied} {folder} && {install}"
    try:
        found = json.loads((package / "package.json").read_bytes())["version"]
    except FileNotFoundError:
        raise UsageError(f"the Allure view needs allure {wanted}: {install}") from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{package}: not a package ({error}); {install}") from error
    if found != wanted:
        raise UsageError(f"{package}: is version {found}, {wanted} is needed: {install}")
    return package / "cli.js"


def generate(program: Path, work: Path, config: Mapping[str, Any]) -> tuple[bytes, bool]:
    """Draw ``work/results`` and give the page, and whether the network was cut for it.

    ``work`` is a folder of this run alone: home, scratch space and output of the program.

    Raises:
        AllureFaultError: it failed; quotes what it said last.
        BenchFault: it cannot be started.
    """
    settings = work / "allurerc.json"
    settings.write_text(json.dumps({**config, "output": str(work / "out")}), "utf-8")
    alone = _without_network()
    argv = [*alone, "node", str(program), "generate", "--config", str(settings)]
    done = run_tool(
        [*argv, "--cwd", str(work), str(work / "results")],
        timeout_s=_TIMEOUT_S,
        environment={"HOME": str(work), "TMPDIR": str(work)},
    )
    page = work / "out" / "index.html"
    if done.timed_out or done.returncode or not page.is_file():
        said = neutralise((done.stderr or done.stdout).decode("utf-8", "replace")[-600:], 600)
        raise AllureFaultError(f"allure failed (exit status {done.returncode}): {said}")
    return page.read_bytes(), bool(alone)


def _without_network() -> tuple[str, ...]:
    for prefix in _ALONE:
        if (
            shutil.which(prefix[0])
            and not run_tool([*prefix, "true"], timeout_s=_PROBE_S).returncode
        ):
            return prefix
    return ()
