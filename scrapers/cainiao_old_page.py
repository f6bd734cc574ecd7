"""The page Cainiao showed until 2022, which holds its data itself, as HTML-escaped JSON in a hidden field.

A parcel's events stand there in three sections, one for each part of its way. Documented only.
"""

from scrapers.contract import LayoutChanged
from scrapers.payload import PayloadError, Record, document, items_at, record_at, string_at
from scrapers.select import maybe
from scrapers.tracking import Document

OLD_PAGE = "page until 2022"

DATA = "textarea#waybill_list_val_box"
SECTIONS = ("section1", "section2", "section3")
#: Keys of an event in today's reply, and what they were called.
EVENT = {"desc": "desc", "timeStr": "time", "timeZone": "timeZone", "actionCode": "status"}


def old_parcels(portal: str, page: Document) -> list[object] | None:
    """The parcels of the page in the shape of today's reply, None if it has no such field.

    Raises LayoutChanged, in the name of `portal`, if the field holds no parcels.
    """
    data = maybe(page.root, DATA)
    if data is None:
        return None
    if data.mem_id in page.unclosed:
        raise LayoutChanged(portal, f"the end of {DATA}")
    try:
        value = document(data.text())
    except PayloadError as error:
        raise LayoutChanged(portal, f"JSON in {DATA} ({error})") from None
    parcels = items_at(value, "data") if isinstance(value, dict) else None
    if not parcels:
        raise LayoutChanged(portal, f"data[] in {DATA}")
    return [_as_today(parcel) if isinstance(parcel, dict) else parcel for parcel in parcels]


def _as_today(parcel: Record) -> Record:
    """A parcel with its sections made one list, newest first."""
    lists = [items_at(record_at(parcel, section), "detailList") or [] for section in SECTIONS]
    events = [event for items in sorted(lists, key=_newest, reverse=True) for event in items]
    last_mile = record_at(parcel, SECTIONS[1])
    return parcel | {
        "detailList": [_event(event) if isinstance(event, dict) else event for event in events],
        "latestTrace": parcel.get("latestTrackingInfo"),
        "copyRealMailNo": last_mile.get("mailNo"),
        "destCpInfo": {"cpName": last_mile.get("companyName")},
    }


def _newest(events: list[object]) -> str:
    return next((string_at(event, "time") or "" for event in events if isinstance(event, dict)), "")


def _event(event: Record) -> Record:
    return {key: event.get(old) for key, old in EVENT.items()}
