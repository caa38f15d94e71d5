"""Entries: what the log tells of a statement, and what it does not."""

import hashlib
import hmac
import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import UsageError, VerificationError
from harness.model.attestation import SignedDut
from harness.model.record import SampleRecord
from harness.trust.dsse import Envelope, Signature, parse_envelope
from harness.trust.log.entry import digest_in, entry_of, parse_entry


def test_an_entry_names_the_statement_by_what_was_signed(statement, lab):
    envelope = statement("one")
    payload = parse_envelope(envelope).payload
    entry = entry_of(envelope)
    assert json.loads(entry.leaf) == {
        "schema": "certbench/log-entry/1",
        "statement_sha256": hashlib.sha256(payload).hexdigest(),
        "root": json.loads(payload)["predicate"]["bundle_root"],
        "lab_key_id": lab.key_id,
        "dut_commitment": entry.dut_commitment,
        "job_nonce": "job one",
        "supersedes": "",
    }
    assert entry.hash == hashlib.sha256(b"\0" + entry.leaf).digest()


def test_a_second_signature_over_the_same_statement_is_the_same_entry(statement):
    assert statement("one") != statement("one")
    assert entry_of(statement("one")) == entry_of(statement("one"))


def test_the_commitment_is_the_documented_one(statement):
    envelope = statement("one")
    predicate = json.loads(parse_envelope(envelope).payload)["predicate"]
    key = hashlib.sha256(rfc8785.dumps(predicate["parts"])).digest()
    message = b"certbench/dut/1" + rfc8785.dumps(predicate["dut"])
    expected = hmac.new(key, message, hashlib.sha256).hexdigest()
    assert entry_of(envelope).dut_commitment == expected


def test_the_entry_says_nothing_of_the_device(statement):
    dut = SignedDut(
        supplier="Acme",
        model="Doorbell",
        hardware="B",
        firmware="9.9",
        samples=(SampleRecord(id="A", origin="market", serial="SN-4711"),),
    )
    leaf = entry_of(statement("one", dut=dut)).leaf
    for word in (b"Acme", b"Doorbell", b"9.9", b"SN-4711", b"market"):
        assert word not in leaf
    # Two surveys of one device cannot be linked by whoever sees only the log.
    other = entry_of(statement("two", dut=dut))
    assert other.dut_commitment != entry_of(statement("one", dut=dut)).dut_commitment


def test_another_device_is_another_commitment(statement):
    one = entry_of(statement("one"))
    other = SignedDut(supplier="Supplier", model="R-1", hardware="A", firmware="1.1", samples=())
    assert entry_of(statement("one", dut=other)).dut_commitment != one.dut_commitment


def test_what_is_no_statement_is_not_logged(statement):
    with pytest.raises(VerificationError):
        entry_of(b"{}")
    payload = parse_envelope(statement("one")).payload
    other = Envelope("text/plain", payload, (Signature("ab", b"x"),)).to_bytes()
    with pytest.raises(VerificationError, match="in-toto"):
        entry_of(other)
    keyless = Envelope("application/vnd.in-toto+json", payload, (Signature("ab", b"x"),))
    with pytest.raises(VerificationError, match="lab_key_id"):
        entry_of(keyless.to_bytes())
    with pytest.raises(VerificationError, match="job_nonce"):
        entry_of(statement("one", job="x" * 501))


def test_an_entry_comes_back_as_it_was_written(statement):
    entry = entry_of(statement("one"), supersedes="ab" * 32)
    assert parse_entry(entry.leaf) == entry


def test_only_the_canonical_form_is_an_entry(statement):
    leaf = entry_of(statement("one")).leaf
    document = json.loads(leaf)
    for other in (
        leaf + b"\n",
        b" " + leaf,
        json.dumps(document).encode(),
        rfc8785.dumps({**document, "more": 1}),
        rfc8785.dumps({**document, "schema": "certbench/log-entry/2"}),
        rfc8785.dumps({**document, "root": "AB" * 32}),
        rfc8785.dumps({key: value for key, value in document.items() if key != "root"}),
        leaf.replace(b'{"', b'{"root":"' + b"0" * 64 + b'","', 1),
        b"x" * 70000,
        b"[" * 60000,
        b"null",
        b"",
    ):
        with pytest.raises(VerificationError):
            parse_entry(other)


@given(st.binary(max_size=300))
def test_any_bytes_are_an_entry_or_refused(data):
    with pytest.raises(VerificationError):
        parse_entry(data)


@given(st.data())
def test_a_mutated_entry_is_another_entry_or_refused(statement, data):
    leaf = entry_of(statement("one")).leaf
    place = data.draw(st.integers(0, len(leaf) - 1))
    byte = data.draw(st.binary(min_size=1, max_size=1))
    mutated = leaf[:place] + byte + leaf[place + 1 :]
    try:
        found = parse_entry(mutated)
    except VerificationError:
        return
    assert found.leaf == mutated


@pytest.mark.parametrize("text", ["", "ab" * 31, "AB" * 32, "zz" * 32])
def test_a_digest_is_64_lower_case_digits(text):
    with pytest.raises(UsageError):
        digest_in(text)
