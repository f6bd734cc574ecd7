"""Which order the numbers of a portal's dates have, and which year those without one: settled by its rows.

One reading's rows settle each other: a value above 12, a printed weekday, the time the page was seen, and
the order of the rows. Pure: `seen`, when the page was seen, comes in as a naive UTC wall time.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from collector.read.date_forms import Day, Order, Parsed

#: A wall clock leads UTC by 14 hours at most; the rest is room for a page saved some hours after it was seen.
LEAD = timedelta(hours=36)
#: A date without a year may lie this far after the page was seen (an announced day) before it is last year's.
ANNOUNCED = timedelta(days=2)
#: Rows stray from their order by hours or a day (late scans); a misread month strays by weeks.
STRAY = timedelta(days=2)
#: A row out of order by less than this is a late or pinned one; by more it belongs to the year before.
PINNED = timedelta(days=60)

_YEARS_BACK = 4
_LEAP_YEARS_BACK = 9


def plausible(row: Parsed, declared: Order | None, seen: datetime) -> Parsed:
    """`row` without year-first readings of a two-digit year that nothing speaks for.

    They are kept where that order is declared, or where none is and the day is not ahead of `seen`;
    otherwise "31/02/24" would be taken for February 2031.
    """
    year_first = row.days.get("ymd")
    if not row.two_digit or declared == "ymd" or year_first is None:
        return row
    if declared is None and not _is_ahead(year_first, row, seen):
        return row
    return replace(row, days={order: day for order, day in row.days.items() if order != "ymd"})


def settled_order(
    rows: Sequence[Parsed], declared: Order | None, seen: datetime, newest_first: bool | None
) -> Order | None:
    """The order of the numbers in these rows' dates, None if they leave it open.

    A declared order holds unless the calendar refutes it. Else each kind of evidence is asked in turn; one
    that would leave no order standing is not counted.
    """
    numeric = [row for row in rows if row.numeric and row.days]
    orders: list[Order] = [o for o in ("dmy", "mdy", "ymd") if all(o in row.days for row in numeric)]
    if declared in orders:
        return declared
    evidence: tuple[Callable[[Order], bool], ...] = (
        lambda order: all(_fits_weekday(row.days[order], row, seen) for row in numeric),
        lambda order: not any(_is_ahead(row.days[order], row, seen) for row in numeric),
        lambda order: _keeps_row_order(rows, order, seen, newest_first),
    )
    for speaks_for in evidence:
        if len(orders) > 1:
            orders = [order for order in orders if speaks_for(order)] or orders
    return orders[0] if len(orders) == 1 else None


def day_of(row: Parsed, order: Order | None) -> Day | None:
    """The day `row` means when numbers stand in `order`; None if that is open and makes a difference."""
    meanings = set(row.days.values())
    if len(meanings) == 1:
        return meanings.pop()
    return None if order is None else row.days.get(order)


def dates_with_years(
    rows: Sequence[tuple[Day, Parsed] | None], seen: datetime, newest_first: bool | None
) -> list[date | None]:
    """Each row's date, a year that is not printed chosen; None for None, and where no year fits.

    Chosen is the latest year that is not after `seen`, fits a printed weekday, and keeps the rows in the
    page's order. A page whose direction is not known is read in the one that spans fewer days.
    """
    if newest_first is not None:
        return _walked(rows, seen, newest_first)
    return min((_walked(rows, seen, direction) for direction in (True, False)), key=_span)


def _walked(
    rows: Sequence[tuple[Day, Parsed] | None], seen: datetime, newest_first: bool
) -> list[date | None]:
    dates: list[date | None] = [None] * len(rows)
    limit = seen + ANNOUNCED
    positions: Iterable[int] = range(len(rows)) if newest_first else reversed(range(len(rows)))
    for position in positions:
        row = rows[position]
        if row is None:
            continue
        chosen = _dated(row[0], row[1], limit)
        dates[position] = chosen
        if chosen is not None:
            limit = min(seen + ANNOUNCED, _moment(chosen, row[1]) + PINNED)
    return dates


def _dated(day: Day, row: Parsed, limit: datetime) -> date | None:
    """`day` with its printed year, or the latest year that is not after `limit` and fits the weekday."""
    if day.year is not None:
        return date(day.year, day.month, day.day)
    leap_day = (day.month, day.day) == (2, 29)
    years = range(limit.year, max(limit.year - (_LEAP_YEARS_BACK if leap_day else _YEARS_BACK), 1), -1)
    found = [d for year in years if (d := _in_year(day, year)) and _moment(d, row) <= limit]
    fitting = [d for d in found if not row.weekdays or d.weekday() in row.weekdays]
    return next(iter(fitting or found), None)


def _in_year(day: Day, year: int) -> date | None:
    try:
        return date(year, day.month, day.day)
    except ValueError:
        return None


def _moment(day: date, row: Parsed) -> datetime:
    return datetime.combine(day, row.clock.time if row.clock else time())


def _fits_weekday(day: Day, row: Parsed, seen: datetime) -> bool:
    found = _dated(day, row, seen + ANNOUNCED)
    return not row.weekdays or (found is not None and found.weekday() in row.weekdays)


def _is_ahead(day: Day, row: Parsed, seen: datetime) -> bool:
    return day.year is not None and _moment(date(day.year, day.month, day.day), row) > seen + LEAD


def _keeps_row_order(rows: Sequence[Parsed], order: Order, seen: datetime, newest_first: bool | None) -> bool:
    """Whether, read in `order`, the rows run in the page's direction (in either, if unknown)."""
    days = [(day, row) for row in rows if (day := day_of(row, order))]
    dates = [d for d in dates_with_years(days, seen, newest_first) if d]
    steps = [after - before for before, after in pairwise(dates)]
    falls = all(step <= STRAY for step in steps)
    rises = all(step >= -STRAY for step in steps)
    return (falls or rises) if newest_first is None else (falls if newest_first else rises)


def _span(dates: Sequence[date | None]) -> timedelta:
    known = [d for d in dates if d]
    return max(known) - min(known) if known else timedelta()
