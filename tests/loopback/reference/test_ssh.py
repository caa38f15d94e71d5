import socket
import struct
import time

import paramiko
import pytest

pytestmark = pytest.mark.loopback
PASSWORD = "Correct-Horse-7"
WEAK = {
    "diffie-hellman-group14-sha1",
    "diffie-hellman-group1-sha1",
    "ssh-rsa",
    "3des-cbc",
    "hmac-md5",
}


def offered_algorithms(sample):
    """The name lists of the server's KEXINIT (RFC 4253, 7.1), read without a library."""
    with socket.create_connection((sample.address, sample.port("ssh")), 3) as client:
        stream = client.makefile("rwb")
        stream.readline()
        stream.write(b"SSH-2.0-test\r\n")
        stream.flush()
        (length,) = struct.unpack(">I", stream.read(4))
        packet = stream.read(length)
        stream.close()
    place, lists = 1 + 1 + 16, []
    for _ in range(10):
        (size,) = struct.unpack_from(">I", packet, place)
        lists.append(packet[place + 4 : place + 4 + size].decode().split(","))
        place += 4 + size
    return {name for one in lists for name in one}


def test_ssh_is_closed_until_initialised_and_after_a_reset(start):
    sample = start()
    assert sample.refused("ssh")
    sample.initialise()
    assert not sample.refused("ssh")
    sample.order("reset")
    assert sample.refused("ssh")


def test_commands_run_and_identification_names_no_version(start):
    sample = start()
    sample.initialise()
    assert sample.raw("ssh", until=b"\n") == b"SSH-2.0-RR\r\n"
    assert sample.ssh_run(PASSWORD, "id").startswith("uid=1000(admin)")
    assert sample.ssh_run(PASSWORD, "cat /etc/version") == "2.4.1\n"
    assert sample.ssh_run(PASSWORD, "uname -a").startswith("Linux")
    with pytest.raises(paramiko.AuthenticationException):
        sample.ssh(sample.label)


def test_shell_has_a_prompt_and_ends(start):
    sample = start()
    sample.initialise()
    client = sample.ssh(PASSWORD)
    channel = client.invoke_shell()
    channel.settimeout(5)
    channel.sendall(b"id\rexit\r")
    received = b""
    while data := channel.recv(4096):
        received += data
    client.close()
    assert b"admin@router:~$ " in received
    assert b"uid=1000(admin)" in received


def test_only_passwords_are_offered(start):
    sample = start()
    sample.initialise()
    sock = socket.create_connection((sample.address, sample.port("ssh")), 3)
    transport = paramiko.Transport(sock)
    transport.start_client(timeout=5)
    with pytest.raises(paramiko.BadAuthenticationType) as refused:
        transport.auth_none("admin")
    transport.close()
    assert refused.value.allowed_types == ["password"]


def test_lock_out_closes_before_the_identification(start):
    sample = start()
    sample.initialise()
    for _ in range(5):
        with pytest.raises(paramiko.AuthenticationException):
            sample.ssh("wrong")
    assert sample.raw("ssh") == b""
    time.sleep(2.1)
    assert sample.ssh_run(PASSWORD, "echo back") == "back\n"


def test_lock_out_ends_a_connection_that_goes_on_guessing(start):
    sample = start()
    sample.initialise()
    sock = socket.create_connection((sample.address, sample.port("ssh")))
    transport = paramiko.ServiceRequestingTransport(sock)  # asks for user authentication once
    transport.start_client(timeout=5)
    for _ in range(5):
        with pytest.raises(paramiko.AuthenticationException):
            transport.auth_password("admin", "wrong")
    with pytest.raises(paramiko.SSHException):
        transport.auth_password("admin", PASSWORD)
    deadline = time.monotonic() + 3
    while transport.is_active() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not transport.is_active()
    transport.close()


def test_hardened_algorithms_are_modern_only(start):
    sample = start()
    sample.initialise()
    offered = offered_algorithms(sample)
    assert not {name for name in offered if "sha1" in name or "md5" in name or "cbc" in name}
    assert not offered & WEAK
    assert "ssh-ed25519" in offered


def test_weak_algorithms_are_offered_and_work(start):
    sample = start("ssh-weak-algorithms")
    sample.initialise()
    assert offered_algorithms(sample) >= WEAK | {"ssh-ed25519", "curve25519-sha256"}
    transport = paramiko.Transport(socket.create_connection((sample.address, sample.port("ssh"))))
    options = transport.get_security_options()
    options.ciphers = ["3des-cbc"]
    options.digests = ["hmac-md5"]
    transport.start_client(timeout=5)
    transport.auth_password("admin", PASSWORD)
    assert transport.is_authenticated()
    assert transport.remote_cipher == "3des-cbc"
    transport.close()
