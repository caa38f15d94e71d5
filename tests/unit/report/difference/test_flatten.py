"""Facts as a table: what two surveys of one unchanged device say alike."""

import typing

import pytest

from harness.facts.base import Facts
from harness.facts.bluetooth import Access, AccessAtLevel, Advertiser, Characteristic, Level
from harness.facts.console import ConsoleFacts, SecretSighting
from harness.facts.credentials import CandidateSource, Trial, TrialOutcome
from harness.facts.http import HttpFacts, HttpServer, Redirect
from harness.facts.tls import Certificate, TlsFacts, TlsServer, VersionOffer
from harness.interpret.registry import load_interpreters
from harness.model.base import Frozen
from harness.model.observation import Absent, EvidenceRef, Present, Unknown
from harness.report.difference.flatten import Flattener
from harness.report.difference.shapes import ITSELF, SHAPES, Meaning

NOT_COMPARED = {"NotExamined", "NotFollowed"}
"""Told by coverage, or left out where they stand."""


def parts_of(annotation):
    """The models inside an annotation."""
    if isinstance(annotation, type) and issubclass(annotation, Frozen):
        return {annotation}
    return set().union(set(), *map(parts_of, typing.get_args(annotation)))


def models_below(model):
    found = {model}
    for field in model.model_fields.values():
        for part in parts_of(field.annotation):
            if part not in {EvidenceRef, Present, Absent, Unknown}:
                found |= models_below(part)
    return found


EVERY = sorted(
    {model for each in load_interpreters().values() for model in models_below(each.facts)},
    key=lambda model: model.__qualname__,
)


@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__qualname__)
def test_somebody_has_thought_about_every_model(model):
    assert model in SHAPES or model.__name__ in NOT_COMPARED


@pytest.mark.parametrize("model", SHAPES, ids=lambda model: model.__qualname__)
def test_shapes_name_fields_that_are_there(model):
    shape = SHAPES[model]
    named = {*shape.key, *shape.told, *shape.drop, *shape.means, *shape.expected} - {ITSELF}
    assert named <= model.model_fields.keys()
    if issubclass(model, Facts):
        assert not shape.key


def flat(element):
    return {entry.path: entry.value for entry in Flattener("")._element(element, 1, (), (), None)}


def test_a_private_address_that_changed_is_no_difference(made):
    first, second = (
        Advertiser(
            address=address,
            kind="resolvable-private",
            first_s=at,
            last_s=at + 3.0,
            evidence=made.ref(),
        )
        for address, at in (("40:00:00:00:00:01", 0.0), ("40:00:00:00:00:02", 3.0))
    )
    assert flat(first) == flat(second)


def test_a_bluetooth_value_that_opened_is_one_difference(made):
    closed, opened = (
        flat(
            Characteristic(
                service="s",
                uuid="u",
                handle=handle,
                readable=True,
                writable=False,
                table=(AccessAtLevel(level=Level.OPEN, read=read, evidence=made.ref()),),
            )
        )
        for read, handle in ((Access.REFUSED, 3), (Access.GRANTED, 4))
    )
    changed = {path: value for path, value in opened.items() if closed[path] != value}
    assert changed == {("s u", "table", "1"): "granted untried"}


def entries(facts, address="192.0.2.1"):
    return {entry.path: entry.value for entry in Flattener(address).flatten(facts)}


def certificate(made, **changes):
    given = {
        "sha256": "0" * 64,
        "spki_sha256": "1" * 64,
        "subject": "CN=x",
        "issuer": "CN=x",
        "serial": "1",
        "not_before": "2026-01-01T00:00:00Z",
        "not_after": "2027-01-01T00:00:00Z",
        "names": ("x", "192.0.2.1"),
        "key_type": "RSA",
        "key_bits": 2048,
        "signature_hash": "sha256",
        "self_signed": True,
        "evidence": made.ref(),
    }
    return Certificate(**(given | changes))


def tls(made, *versions, chain=(), address="192.0.2.1", **changes):
    server = TlsServer(
        endpoint=made.endpoint("tcp/443", address),
        observed_at="2026-11-21T08:00:00Z",
        versions=versions,
        ciphers=(),
        families=(),
        chain=chain,
        evidence=(made.ref(),),
    )
    return TlsFacts(servers=(server.model_copy(update=changes),), complete=True)


