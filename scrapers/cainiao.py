"""Cainiao Global: AliExpress' own carrier. One list of events from the seller's warehouse to the last mile.

Shows wall clocks with a claimed offset, its own event codes, the last-mile carrier and its number. Never
shows a place of its own (a town may stand in brackets before the text), nor whose clock a row was read on.
`time` in its data is the wall clock read as China time whatever the row's offset: not an instant.

The page is an empty shell filled from `global/detail.json`. The markup of its rows is described nowhere, so
rows are read from that reply alone, or from the data embedded in the page used until 2022. Seen: replies of
2023-01, 2023-11, 2026-02, 2026-07, 2026-08. Documented only: the old page, refusals, numbers handed over.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qs, urlencode, urlsplit

from scrapers.contract import (
    Canonical,
    Confidence,
    Evidence,
    LayoutChanged,
    Page,
    Politeness,
    Portal,
    Reading,
    RelatedNumber,
    Row,
    State,
)
from scrapers.numbers import advice, tracking_number
from scrapers.payload import (
    PayloadError,
    Record,
    document,
    items_at,
    read_parcels,
    read_rows,
    record_at,
    reply,
    string_at,
    whole_at,
)
from scrapers.select import collapse, maybe, tree
from scrapers.vocabulary import normal_code
from scrapers.words import Outcome, Role

NAME = "cainiao"

#: Best first: the slider of today's page, then the one of the page used until 2022.
CHALLENGES = (".nc-container", "#nocaptcha", '[class*="nc-container"]', "span.nc_iconfont.btn_slide")
#: In a reply that carries no parcels: the shop's bot wall answered in Cainiao's place.
CHALLENGE_TEXTS = ("fail_sys_user_validate", "rgv587", "<punish-component", "_____tmd_____")
#: The data of the page used until 2022, as HTML-escaped JSON.
OLD_DATA = "textarea#waybill_list_val_box"
#: Class names end in a hash that changes with every build.
CARDS = ('[class*="TransitCard--wrapper"]', '[class*="TransitCard"]')
STATES = {
    "parcel": State(None, CARDS),
    "old_page": State(None, (OLD_DATA,)),
    "challenge": State(Outcome.CHALLENGE, CHALLENGES),
}

LAYOUTS = ("detail.json", "page until 2022")

NOT_FOUND_CODES = frozenset({"ORDER_NOT_FOUND", "RESULT_EMPTY"})
#: The one status that says nothing has happened yet; under any other an empty list has lost its rows.
PREPARING = "SELLER_PREPARING"
#: What a reply holds of a parcel Cainiao knows. Of an unknown number it has the number and its source alone.
KNOWN = ("status", "statusDesc", "originCountry", "destCountry", "processInfo")
#: Why nothing could be read, most telling first.
REFUSALS = (Outcome.CHALLENGE, Outcome.RATE_LIMITED, Outcome.UNAVAILABLE)

_CHINA = timezone(timedelta(hours=8))
_LAST_MS = 4_102_444_800_000  # 2100-01-01
_LANGUAGES = {"en": "en-US", "zh": "zh-CN", "pt": "pt-BR", "nl": "nl-NL"}
_BRACKET = re.compile(r"\s*[\[【]([^\]】]{1,80})[\]】]")
_NO_TOWN = re.compile(r"[A-Z]{1,5}|.*\d.*", re.DOTALL)
_RENUMBERED = re.compile(r"([A-Za-z0-9]+)\([^():：]*[:：]\s*([A-Za-z0-9]+)\s*\)")
_NUMBER_IN_PROSE = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z]*\d)[A-Z0-9]{8,30}(?![A-Za-z0-9])")


class Cainiao(Portal):
    """Cainiao Global's public tracking page."""

    name = NAME
    hosts = ("global.cainiao.com",)
    resource_hosts = ("g.alicdn.com", "img.alicdn.com", "assets.alicdn.com")
    payloads = ("https://global.cainiao.com/global/detail.json",)
    layouts = LAYOUTS
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

    def accepts(self, number: str) -> Confidence:
        """High for Cainiao's own families, middling for postal numbers; the search field takes anything."""
        found = advice(self.name, number)
        return Confidence(found.level, found.because)

    def url(self, number: str, language: str) -> str:
        """The page for one number; languages are asked for the way the page's own menu does."""
        return self.batch_url((number,), language)

    def batch_url(self, numbers: Sequence[str], language: str) -> str:
        query = urlencode({"mailNoList": ",".join(numbers), "lang": _LANGUAGES.get(language, language)})
        return f"https://global.cainiao.com/newDetail.htm?{query}"

    def number_in(self, url: str) -> str | None:
        """The number of a page or `detail.json` URL; None for a batch."""
        try:
            parts = urlsplit(url)
            if parts.hostname not in self.hosts:
                return None
            asked = parse_qs(parts.query, max_num_fields=50)
            lists = [v for key in ("mailNos", "mailNoList", "mailNo") for v in asked.get(key, ())]
            numbers = {tracking_number(n) for text in lists for n in re.split(r"[,;\s]+", text) if n}
        except ValueError:  # NumberError is one too
            return None
        return numbers.pop() if len(numbers) == 1 else None

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        """One reading per parcel of the data replies; a page without any is asked only for why."""
        said: list[Reading] = []
        missing: list[str] = []
        for role in (Role.PAYLOAD, Role.DOM):
            for page in (p for p in pages if p.role == role):
                try:
                    said.extend(_page(page))
                except LayoutChanged as changed:
                    missing.append(changed.looked_for)
            answers = [r for r in said if r.number is not None or r.outcome not in REFUSALS]
            if answers:
                return _one_per_number(answers)
        for outcome in REFUSALS:
            if any(r.outcome == outcome for r in said):
                return (Reading(outcome),)
        raise LayoutChanged(NAME, missing[0] if missing else "a reply of global/detail.json")


