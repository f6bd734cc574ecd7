"""Australia Post: the tracking page of MyPost, auspost.com.au/mypost/track.

Shows date and time of each scan with the offset of its state, newest first, and an event code; at times a
place. Never shows a zone by name. Scans abroad are said to be the local clock there, labelled UTC, so that
text and epoch are both wrong; of Australian rows both agree.

The page is an empty application filled by one reply. Facts come from replies of 2017-01 (a retired service)
and 2021-08; today's envelope, refusals and the heading of the rendered page from readers' notes of 2026.
"""

import re
from dataclasses import replace

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, Row, State
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
    whole_at,
)
from scrapers.tracking import Address, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "auspost"

#: The heading comes with every result; how its list is drawn is not known.
STATES = {"result": State(None, ("#trackingPanelHeading",))}

#: Keys of one event: today's, then those of the retired service.
EVENTS = ("events", "Events")
TEXT = ("description", "EventDescription")
TIME = ("localeDateTime", "EventDateTime")
PLACE = ("location", "Location")
CODE = ("eventCode", "EventCode")
ARTICLE = ("articleId", "ArticleID")
#: `status` of an article that is known and has no scans.
NO_SCANS = "Updating Status"
#: `status` and `errorCode` of an identifier nobody knows ("Invalid Tracking ID").
UNKNOWN = (400, 21)
OUTAGE = 500
OUTLET = re.compile(r"Awaiting collection at (.+)")
TODAY, OLD = "shipments", "retired search"


class AustraliaPost(TrackingPortal):
    """Australia Post's public tracking page."""

    name = NAME
    hosts = ("auspost.com.au",)
    resource_hosts = ("digitalapi.auspost.com.au",)
    payloads = (
        "https://digitalapi.auspost.com.au/shipments-gateway/v1/watchlist/shipments*",
        "https://digitalapi.auspost.com.au/shipmentsgatewayapi/watchlist/shipments/*",
    )
    layouts = (TODAY, OLD)
    dates_rows = True
    states = STATES
    politeness = Politeness(20, 60, "no limit is known; a wall against automation stands before the service")
    evidence = Evidence("captured", "2021-08", "replies captured; today's envelope and refusals documented")
    example = "KTA402817301000906204"
    address = Address(
        "https://auspost.com.au/mypost/track/details/{number}",
        keys=("trackingIds", "q"),
        path=re.compile(r"/(?:details|shipments)/(?P<number>[^/?]+)/?$"),
    )
    walls = ("verifying the device...",)
    looked_for = "articles[] in a reply"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per article of a reply, and one per entry that has none."""
        if answer.status == 403 and "captcha" in answer.text.lower():
            return (Reading(Outcome.CHALLENGE),)
        entries = answer.value if isinstance(answer.value, list) else [answer.value]
        parcels = [one for entry in entries if isinstance(entry, dict) for one in _parcels(entry)]
        if not parcels:
            raise LayoutChanged(NAME, self.looked_for)
        readings = read_parcels(parcels, ARTICLE[0], _reading)
        asked, shown = self.number_in(page.url), readings[0].number
        # A consignment's number begins those of its articles; one article answers for its consignment.
        if len(readings) == 1 and asked and shown and shown != asked and shown.startswith(asked):
            return (replace(readings[0], number=asked),)
        return readings


def _parcels(entry: Record) -> list[object]:
    """The articles of an entry, wherever its service puts them; the entry itself if it has none."""
    found: list[object] = []
    for result in records_at(record_at(entry, "QueryTrackEventsResponse"), "TrackingResults"):
        found += items_at(record_at(result, "Consignment"), "Articles") or []
    shipment = record_at(entry, "shipment") or entry
    return found or items_at(shipment, "articles") or [entry]


def _reading(parcel: Record) -> Reading:
    """What an article says; an entry without any says why in `status` and `error`."""
    details = next(iter(records_at(parcel, "details")), parcel)
    items = items_at(details, EVENTS[0] if details is not parcel else EVENTS[1])
    rows, problems = read_rows(items or (), _row)
    expected = iso_day(string_at(details, "deliveredByDateISO"))
    outlets = (OUTLET.fullmatch(row.description) for row in rows)
    return read_with(
        rows,
        problems,
        (OLD if details is parcel else TODAY) if rows else None,
        outcome=Outcome.OK if rows else _without_rows(parcel, items),
        number=string_at(parcel, *ARTICLE),
        status_text=string_at(parcel, "trackStatusOfArticle", "Status"),
        origin_country=string_at(record_at(details, "fromAddress"), "country"),
        destination_country=string_at(record_at(details, "address"), "country"),
        pickup_point=next((outlet[1] for outlet in outlets if outlet), None),
        estimate_from_on=expected,
        estimate_to_on=expected,
    )


def _row(event: Record) -> Row | None:
    text = string_at(event, *TEXT)
    if text is None:
        return None
    return Row(
        description=text,
        time_text=string_at(event, *TIME),
        epoch_ms=whole_at(event, "dateTime"),
        place=string_at(event, *PLACE),
        code=string_at(event, *CODE),
    )


def _without_rows(parcel: Record, items: list[object] | None) -> Outcome:
    status = whole_at(parcel, "status")
    errors = (record_at(one, "error") for one in (record_at(parcel, "shipment"), parcel))
    if any((status, whole_at(error, "errorCode")) == UNKNOWN for error in errors):
        return Outcome.NOT_FOUND
    if status == OUTAGE:
        return Outcome.UNAVAILABLE
    if items == [] and string_at(parcel, "trackStatusOfArticle") == NO_SCANS:
        return Outcome.NO_EVENTS_YET
    raise LayoutChanged(NAME, f"{EVENTS[0]}[].{TEXT[0]}, or a status that explains why there are none")
