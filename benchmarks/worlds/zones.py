"""Wall clocks of zones, in minutes from UTC."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo


def offset_at(zone: str, at: datetime) -> int:
    """The zone's offset at an instant, in minutes."""
    offset = at.astimezone(ZoneInfo(zone)).utcoffset()
    return 0 if offset is None else int(offset.total_seconds() // 60)


def winter_offset(zone: str, at: datetime) -> int:
    """The zone's standard offset in the year of an instant."""
    return min(offset_at(zone, datetime(at.year, month, 1, 12, tzinfo=UTC)) for month in (1, 7))


def wall(at: datetime, offset_minutes: int) -> datetime:
    """The wall clock at an instant, without a zone."""
    return (at.astimezone(UTC) + timedelta(minutes=offset_minutes)).replace(tzinfo=None)


def next_between(at: datetime, zone: str, first_hour: float, last_hour: float, share: float) -> datetime:
    """The earliest instant from `at` whose local hour lies between the two; `share` places it in the window.

    An instant that is inside already is left alone.
    """
    local_time = wall(at, offset_at(zone, at))
    hour = local_time.hour + local_time.minute / 60
    if first_hour <= hour < last_hour:
        return at
    wanted = timedelta(hours=first_hour + share * (last_hour - first_hour))
    days = timedelta(days=1 if hour >= last_hour else 0)
    moved = local_time.replace(hour=0, minute=0, second=0) + days + wanted - local_time
    return at + moved


@cache
def changes(zone: str, year: int) -> tuple[datetime, ...]:
    """The instants of the year at which the zone's clocks change, to the minute."""
    found = []
    start = datetime(year, 1, 1, tzinfo=UTC)
    for day in range(366):
        first, last = start + timedelta(days=day), start + timedelta(days=day + 1)
        if offset_at(zone, first) == offset_at(zone, last):
            continue
        while last - first > timedelta(minutes=1):
            middle = first + (last - first) / 2
            same = offset_at(zone, first) == offset_at(zone, middle)
            first, last = (middle, last) if same else (first, middle)
        found.append(last.replace(second=0, microsecond=0))
    return tuple(found)


def offset_text(minutes: int) -> str:
    """ "+05:30"."""
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
