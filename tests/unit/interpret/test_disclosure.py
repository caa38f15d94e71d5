"""Products and versions, with few false positives."""

import pytest

from harness.interpret import disclosure
from harness.interpret.html_forms import parse_page
from harness.model.observation import EvidenceRef

REF = EvidenceRef(path="x", where="line 1")


def _pairs(found):
    return [(entry.product, entry.version) for entry in found]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("nginx", [("nginx", "")]),
        ("nginx/1.18.0", [("nginx", "1.18.0")]),
        ("Apache/2.4.41 (Ubuntu) OpenSSL/1.1.1f", [("Apache", "2.4.41"), ("OpenSSL", "1.1.1f")]),
        ("web", []),
        ("httpd", []),
        ("RR", [("RR", "")]),
        ("Microsoft-IIS/10.0", [("Microsoft-IIS", "10.0")]),
        ("", []),
    ],
)
def test_server_headers(value, expected):
    assert _pairs(disclosure.in_headers((("Server", value),), REF)) == expected


@pytest.mark.parametrize(
    ("name", "value", "count"),
    [
        ("X-AspNet-Version", "4.0.30319", 1),
        ("X-Firmware-Version", "V2.3", 1),
        ("MIME-Version", "1.0", 0),
        ("Sec-WebSocket-Version", "13", 0),
        ("ETag", "1.2.3", 0),
        ("Date", "Sun, 22 Nov 2026 00:00:00 GMT", 0),
    ],
)
def test_other_headers_count_only_if_they_name_a_version(name, value, count):
    assert len(disclosure.in_headers(((name, value),), REF)) == count


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Apache/2.4.25 (Debian) Server at x Port 80", ("Apache", "2.4.25")),
        ("<p>Firmware version: 1.0.2.60", ("Firmware", "1.0.2.60")),
        ("<footer>OpenWrt v21.02.3</footer>", ("OpenWrt", "21.02.3")),
        ("<!-- build 2024.1 -->", ("build", "2024.1")),
        ("<meta name=generator content='Hugo 0.92.1'>", ("Hugo", "0.92.1")),
    ],
)
def test_pages_that_name_a_version(html, expected):
    found = disclosure.in_page("/", parse_page(html.encode()), REF)
    assert expected in _pairs(found)


@pytest.mark.parametrize(
    "html",
    [
        "<p>Chapter 2.1 of the manual, HTTP/1.1, TLS/1.3",
        "<p>Your address is 192.168.1.1 and 10.0.0.1/24",
        "<p>Copyright 2019-2024, IPv4/6, WPA2/3, 802.11ac",
        "<p>Device administration",
    ],
)
def test_pages_that_name_none(html):
    assert disclosure.in_page("/", parse_page(html.encode()), REF) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3", ("OpenSSH", "9.2p1")),
        ("SSH-2.0-dropbear_2022.83", ("dropbear", "2022.83")),
        ("SSH-2.0-dropbear", ("dropbear", "")),
        ("SSH-2.0-RR", ("RR", "")),
        ("SSH-2.0-Cisco-1.25", ("Cisco", "1.25")),
        ("SSH-1.99-AsyncSSH_2.24.1", ("AsyncSSH", "2.24.1")),
    ],
)
def test_ssh_identifications(text, expected):
    found = disclosure.in_ssh_identification(text, REF)
    assert (found.product, found.version) == expected


def test_an_identification_without_software_discloses_nothing():
    assert disclosure.in_ssh_identification("SSH-2.0-", REF) is None
    assert disclosure.in_ssh_identification("hello", REF) is None


def test_json_keys_that_name_a_version():
    found = disclosure.in_json("/api", {"firmware": "2.4.1", "ip": "10.0.0.1", "n": 1}, REF)
    assert _pairs(found) == [("firmware", "2.4.1")]
