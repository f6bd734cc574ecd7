"""What moments a printed time covers, and when two of them can be one. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from collector.read.offsets import EASTERNMOST, WESTERNMOST, offset_of_zone
from collector.read.rows import Precision, ReadRow

#: Two instants agree when the spans they stand for are at most this far apart.
AGREE = timedelta(seconds=60)

#: From one half of the day to the other.
HALF_DAY = timedelta(hours=12)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall times are naive
_LENGTH = {
    "second": timedelta(0),
    "minute": timedelta(seconds=59),
    "hour": timedelta(minutes=59, seconds=59),
    "day": timedelta(hours=23, minutes=59, seconds=59),
}


@dataclass(frozen=True, slots=True)
class Span:
    """From the earliest to the latest moment a reading covers: UTC, or naive where it is wall time.

    `is_day` marks a date without a time: it agrees with what falls on it and with nothing else.
    """

    earliest: datetime
    latest: datetime
    is_day: bool = False

    def gap_to(self, other: "Span") -> timedelta:
        """How far `other` lies after (positive) or before (negative) this span, zero where they overlap."""
        if other.earliest > self.latest:
            return other.earliest - self.latest
        if other.latest < self.earliest:
            return other.latest - self.earliest
        return timedelta(0)

    def agrees_with(self, other: "Span") -> bool:
        """Whether both can be the same moment: at most 60 s apart, with a date overlapping."""
        return abs(self.gap_to(other)) <= (timedelta(0) if self.is_day or other.is_day else AGREE)


def is_fine(row: ReadRow) -> bool:
    """Whether a row prints a time at least to the minute."""
    return row.precision in ("second", "minute")


def wall_span(row: ReadRow) -> Span | None:
    """The wall-clock span a row prints (naive), None if it prints no time that can be understood."""
    return None if row.local_time is None or row.precision is None else _wall(row.local_time, row.precision)


# A row is asked for its span again and again while its parcel is looked at.
@lru_cache(maxsize=4096)
def _wall(local_time: datetime, precision: Precision) -> Span | None:
    try:
        return Span(local_time, local_time + _LENGTH[precision], precision == "day")
    except OverflowError:
        return None


def wall_seconds(row: ReadRow) -> int | None:
    """The first moment of the wall-clock span, in seconds since 1970 as if it were UTC."""
    return None if row.local_time is None else _seconds(row.local_time)


@lru_cache(maxsize=4096)
def _seconds(local_time: datetime) -> int:
    return int((local_time - _EPOCH) / timedelta(seconds=1))


def span_at(row: ReadRow, offset_minutes: int | None) -> Span | None:
    """The UTC span of a row read at an offset, None without either."""
    wall = wall_span(row)
    return None if wall is None or offset_minutes is None else _at_offset(wall, offset_minutes)


def _at_offset(wall: Span, offset_minutes: int) -> Span | None:
    by = timedelta(minutes=offset_minutes)
    try:
        earliest = (wall.earliest - by).replace(tzinfo=UTC)
        is_instant = wall.latest == wall.earliest
        return Span(earliest, earliest if is_instant else (wall.latest - by).replace(tzinfo=UTC), wall.is_day)
    except OverflowError:
        return None


def span_in(row: ReadRow, zone: str) -> Span | None:
    """The UTC span of a row read in a zone, with the days of 23 and 25 hours that zones have.

    A wall time in the hour an autumn change repeats can be either of two moments: the span covers both.
    """
    wall = wall_span(row)
    span = span_at(row, zone_offset(row, zone))
    if wall is None or span is None:
        return None
    try:
        latest = wall.latest.replace(tzinfo=ZoneInfo(zone), fold=1).astimezone(UTC)
    except OverflowError:
        return span
    # In the hour a spring change skips the later offset gives the earlier moment.
    return Span(span.earliest, max(latest, span.earliest if wall.is_day else span.latest), wall.is_day)


def zone_offset(row: ReadRow, zone: str) -> int | None:
    """Minutes east of UTC of a row read in a zone, None without a time or for an unknown zone."""
    return None if row.local_time is None else offset_of_zone(zone, row.local_time)


def is_half_day(offset: int, other: int | None) -> bool:
    """Whether two offsets are twelve hours apart: a time of the wrong half of the day, as a rule."""
    return other is not None and timedelta(minutes=abs(offset - other)) == HALF_DAY


def fitting_offset(wall: Span, instant: Span) -> int | None:
    """The offset (a multiple of 15 minutes, -12:00 to +14:00) that makes `wall` mean `instant`, if any."""
    apart = wall.earliest.replace(tzinfo=UTC) - instant.earliest
    minutes = round(apart.total_seconds() / 900) * 15
    if not WESTERNMOST <= minutes <= EASTERNMOST:
        return None
    shifted = _at_offset(wall, minutes)
    return minutes if shifted is not None and shifted.agrees_with(instant) else None
