"""Facts in and out of the database: visits with their pages, what the user follows, runs. Never changed."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any, Literal

from sqlite_utils import Database

from collector import __version__
from collector.canonical import canonical
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.store.shared import PageRow, blocked_hosts, page_set
from scrapers.contract import Canonical, Page
from scrapers.words import Outcome, Role


@dataclass(frozen=True, slots=True)
class Visit:
    """One attempt to read one portal for one number, or one page of a shop, as it is stored.

    tracking_number  None for a page of a shop that is about no parcel: the list, an order, no parcel yet
    order_id         the order a shop was asked about, None for the list
    page             which page of a shop: list, detail or tracking; None on portals that are asked numbers
    seen_at          aware
    """

    portal: str
    tracking_number: str | None
    seen_at: datetime
    source: Literal["browser", "import", "file"]
    outcome: Outcome
    complete: bool
    pages: tuple[Page, ...] = ()
    attempts: int | None = None
    duration_ms: int | None = None
    viewer_zone: str | None = None
    viewer_offset_minutes: int | None = None
    language: str | None = None
    server_date: str | None = None
    rows_claimed: int | None = None
    rows_read: int | None = None
    rows_bad: int | None = None
    blocked_hosts: tuple[str, ...] = ()
    error: str | None = None
    order_id: str | None = None
    account: str | None = None
    page: Literal["list", "detail", "tracking"] | None = None


@dataclass(frozen=True, slots=True)
class StoredVisit:
    """A visit read back, with the ids of its pages in order.

    tracking_number  empty for a page of a shop that is about no parcel
    """

    id: str
    portal: str
    tracking_number: str
    order_id: str | None
    account: str | None
    page: str | None
    seen_at: datetime
    outcome: Outcome
    viewer_offset_minutes: int | None
    pages: tuple["StoredPage", ...]


@dataclass(frozen=True, slots=True)
class StoredPage:
    """Where a visit's page is, without its body."""

    page_id: str
    role: Role
    url: str
    status: int | None


def store_visit(db: Database, run_id: str | None, visit: Visit, volatile: Canonical) -> tuple[str, bool]:
    """The visit's id, and whether it is new: the same visit stored twice is one.

    Call inside a transaction: a visit and its pages are stored together or not at all.
    """
    stored = [_store_page(db, page, volatile) for page in visit.pages]
    visit_id = _visit_id(visit, [same for _, same in stored])
    if db.conn.execute("select 1 from visits where id = ?", (visit_id,)).fetchone():
        return visit_id, False
    pages = [
        PageRow(position, page_id, page.role.value, page.url, page.status)
        for position, (page, (page_id, _)) in enumerate(zip(visit.pages, stored, strict=True))
    ]
    shared = {"page_set_id": page_set(db, pages), "blocked_id": blocked_hosts(db, visit.blocked_hosts)}
    row = {**_visit_row(visit_id, run_id, visit), **shared}
    db.conn.execute(_insert("visits", tuple(row)), tuple(row.values()))
    return visit_id, True


@cache
def _insert(table: str, columns: tuple[str, ...]) -> str:
    """The statement that adds a row which is not there yet: facts are never changed."""
    marks = ",".join("?" * len(columns))
    return f"insert into {table} ({','.join(columns)}) values ({marks}) on conflict do nothing"  # noqa: S608


def _visit_id(visit: Visit, said: Iterable[str]) -> str:
    """An id from what the visit was and what its pages say, whichever of several like pages is stored."""
    parts = (
        visit.portal,
        visit.tracking_number or "",
        visit.order_id or "",
        iso_utc(visit.seen_at),
        visit.source,
        visit.outcome.value,
        *said,
        *(() if visit.page is None else (visit.page, visit.account or "")),
    )
    return sha256("\0".join(parts).encode()).hexdigest()[:20]


def _visit_row(visit_id: str, run_id: str | None, visit: Visit) -> dict[str, Any]:
    return {
        "id": visit_id,
        "run_id": run_id,
        "portal": visit.portal,
        "tracking_number": visit.tracking_number,
        "order_id": visit.order_id,
        "account": visit.account,
        "page": visit.page,
        "seen_at": iso_utc(visit.seen_at),
        "source": visit.source,
        "outcome": visit.outcome.value,
        "complete": int(visit.complete),
        "attempts": visit.attempts,
        "duration_ms": visit.duration_ms,
        "viewer_zone": visit.viewer_zone,
        "viewer_offset_minutes": visit.viewer_offset_minutes,
        "language": visit.language,
        "server_date": visit.server_date,
        "rows_claimed": visit.rows_claimed,
        "rows_read": visit.rows_read,
        "rows_bad": visit.rows_bad,
        "error": visit.error,
    }


