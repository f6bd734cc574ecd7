"""17TRACK, a universal tracker: what it gathers from other carriers, one list for each carrier.

Shows time, text, place and carrier of each row, mostly with an event code. One scan can stand in two lists
under two offsets. Where a carrier gives no offset 17TRACK adds one or leaves it out; its UTC stamps were seen
half an hour off. The carriers and further numbers it names are its guesses.

The page asks one service, again and again until the carriers have answered. Seen: replies of 2026-09 (parts),
2022-04 (its API's, of the same shape) and 2019-10 (the shape before), and text of 2024-08 from its copy
button. Documented: refusals, and the page's rows of 2018 to 2025; today's markup is described nowhere.
"""

import re
from datetime import datetime
from functools import partial

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
from scrapers.payload import (
    Record,
    Reply,
    items_at,
    read_parcels,
    read_rows,
    record_at,
    string_at,
    text_at,
    whole_at,
)
from scrapers.select import text_of
from scrapers.seventeentrack_old_forms import (
    COPY,
    OLD_REPLY,
    PAGE,
    ROWS,
    copied_parcel,
    old_parcel,
    shown_parcel,
)
from scrapers.tracking import Address, Document, TrackingPortal, read_with
from scrapers.words import Outcome

NAME = "17track"

STATES = {
    "events": State(None, ROWS),
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
NOT_FOUND = "NotFound"
TOO_OFTEN = "tracking is too frequent"
REPLY = "reply"


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
    address = Address(
        "https://t.17track.net/{language}#nums={number}",
        languages={"zh": "zh-cn"},
        keys=("nums",),
        path=re.compile(r"(?:^|&)nums=(?P<number>[^&]+)"),
    )
    walls = ("you don't have permission to access this resource",)
    looked_for = f"shipments[] that are not asked for any more, or {ROWS[0]}"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """What the service says of each number; nothing of one whose carriers it still asks."""
        value = answer.record
        code = whole_at(record_at(value, "meta"), "code")
        if code in REFUSED or whole_at(value, "ret") in REFUSED:
            return (Reading(Outcome.CHALLENGE),)
        if code == FAILED:
            return (Reading(Outcome.UNAVAILABLE),)
        if old := items_at(value, "dat"):
            heard = [one for one in old if not (isinstance(one, dict) and whole_at(one, "delay") == -1)]
            return read_parcels(heard, "no", partial(old_parcel, NAME))
        of_api = items_at(record_at(value, "data"), "accepted") or items_at(value, "data")
        shipments = items_at(value, "shipments") or of_api  # saved from its API: alike within
        if not shipments:
            raise LayoutChanged(NAME, "shipments[]")
        heard = [one for one in shipments if not (isinstance(one, dict) and whole_at(one, "code") == ASKING)]
        return tuple(one for one in read_parcels(heard, "number", _parcel) if one.number != DEMO)

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The one parcel on the page, as shown or as its copy button gives it."""
        if (copied := copied_parcel(NAME, document.text)) is not None:
            return (copied,)
        if TOO_OFTEN in (text_of(document.root, STATES["error"].selectors) or ""):
            return (Reading(Outcome.RATE_LIMITED),)
        return (shown_parcel(NAME, document),)


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
    return read_with(
        rows,
        problems,
        REPLY if rows else None,
        outcome=Outcome.OK if rows else Outcome.NOT_FOUND,
        number=number,
        status_text=string_at(status, "sub_status", "status"),
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
    text = string_at(event, "description")
    if text is None:
        return None
    raw = record_at(event, "time_raw")
    stamp = string_at(event, "time_iso")  # with its offset, which is not in `raw` if 17TRACK added it
    utc = _moment(string_at(event, "time_utc"))
    translated = text_at(record_at(event, "description_translation"), "description")
    return Row(
        description=text,
        time_text=stamp or " ".join(filter(None, (text_at(raw, "date"), text_at(raw, "time")))) or None,
        offset_text=None if stamp else text_at(raw, "timezone"),
        epoch_ms=round(utc.timestamp() * 1000) if utc else None,
        place=string_at(event, "location"),
        code=string_at(event, "sub_status", "stage"),
        note=translated if translated != text else None,
        relayed_from=carrier,
    )


def _moment(stamp: str | None) -> datetime | None:
    """An ISO stamp that holds its offset, None for anything else."""
    if stamp is None:
        return None
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
