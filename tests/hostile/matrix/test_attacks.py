"""The attack matrix: each case starts from a bundle that everybody vouched for, and which holds
under a policy that asks for all of it, and differs from it in one thing.

What is attacked with the laboratory's own key is signed anew by everybody, as they are taken in.
"""

import datetime as dt
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from cryptography import x509

from harness.encoding.canonical import canonical
from harness.encoding.tree import DirectoryTree
from harness.evidence.manifest import file_digest
from harness.model.decision import Outcome
from harness.model.disclosure import DisclosureRule, Level
from harness.model.layout import (
    CERTIFICATES,
    DECISION,
    MANIFEST,
    REVOCATIONS,
    SIGNER,
    STATEMENT,
    TEST_RESULT,
)
from harness.trust.issuing import revoked_entry
from harness.trust.log import store
from harness.trust.log.entry import entry_of
from harness.trust.log.note import KeyKind
from harness.trust.log.witness import Refusal
from harness.trust.oids import Use
from harness.verify.policy import DisclosureDemand, DutDemand
from harness.verify.report import Step, StepOutcome

CAPTURE = "data/survey/A/1-initialised/credentials/1/tcp-443.jsonl"
ASSESSMENT = "data/assessments/small-framework@1.0/assessment.json"
CATALOGUE = "data/assessments/small-framework@1.0/catalogue.json"
PROOF = "evb/log/1.tlog-proof"
REPORT = "data/report/index.html"
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Attack:
    """One change to a scene, the step that must be the first to see it, its code, what it names."""

    name: str
    change: Callable[..., object]
    step: Step
    code: str
    names: str = ""


# What anybody can do to a bundle.


def _capture_and_its_line(s) -> None:
    """Edit a capture and its digest in the manifest: only the root can tell."""
    s.edit(CAPTURE, b"welcome", b"denied!")
    digest = file_digest(DirectoryTree(s.path), CAPTURE)
    rows = [json.loads(line) for line in (s.path / MANIFEST).read_bytes().splitlines()]
    rows = [row | ({"sha256": digest} if row["path"] == CAPTURE else {}) for row in rows]
    s.write(MANIFEST, b"".join(canonical(row) + b"\n" for row in rows))


def _link(s) -> None:
    (s.path / CAPTURE).unlink()
    (s.path / CAPTURE).symlink_to("/etc/hostname")


def _remove(file: str) -> Callable[..., object]:
    return lambda s: ((s.path / file).unlink(), s.rebag())


def _mallory(s) -> None:
    """Somebody else signs the same statement and puts the own key beside it."""
    key = s.cast.new_key()
    (s.path / TEST_RESULT).unlink()  # it is signed by the laboratory, too
    s.sign(key)
    s.stamp()
    s.put(SIGNER, key.public.pem)


def _spoofed_key_id(s) -> None:
    """Somebody else signs and claims the id of the laboratory's key."""
    key = s.cast.new_key()

    def claim(envelope) -> None:
        envelope["signatures"] = envelope["signatures"][:1]
        envelope["signatures"][0]["keyid"] = s.cast.evaluator.key_id

    s.sign(key)
    s.edit_envelope(claim)
    s.rebag()


def _twice(archive: zipfile.ZipFile) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(CAPTURE, b"other")


