"""The inputs that fuzzing starts from: good ones of every kind, and archives that fooled others."""

import io
import json
import struct
import warnings
import zipfile

from fixed import BUNDLE, LAB, NOW, STATEMENT, good_proof

from harness.encoding import btsnoop
from harness.encoding.canonical import canonical
from harness.evidence.manifest import ManifestEntry
from harness.evidence.redaction import redact
from harness.model.decision import Decision, Outcome, Withdrawal
from harness.model.disclosure import DisclosureRule, Level
from harness.model.layout import MANIFEST, SIGNER, TEST_RESULT
from harness.model.layout import STATEMENT as STATEMENT_FILE
from harness.trust.decision import make_decision, make_withdrawal, sign_saying
from harness.trust.dsse import parse_envelope
from harness.trust.log.entry import entry_of
from harness.trust.statement import parse_statement


def zipped(files, method=zipfile.ZIP_DEFLATED, change=lambda info: None):
    stream = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w") as archive:
        warnings.simplefilter("ignore")  # a name twice is meant
        for name, data in files:
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr, info.compress_type = 3, 0o100644 << 16, method
            change(info)
            archive.writestr(info, data)
    return stream.getvalue()


def extra(number, data):
    """Puts an extra field into an entry."""

    def change(info):
        info.extra = struct.pack("<HH", number, len(data)) + data

    return change


def unreadable_extra():
    """An extra field that claims more bytes than it has: others refuse to read the archive."""
    data = zipped([("a", b"1")], change=extra(0x7075, b"\1\xb7\xbe\x43\xe8evil"))
    place = data.rindex(b"up\x09\x00") + 2
    return data[:place] + b"\xf5" + data[place + 1 :]


def _version(number):
    """What a reader must know of the format, times ten."""

    def change(info):
        info.extract_version = number

    return change


def _mode(value):
    def change(info):
        info.external_attr = value << 16

    return change


def archives():
    two = [("data/a.txt", b"hello " * 50), ("evb/b", b"\x00\xff")]
    yield "empty", zipped([])
    yield "deflated", zipped(two)
    yield "stored", zipped(two, zipfile.ZIP_STORED)
    yield "names", zipped([("data/n\u00e4me", b"1"), ("data/A", b"2"), ("data/a", b"3")])
    yield "outside", zipped([("../a", b"1"), ("/b", b"2"), ("C:\\c", b"3"), ("d\\e", b"4")])
    yield "twice", zipped([("a", b"1"), ("a", b"2")])
    yield "link", zipped([("a", b"/etc/passwd")], change=_mode(0o120777))
    yield "bomb", zipped([("a", bytes(100_000))])
    yield "unicode-path", zipped([("a", b"1")], change=extra(0x7075, b"\1\xb7\xbe\x43\xe8evil"))
    yield "garbled-extra", unreadable_extra()
    yield "future", zipped([("a", b"1")], change=_version(148))
    yield "zip64", zipped([("a", b"1")], change=extra(1, bytes(24)))
    yield "bzip2", zipped([("a", b"1" * 100)], zipfile.ZIP_BZIP2)
    yield "behind", zipped(two) + b"more"
    yield "before", b"more" + zipped(two)
    liar = bytearray(zipped([("a", bytes(1000))]))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        place = liar.index(signature) + offset
        liar[place : place + 4] = (10).to_bytes(4, "little")
    yield "liar", bytes(liar)


def envelopes():
    good = {"payload": "aGk=", "payloadType": "t", "signatures": [{"keyid": "k", "sig": "aGk="}]}
    yield "statement", STATEMENT
    yield "small", canonical(good)
    yield "urlsafe", canonical({**good, "payload": "-_8"})
    yield "spaced", json.dumps(good, indent=1).encode()
    yield "twice", canonical(good)[:-1] + b',"payload":"aGk="}'
    yield "deep", b"[" * 5000
    yield "two", canonical({**good, "signatures": good["signatures"] * 2})


