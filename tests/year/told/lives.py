"""What the machine had been shown of a parcel by the end of a run: what every rule is judged by."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from tests.year.machine import Ran
from tests.year.parcels import Sent
from tests.year.truths import Sight, Year

#: Milestones after which nothing more is expected.
OVER = frozenset({"delivered", "returned", "cancelled"})
#: What happened so long before the parcel was first looked at is history, and what is older is too.
_GRACE, _TOO_OLD = timedelta(days=1), timedelta(days=30)
#: Nothing is due of what ended so long ago.
_REMEMBERED = timedelta(days=90)
#: How far a moment may be off that no zone is known of.
ASTRAY = timedelta(hours=14)


@dataclass(slots=True)
class Judged:
    """What was due of one rule and was told; what was not, and what was told and must not have been."""

    told: int = 0
    due: int = 0
    missed: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        """A line for each."""
        return [f"not told: {one}" for one in self.missed] + [f"told falsely: {one}" for one in self.false]


class Life:
    """One parcel, as it was shown."""

    def __init__(self, year: Year, sent: Sent) -> None:
        self.year = year
        self.sent = sent
        self.name = sent.journey.name
        self.sights = year.sights.get(self.name, [])
        self.visits = year.visits_to.get(self.name, [])

    @property
    def first_look(self) -> datetime | None:
        """When it was visited first."""
        return self.visits[0].at if self.visits else None

    @cached_property
    def runs(self) -> list[Ran]:
        """The runs since that came to their end with the right time, while it may make news."""
        if not self.visits:
            return []
        until = max(h.at for h in self.sent.journey.happenings) + _REMEMBERED
        later = self.year.ran[self.visits[0].run :]
        return [one for one in later if _is_well_ended(one) and one.began_at < until]

    def by(self, run: int, *, sure: bool = False) -> list[Sight]:
        """What had been shown by the end of a run; with `sure` only what nobody can doubt."""
        return [one for one in self.sights if one.run <= run and (one.sure or not sure)]

    def may_be(self, run: int, milestones: frozenset[str] | set[str]) -> bool:
        """Whether by the end of a run a row was shown that may mean one of these."""
        return any(milestones.intersection(one.row.shown_as.milestones) for one in self.by(run))

    def is_surely(self, run: int, milestone: str) -> bool:
        """Whether by the begin of a run a row was shown that can mean nothing else."""
        return any(means(one, milestone) for one in self.by(run - 1, sure=True))

    def is_news(self, at: datetime, run: int) -> bool:
        """Whether what came to be then is no history to a run, whatever its zone."""
        began = self.year.ran[run].began_at
        looked = self.first_look
        return looked is not None and at >= looked - _GRACE + ASTRAY and began - at < _TOO_OLD - ASTRAY


def lives(year: Year) -> Iterator[Life]:
    """Every parcel's."""
    return (Life(year, sent) for sent in year.parcels)


def means(sight: Sight, milestone: str) -> bool:
    """Whether a row can mean that milestone only."""
    return sight.row.shown_as.milestones == (milestone,)


def tells_by(year: Year, run: int) -> Ran | None:
    """The first run from this one on that comes to its end with the right time; None: there is none yet."""
    return next((one for one in year.ran[run:] if _is_well_ended(one)), None)


def _is_well_ended(ran: Ran) -> bool:
    return ran.exit_status is not None and not ran.day.slip
