"""What a person reads when a file is wrong."""

from pathlib import Path

import pytest

from harness.config import load_bench, load_catalogue, load_dossier
from harness.errors import ConfigError

BENCH = """
[bench]
name = "bench-1"
scope = ["192.168.7.0/24"]

[[sample]]
id = "A"
network.address = "192.168.7.20"
console.url = "/dev/ttyUSB0"

[[sample]]
id = "B"
network.address = "192.168.7.21"
"""
DOSSIER = """
[dut]
supplier = "Example"
model = "RR-1"

[[ics.etsi-en-303-645]]
provision = "5.1-1"
support = "Y"
detail = "unique per unit"

[[ixit.1-AuthMech]]
id = "AuthMech-1"
description = "web login"
authentication_factor = "password"
generation = "unique-random"
endpoints = ["tcp/443"]
"""


@pytest.fixture
def write(tmp_path):
    def to_file(text, name="bench.toml"):
        (tmp_path / name).write_text(text)
        return tmp_path / name

    return to_file


def said(load, path):
    with pytest.raises(ConfigError) as raised:
        load(path)
    return str(raised.value).replace(str(path.parent) + "/", "")


def test_the_smallest_bench_config_loads_by_file_and_by_folder(write):
    path = write(BENCH)
    assert load_bench(path) == load_bench(path.parent)
    assert [sample.id for sample in load_bench(path).sample] == ["A", "B"]


def test_a_dossier_loads_from_beside_the_bench(write):
    bench = write(BENCH)
    dossier = write(DOSSIER, "dossier.toml")
    loaded = load_dossier(bench)
    assert loaded == load_dossier(dossier) == load_dossier(dossier.parent)
    assert loaded.ixit.auth_mech[0].id == "AuthMech-1"
    assert loaded.ics_row("etsi-en-303-645", "5.1-1").detail == "unique per unit"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "console.url",
            "console.ulr",
            (
                "bench.toml: 2 problems. \n"
                '  sample[A].console.url: missing. Add, for example, url = "/dev/ttyUSB0".\n'
                "  sample[A].console.ulr: unknown key. Did you mean url?"
            ),
        ),
        (
            'id = "B"',
            'id = "B"\nip = "x"',
            (
                "bench.toml: sample[B].ip: unknown key. Known here: bluetooth, console, firmware, "
                "hardware, id, identity, label, link, lot, network, origin, power, reference, "
                "serial, state, user."
            ),
        ),
        (
            'id = "B"',
            "",
            'bench.toml: sample[2].id: missing. Add, for example, id = "A".',
        ),
        (
            '"192.168.7.21"',
            '"192.168.7.300"',
            (
                "bench.toml: sample[B].network.address: not usable: '192.168.7.300'. "
                "'192.168.7.300' does not appear to be an IPv4 or IPv6 address."
            ),
        ),
        (
            '"192.168.7.21"',
            '"192.168.8.21"',
            (
                "bench.toml: sample[B].network.address: 192.168.8.21 is outside bench.scope "
                "(192.168.7.0/24). Correct the address, or add its network to bench.scope if it is "
                "yours."
            ),
        ),
        (
            'id = "B"',
            'id = "A"',
            "bench.toml: sample[A].id: given 2 times. Give each its own id.",
        ),
        (
            'id = "B"',
            'id = "B"\npower = {kind = "command", on = ["true"]}',
            (
                "bench.toml: sample[B].power.off: missing, though power.kind is command. "
                'Add, for example, off = ["uhubctl", "-a", "off", "-p", "1"].'
            ),
        ),
        (
            'id = "B"',
            'id = "B"\nlabel = {user = "admin", password = "hunter2"}',
            (
                "bench.toml: sample[B].label.password: not usable. "
                'Write "env:NAME" or "file:PATH"; a secret has no place in a config file.'
            ),
        ),
        (
            'id = "B"',
            'id = "B"\norigin = "shop"',
            (
                "bench.toml: sample[B].origin: not usable: 'shop'. "
                "Write one of 'supplier', 'lab-drawn' or 'market'."
            ),
        ),
        (
            'name = "bench-1"',
            'name = "bench-1"\nmax_impact = "hard"',
            (
                "bench.toml: bench.max_impact: not usable: 'hard'. "
                "Write one of 'passive', 'gentle', 'intrusive' or 'destructive'."
            ),
        ),
    ],
)
def test_a_mistake_in_a_bench_config_names_its_key_and_the_way_out(write, old, new, message):
    assert said(load_bench, write(BENCH.replace(old, new))) == message


def test_a_password_is_never_repeated_in_an_error(write):
    text = BENCH + 'user = {user = "admin", password = 12345678}\n'
    assert "12345678" not in said(load_bench, write(text))


def test_a_file_without_samples_says_so(write):
    text = BENCH.partition("[[sample]]")[0]
    assert "sample: missing. Add, for example, [[sample]] with id" in said(load_bench, write(text))


def test_a_mistake_in_a_table_of_the_dossier_names_the_row(write):
    path = write(DOSSIER.replace("generation =", "generations ="), "dossier.toml")
    message = said(load_dossier, path)
    assert "ixit.1-AuthMech[AuthMech-1].generation: missing" in message
    assert (
        "ixit.1-AuthMech[AuthMech-1].generations: unknown key. Did you mean generation?" in message
    )


def test_an_unknown_table_gets_the_nearest_name(write):
    path = write(DOSSIER.replace("ixit.1-AuthMech", "ixit.1-AuthMec"), "dossier.toml")
    assert said(load_dossier, path) == (
        "dossier.toml: ixit.1-AuthMec: unknown key. Did you mean 1-AuthMech?"
    )


def test_an_answer_in_the_ics_needs_its_detail(write):
    path = write(DOSSIER.replace('"unique per unit"', '""'), "dossier.toml")
    assert "ics.etsi-en-303-645[5.1-1].detail" in said(load_dossier, path)


def test_a_wrong_endpoint_says_how_they_are_written(write):
    path = write(DOSSIER.replace('"tcp/443"', '"443"'), "dossier.toml")
    assert said(load_dossier, path) == (
        "dossier.toml: ixit.1-AuthMech[AuthMech-1].endpoints[1]: not usable: '443'. "
        'Write "tcp/443", "udp/53" or "console".'
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[bench\n", "not TOML"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a = 1\na = 2\n", "not TOML"),
    ],
)
def test_a_file_that_is_no_toml_says_so(tmp_path, content, message):
    path = tmp_path / "bench.toml"
    path.write_bytes(content)
    assert message in said(load_bench, path)


def test_a_missing_file_says_what_to_give():
    with pytest.raises(ConfigError, match=r"No such file or directory\. Give the path"):
        load_catalogue(Path("/nowhere"))


def test_a_relative_secret_file_is_meant_beside_the_config(write):
    path = write(BENCH + 'label = {user = "admin", password = "file:label.txt"}\n')
    assert load_bench(path).sample[1].label.password == f"file:{path.parent}/label.txt"


def test_the_error_carries_file_and_key(write):
    with pytest.raises(ConfigError) as raised:
        load_bench(write(BENCH.replace('id = "B"', "")))
    assert raised.value.key == "sample[2].id"
    assert raised.value.file.endswith("bench.toml")
    assert raised.value.exit_code == 2
