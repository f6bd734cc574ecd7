"""Cainiao Global: AliExpress' own carrier. One list of events from the seller's warehouse to the last mile.

Shows wall clocks with a claimed offset, its own event codes, the last-mile carrier and its number. Never
shows a place of its own (a town may stand in brackets before the text), nor whose clock a row was read on.
`time` in its data is the wall clock read as China time whatever the row's offset: not an instant.

The page is an empty shell filled from `global/detail.json`. The markup of its rows is described nowhere, so
rows are read from that reply alone, or from the data embedded in the page used until 2022. Seen: replies of
2023-01, 2023-11, 2026-02, 2026-07, 2026-08. Documented only: the old page, refusals, numbers handed over.
"""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

from scrapers.cainiao_old_page import DATA, OLD_PAGE, old_parcels
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
from scrapers.select import collapse
from scrapers.tracking import Address, Document, TrackingPortal, read_with
from scrapers.vocabulary import normal_code
from scrapers.words import Outcome

NAME = "cainiao"

#: Class names end in a hash that changes with every build.
CARDS = ('[class*="TransitCard--wrapper"]', '[class*="TransitCard"]')
#: Best first: the slider of today's page, then the one of the page used until 2022.
SLIDERS = (".nc-container", "#nocaptcha", '[class*="nc-container"]', "span.nc_iconfont.btn_slide")
STATES = {
    "parcel": State(None, CARDS),
    "old_page": State(None, (DATA,)),
    "challenge": State(Outcome.CHALLENGE, tuple(f"html:not(:has({DATA})) {slider}" for slider in SLIDERS)),
}

NOT_FOUND_CODES = frozenset({"ORDER_NOT_FOUND", "RESULT_EMPTY"})
#: The one status that says nothing has happened yet; under any other an empty list has lost its rows.
PREPARING = "SELLER_PREPARING"
#: What a reply holds of a parcel Cainiao knows. Of an unknown number it has the number and its source alone.
KNOWN = ("status", "statusDesc", "originCountry", "destCountry", "processInfo")
REPLY = "detail.json"

_CHINA = timezone(timedelta(hours=8))
_LAST_MS = 4_102_444_800_000  # 2100-01-01
_BRACKET = re.compile(r"\s*[\[【]([^\]】]{1,80})[\]】]")
_NO_TOWN = re.compile(r"[A-Z]{1,5}|.*\d.*", re.DOTALL)
_RENUMBERED = re.compile(r"([A-Za-z0-9]+)\([^():：]*[:：]\s*([A-Za-z0-9]+)\s*\)")
_NUMBER_IN_PROSE = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z]*\d)[A-Z0-9]{8,30}(?![A-Za-z0-9])")


class Cainiao(TrackingPortal):
    """Cainiao Global's public tracking page."""

    name = NAME
    hosts = ("global.cainiao.com",)
    resource_hosts = ("g.alicdn.com", "img.alicdn.com", "assets.alicdn.com")
    payloads = ("https://global.cainiao.com/global/detail.json",)
    layouts = (REPLY, OLD_PAGE)
    dates_rows = True
    states = STATES
    consent = ('button:has-text("ACCEPT ALL")',)  # the banner offers nothing else that closes it
    batch = 10  # what readers have asked for without complaint; no limit is known
    politeness = Politeness(
        30, 60, "readers who asked too often lost every AliExpress page for their address"
    )
    evidence = Evidence("captured", "2026-08", "replies captured; old page and refusals documented only")
    canonical = Canonical(keys=("traceId", "cachedTime"))
    example = "LP00123456789012"
    address = Address(
        "https://global.cainiao.com/newDetail.htm?mailNoList={number}&lang={language}",
        languages={"en": "en-US", "zh": "zh-CN", "pt": "pt-BR", "nl": "nl-NL"},
        keys=("mailNos", "mailNoList", "mailNo"),
    )
    #: The shop's bot wall answers in Cainiao's place, mostly with HTTP 200.
    walls = ("fail_sys_user_validate", "rgv587", "<punish-component", "_____tmd_____")
    looked_for = "a reply of global/detail.json"

    def read_reply(self, answer: Reply, page: Page) -> tuple[Reading, ...]:
        """One reading per parcel of a reply: the page asks for up to ten numbers at once."""
        parcels = items_at(answer.record, "module")
        if parcels:
            return read_parcels(parcels, "mailNo", _parcel)
        if answer.record.get("success") is False:
            return (Reading(_refusal(answer.record)),)
        raise LayoutChanged(NAME, "module[] in the reply")

    def read_page(self, document: Document) -> tuple[Reading, ...]:
        """The data in the page used until 2022; today's holds none."""
        parcels = old_parcels(NAME, document)
        if parcels is None:
            raise LayoutChanged(NAME, self.looked_for)
        readings = read_parcels(parcels, "mailNo", _parcel)
        if not document.whole and not any(one.rows for one in readings):
            raise LayoutChanged(NAME, f"the end of a page without rows ({DATA})")
        return tuple(replace(one, layout=one.layout and OLD_PAGE) for one in readings)


def _refusal(record: Record) -> Outcome:
    return Outcome.NOT_FOUND if string_at(record, "errorCode") in NOT_FOUND_CODES else Outcome.UNAVAILABLE


