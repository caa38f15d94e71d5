"""The confirmations beside a bench config; the program writes them, so that they are JSON."""

from pathlib import Path

from pydantic import ValidationError

from harness.config.files import BENCH_FILE
from harness.errors import CaptureError, ConfigError
from harness.model.confirmation import CONFIRMATIONS_FILE, Confirmation, Confirmations


def confirmations_file(bench: Path) -> Path:
    """Where they lie for a bench config, given as the file or as its folder."""
    folder = bench.parent if bench.name == BENCH_FILE else bench
    return folder / CONFIRMATIONS_FILE


def load_confirmations(bench: Path) -> tuple[Confirmation, ...]:
    """What was confirmed so far; nothing if there is no file.

    Raises:
        ConfigError: the file cannot be read.
    """
    file = confirmations_file(bench)
    if not file.exists():
        return ()
    try:
        return Confirmations.from_bytes(file.read_bytes()).confirmations
    except (OSError, CaptureError, ValidationError, ValueError) as error:
        mend = "Put it back as `certbench catalogue confirm` wrote it, or delete it."
        raise ConfigError(str(file), "", str(error).splitlines()[0], mend) from error
