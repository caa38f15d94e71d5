"""Sentences for what became of people's overrides (`harness.model.prose`)."""

from typing import Final

REVIEWS: Final = {
    "override-lapsed-basis": "what the automatic verdict rests on has changed since",
    "override-lapsed-dossier": "made on revision {then} of the dossier, and judged on {now}",
    "override-lapsed-verdict": "the automatic verdict was {then} then, and is {now}",
    "override-not-authorised": "the job record does not let these people override",
    "override-withdrawn": "override {by} took its place",
}
