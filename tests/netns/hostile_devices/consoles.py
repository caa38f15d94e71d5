"""Serial consoles that misbehave, each a pseudo-terminal; they serve until the process ends."""

import contextlib
import os
import pty
import threading
import time
import tty

from devices import PAYLOAD


def flooding():
    """Writes without a pause, prompts and secrets among it, and reads nothing."""

    def play(terminal):
        while True:
            os.write(terminal, b"kernel: panic " * 300 + b"\r\nbox login: ")

    return _serve(play)


def never_ending():
    """A login that asks for a password again and again, a dot at a time."""

    def play(terminal):
        os.write(terminal, b"\r\nbox login: ")
        while os.read(terminal, 1024):
            for _ in range(1000):
                os.write(terminal, b"Password: .")
                time.sleep(0.02)

    return _serve(play)


def speaking():
    """A login whose banner and prompt are hostile text."""

    def play(terminal):
        prompt = b"\r\nLinux 4.4.1 " + PAYLOAD.encode() + b"\r\nbox login: "
        os.write(terminal, prompt)
        while line := os.read(terminal, 1024):
            if b"\r" in line or b"\n" in line:
                os.write(terminal, prompt)

    return _serve(play)


def _serve(play):
    terminal, other = pty.openpty()
    tty.setraw(other)

    def run():
        with contextlib.suppress(OSError):
            play(terminal)

    threading.Thread(target=run, daemon=True).start()
    return os.ttyname(other)


CONSOLES = {"flooding": flooding, "never-ending": never_ending, "speaking": speaking}
