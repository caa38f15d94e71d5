"""Canonical JSON: one form for everybody, whichever encoder makes it."""

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.encoding.canonical import MAX_SAFE_INTEGER, canonical, load_strict
from harness.errors import CaptureError

SAFE = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
SCALARS = (
    st.none() | st.booleans() | SAFE | TEXTS | st.floats(allow_nan=False, allow_infinity=False)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@settings(deadline=None)
@given(VALUES)
def test_it_is_always_that_of_the_reference_library(value):
    assert canonical(value) == rfc8785.dumps(value)


@settings(deadline=None)
@given(st.dictionaries(TEXTS, st.none() | st.booleans() | SAFE | TEXTS))
def test_what_was_written_is_read(value):
    assert load_strict(canonical(value)) == value


def test_every_character_is_escaped_alike():
    every = "".join(map(chr, [*range(0x200), 0x2028, 0x2029, 0xFEFF, 0xFFFF, 0x10000, 0x10FFFF]))
    assert canonical([every]) == rfc8785.dumps([every])


def test_names_are_ordered_as_utf_16():
    assert canonical({"\U00010000": 1, "\uffff": 2}) == '{"\U00010000":1,"\uffff":2}'.encode()


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), float("nan"), float("inf"), b"x", {1: 2}, "\ud800", {"\udfff": 1}, {1}],
    ids=ascii,
)
def test_what_has_no_canonical_form_is_an_error(value):
    with pytest.raises(CaptureError):
        canonical(value)
    with pytest.raises(CaptureError):
        canonical([{"a": value}])


def test_a_name_twice_among_many_is_found_in_time():
    names = ",".join(f'"{number}":0' for number in range(100_000))
    with pytest.raises(CaptureError, match="duplicate JSON key '99999'"):
        load_strict(f'{{{names},"99999":1}}')


@pytest.mark.parametrize("depth", [10, 5000])
def test_however_deep_it_is_an_answer_or_an_error(depth):
    value = []
    for _ in range(depth):
        value = [value]
    if depth == 10:
        assert canonical(value) == b"[" * 11 + b"]" * 11
        return
    with pytest.raises(CaptureError):
        canonical(value)


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf{}",
        "{}".encode("utf-16"),
        "{}".encode("utf-32-le"),
        b'"\xed\xa0\x80"',
        b"\xff",
    ],
    ids=ascii,
)
def test_only_utf_8_without_a_mark_is_read(data):
    """RFC 8259, section 8.1; other readers would refuse these, or read something else."""
    with pytest.raises(CaptureError):
        load_strict(data)
