"""Loads what people write (TOML) into models; every mistake names its key and the way out."""

from harness.config.confirmations import load_confirmations
from harness.config.files import load_bench, load_catalogue, load_dossier

__all__ = ["load_bench", "load_catalogue", "load_confirmations", "load_dossier"]
