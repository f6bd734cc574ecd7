"""When runs are due: times of day on the clock of this machine, the same every day. Pure.

Every scheduler can say "daily at", few can say "every seven hours": periods are those that divide a day.
"""

import re
from collections.abc import Iterable
from datetime import datetime, time, timedelta
from hashlib import sha256

from collector.errors import UsageError

_DAY = 24 * 60
#: Task Scheduler takes 48 triggers at most; portals' budgets would give nothing more often than this anyway.
_SHORTEST = 30
_MOST = _DAY // _SHORTEST
#: One of the times is in the hour after 7: whoever's machine runs by day only has a run then.
_MORNING = 7 * 60
_PERIOD = re.compile(r"(\d{1,4}) ?(m|min|h|d)", re.ASCII)
_UNITS = {"m": 1, "min": 1, "h": 60, "d": _DAY}
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


def every(period: str, whose: str) -> tuple[time, ...]:
    """Times of day `period` apart ("6h", "30m", "1d"). Raises UsageError.

    `whose` settles the minutes, always the same way: not everybody's runs are to begin on the hour.
    """
    found = _PERIOD.fullmatch(period.strip().lower())
    minutes = int(found[1]) * _UNITS[found[2]] if found else 0
    if not _SHORTEST <= minutes <= _DAY or _DAY % minutes:
        raise UsageError(
            f"--every {period}: give a time from 30m to 24h that divides a day, such as 30m, 2h, 6h or 24h"
        )
    own = int.from_bytes(sha256(whose.encode("utf-8", "surrogateescape")).digest()[:4], "big")
    first = (_MORNING + own % min(60, minutes)) % minutes
    return tuple(time(*divmod(minute, 60)) for minute in range(first, _DAY, minutes))


def at(texts: Iterable[str]) -> tuple[time, ...]:
    """The times of day in `texts` ("07:30"), each once, in order. Raises UsageError."""
    found = set()
    for text in texts:
        parts = _TIME.fullmatch(text.strip())
        if parts is None:
            raise UsageError(f"--at {text}: give a time of day such as 07:30")
        found.add(time(int(parts[1]), int(parts[2])))
    if len(found) > _MOST:
        raise UsageError(f"--at: {_MOST} times a day are the most")
    return tuple(sorted(found))


def in_words(times: Iterable[time]) -> str:
    """`times` for people."""
    return ", ".join(f"{one:%H:%M}" for one in times)


def last_due(times: Iterable[time], now: datetime) -> datetime | None:
    """The latest moment of `times` up to `now`, which is aware and on the clock the times are meant for."""
    days = (now.date(), now.date() - timedelta(days=1))
    moments = [datetime.combine(day, one, now.tzinfo) for day in days for one in times]
    return max((moment for moment in moments if moment <= now), default=None)
