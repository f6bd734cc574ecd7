"""What leaves the database: old pictures by policy, old pages only on request, replaced by their records.

A picture stays if it is the first or the last of its portal and number, or stands behind something a person
may have to show: a disagreement, a contradiction, a page that was not understood, a notice.
"""

import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path

from sqlite_utils import Database

from collector.copies.page_records import equal_record
from collector.derive.parsing import Parser
from collector.read.offsets import iso_utc
from collector.store.facts import StoredVisit, stored_visits
from collector.store.opening import BUSY_TIMEOUT_S, writing
from collector.store.shared import PageRow, give_pages, pages_of_visit
from scrapers.contract import Portal
from scrapers.words import Role

_MEDIA_TYPE = "application/json"

_OLD_PICTURES = """
with pictured as (
    select v.id, v.portal, v.seen_at, v.outcome, v.tracking_number,
           row_number() over (partition by v.portal, v.tracking_number, v.order_id, v.account, v.page
                              order by v.seen_at, v.id) as from_first,
           row_number() over (partition by v.portal, v.tracking_number, v.order_id, v.account, v.page
                              order by v.seen_at desc, v.id desc) as from_last
    from visits as v
    where v.id in (select visit_id from visit_pages where role = 'screenshot')
),
disputed as (
    select observation_a as id from disagreements union select observation_b from disagreements
    union select suspect_observation from disagreements
    union select observation_a from contradictions union select observation_b from contradictions
),
noticed as (
    select p.id, row_number() over (partition by n.parcel_id, n.rule, n.subject, p.portal, p.tracking_number
                                    order by p.seen_at desc, p.id desc) as from_last
    from notices as n
    join tracking_numbers as t on t.parcel_id = n.parcel_id
    join pictured as p on p.tracking_number = t.number and p.seen_at <= n.made_at
)
select id from pictured
where seen_at < ? and from_first > 1 and from_last > 1 and outcome <> 'layout_changed'
  and id not in (select visit_id from drift)
  and id not in (select s.first_visit_id from sightings as s join disputed as d on d.id = s.observation_id)
  and id not in (select s.last_visit_id from sightings as s join disputed as d on d.id = s.observation_id)
  and id not in (select id from noticed where from_last = 1)
order by seen_at, id
"""
#: Visits whose pages a record may replace: not those a person may have to look at.
_WITH_OLD_PAGES = """
v.seen_at < ? and v.outcome <> 'layout_changed' and v.id not in (select visit_id from drift)
and v.id in (select visit_id from visit_pages where role in ('dom', 'payload'))
"""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What left, or would. `bytes` is what the leaving pages take up, less the records in their place.

    visits  whose pictures or pages these were
    pages   stored pages that no visit has any more
    kept    visits old enough whose pages stay, because no record says quite the same
    """

    visits: int = 0
    pages: int = 0
    bytes: int = 0
    kept: int = 0


def prune_pictures(db: Database, before: datetime, *, dry_run: bool = False) -> Pruned:
    """Drop the pictures of visits before then, but for those that must stay."""
    with _writing(db, dry_run=dry_run):
        visits = [row["id"] for row in db.query(_OLD_PICTURES, [iso_utc(before)])]
        was = _size(db)
        pages = _drop(db, visits, (Role.SCREENSHOT,))
        return Pruned(len(visits), pages, was - _size(db))


def prune_pages(
    db: Database, portals: Mapping[str, Portal], before: datetime, *, dry_run: bool = False
) -> Pruned:
    """Replace the pages of visits before then by records that say the same; what is derived stays as it is.

    A page that a later visit points to stays. One transaction: all of it, or nothing.
    """
    parser = Parser(db, portals)
    with _writing(db, dry_run=dry_run):
        old = stored_visits(db, _WITH_OLD_PAGES, [iso_utc(before)])
        records = {
            v.id: line for v in old if (line := _packed(equal_record(v, parser.answer(v)))) is not None
        }
        free = _only_of(db, records)
        leaving = [v for v in old if v.id in records and any(p.page_id in free for p in v.pages)]
        was = _size(db)
        pages = _drop(db, [v.id for v in leaving], (Role.DOM, Role.PAYLOAD))
        for visit in leaving:
            _put_record(db, visit, records[visit.id])
        return Pruned(len(leaving), pages, was - _size(db), kept=len(old) - len(records))


def shrink(database: Path) -> bool:
    """Give the free room of the file back to the disk; False if that takes more room than the disk has, or
    another program holds the file. Nothing is lost then. Raises sqlite3.Error for anything else.
    """
    connection = sqlite3.connect(database, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        connection.execute("vacuum")
        # It may number rows anew, by which the index of the search knows them.
        connection.execute("insert into observations_fts (observations_fts) values ('rebuild')")
        connection.execute("pragma wal_checkpoint(truncate)")
    except sqlite3.OperationalError as error:
        if "full" in str(error) or "locked" in str(error):
            return False
        raise
    finally:
        connection.close()
    return True


@contextmanager
def _writing(db: Database, *, dry_run: bool) -> Iterator[None]:
    """A transaction that is undone if it was a trial."""
    with writing(db):
        if not dry_run:
            yield
            return
        db.execute("savepoint trial")
        try:
            yield
        finally:
            db.execute("rollback to trial")
            db.execute("release trial")


def _size(db: Database) -> int:
    (size,) = next(iter(db.execute("select coalesce(sum(length(body)), 0) from pages")))
    return int(size)


def _drop(db: Database, visits: Iterable[str], roles: Sequence[Role]) -> int:
    """Take the visits' pages of these roles away; how many pages no visit has any more."""
    leaving, dropped = {role.value for role in roles}, set[str]()
    for visit_id in visits:
        pages = pages_of_visit(db, visit_id)
        dropped |= {page.page_id for page in pages if page.role in leaving}
        give_pages(db, visit_id, [page for page in pages if page.role not in leaving])
    unused = (
        "delete from pages where id = ? and not exists (select 1 from set_pages where page_id = pages.id)"
    )
    return sum(db.conn.execute(unused, [page_id]).rowcount for page_id in sorted(dropped))


def _only_of(db: Database, visits: Mapping[str, object]) -> set[str]:
    """The pages that no other visits have."""
    users: dict[str, bool] = {}
    for row in db.query("select page_id, visit_id from visit_pages where role in ('dom', 'payload')"):
        users[row["page_id"]] = users.get(row["page_id"], True) and row["visit_id"] in visits
    return {page_id for page_id, is_theirs in users.items() if is_theirs}


def _packed(line: bytes | None) -> bytes | None:
    return None if line is None else zlib.compress(line, 9)


def _put_record(db: Database, visit: StoredVisit, packed: bytes) -> None:
    """Store the record that stands for a visit's pages."""
    line = zlib.decompress(packed)
    page_id = sha256(line).hexdigest()
    said = sha256(_MEDIA_TYPE.encode() + b"\0" + line).hexdigest()
    db.execute(
        "insert into pages (id, canonical, media_type, body, bytes) values (?, ?, ?, ?, ?)"
        " on conflict do nothing",
        [page_id, said, _MEDIA_TYPE, packed, len(line)],
    )
    url = next((page.url for page in visit.pages if page.url), "")
    standing = pages_of_visit(db, visit.id)
    taken = {page.position for page in standing}
    position = next(n for n in count() if n not in taken)
    record = PageRow(position, page_id, Role.RECORD.value, url, None)
    give_pages(db, visit.id, [*standing, record])