def _parcel(parcel: Record) -> Reading:
    items = items_at(parcel, "detailList")
    if items is None and ("detailList" in parcel or not (_is_waiting(parcel) or _is_unknown(parcel))):
        raise LayoutChanged(NAME, "detailList[] of the parcel")
    rows, problems = read_rows(items or (), _row)
    if items and not rows:
        raise LayoutChanged(NAME, "detailList[].standerdDesc")
    printed = string_at(parcel, "mailNo")
    renumbered = _RENUMBERED.fullmatch(printed or "")
    number = renumbered[1] if renumbered else printed
    estimate = record_at(parcel, "globalEtaInfo")
    return read_with(
        rows,
        problems,
        REPLY if rows else None,
        outcome=Outcome.OK if rows else _without_rows(parcel),
        number=number,
        status_text=string_at(parcel, "statusDesc", "status"),
        origin_country=_country(parcel, "originCountry"),
        destination_country=_country(parcel, "destCountry"),
        estimate_from_on=_utc_day(estimate, "deliveryMinTime"),
        estimate_to_on=_utc_day(estimate, "deliveryMaxTime"),
        related_numbers=_related(parcel, number, renumbered[2] if renumbered else None),
    )


def _is_waiting(parcel: Record) -> bool:
    return string_at(parcel, "noTrackingDataDesc") is not None or string_at(parcel, "status") == PREPARING


def _is_unknown(parcel: Record) -> bool:
    return string_at(parcel, "mailNoSource") == "EXTERNAL" and not any(key in parcel for key in KNOWN)


def _without_rows(parcel: Record) -> Outcome:
    if string_at(parcel, "errorCode") is not None or parcel.get("success") is False:
        return _refusal(parcel)
    if record_at(parcel, "latestTrace"):
        raise LayoutChanged(NAME, "detailList[] (there is a newest event)")
    if _is_waiting(parcel):
        return Outcome.NO_EVENTS_YET
    if string_at(parcel, "mailNo") is None:
        raise LayoutChanged(NAME, "mailNo of the parcel")
    if _is_unknown(parcel):
        return Outcome.NOT_FOUND
    raise LayoutChanged(NAME, "detailList[] (nothing says why it is empty)")


def _row(event: Record) -> Row | None:
    remark = string_at(event, "desc")
    text = string_at(event, "standerdDesc") or remark or string_at(record_at(event, "group"), "nodeDesc")
    if text is None:
        return None
    zone, code = string_at(event, "timeZone"), string_at(event, "actionCode")
    return Row(
        description=text,
        time_text=string_at(event, "timeStr"),
        offset_text=zone,
        instant_ms=_instant_ms(event) if zone is None else None,
        place=_town(text),
        code=normal_code(code) if code else None,
        note=remark if remark != text else None,
    )


def _instant_ms(event: Record) -> int | None:
    """Cainiao's own notices alone have no zone and a time to the millisecond, printed as China time."""
    ms = whole_at(event, "time")
    if ms is None or not 0 < ms < _LAST_MS or ms % 1000 == 0:
        return None
    in_china = datetime.fromtimestamp(ms // 1000, _CHINA).strftime("%Y-%m-%d %H:%M:%S")
    return ms if string_at(event, "timeStr") in (None, in_china) else None


def _town(text: str) -> str | None:
    """The town in front of a text. A bracket also holds carriers ([GOFO]) and codes, which are no place."""
    bracket = _BRACKET.match(text)
    town = collapse(bracket[1]) if bracket else None
    if town is None or _NO_TOWN.fullmatch(town) or not any(c.isalpha() for c in town):
        return None
    return town


def _country(parcel: Record, key: str) -> str | None:
    """The country alone of a text that can be `France,Town`; `Korea, Republic of` stays whole."""
    return collapse(re.split(r"[,，](?=\S)", string_at(parcel, key) or "")[0])


def _utc_day(estimate: Record, key: str) -> str | None:
    ms = whole_at(estimate, key)
    if ms is None or not 0 < ms < _LAST_MS:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def _related(parcel: Record, own: str | None, successor: str | None) -> tuple[RelatedNumber, ...]:
    """The other numbers named, each once. The parcel's own among them is no handoff."""
    carrier = string_at(record_at(parcel, "destCpInfo"), "cpName")
    last_mile = _number_of(parcel, "copyRealMailNo", "realMailNo")
    virtual = _number_of(parcel, "copyVirtualMailNo", "virtualMailNo")
    named = {number: RelatedNumber(number) for number in (successor,) if number}
    named |= {number: RelatedNumber(number, None, "shipment") for number in (virtual,) if number}
    named |= {number: RelatedNumber(number, carrier, "last_mile") for number in (last_mile,) if number}
    return tuple(related for number, related in reversed(named.items()) if number != own)


def _number_of(parcel: Record, bare: str, prose: str) -> str | None:
    """The number under `bare`, else the first in a sentence such as "Latest Tracking Number:" TAB number."""
    number = _NUMBER_IN_PROSE.fullmatch(string_at(parcel, bare) or "")
    number = number or _NUMBER_IN_PROSE.search(string_at(parcel, prose) or "")
    return number[0] if number else None
