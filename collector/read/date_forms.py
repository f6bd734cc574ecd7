"""One printed date text, taken apart: which dates it can mean, its time of day, its offset. Pure.

Forms are patterns over text as `months.fold` leaves it; nothing is tried that does not fit the whole text,
so a word nobody knows makes it "not a date" and is never skipped.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from functools import lru_cache
from typing import Literal

from collector.read.clock_forms import Clock, splits, without_offset
from collector.read.months import fold, month_of, weekdays_of
from collector.read.offsets import offset_minutes

Order = Literal["ymd", "dmy", "mdy"]

LONGEST = 200
EARLIEST_YEAR, LATEST_YEAR = 1990, 2100

_NAME = r"(?P<name>[^\W\d_]+)[.'׳]?"
_DAY = r"(?P<d>[0-9]{1,2})(?:(?:st|nd|rd|th|er|o|a|e)(?![^\W\d_]))?\.?"
_YEAR = r"(?P<y>[0-9]{4}|'?[0-9]{2})"
_YEAR_AFTER = rf"(?:(?:\s?[,/.-]\s?|\s(?:de|del|of)\s|\s){_YEAR}(?:\s?(?:г|r|년)\b\.?)?)?"

_YMD = re.compile(r"(?P<y>[0-9]{4})\s?([-/.])\s?(?P<m>[0-9]{1,2})\s?\2\s?(?P<d>[0-9]{1,2})\.?")
_COMPACT = re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})")
_CJK = re.compile(
    rf"(?:(?P<y>[0-9]{{4}})\s?(?:年|{fold('년')})\s?)?"
    rf"(?P<m>[0-9]{{1,2}})\s?(?:月|{fold('월')})\s?(?P<d>[0-9]{{1,2}})\s?(?:[日号號]|{fold('일')})"
)
_NUMBERS = re.compile(r"([0-9]{1,2})\s?([-/.])\s?([0-9]{1,2})\s?\2\s?([0-9]{4}|[0-9]{2})\.?")
_NO_YEAR = re.compile(r"([0-9]{1,2})([/.])\s?([0-9]{1,2})(\.?)")
_NAMED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_DAY}(?:\s?[-/.,]\s?|\s(?:de|d'|of)\s|\s)?(?:ב-?)?{_NAME}{_YEAR_AFTER}",
        rf"{_NAME}\s?[-/.,]?\s?{_DAY}(?:(?:\s?[,/-]\s?|\s|\s?,?\s?(?:de|del|of)\s)(?P<y>[0-9]{{4}}|'[0-9]{{2}}))?",
        rf"(?P<y>[0-9]{{4}})\s?[-/.,]{{0,2}}\s?{_NAME}\s?[-/.,]?\s?{_DAY}",
        rf"(?P<d>[0-9]{{1,2}}){_NAME}(?P<y>[0-9]{{4}}|[0-9]{{2}})",
    )
)
_WEEKDAY = r"(?:יום\s)?(?P<w>[^\W\d_]+(?:-feira)?)"
_WEEKDAY_FIRST = re.compile(rf"[(\[]?{_WEEKDAY}['׳]?[)\]]?[\s.,|]*(?=[^\s.,|])")
_WEEKDAY_LAST = re.compile(rf"[\s.,|]*[(\[]?{_WEEKDAY}['׳]?[)\]]?[.,]?$")
_AFTER_CJK_DAY = re.compile(r"(?<=[0-9]日)(?=[^\W\d_])")
_JOINTS = (
    "at|um|on|om|am|den|a las|a la|a les|alle ore|alle|ore|as|a|o godz|godz|o|kl|klo|в|le|el|il|op|dnia|"
    "בשעה|ב|de|del"
)
_JOINT_LAST = re.compile(rf"(?:[\s,;|@·•-]|(?:^|(?<=[\s,]))(?:{_JOINTS})\b\.?)$")
_JOINT_FIRST = re.compile(r"(?:[\s,;|@·•-]|(?:um|on|am|den|le|el|il|op|dnia|ב-?|the)(?=[\s0-9]))")
_NOTHING = re.compile(r"[\W_]*|n/?a|none|null|unknown|[0\W]*(?:t[0\W]*)?")
#: "Mon Mar 16 13:55:07 2026", as C and JavaScript print dates.
_YEAR_LAST = re.compile(r"(.*[^\W_])\s([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?)\s([0-9]{4})")
_HYPHENS = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013", "-"))
_EPOCH = re.compile(r"[0-9]{10}|[0-9]{13}")
#: What most portals print, and their data hold; it is read without trying every form.
_ISO = re.compile(
    r"([0-9]{4})-([0-9]{2})-([0-9]{2})[ T]([01][0-9]|2[0-3]):([0-5][0-9])"
    r"(?::([0-5][0-9])(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar; the year is None where none is printed."""

    year: int | None
    month: int
    day: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text taken apart.

    days      what the date may mean, by the order of its numbers; a form with one meaning has one entry
    numeric   whether the order of the numbers is for the portal's other rows to settle
    two_digit whether the year is printed with two digits
    weekdays  the weekdays a printed name allows; empty when none is printed
    """

    days: Mapping[Order, Day]
    numeric: bool = False
    two_digit: bool = False
    weekdays: frozenset[int] = frozenset()
    clock: Clock | None = None
    offset_minutes: int | None = None


def parsed(text: str | None, languages: Sequence[str] = ()) -> Parsed | str:
    """What `text` can mean, or why it means no time at all (a sentence for people). Never raises."""
    if text is None:
        return "no date given"
    if len(text) > LONGEST:
        return f"not a date: longer than {LONGEST} characters"
    return _parsed(text, tuple(languages))


# The same rows come again with every visit.
@lru_cache(maxsize=4096)
def _parsed(text: str, languages: tuple[str, ...]) -> Parsed | str:
    return _iso(text) or _taken_apart(text, languages)


def _iso(text: str) -> Parsed | None:
    """A text in the form of ISO 8601, None if it is in another, or no such day or offset."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    date_only, offset = _fixed(year, int(month), day), offset_minutes(zone)
    if not date_only.days or (zone is not None and offset is None):
        return None
    clock = Clock(time(int(hour), int(minute), int(second or 0)), "second" if second else "minute")
    return Parsed(date_only.days, clock=clock, offset_minutes=offset)


