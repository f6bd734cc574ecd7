"""PostNL, the Netherlands' post: parcels within the country, and international mail on postnl.post.

Shows date and time of each scan and a sentence; postnl.post the country too, nothing a town. The Dutch page
states the Dutch offset on every row. postnl.post writes a Z behind the clock of the scan's country; only
stamps with seven decimals are UTC.

Each site is filled by one reply, and the Dutch page lists less than its reply holds: not what PostNL's
systems tell each other, and not the newest event, which stands above the list as headline. Seen: Dutch
replies of 2024-10 to 2026-01. Documented only: postnl.post's reply (2026), its tables of 2017 and 2021.
"""

import re
from dataclasses import replace
from datetime import datetime

from selectolax.lexbor import LexborNode

from scrapers.contract import (
    Evidence,
    LayoutChanged,
    Page,
    Politeness,
    Reading,
    Recipient,
    RelatedNumber,
    Row,
    State,
)
from scrapers.numbers import s10_country
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
from scrapers.select import maybe, texts_of
from scrapers.tracking import Address, Document, TrackingPortal, read_with, rows_of
from scrapers.words import Outcome

NAME = "postnl"

#: The markup of today's pages is described nowhere; a visit waits for the reply that fills them.
STATES = {
    "details_2021": State(None, ("tr.detail",)),
    "table_2017": State(None, ("#datatables",)),
}

#: Of postnl.post's tables, by layout: rows with cells of time, text and, in 2017, area.
DETAILS, TABLE = "details of 2021", "table of 2017"
ROWS = {DETAILS: "tr.detail", TABLE: "#datatables tbody tr"}
REPLY = "reply"
NOT_FOUND = "barcode was not found"
#: Deliveries. Such an event may differ from the headline, which can add the neighbour's house number.
DELIVERED = ("I01", "I10", "I11")
#: Of postnl.post: these stamps alone are the instant they say.
TRUE_STAMP = re.compile(r"[^.]+\.[0-9]{7}Z")
ABROAD = "https://postnl.post/track?barcodes={number}"