def _page(page: Page) -> tuple[Reading, ...]:
    answer = reply(page)
    if answer.status == 429:
        return (Reading(Outcome.RATE_LIMITED),)
    envelope: Record = answer.value if isinstance(answer.value, dict) else {}
    modules = items_at(envelope, "module")
    if modules:
        return read_parcels(modules, "mailNo", lambda parcel: _parcel(parcel, "module[]"))
    lowered = answer.text.lower()
    if any(text in lowered for text in CHALLENGE_TEXTS):
        return (Reading(Outcome.CHALLENGE),)
    if answer.status is not None and answer.status >= 500:
        return (Reading(Outcome.UNAVAILABLE),)
    if envelope.get("success") is False:
        return (Reading(_refusal(envelope)),)
    if answer.value is not None:
        raise LayoutChanged(NAME, "module[] in the reply")
    return _html(answer.text)


def _html(text: str) -> tuple[Reading, ...]:
    page = tree(text)
    data = maybe(page, OLD_DATA)
    if data is None:
        if maybe(page, CHALLENGES) is not None:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(NAME, "a reply of global/detail.json")
    try:
        value = document(data.text())
    except PayloadError as error:
        raise LayoutChanged(NAME, f"JSON in {OLD_DATA} ({error})") from None
    parcels = items_at(value, "data") if isinstance(value, dict) else None
    if not parcels:
        raise LayoutChanged(NAME, f"data[] in {OLD_DATA}")
    readings = read_parcels(
        [_as_today(p) if isinstance(p, dict) else p for p in parcels],
        "mailNo",
        lambda parcel: _parcel(parcel, f"{OLD_DATA} data[]"),
    )
    return tuple(replace(reading, layout=LAYOUTS[1]) for reading in readings)


def _as_today(parcel: Record) -> Record:
    """A parcel of the old page in the shape of today's reply: its sections made one list, newest first."""
    sections = [record_at(parcel, f"section{n}") for n in (1, 2, 3)]
    lists = [items_at(section, "detailList") or [] for section in sections]
    events = [event for items in sorted(lists, key=_newest, reverse=True) for event in items]
    today = {"desc": "desc", "timeStr": "time", "timeZone": "timeZone", "actionCode": "status"}
    return parcel | {
        "detailList": [
            {key: e.get(old) for key, old in today.items()} if isinstance(e, dict) else e for e in events
        ],
        "latestTrace": parcel.get("latestTrackingInfo"),
        "copyRealMailNo": sections[1].get("mailNo"),
        "destCpInfo": {"cpName": sections[1].get("companyName")},
    }


def _newest(events: list[object]) -> str:
    return next((string_at(e, "time") or "" for e in events if isinstance(e, dict)), "")


def _refusal(record: Record) -> Outcome:
    return Outcome.NOT_FOUND if string_at(record, "errorCode") in NOT_FOUND_CODES else Outcome.UNAVAILABLE


