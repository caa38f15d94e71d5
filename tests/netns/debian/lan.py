"""A small network of plain devices: one bench, one bridge, a namespace for each device.

::

    bench 198.51.100.1 -- br0 --+-- device 198.51.100.10
                                +-- device 198.51.100.11 ...

There is no route out: a packet can reach the devices or nobody. Every process is a child of a
namespace's first process, which ends with its standard input, so nothing outlives the test run.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = HERE / "programs"
NETWORK = "198.51.100"
BENCH = f"{NETWORK}.1"
NAMESPACE = ["unshare", "--net", "--mount", "--uts", "--pid", "--fork", "--kill-child"]
PATH = "/usr/sbin:/sbin:/usr/bin:/bin"


class Inhabited:
    """A namespace with a first process that reads and answers lines."""

    def __init__(self, argv):
        self._process = subprocess.Popen(
            [*NAMESPACE, "--mount-proc", *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={"PATH": PATH, "LC_ALL": "C.UTF-8"},
        )

    @property
    def pid(self):
        """A process inside the network namespace."""
        return self._process.pid

    def ask(self, document):
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()
        return self.answer()

    def tell(self, document):
        self._process.stdin.write(json.dumps(document) + "\n")
        self._process.stdin.flush()

    def answer(self):
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(self._process.stderr.read()[-4000:])
        return json.loads(line)

    def alive(self):
        return self._process.poll() is None

    def close(self):
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        self._process.stderr.close()


class Device(Inhabited):
    """One plain device, from a folder of `PROGRAMS`."""

    def __init__(self, folder):
        self.name = folder.name
        self.description = tomllib.loads((folder / "device.toml").read_text())
        self.address = f"{NETWORK}.{self.description['host']}"
        self.mac = f"02:00:5e:00:53:{self.description['host']:02x}"
        self._files = folder / "files"
        super().__init__([sys.executable, "-I", str(HERE / "device.py")])

    def start(self):
        """Begin to start; `answer` tells when it listens."""
        self.tell({**self.description, "files": str(self._files)})

    def run(self, *argv):
        """What a command inside the device prints."""
        return self.ask({"run": list(argv)})["output"]

    def state(self, lan):
        """All that the device remembers: its files, and what its programs hold in memory."""
        asked = {}
        for command in self.description.get("memory", []):
            asked[command] = lan.shell(command, self)
        return {**self.ask({"state": self.description.get("bookkeeping", {})}), **asked}


class Lan(Inhabited):
    """The bench's side, with the devices on its bridge."""

    def __init__(self, names=None, programs=PROGRAMS):
        echo = "import json,sys\nfor line in sys.stdin: print(json.dumps({}), flush=True)"
        super().__init__([sys.executable, "-I", "-c", echo])
        self.ask({})  # from now on the namespace exists
        self.devices = {}
        try:
            self._bridge()
            folders = sorted(path.parent for path in programs.glob("*/device.toml"))
            for folder in folders:
                if names is None or folder.name in names:
                    self._plug_in(Device(folder))
            for device in self.devices.values():
                device.answer()
        except BaseException:
            self.close()
            raise

    def _bridge(self):
        self._ip("link set lo up")
        self._ip("link add br0 type bridge mcast_snooping 0")
        self._ip(f"addr add {BENCH}/24 dev br0")
        self._ip("link set br0 up")

    def _plug_in(self, device):
        self.devices[device.name] = device
        wait_for_namespace(device.pid)
        port = f"port{device.description['host']}"
        self._ip(f"link add {port} type veth peer name eth0 netns {device.pid}")
        self._ip(f"link set {port} master br0 up")
        inside = (
            f"link set lo up; ip link set eth0 address {device.mac} up; "
            f"ip addr add {device.address}/24 dev eth0"
        )
        enter(device.pid, ["sh", "-c", f"ip {inside}"])
        device.start()

    def _ip(self, arguments):
        enter(self.pid, ["ip", *arguments.split()])

    def run(self, argv, timeout_s=120, **options):
        """Run a command on the bench: in its network, with the files of the machine."""
        return subprocess.run(
            ["nsenter", "-t", str(self.pid), "-n", "--", *argv],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
            stdin=subprocess.DEVNULL,
            **options,
        )

    def shell(self, command, device=None, folder=None):
        """What a line of shell prints on the bench; ``{address}`` is the device's."""
        if device is not None:
            command = command.replace("{address}", device.address).replace("{mac}", device.mac)
        done = self.run(["timeout", "60", "sh", "-c", command], cwd=folder)
        return done.stdout + done.stderr

    def close(self):
        for device in self.devices.values():
            device.close()
        super().close()


def enter(pid, argv):
    done = subprocess.run(
        ["nsenter", "-t", str(pid), "-n", *argv], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{argv}: {done.stderr}")


def wait_for_namespace(pid):
    """Until unshare(1) has left the namespace of this process."""
    own = Path("/proc/self/ns/net").readlink()
    for _ in range(500):
        if Path(f"/proc/{pid}/ns/net").readlink() != own:
            return
        subprocess.run(["sleep", "0.01"], check=True)
    raise RuntimeError("no namespace of its own")
