"""Bluetooth on the page: each link with mode and level, and what each level opens."""

import pytest

from harness.facts.bluetooth import (
    Access,
    AccessAtLevel,
    Advertiser,
    BluetoothAdvertisingFacts,
    BluetoothPairingFacts,
    Characteristic,
    Level,
    PairingTry,
)
from harness.facts.bluetooth_classic import (
    BluetoothClassicFacts,
    Cipher,
    ClassicService,
    ClassicTry,
    LinkKey,
)
from harness.model.observation import Absent, EvidenceRef, Present, Unknown
from harness.report.bluetooth_view import bluetooth_of

REF = EvidenceRef(path="A/hci.btsnoop", where="packet 7")
SEEN, ABSENT, UNKNOWN = Present(evidence=(REF,)), Absent(control=REF), Unknown(reason="r")
LOCK = "a1b20000-5c1e-4d3f-9a7b-6f0d2c8e1b44"
BOLT = "a1b20001-5c1e-4d3f-9a7b-6f0d2c8e1b44"
INFORMATION = "0000180a-0000-1000-8000-00805f9b34fb"
MODEL_NUMBER = "00002a24-0000-1000-8000-00805f9b34fb"


def row(level, read=Access.UNTRIED, write=Access.UNTRIED):
    return AccessAtLevel(level=level, read=read, write=write, evidence=REF)


def value(service, uuid, *rows, readable=True, writable=False):
    return Characteristic(
        service=service, uuid=uuid, handle=3, readable=readable, writable=writable, table=rows
    )


def attempt(name, **changes):
    given = {"name": name, "answer": "accepted", "evidence": REF}
    return PairingTry(**(given | changes))


def completed(model, *, secure=True, size=16):
    return attempt(
        f"pair:{model}", completed=True, model=model, secure_connections=secure, key_size=size
    )


def pairing(**changes):
    named = (
        "control", "outside_mode", "over_bond", "legacy", "unauthenticated", "short_key",
        "fixed_passkey", "unlimited", "wrong_key_accepted", "open_after_bond",
    )  # fmt: skip
    return BluetoothPairingFacts(
        **{"complete": True, **dict.fromkeys(named, UNKNOWN), "listed": SEEN, **changes}
    )


def classic(**changes):
    named = (
        "heard", "control", "discoverable", "outside_mode", "unauthenticated", "legacy_pin",
        "without_secure_connections", "short_key", "open_service", "listed",
    )  # fmt: skip
    given = {"complete": True, "window_s": 30.0, **dict.fromkeys(named, UNKNOWN)}
    return BluetoothClassicFacts(**(given | changes))


@pytest.fixture
def view(stage):
    """What is shown of such facts."""
    return lambda *facts: bluetooth_of(stage(more=facts).facts())


def test_nobody_looked(view):
    assert not view()


@pytest.mark.parametrize(
    ("made", "secured", "level"),
    [
        (completed("passkey"), "LE Secure Connections, key of 16 bytes", "level 4: authenticated"),
        (
            completed("passkey", secure=False),
            "LE Legacy Pairing, key of 16 bytes",
            "level 3: authenticated",
        ),
        (
            completed("numeric-comparison", size=7),
            "LE Secure Connections, key of 7 bytes",
            "level 3: authenticated",
        ),
        (
            completed("just-works"),
            "LE Secure Connections, key of 16 bytes",
            "level 2: encrypted, not authenticated",
        ),
    ],
)
def test_a_link_has_its_mode_and_level(view, made, secured, level):
    (le,) = view(pairing(tries=(made, made))).le
    (link,) = le.links
    assert link.secured == secured
    assert link.level.startswith(f"LE security mode 1, {level}")


def test_what_was_not_completed_is_no_link(view):
    tries = (
        attempt("dry:passkey", model="passkey", reason="unspecified-reason"),
        attempt("outside-mode", answer="refused", reason="pairing-not-supported"),
        attempt("dry:tag", answer="silent"),
    )
    (le,) = view(pairing(tries=tries)).le
    assert le.links == ()
    assert [each.came for each in le.tries] == [
        "request accepted, unspecified reason, not completed",
        "request refused, pairing not supported, not completed",
        "request silent, not completed",
    ]


