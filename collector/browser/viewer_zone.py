"""The zone pages are rendered for: one whose offset never changes, so that no row moves with summer time."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from collector.errors import UsageError

_YEARS = range(2015, 2036)


def fixed_offset_minutes(zone: str) -> int:
    """Minutes east of UTC of `zone`. Raises UsageError for an unknown zone, or one whose offset changes."""
    try:
        info = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:  # KeyError: ZoneInfoNotFoundError is one
        raise UsageError(f"{zone!r} is no time zone") from error
    months = (datetime(year, month, 1, tzinfo=UTC) for year in _YEARS for month in range(1, 13))
    offsets = {month.astimezone(info).utcoffset() for month in months}
    (offset, *others) = offsets
    if others or offset is None:
        raise UsageError(f"the zone {zone} changes its offset; use UTC or one that does not, like Etc/GMT-8")
    return int(offset.total_seconds() // 60)
