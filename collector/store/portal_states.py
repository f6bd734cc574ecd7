"""What is remembered of each portal, and of each account, between runs: read and written."""

from dataclasses import asdict
from datetime import datetime

from sqlite_utils import Database

from collector.politeness import PortalState
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.store.opening import writing


def portal_state(db: Database, portal: str, account: str | None = None) -> PortalState:
    """What is remembered of `portal`, or of an account there; a fresh state if nothing is."""
    table, key = _where(portal, account)
    marks = " and ".join(f"{name} = :{name}" for name in key)
    for row in db.query(f"select * from {table} where {marks}", key):  # noqa: S608 - our own names
        return PortalState(
            portal=portal,
            budget_on=row["budget_on"],
            budget_used=row["budget_used"],
            failures=row["failures"],
            last_visit_at=_instant(row["last_visit_at"]),
            not_before_at=_instant(row["not_before_at"]),
        )
    return PortalState(portal)


def keep_portal_state(db: Database, state: PortalState, account: str | None = None) -> None:
    """Remember `state`. Call inside a transaction."""
    table, key = _where(state.portal, account)
    columns = {**asdict(state), **key}
    for name in ("last_visit_at", "not_before_at"):
        at = columns[name]
        columns[name] = None if at is None else iso_utc(at)
    _put(db, table, key, columns)


def clear_cool_down(db: Database, portal: str, account: str) -> None:
    """Forget that an account was to be left alone: a person has signed in to it since."""
    with writing(db):
        db.execute(
            "update account_state set not_before_at = null, failures = 0 where portal = ? and account = ?",
            [portal, account],
        )


def listed_to_end_at(db: Database, portal: str, account: str) -> datetime | None:
    """When the account's list of orders was last read to its end, None if it never was."""
    query = "select listed_to_end_at as at from account_state where portal = ? and account = ?"
    return next((_instant(row["at"]) for row in db.query(query, [portal, account])), None)


def keep_listed_to_end(db: Database, portal: str, account: str, at: datetime) -> None:
    """Remember that the account's list of orders was read to its end. Call inside a transaction."""
    table, key = _where(portal, account)
    _put(db, table, key, {**key, "listed_to_end_at": iso_utc(at)})


def _where(portal: str, account: str | None) -> tuple[str, dict[str, str]]:
    if account is None:
        return "portal_state", {"portal": portal}
    return "account_state", {"portal": portal, "account": account}


def _put(db: Database, table: str, key: dict[str, str], columns: dict[str, object]) -> None:
    names, marks = ", ".join(columns), ", ".join(f":{name}" for name in columns)
    updates = ", ".join(f"{name} = excluded.{name}" for name in columns)
    db.execute(
        f"insert into {table} ({names}) values ({marks}) "  # noqa: S608 - our own names
        f"on conflict ({', '.join(key)}) do update set {updates}",
        columns,
    )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else parse_iso_utc(text)
