"""FedEx: the public tracking page, www.fedex.com/fedextrack.

Shows each scan on the wall clock of its place ("Local Scan Time"); its data add the offset there and an event
code. A scan known by its day alone says midnight and no offset. Never shows a zone.

A reply fills the page; its own table comes after a click on "View more details". Facts come from replies of
2016-12 and 2017-04 (of a service since closed) and of 2026-07; the table, refusals and errors from notes of
other readers, 2018 to 2026. Both services tell of a parcel under the same keys.
"""

import re
from itertools import groupby

from selectolax.lexbor import LexborNode

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, RelatedNumber, Row, State
from scrapers.payload import (
    Record,
    Reply,
    iso_day,
    items_at,
    read_parcels,
    read_rows,
    record_at,
    records_at,
    string_at,
)
from scrapers.select import collapse, text_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of, shown_text
from scrapers.words import Outcome

NAME = "fedex"

#: One scan in the table behind "View more details": time, text and place, one after the other.
SCAN = ".travel-history__scan-event"
STATES = {"events": State(None, (SCAN,))}
#: The cell before that of a scan. Of a day's rows only the first has a day in it.
DAY = "td.travel-history-table__scan-event-date"
CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2} [AP]M", re.IGNORECASE)
STATUS = ".phase3-progress-bar__active-label"
NUMBER = re.compile(r"Tracking ID:\s*([0-9A-Z]{8,40})")
#: Where the page goes with numbers it does not know, with visitors it does not want, and for some seconds on
#: its way to the right page: it tells nothing of the number.
ERRORS = re.compile(
    r"/fedextrack/(?:no-results-found|system-error)"
    r"|can't be found right now|can't find that tracking number"
)
EVENTS = "scanEventList"
UNKNOWN = frozenset({"1041", "TRACKING.TRACKINGNUMBER.NOTFOUND"})
#: Only the recipient is told.
PRIVATE = "TRACKING.AUTHORIZATION.ERROR"
REPLY, CLOSED, TABLE = "track/v2/shipments", "trackingCal", "table of the page"


class Fedex(TrackingPortal):
    """FedEx' public tracking page."""

    name = NAME
    hosts = ("www.fedex.com",)
    resource_hosts = ("api.fedex.com",)
    payloads = ("https://api.fedex.com/track/v2/shipments", "https://www.fedex.com/trackingCal/track")
    layouts = (REPLY, CLOSED, TABLE)
    dates_rows = True
    states = STATES
    politeness = Politeness(20, 60, "no limit is known; a browser that is not liked gets pages of errors")
    evidence = Evidence("captured", "2026-07", "replies captured; the table, refusals and errors documented")
    example = "746965179400"
    address = Address("https://www.fedex.com/fedextrack/?trknbr={number}", keys=("trknbr", "tracknumbers"))
    walls = ("<title>access denied", "permission to view this webpage")
    refused = (403,)
    looked_for = f"output.packages[] in a reply, or {SCAN}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per parcel of a reply of either service."""
        packages = items_at(record_at(answer.record, "output"), "packages")
        parcels = packages or items_at(record_at(answer.record, "TrackPackagesResponse"), "packageList")
        if not parcels:
            raise LayoutChanged(NAME, "output.packages[] in a reply")
        layout = REPLY if packages else CLOSED
        return read_parcels(parcels, "trackingNbr", lambda one: _parcel(one, layout))

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The table behind "View more details"; without it the page tells nothing that can be relied on."""
        found, problems = rows_of(document, SCAN, _scan)
        rows = tuple(row for row, _ in groupby(found))  # what is shown twice in a row happened once
        status, shown = text_of(document.root, STATUS), shown_text(document)
        if not rows and ERRORS.search(f"{document.page.url} {shown}"):
            return (Reading(Outcome.UNAVAILABLE),)
        if not rows:
            raise LayoutChanged(NAME, self.looked_for)
        named = NUMBER.search(shown)
        number = named[1] if named else None
        return (read_with(rows, problems, TABLE, number=number, status_text=status),)


def _parcel(parcel: Record, layout: str) -> Reading:
    number = string_at(parcel, "trackingNbr", "displayTrackingNbr")
    scans = items_at(parcel, EVENTS) or []
    codes = {string_at(one, "code") for one in records_at(parcel, "errorList")}
    # A number nobody knows has one scan, all of it empty, and is said to be in transit.
    if (parcel.get("isNotFound") is True or codes & UNKNOWN) and not any(map(_says_something, scans)):
        if any("scanLocation" in one for one in records_at(parcel, "errorList")):
            raise LayoutChanged(NAME, f"{EVENTS}[] (there are scans elsewhere)")
        return Reading(Outcome.NOT_FOUND, number)
    if PRIVATE in codes and not scans:
        return Reading(Outcome.LOGIN_REQUIRED, number)
    rows, problems = read_rows(scans, _row)
    if not rows:
        raise LayoutChanged(NAME, f"{EVENTS}[].status, isNotFound or errorList[].code")
    day = iso_day(string_at(parcel, "estDeliveryDt"))  # its time is padding, in a zone not the place's
    partners = [one for one in items_at(parcel, "partnerCarrierNbrList") or () if isinstance(one, str)]
    return read_with(
        rows,
        problems,
        layout,
        number=number,
        status_text=string_at(parcel, "keyStatus"),
        origin_country=_country(parcel, "shipper"),
        destination_country=_country(parcel, "recipient"),
        estimate_from_on=day,
        estimate_to_on=day,
        related_numbers=tuple(RelatedNumber(one) for one in map(collapse, partners) if one),
    )


def _says_something(scan: object) -> bool:
    return not isinstance(scan, dict) or any(string_at(scan, key) for key in scan)


def _row(scan: Record) -> Row | None:
    text = string_at(scan, "status")
    if text is None:
        return None
    offset = string_at(scan, "gmtOffset")
    time = string_at(scan, "time")
    is_day_alone = time == "00:00:00" and offset is None
    when = [string_at(scan, "date"), None if is_day_alone else time]
    return Row(
        description=text,
        time_text=" ".join(filter(None, when)) or None,
        offset_text=offset,
        place=string_at(scan, "scanLocation"),
        code=string_at(scan, "statusCD"),
        note=string_at(scan, "scanDetails"),
    )


def _country(parcel: Record, whose: str) -> str | None:
    return string_at(parcel, f"{whose}CntryCD") or string_at(
        record_at(parcel, f"{whose}Address"), "countryCode"
    )


def _scan(scan: LexborNode) -> Row | None:
    cell = scan
    while cell.parent is not None and cell.parent.tag != "tr":
        cell = cell.parent
    before = cell.prev
    while before is not None and before.tag == "-text":
        before = before.prev
    day = collapse(before.text()) if before is not None and before.css_matches(DAY) else None
    texts = [collapse(part.text()) for part in scan.iter()]
    time = texts.pop(0) if texts and CLOCK.fullmatch(texts[0] or "") else None
    text, place = [*texts, None, None][:2]
    # An element that was not closed goes on with the next scan.
    if text is None or len(texts) > 2 or CLOCK.search(text):
        return None
    return Row(description=text, time_text=" ".join(filter(None, (day, time))) or None, place=place)
