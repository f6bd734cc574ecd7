"""Links as they stand written: which other numbers can be one parcel with a number, and which only name it.

A number may be named for thousands of parcels: a bag's, a broker's reference. Deriving one of them must not
mean to derive all, so links that cannot join are followed one way only.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any

from sqlite_utils import Database

from collector.derive.numbers import CANDIDATE, COLLECTIVE, REFUSED, Link
from collector.read.offsets import parse_iso_utc

_LOOSE = (*sorted(CANDIDATE), REFUSED)
_NAMED_BY = "select number_b as number from parcel_links where number_a = ?"
_JOINING = f"""
select number_a as number from parcel_links
where number_b = ? and reason not in ({",".join("?" * len(_LOOSE))})
"""  # noqa: S608 - marks alone
_ACCEPTED = """
select number_b as number from parcel_links where number_a = ? and accepted = 1
union select number_a from parcel_links where number_b = ? and accepted = 1
"""
_NAMING = """
select * from parcel_links where number_b = ? and reason = ? order by first_seen_at, number_a, portal
"""


def joined(db: Database, number: str, numbers: Collection[str]) -> set[str]:
    """The numbers at the other end of the links that may make one parcel with `number`.

    Those that name a collective number are left out where parcels other than these `numbers` prove it one;
    so are those that only propose it.
    """
    found = {row["number"] for row in db.query(_NAMED_BY, [number])}
    found |= {row["number"] for row in db.query(_JOINING, [number, *_LOOSE])}
    for reasons in ((REFUSED,), _LOOSE):
        if len(_proof(db, number, numbers, reasons)) < COLLECTIVE:
            found |= {row["number_a"] for reason in reasons for row in db.query(_NAMING, [number, reason])}
    return found


def naming(db: Database, number: str, numbers: Collection[str]) -> list[Link]:
    """Of the links that name `number` for parcels other than these `numbers`: what proves it collective.

    And the first of them, for when it was named and by whom.
    """
    firsts = (next(_outside(db, number, reason, numbers), None) for reason in _LOOSE)
    found = {link for link in firsts if link is not None}
    found.update(_proof(db, number, numbers, (REFUSED,)), _proof(db, number, numbers, _LOOSE))
    # Whether a link joins is settled anew each time.
    return [replace(link, accepted=link.reason == REFUSED) for link in found]


def as_link(row: dict[str, Any]) -> Link:
    """A row of `parcel_links`."""
    return Link(
        number_a=row["number_a"],
        number_b=row["number_b"],
        portal=row["portal"],
        role=row["role"],
        carrier=row["carrier"],
        first_seen_at=parse_iso_utc(row["first_seen_at"]),
        reason=row["reason"],
        accepted=bool(row["accepted"]),
    )


def _outside(db: Database, number: str, reason: str, numbers: Collection[str]) -> Iterator[Link]:
    for row in db.query(_NAMING, [number, reason]):
        if row["number_a"] not in numbers:
            yield as_link(row)


def _proof(db: Database, number: str, numbers: Collection[str], reasons: Collection[str]) -> list[Link]:
    """Links by which unrelated parcels without any of `numbers` name `number`; no more than it takes."""
    found: list[Link] = []
    parcels: set[str] = set()
    for link in chain.from_iterable(_outside(db, number, reason, numbers) for reason in reasons):
        if link.number_a not in parcels:
            parcel = _parcel(db, link.number_a)
            if parcel.isdisjoint(numbers):
                found.append(link)
            parcels |= parcel
            if len(found) == COLLECTIVE:
                break
    return found


def _parcel(db: Database, number: str) -> set[str]:
    """The numbers that accepted links join with `number`."""
    found, waiting = {number}, [number]
    while waiting:
        here = waiting.pop()
        near = {row["number"] for row in db.query(_ACCEPTED, [here, here])} - found
        found |= near
        waiting.extend(near)
    return found
