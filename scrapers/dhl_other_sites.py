"""Replies of DHL's pages beside dhl.de: a bare list of eCommerce in the Netherlands, dhl.com's `shipments`.

eCommerce has status words and no sentences, and gives UTC and local time; dhl.com leaves the offset out on
some rows. Seen: eCommerce of 2024-11. Documented only: dhl.com (2024 to 2026).
"""

import re

from scrapers.contract import LayoutChanged, Reading, RelatedNumber, Row
from scrapers.payload import (
    Record,
    iso_day,
    items_at,
    read_rows,
    record_at,
    records_at,
    string_at,
    text_at,
    whole_at,
)
from scrapers.select import without_tags
from scrapers.tracking import read_with

_STATUS_WORD = re.compile(r"[A-Z0-9_/-]+")


def dutch_parcel(portal: str, parcel: Record) -> Reading:
    """All events, oldest first; those its page shows, newest first, where a postcode was given."""
    number, view = string_at(parcel, "barcode"), record_at(parcel, "view")
    items = items_at(parcel, "events")
    if items is None:
        items = [event for phase in records_at(view, "phases") for event in items_at(phase, "events") or ()]
    rows, problems = read_rows(items, _dutch_row)
    if not rows:
        raise LayoutChanged(portal, "[].events[].status or [].view.phases[].events[].key")
    window = (string_at(parcel, "plannedDeliveryTimeframe") or string_at(view, "interval") or "").split("/")
    others = dict.fromkeys(one for one in items_at(parcel, "barcodes") or () if isinstance(one, str))
    return read_with(
        rows,
        problems,
        number=number,
        rows_claimed=whole_at(parcel, "totalEvents"),
        status_text=string_at(view, "message"),
        destination_country=_country(parcel, "destination"),
        estimate_from_on=iso_day(window[0]),
        estimate_to_on=iso_day(window[-1]),
        related_numbers=tuple(RelatedNumber(one, "DHL", "other") for one in others if one.strip() != number),
    )


def _dutch_row(event: Record) -> Row | None:
    word = string_at(event, "status", "key")
    if word is None:
        return None
    time = string_at(event, "localTimestamp", "timestamp")
    return Row(word, time, place=string_at(event, "facility"), code=word)


def unified_parcel(portal: str, parcel: Record) -> Reading:
    """A parcel of dhl.com's reply."""
    rows, problems = read_rows(items_at(parcel, "events") or (), _unified_row)
    if not rows:
        raise LayoutChanged(portal, "shipments[].events[]")
    return read_with(
        rows,
        problems,
        number=string_at(parcel, "id"),
        status_text=string_at(record_at(parcel, "status"), "description", "status", "statusCode"),
        origin_country=_country(parcel, "origin"),
        destination_country=_country(parcel, "destination"),
    )


def _unified_row(event: Record) -> Row | None:
    text = without_tags(string_at(event, "description", "status"))
    if text is None:
        return None
    word = string_at(event, "status") or ""
    where = record_at(record_at(event, "location"), "address")
    place = filter(None, (text_at(where, "addressLocality"), text_at(where, "countryCode")))
    return Row(
        description=text,
        time_text=string_at(event, "timestamp"),
        place=", ".join(place) or None,
        code=word if _STATUS_WORD.fullmatch(word) else string_at(event, "statusCode"),
    )


def _country(parcel: Record, key: str) -> str | None:
    return string_at(record_at(record_at(parcel, key), "address"), "countryCode")
