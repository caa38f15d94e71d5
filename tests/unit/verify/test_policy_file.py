"""What a person can write into policy.toml, and what is said when it is wrong."""

import datetime as dt

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from harness.errors import ConfigError
from harness.model.judgement import Conclusion, Verdict
from harness.model.states import Purpose
from harness.trust.keys import create_key
from harness.trust.log.note import KeyKind, NoteSigner
from harness.verify.policy import Policy
from harness.verify.policy_file import load_policy


def note_key(name, kind):
    return NoteSigner(name, kind, ed25519.Ed25519PrivateKey.generate()).key


@pytest.fixture
def write(tmp_path):
    """Writes a policy; its path."""

    def make(text):
        path = tmp_path / "policy.toml"
        path.write_text(text)
        return path

    return make


def test_an_empty_policy_is_the_strict_default(write):
    trust, policy = load_policy(write(""))
    assert trust.keys == ()
    assert policy == Policy(now=policy.now)
    assert policy.purposes == {Purpose.TEST}


def test_keys_are_read_relative_to_the_policy_and_from_folders(write, tmp_path):
    (tmp_path / "labs").mkdir()
    keys = [create_key(tmp_path / f"{n}.key").public for n in range(3)]
    (tmp_path / "one.pem").write_bytes(keys[0].pem)
    (tmp_path / "labs" / "two.pem").write_bytes(keys[1].pem + keys[2].pem)
    trust, _ = load_policy(write('[trust]\nkeys = ["one.pem", "labs"]\n'))
    assert [key.key_id for key in trust.keys] == [key.key_id for key in keys]


def test_every_witness_that_is_named_is_needed_unless_a_quorum_says_less(write, tmp_path):
    log = note_key("log.example.org", KeyKind.LOG)
    both = [note_key(f"w{n}.example.org", KeyKind.WITNESS) for n in (1, 2)]
    (tmp_path / "w.pub").write_text(f"{both[1]}\n")
    table = f'[log]\nkeys = ["{log}"]\nwitnesses = ["{both[0]}", "w.pub"]\n'
    _, policy = load_policy(write(table))
    assert (policy.log.logs, policy.log.witnesses, policy.log.quorum) == ((log,), tuple(both), 2)
    _, policy = load_policy(write(f"{table}quorum = 1\n"))
    assert policy.log.quorum == 1


def test_a_key_with_two_slashes_in_a_row_stays_itself(write):
    keys = (note_key("log.example.org", KeyKind.LOG) for _ in range(100_000))
    odd = next(key for key in keys if "//" in str(key))
    _, policy = load_policy(write(f'[log]\nkeys = ["{odd}"]\n'))
    assert policy.log.logs == (odd,)


def test_demands_are_read(write):
    _, policy = load_policy(
        write(
            """
            [accept]
            purposes = ["test", "surveillance"]
            maximum_age_days = 30
            recompute = true
            [device]
            macs = ["AA:BB:CC:00:11:22"]
            [[framework]]
            name = "etsi-en-303-645@2.1.1"
            conclusions = ["CONFORMANT"]
            provisions."5.1-1" = ["PASS", "NOT_APPLICABLE"]
            plans = ["0000000000000000000000000000000000000000000000000000000000000000"]
            [disclosure]
            full = ["facts"]
            most = 3
            """
        )
    )
    (demand,) = policy.frameworks
    assert policy.maximum_age == dt.timedelta(days=30)
    assert policy.recompute
    assert policy.dut.macs == {"aa:bb:cc:00:11:22"}
    assert demand.conclusions == {Conclusion.CONFORMANT}
    assert demand.provisions == {"5.1-1": {Verdict.PASS, Verdict.NOT_APPLICABLE}}
    assert not demand.accept_indicative
    assert not demand.accept_reviewed
    assert policy.disclosure.full == {"facts"}
    assert policy.disclosure.most == 3


