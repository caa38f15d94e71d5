"""Sentences about what happened to samples, for `prose`."""

from types import MappingProxyType
from typing import Final

SAMPLES: Final = MappingProxyType(
    {
        "identity-changed": "sample {sample}, {channel}: another key in {later} than in {earlier}: "
        "it may be another device",
        "sample-opened": "sample {sample} was opened on {at} (answer {answer}), and serves nothing "
        "later that needs it intact",
        "samples-differ": "the samples that are compared are not of one {what} revision: {stated}",
    }
)
"""Code -> sentence; see `harness.model.prose`."""
