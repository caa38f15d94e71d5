"""DSSE envelopes: the protocol's own vector, and strictness."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import VerificationError
from harness.trust.dsse import Envelope, Signature, pae, parse_envelope


def test_the_protocols_own_example_is_encoded_as_published():
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_what_was_written_is_read():
    envelope = Envelope("text/plain", b"\xff\xfe?>", (Signature("k", b"\x00\x01"),))
    assert parse_envelope(envelope.to_bytes()) == envelope


def test_both_base64_alphabets_are_accepted():
    payload = b"\xfb\xff\xfe"
    document = {
        "payload": base64.urlsafe_b64encode(payload).decode(),
        "payloadType": "t",
        "signatures": [{"keyid": "k", "sig": base64.urlsafe_b64encode(b"\xff").decode()}],
    }
    assert parse_envelope(json.dumps(document).encode()).payload == payload


GOOD = {"payload": "aGk=", "payloadType": "t", "signatures": [{"keyid": "k", "sig": "aGk="}]}


@pytest.mark.parametrize(
    "change",
    [
        {"payload": "aGk*"},
        {"payload": "aGl="},
        {"payload": "a"},
        {"payload": "-_+/"},
        {"payload": 1},
        {"payloadType": None},
        {"payloadType": "ü"},
        {"signatures": []},
        {"signatures": {}},
        {"signatures": [{"keyid": "k"}]},
        {"signatures": [{"keyid": "k", "sig": "aGk=", "x": 1}]},
        {"signatures": [{"keyid": "k", "sig": "aGk="}] * 9},
        {"extra": 1},
    ],
    ids=str,
)
def test_anything_else_is_refused(change):
    with pytest.raises(VerificationError):
        parse_envelope(json.dumps({**GOOD, **change}).encode())


@pytest.mark.parametrize("data", [b"", b"[]", b"null", b'{"payload":"","payload":""}', b"[" * 9999])
def test_what_is_no_object_is_refused(data):
    with pytest.raises(VerificationError):
        parse_envelope(data)


@given(st.binary(max_size=200))
def test_noise_is_refused(data):
    with pytest.raises(VerificationError):
        parse_envelope(data)


@given(st.text(st.characters(max_codepoint=126, min_codepoint=32)), st.binary(), st.binary())
def test_every_envelope_comes_back_as_it_was(kind, payload, signature):
    envelope = Envelope(kind, payload, (Signature("id", signature),))
    assert parse_envelope(envelope.to_bytes()) == envelope


@given(st.text(), st.binary(), st.text(), st.binary())
def test_two_different_contents_never_have_the_same_encoding(kind, payload, other, content):
    same = (kind, payload) == (other, content)
    assert (pae(kind, payload) == pae(other, content)) == same