def _taken_apart(text: str, languages: tuple[str, ...]) -> Parsed | str:
    if len(plain := fold(text)) > LONGEST:
        return f"not a date: longer than {LONGEST} characters"
    plain = plain if plain.isascii() else _digits(plain.translate(_HYPHENS))
    if _NOTHING.fullmatch(plain):
        return "no date given"
    if _EPOCH.fullmatch(plain):
        return f"not a date: the bare number {plain}"
    body, offset = without_offset(plain)
    problem = f"not a date: {text[:60]}"
    for rest, clock, is_time in _attempts(body):
        found = _date(rest, languages)
        if found is None:
            continue
        if not is_time:
            problem = f"no such time of day: {text[:60]}"
        elif not found[0].days:
            problem = f"no such date: {text[:60]}"
        else:
            day, weekdays = found
            return Parsed(day.days, day.numeric, day.two_digit, weekdays, clock, offset)
    return problem


def _digits(text: str) -> str:
    """`text` with the digits of every writing as Western ones."""
    return "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in text)


def _attempts(body: str) -> Iterator[tuple[str, Clock | None, bool]]:
    """Each way to part `body` into a date and a time; the third says whether the time can exist."""
    if re.fullmatch(r"[0-9]{14}", body):
        body = f"{body[:8]} {body[8:]}"
    if found := _YEAR_LAST.fullmatch(body):
        body = f"{found[1]} {found[3]} {found[2]}"
    for rest, clock in splits(body):
        yield rest, clock, clock is not None
    yield body, None, True


# Many rows are of one day.
@lru_cache(maxsize=4096)
def _date(text: str, languages: tuple[str, ...]) -> tuple[Parsed, frozenset[int]] | None:
    """The date `text` is, with or without a weekday at either end; None if it has no date's form."""
    text = _trimmed(_AFTER_CJK_DAY.sub(" ", text))
    if found := _form(text):
        return found, frozenset()
    for pattern in (_WEEKDAY_FIRST, _WEEKDAY_LAST):
        weekday = pattern.match(text) if pattern is _WEEKDAY_FIRST else pattern.search(text)
        if weekday and (days := weekdays_of(weekday["w"], languages)):
            rest = text[weekday.end() :] if pattern is _WEEKDAY_FIRST else text[: weekday.start()]
            if found := _form(_trimmed(rest)):
                return found, days
    return None


def _trimmed(text: str) -> str:
    for _ in range(8):
        shorter = _JOINT_LAST.sub("", text)
        begin = _JOINT_FIRST.match(shorter)
        shorter = shorter[begin.end() :] if begin else shorter
        if shorter == text:
            break
        text = shorter
    return text


def _form(text: str) -> Parsed | None:
    """The date `text` is, by the first form that fits; a form whose numbers are no day has empty `days`."""
    if found := _YMD.fullmatch(text) or _COMPACT.fullmatch(text) or _CJK.fullmatch(text):
        return _fixed(found["y"], int(found["m"]), found["d"])
    if found := _NUMBERS.fullmatch(text):
        return _numeric(int(found[1]), int(found[3]), found[4], found[2])
    if found := _NO_YEAR.fullmatch(text):
        orders: dict[Order, Day] = {"dmy": Day(None, int(found[3]), int(found[1]))}
        if found[2] == "/" and not found[4]:
            orders["mdy"] = Day(None, int(found[1]), int(found[3]))
        return Parsed(_possible(orders), numeric=True)
    for pattern in _NAMED:
        if (found := pattern.fullmatch(text)) and (month := month_of(found["name"])):
            return _fixed(found["y"], month, found["d"])
    return None


def _fixed(year: str | None, month: int, day: str) -> Parsed:
    return Parsed(_possible({"ymd": Day(None if year is None else _year(year), month, int(day))}))


def _numeric(a: int, b: int, last: str, separator: str) -> Parsed:
    """The readings of three numbers. With dots the day comes first if it can: nobody dots month first."""
    year, two_digit = _year(last), len(last) == 2
    dmy, mdy = Day(year, b, a), Day(year, a, b)
    readings: dict[Order, Day] = {"dmy": dmy}
    if separator != "." or not _exists(dmy):
        readings["mdy"] = mdy
    if two_digit:
        readings["ymd"] = Day(2000 + a, b, int(last))
    return Parsed(_possible(readings), numeric=True, two_digit=two_digit)


def _year(text: str) -> int:
    digits = text.lstrip("'")
    return 2000 + int(digits) if len(digits) == 2 else int(digits)


def _possible(readings: Mapping[Order, Day]) -> dict[Order, Day]:
    return {order: day for order, day in readings.items() if _exists(day)}


def _exists(day: Day) -> bool:
    """Whether the calendar has `day`; without a year, whether any year has it."""
    if day.year is not None and not EARLIEST_YEAR <= day.year <= LATEST_YEAR:
        return False
    try:
        date(day.year or 2000, day.month, day.day)
    except ValueError:
        return False
    return True
