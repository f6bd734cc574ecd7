"""17TRACK, a universal tracker: what it gathers from other carriers, one list for each carrier.

Shows time, text, place and carrier of each row, mostly with an event code. One scan can stand in two lists
under two offsets. Where a carrier gives no offset 17TRACK adds one or leaves it out; its UTC stamps were seen
half an hour off. The carriers and further numbers it names are its guesses.

The page asks one service, again and again until the carriers have answered. Seen: replies of 2026-09 (parts),
2022-04 (its API's, of the same shape) and 2019-10 (the shape before), and text of 2024-08 from its copy
button. Documented: refusals, and the page's rows of 2018 to 2025; today's markup is described nowhere.
"""

import re
from dataclasses import replace
from datetime import datetime
from functools import partial

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
from scrapers.payload import Record, Reply, items_at, read_parcels, read_rows, record_at, string_at, whole_at
from scrapers.select import collapse, maybe, text_of
from scrapers.tracking import Address, Document, TrackingPortal, rows_of
from scrapers.words import Outcome

NAME = "17track"

STATES = {
    "events": State(None, (".tracklist-item .ori-block dd", ".tracklist-item .trn-block dd")),
    "error": State(None, (".yqcr-error-cell",)),
    "carrier_choice": State(Outcome.INPUT_NEEDED, (".multi-carriers [data-key]",)),
    "challenge": State(Outcome.CHALLENGE, (".ver-code",)),
}

#: `meta.code` (once `ret`) of a refusal: a test is wanted, or what the page's script made was not believed.
REFUSED = (-8, -10, -11, -13, -14)
#: `meta.code` of a passing failure; `code` of a number whose carriers are still asked, or have no history.
FAILED, ASKING, NO_HISTORY = 400, 100, 400
#: The parcel of the site's own tour, which can stand in any reply.
DEMO = "TestNumber00017"
NOT_FOUND, SHOWN_NOT_FOUND = "NotFound", "Not Found"
#: Lists of the shape before: delivering carrier's, first carrier's, others'; and under which key who it is.
LISTS = {"z2": "w2", "z1": "w1", "z9": ""}
#: Some carriers by 17TRACK's keys (its list of 2025-10); a reply in that shape has nothing but keys.
CARRIERS = {"100002": "UPS", "21051": "USPS", "3011": "China Post", "190271": "Cainiao"}

FRAGMENT = re.compile(r"(?:^|&)nums=(?P<number>[^&]+)")
ITEM = ".tracklist-item"
SHOWN_NUMBER = f"{ITEM} .no-container span"
SHOWN_STATUS = (f"{ITEM} .text-capitalize span", f"{ITEM} .text-capitalize")
#: Rows in the carrier's words before those translated.
ROWS = (f"{ITEM} .ori-block dd", f"{ITEM} .trn-block dd")
#: A row of the copied text: time, then place (if any) and text, which nothing tells apart.
COPIED = re.compile(r"(.*?\d{1,2}:\d{2}), (.+)")
REPLY, OLD_REPLY, PAGE, COPY = "reply", "reply of 2019", "page", "copied text"


