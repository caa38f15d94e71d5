"""Conformance suites, one package a framework; they import only ``harness.testing``."""
