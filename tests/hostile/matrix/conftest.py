"""The whole cast around a bundle: accreditation body, laboratory, clock, log, witnesses, certifier.

Everybody has real keys, made once a session. A `Scene` is a bundle that all of them vouched for,
with a policy that asks for all of it; a test gets a copy that it may spoil.
"""

import base64
import datetime as dt
import json
import shutil
import subprocess
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from harness.encoding.canonical import canonical
from harness.encoding.tree import DirectoryTree, read
from harness.errors import EvidenceError
from harness.evidence.archive import open_bundle, write_zip
from harness.evidence.bag import tag_files
from harness.evidence.manifest import (
    MetadataEntry,
    WithheldEntry,
    disclosed,
    read_manifest,
)
from harness.evidence.redaction import redact
from harness.evidence.sealing import seal
from harness.model.decision import Decision, Outcome, Withdrawal
from harness.model.disclosure import DisclosureRule, Embargo, Level
from harness.model.dossier import Dossier, IcsRow, Support
from harness.model.job import NAME as JOB_NAME
from harness.model.job import JobRecord
from harness.model.judgement import Conclusion, Verdict
from harness.model.layout import (
    CERTIFICATES,
    DECISION,
    MANIFEST,
    REVOCATIONS,
    STATEMENT,
    TIMESTAMPS,
    log_proof_name,
    timestamp_name,
)
from harness.model.record import AttemptOutcome, AttemptRecord, SurveyRecord
from harness.model.states import Purpose
from harness.plugin.launch import JudgingOrder, judge
from harness.testing.suites import find_frameworks
from harness.trust.certificates import person_uri
from harness.trust.decision import make_decision, make_withdrawal, sign_saying
from harness.trust.dsse import Envelope, Signature, parse_envelope
from harness.trust.hierarchy import Hierarchy
from harness.trust.issuing import Authority, Term, name, pem
from harness.trust.keys import PrivateKey
from harness.trust.log import store
from harness.trust.log.check import LogPolicy
from harness.trust.log.entry import entry_of
from harness.trust.log.note import KeyKind, NoteSigner
from harness.trust.log.witness import Witness
from harness.trust.oids import Use
from harness.trust.scope import Scope
from harness.trust.statement import LabSigner, parse_statement
from harness.trust.timestamps import make_query
from harness.verify.bundle import unreadable, verify_bundle
from harness.verify.policy import DutDemand, FrameworkDemand, Policy, TrustStore
from harness.verify.report import VerificationReport

DAY = dt.timedelta(days=1)
ORIGIN = "log.example.org/hostile"
LABORATORY = "Example Test Laboratory"
CERTIFIER = "Example Certifier"


def p256() -> PrivateKey:
    return PrivateKey(ec.generate_private_key(ec.SECP256R1()))


def note_signer(who: str, kind: KeyKind) -> NoteSigner:
    return NoteSigner(who, kind, ed25519.Ed25519PrivateKey.generate())


@dataclass
class Body:
    """An accreditation body: certifies persons and revokes them."""

    now: dt.datetime
    authority: Authority = field(init=False)

    def __post_init__(self):
        term = Term(self.now - 400 * DAY, self.now + 3650 * DAY)
        self.authority = Authority.create(name("Example Accreditation Body", "Root"), term)

    @property
    def root(self) -> x509.Certificate:
        return self.authority.certificate

    def certify(self, key, person, *, use=Use.EVIDENCE, first=-300, last=300, frameworks=None):
        """A certificate; ``first`` and ``last`` are days from now."""
        scope = Scope(
            laboratory=LABORATORY,
            sites=("S1",),
            frameworks=frameworks or ("small-framework", "california-sb-327"),
            since=dt.date(2026, 1, 1),
        )
        organisation = LABORATORY if use is Use.EVIDENCE else CERTIFIER
        return self.authority.certify_person(
            key.public.key,
            subject=name(organisation, person),
            uri=person_uri(use, organisation, person),
            use=use,
            scope=scope if use is Use.EVIDENCE else None,
            term=Term(self.now + first * DAY, self.now + last * DAY),
        )

    def crl(self, *entries, first=-1, last=30):
        return self.authority.revocation_list(
            entries, 1, Term(self.now + first * DAY, self.now + last * DAY)
        )


