"""Speed and memory of certbench beside its peers: ``python -m benchmarks``. See README.md."""
