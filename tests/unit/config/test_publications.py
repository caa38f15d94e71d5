"""The maker's web sites in a bench config."""

import pytest

from harness.config import load_bench
from harness.errors import ConfigError
from harness.model.ixit import UserInfo

BENCH = """
[bench]
name = "b"
scope = ["192.0.2.0/24"]
{publications}

[[sample]]
id = "A"
"""


def load(folder, publications=""):
    (folder / "bench.toml").write_text(BENCH.format(publications=publications))
    return load_bench(folder).bench.publications


def test_nothing_is_allowed_unless_it_is_named(tmp_path):
    assert load(tmp_path).hosts == ()


def test_hosts_are_names_in_lower_case(tmp_path):
    found = load(
        tmp_path,
        'publications.hosts = ["WWW.Example.com."]\n'
        'publications.addresses = {"WWW.example.com" = "192.0.2.7"}',
    )
    assert found.hosts == ("www.example.com",)
    assert found.addresses == {"www.example.com": "192.0.2.7"}


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('publications.hosts = ["https://www.example.com/"]', "publications.hosts"),
        ('publications.addresses = {a = "b"}', "publications.addresses"),
        ('publications.ca = "missing.pem"', "publications.ca"),
    ],
)
def test_what_is_no_host_address_or_file_is_named(tmp_path, line, key):
    with pytest.raises(ConfigError, match=key):
        load(tmp_path, line)


def test_a_certificate_lies_beside_the_config(tmp_path):
    (tmp_path / "ca.pem").write_text("x")
    assert load(tmp_path, 'publications.ca = "ca.pem"').ca == str(tmp_path / "ca.pem")


def test_a_row_names_each_page_once():
    row = UserInfo(
        support_period_url=" https://example.com/a ",
        non_updatable_url="https://example.com/a",
        sensors_url="https://example.com/b",
    )
    assert row.pages == ("https://example.com/a", "https://example.com/b")
    assert UserInfo().pages == ()
