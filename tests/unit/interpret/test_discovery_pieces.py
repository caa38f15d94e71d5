"""SSDP, UPnP documents and identifiers: what real devices send, and what hostile ones do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.facts.discovery import IdentifierKind
from harness.interpret import ssdp_messages, upnp_documents
from harness.interpret.identifiers import Identifiers, Text, claims
from harness.interpret.upnp import printable_url
from harness.model.observation import EvidenceRef

REF = EvidenceRef(path="A/1/x/1/x.jsonl", where="line 2")
SERIAL, MAC = IdentifierKind.SERIAL, IdentifierKind.MAC


def text(value, name=""):
    return Text("udp/5353", "TXT", value, REF, name)


def kinds(known, value):
    return {found.kind for found in known.sightings([text(value)])}


@pytest.mark.parametrize(
    "value",
    ["AB:CD:EF:01:23:45", "ab-cd-ef-01-23-45", "uuid:1-2-abcdef012345", "cam-ABCDEF012345.local"],
)
def test_a_mac_address_is_found_in_every_usual_form(value):
    assert kinds(Identifiers(macs=("ab:cd:ef:01:23:45",)), value) == {MAC}


def test_a_part_of_a_mac_address_is_none():
    assert kinds(Identifiers(macs=("ab:cd:ef:01:23:45",)), "printer-012345") == set()


@pytest.mark.parametrize(
    ("serial", "value", "found"),
    [
        ("1234567", "sn1234567", True),
        ("1234567", "SN: 1234567.", True),
        ("1234567", "91234567", False),  # a longer number is another one
        ("1234567", "12345678", False),
        ("AB1234X", "ab1234x-7", True),
        ("AB1234X", "CAB1234X", False),
        ("1234", "1234", False),  # too short to tell anything
        ("", "anything", False),
    ],
)
def test_a_serial_number_is_found_whole(serial, value, found):
    assert kinds(Identifiers(serial=serial), value) == ({SERIAL} if found else set())


def test_a_serial_number_is_text_and_no_pattern():
    assert kinds(Identifiers(serial="A.+[12"), "Axxx12") == set()


def test_only_whole_secrets_are_looked_for():
    known = Identifiers(secrets=("short", "long-enough"))
    assert known.known == (IdentifierKind.SECRET,)
    assert kinds(known, "short long-enough") == {IdentifierKind.SECRET}


def test_fields_that_call_themselves_a_serial_number():
    found = claims(
        [text("X1", "serialNumber"), text("X2", "SN"), text("-", "sn"), text("X3", "id")]
    )
    assert [claim.text for claim in found] == ["X1", "X2"]


def test_answers_and_announcements_are_told_from_questions():
    answer = ssdp_messages.read(b"HTTP/1.1 200 OK\r\nSt: a\r\nLocation: http://x\r\n\r\n")
    assert (answer.announcement, answer.header("location")) == (False, "http://x")
    notify = ssdp_messages.read(b"NOTIFY * HTTP/1.1\r\nNT: upnp:rootdevice\r\n\r\n")
    assert notify.announcement
    for other in (b"", b"HTTP/1.1 404 no\r\nST: a", b"HTTP/1.1 200 OK\r\n\r\n", b"\xff" * 100):
        assert ssdp_messages.read(other) is None
    assert ssdp_messages.read(ssdp_messages.search("239.255.255.250", "ssdp:all", 1)) is None


def test_a_message_of_many_headers_is_read_in_bounds():
    message = ssdp_messages.read(b"HTTP/1.1 200 OK\nST: a\n" + b"x: y\n" * 100_000)
    assert len(message.headers) == ssdp_messages.MAX_HEADERS


BODY = """<root xmlns="urn:x"><URLBase>http://192.0.2.1:5000/</URLBase><device>
<deviceType>D:1</deviceType><modelName>M</modelName><serialNumber>None</serialNumber>
<serviceList><service><serviceType>S:1</serviceType><controlURL>c</controlURL></service>
<service><serviceType>S:2</serviceType></service></serviceList></device></root>"""


def test_a_description_is_read():
    found = upnp_documents.read_description(BODY.encode(), "http://192.0.2.1/d/root.xml")
    assert found.device_types == ["D:1"]
    assert [service.control for service in found.services] == ["http://192.0.2.1:5000/c"]
    assert found.texts == [("modelName", "M")]  # "None" is what an empty field is filled with


def test_a_type_that_would_break_a_header_is_not_repeated():
    for kind in ("a\nb", "é", "a b", "x" * 300):
        body = BODY.replace("S:1", kind).encode()
        (service,) = upnp_documents.read_description(body, "http://192.0.2.1/").services
        assert service.type == ""


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<root/>",
        "<html><deviceType>D</deviceType></html>",
        BODY[:-9],
        "<!DOCTYPE r [<!ENTITY a 'b'>]>" + BODY,
        "<root>" * 100 + "<deviceType>D</deviceType>" + "</root>" * 100,
        "<root><deviceType>D</deviceType>" + "<a/>" * 6000 + "</root>",
    ],
)
def test_what_is_no_description_is_none(body):
    assert upnp_documents.read_description(body.encode(), "http://192.0.2.1/") is None


def envelope(inside):
    return f'<s:Envelope xmlns:s="urn:e"><s:Body>{inside}</s:Body></s:Envelope>'.encode()


def test_replies_are_told_from_faults():
    done = upnp_documents.read_reply(
        envelope('<u:GetXResponse xmlns:u="u"><A>1</A></u:GetXResponse>')
    )
    assert (done.action, done.values, done.fault) == ("GetX", {"A": "1"}, "")
    fault = "<s:Fault><detail><e><errorCode>606</errorCode></e></detail></s:Fault>"
    assert upnp_documents.read_reply(envelope(fault)).fault == "606"
    assert upnp_documents.read_reply(envelope("<s:Fault/>")).fault == "?"
    assert upnp_documents.read_reply(envelope("")) is None
    assert upnp_documents.read_reply(b"<html/>") is None


def test_a_call_escapes_what_the_device_named():
    body, _ = upnp_documents.call('x"><y', "Get", {"A": "<&>"})
    assert b"<&>" not in body
    assert b'x"><y' not in body


def test_only_plain_urls_are_asked_for():
    assert printable_url("http://192.0.2.1/x")
    for url in ("", "http://192.0.2.1/\n", "http://192.0.2.1/ x", "http://é/", "x" * 3000):
        assert not printable_url(url)


@given(st.binary(max_size=200))
def test_no_bytes_break_them(data):
    ssdp_messages.read(b"NOTIFY * HTTP/1.1\r\n" + data)
    upnp_documents.read_description(b"<root>" + data + b"</root>", "http://192.0.2.1/")
    upnp_documents.read_reply(data)
    upnp_documents.read_actions(data)