def test_the_level_table_has_a_column_for_each_level_that_was_reached(view):
    values = (
        value(INFORMATION, MODEL_NUMBER, row(Level.OPEN, Access.GRANTED)),
        value(
            LOCK,
            BOLT,
            row(Level.OPEN, Access.REFUSED, Access.SILENT),
            row(Level.SECURE_CONNECTIONS, Access.GRANTED, Access.GRANTED),
            writable=True,
        ),
    )
    (le,) = view(pairing(characteristics=values)).le
    assert le.levels == (Level.OPEN, Level.SECURE_CONNECTIONS)
    assert le.missing == (Level.UNAUTHENTICATED, Level.AUTHENTICATED)
    information, lock = le.services
    assert (information.uuid, information.name) == ("0x180a", "Device Information")
    (model,), (bolt,) = information.values, lock.values
    assert (model.uuid, model.name) == ("0x2a24", "model number")
    assert model.cells == (("read: yes",), ("read: not tried",))
    assert (bolt.uuid, bolt.name) == (BOLT, "")
    assert bolt.cells == (("read: refused", "write: no answer"), ("read: yes", "write: yes"))


def test_a_value_that_is_had_against_its_own_properties_is_shown(view):
    odd = value(LOCK, BOLT, row(Level.OPEN, Access.GRANTED), readable=False)
    (le,) = view(pairing(characteristics=(odd,))).le
    assert le.services[0].values[0].cells == (("read: yes",),)


def test_classic_has_mode_4_with_key_and_cipher(view):
    made = ClassicTry(
        name="pair",
        answer="completed",
        key=LinkKey.UNAUTHENTICATED_P256,
        cipher=Cipher.AES_CCM,
        level=2,
        evidence=REF,
    )
    refused = ClassicTry(name="outside-mode", answer="refused", status=0x18, evidence=REF)
    services = tuple(
        ClassicService(name=name, listed=listed, open=seen)
        for name, listed, seen in (
            ("rfcomm/3", True, SEEN),
            ("rfcomm/4", False, ABSENT),
            ("l2cap/0x0019", False, UNKNOWN),
        )
    )
    facts = classic(tries=(made, refused), services=services, fakes=("legacy-pin", "air"))
    (seen,) = view(facts).classic
    (link,) = seen.links
    assert link.how == "link key: unauthenticated p256"
    assert link.secured == "AES-CCM, size of the key not told"
    assert link.level == "security mode 4, level 2"
    assert seen.tries[1].came == "refused, error 0x18"
    assert [opened for _, _, opened in seen.services] == ["yes", "refused", "not decided"]
    assert seen.pretended == ("pairing by PIN",)


def test_the_page_says_it_all_in_words(stage, made):
    address = Advertiser(
        address="40:00:00:00:00:01",
        kind="resolvable-private",
        first_s=0.5,
        last_s=2.0,
        name="<script>Lock",
        evidence=REF,
    )
    air = BluetoothAdvertisingFacts(
        complete=True,
        window_s=900.0,
        advertisers=(address,),
        heard=SEEN,
        trackable=UNKNOWN,
        identifying=UNKNOWN,
    )
    bolt = value(LOCK, BOLT, row(Level.OPEN, Access.REFUSED))
    cut = pairing(
        tries=(completed("passkey"),),
        characteristics=(bolt,),
        listed=UNKNOWN,
        fakes=("long-term-key",),
    )
    page = stage(more=(air, cut, classic())).page(made.assessment())
    assert "Heard within 900 s" in page
    assert "&lt;script&gt;Lock" in page
    assert "LE security mode 1, level 4" in page
    assert "Level table" in page
    assert "read: refused" in page
    assert "Over links of level 2, 3, 4 nothing was tried" in page
    assert "The list is not complete" in page
    assert "pretends whether both sides encrypt under the same key" in page
    assert "no pairing was completed, so no link was encrypted" in page


def test_a_page_without_bluetooth_has_no_heading_for_it(stage, made):
    assert 'id="bluetooth"' not in stage().page(made.assessment())
