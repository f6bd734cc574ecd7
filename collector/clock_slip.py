"""How far this machine's clock is from those of the portals' servers. Pure.

A server's `Date` may come from a cache and be hours old, so that it proves only that it is at least so late:
of each portal's last visits the latest date counts, and no portal alone can say that this clock is fast.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

#: Loading a page takes a while, and servers are off by seconds.
TOLERATED = timedelta(minutes=5)
#: What was seen longer ago than this before the newest visit was perhaps seen with another clock.
RECENT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a portal was visited by this machine's clock, and by its server's."""

    portal: str
    seen_at: datetime
    server_date: datetime


@dataclass(frozen=True, slots=True)
class Slip:
    """How much this clock is behind the servers' (below 0: before them), by the word of so many portals."""

    behind: timedelta
    portals: int

    @property
    def is_wrong(self) -> bool:
        """Whether it is too far off, and surely."""
        if self.behind > TOLERATED:
            return True
        return self.behind < -TOLERATED and self.portals > 1


def slip(stamps: Iterable[Stamp]) -> Slip | None:
    """What the last day of visits says of this machine's clock, None if nothing."""
    found = list(stamps)
    if not found:
        return None
    newest = max(one.seen_at for one in found)
    latest: dict[str, timedelta] = defaultdict(lambda: timedelta.min)
    for one in found:
        if newest - one.seen_at <= RECENT:
            latest[one.portal] = max(latest[one.portal], one.server_date - one.seen_at)
    behind = median(difference.total_seconds() for difference in latest.values())
    return Slip(timedelta(seconds=round(behind)), len(latest))


def in_words(found: Slip) -> str:
    """The slip for a person, to the minute."""
    minutes = round(abs(found.behind.total_seconds()) / 60)
    unit = "portal" if found.portals == 1 else "portals"
    if minutes <= TOLERATED.total_seconds() / 60:
        return f"it agrees with the servers of {found.portals} {unit}"
    length = f"{minutes / 60:.1f} h" if minutes >= 120 else f"{minutes} min"
    side = "behind" if found.behind > timedelta() else "before"
    return f"it is {length} {side} the servers of {found.portals} {unit}"