@dataclass
class Clock:
    """A time-stamping authority that `openssl ts` plays."""

    toy: Hierarchy
    work: Path

    def stamp(self, message: bytes) -> bytes:
        asked, answer = self.work / "query.tsq", self.work / "answer.tsr"
        asked.write_bytes(make_query(message).as_bytes())
        argv = ["openssl", "ts", "-reply", "-config", str(self.toy.tsa_config)]
        argv += ["-queryfile", str(asked), "-out", str(answer)]
        subprocess.run(argv, check=True, capture_output=True, timeout=30)
        return answer.read_bytes()

    @property
    def root(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.toy.tsa_root.read_bytes())


@dataclass
class Cast:
    """Everybody; ``now`` is the moment of verification."""

    now: dt.datetime
    body: Body
    clock: Clock
    other_clock: Clock
    evaluator: PrivateKey
    authoriser: PrivateKey
    certifier: PrivateKey
    log: NoteSigner
    witnesses: tuple[NoteSigner, ...]
    maker: object

    @staticmethod
    def new_key() -> PrivateKey:
        return p256()

    @staticmethod
    def new_note_signer(who: str, kind: KeyKind) -> NoteSigner:
        return note_signer(who, kind)

    def shelf(self, **changes) -> dict[str, x509.Certificate]:
        made = {
            "evaluator": self.body.certify(self.evaluator, "P1"),
            "authoriser": self.body.certify(self.authoriser, "P3"),
            "certifier": self.body.certify(self.certifier, "C1", use=Use.DECISION),
        }
        return made | changes

    def new_log(self, place: Path, leaves: Sequence[bytes], *, witnesses=None) -> Path:
        """A log with these entries that the witnesses cosigned; they have no memory here."""
        store.create_log(place, self.log)
        store.append(place, self.log, leaves)
        self.cosign(place, self.witnesses if witnesses is None else witnesses)
        return place

    def cosign(self, place: Path, witnesses: Sequence[NoteSigner]) -> None:
        note = (place / "checkpoint").read_bytes()
        tree = DirectoryTree(place)
        at = int(self.now.timestamp())
        lines = [
            Witness(place.with_name(f"{place.name}-{number}"), each)
            .cosign(self.log.key, note, tree, at)
            .line.strip()
            for number, each in enumerate(witnesses)
        ]
        if lines:
            store.add_cosignatures(place, self.log.key, [each.key for each in witnesses], lines)

    def decision(self, envelope: bytes, *, by=None, **changes) -> bytes:
        """A signed decision about the statement in ``envelope``."""
        payload = parse_envelope(envelope).payload
        predicate = parse_statement(payload).predicate
        fields = {
            "outcome": Outcome.GRANT,
            "certificate": "C-2026-7",
            "frameworks": tuple(str(each.framework) for each in predicate.conclusions),
            "decided": self.now,
            "until": (self.now + 700 * DAY).date(),
        }
        about = (changes.pop("root", predicate.bundle_root), changes.pop("payload", payload))
        made = make_decision(Decision(**(fields | changes)), *about)
        return sign_saying(made, by or self.certifier)

    def withdrawal(self, root: str, by=None) -> bytes:
        said = Withdrawal(bundle_root=root, withdrawn=self.now, reason="a hole was found")
        return sign_saying(make_withdrawal(said), by or self.certifier)


