"""What the user says against what portals say, as facts. Never changed or deleted; the last word holds.

kind            subject and value
link, unlink    two numbers that are, or are not, one parcel
pair, unpair    two observations that are, or are not, one event
zone            a portal ("usps"), or one leg of it ("usps/last_mile"), and its zone; no zone takes it back
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

from sqlite_utils import Database

from collector.read.offsets import iso_utc, parse_iso_utc
from scrapers.words import Leg

PairKind = Literal["link", "unlink", "pair", "unpair"]

#: As fine as instants are stored.
_TICK = timedelta(milliseconds=1)
_OPPOSITE = {"link": "unlink", "unlink": "link", "pair": "unpair", "unpair": "pair"}

_OF_NUMBER = """
select * from corrections
where kind in ('link', 'unlink') and subject <> value and (subject = ? or value = ?)
order by julianday(made_at), id
"""
_OF_KIND = "select * from corrections where kind in (?, ?) order by julianday(made_at), id"


@dataclass(frozen=True, slots=True)
class Correction:
    """One statement about a pair of numbers, `number_a` the smaller. `made_at` is aware."""

    made_at: datetime
    kind: Literal["link", "unlink"]
    number_a: str
    number_b: str
    reason: str | None = None


def correct(db: Database, kind: PairKind, pair: Iterable[str], now: datetime, reason: str | None) -> bool:
    """Store what the user says of two numbers or observations; False if it is what was said of them last.

    Call inside a transaction. A statement is later than those before it, whatever the clock says: the last
    one about a pair holds.
    """
    first, second = sorted(pair)
    said = db.query(_OF_KIND, [kind, _OPPOSITE[kind]])
    before = [row for row in said if sorted((row["subject"], row["value"] or "")) == [first, second]]
    return _store(db, kind, first, second, now, reason, before)


def correct_zone(
    db: Database, portal: str, leg: Leg | None, zone: str | None, now: datetime, reason: str | None
) -> bool:
    """Store the zone the user says a portal prints in, or that it is taken back; False if nothing is new.

    Call inside a transaction.
    """
    subject = portal if leg is None else f"{portal}/{leg}"
    before = [row for row in db.query(_OF_KIND, ["zone", "zone"]) if row["subject"] == subject]
    if not before and zone is None:
        return False
    return _store(db, "zone", subject, zone, now, reason, before)


def _store(
    db: Database,
    kind: str,
    subject: str,
    value: str | None,
    now: datetime,
    reason: str | None,
    before: list[dict[str, Any]],
) -> bool:
    """Store a statement, unless it is the last of those before it."""
    last = before[-1] if before else None
    told = None if last is None else (last["kind"], last["value"] if kind == "zone" else value)
    if last is not None and told == (kind, value) and reason in (None, last["reason"]):
        return False
    made_at = iso_utc(now if last is None else max(now, parse_iso_utc(last["made_at"]) + _TICK))
    parts = (kind, subject, value or "", made_at, reason or "")
    row = {"made_at": made_at, "kind": kind, "subject": subject, "value": value, "reason": reason}
    db.table("corrections").insert({"id": sha256("\0".join(parts).encode()).hexdigest()[:20], **row})
    return True


def corrections_of(db: Database, numbers: Iterable[str]) -> list[Correction]:
    """The last statement about each pair that has one of `numbers` in it, by pair."""
    latest: dict[tuple[str, str], Correction] = {}
    for number in sorted(set(numbers)):
        for row in db.query(_OF_NUMBER, [number, number]):
            first, second = sorted((row["subject"], row["value"]))
            made_at = parse_iso_utc(row["made_at"])
            latest[first, second] = Correction(made_at, row["kind"], first, second, row["reason"])
    return [latest[pair] for pair in sorted(latest)]


def pairs_said(db: Database) -> dict[frozenset[str], bool]:
    """Pairs of observations, by id, and whether they are one event; what was said last comes first."""
    found: dict[frozenset[str], bool] = {}
    for row in reversed(list(db.query(_OF_KIND, ["pair", "unpair"]))):
        found.setdefault(frozenset((row["subject"], row["value"])), row["kind"] == "pair")
    return {pair: is_one for pair, is_one in found.items() if len(pair) == 2 and None not in pair}


def zones_said(db: Database) -> dict[tuple[str, Leg | None], str]:
    """The zone in which each portal prints, on a leg or (None) on all of them, as the user says."""
    last = {row["subject"]: row["value"] for row in db.query(_OF_KIND, ["zone", "zone"])}
    found: dict[tuple[str, Leg | None], str] = {}
    for subject, zone in sorted(last.items()):
        portal, _, leg = subject.partition("/")
        if zone is not None and (not leg or leg in set(Leg)):
            found[portal, Leg(leg) if leg else None] = zone
    return found