class PostNL(TrackingPortal):
    """PostNL's public tracking pages: the Dutch one, and postnl.post for postal numbers issued there."""

    name = NAME
    hosts = ("jouw.postnl.nl", "tracking.postnl.nl", "postnl.post", "www.postnl.post", "postnl.nl")
    payloads = (
        "https://jouw.postnl.nl/track-and-trace/api/trackAndTrace/*",
        "https://tracking.postnl.nl/track-and-trace/api/trackAndTrace/*",
        "https://postnl.post/api/v1/tracking-items",
    )
    layouts = (REPLY, DETAILS, TABLE)
    dates_rows = True
    states = STATES
    politeness = Politeness(10, 100, "no limit is known")
    evidence = Evidence("captured", "2026-01", "Dutch replies 2024 to 2026; postnl.post documented to 2026")
    default_language = "nl"
    example = "3SABCD012345678"
    address = Address(
        page="https://jouw.postnl.nl/track-and-trace/{number}?language={language}",
        keys=("barcodes", "barcode", "B"),
        path=re.compile(r"/(?:track-and-trace|trackAndTrace|details)/(?!api/)(?P<number>[A-Za-z0-9]+)"),
        to_postcode=(
            "https://jouw.postnl.nl/track-and-trace/{number}-{country}-{postcode}?language={language}"
        ),
    )
    looked_for = "a reply of trackAndTrace or tracking-items"

    def url(self, number: str, language: str) -> str:
        """The page for `number`; postal numbers issued in the Netherlands are shown on postnl.post."""
        if s10_country(number) == "NL":
            return ABROAD.format(number=number)
        return super().url(number, language)

    def url_for(self, number: str, language: str, recipient: Recipient) -> str:
        """The page for `number`, with the recipient's postcode and country on the Dutch site."""
        if s10_country(number) == "NL":
            return self.url(number, language)
        return super().url_for(number, language, recipient)

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """The Dutch page's `colli`, or postnl.post's `data.items`."""
        colli = answer.record.get("colli")
        if isinstance(colli, dict):
            parcels = [
                {"barcode": key, **one} if isinstance(one, dict) else one for key, one in colli.items()
            ]
            return read_parcels(parcels, "barcode", _parcel) or (Reading(Outcome.NOT_FOUND),)
        items = items_at(record_at(answer.record, "data"), "items")
        if items:
            return read_parcels(items, "item", _item)
        raise LayoutChanged(NAME, "colli or data.items[] in a reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The tables of 2017 and 2021."""
        for layout, selector in ROWS.items():
            if maybe(document.root, selector) is not None:
                rows, problems = rows_of(document, selector, _table_row)
                if not rows:
                    raise LayoutChanged(NAME, f"{selector} td")
                return (read_with(rows, problems, layout),)
        raise LayoutChanged(NAME, self.looked_for)


def _parcel(entry: Record) -> Reading:
    shown = items_at(entry, "observations")
    headline = string_at(record_at(entry, "statusPhase"), "message")
    if shown is None:
        raise LayoutChanged(NAME, "colli.*.observations[]")
    rows, problems = read_rows([*_newest(entry, headline, shown), *shown], _row)
    if not rows:
        raise LayoutChanged(NAME, "colli.*.observations[].description")
    partner, expected = string_at(entry, "partnerBarcode"), record_at(entry, "eta")
    carrier = string_at(entry, "networkPartnerName")
    return replace(
        read_with(rows, problems, REPLY),
        number=string_at(entry, "barcode"),
        status_text=_status(headline, rows[0]),
        origin_country=_country(entry, "sender"),
        destination_country=_country(entry, "recipient"),
        estimate_from_on=iso_day(string_at(expected, "start")),
        estimate_to_on=iso_day(string_at(expected, "end")),
        related_numbers=(RelatedNumber(partner, carrier),) if partner else (),
    )


def _status(headline: str | None, newest: Row) -> str | None:
    """The headline, without the neighbour's house number it may add to the newest event."""
    return newest.description if (headline or "").startswith(newest.description) else headline


def _newest(entry: Record, headline: str | None, shown: list[object]) -> list[object]:
    """What the page shows as headline and the list leaves out, newest first as the list is."""
    listed = [_key(one) for one in shown if isinstance(one, dict)]
    found: list[object] = []
    for one in records_at(record_at(entry, "analyticsInfo"), "allObservations"):
        text, code = string_at(one, "description"), string_at(one, "observationCode")
        if _key(one) not in listed and ((text is not None and text == headline) or code in DELIVERED):
            found.insert(0, one)
    return found


def _key(observation: Record) -> tuple[str | None, str | None]:
    return string_at(observation, "observationCode"), string_at(observation, "observationDate")


def _row(observation: Record) -> Row | None:
    code, stamp = _key(observation)
    text = string_at(observation, "description") or code  # B03 comes without a sentence
    return Row(text, stamp, code=code) if text else None


def _country(entry: Record, key: str) -> str | None:
    return string_at(record_at(record_at(entry, key), "address"), "country")


def _item(entry: Record) -> Reading:
    number = string_at(entry, "item")
    items = items_at(entry, "events")
    rows, problems = read_rows(items or (), _item_row)
    if not rows:
        if not items and NOT_FOUND in (string_at(entry, "message") or ""):
            return Reading(Outcome.NOT_FOUND, number)
        raise LayoutChanged(NAME, "data.items[].events[].status_description")
    country = string_at(entry, "destination_code")
    return replace(read_with(rows, problems, REPLY), number=number, destination_country=country)


def _item_row(event: Record) -> Row | None:
    """The category is no note: it contradicts the description, and a parcel on its round is Processing."""
    text, stamp = string_at(event, "status_description", "category"), string_at(event, "datetime_local")
    if text is None:
        return None
    return Row(
        description=text,
        time_text=stamp,
        instant_ms=_instant_ms(stamp),
        place=string_at(event, "country_name", "country_code"),
        code=string_at(event, "status"),
    )


def _instant_ms(stamp: str | None) -> int | None:
    """The instant of a stamp with seven decimals: of them alone the Z is true."""
    if stamp is None or not TRUE_STAMP.fullmatch(stamp):
        return None
    try:
        return int(datetime.fromisoformat(stamp).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def _table_row(line: LexborNode) -> Row | None:
    cells = texts_of(line, "td")
    if len(cells) < 2 or cells[1] is None:
        return None
    return Row(cells[1], cells[0], place=cells[2] if len(cells) > 2 else None)
