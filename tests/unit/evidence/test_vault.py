"""Raw captures at rest: one whole copy can be read at every moment, and only with the secret."""

import os
import shutil
import signal
import subprocess
import sys
import time
from random import Random  # noqa: TID251  (seeded, printed)

import pytest

from harness.errors import EvidenceError, StorageError, UsageError
from harness.evidence.vault import VAULT, is_locked, lock, require_unlocked, unlock

SECRET = "correct horse battery"
FOLDERS = ("survey", "private", "assessments")


def contents(run):
    return {
        path.relative_to(run).as_posix(): path.read_bytes()
        for path in sorted(run.rglob("*"))
        if path.is_file() and path.relative_to(run).parts[0] in FOLDERS
    }


@pytest.fixture
def run(tmp_path):
    """A run directory of some 4 MiB, in many files and a large one."""
    made = tmp_path / "run"
    noise = Random(1)
    for folder in FOLDERS:
        (made / folder / "A" / "deep").mkdir(parents=True)
        for number in range(12):
            data = noise.randbytes(noise.randrange(3000))
            (made / folder / "A" / "deep" / f"{number}.bin").write_bytes(data)
    (made / "survey" / "large.bin").write_bytes(noise.randbytes(4 * 2**20 + 1))
    (made / "survey" / "empty.bin").touch()
    (made / "private" / "secrets.json").write_text("hunter2!x")
    (made / "private" / "secrets.json").chmod(0o600)
    return made


def test_it_comes_back_as_it_was(run):
    before = contents(run)
    lock(run, SECRET)
    assert [path.name for path in run.iterdir()] == [VAULT]
    assert is_locked(run)
    assert (run / VAULT).stat().st_mode & 0o777 == 0o600
    assert b"hunter2" not in (run / VAULT).read_bytes()
    unlock(run, SECRET)
    assert contents(run) == before
    assert not is_locked(run)
    assert all((run / folder).stat().st_mode & 0o777 == 0o700 for folder in FOLDERS)
    assert (run / "private" / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in run.iterdir()) == sorted(FOLDERS)


def test_another_secret_opens_nothing_and_changes_nothing(run):
    lock(run, SECRET)
    before = (run / VAULT).read_bytes()
    with pytest.raises(EvidenceError, match="encrypted with another secret"):
        unlock(run, "another long secret")
    assert (run / VAULT).read_bytes() == before
    assert [path.name for path in run.iterdir()] == [VAULT]


def test_what_is_changed_moved_or_cut_off_is_damaged(run):
    lock(run, SECRET)
    whole = (run / VAULT).read_bytes()
    piece = 4 + 2**20 + 16
    first = 8 + 16 + 7 + 16
    swapped = whole[first + piece : first + 2 * piece] + whole[first : first + piece]
    attacks = {
        "changed": whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:],
        "cut off": whole[:-1],
        "without its end": whole[: first + piece],
        "moved": whole[:first] + swapped + whole[first + 2 * piece :],
        "longer": whole + b"\0",
        "other prefix": whole[:24] + bytes([whole[24] ^ 1]) + whole[25:],
    }
    for name, data in attacks.items():
        (run / VAULT).write_bytes(data)
        with pytest.raises(EvidenceError, match="damaged"):
            unlock(run, SECRET)
        assert [path.name for path in run.iterdir()] == [VAULT], name
    (run / VAULT).write_bytes(b"something else")
    with pytest.raises(EvidenceError, match="not a vault"):
        unlock(run, SECRET)


def test_the_same_run_never_gives_the_same_bytes(run, tmp_path):
    shutil.copytree(run, tmp_path / "copy")
    lock(run, SECRET)
    lock(tmp_path / "copy", SECRET)
    assert (run / VAULT).read_bytes() != (tmp_path / "copy" / VAULT).read_bytes()


def test_a_vault_counts_and_what_lies_beside_it_is_left_over(run):
    before = contents(run)
    lock(run, SECRET)
    (run / "survey").mkdir()
    (run / "survey" / "half.bin").write_bytes(b"half")
    unlock(run, SECRET)
    assert contents(run) == before


def test_locking_again_removes_plain_files_only_with_the_right_secret(run):
    lock(run, SECRET)
    (run / "survey").mkdir()
    with pytest.raises(EvidenceError, match="another secret"):
        lock(run, "another long secret")
    assert (run / "survey").is_dir()
    lock(run, SECRET)
    assert not (run / "survey").exists()


def test_plain_files_that_cannot_be_removed_are_an_error(run, monkeypatch):
    remove = os.unlink

    def keep(name, **more):
        if os.fspath(name).endswith("secrets.json"):
            raise PermissionError(13, "Permission denied")
        remove(name, **more)

    monkeypatch.setattr(os, "unlink", keep)
    with pytest.raises(StorageError, match=r"plain files are left.*Permission denied"):
        lock(run, SECRET)
    assert (run / "private" / "secrets.json").is_file()
    monkeypatch.undo()
    lock(run, SECRET)
    assert [path.name for path in run.iterdir()] == [VAULT]


def test_a_short_secret_a_link_and_an_open_run_are_refused(run):
    with pytest.raises(UsageError, match="fewer than 12"):
        lock(run, "short")
    with pytest.raises(UsageError, match="nothing is encrypted"):
        unlock(run, SECRET)
    (run / "survey" / "link").symlink_to("/etc/passwd")
    before = contents(run)
    with pytest.raises(EvidenceError, match="link"):
        lock(run, SECRET)
    assert contents(run) == before
    assert not is_locked(run)


def test_a_full_disk_leaves_the_plain_files(run, monkeypatch):
    before = contents(run)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        lock(run, SECRET)
    assert contents(run) == before
    assert not is_locked(run)


def test_commands_say_how_to_open_it(run):
    require_unlocked(run)
    lock(run, SECRET)
    with pytest.raises(UsageError, match=r"certbench unlock"):
        require_unlocked(run)


PROGRAM = """
import sys
from pathlib import Path
from harness.evidence.vault import lock, unlock
print("go", flush=True)
{"lock": lock, "unlock": unlock}[sys.argv[1]](Path(sys.argv[2]), sys.argv[3])
"""


@pytest.mark.slow
@pytest.mark.parametrize("doing", ["lock", "unlock"])
def test_killed_at_any_moment_one_whole_copy_can_be_read(run, tmp_path, doing):
    before = contents(run)
    seed = int.from_bytes(os.urandom(4))
    sys.stdout.write(f"seed {seed}\n")
    chance = Random(seed)
    if doing == "unlock":
        lock(run, SECRET)
    for number in range(4):
        copy = tmp_path / f"{number}"
        shutil.copytree(run, copy)
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, doing, str(copy), SECRET], stdout=subprocess.PIPE
        )
        process.stdout.readline()
        time.sleep(chance.random() * 0.6)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        if is_locked(copy):
            unlock(copy, SECRET)
        assert contents(copy) == before
        lock(copy, SECRET)
        unlock(copy, SECRET)
        assert contents(copy) == before