class SeventeenTrack(TrackingPortal):
    """17TRACK's public result page."""

    name = NAME
    hosts = ("t.17track.net",)
    resource_hosts = ("res.17track.net", "www.17track.net")
    payloads = ("https://t.17track.net/track/restapi", "https://t.17track.net/restapi/*")
    layouts = (REPLY, OLD_REPLY, PAGE, COPY)
    dates_rows = True
    states = STATES
    politeness = Politeness(20, 100, "it asks carriers in its visitors' place, and tests whoever asks often")
    evidence = Evidence("captured", "2026-09", "parts of one reply, older shapes whole; no markup")
    canonical = Canonical(keys=("guid", "g", "latest_sync_time"))
    example = "LP00712345678901"
    address = Address("https://t.17track.net/{language}#nums={number}", {"zh": "zh-cn"}, ("nums",), FRAGMENT)
    walls = ("you don't have permission to access this resource",)
    looked_for = f"shipments[] that are not asked for any more, or {ROWS[0]}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """What the service says of each number; nothing of one whose carriers it still asks."""
        value: Record = answer.value if isinstance(answer.value, dict) else {}
        code = whole_at(record_at(value, "meta"), "code")
        if code in REFUSED or whole_at(value, "ret") in REFUSED:
            return (Reading(Outcome.CHALLENGE),)
        if code == FAILED:
            return (Reading(Outcome.UNAVAILABLE),)
        if old := items_at(value, "dat"):
            heard = [one for one in old if not (isinstance(one, dict) and whole_at(one, "delay") == -1)]
            return read_parcels(heard, "no", _old_parcel)
        of_api = items_at(record_at(value, "data"), "accepted") or items_at(value, "data")
        shipments = items_at(value, "shipments") or of_api  # saved from its API: alike within
        if not shipments:
            raise LayoutChanged(NAME, "shipments[]")
        heard = [one for one in shipments if not (isinstance(one, dict) and whole_at(one, "code") == ASKING)]
        return tuple(one for one in read_parcels(heard, "number", _parcel) if one.number != DEMO)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The one parcel on the page, as shown or as its copy button gives it."""
        if document.text.lstrip("\ufeff \r\n").startswith("Number:"):
            return (_copied(document.text),)
        if "tracking is too frequent" in (text_of(document.root, ".yqcr-error-cell") or ""):
            return (Reading(Outcome.RATE_LIMITED),)
        if len(document.root.css(ITEM)) != 1:
            raise LayoutChanged(NAME, f"one {ITEM}")
        return (_shown(document),)


def _parcel(item: Record) -> Reading:
    number = string_at(item, "number")
    parcel = next((one for key in ("shipment", "track_info") if (one := record_at(item, key))), item)
    if whole_at(item, "code") == NO_HISTORY and "shipment" in item and item["shipment"] is None:
        is_asking = items_at(item, "params_v2") or record_at(item, "param")
        return Reading(Outcome.INPUT_NEEDED if is_asking else Outcome.NOT_FOUND, number)
    rows, problems = _events(items_at(record_at(parcel, "tracking"), "providers"))
    status = record_at(parcel, "latest_status")
    if not rows and (problems or string_at(status, "status") != NOT_FOUND):
        raise LayoutChanged(NAME, "tracking.providers[].events[].description, or the status NotFound")
    ends = record_at(parcel, "shipping_info")
    expected = record_at(record_at(parcel, "time_metrics"), "estimated_delivery_date")
    misc = record_at(parcel, "misc_info")
    guess = RelatedNumber(string_at(misc, "local_number") or "", string_at(misc, "local_provider"))
    first, last = (_moment(string_at(expected, key)) for key in ("from", "to"))
    return replace(
        _read(rows, problems, number, string_at(status, "sub_status", "status"), REPLY),
        origin_country=string_at(record_at(ends, "shipper_address"), "country"),
        destination_country=string_at(record_at(ends, "recipient_address"), "country"),
        estimate_from_on=first.date().isoformat() if first else None,
        estimate_to_on=last.date().isoformat() if last else None,
        related_numbers=() if guess.number in ("", number) else (guess,),
    )


