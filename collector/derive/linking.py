"""Links between numbers, kept up to date: which other numbers have to be derived together with some.

They come from three places: portals that name further numbers, a shop's page that shows another number for
the same package than before, and the user, whose statements are replayed like any other fact.
"""

from collections.abc import Iterable, Sequence
from itertools import groupby

from sqlite_utils import Database

from collector.derive.gathering import gathered
from collector.derive.namers import as_link, joined, naming
from collector.derive.numbers import CANDIDATE, USER, Link, borne_out, link, said, settled, successor
from collector.derive.parsing import Parser
from collector.derive.successors import Load, contents, successors
from collector.derive.vouching import vouched
from collector.read.offsets import iso_utc
from collector.store.corrections import corrections_of
from collector.store.facts import StoredVisit, stored_visits, visits_of
from collector.store.sync import sync
from scrapers.numbers import NumberError, tracking_number
from scrapers.words import Outcome

_KEY = ("number_a", "number_b", "portal")
_COMPLETE = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET})
_LOADS_OF = """
v.page = 'tracking' and v.order_id is not null and (v.portal, v.order_id) in (
    select portal, order_id from visits
    where tracking_number in ({marks}) and page = 'tracking' and order_id is not null)
"""


def linked(
    db: Database, parser: Parser, changed: Sequence[str]
) -> tuple[list[str], list[Link], list[StoredVisit]]:
    """Every number whose parcel hangs on `changed`, the links that count, and all visits, oldest first.

    The links are written as facts show them.

    Numbers that are one parcel now belong with each other too: links that fell away may have parted them.
    So do the numbers of one order's page, which follow each other, and those the user keeps apart. Links of
    other numbers are there as far as they tell when, and by whom, one of these was named.
    """
    numbers = set[str]()
    links: dict[tuple[str, str, str], Link] = {}
    visits: list[StoredVisit] = []
    wanted = set(changed)
    while wanted:
        wanted |= _together(db, wanted) - numbers
        asked = visits_of(db, sorted(wanted))
        visits += asked
        shown, near = _shown(db, parser, sorted(wanted), asked)
        links |= {(k.number_a, k.number_b, k.portal): k for k in shown if k.number_a in wanted}
        numbers |= wanted
        # What refuses a link may be found further on: all numbers are looked at again.
        wanted = near.union(*(k.ends for k in shown), *(joined(db, n, numbers) for n in numbers)) - numbers
    # What the user says of numbers that no portal was asked about waits until one is.
    outside = {link for number in numbers for link in naming(db, number, numbers)}
    is_known = bool(outside) or _any_visited(db, numbers)
    visits.sort(key=lambda visit: (iso_utc(visit.seen_at), visit.id))
    shown_links = [*links.values(), *outside] if is_known else []
    all_links = _all_settled(db, parser, sorted(numbers), shown_links, visits)
    _write(db, sorted(numbers), [k for k in all_links if k.number_a in numbers])
    return sorted(numbers), [k for k in all_links if k.accepted or k.portal != USER], visits


def _all_settled(
    db: Database, parser: Parser, numbers: Sequence[str], links: Sequence[Link], visits: Sequence[StoredVisit]
) -> list[Link]:
    """The links, settled; those that only propose join where scans bear them out."""
    firm = settled(links)
    if not any(k.reason in CANDIDATE for k in firm):
        return firm
    proven = vouched(firm, gathered(db, parser, numbers, firm, visits))
    return settled(borne_out(k) if k in proven else k for k in links) if proven else firm


def accepted_links(db: Database) -> list[Link]:
    """The links that join numbers, as they were written last."""
    rows = db.query("select * from parcel_links where accepted = 1 order by number_a, number_b, portal")
    return [as_link(row) for row in rows]


def _together(db: Database, numbers: Iterable[str]) -> set[str]:
    same_parcel = """select number from tracking_numbers where parcel_id in
                     (select parcel_id from tracking_numbers where number = ?)"""
    return {row["number"] for number in numbers for row in db.query(same_parcel, [number])}


def _any_visited(db: Database, numbers: Iterable[str]) -> bool:
    visited = "select 1 from visits where tracking_number = ? limit 1"
    return any(list(db.query(visited, [number])) for number in sorted(numbers))


def _shown(
    db: Database, parser: Parser, numbers: Sequence[str], visits: Iterable[StoredVisit]
) -> tuple[list[Link], set[str]]:
    """The links facts about `numbers` show, not settled, and the numbers whose links hang on theirs."""
    found = [*_named(parser, visits)]
    loads = stored_visits(db, _LOADS_OF.format(marks=",".join("?" * len(numbers))), numbers)
    found.extend(sorted(_succeeded(parser, loads), key=lambda k: k.first_seen_at))
    found.extend(
        said(c.number_a, c.number_b, c.made_at, are_one=c.kind == "link") for c in corrections_of(db, numbers)
    )
    first: dict[tuple[str, str, str], Link] = {}
    for one in found:
        first.setdefault((one.number_a, one.number_b, one.portal), one)
    return list(first.values()), {visit.tracking_number for visit in loads if visit.tracking_number}


def _named(parser: Parser, visits: Iterable[StoredVisit]) -> Iterable[Link]:
    """The further numbers that portals name, by the visit that showed them first."""
    for visit in visits:
        for related in parser.reading(visit).related_numbers:
            try:
                other = tracking_number(related.number)
            except NumberError:
                continue
            if other != visit.tracking_number and visit.portal != USER:
                role, carrier = related.role, related.carrier
                yield link(visit.tracking_number, other, visit.portal, role, carrier, visit.seen_at)


def _succeeded(parser: Parser, visits: Sequence[StoredVisit]) -> Iterable[Link]:
    """The numbers that follow each other on the pages of orders; a load is stored as a visit per package."""
    ordered = sorted(visits, key=lambda v: (v.portal, v.order_id or "", v.seen_at, v.id))
    for (portal, _), of_order in groupby(ordered, key=lambda v: (v.portal, v.order_id)):
        loads = [_load(parser, list(rows)) for _, rows in groupby(of_order, key=lambda v: v.seen_at)]
        for one in successors([load for load in loads if load is not None]):
            yield successor(one.old, one.new, portal, one.seen_at)


def _load(parser: Parser, packages: Sequence[StoredVisit]) -> Load | None:
    """A load of an order's page, None if not all of its packages could be read or one has no number."""
    on_page = (r for visit in packages for r in parser.answer(visit).readings)
    read = {visit.tracking_number: parser.reading(visit) for visit in packages}
    if "" in read or any(r.number is None and (r.rows or r.items or not r.orders) for r in on_page):
        return None  # what has but orders is no package
    if any(r.outcome not in _COMPLETE or not r.complete for r in read.values()):
        return None
    return Load(packages[0].seen_at, {number: contents(r.items) for number, r in read.items()})


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
