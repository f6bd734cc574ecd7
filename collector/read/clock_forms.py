"""The time of day and the offset a printed date text ends (or begins) with.

Works on text as `months.fold` leaves it. What is left beside the time is for `date_forms`. Pure.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Literal

from collector.read.months import fold
from collector.read.offsets import offset_minutes

_AM_CJK, _PM_CJK = f"上午|午前|凌晨|早上|{fold('오전')}", f"下午|午後|{fold('오후')}"
_AM = rf"a\.?\s?m\b\.?|{_AM_CJK}|לפנה[\"״]צ"
_PM = rf"p\.?\s?m\b\.?|{_PM_CJK}|אחה[\"״]צ"
_HALF = rf"(?:(?P<am>{_AM})|(?P<pm>{_PM}))"
_HALF_FIRST = rf"(?:(?:(?P<am1>{_AM})|(?P<pm1>{_PM}))\s?)?"
_H = r"(?P<h>[0-9]{1,2})"
_M = r"(?P<m>[0-9]{2})"
_S = r"(?P<s>[0-9]{2})"
_FRACTION = r"(?:[.,](?P<f>[0-9]{1,9}))?"
_HOUR_WORD = r"uhr|uur|hrs|hs|h|godz"

#: Shapes a time of day has. The last needs a blank or nothing before it: "13.55" is also how dates begin.
_SHAPES = (
    rf"{_HALF_FIRST}{_H}:{_M}(?::{_S}{_FRACTION})?(?:\s?{_HALF})?(?:\s?(?:{_HOUR_WORD})\b\.?)?",
    rf"{_H}\s?h\s?{_M}(?:\s?(?:min|mn|m)\b\.?)?(?:\s?{_S}\s?s)?",
    rf"{_HALF_FIRST}{_H}\s?[時时点點]\s?(?P<m>[0-9]{{1,2}})\s?分(?:\s?(?P<s>[0-9]{{1,2}})\s?秒)?",
    rf"{_HALF_FIRST}{_H}\s?[時时点點]",
    rf"(?:(?P<am1>{_AM_CJK})|(?P<pm1>{_PM_CJK}))\s?{_H}(?=$|\s)",
    rf"{_H}\s?(?:{_HALF}|(?:{_HOUR_WORD})\b\.?)",
    rf"(?<![^\s])(?:(?<=[0-9]{{8}}\s)){_H}{_M}{_S}",
    rf"(?<![^\s])(?:(?<=[0-9]{{8}}\s))(?P<h>[0-9]{{2}}){_M}",
    rf"(?<![^\s]){_H}\.{_M}(?:\.{_S})?(?:\s?{_HALF})?(?:\s?(?:{_HOUR_WORD})\b\.?)?",
)
_AT_END = tuple(re.compile(rf"(?<![0-9:.+-]){shape}$") for shape in _SHAPES)
_AT_START = tuple(re.compile(rf"{shape}(?![0-9:.])") for shape in _SHAPES)

_ZONE_WORDS = (
    "local time|local|heure locale|hora local|ora locale|ortszeit|lokale zeit|lokale tijd|plaatselijke tijd|"
    "czas lokalny|местное время|当地时间|當地時間|現地時間|שעון מקומי|"
    "[ecmp][sd]t|akst|akdt|hst|bst|ist|wes?t|ces?t|ee?s?t|msk|jst|kst|hkt|sgt|a[ecw][sd]t|nz[sd]t|brt|utc|gmt"
)
_ZONE_WORD = re.compile(rf"(?<=[^\w])[(\[]?\s?(?:{_ZONE_WORDS})\s?[)\]]?$")
#: Zones spelt out behind a time, and the names scripts put behind an offset.
_BEIJING = re.compile(r"[(\[]?\s?(?:beijing time|china standard time|北京时间|北京時間)\s?[)\]]?$")
_BEIJING_MINUTES = 480
_ZONE_NAME = re.compile(r"(?<=[0-9z])(?:\s?\[[a-z]+(?:/[a-z_+-]+)*\]|\s?\([a-z][a-z ]+\)|\s[a-z]{3,4})$")
_OFFSET_LAST = re.compile(r"[+\u2212-][0-9]{2}:?[0-9]{2}$|[0-9]z$")
_NAMED_OFFSET = re.compile(r"[(\[]?\s?((?:gmt|utc)\s?(?:[+\u2212-]\s?[0-9]{1,2}(?::?[0-9]{2})?)?)\s?[)\]]?$")
_BARE_OFFSET = re.compile(r"(?<=[0-9m.])(\s?)(z|([+\u2212-])[0-9]{2}(?::?[0-9]{2})?)$")
_ENDS_IN_TIME = re.compile(r"[0-9]{1,2}:?[0-9]{2}(:?[0-9]{2}(?:[.,][0-9]{1,9})?)?(?:\s?[ap]\.?\s?m\.?)?$")
_ISO_T = re.compile(r"(?<=[0-9])t(?=[0-9])")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; `next_day` for 24:00, which is 00:00 of the day after the date it stands with."""

    time: time
    precision: Literal["second", "minute", "hour"]
    next_day: bool = False


def without_offset(text: str) -> tuple[str, int | None]:
    """`text` without the offset or zone words at its end, and the offset in minutes if it states one.

    "13:28-14:28" is a span of time, not an offset: a bare offset west counts only behind seconds, an ISO
    "T" or a blank. Abbreviations such as EST are dropped and state nothing.
    """
    plain = _ISO_T.sub(" ", text)
    if beijing := _BEIJING.search(plain):
        return plain[: beijing.start()].rstrip(), _BEIJING_MINUTES
    shorter = _ZONE_NAME.sub("", plain)
    plain = shorter if _OFFSET_LAST.search(shorter) else plain
    named = _NAMED_OFFSET.search(plain)
    if named and (minutes := offset_minutes(named[1])) is not None:
        return plain[: named.start()].rstrip(), minutes
    bare = _BARE_OFFSET.search(plain)
    timed = _ENDS_IN_TIME.search(plain[: bare.start()]) if bare else None
    if bare and timed and (bare[3] in (None, "+") or bare[1] or timed[1] or plain != text):
        minutes = offset_minutes(bare[2])
        if minutes is not None:
            return plain[: bare.start()].rstrip(), minutes
    return _ZONE_WORD.sub("", plain).rstrip(), None


def splits(text: str) -> Iterator[tuple[str, Clock | None]]:
    """Each way to see a time of day in `text`: the rest, and the time (None: there is no such time)."""
    for pattern in _AT_END:
        if found := pattern.search(text):
            yield text[: found.start()], _clock(found)
    for pattern in _AT_START:
        if found := pattern.match(text):
            yield text[found.end() :], _clock(found)


def _clock(found: re.Match[str]) -> Clock | None:
    part = found.groupdict()
    hour, minute, second = int(part["h"]), int(part.get("m") or 0), int(part.get("s") or 0)
    before_noon, after_noon = part.get("am") or part.get("am1"), part.get("pm") or part.get("pm1")
    if (before_noon and hour > 12) or (after_noon and hour > 23) or (before_noon and after_noon):
        return None
    if before_noon:
        hour %= 12
    elif after_noon and hour < 12:
        hour += 12
    microsecond = int((part.get("f") or "0")[:6].ljust(6, "0"))
    next_day = hour == 24 and not (minute or second or microsecond)
    if (hour > 23 and not next_day) or minute > 59 or second > 59:
        return None
    precision: Literal["second", "minute", "hour"] = "second" if part.get("s") else "minute"
    if not part.get("m"):
        precision = "hour"
    return Clock(time(hour % 24, minute, second, microsecond), precision, next_day)
