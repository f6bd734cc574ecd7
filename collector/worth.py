"""What a visit is worth, for portals that may not be asked everything that is due. Pure.

The most valuable visits come first. One that waits moves up a step every two days, so that nothing is put off
for ever, however many more valuable ones there are.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum

from collector.cadence import ANSWERS, DAY, OVER, Tries

#: A buyer's protection that ends within so many days is near.
PROTECTION_NEAR_DAYS = 10
#: After so long a visit that waits moves up a step.
STEP = timedelta(days=2)
_NEAR_ITS_OWNER = frozenset({"last_mile", "pickup"})
_NEVER = datetime.min.replace(tzinfo=UTC)


class Worth(IntEnum):
    """Why a visit is made before others, the most valuable first."""

    PROTECTION_ENDS = 0
    NEAR_ITS_OWNER = 1
    CONTRADICTED = 2
    NEVER_ASKED = 3
    ORDINARY = 4
    JUST_FAILED = 5

    @property
    def said(self) -> str:
        """In words."""
        return _SAID[self]


_SAID = {
    Worth.PROTECTION_ENDS: "the buyer's protection ends soon",
    Worth.NEAR_ITS_OWNER: "it is near its owner",
    Worth.CONTRADICTED: "portals contradict each other",
    Worth.NEVER_ASKED: "this portal was never asked about it",
    Worth.ORDINARY: "nothing special",
    Worth.JUST_FAILED: "the last visit has just failed",
}


@dataclass(frozen=True, slots=True)
class Stakes:
    """What hangs on a parcel.

    protection_ends_on  the first of its orders' that are not over
    is_contradicted     whether somebody's time of it is wrong
    """

    stage: str | None = None
    protection_ends_on: date | None = None
    is_contradicted: bool = False


def worth(stakes: Stakes, tries: Tries | None, now: datetime) -> Worth:
    """What asking one portal about the parcel is worth now."""
    if tries is not None and tries.last_outcome not in ANSWERS and abs(now - tries.last_at) < DAY:
        return Worth.JUST_FAILED  # a page that always fails must not keep others from their turn
    if stakes.stage not in OVER and is_near(stakes.protection_ends_on, now):
        return Worth.PROTECTION_ENDS
    if stakes.stage in _NEAR_ITS_OWNER:
        return Worth.NEAR_ITS_OWNER
    if stakes.is_contradicted and stakes.stage not in OVER:
        return Worth.CONTRADICTED
    return Worth.NEVER_ASKED if tries is None else Worth.ORDINARY


def is_near(protection_ends_on: date | None, now: datetime) -> bool:
    """Whether a protection ends soon, and has not ended."""
    return protection_ends_on is not None and 0 <= (protection_ends_on - now.date()).days <= (
        PROTECTION_NEAR_DAYS
    )


def place(
    one: Worth, due_since: datetime | None, last_at: datetime | None, now: datetime
) -> tuple[int, datetime]:
    """Where a visit stands among those of its portal: the smaller, the sooner; of equals the longest unseen.

    `due_since` is when it became due, None where that is not known.
    """
    waited = timedelta() if due_since is None else max(now - due_since, timedelta())
    return int(one) - waited // STEP, last_at or _NEVER
