"""Printed dates and times of one reading, read together: what each says, or why it says nothing.

Pure: knows no clock and no zone. The forms stand in `date_forms` and `clock_forms`, the names in
`months.toml`; what rows settle for each other in `date_order` and `years`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from collector.read.date_forms import Day, Order, Parsed, parsed
from collector.read.date_order import day_of, plausible, settled_order
from collector.read.years import dates_with_years

_UNIX = re.compile(r"[12][0-9]{9}(?:[0-9]{3})?")
#: How far from the visit a moment may lie.
_BACK, _AHEAD = timedelta(days=400), timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Printed:
    """What one printed text says.

    local_time      the wall clock, naive; 00:00 for a date alone; None if the text is not understood
    precision       what it covers: its second, minute, hour or whole day
    offset_minutes  the offset printed inside the text itself ("...Z", "...+08:00", "... GMT+8")
    problem         why there is no time, a sentence for people
    """

    local_time: datetime | None
    precision: Literal["second", "minute", "hour", "day"] | None
    offset_minutes: int | None
    problem: str | None


def read_times(
    texts: Sequence[str | None],
    *,
    order: Order | None,
    seen_at: datetime,
    newest_first: bool | None = None,
    languages: Sequence[str] = (),
) -> list[Printed]:
    """What each of one reading's `texts` says, in the order the page shows them.

    `order` is how the portal declares its all-digit dates; `languages` decide only between weekday names
    that several languages use. Raises ValueError for a naive `seen_at`, nothing for any text.
    """
    if seen_at.tzinfo is None:
        raise ValueError("seen_at has no zone")
    texts = [_instant_text(text, seen_at) or text for text in texts]
    spoken = tuple(languages)
    alone = [_alone(text, spoken) for text in texts]
    if None not in alone:
        return [found for found in alone if found is not None]
    seen = seen_at.astimezone(UTC).replace(tzinfo=None)
    rows = [
        plausible(row, order, seen) if isinstance(row, Parsed) else row
        for row in (parsed(text, languages) for text in texts)
    ]
    settled = settled_order([row for row in rows if isinstance(row, Parsed)], order, seen, newest_first)
    days = [_day_and_row(row, settled) for row in rows]
    dates = dates_with_years(days, seen, newest_first)
    return [_printed(row, found, text) for row, found, text in zip(rows, dates, texts, strict=True)]


def _instant_text(text: str | None, seen_at: datetime) -> str | None:
    """Unix seconds or milliseconds as ISO text, None for all else: some portals' data have nothing but these.

    Only a moment near the visit is one: ten digits may as well be a day and its hour, or a number.
    """
    digits = (text or "").strip()
    if not _UNIX.fullmatch(digits):
        return None
    moment = datetime.fromtimestamp(int(digits[:10]), UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if -_AHEAD < seen_at - moment < _BACK else None


# The same rows come again with every visit.
@lru_cache(maxsize=4096)
def _alone(text: str | None, languages: tuple[str, ...]) -> Printed | None:
    """What a text says whatever stands beside it and whenever it is seen; None if that makes a difference."""
    row = parsed(text, languages)
    if isinstance(row, str):
        return _printed(row, None, text)
    day = None if row.two_digit else day_of(row, None)
    if day is None or day.year is None:
        return None
    return _printed(row, date(day.year, day.month, day.day), text)


def _day_and_row(row: Parsed | str, order: Order | None) -> tuple[Day, Parsed] | None:
    if isinstance(row, str):
        return None
    day = day_of(row, order)
    return None if day is None else (day, row)


def _printed(row: Parsed | str, found: date | None, text: str | None) -> Printed:
    if isinstance(row, str):
        return Printed(None, None, None, row)
    if found is None:
        return Printed(None, None, row.offset_minutes, _open_question(row, text))
    if row.clock is None:
        return Printed(datetime.combine(found, time()), "day", row.offset_minutes, None)
    local_time = datetime.combine(found, row.clock.time) + timedelta(days=int(row.clock.next_day))
    return Printed(local_time, row.clock.precision, row.offset_minutes, None)


def _open_question(row: Parsed, text: str | None) -> str:
    if not row.days:
        return f"no such date: {text}"
    if len(set(row.days.values())) == 1:
        return f"no year fits: {text}"
    parts = "day, month and year" if row.two_digit and "ymd" in row.days else "day and month"
    return f"{parts} cannot be told apart: {text}"
