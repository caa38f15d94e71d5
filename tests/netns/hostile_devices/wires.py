"""Messages of the protocols that hostile devices abuse, byte by byte."""

import struct

SERVICES = b"\x09_services\x07_dns-sd\x04_udp\x05local\0"
SYSTEM = (1, 3, 6, 1, 2, 1, 1)


def ssdp(location, server=b"box UPnP/1.1"):
    """An answer to M-SEARCH (UPnP Device Architecture 2.0, 1.3.3)."""
    lines = [
        b"HTTP/1.1 200 OK",
        b"CACHE-CONTROL: max-age=1800",
        b"ST: upnp:rootdevice",
        b"USN: uuid:1::upnp:rootdevice" + server,
        b"SERVER: Linux/3.14 UPnP/1.0 MiniUPnPd/1.8 " + server,
        b"LOCATION: " + location.encode(),
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def description(text, address):
    """A device description with ``text`` in every field for people."""
    shown = "".join(
        {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}.get(letter, letter)
        for letter in text
        if letter >= " "  # XML has no way to write the others
    )
    told = "".join(
        f"<{name}>{shown}</{name}>"
        for name in ("friendlyName", "manufacturer", "modelName", "modelNumber", "serialNumber")
    )
    return (
        '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>'
        f"<deviceType>urn:x:device:{shown}:1</deviceType>{told}<serviceList><service>"
        f"<serviceType>urn:x:service:{shown}:1</serviceType>"
        f"<controlURL>http://{address}:5000/{shown}</controlURL><SCPDURL>/{shown}</SCPDURL>"
        "</service></serviceList></device></root>"
    )


def _record(name, kind, data, count=1):
    return name + struct.pack(">HHIH", kind, 0x8001, 9, len(data)) + data


def _message(number, *records):
    return number + struct.pack(">HHHHH", 0x8400, 0, len(records), 0, 0) + b"".join(records)


def _label(text):
    data = text[:63]
    return bytes([len(data)]) + data


def ten_thousand_records(data):
    """10,000 instances of a service, in datagrams of 500 (RFC 6763)."""
    kind = b"\x05_http\x04_tcp\x05local\0"
    answers = []
    for start in range(0, 10_000, 500):
        names = (_label(b"box %d" % number) + kind for number in range(start, start + 500))
        answers.append(_message(data[:2], *(_record(kind, 12, name) for name in names)))
    return [_message(data[:2], _record(SERVICES, 12, kind)), *answers]


def instance(data, text):
    """One service instance whose name and TXT record say ``text``."""
    kind = b"\x05_http\x04_tcp\x05local\0"
    name = _label(text) + kind
    told = b"".join(_pair(b"%s=%s" % (key, text)) for key in (b"model", b"fw", b"serial"))
    host = _label(text[::-1]) + b"\x05local\0"
    return _message(
        data[:2],
        _record(SERVICES, 12, kind),
        _record(kind, 12, name),
        _record(name, 16, told),
        _record(name, 33, struct.pack(">HHH", 0, 0, 80) + host),
    )


def _pair(text):
    return bytes([len(text[:255])]) + text[:255]


def looping_name(number):
    """An answer whose name is a compression pointer to itself (RFC 1035, 4.1.4)."""
    looping = struct.pack(">HHHHH", 0x8580, 1, 1, 0, 0) + b"\xc0\x0c\0\1\0\1"
    return number + looping + b"\xc0\x0c\0\1\0\1\0\0\0\1\0\4\1\2\3\4"


def version_bind(data, text):
    """Any question answered with a TXT record that says ``text``."""
    end = data.index(b"\0", 12) + 5
    kind = data[end - 4 : end]
    answer = b"\xc0\x0c\0\x10" + kind[2:] + struct.pack(">IH", 1, len(_pair(text))) + _pair(text)
    return data[:2] + struct.pack(">HHHHH", 0x8580, 1, 1, 0, 0) + data[12:end] + answer


def _ber(tag, content):
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    return bytes([tag, 0x82]) + struct.pack(">H", length) + content


def _oid(numbers):
    content = bytes([numbers[0] * 40 + numbers[1]])
    for number in numbers[2:]:
        groups = [number & 0x7F]
        while number := number >> 7:
            groups.append(number & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return _ber(6, content)


def _parts(data):
    """Tag and content of each element of a BER sequence, as far as it goes."""
    at = 0
    while at + 1 < len(data):
        tag, length, at = data[at], data[at + 1], at + 2
        if length & 0x80:
            size = length & 0x7F
            length, at = int.from_bytes(data[at : at + size]), at + size
        yield tag, data[at : at + length]
        at += length


def _snmp(data, oid, value):
    """The answer to a request of any community: one object."""
    ((_, body),) = list(_parts(data))[:1]
    version, community, (_, asked) = list(_parts(body))[:3]
    number = next(iter(_parts(asked)))
    bound = _ber(0x30, _ber(0x30, _oid(oid) + value))
    answer = _ber(2, number[1]) + _ber(2, b"\0") * 2 + bound
    return _ber(0x30, _ber(*version) + _ber(*community) + _ber(0xA2, answer))


_walked = [0]


def endless_walk(data):
    """A tree without an end: each object leads to one that lies before it or just behind it."""
    _walked[0] += 1
    step = _walked[0]
    oid = (*SYSTEM, 1, 0) if step % 7 == 0 else (*SYSTEM, 9, 1, step)
    return [_snmp(data, oid, _ber(4, b"x" * 1000))] * 3


def system_group(data, text):
    """sysDescr says ``text``, whatever is asked for."""
    return _snmp(data, (*SYSTEM, 1, 0), _ber(4, b"Linux 4.4.1 " + text))


def login_prompts(connection, greeting, refusal):
    """A Telnet login that refuses everybody in its own words."""
    connection.sendall(greeting + b"\r\nbox login: ")
    asked = 0
    while connection.recv(1024):
        asked += 1
        answer = b"Password: " if asked % 2 else b"\r\n" + refusal + b"\r\nbox login: "
        connection.sendall(answer)


def open_broker(connection, _, text):
    """A broker that takes everybody and publishes ``text`` under that topic (MQTT 3.1.1)."""
    while data := connection.recv(65536):
        kind = data[0] & 0xF0
        if kind == 0x10:
            connection.sendall(b"\x20\x02\0\0")
        elif kind == 0x80:
            connection.sendall(b"\x90\x03" + data[2:4] + b"\0")
            topic = text[:200]
            body = struct.pack(">H", len(topic)) + topic + text[:300]
            size = bytes([len(body) % 128 | 0x80, len(body) // 128])
            for _ in range(1000):
                connection.sendall(b"\x30" + size + body)
        elif kind == 0xC0:
            connection.sendall(b"\xd0\0")
        else:
            return