@dataclass
class Scene:
    """A bundle, who made it, what it is checked against, and a copy of the log."""

    cast: Cast
    made: object
    path: Path
    policy: Policy
    trust: TrustStore
    log: Path

    @property
    def envelope(self) -> bytes:
        return read(open_bundle(self.path), STATEMENT)

    @property
    def root(self) -> str:
        return parse_statement(parse_envelope(self.envelope).payload).predicate.bundle_root

    def verify(self) -> VerificationReport:
        try:
            return verify_bundle(open_bundle(self.path), self.trust, self.policy, self.path)
        except EvidenceError as error:
            return unreadable(str(error))

    def ask(self, **changes) -> None:
        self.policy = replace(self.policy, **changes)

    def edit(self, file: str, old: bytes, new: bytes) -> None:
        data = (self.path / file).read_bytes()
        assert old in data
        self.write(file, data.replace(old, new, 1))

    def lines(self, change) -> None:
        """Change the list of the manifest's lines."""
        lines = (self.path / MANIFEST).read_bytes().splitlines(keepends=True)
        self.write(MANIFEST, b"".join(change(lines)))

    def edit_envelope(self, change) -> None:
        document = json.loads(self.envelope)
        change(document)
        self.write(STATEMENT, canonical(document))

    def edit_payload(self, change) -> None:
        """Change the statement and leave its signatures."""
        statement = json.loads(parse_envelope(self.envelope).payload)
        change(statement)
        payload = base64.b64encode(canonical(statement)).decode()
        self.edit_envelope(lambda envelope: envelope.update(payload=payload))

    def rezip(self, change) -> None:
        """Zip it, and let ``change`` add entries."""
        self.zip()
        honest = self.path
        self.path = honest.with_name("attack.zip")
        with zipfile.ZipFile(honest) as old, zipfile.ZipFile(self.path, "w") as new:
            for info in old.infolist():
                new.writestr(info, old.read(info))
            change(new)

    def edit_zip(self, change) -> None:
        """Zip it and change the bytes of that."""
        self.zip()
        self.path.write_bytes(change(self.path.read_bytes()))

    def put(self, file: str, data: bytes) -> None:
        """Replace or add a file, and make the tag files anew, as anybody can."""
        target = self.path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self.rebag()

    def rebag(self) -> None:
        tree = DirectoryTree(self.path)
        payload = parse_envelope(self.envelope).payload
        predicate = parse_statement(payload).predicate
        for file, data in tag_files(tree, read_manifest(tree), predicate).items():
            (self.path / file).write_bytes(data)

    def sign(self, *keys: PrivateKey, payload: bytes | None = None) -> None:
        """Sign the statement, as it is or changed, with these keys and no others."""
        before = parse_envelope(self.envelope)
        unsigned = Envelope(before.payload_type, payload or before.payload, ())
        signatures = tuple(Signature(key.key_id, key.sign(unsigned.signed_bytes)) for key in keys)
        (self.path / STATEMENT).write_bytes(replace(unsigned, signatures=signatures).to_bytes())

    def stamp(self, clock: Clock | None = None) -> None:
        """New time-stamps of all signatures."""
        shutil.rmtree(self.path / TIMESTAMPS, ignore_errors=True)
        for each in parse_envelope(self.envelope).signatures:
            token = (clock or self.cast.clock).stamp(each.value)
            self.write(timestamp_name(each.key_id, 1), token)

    def certify(self, crl=None, **changes) -> None:
        """Put in the certificates, some of them others than usual, and a revocation list."""
        shelf = self.cast.shelf(**changes).values()
        self.write(CERTIFICATES, b"".join(pem(each) for each in shelf if each))
        self.write(REVOCATIONS, pem(self.cast.body.crl() if crl is None else crl))
        self.rebag()

    def no_stamps(self) -> None:
        shutil.rmtree(self.path / TIMESTAMPS)

    @property
    def statement(self) -> str:
        return entry_of(self.envelope).statement_sha256

    def other_leaf(self, **changes) -> bytes:
        """An entry as of another bundle of the same job."""
        made = {"statement_sha256": "ab" * 32, "root": "cd" * 32} | changes
        return entry_of(self.envelope).model_copy(update=made).leaf

    def stamp_decision(self) -> None:
        """The certifier has the own signature time-stamped, too."""
        (found,) = parse_envelope((self.path / DECISION).read_bytes()).signatures
        self.put(timestamp_name(found.key_id, 1), self.cast.clock.stamp(found.value))

    def embargo(self, file: str, until: dt.date) -> None:
        """Hold a file back for a while, as the certifier agreed."""
        leaf = next(
            each.leaf.hex() for each in read_manifest(open_bundle(self.path)) if each.path == file
        )
        why = "no patch yet"
        self.decide(embargoes=(Embargo(leaf=leaf, until=until, reason=why),))
        rule = DisclosureRule(files=file, level=Level.METADATA, reason=why, embargo=until)
        self.hold_back(rule)

    def by_hand(self, file: str, make) -> None:
        """Hold one file back as no command would."""
        entries = [
            make(each) if each.path == file else each
            for each in read_manifest(open_bundle(self.path))
        ]
        (self.path / file).unlink()
        self.write(MANIFEST, b"".join(entry.line() for entry in entries))
        self.rebag()

    def withhold_by_hand(self, file: str) -> None:
        self.by_hand(
            file,
            lambda each: WithheldEntry(
                file_class=each.file_class,
                part=each.part,
                meta_commitment=each.meta_commitment,
                content_commitment=each.content_commitment,
                reason="a trade secret",
            ),
        )

    def metadata_by_hand(self, file: str) -> None:
        self.by_hand(
            file,
            lambda each: MetadataEntry(
                file_class=each.file_class,
                path=each.path,
                size=each.size,
                salt_m=each.salt_m,
                content_commitment=each.content_commitment,
                reason="a trade secret",
            ),
        )

    def prove_in(self, log: Path, index: int = 0) -> None:
        """Put in the proof of another log."""
        self.write(log_proof_name(1), store.prove(DirectoryTree(log), index))
        self.rebag()

    def hold_back(self, *rules: DisclosureRule, change=lambda entry: entry) -> None:
        """Make an edition by these rules; ``change`` may alter entries as no command would."""
        entries = [change(each) for each in redact(read_manifest(open_bundle(self.path)), rules)]
        shown = {entry.path for entry in disclosed(entries)}
        for file in DirectoryTree(self.path).names():
            if file.startswith("data/") and file not in shown:
                (self.path / file).unlink()
        self.write(MANIFEST, b"".join(entry.line() for entry in entries))
        self.rebag()

    def zip(self) -> None:
        write_zip(DirectoryTree(self.path), self.path.with_suffix(".zip"))
        self.path = self.path.with_suffix(".zip")

    def write(self, file: str, data: bytes) -> None:
        target = self.path / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)

    def enter(self, *others: bytes, supersedes: str = "", witnesses=None) -> None:
        """A new log with this statement after ``others``; proof and copy are of that one."""
        leaves = [*others, entry_of(self.envelope, supersedes).leaf]
        self.log = self.log.with_name(f"{self.log.name}-again")
        self.cast.new_log(self.log, leaves, witnesses=witnesses)
        proof = store.prove(DirectoryTree(self.log), len(others))
        self.write(log_proof_name(1), proof)
        self.ask(log_copies=(DirectoryTree(self.log),))

    def relab(self, change) -> None:
        """The laboratory changes something below ``data/``, and everybody is taken in."""
        self.path = self.cast.maker.reseal(self.made, change).bundle
        self.certify()
        self.all_again()

    def decide(self, **changes) -> None:
        self.put(DECISION, self.cast.decision(self.envelope, **changes))

    def all_again(self, *keys: PrivateKey) -> None:
        """After the laboratory changed its statement: everybody else vouches anew."""
        self.sign(*(keys or (self.cast.evaluator, self.cast.authoriser)))
        self.stamp()
        self.enter()
        self.decide()


