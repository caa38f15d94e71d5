"""Raw captures at rest: everything of a run in one encrypted file.

``raw.vault`` is a tar archive in pieces of at most 1 MiB, each AES-256-GCM (NIST SP 800-38D) under
a key that scrypt (RFC 7914) makes from the laboratory's secret. A piece's nonce holds its number
and whether it is the last, so that none can be changed, moved, dropped or cut off::

    "CBVAULT1"  salt (16)  nonce prefix (7)  key check (16)  then pieces: length (4)  cipher text

At every moment one whole copy can be read: plain files go only after the vault is on the disk and
was read back; a vault goes only after all its files are on the disk. While there is a vault, it
counts, and plain files beside it are left-overs.
"""

import hashlib
import hmac
import io
import os
import secrets
import shutil
import struct
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import override

from harness.errors import EvidenceError, StorageError, UsageError
from harness.evidence.durable import flush, flush_tree

VAULT: Final = "raw.vault"
FOLDERS: Final = ("survey", "private", "assessments")
"""What of a run goes into the vault: captures, secrets, and verdicts on both."""
MIN_SECRET: Final = 12
_MAGIC: Final = b"CBVAULT1"
_SALT_BYTES, _PREFIX_BYTES, _CHECK_BYTES, _LENGTH_BYTES, _TAG_BYTES = 16, 7, 16, 4, 16
_HEAD_BYTES: Final = len(_MAGIC) + _SALT_BYTES + _PREFIX_BYTES + _CHECK_BYTES
_PIECE: Final = 1024 * 1024
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**15, 8, 1
_SCRYPT_MEMORY: Final = 64 * 1024 * 1024
_PARTIAL, _OPENING = f".{VAULT}.partial", ".unlocking"


def is_locked(run: Path) -> bool:
    """Whether the captures of this run directory lie in a vault."""
    return (run / VAULT).is_file()


def require_unlocked(run: Path) -> None:
    """Raise UsageError, naming the way out, if the run's captures are encrypted."""
    if is_locked(run):
        raise UsageError(f"{run}: its captures are encrypted: certbench unlock {run}")


def lock(run: Path, secret: str) -> None:
    """Put everything of a run into a vault and remove the plain files.

    Raises:
        UsageError: the secret is too short.
        EvidenceError: a link or special file lies in the run.
        StorageError: the disk is full or cannot be written, and the plain files are untouched; or
            some of them cannot be removed, though the vault is whole.
    """
    _require_long(secret)
    if not is_locked(run):
        _write(run, secret)
    else:
        _check_whole(run / VAULT, secret)
    try:
        for folder in FOLDERS:
            if (run / folder).is_dir():
                shutil.rmtree(run / folder)
        flush(run)
    except OSError as error:
        raise StorageError(f"{run}: encrypted, but plain files are left: {error}") from error