def test_places_times_and_addresses_are_no_difference(made):
    old = tls(made, VersionOffer(version="TLSv1.2", observation=made.present),
              chain=(certificate(made),))  # fmt: skip
    renewed = certificate(
        made, sha256="9" * 64, serial="2", not_before="2026-06-01T00:00:00Z",
        not_after="2028-01-01T00:00:00Z", names=("x", "192.0.2.7"), evidence=made.ref("line 9"),
    )  # fmt: skip
    seen = Present(evidence=(made.ref("line 77"),))
    new = tls(made, VersionOffer(version="TLSv1.2", observation=seen), chain=(renewed,),
              address="192.0.2.7", observed_at="2026-12-01T08:00:00Z")  # fmt: skip
    assert entries(old) == entries(new, "192.0.2.7")


def test_another_key_is_a_difference_of_identity(made):
    one = {e.path: e for e in Flattener("").flatten(tls(made, chain=(certificate(made),)))}
    place = ("servers", "tcp/443", "chain", "1", "spki_sha256")
    assert one[place].meaning is Meaning.IDENTITY
    assert one[place].value == "1" * 64


def test_the_order_of_a_list_is_no_difference(made):
    offers = [
        VersionOffer(version="TLSv1.2", observation=made.present),
        VersionOffer(version="TLSv1.3", observation=made.absent),
    ]
    assert entries(tls(made, *offers)) == entries(tls(made, *reversed(offers)))


def test_what_the_bench_made_up_and_seconds_since_boot_are_no_difference(made):
    def http(mark):
        server = HttpServer(
            endpoint=made.endpoint("tcp/80"),
            tls=False,
            answered=made.present,
            redirects=(
                Redirect(
                    path=f"/certbench-{mark}",
                    location=f"https://192.0.2.1/certbench-{mark}",
                    followed=False,
                    evidence=made.ref(),
                ),
            ),
            headers=(("Date", mark),),
            redirects_to_tls=made.absent,
            open_configuration=made.unknown,
        )
        return HttpFacts(servers=(server,), complete=True)

    assert entries(http("58119c5c2723")) == entries(http("aaaaaaaaaaaa"))

    def console(seconds):
        shown = f"[{seconds}] wpa_passphrase=***"
        return ConsoleFacts(
            baud=115200,
            output=made.present,
            booted=made.present,
            boot_loader_prompt=made.absent,
            login_prompt=made.present,
            unauthenticated_shell=made.absent,
            secrets=(SecretSighting(kind="wifi-passphrase", shown=shown, evidence=made.ref()),),
            complete=True,
        )

    assert entries(console("    1.234567")) == entries(console("   12.000000"))


def test_an_address_is_not_taken_for_part_of_another(made):
    text = Flattener("192.0.2.1").text
    assert text("https://192.0.2.1:443/") == "https://<address>:443/"
    assert text("192.0.2.10 1192.0.2.1") == "192.0.2.10 1192.0.2.1"


def test_text_of_a_device_is_harmless(made):
    assert Flattener("").text("\x1b[31m\u202e") == r"\x1b[31m\u202e"


def test_long_texts_that_differ_at_their_end_differ(made):
    text = Flattener("").text
    assert text("a" * 5000 + "1") != text("a" * 5000 + "2")
    assert len(text("a" * 5000)) < 400


def test_a_trial_is_compared_by_its_outcome_alone(made):
    def trial(number, secret, outcome):
        return Trial(
            number=number,
            source=CandidateSource.PUBLISHED,
            user="admin",
            secret=secret,
            outcome=outcome,
            duration_ms=number,
            evidence=made.ref(f"line {number}"),
        )

    one = made.logins(trial(1, "pw-1", TrialOutcome.REJECTED))
    other = made.logins(
        trial(7, "pw-2", TrialOutcome.REJECTED), trial(8, "", TrialOutcome.UNANSWERED)
    )
    assert entries(one) == entries(other)
    assert entries(made.logins(trial(1, "pw-1", TrialOutcome.ACCEPTED))) != entries(one)
