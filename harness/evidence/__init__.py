"""Bundles: scrubbed twins, salted manifests, Merkle trees, sealing, and reading in place."""
