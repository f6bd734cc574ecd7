"""Rows of a database that has grown for years, put straight into the derived tables: what pages are timed on.

Nothing here was reconciled: parcels are alike, every number follows from the parcel's place, and what the
rows say of one another is no more than their references. So the pages have as much to read as in earnest,
and the database is made in a minute. `benchmarks.growing` times the real way from records to rows.
"""

import json
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

Row = dict[str, Any]

PORTALS = ("aliexpress", "cainiao", "correos", "usps")
EVENTS = 30
#: Of six events one is not shown by a portal: 25 rows of each, 100 observations of a parcel.
_GAP = 6
_VISITS = 5
#: From which to which visit a portal promised the same day.
_SPANS = ((0, 1), (2, 3), (4, 4))
_PAIRS = ((0, 1), (0, 2))
_FIRST = datetime(2023, 1, 1, tzinfo=UTC)
_LEGS = ("origin", "line_haul", "import", "last_mile")
_STEPS = (
    ("info_received", "Shipping information received"),
    ("accepted", "Accepted by carrier"),
    ("departed_origin_facility", "Left the sorting center in {town}"),
    ("departed_origin_country", "Departed from departure country/region"),
    ("arrived_destination_country", "Arrived at destination country/region"),
    ("customs_cleared", "Import customs clearance complete"),
    ("arrived_facility", "Arrived at facility in {town}"),
    ("out_for_delivery", "Out for delivery, {town}"),
    (None, "Route {n} handled at counter {town}"),
)
_TOWNS = ("Shenzhen", "Madrid", "Zaragoza", "Los Angeles", "Santa Coloma de Gramenet", "Lódź", "Coruña")
_KINDS = (
    ("timezone", "info", 32400, 0),
    ("timezone", "info", 28800, 0),
    ("zone_label", "notice", 3600, 0),
    ("lag", "notice", 1800, 1800),
    ("conflict", "warning", 7200, 7200),
)
_ZONES = (0, 480, 60, -480)


def rows(parcels: int) -> Iterator[tuple[str, Row]]:
    """The rows of so many parcels, each with the table it belongs to; parents may come after children."""
    yield "runs", {"id": "run", "command": "collect", "version": "0", "started_at": _at(_FIRST)}
    for portal in PORTALS:
        for leg in ("any", *_LEGS):
            scope = "portal" if leg == "any" else "leg"
            learned = {"lag_class": "scan", "completeness": 0.8, "reliability": 0.9, "support": 90}
            yield (
                "clock_estimates",
                {"portal": portal, "leg": leg, "scope": scope, "basis": "made", **learned},
            )
    for place in range(parcels):
        yield from _parcel(place, parcels)


