"""FedEx: the public tracking page, www.fedex.com/fedextrack.

Shows each scan on the wall clock of its place ("Local Scan Time"); its data add the offset there and an event
code. A scan known by its day alone says midnight and no offset. Never shows a zone.

A reply fills the page; its own table comes after a click on "View more details". Facts come from replies of
2016-12 and 2017-04 (of a service since closed) and of 2026-07; the table, refusals and errors from notes of
other readers, 2018 to 2026. Both services tell of a parcel under the same keys.
"""

import re
from datetime import date
from itertools import groupby

from selectolax.lexbor import LexborNode

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, RelatedNumber, Row, State
from scrapers.payload import Record, Reply, items_at, read_parcels, read_rows, record_at, string_at
from scrapers.select import collapse, text_of
from scrapers.tracking import Address, Document, TrackingPortal, rows_of
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
    looked_for = f"output.packages[] in a reply, or {SCAN}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per parcel of a reply of either service."""
        value = answer.value if isinstance(answer.value, dict) else {}
        packages = items_at(record_at(value, "output"), "packages")
        parcels = packages or items_at(record_at(value, "TrackPackagesResponse"), "packageList")
        if parcels:
            layout = REPLY if packages else CLOSED
            return read_parcels(parcels, "trackingNbr", lambda one: _parcel(one, layout))
        if answer.status == 403:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, "output.packages[] in a reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The table behind "View more details"; without it the page tells nothing that can be relied on."""
        found, problems = rows_of(document, SCAN, _scan)
        rows = tuple(row for row, _ in groupby(found))  # what is shown twice in a row happened once
        shown = _shown(document)
        if not rows and ERRORS.search(f"{document.page.url} {shown}"):
            return (Reading(Outcome.UNAVAILABLE),)
        if not rows and document.page.status == 403:
            return (Reading(Outcome.CHALLENGE),)
        if not rows:
            raise LayoutChanged(NAME, self.looked_for)
        named = NUMBER.search(shown)
        return (
            Reading(
                number=named[1] if named else None,
                rows=rows,
                complete=not problems,
                rows_bad=len(problems),
                problems=problems,
                status_text=text_of(document.root, STATUS),
                layout=TABLE,
            ),
        )


def _parcel(parcel: Record, layout: str) -> Reading:
    number = string_at(parcel, "trackingNbr", "displayTrackingNbr")
    scans = items_at(parcel, EVENTS) or []
    told = [one for one in items_at(parcel, "errorList") or () if isinstance(one, dict)]
    codes = {string_at(one, "code") for one in told}
    # A number nobody knows has one scan, all of it empty, and is said to be in transit.
    if (parcel.get("isNotFound") is True or codes & UNKNOWN) and not any(map(_says_something, scans)):
        return Reading(Outcome.NOT_FOUND, number)
    if PRIVATE in codes and not scans:
        return Reading(Outcome.LOGIN_REQUIRED, number)
    rows, problems = read_rows(scans, _row)
    if not rows:
        raise LayoutChanged(NAME, f"{EVENTS}[].status, isNotFound or errorList[].code")
    day = _day(string_at(parcel, "estDeliveryDt"))
    partners = [one for one in items_at(parcel, "partnerCarrierNbrList") or () if isinstance(one, str)]
    return Reading(
        number=number,
        rows=rows,
        complete=not problems,
        rows_bad=len(problems),
        problems=problems,
        status_text=string_at(parcel, "keyStatus"),
        origin_country=_country(parcel, "shipper"),
        destination_country=_country(parcel, "recipient"),
        estimate_from_on=day,
        estimate_to_on=day,
        related_numbers=tuple(RelatedNumber(one) for one in map(collapse, partners) if one),
        layout=layout,
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


def _day(text: str | None) -> str | None:
    """The day of a stamp. Its time is padding, in a zone that is not the place's."""
    try:
        return date.fromisoformat((text or "")[:10]).isoformat()
    except ValueError:
        return None


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


def _shown(document: Document) -> str:
    document.root.strip_tags(["script", "style", "template"])
    text = document.root.body.text(separator=" ") if document.root.body is not None else None
    return (collapse(text) or "").replace("’", "'")
