"""The context of the loopback tests, for scenes that run as programs of their own."""

import importlib.util
from pathlib import Path


def recording_context():
    bench = Path(__file__).parents[1] / "loopback" / "probes_network" / "conftest.py"
    spec = importlib.util.spec_from_file_location("recording_bench", bench)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.RecordingContext
