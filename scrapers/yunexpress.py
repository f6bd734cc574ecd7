"""YunExpress: its own numbers, followed to the delivering carrier's last scan.

Shows time, text and place of each row, the delivering carrier and its number, and for the latest row alone
the offset of its clock. Other rows carry no zone; they look like the wall clock of the place. Never shows a
lasting event code: the latest row has one, which it loses when the next row comes.

The page asks one service for everything. Its reply holds every row twice, as a list and grouped by day with
the place behind the text; the list is read. Nothing of it was seen: it is as other programs read it from 2022
to 2026. The page's own markup is described nowhere.
"""

from typing import ClassVar

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, RelatedNumber, Row, State
from scrapers.payload import Record, Reply, items_at, read_parcels, read_rows, record_at, string_at, whole_at
from scrapers.tracking import Address, Document, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "yunexpress"

#: `Code` of a reply that wants a person to pass a test.
VERIFY = (1003, 1004)
#: HTTP statuses of the firewall before the service.
REFUSED = (401, 403, 405)
#: A parcel's numbers: YunExpress' own, the delivering carrier's, the sender's reference.
WAYBILL = "WaybillNumber"
LAST_MILE = "TrackingNumber"
NUMBERS = (WAYBILL, LAST_MILE, "CustomerOrderNumber")
ROWS = "TrackEventDetails"
LATEST = "LastTrackEvent"
COUNT = "TrackEventCount"
TEXT = "ProcessContent"
PLACE = "ProcessLocation"


class YunExpress(TrackingPortal):
    """YunExpress' public tracking page."""

    name = NAME
    hosts = ("www.yuntrack.com",)
    resource_hosts = ("services.yuntrack.com",)
    payloads = ("https://services.yuntrack.com/Track/Query",)
    dates_rows = True
    states: ClassVar[dict[str, State]] = {}
    politeness = Politeness(10, 100, "a firewall and interactive tests stand before the service")
    evidence = Evidence("documented", "2026-10", "replies as several programs read them from 2022 to 2026")
    example = "YT2603900701234567"
    address = Address("https://www.yuntrack.com/parcelTracking?id={number}", keys=("id", "TrackingNumber"))
    looked_for = "ResultList[].TrackInfo in a reply"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """What the service says of each number asked for."""
        value = answer.record
        results = items_at(value, "ResultList")
        if results:
            return read_parcels(results, "Id", _parcel)
        if whole_at(value, "Code") in VERIFY or answer.status in REFUSED:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, self.looked_for)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """Whether the firewall answered; what the page itself shows is not described."""
        if document.page.status in REFUSED:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, self.looked_for)


def _parcel(result: Record) -> Reading:
    info = record_at(result, "TrackInfo")
    number = _number(result, info)
    items = items_at(info, ROWS)
    rows, problems = read_rows(items or (), _row)
    if not rows and (items is None or items or not _is_unknown(result, info)):
        raise LayoutChanged(NAME, f"TrackInfo.{ROWS}[].{TEXT}, or Status 0 and {COUNT} 0")
    return read_with(
        _with_latest(rows, record_at(info, LATEST)),
        problems,
        outcome=Outcome.OK if rows else Outcome.NOT_FOUND,
        number=number,
        rows_claimed=whole_at(info, COUNT),
        status_text=string_at(info, "TrackingStatus"),
        origin_country=string_at(info, "OriginCountryCode"),
        destination_country=string_at(info, "DestinationCountryCode"),
        related_numbers=_related(info, number),
    )


def _number(result: Record, info: Record) -> str | None:
    """Of the parcel's numbers the one that was asked for, else YunExpress' own."""
    asked = string_at(result, "Id")
    return asked if asked in [string_at(info, key) for key in NUMBERS] else string_at(info, WAYBILL)


def _row(event: Record) -> Row | None:
    text = string_at(event, TEXT)
    # Not when the row was made: the field of that name holds the time of the scan.
    return None if text is None else Row(text, string_at(event, "CreatedOn"), place=string_at(event, PLACE))


def _is_unknown(result: Record, info: Record) -> bool:
    groups = items_at(record_at(result, "TrackData"), "ProcessGroupList")
    is_empty = not groups and not string_at(record_at(info, LATEST), TEXT)
    return is_empty and whole_at(result, "Status") == 0 and whole_at(info, COUNT) == 0


def _with_latest(rows: tuple[Row, ...], event: Record) -> tuple[Row, ...]:
    """`rows`, the latest with the offset that is given for it alone."""
    text, time, place = (string_at(event, key) for key in (TEXT, "ProcessDate", PLACE))
    shown = [(row.description, row.time_text, row.place) for row in rows]
    if text is None or (text, time, place) not in shown:
        return rows
    at = shown.index((text, time, place))
    dated = Row(text, time, string_at(event, "GmtProcessTimezone"), place=place)
    return (*rows[:at], dated, *rows[at + 1 :])


def _related(info: Record, number: str | None) -> tuple[RelatedNumber, ...]:
    """The parcel's other numbers; the sender's reference is none."""
    own, other = string_at(info, WAYBILL), string_at(info, LAST_MILE)
    found = [
        RelatedNumber(other, string_at(info, "ProviderName"), "last_mile") if other else None,
        RelatedNumber(own, NAME, "shipment") if own else None,
    ]
    return tuple(one for one in found if one is not None and one.number != number)
