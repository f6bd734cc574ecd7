"""Signs of drift, read and written, and what it takes to see them in the database."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlite_utils import Database

from collector.drift import Drift, RowCount, Sign, after_run, shrinking
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.store.sync import sync

_ROWS_BEFORE = """
select rows_read from visits where portal = ? and tracking_number = ? and outcome = 'ok' and complete = 1
order by seen_at desc, id limit 1
"""
_ROW_COUNTS = """
select portal, tracking_number, id, seen_at, rows_read from visits
where seen_at >= ? and tracking_number is not null and rows_read is not null
  and outcome = 'ok' and complete = 1
"""
#: How far back parcels' rows are counted.
_COUNTED_FOR = timedelta(days=14)
_NEW_UNKNOWN = """
select distinct o.description from observations as o
join sightings as s on s.observation_id = o.id
where s.first_visit_id = ? and o.milestone is null
  and not exists (select 1 from observations as older where older.portal = o.portal
                  and older.description = o.description and older.first_seen_at < o.first_seen_at)
order by 1
"""


def drifts(db: Database, portal: str | None = None) -> list[Drift]:
    """The signs that stand, of one portal or of all."""
    where, values = ("1", []) if portal is None else ("portal = ?", [portal])
    return [
        Drift(
            portal=row["portal"],
            sign=Sign(row["sign"]),
            since=parse_iso_utc(row["since"]),
            visit_id=row["visit_id"],
            last_seen_at=parse_iso_utc(row["last_seen_at"]),
            visits=row["visits"],
            clean_visits=row["clean_visits"],
            detail=row["detail"],
        )
        for row in db.query(f"select * from drift where {where} order by portal, sign", values)  # noqa: S608
    ]


def keep_drifts(db: Database, portal: str, standing: Iterable[Drift]) -> None:
    """Make `standing` the portal's signs. Call inside a transaction."""
    rows = [
        {
            "portal": one.portal,
            "sign": one.sign.value,
            "since": iso_utc(one.since),
            "visit_id": one.visit_id,
            "last_seen_at": iso_utc(one.last_seen_at),
            "visits": one.visits,
            "clean_visits": one.clean_visits,
            "detail": one.detail,
        }
        for one in standing
    ]
    sync(db, "drift", ("portal", "sign"), "portal in ({marks})", [portal], rows)
    since = min((row["since"] for row in rows), default=None)
    db.execute(
        """insert into portal_state (portal, drift_since) values (?, ?)
           on conflict (portal) do update set drift_since = excluded.drift_since""",
        [portal, since],
    )


def rows_before(db: Database, portal: str, number: str | None) -> int | None:
    """How many rows the last complete visit to the page showed; None for a page about no parcel."""
    return next((row["rows_read"] for row in db.query(_ROWS_BEFORE, [portal, number])), None)


def note_shrinking(db: Database, portals: Collection[str], now: datetime) -> None:
    """Keep it as a sign where a portal's parcels suddenly have fewer rows. Call inside a transaction."""
    counts: dict[str, list[RowCount]] = {portal: [] for portal in sorted(portals)}
    for row in db.query(_ROW_COUNTS, [iso_utc(now - _COUNTED_FOR)]):
        if row["portal"] in counts:
            at = parse_iso_utc(row["seen_at"])
            counts[row["portal"]].append(RowCount(row["tracking_number"], row["id"], at, row["rows_read"]))
    for portal, own in counts.items():
        found = shrinking(own, now)
        if found is not None:
            keep_drifts(db, portal, after_run(drifts(db, portal), portal, now, found))


def new_unknown_wordings(db: Database, visit_id: str) -> list[str]:
    """Wordings a visit was the first to show and nobody understands."""
    return [row["description"] for row in db.query(_NEW_UNKNOWN, [visit_id])]