def _parcel(place: int, parcels: int) -> Iterator[tuple[str, Row]]:
    began = _FIRST + timedelta(hours=place * 24_000 // parcels)
    number, order = f"LP{place:014d}", f"{8190000000000000 + place}"
    yield from _order(place, number, order, began)
    is_over = _is_over(place)
    last = began + timedelta(hours=18 * (EVENTS - 1))
    yield (
        "parcels",
        {
            "id": number,
            "title": f"Blue lamp no. {place}",
            "origin_country": "CN",
            "destination_country": "ES",
            "stage": "delivered" if is_over else ("customs", "last_mile", "line_haul")[place % 3],
            "milestone": "delivered" if is_over else "departed_facility",
            "delivered_at": _at(last) if is_over else None,
            "last_event_at": _at(last),
            "estimated_to_on": f"{last + timedelta(days=3):%Y-%m-%d}",
        },
    )
    for ending, role in (("", "shipment"), ("ES", "last_mile")):
        told = {"carrier": "Correos", "role": role, "first_seen_at": _at(began), "found_on": "cainiao"}
        yield "tracking_numbers", {"number": number + ending, "parcel_id": number, **told}
    link = {"role": "last_mile", "reason": "named", "first_seen_at": _at(began), "accepted": 1}
    yield "parcel_links", {"number_a": number, "number_b": f"{number}ES", "portal": "cainiao", **link}
    yield from _visits(place, number, began)
    for sequence in range(1, EVENTS + 1):
        yield from _event(place, number, sequence, began + timedelta(hours=18 * (sequence - 1)))


def _is_over(place: int) -> bool:
    """Four parcels of five have arrived."""
    return place % 5 > 0


def _order(place: int, number: str, order: str, began: datetime) -> Iterator[tuple[str, Row]]:
    day = f"{began:%Y-%m-%d}"
    ends = f"{began + timedelta(days=75):%Y-%m-%d}"
    told = {"marketplace": "aliexpress", "account": "own", "store": f"Store {place % 97}", "currency": "EUR"}
    shown = {"placed_on": day, "status": "Completed", "state": "finished", "total": f"{place % 80}.90"}
    yield "orders", {"id": order, "protection_ends_on": ends, "protection_latest_on": ends, **told, **shown}
    item = {"order_id": order, "title": f"Blue lamp no. {place}", "quantity": 1, "position": 0}
    yield "order_items", {"id": f"item{place}", "price": "1.90", "currency": "EUR", **item}
    yield "parcel_orders", {"parcel_id": number, "order_id": order}
    yield "parcel_items", {"parcel_id": number, "order_item_id": f"item{place}", "quantity": 1}
    said = json.dumps({"status_text": "Completed", "store": told["store"]})
    visit = _visit_id(place, 0, 0)
    yield (
        "order_sightings",
        {"visit_id": visit, "order_id": order, "position": 0, "seen_at": _at(began), "shown": said},
    )


def _visits(place: int, number: str, began: datetime) -> Iterator[tuple[str, Row]]:
    for p, portal in enumerate(PORTALS):
        body = f"<html><body><p>{portal} on {number}</p></body></html>".encode()
        page = sha256(body).hexdigest()
        stored = {"media_type": "text/html", "body": zlib.compress(body, 9), "bytes": len(body)}
        yield "pages", {"id": page, "canonical": page, **stored}
        page_set = place * len(PORTALS) + p
        yield "page_sets", {"id": page_set}
        of_page = {"page_id": page, "role": "dom", "url": f"https://{portal}.test/{number}"}
        yield "set_pages", {"page_set_id": page_set, "position": 0, **of_page}
        times = [_at(began + timedelta(days=5 * n, minutes=p)) for n in range(_VISITS)]
        about = {"portal": portal, "tracking_number": number}
        for n, seen_at in enumerate(times):
            how = {"source": "browser", "outcome": "ok", "complete": 1, "rows_read": 25, "run_id": "run"}
            of_visit = {"id": _visit_id(place, p, n), "seen_at": seen_at, "page_set_id": page_set}
            yield "visits", {**of_visit, **about, **how}
        for first, last in _SPANS if p < 2 else ((0, _VISITS - 1),):
            ends = f"{began + timedelta(days=22 + first // 2):%Y-%m-%d}" if p < 2 else None
            told = {"outcome": "ok", "destination_country": "ES", "estimate_to_on": ends, "parcel_id": number}
            visits = {
                "first_visit_id": _visit_id(place, p, first),
                "last_visit_id": _visit_id(place, p, last),
            }
            seen = {"first_seen_at": times[first], "last_seen_at": times[last]}
            yield "reading_spans", {**visits, **about, **seen, **told}


def _event(place: int, number: str, sequence: int, moment: datetime) -> Iterator[tuple[str, Row]]:
    is_last = sequence == EVENTS and _is_over(place)
    milestone, words = ("delivered", "Delivered") if is_last else _STEPS[(sequence + place) % len(_STEPS)]
    town = _TOWNS[(sequence * 7 + place) % len(_TOWNS)]
    said = words.format(town=town, n=place % 400)
    leg = _LEGS[min((sequence - 1) * 4 // EVENTS, 3)]
    showing = [p for p in range(len(PORTALS)) if (sequence + p) % _GAP]
    event_id = _id("event", place, sequence)
    common = {"milestone": milestone, "leg": leg, "place": town, "description": said}
    at = {"occurred_at": _at(moment), "earliest_at": _at(moment), "latest_at": _at(moment)}
    printed = {p: moment + timedelta(minutes=_ZONES[p]) for p in showing}
    shown = json.dumps({PORTALS[p]: f"{printed[p]:%Y-%m-%d %H:%M}" for p in showing})
    pairs = [pair for pair in _PAIRS if set(pair) <= set(showing)]
    kind = _KINDS[(sequence + place) % len(_KINDS)]
    head = {
        "id": event_id,
        "parcel_id": number,
        "sequence": sequence,
        "portals": len(showing),
        "shown": shown,
    }
    yield "events", {**head, **common, **at, "highlight": kind[1] if pairs else None}
    for p in showing:
        yield from _observation(
            place, number, sequence, p, printed[p], {**common, **at, "event_id": event_id}
        )
    for pair in pairs:
        yield "disagreements", _disagreement(place, number, sequence, pair, kind, event_id)


def _observation(
    place: int, number: str, sequence: int, p: int, printed: datetime, told: Row
) -> Iterator[tuple[str, Row]]:
    observation = _id(PORTALS[p], place, sequence)
    text = f"{printed:%Y-%m-%d %H:%M}"
    first, last = _visit_id(place, p, sequence * _VISITS // (EVENTS + 1)), _visit_id(place, p, _VISITS - 1)
    as_shown = {"position": EVENTS - sequence, "time_text": text}
    known = {"precision": "minute", "utc_offset_minutes": _ZONES[p], "offset_source": "portal", "physical": 1}
    seen = {"first_seen_at": told["occurred_at"], "last_seen_at": told["occurred_at"]}
    key = {"id": observation, "parcel_id": number, "portal": PORTALS[p], "tracking_number": number}
    local = {"local_time": printed.strftime("%Y-%m-%dT%H:%M:%S")}
    yield "observations", {**key, **as_shown, **local, **known, **seen, **told}
    words = {"description": told["description"], "place": told["place"]}
    visits = {"observation_id": observation, "first_visit_id": first, "last_visit_id": last}
    yield "sightings", {**visits, **as_shown, **words}


def _disagreement(
    place: int,
    number: str,
    sequence: int,
    pair: tuple[int, int],
    kind: tuple[str, str, int, int],
    event_id: str,
) -> Row:
    a, b = pair
    name, severity, shown_s, real_s = kind
    return {
        "id": _id(f"{a}{b}", place, sequence),
        "parcel_id": number,
        "event_id": event_id,
        "kind": name,
        "severity": severity,
        "portal_a": PORTALS[a],
        "portal_b": PORTALS[b],
        "observation_a": _id(PORTALS[a], place, sequence),
        "observation_b": _id(PORTALS[b], place, sequence),
        "shown_difference_s": shown_s + place % 60,
        "claimed_difference_s": shown_s,
        "real_difference_s": real_s,
        "reverses_order": 0,
        "confidence": 0.9,
        "explanation": f"{PORTALS[a]} and {PORTALS[b]} print times {shown_s // 60} min apart.",
    }


def _id(what: str, place: int, number: int) -> str:
    """An id of the usual form: twenty characters in no order."""
    return sha256(f"{what} {place} {number}".encode()).hexdigest()[:20]


def _visit_id(place: int, portal: int, number: int) -> str:
    return _id(f"visit of {PORTALS[portal]}", place, number)


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