def unlock(run: Path, secret: str) -> None:
    """Put the plain files of a run back and remove the vault.

    Raises:
        UsageError: there is no vault.
        EvidenceError: the secret is another one, or the vault is damaged; nothing is changed.
        StorageError: the disk is full or cannot be written; the vault stays.
    """
    vault, opening = run / VAULT, run / _OPENING
    if not vault.is_file():
        raise UsageError(f"{run}: no {VAULT} in it: nothing is encrypted there")
    shutil.rmtree(opening, ignore_errors=True)
    try:
        opening.mkdir(mode=0o700)
        with vault.open("rb") as stream, _Opened(stream, secret, vault) as plain:
            _extract(plain, opening)
        flush_tree(opening)
        for folder in FOLDERS:
            shutil.rmtree(run / folder, ignore_errors=True)
            if (opening / folder).is_dir():
                (opening / folder).replace(run / folder)
        flush(run)
        vault.unlink()
        flush(run)
    except OSError as error:
        raise StorageError(f"{run}: cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(opening, ignore_errors=True)


def _require_long(secret: str) -> None:
    if len(secret) < MIN_SECRET:
        raise UsageError(f"the secret for {VAULT} has fewer than {MIN_SECRET} characters")


def _write(run: Path, secret: str) -> None:
    """Write the vault beside its place, read it back, then give it its name."""
    partial = run / _PARTIAL
    try:
        handle = os.open(partial, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as stream:
            with _Sealing(stream, secret) as sink, tarfile.open(fileobj=sink, mode="w|") as archive:
                for folder in FOLDERS:
                    _add(archive, run, folder)
            stream.flush()
            os.fsync(stream.fileno())
        _check_whole(partial, secret)
        partial.replace(run / VAULT)
        flush(run)
    except OSError as error:
        raise StorageError(f"{run}: cannot be written: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _add(archive: tarfile.TarFile, run: Path, folder: str) -> None:
    for path in sorted((run / folder).rglob("*")) if (run / folder).is_dir() else ():
        name = path.relative_to(run).as_posix()
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise EvidenceError(f"{path}: a link or special file has no place in evidence")
        archive.add(path, name, recursive=False)


def _check_whole(vault: Path, secret: str) -> None:
    with vault.open("rb") as stream, _Opened(stream, secret, vault) as plain:
        while plain.read(_PIECE):
            pass


def _extract(plain: "_Opened", target: Path) -> None:
    """Write folders and files, and nothing else; the archive is our own, and still not trusted."""
    with tarfile.open(fileobj=plain, mode="r|") as archive:
        for entry in archive:
            parts = entry.name.split("/")
            if parts[0] not in FOLDERS or ".." in parts or not (entry.isdir() or entry.isreg()):
                raise EvidenceError(f"{target.parent / VAULT}: holds {entry.name!r}")
            _restore(archive, entry, target / entry.name)
    for folder in FOLDERS:
        if (target / folder).is_dir():
            (target / folder).chmod(0o700)


def _restore(archive: tarfile.TarFile, entry: tarfile.TarInfo, path: Path) -> None:
    """Write one entry, for its owner only: before 3.11.4 ``TarFile.extract`` has no filters."""
    if entry.isdir():
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, entry.mode & 0o700)
    content = archive.extractfile(entry)
    with os.fdopen(handle, "wb") as sink:
        if content is not None:
            shutil.copyfileobj(content, sink)
    os.utime(path, (entry.mtime, entry.mtime))


def _keys(secret: str, salt: bytes) -> tuple[AESGCM, bytes]:
    """The cipher, and what tells a wrong secret from a damaged vault."""
    made = hashlib.scrypt(
        secret.encode("utf-8", "surrogateescape"),
        salt=salt,
        n=_SCRYPT_N,
        r=_SCRYPT_R,
        p=_SCRYPT_P,
        maxmem=_SCRYPT_MEMORY,
        dklen=32 + _CHECK_BYTES,
    )
    return AESGCM(made[:32]), made[32:]


def _nonce(prefix: bytes, number: int, *, last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, last)


class _Sealing(io.RawIOBase):
    """Encrypts what is written to it, piece by piece."""

    def __init__(self, sink: IO[bytes], secret: str) -> None:
        salt, self._prefix = secrets.token_bytes(_SALT_BYTES), secrets.token_bytes(_PREFIX_BYTES)
        self._cipher, check = _keys(secret, salt)
        self._head = _MAGIC + salt + self._prefix + check
        self._sink, self._waiting, self._number = sink, bytearray(), 0
        sink.write(self._head)

    @override
    def writable(self) -> bool:
        return True

    @override
    def write(self, data: bytes) -> int:  # type: ignore[override]  # (tarfile writes bytes)
        self._waiting += data
        while len(self._waiting) > _PIECE:
            self._put(bytes(self._waiting[:_PIECE]), last=False)
            del self._waiting[:_PIECE]
        return len(data)

    @override
    def close(self) -> None:
        if not self.closed:
            self._put(bytes(self._waiting), last=True)
        super().close()

    def _put(self, piece: bytes, *, last: bool) -> None:
        nonce = _nonce(self._prefix, self._number, last=last)
        sealed = self._cipher.encrypt(nonce, piece, self._head)
        self._sink.write(struct.pack(">I", len(sealed)) + sealed)
        self._number += 1


class _Opened(io.RawIOBase):
    """Decrypts what is read from it; nothing that was not checked comes out."""

    def __init__(self, source: IO[bytes], secret: str, vault: Path) -> None:
        self._vault = vault
        head = source.read(_HEAD_BYTES)
        if len(head) != _HEAD_BYTES or not head.startswith(_MAGIC):
            raise EvidenceError(f"{vault}: not a vault of this version")
        salt, rest = head[len(_MAGIC) :][:_SALT_BYTES], head[len(_MAGIC) + _SALT_BYTES :]
        self._cipher, check = _keys(secret, salt)
        if not hmac.compare_digest(check, rest[_PREFIX_BYTES:]):
            raise EvidenceError(f"{vault}: encrypted with another secret")
        self._pieces = self._decrypted(source, head, rest[:_PREFIX_BYTES])
        self._ready = b""

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: "memoryview") -> int:  # type: ignore[override]
        if not self._ready:
            self._ready = next(self._pieces, b"")
        count = min(len(buffer), len(self._ready))
        buffer[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _decrypted(self, source: IO[bytes], head: bytes, prefix: bytes) -> Iterator[bytes]:
        number, last = 0, False
        while not last:
            length = source.read(_LENGTH_BYTES)
            size = int.from_bytes(length, "big")
            if len(length) != _LENGTH_BYTES or size > _PIECE + _TAG_BYTES:
                raise self._damaged()
            sealed = source.read(size)
            last = self._is_last(source)
            try:
                piece = self._cipher.decrypt(_nonce(prefix, number, last=last), sealed, head)
            except InvalidTag as error:
                raise self._damaged() from error
            number += 1
            if piece:
                yield piece

    @staticmethod
    def _is_last(source: IO[bytes]) -> bool:
        more = source.read(1)
        if more:
            source.seek(-1, os.SEEK_CUR)
        return not more

    def _damaged(self) -> EvidenceError:
        return EvidenceError(f"{self._vault}: damaged: it was changed or cut off")