def _events(providers: list[object] | None) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows of all carriers, one carrier after the other."""
    rows, problems = list[Row](), list[str]()
    for position, provider in enumerate(providers or (), start=1):
        own: Record = provider if isinstance(provider, dict) else {}
        events = items_at(own, "events")
        name = string_at(record_at(own, "provider"), "name", "alias")
        read, bad = read_rows(events or (), partial(_row, carrier=name))
        rows += read
        problems += [f"carrier {position}: {one}" for one in bad]
        problems += [f"carrier {position} has no list of rows"] if events is None else []
    return tuple(rows), tuple(problems)


def _row(event: Record, *, carrier: str | None) -> Row | None:
    if (text := string_at(event, "description")) is None:
        return None
    raw = _texts(event, "time_raw")
    stamp = string_at(event, "time_iso")  # with its offset, which is not in `raw` if 17TRACK added it
    parts = [part for part in (string_at(raw, "date"), string_at(raw, "time")) if part]
    utc = _moment(string_at(event, "time_utc"))
    translated = string_at(_texts(event, "description_translation"), "description")
    return Row(
        text,
        stamp or " ".join(parts) or None,
        offset_text=None if stamp else string_at(raw, "timezone"),
        epoch_ms=round(utc.timestamp() * 1000) if utc else None,
        place=string_at(event, "location"),
        code=string_at(event, "sub_status", "stage"),
        note=translated if translated != text else None,
        relayed_from=carrier,
    )


def _texts(record: Record, key: str) -> Record:
    return {name: value for name, value in record_at(record, key).items() if isinstance(value, str)}


def _moment(stamp: str | None) -> datetime | None:
    """An ISO stamp that holds its offset, None for anything else."""
    try:
        moment = datetime.fromisoformat(stamp or "")
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _old_parcel(item: Record) -> Reading:
    """A parcel in the shape before: rows of `a` time, `c` or `d` place, `z` text."""
    number, track = string_at(item, "no"), record_at(item, "track")
    rows, problems = list[Row](), list[str]()
    for key, whose in LISTS.items():
        carrier = string_at(track, whose)
        named = CARRIERS.get(carrier or "", carrier)
        read, bad = read_rows(items_at(track, key) or (), partial(_old_row, carrier=named))
        rows += read
        problems += [f"{key}: {one}" for one in bad]
    if not rows and not track and item.get("yt"):
        return Reading(Outcome.INPUT_NEEDED, number)
    if not rows and (problems or whole_at(track, "e") != 0 or items_at(track, "z1") is None):
        raise LayoutChanged(NAME, "dat[].track.z1[].z, or the state 0")
    return _read(tuple(rows), tuple(problems), number, string_at(track, "e"), OLD_REPLY)


def _old_row(event: Record, *, carrier: str | None) -> Row | None:
    if (text := string_at(event, "z")) is None:
        return None
    return Row(text, string_at(event, "a"), place=string_at(event, "c", "d"), relayed_from=carrier)


def _shown(document: Document) -> Reading:
    """The rows of the page; the place stands before the text and nothing tells how far it goes."""
    found = next((one for one in ROWS if maybe(document.root, one) is not None), ROWS[0])
    carriers = {collapse(node.text()) for node in document.root.css(f"{ITEM} .provider-name")}
    carrier = carriers.pop() if len(carriers) == 1 else None
    rows, problems = rows_of(document, found, partial(_shown_row, carrier=carrier))
    status = text_of(document.root, SHOWN_STATUS)
    if not rows and (problems or status != SHOWN_NOT_FOUND):
        raise LayoutChanged(NAME, "; ".join(problems) or found)
    return _read(rows, problems, text_of(document.root, SHOWN_NUMBER), status, PAGE)


def _shown_row(node: LexborNode, *, carrier: str | None) -> Row | None:
    text = text_of(node, "p")
    return None if text is None else Row(text, text_of(node, "time"), relayed_from=carrier)


def _copied(text: str) -> Reading:
    """The text of the copy button: number, state, countries, then a line for each row."""
    body, end, _ = text.strip().partition("=====")
    lines = body.splitlines()
    told = dict(line.partition(": ")[::2] for line in lines[:3])
    rows = tuple(Row(row[2], row[1]) for line in lines[3:] if (row := COPIED.fullmatch(line)))
    if not rows:
        raise LayoutChanged(NAME, "rows in the copied text")
    read = _read(rows, (), told.get("Number"), told.get("Package status"), COPY)
    return replace(read, complete=bool(end), rows_claimed=len(lines) - 3)


def _read(
    rows: tuple[Row, ...], problems: tuple[str, ...], number: str | None, status: str | None, layout: str
) -> Reading:
    return Reading(
        Outcome.OK if rows else Outcome.NOT_FOUND,
        number,
        rows,
        complete=not problems,
        rows_bad=len(problems),
        problems=problems,
        status_text=status,
        layout=layout if rows else None,
    )
