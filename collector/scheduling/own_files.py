"""Files in a scheduler's folder that are ours: told by a mark, written whole, never in place of another's."""

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from collector.scheduling.machine import SchedulerFailed

MARK = "crosstrack schedule"


def own_text(path: Path) -> str | None:
    """What our file at `path` says, None if there is none. Raises SchedulerFailed for somebody else's."""
    try:
        if path.is_symlink():
            raise SchedulerFailed(f"{path} is a symbolic link, not a file of Crosstrack's; it is left alone")
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        text = ""
    except OSError as error:
        raise SchedulerFailed(f"{path}: {error.strerror}") from error
    if MARK not in text:
        raise SchedulerFailed(f"{path} was not written by `crosstrack schedule`; move it away first")
    return text


def written_at(path: Path) -> datetime | None:
    """When the file at `path` was written."""
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except OSError:
        return None


@contextmanager
def replacing(texts: Mapping[Path, str]) -> Iterator[None]:
    """Our files say `texts` in the block and after it; as before where it fails. Raises SchedulerFailed."""
    before = {path: own_text(path) for path in texts}
    try:
        for path, text in texts.items():
            _write(path, text)
        yield
    except BaseException:
        for path, old in before.items():
            if old is None:
                path.unlink(missing_ok=True)
            else:
                _write(path, old)
        raise


def remove(paths: list[Path]) -> None:
    """Remove those of our files that are there. Raises SchedulerFailed."""
    for path in [path for path in paths if own_text(path) is not None]:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise SchedulerFailed(f"{path}: {error.strerror}") from error


def make_log(path: Path) -> None:
    """An empty log that only its owner can read, unless there is one already. Raises SchedulerFailed."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise SchedulerFailed(f"{path}: {error.strerror}") from error


def _write(path: Path, text: str) -> None:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
    except OSError as error:
        raise SchedulerFailed(f"{path}: {error.strerror}") from error