def _named(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("x")
    info.filename = name
    return info


def _link_entry(archive: zipfile.ZipFile) -> None:
    info = zipfile.ZipInfo("data/survey/link")
    info.create_system = 3
    info.external_attr = 0o120777 << 16
    archive.writestr(info, "/etc/passwd")


def _zip(name: str, data: bytes = b"x", how: int = zipfile.ZIP_STORED) -> Callable[..., object]:
    return lambda s: s.rezip(lambda archive: archive.writestr(_named(name), data, how))


INTEGRITY = [
    Attack("a capture edited", lambda s: s.edit(CAPTURE, b"welcome", b"denied!"), Step.FILES,
           "E-FILE-CHANGED", CAPTURE),
    Attack("a capture cut short", lambda s: s.write(CAPTURE, b"{}"), Step.FILES,
           "E-FILE-CHANGED", CAPTURE),
    Attack("a capture removed", lambda s: (s.path / CAPTURE).unlink(), Step.FILES,
           "E-FILE-MISSING", CAPTURE),
    Attack("a capture renamed",
           lambda s: (s.path / CAPTURE).rename(s.path / CAPTURE.replace("443", "80")),
           Step.FILES, "E-FILE-RENAMED", "tcp-80.jsonl"),
    Attack("a capture replaced by a link", _link, Step.CONTAINER, "E-CONTAINER", CAPTURE),
    Attack("the report edited", lambda s: s.edit(REPORT, b"Report", b"Passed"), Step.FILES,
           "E-FILE-CHANGED", REPORT),
    Attack("the dossier edited", lambda s: s.edit("data/survey/dossier.json", b"RR-1", b"RR-2"),
           Step.FILES, "E-FILE-CHANGED", "dossier.json"),
    Attack("a file added to the survey", lambda s: s.write("data/survey/extra.bin", b"x"),
           Step.FILES, "E-FILE-ADDED", "data/survey/extra.bin"),
    Attack("a file added beside data", lambda s: s.write("readme.txt", b"x"), Step.PROFILE,
           "E-FILE-ADDED", "readme.txt"),
    Attack("a file added to evb", lambda s: s.write("evb/other.pem", b"x"), Step.PROFILE,
           "E-FILE-ADDED", "evb/other.pem"),
    Attack("a name that differs in case only",
           lambda s: s.write(CAPTURE.replace("tcp", "TCP"), b"x"), Step.CONTAINER, "E-CONTAINER",
           "case"),
    Attack("a name with a control character", lambda s: s.write("data/survey/a\x1b[2J", b"x"),
           Step.CONTAINER, "E-CONTAINER", "\\x1b"),
    Attack("a name with a backslash", lambda s: s.write("data/survey/a\\b", b"x"), Step.CONTAINER,
           "E-CONTAINER", "backslash"),
    Attack("a name that is not NFC", lambda s: s.write("data/survey/e\u0301", b"x"),
           Step.CONTAINER, "E-CONTAINER", "NFC"),
    Attack("the tag manifest removed", lambda s: (s.path / "tagmanifest-sha256.txt").unlink(),
           Step.PROFILE, "E-PROFILE", "tagmanifest-sha256.txt"),
    Attack("bag-info edited", lambda s: s.edit("bag-info.txt", b"certbench", b"somebody"),
           Step.BAG, "E-BAG", "bag-info.txt"),
    Attack("the payload manifest edited",
           lambda s: s.edit("manifest-sha256.txt", b"  data/", b"  Data/"), Step.BAG, "E-BAG",
           "manifest-sha256.txt"),
    Attack("a manifest line dropped", lambda s: s.lines(lambda lines: lines[1:]), Step.STATEMENT,
           "E-ROOT", "entries"),
    Attack("two manifest lines swapped",
           lambda s: s.lines(lambda lines: [lines[1], lines[0], *lines[2:]]), Step.STATEMENT,
           "E-MANIFEST", "order"),
    Attack("a manifest line twice", lambda s: s.lines(lambda lines: [lines[0], *lines]),
           Step.STATEMENT, "E-MANIFEST", "twice"),
    Attack("a manifest line that is no JSON", lambda s: s.write(MANIFEST, b"{\n"), Step.STATEMENT,
           "E-MANIFEST", "line 1"),
    Attack("a capture and its manifest line edited", _capture_and_its_line, Step.STATEMENT,
           "E-ROOT", "part survey"),
    Attack("the manifest removed", lambda s: (s.path / MANIFEST).unlink(), Step.PROFILE,
           "E-PROFILE", MANIFEST),
    Attack("the statement removed", lambda s: (s.path / STATEMENT).unlink(), Step.PROFILE,
           "E-PROFILE", STATEMENT),
    Attack("the purpose in the statement edited",
           lambda s: s.edit_payload(lambda p: p["predicate"].update(purpose="surveillance")),
           Step.SIGNATURE, "E-SIGNATURE", STATEMENT),
    Attack("the payload type swapped",
           lambda s: s.edit_envelope(lambda e: e.update(payloadType="application/json")),
           Step.SIGNATURE, "E-PAYLOAD-TYPE", "application/json"),
    Attack("a signature damaged",
           lambda s: s.edit_envelope(lambda e: e["signatures"][0].update(sig="AAAA")),
           Step.SIGNATURE, "E-SIGNATURE", STATEMENT),
    Attack("the signatures removed", lambda s: s.edit_envelope(lambda e: e.update(signatures=[])),
           Step.SIGNATURE, "E-ENVELOPE", "signatures"),
    Attack("a field added to the envelope", lambda s: s.edit_envelope(lambda e: e.update(n="x")),
           Step.SIGNATURE, "E-ENVELOPE", "fields"),
    Attack("a JSON key twice in the envelope",
           lambda s: s.edit(STATEMENT, b"{", b'{"payloadType":"x",'), Step.SIGNATURE,
           "E-ENVELOPE", "payloadType"),
    Attack("the public key replaced", lambda s: s.write(SIGNER, b"nothing"), Step.SIGNATURE,
           "E-ENVELOPE", SIGNER),
    Attack("signed with another key under the trusted id", _spoofed_key_id, Step.SIGNATURE,
           "E-SIGNATURE", "not that key's"),
    Attack("zip slip", _zip("../evil.txt"), Step.CONTAINER, "E-CONTAINER", "evil.txt"),
    Attack("an absolute name in the zip", _zip("/abs.txt"), Step.CONTAINER, "E-CONTAINER",
           "abs.txt"),
    Attack("a drive in the zip", _zip("C:/x.txt"), Step.CONTAINER, "E-CONTAINER", "C:/x.txt"),
    Attack("a name twice in the zip", lambda s: s.rezip(_twice), Step.CONTAINER, "E-CONTAINER",
           CAPTURE),
    Attack("a name in capitals in the zip", _zip(CAPTURE.upper()), Step.CONTAINER, "E-CONTAINER",
           "case"),
    Attack("a link in the zip", lambda s: s.rezip(_link_entry), Step.CONTAINER, "E-CONTAINER",
           "link"),
    Attack("a bomb in the zip", _zip("data/bomb", bytes(50_000_000), zipfile.ZIP_DEFLATED),
           Step.CONTAINER, "E-CONTAINER", "bomb"),
    Attack("NUL in a name in the zip",
           lambda s: s.edit_zip(lambda data: data.replace(b"tcp-443", b"tcp\x00443")),
           Step.CONTAINER, "E-CONTAINER", "control character"),
    Attack("the zip cut short", lambda s: s.edit_zip(lambda data: data[:-30]), Step.CONTAINER,
           "E-CONTAINER"),
]  # fmt: skip


# What a laboratory can do with its own key.


def _document(file: str, change: Callable[[dict], object]) -> Callable[..., object]:
    """The laboratory edits one document, and everybody vouches for the result."""

    def edit(data: Path) -> None:
        path = data / file.removeprefix("data/")
        document = json.loads(path.read_bytes())
        change(document)
        path.write_bytes(canonical(document) + b"\n")

    return lambda s: s.relab(edit)


def _swap_catalogue(s) -> None:
    """A catalogue that asks for less than the published one, and everything made to fit it."""
    book = s.cast.maker.catalogue()
    easier = book.model_copy(
        update={"provisions": (book.provisions[0].model_copy(update={"title": "Anything"}),
                               *book.provisions[1:])}
    )  # fmt: skip

    def edit(data: Path) -> None:
        (data / CATALOGUE.removeprefix("data/")).write_bytes(easier.to_bytes())
        path = data / ASSESSMENT.removeprefix("data/")
        document = json.loads(path.read_bytes())
        document["judge"]["catalogue"] = easier.digest
        path.write_bytes(canonical(document) + b"\n")

    s.relab(edit)


def _misnamed_device(s) -> None:
    """The statement names another device than the documents below it."""
    s.edit_payload(lambda p: p["predicate"]["dut"].update(model="RR-9"))
    s.ask(dut=None)
    s.all_again()


LABORATORY = [
    Attack("a verdict edited",
           _document(ASSESSMENT, lambda d: d["units"][0].update(verdict="FAIL")), Step.VERDICTS,
           "E-VERDICT", "p1-1a"),
    Attack("a mandatory provision's verdict removed",
           _document(ASSESSMENT, lambda d: d.update(provisions=d["provisions"][1:])),
           Step.VERDICTS, "E-VERDICT", "p1"),
    Attack("the conclusion edited",
           _document(ASSESSMENT, lambda d: d.update(conclusion="NOT_CONFORMANT")), Step.VERDICTS,
           "E-VERDICT", "conclusion"),
    Attack("a unit dropped", _document(ASSESSMENT, lambda d: d.update(units=d["units"][:-1])),
           Step.VERDICTS, "E-VERDICT"),
    Attack("a unit twice",
           _document(ASSESSMENT, lambda d: d["units"].append(d["units"][0])), Step.COMPLETENESS,
           "E-COVERAGE", "twice"),
    Attack("the indicative mark removed",
           _document(ASSESSMENT, lambda d: d.update(indicative=False)), Step.VERDICTS,
           "E-VERDICT", "indicative"),
    Attack("evidence that is not there",
           _document(ASSESSMENT, lambda d: d["units"][0]["judgements"][0]["evidence"][0].update(
               path="A/9-gone/x/1/y.jsonl")), Step.VERDICTS, "E-EVIDENCE", "9-gone"),
    Attack("a capture swapped under its attempt",
           lambda s: s.relab(lambda data: _replace(
               data / CAPTURE.removeprefix("data/"), b"welcome", b"denied!")),
           Step.DOCUMENTS, "E-DOCUMENT", "tcp-443.jsonl"),
    Attack("a statement that misnames the device", _misnamed_device, Step.CLAIMS, "E-CLAIM",
           "dut"),
    Attack("another sample swapped in",
           _document("data/survey/survey.json", lambda d: d["samples"][0].update(serial="S2")),
           Step.DEVICE, "E-DUT", "S2"),
    Attack("the catalogue swapped", _swap_catalogue, Step.PLAN, "E-PLAN", "catalogue"),
    Attack("answers from a script",
           _document("data/survey/answers/1.json", lambda d: d.update(scripted=True)),
           Step.PURPOSE, "E-SCRIPTED", "script"),
]  # fmt: skip


def _replace(path: Path, old: bytes, new: bytes) -> None:
    path.write_bytes(path.read_bytes().replace(old, new))


# Keys, certificates and time-stamps.


def _certified(**changes) -> Callable[..., object]:
    """The evaluator has another certificate than usual."""
    return lambda s: s.certify(evaluator=s.cast.body.certify(s.cast.evaluator, "P1", **changes))


def _revoked(since: int, reason=x509.ReasonFlags.superseded, invalid=None) -> Callable[..., object]:
    def attack(s) -> None:
        found = s.cast.body.certify(s.cast.evaluator, "P1")
        moment = s.cast.now + since * DAY
        known = s.cast.now + invalid * DAY if invalid else None
        entry = revoked_entry(found.serial_number, moment, reason, known)
        s.certify(evaluator=found, crl=s.cast.body.crl(entry))

    return attack


def _strangers(s) -> None:
    body = type(s.cast.body)(s.cast.now)
    s.certify(
        evaluator=body.certify(s.cast.evaluator, "P1"),
        authoriser=body.certify(s.cast.authoriser, "P3"),
    )


def _time_stamp(data: Callable[..., bytes]) -> Callable[..., object]:
    def attack(s) -> None:
        file = next((s.path / "evb/tst").rglob("1.tsr")).relative_to(s.path)
        s.put(file.as_posix(), data(s))

    return attack


def _one_person(s) -> None:
    """The evaluator signs a second time, with a second certified key."""
    s.certify(authoriser=s.cast.body.certify(s.cast.authoriser, "P1"))


TRUST = [
    Attack("signed with another key", _mallory, Step.SIGNER, "E-UNKNOWN-KEY", "--trust"),
    Attack("an expired key", _certified(last=-30), Step.CERTIFICATE, "E-CERT-EXPIRED", "expired"),
    Attack("a key that is not yet valid", _certified(first=10), Step.CERTIFICATE,
           "E-CERT-NOT-YET", "from"),
    Attack("a revoked key", _revoked(-5), Step.CERTIFICATE, "E-REVOKED", "revoked since"),
    Attack("a key stolen before, and revoked after, the signature",
           _revoked(1, x509.ReasonFlags.key_compromise, -5), Step.CERTIFICATE, "E-REVOKED",
           "keyCompromise"),
    Attack("a key for something else", _certified(use=Use.DECISION), Step.CERTIFICATE,
           "E-CERT-EKU", Use.EVIDENCE.value.dotted_string),
    Attack("certificates of somebody else's body", _strangers, Step.SIGNER, "E-CERT-ROOT", "root"),
    Attack("a test outside the accreditation", _certified(frameworks=("other",)),
           Step.CERTIFICATE, "E-SCOPE", "small-framework@1.0"),
    Attack("certificates that are none", lambda s: s.put(CERTIFICATES, b"none"), Step.SIGNER,
           "E-CERT-MALFORMED", CERTIFICATES),
    Attack("no revocation list", _remove(REVOCATIONS), Step.SIGNER, "E-CRL", "no revocation list"),
    Attack("an old revocation list",
           lambda s: s.certify(crl=s.cast.body.crl(first=-90, last=-60)), Step.SIGNER, "E-CRL",
           "newest"),
    Attack("a time-stamp of another file", _time_stamp(lambda s: s.cast.clock.stamp(b"other")),
           Step.TIMESTAMP, "E-TST-IMPRINT", "something else"),
    Attack("a time-stamp of an untrusted authority",
           lambda s: (s.stamp(s.cast.other_clock), s.rebag()), Step.TIMESTAMP, "E-TST-ROOT",
           "authority"),
    Attack("a time-stamp that is none", _time_stamp(lambda _: b"none"), Step.TIMESTAMP,
           "E-TST-MALFORMED", ".tsr"),
    Attack("no time-stamps", lambda s: (s.no_stamps(), s.rebag()), Step.TIMESTAMP,
           "E-TST-MISSING"),
    Attack("a time-stamp under another policy",
           lambda s: s.ask(tsa_policies=frozenset({"1.2.3.4"})), Step.TIMESTAMP, "E-TST-POLICY",
           "1.2.3.4"),
    Attack("one person only", lambda s: (s.sign(s.cast.evaluator), s.stamp(), s.enter(),
                                         s.decide()), Step.PERSONS, "E-PERSONS", "1 trusted"),
    Attack("one person with two keys", _one_person, Step.PERSONS, "E-PERSONS", "P1"),
]  # fmt: skip


# Transparency log.


def _foreign_log(origin: str | None) -> Callable[..., object]:
    """The statement is in a log of another name, or in one signed with another key."""

    def attack(s) -> None:
        signer = s.cast.new_note_signer(origin or s.cast.log.key.name, KeyKind.LOG)
        other = replace(s.cast, log=signer)
        log = other.new_log(s.log.with_name("foreign"), [entry_of(s.envelope).leaf])
        s.prove_in(log)

    return attack


def _other_history(s) -> Path:
    """Another tree of the same size, which the log signed, too."""
    return s.cast.new_log(s.log.with_name("other"), [s.other_leaf()], witnesses=())


def _fork_kept(s) -> None:
    notes = [(log / "checkpoint").read_text() for log in (s.log, _other_history(s))]
    kept = Refusal(kind="fork", log_key=str(s.cast.log.key), first=notes[0], second=notes[1])
    s.ask(refusals=(kept,))


def _roll_back(s) -> None:
    """The log shows one entry fewer than when it made the proof."""
    before = s.cast.new_log(s.log.with_name("before"), [s.other_leaf(job_nonce="x")])
    s.enter(s.other_leaf(job_nonce="x"))
    s.rebag()
    s.ask(log_copies=(DirectoryTree(before),))


def _other_log_only(s) -> None:
    """Two logs are trusted, and the copy is of the one that knows nothing of this statement."""
    signer = s.cast.new_note_signer("log.example.net/other", KeyKind.LOG)
    log = replace(s.cast, log=signer).new_log(s.log.with_name("elsewhere"), [s.other_leaf()])
    logs = (*s.policy.log.logs, signer.key)
    s.ask(log=replace(s.policy.log, logs=logs), log_copies=(DirectoryTree(log),))


def _later(**changes) -> Callable[..., object]:
    """The log has a later entry."""

    def attack(s) -> None:
        store.append(s.log, s.cast.log, [s.other_leaf(**changes)])

    return attack


def _damaged_copy(s) -> None:
    bundle = s.log / "tile/entries/000.p/1"
    bundle.write_bytes(bundle.read_bytes().replace(b"job-7f3a", b"job-7f3b"))


LOG = [
    Attack("no log proof", _remove(PROOF), Step.LOG, "E-LOG-MISSING", "evb/log/"),
    Attack("a proof that is none", lambda s: s.put(PROOF, b"none"), Step.LOG, "E-LOG-PROOF",
           PROOF),
    Attack("a log of another origin", _foreign_log("log.example.net/evil"), Step.LOG,
           "E-LOG-ORIGIN", "evil"),
    Attack("a log signed with another key", _foreign_log(None), Step.LOG, "E-LOG-SIGNATURE"),
    Attack("a proof of another place",
           lambda s: (s.enter(s.other_leaf(job_nonce="x")), s.edit(PROOF, b"index 1", b"index 0"),
                      s.rebag()), Step.LOG, "E-LOG-INCLUSION", "path"),
    Attack("a proof of another statement",
           lambda s: (s.enter(s.other_leaf(job_nonce="x")), s.prove_in(s.log, 0)), Step.LOG,
           "E-LOG-STATEMENT", "statement"),
    Attack("a missing witness",
           lambda s: (s.enter(witnesses=s.cast.witnesses[:1]), s.rebag()), Step.LOG,
           "E-LOG-WITNESS", "witness-2.example"),
    Attack("a log fork that a witness kept", _fork_kept, Step.LOG, "E-FORK", "two histories"),
    Attack("a log fork that a copy shows",
           lambda s: s.ask(log_copies=(DirectoryTree(_other_history(s)),)), Step.LOG, "E-FORK",
           "others"),
    Attack("a log roll-back", _roll_back, Step.LOG, "E-ROLLBACK", "1 entries"),
    Attack("a copy of another log only", _other_log_only, Step.LOG, "E-LOG-COPY",
           "log.example.net/other"),
    Attack("a copy of the log with another entry", _damaged_copy, Step.LOG, "E-LOG-COPY", "root"),
]  # fmt: skip


# What is asked for: order, device, disclosure, decision, status.


def _held_back(files: str, level: Level, reason: str = "a trade secret", **more):
    rule = DisclosureRule(files=files, level=level, reason=reason, **more)
    return lambda s: s.hold_back(rule)


def _without_reason(s) -> None:
    rule = DisclosureRule(files=CAPTURE, level=Level.METADATA, reason="x")

    def silence(entry):
        return entry.model_copy(update={"reason": ""}) if entry.path == CAPTURE else entry

    s.hold_back(rule, change=silence)


def _hidden_name(s) -> None:
    """A name in the survey is withheld, as no command would: it could be that of a record."""
    s.withhold_by_hand("data/survey/answers/1.json")


def _embargo_over(s) -> None:
    s.embargo(CAPTURE, s.policy.now.date() - DAY)


def _evaluator_decides(s) -> None:
    s.ask(certifiers=(*s.policy.certifiers, s.cast.evaluator.public))
    s.certify(both=s.cast.body.certify(s.cast.evaluator, "P1", use=Use.DECISION))
    s.decide(by=s.cast.evaluator)


def _decider_certified(**changes) -> Callable[..., object]:
    given = {"use": Use.DECISION} | changes
    return lambda s: s.certify(certifier=s.cast.body.certify(s.cast.certifier, "C1", **given))


POLICY = [
    Attack("replayed under another nonce", lambda s: s.ask(nonce="job-0815"), Step.NONCE,
           "E-NONCE", "job-7f3a"),
    Attack("a nonce that another bundle used", _later(), Step.NONCE, "E-REPLAY", "cd" * 32),
    Attack("another DUT", lambda s: s.ask(dut=DutDemand(serials=frozenset({"S7"}))), Step.DEVICE,
           "E-DUT", "S7"),
    Attack("another suite",
           lambda s: s.ask(frameworks=(replace(s.policy.frameworks[0],
                                               suites=frozenset({"ab" * 32})),)),
           Step.PLAN, "E-PLAN", "suite"),
    Attack("a capture held back without a reason", _without_reason, Step.REDACTION, "E-REDACTION",
           CAPTURE),
    Attack("a name of the survey held back", _hidden_name, Step.REDACTION, "E-REDACTION", "name"),
    Attack("a capture under an embargo that nobody agreed to",
           _held_back(CAPTURE, Level.METADATA, embargo=dt.date(2999, 1, 1)), Step.REDACTION,
           "E-REDACTION", "embargo"),
    Attack("an embargo that is over", _embargo_over, Step.REDACTION, "E-REDACTION", "ended"),
    Attack("a class held back that the reader must see",
           lambda s: (_held_back(CAPTURE, Level.METADATA)(s),
                      s.ask(disclosure=DisclosureDemand(full=frozenset({"capture"})))),
           Step.REDACTION, "E-REDACTION", "capture"),
    Attack("a record held back", lambda s: s.metadata_by_hand("data/survey/survey-plan.json"),
           Step.REDACTION, "E-REDACTION", "survey-plan.json"),
    Attack("no decision", _remove(DECISION), Step.DECISION, "E-DECISION-MISSING", DECISION),
    Attack("a decision that is none", lambda s: s.put(DECISION, b"{}"), Step.DECISION,
           "E-DECISION", DECISION),
    Attack("a decision by somebody else", lambda s: s.decide(by=s.cast.new_key()), Step.DECISION,
           "E-DECISION-SIGNER"),
    Attack("a decision about another bundle", lambda s: s.decide(root="ef" * 32), Step.DECISION,
           "E-DECISION-BUNDLE", "ef" * 32),
    Attack("a decision about another statement", lambda s: s.decide(payload=b"x"), Step.DECISION,
           "E-DECISION-BUNDLE", "as the laboratory signed"),
    Attack("a refusal",
           lambda s: s.decide(outcome=Outcome.REFUSE, until=None, conditions=("too weak",)),
           Step.DECISION, "E-DECISION-REFUSED", "too weak"),
    Attack("an expired certificate", lambda s: s.decide(until=s.cast.now.date() - 2 * DAY),
           Step.DECISION, "E-DECISION-EXPIRED", "until"),
    Attack("a decision from the future", lambda s: s.decide(decided=s.cast.now + 3 * DAY),
           Step.DECISION, "E-DECISION-TIME", "decided on"),
    Attack("a decision on what was not assessed",
           lambda s: s.decide(frameworks=("small-framework@1.0", "more@1")), Step.DECISION,
           "E-DECISION-SCOPE", "more@1"),
    Attack("an evaluator who decides", _evaluator_decides, Step.DECISION, "E-IMPARTIALITY",
           "evaluated"),
    Attack("a certifier certified for something else", _decider_certified(use=Use.EVIDENCE),
           Step.CERTIFICATE, "E-CERT-EKU"),
    Attack("a test that is too old", lambda s: s.ask(maximum_age=dt.timedelta(seconds=1)),
           Step.DEMANDS, "E-AGE", "days ago"),
    Attack("a framework that was not judged",
           lambda s: s.ask(frameworks=(replace(s.policy.frameworks[0], framework="more@1",
                                               catalogues=frozenset()),),
                           certifiers=()), Step.DEMANDS, "E-DEMAND", "more@1"),
    Attack("an indicative conclusion where a firm one is asked for",
           lambda s: s.ask(frameworks=(replace(s.policy.frameworks[0], accept_indicative=False),),
                           certifiers=()),
           Step.DEMANDS, "E-DEMAND", "indicative"),
    Attack("an indicative provision where a firm one is asked for",
           lambda s: s.ask(frameworks=(replace(s.policy.frameworks[0], accept_indicative=False,
                                               conclusions=frozenset()),), certifiers=()),
           Step.DEMANDS, "E-DEMAND", "indicative"),
    Attack("a certificate on an indicative conclusion where a firm one is asked for",
           lambda s: s.ask(frameworks=(replace(s.policy.frameworks[0], accept_indicative=False),)),
           Step.DECISION, "E-DECISION-UNFOUNDED", "indicative"),
    Attack("a withdrawn certificate", lambda s: s.ask(withdrawals=(s.cast.withdrawal(s.root),)),
           Step.STATUS, "E-STATUS-WITHDRAWN", "a hole was found"),
    Attack("a withdrawal that nobody can judge",
           lambda s: s.ask(withdrawals=(s.cast.withdrawal(s.root, s.cast.new_key()),)),
           Step.STATUS, "E-STATUS", "does not name"),
    Attack("a replaced statement", lambda s: _later(supersedes=s.statement)(s), Step.STATUS,
           "E-STATUS-SUPERSEDED", "replaces"),
]  # fmt: skip

ATTACKS = [*INTEGRITY, *LABORATORY, *TRUST, *LOG, *POLICY]


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_one_change_is_found_by_its_step_and_named(scene, attack):
    attack.change(scene)
    report = scene.verify()
    failed = [each for each in report.steps if each.outcome is StepOutcome.FAILED]
    assert not report.ok
    assert failed[0].step is attack.step, failed
    assert failed[0].code == attack.code
    assert attack.names in failed[0].shown + failed[0].expected
    assert "\x1b" not in json.dumps(report.to_json())


def test_the_table_is_long_enough_and_no_case_stands_twice():
    assert len(ATTACKS) >= 40
    assert len({attack.name for attack in ATTACKS}) == len(ATTACKS)
    assert len({attack.code for attack in ATTACKS}) >= 40
    assert all(attack.code.startswith("E-") for attack in ATTACKS)


def test_every_attack_starts_from_a_bundle_that_holds_and_of_which_everything_is_asked(scene):
    report = scene.verify()
    assert report.ok
    asked = {each.step for each in report.steps if each.outcome is StepOutcome.OK}
    assert set(Step) - asked == {Step.RECOMPUTE}
    assert not {each.code for each in report.steps} & {attack.code for attack in ATTACKS}
