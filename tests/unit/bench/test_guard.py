"""The scope guard on the loopback: what needs no namespace of its own."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from harness.bench.guard import ScopeGuard
from harness.errors import ScopeError

GUARD = ScopeGuard(("127.0.10.0/24", "::1/128"))


@pytest.mark.parametrize("address", ["127.0.10.1", "127.0.10.255", "::1"])
@pytest.mark.parametrize("interface", ["", "lo"])
def test_a_loopback_address_in_scope_is_reached_over_lo(address, interface):
    assert ScopeGuard(("127.0.10.0/24", "::1/128"), interface).check(address) == "lo"


@pytest.mark.parametrize("address", ["127.0.11.1", "198.51.100.1", "2001:db8::1", "0.0.0.0"])
def test_an_address_outside_the_scope_is_refused_and_the_scope_named(address):
    with pytest.raises(ScopeError, match=r"outside the bench's scope \(127\.0\.10\.0/24, ::1/128"):
        GUARD.check(address)


@pytest.mark.parametrize(
    "address",
    [
        "localhost",
        "router.example",
        "",
        "127.0.10.1:80",
        "0177.0.10.1",
        "127.1",
        "2130709505",
        " 1",
    ],
)
def test_anything_but_an_address_is_refused(address):
    with pytest.raises(ScopeError, match="not an IP address"):
        GUARD.check(address)


def test_a_name_that_a_device_gives_is_shown_without_its_escapes():
    with pytest.raises(ScopeError) as raised:
        GUARD.check("\x1b]0;owned\x07.example")
    assert "\x1b" not in str(raised.value)


def test_an_empty_scope_admits_nothing():
    with pytest.raises(ScopeError, match=r"\(nothing\)"):
        ScopeGuard(()).check("127.0.0.1")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.10.1@198.51.100.1/",
        "http://198.51.100.1#@127.0.10.1/",
        "http://127.0.10.1.example/",
        "//127.0.10.1/",
        "/status",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "http://127.0.10.1:port/",
        "http://[::1/",
        "",
    ],
)
def test_an_url_that_leads_elsewhere_is_refused(url):
    with pytest.raises(ScopeError):
        GUARD.check_url(url)


def test_an_url_in_scope_gives_its_address():
    assert GUARD.check_url("https://admin:x@127.0.10.1:8443/a?b#c") == "127.0.10.1"
    assert GUARD.check_url("http://[::1]/") == "::1"


def test_many_threads_may_ask_at_once():
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(GUARD.check, ["127.0.10.1"] * 200)) == {"lo"}
