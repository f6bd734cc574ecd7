"""PostNL, the Netherlands' post: parcels within the country, and international mail on postnl.post.

Shows date and time of each scan and a sentence; postnl.post the country too, nothing a town. The Dutch page
states the Dutch offset on every row. postnl.post writes a Z behind the clock of the scan's country; only
stamps with seven decimals are UTC.

Each site is filled by one reply, and the Dutch page lists less than its reply holds: not what PostNL's
systems tell each other, and not the newest event, which stands above the list as headline. Seen: Dutch
replies of 2024-10 to 2026-01. Documented only: postnl.post's reply (2026), its tables of 2017 and 2021.
"""

import re
from functools import partial

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
from scrapers.postnl_abroad import DETAILS, REPLY, TABLE, abroad_parcel, old_table
from scrapers.tracking import Address, Document, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "postnl"

#: The markup of today's pages is described nowhere; a visit waits for the reply that fills them.
STATES = {
    "details_2021": State(None, ("tr.detail",)),
    "table_2017": State(None, ("#datatables",)),
}

#: Deliveries. Such an event may differ from the headline, which can add the neighbour's house number.
DELIVERED = ("I01", "I10", "I11")
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
            return read_parcels(items, "item", partial(abroad_parcel, NAME))
        raise LayoutChanged(NAME, "colli or data.items[] in a reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The tables of 2017 and 2021."""
        reading = old_table(NAME, document)
        if reading is None:
            raise LayoutChanged(NAME, self.looked_for)
        return (reading,)


def _parcel(parcel: Record) -> Reading:
    shown = items_at(parcel, "observations")
    headline = string_at(record_at(parcel, "statusPhase"), "message")
    if shown is None:
        raise LayoutChanged(NAME, "colli.*.observations[]")
    rows, problems = read_rows([*_newest(parcel, headline, shown), *shown], _row)
    if not rows:
        raise LayoutChanged(NAME, "colli.*.observations[].description")
    partner, expected = string_at(parcel, "partnerBarcode"), record_at(parcel, "eta")
    carrier = string_at(parcel, "networkPartnerName")
    return read_with(
        rows,
        problems,
        REPLY,
        number=string_at(parcel, "barcode"),
        status_text=_status(headline, rows[0]),
        origin_country=_country(parcel, "sender"),
        destination_country=_country(parcel, "recipient"),
        estimate_from_on=iso_day(string_at(expected, "start")),
        estimate_to_on=iso_day(string_at(expected, "end")),
        related_numbers=(RelatedNumber(partner, carrier),) if partner else (),
    )


def _status(headline: str | None, newest: Row) -> str | None:
    """The headline, without the neighbour's house number it may add to the newest event."""
    return newest.description if (headline or "").startswith(newest.description) else headline


def _newest(parcel: Record, headline: str | None, shown: list[object]) -> list[object]:
    """What the page shows as headline and the list leaves out, newest first as the list is."""
    listed = [_key(one) for one in shown if isinstance(one, dict)]
    found: list[object] = []
    for one in records_at(record_at(parcel, "analyticsInfo"), "allObservations"):
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


def _country(parcel: Record, key: str) -> str | None:
    return string_at(record_at(record_at(parcel, key), "address"), "country")
