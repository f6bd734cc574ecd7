"""What stands beside visits and pages, made fit to share: each column is named with what becomes of it."""

import re
import secrets
from collections.abc import Mapping
from zoneinfo import available_timezones

from sqlite_utils import Database

from collector.copies.clean_records import Cleaner
from collector.copies.clean_texts import clean_country
from collector.drift import Sign
from scrapers.words import Leg

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]{5,15}Z)?")
_UNKNOWN = "1970-01-01T00:00:00Z"
_STATE = (
    "budget_on",
    "budget_used",
    "failures",
    "last_visit_at",
    "not_before_at",
    "drift_since",
    "listed_to_end_at",
)


def copy_runs(old: Database, new: Database) -> dict[str, str]:
    """Copy when runs were and how they ended; the new id of each."""
    ids = {}
    for place, row in enumerate(old.query("select * from runs order by started_at, id"), start=1):
        ids[row["id"]] = f"run-{place}"
        kept = {name: _moment(row[name]) for name in ("finished_at", "exit_status")}
        kept |= {"id": ids[row["id"]], "started_at": _moment(row["started_at"]) or _UNKNOWN}
        new.table("runs").insert({"command": "collect", "version": "", **kept})
    return ids


def copy_corrections(old: Database, new: Database, cleaner: Cleaner) -> None:
    """Copy what was said of numbers and zones, without the reasons."""
    for row in old.query("select * from corrections order by made_at, id"):
        subject, value = row["subject"], row["value"]
        if row["kind"] in ("link", "unlink"):
            subject, value = cleaner.number(subject), cleaner.number(value)
        elif row["kind"] == "zone":
            portal, _, leg = subject.partition("/")
            leg = leg if leg in set(Leg) else ""
            subject = f"{cleaner.portal(portal)}/{leg}" if leg else cleaner.portal(portal)
            value = value if value in available_timezones() else None
        else:
            continue
        if subject:
            said = {
                "made_at": _moment(row["made_at"]) or _UNKNOWN,
                "kind": row["kind"],
                "subject": subject,
                "value": value,
            }
            new.table("corrections").insert({"id": secrets.token_hex(10), **said})


def copy_followed(old: Database, new: Database, cleaner: Cleaner) -> None:
    """Copy what is followed and where it goes, without postcodes and notes."""
    for row in old.query("select * from followed"):
        if number := cleaner.number(row["number"]):
            told = {"country": clean_country(row["country"]), "forgotten_at": _moment(row["forgotten_at"])}
            told |= {"number": number, "added_at": _moment(row["added_at"]) or _UNKNOWN}
            new.table("followed").insert(told, ignore=True)


def copy_states(old: Database, new: Database, cleaner: Cleaner) -> None:
    """Copy how each portal was asked lately."""
    for table in ("portal_state", "account_state"):
        for row in old.query(f"select * from {table}"):  # noqa: S608
            kept = {name: _moment(row[name]) for name in _STATE if name in row}
            whose = {"account": cleaner.account(row["account"])} if "account" in row else {}
            new.table(table).insert({"portal": cleaner.portal(row["portal"]), **whose, **kept})


def copy_drifts(old: Database, new: Database, cleaner: Cleaner, ids: Mapping[str, str]) -> None:
    """Copy the signs of drift, without their details."""
    for row in old.query("select * from drift"):
        told = {name: row[name] for name in ("visits", "clean_visits")}
        told |= {name: _moment(row[name]) or _UNKNOWN for name in ("since", "last_seen_at")}
        told |= {"portal": cleaner.portal(row["portal"]), "visit_id": ids[row["visit_id"]], "detail": ""}
        if row["sign"] in set(Sign):
            new.table("drift").insert({"sign": row["sign"], **told})


def _moment(value: str | int | None) -> str | int | None:
    """An instant, a date or a number, as it is; None for any other text."""
    return value if not isinstance(value, str) or _MOMENT.fullmatch(value) else None
