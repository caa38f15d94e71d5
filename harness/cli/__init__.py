"""The command ``certbench``: the only room that prints, and the only one that starts devices."""

import sys


def main() -> None:
    """Entry point; without the extras it says which one to install."""
    try:
        from harness.cli.app import run_app
    except ModuleNotFoundError as error:
        if error.name and error.name.startswith(("harness", "test_suites")):
            raise
        from harness.errors import MissingExtraError

        missing = MissingExtraError("bench", f"certbench (no module {error.name!r})")
        sys.stderr.write(f"certbench: {missing}\n")
        sys.exit(missing.exit_code)
    run_app()