def test_reviewed_conclusions_are_accepted_only_where_the_policy_says_so(write):
    text = '[[framework]]\nname = "etsi-en-303-645@2.1.1"\naccept_reviewed = true\n'
    _, policy = load_policy(write(text))
    assert policy.frameworks[0].accept_reviewed


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        ('[trust]\nkey = ["x"]', "trust.key", "keys"),
        ('[accept]\npurposes = ["fun"]', "accept.purposes[1]", "'test'"),
        ("[accept]\npurposes = []", "accept.purposes", "at least one"),
        ("[accept]\nmaximum_age_days = 0", "accept.maximum_age_days", "1"),
        ('[trust]\nkeys = ["none.pem"]', "trust.keys[1]", "none.pem: cannot be read"),
        ('[trust]\nroots = ["policy.toml"]', "trust.roots[1]", "PEM"),
        ("[log]\nkeys = []", "log.keys", "at least one"),
        ('[log]\nkeys = ["log+00000000+AAAA"]', "log.keys[1]", "log+00000000+AAAA"),
        ('[log]\nkeys = ["none.pub"]', "log.keys[1]", "none.pub: cannot be read"),
        ("[decision]\ncertifiers = []", "decision.certifiers", "at least one"),
        ("[decision]", "decision.certifiers", "missing"),
        ('[job]\nnonce = ""', "job.nonce", "at least 1"),
        ("[device]", "device", "asks for nothing"),
        ('[device]\nmodel = ""\nserials = ["S1"]', "device.model", "asks for nothing"),
        ("[device]\nserials = []", "device.serials", "asks for nothing"),
        ('[[framework]]\nname = "etsi"', "framework[etsi].name", "@"),
        ('[status]\nwithdrawals = ["none"]', "status.withdrawals[1]", "none: cannot be read"),
        ("x = 1", "x", "unknown key"),
        ("x = ", "", "not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_key_and_a_way_out(write, text, key, says):
    with pytest.raises(ConfigError) as raised:
        load_policy(write(text))
    assert raised.value.key == key
    assert says in str(raised.value)
    assert "policy.toml" in str(raised.value)


@pytest.mark.parametrize(
    "key", ["trust.keys", "trust.roots", "trust.tsa_roots", "decision.certifiers"]
)
def test_a_folder_without_a_file_does_not_drop_a_demand(write, tmp_path, key):
    (tmp_path / "empty").mkdir()
    table, _, name = key.partition(".")
    with pytest.raises(ConfigError, match="no file") as raised:
        load_policy(write(f'[{table}]\n{name} = ["empty"]\n'))
    assert raised.value.key == f"{key}[1]"


def test_a_file_without_a_witness_does_not_lower_the_quorum(write, tmp_path):
    (tmp_path / "witnesses.pub").write_text("\n")
    log = note_key("log.example.org", KeyKind.LOG)
    with pytest.raises(ConfigError, match="no key") as raised:
        load_policy(write(f'[log]\nkeys = ["{log}"]\nwitnesses = ["witnesses.pub"]\n'))
    assert raised.value.key == "log.witnesses[1]"


def test_a_witness_is_no_log_and_a_quorum_can_be_met(write):
    witness = note_key("w.example.org", KeyKind.WITNESS)
    log = note_key("log.example.org", KeyKind.LOG)
    for keys, quorum in (((witness,), 0), ((log,), 1)):
        with pytest.raises(ConfigError, match="log"):
            load_policy(write(f'[log]\nkeys = ["{keys[0]}"]\nquorum = {quorum}\n'))


def test_a_copy_of_a_log_must_be_a_folder(write):
    log = note_key("log.example.org", KeyKind.LOG)
    with pytest.raises(ConfigError, match=r"log\.copies\[1\]"):
        load_policy(write(f'[log]\nkeys = ["{log}"]\ncopies = ["policy.toml"]\n'))


def test_a_certifier_may_be_named_by_a_certificate(write, tmp_path):
    from harness.trust.issuing import Authority, Term, name, pem

    now = dt.datetime.now(dt.UTC)
    made = Authority.create(name("Body", "Root"), Term(now, now + dt.timedelta(days=1)))
    (tmp_path / "c.pem").write_bytes(pem(made.certificate))
    _, policy = load_policy(write('[decision]\ncertifiers = ["c.pem"]\n'))
    (key,) = policy.certifiers
    assert b"PUBLIC KEY" in key.pem
