"""A printed row with what reading it gave: the wall clock, the claim, the place's zone, the milestone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from scrapers.contract import Row
from scrapers.words import Leg, Milestone

Precision = Literal["second", "minute", "hour", "day"]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row, read.

    position                order on the page, 0 first
    local_time              the wall clock as printed; None when the row has none that can be understood
                            (where none is printed and the data prove the instant: UTC's)
    precision               what `local_time` covers: its second, minute, hour or whole day
    claimed_offset_minutes  the offset the portal states for this row, whether true or not
    sure_offset_minutes     the offset the portal's data prove for this row
    zone, country           of the row's place, where a gazetteer knows it
    time_problem            why there is no `local_time`
    """

    position: int
    printed: Row
    local_time: datetime | None = None
    precision: Precision | None = None
    claimed_offset_minutes: int | None = None
    sure_offset_minutes: int | None = None
    zone: str | None = None
    country: str | None = None
    milestone: Milestone | None = None
    leg: Leg | None = None
    physical: bool | None = None
    time_problem: str | None = None
