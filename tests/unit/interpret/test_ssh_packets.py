"""SSH before encryption."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.interpret import ssh_packets


def test_our_own_kexinit_reads_back():
    offer = ssh_packets.kexinit(ssh_packets.own_kexinit(bytes(16)))
    assert "diffie-hellman-group1-sha1" in offer.kex
    assert "3des-cbc" in offer.ciphers
    assert "hmac-md5" in offer.macs
    assert "none" in offer.compression


def test_packets_are_multiples_of_eight_with_enough_padding():
    for size in range(1, 40):
        data = ssh_packets.packet(bytes(size))
        assert len(data) % 8 == 0
        assert data[4] >= 4
        assert ssh_packets.first_payload(data) == bytes(size)


def test_directions_are_united_without_repeats():
    lists = [b"k", b"h", b"a,b", b"b,c", b"m", b"m", b"", b"none", b"", b""]
    body = b"".join(struct.pack(">I", len(text)) + text for text in lists)
    offer = ssh_packets.kexinit(ssh_packets.packet(b"\x14" + bytes(16) + body + bytes(5)))
    assert offer.ciphers == ("a", "b", "c")
    assert offer.compression == ("none",)


def test_lines_before_the_identification_are_skipped():
    found = ssh_packets.identification(b"hello\r\nSSH-2.0-X\r\nrest")
    assert found == ("SSH-2.0-X", b"rest")


@pytest.mark.parametrize("data", [b"", b"SSH-2.0-X", b"x\n" * 30 + b"SSH-2.0-X\n"])
def test_what_is_no_whole_identification(data):
    assert ssh_packets.identification(data) is None


@given(st.integers(0, 1500))
def test_a_truncated_kexinit_is_none(cut):
    data = ssh_packets.own_kexinit(bytes(16))
    offer = ssh_packets.kexinit(data[:cut])
    assert (offer is not None) == (cut >= len(data))


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(data):
    ssh_packets.identification(data)
    ssh_packets.kexinit(data)
    ssh_packets.key_blob(data)


def test_key_sizes():
    def blob(*parts):
        return b"".join(struct.pack(">I", len(part)) + part for part in parts)

    assert ssh_packets.key_blob(blob(b"ssh-ed25519", bytes(32))).bits == 256
    assert (
        ssh_packets.key_blob(blob(b"ssh-rsa", b"\x01\x00\x01", b"\0\x80" + bytes(127))).bits == 1024
    )
    assert ssh_packets.key_blob(blob(b"ecdsa-sha2-nistp384", b"nistp384", b"x")).bits == 384
    assert ssh_packets.key_blob(b"") is None
