"""Canada Post: the public tracking page, www.canadapost-postescanada.ca/track-reperage.

Shows date and time of each scan with an offset, town and province, newest first, in English and French; its
data add an event code. Never shows the recipient or a whole postcode (a hash stands for it); of the label's
row no place. Times are the wall clock of the row's town; the offset beside them can be another town's.

The page is an empty application filled by one reply, and of its rendered list nothing is described. Facts
come from replies of 2021-06 and 2021-12; the refusal of an unknown number from other readers' notes of 2026.
"""

import re

from scrapers.contract import Canonical, Evidence, LayoutChanged, Page, Politeness, Reading, Row, State
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
    text_at,
)
from scrapers.tracking import Address, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "canadapost"

#: The markup of today's list is not known; a visit waits for the reply.
STATES: dict[str, State] = {}

EVENTS = "events"
#: One `webCd` covers several `cd`.
CODE = ("cd", "webCd")
TEXT = ("descEn", "descFr")
#: `error.cd` of a number without a history, unknown or no longer kept ("No PIN History").
NO_HISTORY = "004"


class CanadaPost(TrackingPortal):
    """Canada Post's public tracking page."""

    name = NAME
    hosts = ("www.canadapost-postescanada.ca",)
    payloads = ("https://www.canadapost-postescanada.ca/track-reperage/rs/track/json/package/*/detail",)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known")
    evidence = Evidence("captured", "2021-12", "replies captured; the answer to unknown numbers documented")
    canonical = Canonical(keys=("postCd",))
    example = "0073938000549297"
    address = Address(
        "https://www.canadapost-postescanada.ca/track-reperage/{language}#/details/{number}",
        keys=("searchFor",),
        path=re.compile(r"(?:/details/|/json/package/|[?&]searchFor=)(?P<number>[^/?&]+)(?:/detail)?$"),
    )
    looked_for = f"a reply with {EVENTS}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """The parcel of a `detail` reply, or each of a list of them."""
        parcels = answer.value if isinstance(answer.value, list) else [answer.value]
        if not parcels:
            raise LayoutChanged(NAME, self.looked_for)
        return read_parcels(parcels, "pin", _parcel)


def _parcel(parcel: Record) -> Reading:
    items = items_at(parcel, EVENTS)
    rows, problems = read_rows(items or (), _row)
    expected = record_at(parcel, "expectedDlvryDateTime")
    day = iso_day(string_at(expected, "revisedDate")) or iso_day(string_at(expected, "dlvryDate"))
    shops = (string_at(item, "retailNmEn", "retailNmFr") for item in records_at(parcel, EVENTS))
    return read_with(
        rows,
        problems,
        outcome=Outcome.OK if rows else _without_rows(parcel, items),
        number=string_at(parcel, "pin"),
        status_text=string_at(parcel, "status"),
        destination_country="Canada" if parcel.get("canadianDest") is True else None,
        pickup_point=next(filter(None, shops), None),
        estimate_from_on=day,
        estimate_to_on=day,
    )


def _row(event: Record) -> Row | None:
    text = string_at(event, *TEXT)
    if text is None:
        return None
    when, where = record_at(event, "datetime"), record_at(event, "locationAddr")
    return Row(
        description=text,
        time_text=_joined(" ", when, "date", "time"),
        offset_text=_joined("", when, "zoneOffset"),
        place=_joined(", ", where, "city", "regionCd", "countryNmEn"),
        code=string_at(event, *CODE),
    )


def _joined(between: str, record: Record, *keys: str) -> str | None:
    """The texts under `keys`, numbers left out."""
    return between.join([text for key in keys if (text := text_at(record, key))]) or None


def _without_rows(parcel: Record, items: list[object] | None) -> Outcome:
    if not items and string_at(record_at(parcel, "error"), "cd", "code") == NO_HISTORY:
        return Outcome.NOT_FOUND
    raise LayoutChanged(NAME, f"{EVENTS}[].{TEXT[0]}, or error.cd {NO_HISTORY}")