def edition(lines):
    """A manifest that holds a file back in either way."""
    entries = [ManifestEntry.model_validate_json(line) for line in lines]
    rules = [
        DisclosureRule(files=files, level=level, reason="because", embargo=until)
        for files, level, until in (
            ("**/*-result.json", Level.WITHHELD, None),
            ("**/*.jsonl", Level.METADATA, NOW.date()),
        )
    ]
    return b"".join(entry.line() for entry in redact(entries, rules))


def proofs():
    for size, index in ((1, 0), (2, 1), (11, 4), (300, 299)):
        yield f"{size}-{index}", good_proof(size, index)[0]
    whole = good_proof()[0]
    yield "no-entry", b"\n".join(line for line in whole.split(b"\n") if not line.startswith(b"ext"))


def documents():
    for name, data in BUNDLE.items():
        if name.endswith(".json") and b'"schema":"certbench/' in data:
            yield name.rpartition("/")[2], data


def sayings():
    """What a certifier and a laboratory sign beside the statement."""
    payload = parse_envelope(STATEMENT).payload
    predicate = parse_statement(payload).predicate
    decision = Decision(
        outcome=Outcome.GRANT,
        certificate="C-1",
        frameworks=("small-framework@1.0",),
        decided=NOW,
        until=NOW.date(),
        conditions=("keep it updated",),
    )
    made = make_decision(decision, predicate.bundle_root, payload)
    yield "decision", sign_saying(made, LAB)
    withdrawal = Withdrawal(bundle_root=predicate.bundle_root, withdrawn=NOW, reason="a hole")
    yield "withdrawal", sign_saying(make_withdrawal(withdrawal), LAB)
    for name, data in BUNDLE.items():
        if name == TEST_RESULT:
            yield "result", data


POLICY = b"""\
[trust]
tsa_policies = ["1.2.3"]
crl_max_age_days = 30

[accept]
purposes = ["test", "demo"]
partial = true
maximum_age_days = 400

[job]
nonce = "job 1"

[device]
model = "RR-1"
serials = ["S1"]

[[framework]]
name = "small-framework@1.0"
conclusions = ["CONFORMANT"]
provisions.p1 = ["PASS"]

[persons]
two = true

[disclosure]
full = ["verdict"]
most = 3
"""