def dress(cast: Cast, made, place: Path, demand: FrameworkDemand) -> Scene:
    """Let everybody vouch for a sealed bundle, in a copy of it."""
    shutil.copytree(made.bundle, place / "bundle")
    job = JobRecord.from_bytes((made.bundle / "data/survey" / JOB_NAME).read_bytes())
    log = LogPolicy((cast.log.key,), tuple(each.key for each in cast.witnesses), 2)
    policy = Policy(
        now=cast.now + dt.timedelta(minutes=5),
        roots=(cast.body.root,),
        crl_max_age=40 * DAY,
        tsa_roots=(cast.clock.root,),
        log=log,
        nonce=job.nonce,
        dut=DutDemand(supplier="Acme", model="RR-1", serials=frozenset({"S1"})),
        frameworks=(demand,),
        two_persons=True,
        certifiers=(cast.certifier.public,),
        maximum_age=400 * DAY,
        withdrawals=(cast.withdrawal("ab" * 32),),
    )
    scene = Scene(cast, made, place / "bundle", policy, TrustStore(), place / "log")
    scene.certify()
    scene.all_again()
    return scene


def small_demand(maker) -> FrameworkDemand:
    book = maker.catalogue()
    return FrameworkDemand(
        str(book.framework),
        accept_indicative=True,
        conclusions=frozenset({Conclusion.CONFORMANT}),
        provisions={book.provisions[0].id: frozenset({Verdict.PASS})},
        catalogues=frozenset({book.digest}),
    )


@pytest.fixture(scope="session")
def cast(tmp_path_factory, maker) -> Cast:
    folder = tmp_path_factory.mktemp("cast")
    clocks = []
    for which in ("tsa", "other-tsa"):
        toy = Hierarchy(folder / which)
        toy.create((), "toy.example/log")
        clocks.append(Clock(toy, folder))
    now = dt.datetime.now(dt.UTC)
    return Cast(
        now=now,
        body=Body(now),
        clock=clocks[0],
        other_clock=clocks[1],
        evaluator=p256(),
        authoriser=p256(),
        certifier=p256(),
        log=note_signer(ORIGIN, KeyKind.LOG),
        witnesses=tuple(note_signer(f"witness-{n}.example", KeyKind.WITNESS) for n in (1, 2)),
        maker=maker,
    )


