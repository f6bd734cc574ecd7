"""UPS: the public tracking page, www.ups.com/track.

Shows date and time of each scan on the wall clock of its place, newest first; its data add the place's offset
and an event code. The label's row is stamped by another clock, or by none. Never shows a zone.

`GetStatus` fills the page; its own table comes after a click on "Show Details". Facts come from replies
of 2020-10, 2024-10, 2026-07 and 2026-10; the table, refusals and errors from other readers' notes of 2024 to
2026. Dates follow the locale, here en_US: month, day, year.
"""

from datetime import UTC, datetime

from selectolax.lexbor import LexborNode

from scrapers.contract import (
    Canonical,
    Evidence,
    LayoutChanged,
    Page,
    Politeness,
    Reading,
    RelatedNumber,
    Row,
    State,
)
from scrapers.payload import Record, Reply, items_at, read_parcels, read_rows, record_at, string_at
from scrapers.select import collapse, maybe, text_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "ups"

#: One per scan in the table behind "Show Details".
ROWS = 'tr[id^="stApp_ShpmtProg_LVP_progress_row_"]'
STATES = {"events": State(None, (ROWS,))}
#: In a row of the table. The text stands bare in its cell, beside the place and the time.
TEXT = 'td[id^="stApp_ShpmtProg_LVP_milestone_nameKey_"]'
PLACE = 'span[id^="stApp_milestoneLocation"]'
TIME = 'span[id^="stApp_milestoneDateTime"]'
NUMBER = 'meta[name="stapp-tracknum"]'
EVENTS = "shipmentProgressActivities"
#: A list of the reply that looks like rows and is none: the steps of its progress bar.
STEPS = "milestones"
#: `packageStatusType` of a parcel of which UPS has no more than the label's data.
LABEL_ONLY = "M"
NOT_IN_DATABASE = "504"
#: `statusCode` and `statusText` of the reply to a number with a wrong check digit.
NO_NUMBER = ("402", "Invalid Request")
#: In every row: a refusal beside one denies nothing.
SCAN = "activityScan"
#: HTTP statuses a visitor gets who is not taken for a person.
REFUSED = frozenset({401, 403, 419})
REPLY, TABLE = "GetStatus", "table of the page"


class Ups(TrackingPortal):
    """UPS' public tracking page."""

    name = NAME
    hosts = ("www.ups.com",)
    resource_hosts = ("webapis.ups.com",)
    payloads = (
        "https://webapis.ups.com/track/api/Track/GetStatus",
        "https://www.ups.com/track/api/Track/GetStatus",
    )
    layouts = (REPLY, TABLE)
    states = STATES
    consent = ('button:has-text("Essential Cookies Only")', 'button:has-text("Allow All")')
    politeness = Politeness(20, 60, "no limit is known; since 2026-09 what looks automated waits in vain")
    evidence = Evidence("captured", "2026-10", "replies captured; the table, refusals and errors documented")
    canonical = Canonical(keys=("trackedDateTime", "myChoiceToken"))
    example = "1Z5R89390357567127"
    address = Address(
        "https://www.ups.com/track?loc={language}&tracknum={number}&requester=ST/trackdetails",
        languages={"en": "en_US"},
        keys=("tracknum", "trackNums"),
    )
    walls = ("<title>access denied",)
    looked_for = f"trackDetails[] in a reply, or {ROWS}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per parcel of a `GetStatus` reply."""
        value = answer.record
        parcels = items_at(value, "trackDetails")
        if parcels:
            return read_parcels(parcels, "trackingNumber", _parcel)
        said = string_at(value, "statusCode"), string_at(value, "statusText")
        if said == NO_NUMBER and SCAN not in answer.text:
            return (Reading(Outcome.NOT_FOUND),)
        if answer.status in REFUSED:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, "trackDetails[] in a reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The table behind "Show Details"; without it the page tells nothing that can be relied on."""
        rows, problems = rows_of(document, ROWS, _table_row)
        if not rows and document.page.status in REFUSED:
            return (Reading(Outcome.CHALLENGE),)
        if not rows:
            raise LayoutChanged(NAME, self.looked_for)
        named = maybe(document.root, NUMBER)
        number = collapse(named.attributes.get("content")) if named is not None else None
        return (read_with(rows, problems, TABLE, number=number),)


def _parcel(parcel: Record) -> Reading:
    items = items_at(parcel, EVENTS)
    rows, problems = read_rows(items or (), _row)
    expected = _moment(string_at(parcel, "sdd"), "%Y%m%d")
    day = expected.date().isoformat() if expected else None
    access_point = record_at(record_at(parcel, "upsAccessPoint"), "location")
    at_the_post = string_at(record_at(parcel, "additionalInformation"), "postalServiceTrackingID")
    return read_with(
        rows,
        problems,
        REPLY if rows else None,
        outcome=Outcome.OK if rows else _without_rows(parcel, items),
        number=string_at(parcel, "trackingNumber", "requestedTrackingNumber"),
        status_text=string_at(parcel, "packageStatus"),
        origin_country=string_at(record_at(parcel, "shipFromAddress"), "country"),
        destination_country=string_at(record_at(parcel, "shipToAddress"), "country"),
        pickup_point=_joined(access_point, ", ", "companyName", "city"),
        estimate_from_on=day,
        estimate_to_on=day,
        related_numbers=(RelatedNumber(at_the_post, "USPS", "last_mile"),) if at_the_post else (),
    )


def _row(event: Record) -> Row | None:
    text = string_at(event, "activityScan")
    if text is None:
        return None
    # Whether `gmtDate` is the date at UTC where the place has another one, no reply has shown.
    stamp = _moment(_joined(event, " ", "gmtDate", "gmtTime"), "%Y%m%d %H:%M:%S")
    return Row(
        description=text,
        time_text=_joined(event, " ", "date", "time"),
        offset_text=string_at(event, "gmtOffset"),
        epoch_ms=int(stamp.timestamp()) * 1000 if stamp else None,
        place=string_at(event, "location"),
        code=string_at(event, "actCode"),
        note=string_at(event, "activityAdditionalDescription"),
    )


def _joined(record: Record, between: str, *keys: str) -> str | None:
    return between.join([text for key in keys if (text := string_at(record, key))]) or None


def _moment(text: str | None, form: str) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None


def _without_rows(parcel: Record, items: list[object] | None) -> Outcome:
    if not items and string_at(parcel, "errorCode") == NOT_IN_DATABASE:
        return Outcome.NOT_FOUND
    # Any other list may be that of the rows, renamed.
    has_list = any(isinstance(value, list) and value for key, value in parcel.items() if key != STEPS)
    if not has_list and not items and string_at(parcel, "packageStatusType") == LABEL_ONLY:
        return Outcome.NO_EVENTS_YET
    raise LayoutChanged(NAME, f"{EVENTS}[].activityScan, errorCode {NOT_IN_DATABASE} or type {LABEL_ONLY}")


def _table_row(line: LexborNode) -> Row | None:
    cell = maybe(line, TEXT)
    text = collapse(cell.text(deep=False)) if cell is not None else None
    return Row(text, text_of(line, TIME), place=text_of(line, PLACE)) if text else None