def patches():
    """Of every file: cut, overwritten, inserted into, emptied, and left as it is."""
    for number, name in enumerate(sorted(BUNDLE)):
        middle = (len(BUNDLE[name]) // 2).to_bytes(3)
        for kind, rest in ((0, b""), (1, b"\xff"), (2, b'"'), (3, b"\0\0\0"), (2, b"")):
            yield f"{number}-{kind}-{len(rest)}", bytes([number, kind]) + middle + rest


def _hci(data, *, sent=False):
    return btsnoop.record(bytes.fromhex(data), sent=sent, at_us=0)


def _acl(channel, data, *, sent=False):
    whole = struct.pack("<HH", len(data) // 2, channel) + bytes.fromhex(data)
    return _hci("024020" + struct.pack("<H", len(whole)).hex() + whole.hex(), sent=sent)


def snoops():
    """Captures of a connection, a pairing, attributes, and what stands in the air."""
    connected = _hci("043e1301004000000155443322117018000000480000")
    report = _hci("043e120201000155443322117006" + "05094c6f636bc4")
    asked = _acl(6, "0104000d100303", sent=True)
    pairing = [asked, _acl(6, "0204000d100303"), _acl(6, "0d" + "11" * 16)]
    encrypted = [_hci("0119201c4000" + "00" * 26, sent=True), _hci("04080400400001")]
    values = [
        _acl(4, "100100ffff0028", sent=True), _acl(4, "1106010009000018"),
        _acl(4, "080100ffff0328", sent=True), _acl(4, "090702000a0300002a"),
        _acl(4, "0a0300", sent=True), _acl(4, "0b4c6f636b"), _acl(4, "1b0300ff"),
    ]  # fmt: skip
    pieces = [_hci("0240200400" + "05000400"), _hci("0240100500" + "0b41424344")]
    head = btsnoop.header()
    yield "air", head + report * 3
    yield "pairing", head + b"".join([connected, *pairing, *encrypted])
    yield "values", head + b"".join([connected, *values, *pieces])
    yield "cut", (head + connected + b"".join(values))[:-3]


def _signal(data, *, sent=False):
    return _acl(1, data, sent=sent)


def classic_snoops():
    """Captures over Classic: who answers, what is served, and how a link is made and kept."""
    dut = "554433221170"
    answer = _hci(f"042fff01{dut}0100" + "00" * 5 + "c4" + ("05094c6f636b" + "00" * 234))
    named = _hci("0407ff00" + dut + "4c6f636b" + "00" * 244)
    opened = _hci(f"04030b004000{dut}0100")
    channel = [_signal("020104000100" + "4100", sent=True), _signal("030108004101410000000000")]
    listed = "35133511090004350c350319010035051900030803"
    first, last = listed[:16], listed[16:]
    records = [
        _acl(0x141, "060000000100", sent=True),
        _acl(0x41, "07000000" + f"{4 + len(first) // 2:02x}" + f"{len(first) // 2:04x}{first}0107"),
        _acl(0x41, "07000000" + f"{3 + len(last) // 2:02x}" + f"{len(last) // 2:04x}{last}00"),
    ]
    serial = [
        _signal("020204000300" + "4200", sent=True), _signal("030208004201420000000000"),
        _acl(0x142, "033f011c", sent=True), _acl(0x42, "037301d7"),
        _acl(0x142, "1b3f01aa", sent=True), _acl(0x42, "1b7301aa"),
        _acl(0x42, "1bef0b68656c6c6faa"), _acl(0x142, "1b5301aa", sent=True),
        _acl(0x42, "2b1f01aa"), _signal("0603040042014200"),
    ]  # fmt: skip
    host = [
        _hci("01560c0101", sent=True), _hci("040e04017a0c00"),
        _hci("040e0e0104100002020001000000000000"),
    ]  # fmt: skip
    pairing = [
        _hci(f"043209{dut}010003"),
        _hci(f"041817{dut}" + "60" * 16 + "08"),
        _hci("040603004000"), _hci("04080400400002"),
        _hci("040e0701081400400010"), _hci("0459050040000110"),
    ]  # fmt: skip
    ended = _hci("04050400400013")
    pin = [
        _hci("01560c0100", sent=True),
        _hci(f"041606{dut}"),
        _hci("010d0417" + dut + "04" + "30" * 16, sent=True),
    ]
    head = btsnoop.header()
    yield "answers", head + answer + named
    yield "services", head + b"".join([opened, *channel, *records, *serial, ended])
    yield "pairing", head + b"".join([*host, opened, *pairing, ended])
    yield "pin", head + b"".join([*pin[:1], opened, *pin[1:], *pairing[1:], ended])
    yield "cut", (head + b"".join([opened, *channel, *records]))[:-5]


def all_seeds():
    """Target, name and content of every seed."""
    lines = BUNDLE[MANIFEST].splitlines(keepends=True)
    payload = parse_envelope(BUNDLE[STATEMENT_FILE]).payload
    huge = lines[0].replace(b'"size":', b'"size":' + b"9" * 60)
    pem, note = BUNDLE[SIGNER], good_proof()[1]
    kinds = {
        "zip": archives(),
        "dsse": envelopes(),
        "statement": [("good", payload), ("small", b"{}")],
        "checkpoint": [("good", note), ("more", note.replace(b"\n\n", b"\nextension\n\n"))],
        "proof": proofs(),
        "entry": [("good", entry_of(STATEMENT).leaf)],
        "manifest": [
            ("good", b"".join(lines)),
            ("one", lines[0]),
            ("twice", lines[0] * 2),
            ("huge", huge),
            ("edition", edition(lines)),
        ],
        "keys": [("one", pem), ("two", pem + LAB.public.pem), ("broken", pem.replace(b"M", b"N"))],
        "document": documents(),
        "bundle": patches(),
        "saying": sayings(),
        "btsnoop": snoops(),
        "classic": classic_snoops(),
        "policy": [("good", POLICY), ("missing", b'[trust]\nkeys = ["none.pem"]\n')],
    }
    for target, seeds in kinds.items():
        for name, data in seeds:
            yield target, name, data
