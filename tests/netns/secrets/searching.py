"""A search that shares nothing with the product: is a text in a file, however coded or packed?"""

import base64
import binascii
import bz2
import html
import itertools
import json
import lzma
import re
import struct
import urllib.parse
import zipfile
import zlib

MOST = 8 * 1024 * 1024


def spellings(text):
    """Name -> bytes of every coding that is searched for."""
    raw = text.encode()
    found = {
        "plain": raw,
        "utf-16-le": text.encode("utf-16-le"),
        "utf-16-be": text.encode("utf-16-be"),
        "utf-32": text.encode("utf-32-le"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
        "hex with colons": raw.hex(":").encode(),
        "hex with blanks": raw.hex(" ").encode(),
        "url": urllib.parse.quote(text, safe="").encode(),
        "url lower case": urllib.parse.quote(text, safe="").lower().encode(),
        "form": urllib.parse.quote_plus(text).encode(),
        "json": json.dumps(text)[1:-1].encode(),
        "json twice": json.dumps(json.dumps(text)[1:-1])[1:-1].encode(),
        "html": html.escape(text).encode(),
        "backwards": raw[::-1],
    }
    for shift in range(3):
        packed = base64.b64encode(b"\0" * shift + raw)
        start, end = -(-shift * 8 // 6), len(packed.rstrip(b"=")) - 1
        inner = packed[start:end]
        found[f"base64 at {shift}"] = inner
        found[f"url-safe base64 at {shift}"] = inner.translate(bytes.maketrans(b"+/", b"-_"))
    return found


def views(data):
    """The bytes of a file, and what readers of different formats would see in them."""
    yield "as it is", data
    yield "without line ends", data.replace(b"\r", b"").replace(b"\n", b"")
    if data.lstrip()[:1] in {b"{", b"["}:
        yield from _json(data)
    if data[:4] in {b"\xd4\xc3\xb2\xa1", b"\n\r\r\n"}:
        yield "segments", _segments(data)
    yield from _deeper(data)


def _deeper(data):
    """Bodies without their chunks, and what is inside compressed streams."""
    bodies = [data]
    for found in re.finditer(rb"\r\n\r\n(?=[0-9a-fA-F]{1,6}\r\n)", data):
        body = _unchunked(data, found.end())
        bodies.append(body)
        yield "unchunked", body
    for body in bodies:
        for found in itertools.islice(re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x9c\xda]", body), 999):
            for bits in (47, 15):
                try:
                    yield (
                        "inflated",
                        zlib.decompressobj(bits).decompress(body[found.start() :], MOST),
                    )
                except zlib.error:
                    continue
        for reader in (bz2.BZ2Decompressor, lzma.LZMADecompressor):
            try:
                yield "unpacked", reader().decompress(body, MOST)
            except (OSError, ValueError, lzma.LZMAError, EOFError):
                continue


def _unchunked(data, at):
    body = b""
    while found := re.compile(rb"([0-9a-fA-F]{1,6})\r\n").match(data, at):
        size = int(found[1], 16)
        if not size:
            break
        body += data[found.end() : found.end() + size]
        at = found.end() + size + 2
    return body


def _json(data):
    """Texts of JSON and of lines of JSON: one by one, and one behind the other a field's name."""
    streams = {}
    for line in [data, *data.splitlines()]:
        try:
            waiting = [("", json.loads(line))]
        except ValueError:
            continue
        while waiting:
            name, value = waiting.pop()
            if isinstance(value, dict):
                waiting += reversed(value.items())
                yield "name", " ".join(value).encode("utf-8", "replace")
            elif isinstance(value, list):
                waiting += [(name, entry) for entry in reversed(value)]
            elif isinstance(value, str):
                streams.setdefault(name, []).append(value)
    for name, texts in streams.items():
        joined = "".join(texts)
        for text in dict.fromkeys((*texts, joined)):
            encoded = text.encode("utf-8", "replace")
            yield f"texts of {name}", encoded
            yield f"joined lines of {name}", encoded.replace(b"\r", b"").replace(b"\n", b"")
            yield f"unescaped {name}", html.unescape(text).encode("utf-8", "replace")
            if all(ord(letter) < 256 for letter in text):
                yield f"bytes of {name}", text.encode("latin-1")
                for deeper, content in _deeper(text.encode("latin-1")):
                    yield f"{deeper} {name}", content


def _segments(data):
    """TCP payloads of a capture file in the order of their sequence numbers."""
    payloads = {}
    for found in re.finditer(rb"\x08\x00\x45", data):
        start = found.end() - 1
        size = struct.unpack(">H", data[start + 2 : start + 4])[0]
        tcp = data[start + 20 : start + size]
        payloads[struct.unpack(">I", tcp[4:8])[0]] = tcp[20:]
    return b"".join(payloads[number] for number in sorted(payloads))


def search(files, texts):
    """(file, which text, coding, view) of everything that is found; ``files`` are (name, bytes)."""
    wanted = {
        (label, coding): shape
        for label, text in texts.items()
        for coding, shape in spellings(text).items()
    }
    found = []
    for name, data in files:
        seen = itertools.chain([("name", name.encode())], views(data))
        for view, content in seen:
            for (label, coding), shape in wanted.items():
                if shape in content:
                    found.append((name, label, coding, view))
            for coding in ("base64", "hex"):
                for piece in _decoded(coding, content):
                    found += [
                        (name, k, coding, view) for k, v in texts.items() if v.encode() in piece
                    ]
    return found


def _decoded(coding, content):
    pattern = rb"[A-Za-z0-9+/]{16,}={0,2}" if coding == "base64" else rb"(?:[0-9a-fA-F]{2}){8,}"
    for run in re.findall(pattern, content):
        try:
            if coding == "hex":
                yield bytes.fromhex(run.decode())
            else:
                yield base64.b64decode(run + b"=" * (-len(run) % 4))
        except (ValueError, binascii.Error):
            continue


def files_of(folder):
    """Every file below a folder."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def files_in(archive):
    """Every member of a zip, and the zip as it lies there."""
    yield archive.name, archive.read_bytes()
    with zipfile.ZipFile(archive) as opened:
        for entry in opened.infolist():
            yield f"{archive.name}/{entry.filename}", opened.read(entry)