def _store_page(db: Database, page: Page, volatile: Canonical) -> tuple[str, str]:
    """The id of the stored page like `page` (stored now if there is none), and a digest of what it says."""
    same = sha256(page.media_type.encode() + b"\0" + canonical(page, volatile)).hexdigest()
    for (known,) in db.conn.execute("select id from pages where canonical = ?", (same,)):
        return str(known), same
    page_id = sha256(page.body).hexdigest()
    row = {
        "id": page_id,
        "canonical": same,
        "media_type": page.media_type,
        "body": zlib.compress(page.body, 9),
        "bytes": len(page.body),
    }
    db.conn.execute(_insert("pages", tuple(row)), tuple(row.values()))
    return page_id, same


def page_body(db: Database, page_id: str) -> tuple[str, bytes]:
    """Media type and body of a stored page."""
    (row,) = db.conn.execute("select media_type, body from pages where id = ?", (page_id,))
    return str(row[0]), zlib.decompress(row[1])


def visits_of(db: Database, numbers: Sequence[str]) -> list[StoredVisit]:
    """Every visit to any portal for the numbers, oldest first."""
    return stored_visits(db, f"v.tracking_number in ({','.join('?' * len(numbers))})", numbers)


def stored_visits(db: Database, where: str, values: Sequence[str]) -> list[StoredVisit]:
    """The visits (`v`) for which `where` holds, oldest first."""
    pages: dict[str, list[StoredPage]] = {}
    for row in db.query(
        f"""select v.id as visit_id, p.page_id, p.role, p.url, p.status
            from visits as v join set_pages as p on p.page_set_id = v.page_set_id where {where}
            order by v.id, p.position""",  # noqa: S608 - conditions of ours
        list(values),
    ):
        stored = StoredPage(row["page_id"], Role(row["role"]), row["url"], row["status"])
        pages.setdefault(row["visit_id"], []).append(stored)
    return [
        StoredVisit(
            id=row["id"],
            portal=row["portal"],
            tracking_number=row["tracking_number"] or "",
            order_id=row["order_id"],
            account=row["account"],
            page=row["page"],
            seen_at=parse_iso_utc(row["seen_at"]),
            outcome=Outcome(row["outcome"]),
            viewer_offset_minutes=row["viewer_offset_minutes"],
            pages=tuple(pages.get(row["id"], ())),
        )
        for row in db.query(
            f"select v.* from visits as v where {where} order by v.seen_at, v.id",  # noqa: S608
            list(values),
        )
    ]


def begin_run(db: Database, command: str, now: datetime) -> str:
    """The id of a new row in `runs`. A clock that was set back may begin several at one moment."""
    begun = f"{command}\0{now.isoformat()}"
    before = next(db.query("select count(*) as n from runs where started_at = ?", [iso_utc(now)]))["n"]
    run_id = sha256(f"{begun}\0{before}".encode() if before else begun.encode()).hexdigest()[:12]
    db.table("runs").insert(
        {"id": run_id, "command": command, "version": __version__, "started_at": iso_utc(now)}
    )
    return run_id


def end_run(db: Database, run_id: str, now: datetime, exit_status: int, summary: dict[str, Any]) -> None:
    """Note how a run ended."""
    db.table("runs").update(
        run_id,
        {
            "finished_at": iso_utc(now),
            "exit_status": exit_status,
            "summary": json.dumps(summary, ensure_ascii=False, sort_keys=True),
        },
    )


def follow(db: Database, number: str, now: datetime, details: Mapping[str, str | None]) -> bool:
    """Follow a number from now on; False if it was followed already (given details are updated)."""
    known = list(db.query("select * from followed where number = ?", [number]))
    given = {key: value for key, value in details.items() if value is not None}
    if known:
        db.table("followed").update(number, {**given, "forgotten_at": None})
        return known[0]["forgotten_at"] is not None
    db.table("followed").insert({"number": number, "added_at": iso_utc(now), **given})
    return True


def forget(db: Database, number: str, now: datetime) -> bool:
    """Stop following a number; what portals showed stays. False if it was not followed."""
    rows = list(db.query("select 1 from followed where number = ? and forgotten_at is null", [number]))
    if rows:
        db.table("followed").update(number, {"forgotten_at": iso_utc(now)})
    return bool(rows)
