"""Reference routers as processes, on high ports of loopback addresses of their own."""

import dataclasses
import itertools
import json
import os
import select
import socket
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import paramiko
import pytest
import requests
import serial

USER_PASSWORD = "Correct-Horse-7"
_addresses = (f"127.77.{os.getpid() % 254 + 1}.{number}" for number in itertools.count(2))
"""Of this process alone: others run the same tests at the same time, on the same ports."""


@dataclasses.dataclass
class Sample:
    """A running router, and clients for it that share no code with it."""

    process: subprocess.Popen[bytes]
    ready: dict

    @property
    def label(self) -> str:
        return self.ready["label"]["password"]

    @property
    def address(self) -> str:
        return self.ready["address"]

    def port(self, service: str) -> int:
        return self.ready["surface"][service]

    def path(self, page: str) -> str:
        return self.ready["paths"][page]

    def url(self, path: str, service: str = "https") -> str:
        scheme = "https" if service == "https" else "http"
        return f"{scheme}://{self.address}:{self.port(service)}{path}"

    def order(self, do: str, **fields: str) -> dict:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            client.connect(self.ready["control"])
            client.sendall(json.dumps({"do": do, **fields}).encode() + b"\n")
            return json.loads(client.makefile().readline())

    def initialise(self) -> None:
        assert self.order("initialise", password=USER_PASSWORD)["ok"]

    def wait_for_power(self, state: str) -> None:
        deadline = time.monotonic() + 5
        while self.order("state")["power"] != state:
            assert time.monotonic() < deadline, self.order("state")
            time.sleep(0.02)

    def refused(self, service: str) -> bool:
        try:
            socket.create_connection((self.address, self.port(service)), 2).close()
        except ConnectionRefusedError:
            return True
        return False

    def raw(self, service: str, send: bytes = b"", until: bytes = b"", wait_s: float = 2) -> bytes:
        """What comes back to ``send`` until ``until``, the end, or silence."""
        with socket.create_connection((self.address, self.port(service)), 2) as client:
            client.settimeout(wait_s)
            client.sendall(send)
            received = b""
            try:
                while not until or until not in received:
                    data = client.recv(4096)
                    if not data:
                        break
                    received += data
            except TimeoutError:
                pass
            return received

    def post_login(
        self, session: requests.Session, user: str, password: str, service: str = "https"
    ) -> requests.Response:
        fields = self.ready["fields"]
        form = {fields["username"]: user, fields["password"]: password}
        url = self.url(self.path("login"), service)
        return session.post(url, data=form, allow_redirects=False, timeout=5)

    def ssh(self, password: str) -> paramiko.SSHClient:
        client = paramiko.SSHClient()
        client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
        try:
            client.connect(
                self.address,
                self.port("ssh"),
                "admin",
                password,
                timeout=5,
                banner_timeout=5,
                auth_timeout=5,
                look_for_keys=False,
                allow_agent=False,
            )
        except BaseException:
            client.close()
            raise
        return client

    def ssh_run(self, password: str, command: str) -> str:
        client = self.ssh(password)
        try:
            streams = client.exec_command(command, timeout=5)
            return streams[1].read().decode()
        finally:
            client.close()

    def certificate(self) -> bytes:
        return ssl.PEM_cert_to_DER_cert(
            ssl.get_server_certificate((self.address, self.port("https")), timeout=5)
        )

    def truth(self) -> list[dict]:
        return [json.loads(line) for line in Path(self.ready["log"]).read_text().splitlines()]

    def stop(self) -> tuple[int, str]:
        """Close its standard input; exit code and what it complained about."""
        self.process.stdin.close()
        self.process.wait(3)
        complaints = self.process.stderr.read().decode()
        self.process.stdout.close()
        self.process.stderr.close()
        return self.process.returncode, complaints


class Terminal:
    """A serial console opened as one opens an adapter."""

    def __init__(self, path: str) -> None:
        self.port = serial.Serial(path, 115200, timeout=0.05)

    def until(self, pattern: bytes, timeout_s: float = 3) -> bytes:
        deadline, received = time.monotonic() + timeout_s, b""
        while pattern not in received:
            assert time.monotonic() < deadline, received
            received += self.port.read(4096)
        return received

    def say(self, line: str, pattern: bytes) -> bytes:
        self.port.write(line.encode() + b"\r")
        return self.until(pattern)

    def log_in(self, password: str, pattern: bytes = b"$ ") -> bytes:
        self.say("", b"login: ")
        self.say("admin", b"Password: ")
        return self.say(password, pattern)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Sample]]:
    running: list[Sample] = []

    def start_router(*flaws: str, sample: str = "A", extra: tuple[str, ...] = ()) -> Sample:
        place = next(_addresses)
        command = [sys.executable, "-m", "harness.reference", "router", "--fast"]
        command += ["--sample", sample, "--address", place]
        command += ["--work", str(tmp_path / f"{sample}-{len(running)}")]
        command += ["--port-offset", "20000"]  # low ones are not for everybody
        command += [part for flaw in flaws for part in ("--flaw", flaw)]
        pipe = subprocess.PIPE
        process = subprocess.Popen([*command, *extra], stdin=pipe, stdout=pipe, stderr=pipe)
        ready = select.select([process.stdout], [], [], 30)[0]
        line = process.stdout.readline() if ready else b""
        if not line:
            process.kill()
            _, complaints = process.communicate()
            pytest.fail(f"not ready: {complaints.decode()}")
        running.append(Sample(process, json.loads(line)))
        return running[-1]

    yield start_router
    for one in running:
        if one.process.returncode is None:
            code, complaints = one.stop()
            assert (code, complaints) == (0, "")


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as session, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the certificate is self-signed
        session.verify = False
        session.trust_env = False
        yield session


@pytest.fixture
def terminal() -> Iterator[Callable[[Sample], Terminal]]:
    opened: list[Terminal] = []

    def open_console(sample: Sample) -> Terminal:
        opened.append(Terminal(sample.ready["console"]))
        return opened[-1]

    yield open_console
    for one in opened:
        one.port.close()
