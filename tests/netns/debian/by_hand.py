"""Start some of the plain devices and give a shell on the bench, to look at them by hand.

Run as root: ``python tests/netns/debian/by_hand.py openssh-default ...``; lines of shell come from
standard input, ``NAME: LINE`` has ``{address}`` filled in.
"""

import sys
import tempfile

from lan import Lan


def main():
    lan = Lan(set(sys.argv[1:]) or None)
    try:
        with tempfile.TemporaryDirectory() as folder:
            converse(lan, folder)
    finally:
        lan.close()


def converse(lan, folder):
    for name, device in lan.devices.items():
        sys.stdout.write(f"{name} {device.address} {device.mac}\n")
    for line in sys.stdin:
        name, _, command = line.strip().partition(": ")
        device = lan.devices.get(name)
        sys.stdout.write(f"$ {line.strip()}\n{lan.shell(command, device, folder)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
