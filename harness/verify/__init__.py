"""Verification of a bundle by anyone: offline, in place, step by step."""
