"""Links between numbers, kept up to date: which other numbers have to be derived together with some."""

from collections.abc import Iterable, Sequence

from sqlite_utils import Database

from collector.derive.numbers import Link, link, settled
from collector.derive.parsing import Parser
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.store.facts import visits_of
from collector.store.sync import sync
from scrapers.numbers import NumberError, tracking_number

_KEY = ("number_a", "number_b", "portal")


def linked(db: Database, parser: Parser, changed: Sequence[str]) -> tuple[list[str], list[Link]]:
    """Every number reachable from `changed` by links, and those links, written as the visits show them.

    Numbers that are one parcel now belong with each other too: links that fell away may have parted them.
    """
    numbers, links = set[str](), list[Link]()
    wanted = set(changed) | _together(db, changed)
    while wanted:
        _write(db, sorted(wanted), _shown(db, parser, sorted(wanted)))
        numbers |= wanted
        links = _touching(db, numbers)
        wanted = {n for k in links for n in (k.number_a, k.number_b)} - numbers
    links = settled(links)
    _write(db, sorted(numbers), links)
    return sorted(numbers), links


def _together(db: Database, numbers: Iterable[str]) -> set[str]:
    same_parcel = """select number from tracking_numbers where parcel_id in
                     (select parcel_id from tracking_numbers where number = ?)"""
    return {row["number"] for number in numbers for row in db.query(same_parcel, [number])}


def _shown(db: Database, parser: Parser, numbers: Sequence[str]) -> list[Link]:
    first: dict[tuple[str, str, str], Link] = {}
    for visit in visits_of(db, numbers):
        for related in parser.reading(visit).related_numbers:
            try:
                other = tracking_number(related.number)
            except NumberError:
                continue
            key = (visit.tracking_number, other, visit.portal)
            if other != visit.tracking_number and key not in first:
                carrier, role = related.carrier, related.role
                first[key] = link(*key, role, carrier, visit.seen_at)
    return list(first.values())


def _touching(db: Database, numbers: Iterable[str]) -> list[Link]:
    found: dict[tuple[str, str, str], Link] = {}
    for number in sorted(numbers):
        for row in db.query(
            "select * from parcel_links where number_a = ? or number_b = ?", [number, number]
        ):
            one = link(
                row["number_a"],
                row["number_b"],
                row["portal"],
                row["role"],
                row["carrier"],
                parse_iso_utc(row["first_seen_at"]),
            )
            found[one.number_a, one.number_b, one.portal] = one
    return list(found.values())


def _write(db: Database, numbers: Sequence[str], links: Iterable[Link]) -> None:
    rows = [
        {
            "number_a": k.number_a,
            "number_b": k.number_b,
            "portal": k.portal,
            "role": k.role,
            "carrier": k.carrier,
            "reason": k.reason,
            "first_seen_at": iso_utc(k.first_seen_at),
            "accepted": int(k.accepted),
        }
        for k in links
    ]
    sync(db, "parcel_links", _KEY, "number_a in ({marks})", numbers, rows)
