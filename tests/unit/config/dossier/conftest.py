"""Dossiers of every shape, and a small complete one."""

from enum import Enum
from typing import Annotated, Literal, get_args, get_origin

import pytest
from hypothesis import strategies as st
from pydantic import BaseModel

from harness.model.dossier import Dossier, DutIdentification, IcsRow
from harness.model.external import ExternalEvidence
from harness.model.ixit import Ixit
from harness.model.ixit.form import TABLES

HARD = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "'quoted", "yes", "TRUE", "1.50", "2031-12-31"),
    *("json:1", "_x0041_", "x005F_", "none", "", " blank ", "a\nb", "a\n\nb", "\r\n", "\t"),
    *("\x00\x1b[31m", "\ufffe", "Zoë\u202e"),
]
TEXTS = st.one_of(
    st.sampled_from(HARD), st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)
)
ENDPOINTS = st.sampled_from(["tcp/443", "udp/53", "console", "ble"])


def values_of(annotation, metadata=()):
    """Values of a field; a few kinds are enough for the models of a dossier."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values_of(arguments[0], arguments[1:])
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if arguments:
        return st.one_of(*(values_of(member) for member in arguments))
    if annotation is type(None):
        return st.none()
    if issubclass(annotation, Enum):
        return st.sampled_from(list(annotation))
    if issubclass(annotation, BaseModel):
        return models(annotation)
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(1, 4) if "Le(le=4)" in repr(metadata) else st.integers()
    long_enough = any(getattr(each, "min_length", None) for entry in metadata
                      for each in (entry, *getattr(entry, "metadata", ())))  # fmt: skip
    if "[0-9a-f]{8}" in repr(metadata):
        return st.uuids().map(str)
    if "rfcomm" in repr(metadata):
        return st.sampled_from(["rfcomm/3", "l2cap/0x0019"])
    if metadata and not long_enough:
        return ENDPOINTS
    return TEXTS.filter(bool) if long_enough else TEXTS


def models(model):
    """Valid instances of a model of rows."""
    fields = {
        name: values_of(info.annotation, tuple(info.metadata))
        for name, info in model.model_fields.items()
    }
    return st.fixed_dictionaries(fields).map(lambda given: model(**given))


@st.composite
def evidence(draw):
    """A record of third-party evidence."""
    told = TEXTS.filter(bool)
    day = st.dates().map(str)
    return ExternalEvidence(
        id=draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}", fullmatch=True)),
        **{name: draw(told) for name in ("title", "issuer", "accreditation", "scope", "file")},
        valid_from=draw(day),
        valid_until=draw(day),
        sha256=draw(st.binary(min_size=32, max_size=32)).hex(),
        covers=tuple(draw(st.lists(told, min_size=1, max_size=3))),
    )


@st.composite
def dossiers(draw):
    """A dossier with rows in a few of its tables."""
    tables = draw(st.lists(st.sampled_from(TABLES), max_size=3, unique_by=lambda form: form.name))
    rows = {
        form.attribute: tuple(draw(st.lists(models(form.row), min_size=1, max_size=2)))
        for form in tables
    }
    return Dossier(
        revision=draw(st.integers()),
        author=draw(TEXTS),
        reason=draw(TEXTS),
        trigger=draw(TEXTS),
        dut=draw(models(DutIdentification)),
        ics=draw(
            st.dictionaries(
                st.one_of(st.sampled_from(["etsi-en-303-645", "etsi-en-303-645@2.1.1"]), TEXTS),
                st.lists(models(IcsRow), max_size=2).map(tuple),
                max_size=3,
            )
        ),
        ixit=Ixit(**rows, none=tuple(draw(st.lists(TEXTS, max_size=2)))),
        evidence=tuple(draw(st.lists(evidence(), max_size=2))) or None,
    )


@pytest.fixture(scope="session")
def any_dossier():
    """The strategy, for `hypothesis.given`."""
    return dossiers()
