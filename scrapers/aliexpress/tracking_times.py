"""Times on AliExpress' tracking pages: what stands around them, and whether the data prove the instants.

A printed time ("Sun | Apr. 19 17:05") has no year and no zone. The data also give an epoch number for each
row. It is taken for the instant only if the numbers of all rows lie at one offset from what is printed:
Cainiao's public data hold a field of the same name that is no instant, and numbers of anonymised copies lie.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from scrapers.contract import Row
from scrapers.payload import Record, string_at, whole_at

#: Offsets there can be, in minutes east of UTC.
_WESTERNMOST, _EASTERNMOST, _STEP = -12 * 60, 14 * 60, 15
_DAY = 24 * 60
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_FIRST_MS, _LAST_MS = 86_400_000, 4_102_444_800_000  # 1970-01-02, 2100-01-01

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
#: "Some City,UF, Tue | Jul. 28 06:19": the weekday is the last word before the bar.
_PLACE_FIRST = re.compile(r"(?P<place>.*[^\s,]),\s+(?P<time>[^\s,|]{1,20}\s*\|.+)", re.DOTALL)
_WEEKDAY_FIRST = re.compile(r"[^|\d]{1,20}\|\s*")
_NAME = r"[^\W\d_]{2,12}"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d{2})(?:\s?(?P<half>[ap])\.?\s?m\.?)?"
_PRINTED = (
    re.compile(rf"(?P<name>{_NAME})\.?\s?(?P<day>\d{{1,2}})\.?,?\s{_CLOCK}", re.IGNORECASE),
    re.compile(rf"(?P<day>\d{{1,2}})\.?\s(?:de\s)?(?P<name>{_NAME})\.?,?\s{_CLOCK}", re.IGNORECASE),
    re.compile(rf"(?P<month>\d{{1,2}})[월月]\s?(?P<day>\d{{1,2}})[일日]?\s{_CLOCK}", re.IGNORECASE),
)
_ZONE_LAST = re.compile(
    r"(?P<time>.*\d:\d{2}(?::\d{2})?(?:\s?[APap]\.?[Mm]\.?)?)\s*"
    r"[(\[]?(?P<zone>(?:GMT|UTC)\s?[+-]\d{1,2}(?::?\d{2})?|[A-Z]{3,5})[)\]]?",
    re.DOTALL,
)
_WORD = re.compile(_NAME)
_NUMBER = re.compile(r"(?<!\d)\d{1,2}(?!\d)")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)")


@dataclass(frozen=True, slots=True)
class _Moment:
    """A printed time. The month is None where its name is in a language not known here."""

    month: int | None
    day: int
    minute_of_day: int


def without_place(text: str) -> tuple[str | None, str]:
    """The place that may stand before a printed time, and the time."""
    found = _PLACE_FIRST.fullmatch(text)
    return (found["place"], found["time"]) if found else (None, text)


def without_zone(text: str) -> tuple[str, str | None]:
    """A printed time, and the zone that may stand behind it ("Dec 24, 11:59 EST")."""
    found = _ZONE_LAST.fullmatch(text)
    return (found["time"], found["zone"]) if found else (text, None)


def with_instants(rows: Sequence[Row]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """`rows` with the instants their epoch numbers prove, or a line about why they prove none.

    They do if every row that has a time and a number has them the same offset apart, a multiple of 15 minutes
    that some zone can have, and the numbers are not all one and the same.
    """
    both = [row for row in rows if row.time_text is not None and row.epoch_ms is not None]
    fitting = Counter(offset for row in both for offset in _offsets(row))
    agreeing = max(fitting.values(), default=0)
    if agreeing < len(both):
        against = len(both) - agreeing if agreeing > 1 else len(both)
        line = f"the epoch numbers do not match the printed times on {against} of {len(both)} rows"
        return tuple(rows), (line,)
    if len({row.epoch_ms for row in both}) < 2:
        return tuple(rows), ()
    return tuple(
        replace(row, instant_ms=row.epoch_ms) if row.time_text is not None else row for row in rows
    ), ()


def estimate(eta: Record) -> tuple[str | None, str | None]:
    """First and last day of a promised delivery as ISO dates, None where the year cannot be told.

    The text ("Sep 21 - 26") has no year. The epoch numbers beside it have, and count only if at one offset
    they fall on the days in the text.
    """
    text = string_at(eta, "etaTimeText") or ""
    begin, end = whole_at(eta, "beginEtaTime"), whole_at(eta, "endEtaTime")
    days = [int(day) for day in _NUMBER.findall(text)]
    if string_at(eta, "etaSceneCode") == "REAL_DELIVERY" or ":" in text or len(days) not in (1, 2):
        return None, None
    if begin is None or end is None or not _FIRST_MS < begin <= end < _LAST_MS:
        return None, None
    months = [month for name in _WORD.findall(text) if (month := _month(name)) is not None]
    years = [int(year) for year in _YEAR.findall(text)]
    found = {
        (first, last)
        for first, last in _spans(begin, end)
        if (first.day, last.day) == (days[0], days[-1])
        and (not months or (first.month, last.month) == (months[0], months[-1]))
        and (not years or (first.year, last.year) == (years[0], years[-1]))
    }
    if len(found) != 1:
        return None, None
    first, last = found.pop()
    return first.isoformat(), last.isoformat()


def digits(text: str | None) -> tuple[int, ...]:
    """The numbers in a printed time: the same for two ways to write one time of the same language."""
    return tuple(int(number) for number in _NUMBER.findall(text or ""))


def _spans(begin: int, end: int) -> Iterator[tuple[date, date]]:
    """The days that two moments fall on at any offset: they change where one of the two reaches midnight."""
    midnights = (-(ms // 60_000) % _DAY - day for ms in (begin, end) for day in (0, _DAY))
    for offset in {_WESTERNMOST, *(midnight + -midnight % _STEP for midnight in midnights)}:
        if _WESTERNMOST <= offset <= _EASTERNMOST:
            yield _day(begin, offset), _day(end, offset)


def _offsets(row: Row) -> tuple[int, ...]:
    """The offsets at which the row's number is what it prints: none, or one."""
    moment, ms = _moment(row.time_text or ""), row.epoch_ms
    if moment is None or ms is None or not _FIRST_MS < ms < _LAST_MS:
        return ()
    apart = moment.minute_of_day - ms // 60_000 % _DAY
    if apart % _STEP:
        return ()
    return tuple(
        offset
        for offset in (apart - _DAY, apart, apart + _DAY)
        if _WESTERNMOST <= offset <= _EASTERNMOST and _same_day(_day(ms, offset), moment)
    )


def _same_day(day: date, moment: _Moment) -> bool:
    return day.day == moment.day and moment.month in (None, day.month)


def _moment(text: str) -> _Moment | None:
    weekday = _WEEKDAY_FIRST.match(text)
    text = text[weekday.end() :] if weekday else text
    found = next((f for form in _PRINTED if (f := form.fullmatch(text))), None)
    if found is None:
        return None
    part = found.groupdict()
    hour, half = int(part["hour"]), (part["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    month = int(part["month"]) if part.get("month") else _month(part.get("name") or "")
    minute = int(part["minute"])
    return _Moment(month, int(part["day"]), hour * 60 + minute) if hour < 24 and minute < 60 else None


def _month(name: str) -> int | None:
    short = name[:3].lower()
    return _MONTHS.index(short) + 1 if short in _MONTHS else None


def _day(ms: int, offset: int) -> date:
    """The day at an instant, `offset` minutes east of UTC."""
    return date.fromordinal(_EPOCH_DAY + (ms // 60_000 + offset) // _DAY)