def _parcel(entry: Record, where: str) -> Reading:
    items = items_at(entry, "detailList")
    if items is None and ("detailList" in entry or not (_is_waiting(entry) or _is_unknown(entry))):
        raise LayoutChanged(NAME, f"{where}.detailList")
    rows, problems = read_rows(items or (), _row)
    if items and not rows:
        raise LayoutChanged(NAME, f"{where}.detailList[].standerdDesc")
    printed = string_at(entry, "mailNo")
    renumbered = _RENUMBERED.fullmatch(printed or "")
    number = renumbered[1] if renumbered else printed
    estimate = record_at(entry, "globalEtaInfo")
    return Reading(
        outcome=Outcome.OK if rows else _without_rows(entry, where),
        number=number,
        rows=rows,
        complete=not problems,
        rows_bad=len(problems),
        problems=problems,
        layout=LAYOUTS[0] if rows else None,
        status_text=string_at(entry, "statusDesc", "status"),
        origin_country=_country(entry, "originCountry"),
        destination_country=_country(entry, "destCountry"),
        estimate_from_on=_utc_date(estimate, "deliveryMinTime"),
        estimate_to_on=_utc_date(estimate, "deliveryMaxTime"),
        related_numbers=_related(entry, number, renumbered[2] if renumbered else None),
    )


def _without_rows(entry: Record, where: str) -> Outcome:
    if string_at(entry, "errorCode") is not None or entry.get("success") is False:
        return _refusal(entry)
    if record_at(entry, "latestTrace"):
        raise LayoutChanged(NAME, f"{where}.detailList[] (there is a newest event)")
    if _is_waiting(entry):
        return Outcome.NO_EVENTS_YET
    if string_at(entry, "mailNo") is None:
        raise LayoutChanged(NAME, f"{where}.mailNo")
    if _is_unknown(entry):
        return Outcome.NOT_FOUND
    raise LayoutChanged(NAME, f"{where}.detailList[] (nothing says why it is empty)")


def _is_waiting(entry: Record) -> bool:
    return string_at(entry, "noTrackingDataDesc") is not None or string_at(entry, "status") == PREPARING


def _is_unknown(entry: Record) -> bool:
    return string_at(entry, "mailNoSource") == "EXTERNAL" and not any(key in entry for key in KNOWN)


def _row(event: Record) -> Row | None:
    remark = string_at(event, "desc")
    text = string_at(event, "standerdDesc") or remark or string_at(record_at(event, "group"), "nodeDesc")
    if text is None:
        return None
    zone = string_at(event, "timeZone")
    code = string_at(event, "actionCode")
    return Row(
        description=text,
        time_text=string_at(event, "timeStr"),
        offset_text=zone,
        instant_ms=_instant(event) if zone is None else None,
        place=_town(text),
        code=normal_code(code) if code else None,
        note=remark if remark != text else None,
    )


def _instant(event: Record) -> int | None:
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


def _country(entry: Record, key: str) -> str | None:
    """The country alone of a text that can be `France,Town`; `Korea, Republic of` stays whole."""
    return collapse(re.split(r"[,，](?=\S)", string_at(entry, key) or "")[0])


def _utc_date(estimate: Record, key: str) -> str | None:
    ms = whole_at(estimate, key)
    if ms is None or not 0 < ms < _LAST_MS:
        return None
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()


def _related(entry: Record, own: str | None, successor: str | None) -> tuple[RelatedNumber, ...]:
    """The other numbers named, each once. The parcel's own among them is no handoff."""
    carrier = string_at(record_at(entry, "destCpInfo"), "cpName")
    last_mile = _number_of(entry, "copyRealMailNo", "realMailNo")
    virtual = _number_of(entry, "copyVirtualMailNo", "virtualMailNo")
    named = {number: RelatedNumber(number) for number in (successor,) if number}
    named |= {number: RelatedNumber(number, None, "shipment") for number in (virtual,) if number}
    named |= {number: RelatedNumber(number, carrier, "last_mile") for number in (last_mile,) if number}
    return tuple(related for number, related in reversed(named.items()) if number != own)


def _number_of(entry: Record, bare: str, prose: str) -> str | None:
    """The number under `bare`, else the first in a sentence such as "Latest Tracking Number:" TAB number."""
    number = _NUMBER_IN_PROSE.fullmatch(string_at(entry, bare) or "")
    number = number or _NUMBER_IN_PROSE.search(string_at(entry, prose) or "")
    return number[0] if number else None


def _one_per_number(readings: list[Reading]) -> tuple[Reading, ...]:
    """Of several replies about one number the last counts, unless only an earlier one has rows."""
    chosen: dict[str | int, Reading] = {}
    for position, reading in enumerate(readings):
        key = reading.number or position
        if key not in chosen or reading.outcome == Outcome.OK or chosen[key].outcome != Outcome.OK:
            chosen[key] = reading
    return tuple(chosen.values())
