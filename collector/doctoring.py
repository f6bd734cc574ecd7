"""What `doctor --fix` can put right by itself: nothing that was stored is lost by it.

A fault is found without changing anything. It is mended only under the lock of a run, so that nothing that is
in use is taken for left over.
"""

import os
import re
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import psutil

from collector.checkup import Check
from collector.derive import Deriver
from collector.derive.waiting import wait
from collector.errors import CrosstrackError, DatabaseError
from collector.lock import run_lock
from collector.store.opening import open_store, writing
from scrapers.contract import Portal

#: What was not written to for so long belongs to no program that is still at work.
_LEFT_OVER = timedelta(days=1)
#: A copy that a check made beside the database, and what SQLite puts beside it.
_CHECKED_COPY = re.compile(r"[a-z]+\.db(?:-wal|-shm|-journal)?")
_PAGES_WAITING = """
select count(*) from visits as v where v.tracking_number is null
and not exists (select 1 from readings as r where r.visit_id = v.id)
"""
_NUMBERS_WAITING = """
select number from underived union select tracking_number from visits as v
where v.tracking_number is not null and not exists (select 1 from readings as r where r.visit_id = v.id)
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that can be put right here: what was seen, what mending does, and the mending itself."""

    layer: str
    seen: str
    remedy: str
    mend: Callable[[], object]


def found_faults(
    database: Path, sessions: Path, settings: Path | None, portals: Mapping[str, Portal], now: datetime
) -> list[Fault]:
    """Everything that can be put right; nothing is changed. `settings` is a file with secrets in it."""
    secret = [*_beside(database), *_session_files(sessions), *([settings] if settings is not None else [])]
    return [
        *_exposed(sessions, secret),
        *_stale_owner(database),
        *_left_over(database, sessions, now),
        *_underived(database, portals),
    ]


def mended(faults: Iterable[Fault], database: Path, *, dry_run: bool) -> Iterator[Check]:
    """What became of each fault. With `dry_run` nothing is changed. Raises Locked while a run is at work."""
    waiting = list(faults)
    if dry_run or not waiting:
        yield from unmended(waiting)
        return
    with run_lock(database):
        for fault in waiting:
            try:
                fault.mend()
            except (CrosstrackError, OSError) as error:
                reason = error.strerror if isinstance(error, OSError) else None
                yield Check(fault.layer, False, f"{fault.seen}: {reason or error}", fault.remedy)
            else:
                yield Check(fault.layer, True, f"{fault.seen}: done: {fault.remedy}", fixed=True)


def unmended(faults: Iterable[Fault]) -> Iterator[Check]:
    """The faults as checks that fail, with what `doctor --fix` would do about each."""
    for fault in faults:
        yield Check(fault.layer, False, fault.seen, f"crosstrack doctor --fix: {fault.remedy}")


def _exposed(sessions: Path, files: Iterable[Path]) -> Iterator[Fault]:
    """What others on this machine can open though it is for its owner alone."""
    if os.name == "nt":
        return
    for path, mode in (*((file, 0o600) for file in files), (sessions, 0o700)):
        try:
            found = path.lstat()
        except OSError:
            continue
        is_ours = stat.S_ISDIR(found.st_mode) if mode == 0o700 else stat.S_ISREG(found.st_mode)
        if is_ours and found.st_uid == os.geteuid() and found.st_mode & 0o077:
            seen = f"others on this machine can open {path}"
            yield Fault("file modes", seen, f"chmod {mode:o}", partial(path.chmod, mode))


def _beside(database: Path) -> Iterator[Path]:
    """The database, what SQLite keeps beside it, and copies made before a migration."""
    for ending in ("", "-wal", "-shm", "-journal"):
        yield database.with_name(f"{database.name}{ending}")
    yield from _named(database.parent, rf"{re.escape(database.name)}\.before-.+\.bak")


def _session_files(sessions: Path) -> Iterator[Path]:
    yield from _named(sessions, r".+\.json")


def _stale_owner(database: Path) -> Iterator[Fault]:
    """The mark of a run that is no more. It holds nothing up; it would only be named wrongly."""
    owner = _owner(database)
    if owner.is_file() and not _is_at_work(owner):
        seen = f"{owner} names no process that still runs"
        yield Fault("lock", seen, "remove it", partial(owner.unlink, missing_ok=True))


def _owner(database: Path) -> Path:
    return database.with_name(f"{database.name}.owner")


def _is_at_work(owner: Path) -> bool:
    """Whether the process that holds the lock, as it says there, still runs."""
    try:
        process = owner.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return False
    return process.isdecimal() and len(process) < 10 and psutil.pid_exists(int(process))


def _left_over(database: Path, sessions: Path, now: datetime) -> Iterator[Fault]:
    """Half-made files of programs that were killed while they wrote them."""
    name = re.escape(database.name)
    half_made = (
        *_named(database.parent, rf"\.{re.escape(database.name[:40])}\..+\.part(?:-wal|-shm|-journal)?"),
        *_named(database.parent, rf"{name}\.before-.+\.bak\.part(?:-wal|-shm|-journal)?"),
        *_named(sessions, r"\..+\.json\.[0-9a-f]+\.part"),
    )
    for file in half_made:
        if file.is_file() and not file.is_symlink() and _is_old(file, now):
            yield Fault("files left over", f"half-made {file}", "remove it", partial(file.unlink))
    for folder in _named(database.parent, r"\.check-\w+"):
        if folder.is_dir() and not folder.is_symlink() and _is_copy_only(folder) and _is_old(folder, now):
            seen = f"a copy that a check left in {folder}"
            yield Fault("files left over", seen, "remove it", partial(shutil.rmtree, folder))


def _is_copy_only(folder: Path) -> bool:
    return all(_CHECKED_COPY.fullmatch(file.name) and file.is_file() for file in folder.iterdir())


def _is_old(path: Path, now: datetime) -> bool:
    """Whether neither the path nor what lies in it was written to for a day."""
    within = list(path.iterdir()) if path.is_dir() else []
    newest = max(one.lstat().st_mtime for one in (path, *within))
    return now.timestamp() - newest > _LEFT_OVER.total_seconds()


def _underived(database: Path, portals: Mapping[str, Portal]) -> Iterator[Fault]:
    """Stored visits that nothing was derived from: the program was killed in between."""
    if not database.is_file() or _is_at_work(_owner(database)):
        return  # what a run has stored it will derive
    try:
        with open_store(database) as db:
            numbers = len(list(db.execute(_NUMBERS_WAITING)))
            (pages,) = db.execute(_PAGES_WAITING).fetchone()
    except DatabaseError:
        return  # the check of the database tells why
    if numbers or pages:
        seen = f"{numbers} numbers and {pages} pages are stored and not worked out"
        yield Fault("derived rows", seen, "derive them", partial(_derive, database, portals))


def _derive(database: Path, portals: Mapping[str, Portal]) -> None:
    with open_store(database, must_exist=True) as db:
        with writing(db):
            wait(db, [number for (number,) in db.execute(_NUMBERS_WAITING)], "visit")
        Deriver(db, portals).catch_up()


def _named(folder: Path, pattern: str) -> list[Path]:
    """What lies in `folder` under a name of that form, sorted: no name of a file is ever a pattern."""
    try:
        return sorted(path for path in folder.iterdir() if re.fullmatch(pattern, path.name, re.DOTALL))
    except OSError:
        return []
