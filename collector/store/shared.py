"""What many visits have in common, kept once: which pages they brought, which hosts were blocked.

A visit names it by an id that follows from the content, whatever was stored first.
"""

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import NamedTuple

from sqlite_utils import Database


class PageRow(NamedTuple):
    """A page as one visit brought it; the body is stored under `page_id`."""

    position: int
    page_id: str
    role: str
    url: str
    status: int | None


_ADDED = "insert into set_pages (page_set_id, position, page_id, role, url, status) values (?, ?, ?, ?, ?, ?)"
_STANDING = (
    "select position, page_id, role, url, status from set_pages where page_set_id = ? order by position"
)
_USED = "select 1 from visits where page_set_id = ?"


def page_set(db: Database, pages: Iterable[PageRow]) -> int | None:
    """The id of these pages as a set, stored now if it is new; None for no pages."""
    wanted = sorted(pages)
    if not wanted:
        return None
    set_id = _content_id(wanted)
    while (standing := _pages_of_set(db, set_id)) != wanted:
        if not standing:
            db.conn.execute("insert into page_sets (id) values (?)", (set_id,))
            db.conn.executemany(_ADDED, [(set_id, *page) for page in wanted])
            break
        set_id += 1  # two contents with one id
    return set_id


def blocked_hosts(db: Database, hosts: Sequence[str]) -> int | None:
    """The id of this list of hosts, stored now if it is new; None for no hosts."""
    if not hosts:
        return None
    wanted, list_id = json.dumps(hosts), _content_id(hosts)
    while (standing := _hosts_of_list(db, list_id)) != wanted:
        if standing is None:
            db.conn.execute("insert into blocked (id, hosts) values (?, ?)", (list_id, wanted))
            break
        list_id += 1
    return list_id


def pages_of_visit(db: Database, visit_id: str) -> list[PageRow]:
    """The pages that a visit has, by position."""
    found = db.conn.execute("select page_set_id from visits where id = ?", (visit_id,)).fetchone()
    return [] if found is None or found[0] is None else _pages_of_set(db, found[0])


def give_pages(db: Database, visit_id: str, pages: Iterable[PageRow]) -> None:
    """Make these all the pages a visit has: only pruning does that. Call inside a transaction."""
    (before,) = db.conn.execute("select page_set_id from visits where id = ?", (visit_id,)).fetchone()
    db.conn.execute("update visits set page_set_id = ? where id = ?", (page_set(db, pages), visit_id))
    if not db.conn.execute(_USED, (before,)).fetchone():
        db.conn.execute("delete from set_pages where page_set_id = ?", (before,))
        db.conn.execute("delete from page_sets where id = ?", (before,))


def _pages_of_set(db: Database, set_id: int) -> list[PageRow]:
    return [PageRow(*row) for row in db.conn.execute(_STANDING, (set_id,))]


def _hosts_of_list(db: Database, list_id: int) -> str | None:
    found = db.conn.execute("select hosts from blocked where id = ?", (list_id,)).fetchone()
    return None if found is None else str(found[0])


def _content_id(content: object) -> int:
    """A number from the content that takes six bytes in the file, and is exact in JavaScript."""
    digest = sha256(json.dumps(content).encode()).digest()
    return int.from_bytes(digest[:6]) >> 1
