"""Benchmarks are run from the root of the repository and are not installed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))
