"""GLS, a parcel network of Europe: the group's tracking page, and that of GLS Netherlands.

The group's data show date and time of each scan, the depot's town and country, newest first, and apart from
them codes that no row names. The Dutch data, which need the recipient's postcode, list the oldest scan first,
with the depot, an event number and its reason (here "11/0"). Neither shows an offset: times are the wall
clock of the depot, only estimates are UTC. A time of the year 1 is none; a scan can stand there twice, a
second apart and at two depots.

Facts come from a reply of the group of 2018-11 and Dutch ones of 2024-11 and 2026-03; the rendered list of
the group's page and its words about unknown numbers from other readers' notes of 2018 to 2026.
"""

import re

from selectolax.lexbor import LexborNode

from scrapers.contract import Evidence, LayoutChanged, Page, Politeness, Reading, Recipient, Row, State
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
from scrapers.select import collapse, texts_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "gls"

#: One per scan on the group's page: its time, its place and its text, in this order.
ROW = "history-list-item-data"
ROWS = f"div.{ROW}"
STATES = {"events": State(None, (ROWS,))}
#: Where the group's page says that it found nothing; other texts stand in paragraphs of this class too.
MESSAGE = "p.mb-0"
NOTHING = "Unfortunately there are no results"
#: The list of parcels in the group's reply, and the list of scans in the Dutch one.
PARCELS, SCANS = "tuStatus", "scans"
#: Beside HTTP 404, what the group's service says in place of parcels.
REFUSAL = "exceptionText"
#: Types of `references` that are the parcel's own numbers.
NAMES = ("UNITNO", "UNIQUENO")
NO_TIME = "0001-01-01"
LETTER = re.compile(r"[^\W\d_]")
GROUP, DUTCH, PAGE = "group", "Netherlands", "group's page"


class Gls(TrackingPortal):
    """GLS' public tracking pages."""

    name = NAME
    hosts = ("gls-group.com", "gls-group.eu", "www.gls-info.nl")
    resource_hosts = ("apm.gls.nl",)
    payloads = (
        "https://gls-group.com/app/service/open/rest/*/rstt*",
        "https://gls-group.eu/app/service/open/rest/*/rstt*",
        "https://apm.gls.nl/api/tracktrace/v1/*/details/*",
    )
    layouts = (GROUP, DUTCH, PAGE)
    dates_rows = True
    states = STATES
    politeness = Politeness(120, 24, "some countries' pages turn away who asks more than once an hour")
    evidence = Evidence("captured", "2026-03", "replies captured; the rendered page and refusals documented")
    example = "40391728456"
    address = Address(
        "https://gls-group.com/GROUP/en/parcel-tracking?match={number}",
        keys=("match", "trackid", "trackId"),
        path=re.compile(r"/tracktrace/v1/(?P<number>[^/]+)/postalcode/"),
        to_postcode="https://www.gls-info.nl/tracking?trackid={number}&zipcode={postcode}",
    )
    looked_for = f"{PARCELS}[].history[] or {SCANS}[] in a reply, or {ROWS}"

    def url_for(self, number: str, language: str, recipient: Recipient) -> str:
        """The Dutch page for a Dutch postcode, whose parcels the group may not know; else the group's."""
        is_dutch = recipient.country == "NL"
        return super().url_for(number, language, recipient) if is_dutch else self.url(number, language)

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """The parcels of the group's reply, or the one of the Dutch."""
        value = answer.record
        asked = self.number_in(page.url)
        if parcels := items_at(value, PARCELS):
            return read_parcels(parcels, "tuNo", lambda parcel: _group_parcel(parcel, asked))
        if SCANS in value:
            return (_dutch_parcel(value, asked),)
        if answer.status == 404 and string_at(value, REFUSAL):
            return (Reading(Outcome.NOT_FOUND),)
        raise LayoutChanged(NAME, self.looked_for)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The group's rendered list. HTTP 204 is the Dutch service's word for an unknown number."""
        if document.page.status == 204 and not document.text.strip():
            return (Reading(Outcome.NOT_FOUND),)
        rows, problems = rows_of(document, ROWS, _page_row)
        messages = filter(None, texts_of(document.root, MESSAGE))
        if ROW not in document.text and any(text.startswith(NOTHING) for text in messages):
            return (Reading(Outcome.NOT_FOUND),)
        if not rows:
            raise LayoutChanged(NAME, ROWS)
        return (read_with(rows, problems, PAGE),)


def _group_parcel(parcel: Record, asked: str | None) -> Reading:
    references = records_at(parcel, "references")
    named = (string_at(one, "value") for one in references if string_at(one, "type") in NAMES)
    rows, problems = read_rows(items_at(parcel, "history") or (), _group_row)
    if not rows:
        raise LayoutChanged(NAME, "history[].evtDscr")
    return read_with(
        rows,
        problems,
        GROUP,
        number=_number((string_at(parcel, "tuNo"), *named), asked),
        status_text=string_at(record_at(parcel, "progressBar"), "statusText"),
    )


def _group_row(event: Record) -> Row | None:
    text = string_at(event, "evtDscr")
    if text is None:
        return None
    when = filter(None, (string_at(event, "date"), string_at(event, "time")))
    return Row(text, " ".join(when) or None, place=_place(record_at(event, "address"), "city"))


def _dutch_parcel(parcel: Record, asked: str | None) -> Reading:
    sender = record_at(record_at(parcel, "addressInfo"), "from")
    states = records_at(parcel, "parcels")
    expected = record_at(parcel, "deliveryStatus")
    rows, problems = read_rows(items_at(parcel, SCANS) or (), _dutch_row)
    if not rows:
        raise LayoutChanged(NAME, f"{SCANS}[].eventReasonDescr")
    return read_with(
        rows,
        problems,
        DUTCH,
        number=_number((string_at(parcel, "parcelNo"), string_at(parcel, "uniqueNo")), asked),
        status_text=next((string_at(one, "lastStatus") for one in states), None),
        origin_country=string_at(sender, "country", "countryCode"),
        destination_country=string_at(parcel, "countryName"),
        estimate_from_on=_day(string_at(expected, "etaTimestampMin")),
        estimate_to_on=_day(string_at(expected, "etaTimestampMax")),
    )


def _dutch_row(scan: Record) -> Row | None:
    text, time = string_at(scan, "eventReasonDescr"), string_at(scan, "dateTime")
    if text is None:
        return None
    code = (string_at(scan, "eventNo"), string_at(scan, "reasonNo"))
    return Row(
        description=text,
        time_text=None if time is None or time.startswith(NO_TIME) else time,
        place=_place(scan, "depotName"),
        code="/".join(filter(None, code)) if all(code) else None,
    )


def _page_row(node: LexborNode) -> Row | None:
    lines = [line for line in map(collapse, node.text(separator="\0").split("\0")) if line]
    return Row(lines[2], lines[0], place=lines[1]) if len(lines) == 3 else None


def _number(own: tuple[str | None, ...], asked: str | None) -> str | None:
    """The number asked for if it is one of the parcel's own, perhaps with a check digit; else the first."""
    if asked is not None and (asked in own or (len(asked) == 12 and asked[:11] in own)):
        return asked
    return next(filter(None, own), None)


def _place(record: Record, town: str) -> str | None:
    """Town and country; one without a letter ("-" for a depot) is none."""
    parts = string_at(record, town), string_at(record, "countryName")
    return ", ".join([part for part in parts if part and LETTER.search(part)]) or None


def _day(text: str | None) -> str | None:
    return None if NO_TIME in (text or "") else iso_day(text)