@pytest.fixture(scope="session")
def whole(cast, maker, tmp_path_factory) -> Scene:
    """A scene that nobody may touch."""
    made = maker.make(tmp_path_factory.mktemp("made"), key=cast.evaluator)
    return dress(cast, made, tmp_path_factory.mktemp("whole"), small_demand(maker))


def copy_of(scene: Scene, place: Path) -> Scene:
    shutil.copytree(scene.path, place / "copy")
    shutil.copytree(scene.log, place / "log")
    made = replace(
        scene,
        path=place / "copy",
        log=place / "log",
        made=replace(scene.made, bundle=place / "copy"),
    )
    made.ask(log_copies=(DirectoryTree(made.log),))
    return made


@pytest.fixture(scope="session")
def copy_scene():
    """Makes a copy of a scene in a folder."""
    return copy_of


@pytest.fixture
def scene(whole, tmp_path) -> Scene:
    """A copy to spoil."""
    return copy_of(whole, tmp_path)


def replayable_run(cast: Cast, run: Path) -> Path:
    """A run without captures, judged for real: every unit that needs the device is open."""
    maker = cast.maker
    (run / "private").mkdir(parents=True)
    secrets = {"schema": "certbench/secrets/1", "key": "5a" * 32, "secrets": []}
    (run / "private" / "secrets.json").write_bytes(canonical(secrets))
    maker.write_survey(run / "survey", Purpose.QUALIFICATION, scripted=False, complete=True)
    attempt = run / "survey/A/1-initialised/credentials/1"
    record = AttemptRecord.from_bytes((attempt / "attempt.json").read_bytes())
    shutil.rmtree(attempt)
    attempt.mkdir()
    nothing = {"outcome": AttemptOutcome.NOT_POSSIBLE, "reason": "no link", "captures": ()}
    (attempt / "attempt.json").write_bytes(record.model_copy(update=nothing).to_bytes())
    ((suite, catalogue),) = find_frameworks(["california-sb-327"])
    rows = tuple(
        IcsRow(provision=each.id, support=Support.YES, detail="yes")
        for each in catalogue.provisions
    )
    dossier = Dossier.from_bytes((run / "survey/dossier.json").read_bytes())
    dossier = dossier.model_copy(update={"ics": {catalogue.framework.slug: rows}})
    (run / "survey/dossier.json").write_bytes(dossier.to_bytes())
    survey = SurveyRecord.from_bytes((run / "survey/survey.json").read_bytes())
    survey = survey.model_copy(update={"dossier_digest": dossier.digest})
    (run / "survey/survey.json").write_bytes(survey.to_bytes())
    folder = run / "assessments" / str(catalogue.framework)
    judge(JudgingOrder(suite.folder, catalogue.framework.version, run, folder, allure=False))
    (folder / "catalogue.json").write_bytes(catalogue.to_bytes())
    return run


@pytest.fixture(scope="module")
def replayable(cast, whole, tmp_path_factory) -> Scene:
    """A scene around a bundle whose verdicts can be recomputed, and must be."""
    base = tmp_path_factory.mktemp("replayable")
    run = replayable_run(cast, base / "run")
    shutil.copytree(run / "survey", base / "twin")
    sealed = seal(
        run,
        base / "bundle",
        twin=base / "twin",
        assessments=run / "assessments",
        signer=LabSigner(cast.evaluator),
        purpose=Purpose.QUALIFICATION,
    )
    made = replace(whole.made, run=run, bundle=sealed.path, sealed=sealed)
    signed = sealed.predicate.conclusions[0]
    catalogues = frozenset({signed.catalogue_digest})
    demand = FrameworkDemand(
        str(signed.framework),
        accept_indicative=True,
        conclusions=frozenset({Conclusion.INCONCLUSIVE}),
        catalogues=catalogues,
    )
    scene = dress(cast, made, tmp_path_factory.mktemp("dressed"), demand)
    scene.ask(purposes=frozenset({Purpose.QUALIFICATION}), recompute=True)
    return scene
