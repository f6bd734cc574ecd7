"""What the user says of numbers, as facts: that two are one parcel, or are not. Never changed or deleted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

from sqlite_utils import Database

from collector.read.offsets import iso_utc, parse_iso_utc

#: As fine as instants are stored.
_TICK = timedelta(milliseconds=1)
_STATEMENTS = """
select * from corrections
where kind in ('link', 'unlink') and subject <> value and (subject = ? or value = ?)
order by julianday(made_at), id
"""


@dataclass(frozen=True, slots=True)
class Correction:
    """One statement about a pair of numbers, `number_a` the smaller. `made_at` is aware."""

    made_at: datetime
    kind: Literal["link", "unlink"]
    number_a: str
    number_b: str
    reason: str | None = None


def correct(
    db: Database, kind: Literal["link", "unlink"], pair: Iterable[str], now: datetime, reason: str | None
) -> bool:
    """Store what the user says of two numbers; False if it is what was said of them last.

    Call inside a transaction. A statement is later than those before it, whatever the clock says: the last
    one about a pair holds.
    """
    first, second = sorted(pair)
    said = (one for one in corrections_of(db, [first]) if one.number_b == second)
    last = next((one for one in said if one.number_a == first), None)
    if last is not None and last.kind == kind and reason in (None, last.reason):
        return False
    made_at = iso_utc(now if last is None else max(now, last.made_at + _TICK))
    parts = (kind, first, second, made_at, reason or "")
    row = {"made_at": made_at, "kind": kind, "subject": first, "value": second, "reason": reason}
    db.table("corrections").insert({"id": sha256("\0".join(parts).encode()).hexdigest()[:20], **row})
    return True


def corrections_of(db: Database, numbers: Iterable[str]) -> list[Correction]:
    """The last statement about each pair that has one of `numbers` in it, by pair."""
    latest: dict[tuple[str, str], Correction] = {}
    for number in sorted(set(numbers)):
        for row in db.query(_STATEMENTS, [number, number]):
            first, second = sorted((row["subject"], row["value"]))
            made_at = parse_iso_utc(row["made_at"])
            latest[first, second] = Correction(made_at, row["kind"], first, second, row["reason"])
    return [latest[pair] for pair in sorted(latest)]
