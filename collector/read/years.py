"""The years of dates printed without one, chosen for all rows of a reading together.

A row's time may simply be false, so no row decides for the others: each way to choose the years is weighed
as a whole, and the least strained one is taken (dynamic programming over the years a row can have). A row
that is a few days out of order, or a few days after the page was seen, is cheaper than a year's gap in the
list, and so is read in the obvious year. Pure: `seen`, when the page was seen, is a naive UTC wall time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from collector.read.date_forms import Day, Parsed

#: A date may lie this far after the page was seen (a wall clock ahead of UTC, an announced day).
ANNOUNCED = timedelta(days=2)
#: A time that is simply false may lie this much further ahead.
FALSELY_AHEAD = timedelta(days=8)

#: What a day against the page's order costs, when a day along it costs 1: a row out of order by less than
#: 60 days is a late, pinned or false one; by more it belongs to the year before.
_AGAINST = 5.0
#: A step costs no more than this, lest one absurd date draw its neighbours after it.
_MOST_ALONG, _MOST_AGAINST = 1000.0, 1500.0
#: What a day between the newest row and the visit costs: a list is looked at when it is fresh.
_STALE = 0.5
#: What each row after the visit costs: one may be false; several are rather a list of last year.
_AHEAD = 90.0
#: Beyond any cost of order: a printed weekday settles the year.
_WRONG_WEEKDAY = 10_000.0

_YEARS_BACK = 4
_LEAP_YEARS_BACK = 9


@dataclass(frozen=True, slots=True)
class _Chain:
    """The best choice of years up to a row: its cost, then its age in days; `before` is the row's before."""

    cost: float
    age: int
    at: datetime
    before: "_Chain | None"


def dates_with_years(
    rows: Sequence[tuple[Day, Parsed] | None], seen: datetime, newest_first: bool | None
) -> list[date | None]:
    """Each row's date, a year that is not printed chosen; None for None, and where no year fits.

    Chosen are the years that strain the page's order least, then the latest. A page whose direction is not
    known is read in the one that costs less.
    """
    known = [
        (place, found)
        for place, row in enumerate(rows)
        if row is not None and (found := _candidates(row[0], row[1], seen))
    ]
    dates: list[date | None] = [None] * len(rows)
    if all(len(found) == 1 for _, found in known):
        for place, found in known:
            dates[place] = found[0][0].date()
        return dates
    directions = (True, False) if newest_first is None else (newest_first,)
    ways = [_best([found for _, found in (known if way else known[::-1])], seen) for way in directions]
    cheapest = min(range(len(ways)), key=lambda n: ways[n][0])
    chosen = ways[cheapest][1] if directions[cheapest] else ways[cheapest][1][::-1]
    for (place, _), moment in zip(known, chosen, strict=True):
        dates[place] = moment.date()
    return dates


def moment_of(day: date, row: Parsed) -> datetime:
    """The wall time of `row` on that day; its start where no time is printed."""
    return datetime.combine(day, row.clock.time if row.clock else time())


def _candidates(day: Day, row: Parsed, seen: datetime) -> list[tuple[datetime, float]]:
    """The moments a row can mean, latest first, and what speaks against each by itself."""
    if day.year is not None:
        return [(moment_of(date(day.year, day.month, day.day), row), 0.0)]
    limit = seen + ANNOUNCED + FALSELY_AHEAD
    back = _LEAP_YEARS_BACK if (day.month, day.day) == (2, 29) else _YEARS_BACK
    years = range(limit.year, max(limit.year - back, 1) - 1, -1)
    found = [d for year in years if (d := _in_year(day, year)) and moment_of(d, row) <= limit]
    return [(moment_of(d, row), _against(d, row, seen)) for d in found]


def _against(day: date, row: Parsed, seen: datetime) -> float:
    """What speaks against a row's being of that day, whatever stands beside it."""
    is_wrong_weekday = bool(row.weekdays) and day.weekday() not in row.weekdays
    is_ahead = moment_of(day, row) > seen + ANNOUNCED
    return is_wrong_weekday * _WRONG_WEEKDAY + is_ahead * _AHEAD


def _in_year(day: Day, year: int) -> date | None:
    try:
        return date(year, day.month, day.day)
    except ValueError:
        return None


def _best(rows: Sequence[list[tuple[datetime, float]]], seen: datetime) -> tuple[float, list[datetime]]:
    """The cost and the moments of the least strained choice; `rows` run from the newest to the oldest."""
    chains: list[_Chain] = []
    for found in rows:
        chains = [_longer(chains, at, against, seen) for at, against in found]
    last = min(chains, key=lambda chain: (chain.cost, chain.age), default=None)
    cost, moments = (last.cost if last else 0.0), []
    while last is not None:
        moments.append(last.at)
        last = last.before
    return cost, moments[::-1]


def _longer(chains: Sequence[_Chain], at: datetime, against: float, seen: datetime) -> _Chain:
    """The best chain that ends with `at`."""
    age = (seen - at).days
    if not chains:
        return _Chain(against + _from_visit(at, seen), age, at, None)
    best = min(chains, key=lambda chain: (chain.cost + _step(chain.at, at), chain.age))
    return _Chain(best.cost + _step(best.at, at) + against, best.age + age, at, best)


def _step(newer: datetime, older: datetime) -> float:
    """What it costs that `older` stands next behind `newer`."""
    days = (newer - older) / timedelta(days=1)
    return min(days, _MOST_ALONG) if days >= 0 else min(-days * _AGAINST, _MOST_AGAINST)


def _from_visit(newest: datetime, seen: datetime) -> float:
    """What it costs that the list was looked at so long after its newest row, or before it."""
    if newest <= seen + ANNOUNCED:
        return _STALE * max((seen - newest) / timedelta(days=1), 0.0)
    return _step(seen, newest)
