"""Whether the database is what it should be: the file, its references, its pages, and all that is derived."""

import os
import sqlite3
import tempfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sqlite_utils import Database

from collector.copies.snapshots import copy_into, dangling, failures_of, faults, moment_of
from collector.derive import DERIVED_TABLES, Deriver
from collector.store.opening import open_store
from scrapers.contract import Portal

#: So many differences are said of each kind.
_SAID = 5
_LONGEST = 60
_WAITING = """
select (select count(*) from underived)
     + (select count(*) from visits as v where v.tracking_number is null
        and not exists (select 1 from readings as r where r.visit_id = v.id))
"""


@dataclass(frozen=True, slots=True)
class Result:
    """What one check saw. `differences` are the first things that are wrong, a line each."""

    check: str
    works: bool
    seen: str
    differences: tuple[str, ...] = ()


def check(
    database: Path, portals: Mapping[str, Portal], step: Callable[[str], None] = lambda _: None
) -> Iterator[Result]:
    """The results, in order; after one about a damaged file or page no more follow.

    `step` is told what is done next. The database is only read; another program may write to it meanwhile.
    Raises DatabaseError for a file that cannot be read at all.
    """
    with (
        failures_of(database),
        tempfile.TemporaryDirectory(prefix=".check-", dir=database.absolute().parent) as folder,
    ):
        stored = Path(folder) / "stored.db"
        with moment_of(database) as source:
            step("the file")
            wrong = faults(source)
            yield Result("file", not wrong, wrong[0] if wrong else "sound", tuple(wrong))
            if wrong:
                return
            loose = dangling(source)
            yield Result("references", not loose, f"{len(loose) or 'none'} broken", tuple(loose))
            step("the pages")
            pages = _pages(source)
            yield pages
            if not pages.works:  # what cannot be read cannot be derived from
                return
            os.close(os.open(stored, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            copy_into(source, stored)
        step("what is derived")
        yield _rebuilt(stored, Path(folder) / "rebuilt.db", portals)


def _pages(source: sqlite3.Connection) -> Result:
    """Whether every page is what its id, a digest, says."""
    bad: list[str] = []
    pages = 0
    for page_id, body, size in source.execute("select id, body, bytes from pages"):
        pages += 1
        try:
            whole = zlib.decompressobj().decompress(body, size + 1)
        except zlib.error:
            whole = b""
        if len(whole) != size or sha256(whole).hexdigest() != page_id:
            bad.append(f"page {page_id} is not what was stored")
    seen = f"{pages} as they were stored" if not bad else f"{len(bad)} of {pages} damaged"
    return Result("pages", not bad, seen, tuple(bad[:_SAID]))


def _rebuilt(stored: Path, rebuilt: Path, portals: Mapping[str, Portal]) -> Result:
    """Whether everything derived, derived again from the facts, gives the rows that are stored."""
    with open_store(stored) as db:
        (waiting,) = next(iter(db.execute(_WAITING)))
        if waiting:  # a run that was broken off; the next would do the same
            Deriver(db, portals).catch_up()
        os.close(os.open(rebuilt, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        copy_into(db.conn, rebuilt)
    with open_store(rebuilt) as db:
        Deriver(db, portals).rebuild()
        db.execute("attach ? as stored", [str(stored)])
        told = {table: list(_differences(db, table)) for table in DERIVED_TABLES}
        rows = sum(db.table(table).count for table in DERIVED_TABLES)
        db.execute("detach stored")
    differing = [table for table, lines in told.items() if lines]
    lines = tuple(line for table in differing for line in told[table])
    if not differing:
        return Result("derived", True, f"{rows} rows, the same when derived again")
    return Result(
        "derived", False, f"differs in {', '.join(differing)}; `crosstrack rebuild` sets it right", lines
    )


def _differences(db: Database, table: str) -> Iterator[str]:
    """Rows of `table` that are stored otherwise than derived again, the first of each kind."""
    key = db.table(table).pks
    names = ", ".join(f'"{column.name}"' for column in db.table(table).columns)
    ways = (
        ("stored", "main", "is stored, but not derived"),
        ("main", "stored", "is derived, but not stored"),
    )
    changed: set[tuple[object, ...]] = set()
    for here, there, said in ways:
        sql = f"select {names} from {here}.{table} except select {names} from {there}.{table} order by 1"  # noqa: S608
        for place, row in enumerate(db.query(sql)):
            if place >= _SAID:
                yield f"{table}: and more"
                break
            other = _same_row(db, there, table, {name: row[name] for name in key})
            identity = tuple(row[name] for name in key)
            if other is None:
                yield f"{table} {' '.join(map(_short, identity))} {said}"
            elif identity not in changed:
                changed.add(identity)
                yield f"{table} {' '.join(map(_short, identity))}: {_changes(row, other, here)}"


def _same_row(db: Database, schema: str, table: str, key: Mapping[str, object]) -> dict[str, object] | None:
    where = " and ".join(f'"{name}" is ?' for name in key)
    return next(db.query(f"select * from {schema}.{table} where {where}", list(key.values())), None)  # noqa: S608


def _changes(row: Mapping[str, object], other: Mapping[str, object], here: str) -> str:
    stored, derived = (row, other) if here == "stored" else (other, row)
    return "; ".join(
        f"{name} is stored as {_short(stored[name])}, derived as {_short(derived[name])}"
        for name in row
        if stored[name] != derived[name]
    )


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
