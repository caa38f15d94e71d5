"""A time-stamp proves a moment only for the bytes it covers, from an authority that is trusted."""

import dataclasses
import datetime as dt
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.trust.certificates import parse_certificates
from harness.trust.distrust import DistrustError
from harness.trust.hierarchy import Hierarchy
from harness.trust.oids import TOY_TSA_POLICY
from harness.trust.timestamps import (
    MAX_TOKEN_BYTES,
    StampRules,
    check_stamp,
    make_query,
    parse_token,
)

DAY = dt.timedelta(days=1)
MESSAGE = b"a signature"


@pytest.fixture
def rules(toy):
    roots = parse_certificates(toy.tsa_root.read_bytes(), "root")
    return StampRules(roots, frozenset(), dt.datetime.now(dt.UTC))


@pytest.fixture
def token(stamp):
    def over(message, *options, **more):
        return parse_token(stamp(make_query(message).as_bytes(), *options, **more), "1.tsr")

    return over


def code_of(tokens, messages, rules):
    with pytest.raises(DistrustError) as caught:
        check_stamp(tokens, messages, rules)
    return caught.value.code


def test_a_time_stamp_over_one_of_the_signatures_holds(token, rules):
    found = check_stamp([token(MESSAGE)], [b"another", MESSAGE], rules)
    assert abs(found.time - rules.now) < dt.timedelta(minutes=1)
    assert found.renewals == 0
    assert "Toy time-stamping authority" in found.authority


def test_openssl_agrees(token, toy, tmp_path):
    (tmp_path / "message").write_bytes(MESSAGE)
    (tmp_path / "1.tsr").write_bytes(token(MESSAGE).data)
    argv = ["openssl", "ts", "-verify", "-data", str(tmp_path / "message")]
    argv += ["-in", str(tmp_path / "1.tsr"), "-CAfile", str(toy.tsa_root)]
    assert (
        "Verification: OK"
        in subprocess.run(argv, capture_output=True, text=True, check=False).stdout
    )
    (tmp_path / "message").write_bytes(b"else")
    assert subprocess.run(argv, capture_output=True, text=True, check=False).returncode != 0


def test_over_something_else(token, rules):
    assert code_of([token(b"else")], [MESSAGE], rules) == "E-TST-IMPRINT"


def test_an_authority_that_nobody_trusts(token, rules, tmp_path):
    other = Hierarchy(tmp_path / "other")
    other.create((), "other.example/log")
    assert code_of([token(MESSAGE, config=other.tsa_config)], [MESSAGE], rules) == "E-TST-ROOT"


def test_a_policy_that_is_not_accepted(token, rules):
    made = token(MESSAGE)
    assert made.policy == TOY_TSA_POLICY
    accepted = dataclasses.replace(rules, policies=frozenset({TOY_TSA_POLICY}))
    assert check_stamp([made], [MESSAGE], accepted).time == made.time
    other = dataclasses.replace(rules, policies=frozenset({"1.2.3"}))
    assert code_of([made], [MESSAGE], other) == "E-TST-POLICY"


def test_a_changed_time_breaks_the_signature(token, rules):
    made = token(MESSAGE)
    shown = made.time.strftime("%Y%m%d%H%M%SZ").encode()
    earlier = (made.time - DAY).strftime("%Y%m%d%H%M%SZ").encode()
    assert made.data.count(shown) >= 1
    forged = parse_token(made.data.replace(shown, earlier, 1), "forged")
    assert forged.time == made.time - DAY
    assert code_of([forged], [MESSAGE], rules) == "E-TST-ROOT"


def test_a_time_stamp_from_the_future(token, rules):
    before = dataclasses.replace(rules, now=rules.now - DAY)
    assert code_of([token(MESSAGE)], [MESSAGE], before) == "E-TST-TIME"


def test_a_time_stamp_is_renewed_before_its_authority_expires(token, rules):
    first = token(MESSAGE)
    second = token(first.data)
    found = check_stamp([first, second], [MESSAGE], rules)
    assert (found.time, found.renewals) == (first.time, 1)
    assert code_of([first, token(b"else")], [MESSAGE], rules) == "E-TST-IMPRINT"
    assert code_of([second, first], [MESSAGE], rules) == "E-TST-IMPRINT"


def test_an_authority_that_expired_since_proves_nothing(token, rules):
    late = dataclasses.replace(rules, now=rules.now + 4000 * DAY)
    assert code_of([token(MESSAGE)], [MESSAGE], late) == "E-TST-EXPIRED"


@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_noise_is_malformed_or_does_not_hold(toy_token, place, noise):
    data, rules = toy_token
    damaged = bytearray(data)
    place %= len(damaged)
    damaged[place : place + len(noise)] = noise
    if bytes(damaged) == data:
        return
    original = parse_token(data, "x")
    try:
        found = check_stamp([parse_token(bytes(damaged), "x")], [MESSAGE], rules)
    except DistrustError:
        return
    assert found.time == original.time


@pytest.fixture(scope="module")
def toy_token(toy, tmp_path_factory):
    folder = tmp_path_factory.mktemp("token")
    (folder / "q").write_bytes(make_query(MESSAGE).as_bytes())
    argv = ["openssl", "ts", "-reply", "-config", str(toy.tsa_config)]
    argv += ["-queryfile", str(folder / "q"), "-out", str(folder / "r")]
    subprocess.run(argv, check=True, capture_output=True, timeout=30)
    roots = parse_certificates(toy.tsa_root.read_bytes(), "root")
    rules = StampRules(roots, frozenset(), dt.datetime.now(dt.UTC))
    return (folder / "r").read_bytes(), rules


@pytest.mark.parametrize(
    "data", [b"", b"hello", bytes(MAX_TOKEN_BYTES + 1), b"0\x050\x03\x02\x01\x02"]
)
def test_what_is_no_token_is_malformed(data):
    with pytest.raises(DistrustError, match=r"E-TST-MALFORMED: 1\.tsr"):
        parse_token(data, "1.tsr")
