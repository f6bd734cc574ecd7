"""What is remembered of each portal between runs: `portal_state`, read and written."""

from dataclasses import asdict
from datetime import datetime

from sqlite_utils import Database

from collector.politeness import PortalState
from collector.read.offsets import iso_utc, parse_iso_utc


def portal_state(db: Database, portal: str) -> PortalState:
    """What is remembered of `portal`, a fresh state if nothing is."""
    for row in db.query("select * from portal_state where portal = ?", [portal]):
        return PortalState(
            portal=portal,
            budget_on=row["budget_on"],
            budget_used=row["budget_used"],
            failures=row["failures"],
            last_visit_at=_instant(row["last_visit_at"]),
            not_before_at=_instant(row["not_before_at"]),
        )
    return PortalState(portal)


def keep_portal_state(db: Database, state: PortalState) -> None:
    """Remember `state`. Call inside a transaction."""
    columns = asdict(state)
    for name in ("last_visit_at", "not_before_at"):
        at = columns[name]
        columns[name] = None if at is None else iso_utc(at)
    names = ", ".join(columns)
    marks = ", ".join(f":{name}" for name in columns)
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
    db.execute(
        f"insert into portal_state ({names}) values ({marks}) on conflict (portal) do update set {updates}",  # noqa: S608
        columns,
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_iso_utc(text)
