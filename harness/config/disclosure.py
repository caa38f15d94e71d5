"""``disclosure.toml``: what a public edition holds back, and why."""

from pathlib import Path

from harness.config.reading import load_model
from harness.model.disclosure import DisclosurePolicy


def load_disclosure(file: Path) -> DisclosurePolicy:
    """Read the rules of an edition.

    Raises:
        ConfigError: not readable or not valid; every problem is named with its key and a way out.
    """
    return load_model(file, DisclosurePolicy)
