"""Files that only their owner may read: never open to others, not even for a moment, never through a link.

On Windows there are no such modes: a file there is as private as the folder it lies in, and the user's own
data folder is closed to other users; owner and mode are not looked at.
"""

import errno
import os
import secrets
import shlex
import stat
from pathlib import Path

from collector.errors import HumanNeeded

_HAS_MODES = os.name != "nt"
_NOFOLLOW: int = getattr(os, "O_NOFOLLOW", 0)
_BINARY: int = getattr(os, "O_BINARY", 0)
_NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)  # a pipe under the file's name must not make us wait
_ELSEWHERE = "name a folder on another file system in CROSSTRACK_SESSIONS"


class FileRefused(HumanNeeded):
    """A private file or its folder is not private, or cannot be read or written; the text says what to do."""


def read_private(path: Path, *, most_bytes: int) -> bytes | None:
    """What the file holds, None if there is none. Raises FileRefused."""
    try:
        descriptor = os.open(path, os.O_RDONLY | _NOFOLLOW | _BINARY | _NONBLOCK)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileRefused(_said(path, error)) from None
    try:
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or path.is_symlink():
                raise FileRefused(f"{path} is not an ordinary file; remove it")
            _refuse_exposed(path, found, "600")
            content = file.read(most_bytes + 1)
    except OSError as error:
        raise FileRefused(_said(path, error)) from None
    if len(content) > most_bytes:
        raise FileRefused(f"{path} is larger than {most_bytes} bytes; remove it")
    return content


def write_private(path: Path, content: bytes) -> None:
    """Put `content` in place of the file at `path`, whole or not at all. Raises FileRefused."""
    own_folder(path.parent)
    remove_unfinished(path)
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        if path.is_symlink():
            raise FileRefused(f"{path} is a symbolic link; remove it")
        try:
            _write_new(unfinished, content)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        _flush_folder(path.parent)
    except OSError as error:
        raise FileRefused(_said(path, error)) from None


def remove_unfinished(path: Path) -> None:
    """Remove what a program that was killed while it wrote `path` left behind. Raises FileRefused."""
    try:
        for left in path.parent.glob(f".{path.name}.*.part"):
            left.unlink(missing_ok=True)
    except OSError as error:
        raise FileRefused(_said(path, error)) from None


def own_folder(folder: Path) -> None:
    """Make `folder` if need be, open to nobody else. Raises FileRefused where it is open, or not ours."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.lstat()
    except OSError as error:
        raise FileRefused(_said(folder, error)) from None
    if not stat.S_ISDIR(found.st_mode):
        raise FileRefused(f"{folder} is a symbolic link; name the folder itself")
    _refuse_exposed(folder, found, "700")


def exposure(path: Path) -> str | None:
    """What to tell a person whose file others on this machine can read; None if they cannot."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if not _HAS_MODES or not mode & 0o077:
        return None
    return (
        f"others on this machine can read {path}: chmod 600 {shlex.quote(str(path))}, or delete it after use"
    )


def _write_new(path: Path, content: bytes) -> None:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | _NOFOLLOW | _BINARY
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        if _HAS_MODES and os.fstat(file.fileno()).st_mode & 0o077:
            raise FileRefused(f"{path.parent} keeps no permissions; {_ELSEWHERE}")
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    if _HAS_MODES:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _refuse_exposed(path: Path, found: os.stat_result, mode: str) -> None:
    if not _HAS_MODES:
        return
    if found.st_uid != os.geteuid():
        raise FileRefused(f"{path} belongs to another user; it is not used")
    if found.st_mode & 0o077:
        raise FileRefused(
            f"others on this machine can open {path}: chmod {mode} {shlex.quote(str(path))}; "
            f"if that changes nothing, {_ELSEWHERE}"
        )


def _said(path: Path, error: OSError) -> str:
    if error.errno == errno.ELOOP:
        return f"{path} is a symbolic link; remove it"
    return f"{path}: {error.strerror or 'it cannot be used'}"
