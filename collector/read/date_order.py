"""Which order the numbers of a portal's dates have, settled by the rows of one reading.

Rows settle each other: a value above 12, a printed weekday, the time the page was seen, the order of the
rows, and whether all dates would share one day of the month. Single rows may be false, so each kind of
evidence must speak clearly for one order, not without exception. Pure: `seen`, when the page was seen, is a
naive UTC wall time.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from collector.read.date_forms import Day, Order, Parsed
from collector.read.years import dates_with_years, moment_of

#: A wall clock leads UTC by 14 hours at most; the rest is room for a page saved some hours after it was seen.
LEAD = timedelta(hours=36)
#: Rows stray from their order by hours or a day (late scans); a misread month strays by weeks.
STRAY = timedelta(days=2)
#: A row so young is believed before one so old, where a two-digit year leaves both open.
_FRESH, _STALE = timedelta(days=400), timedelta(days=800)
#: Evidence settles an order when it speaks this many times as much against every other.
CLEARLY = 3
#: So many different dates are not all on one day of the month by chance.
_DATES = 3
#: That two are speaks against an order as much as one false time does against another, in days astray.
_COINCIDENCE = 7.0

_ORDERS: tuple[Order, ...] = ("dmy", "mdy", "ymd")


def plausible(row: Parsed, declared: Order | None, seen: datetime) -> Parsed:
    """`row` without readings of a two-digit year that nothing speaks for.

    Where the year may stand first or last and no order is declared, the readings that make the row years
    old fall if another makes it fresh. A year-first reading ahead of `seen` falls too: "31/02/24" is not
    February 2031.
    """
    year_first = row.days.get("ymd")
    if not row.two_digit or declared == "ymd" or year_first is None:
        return row
    if declared is not None or _ahead(year_first, row, seen) > LEAD:
        return replace(row, days={order: day for order, day in row.days.items() if order != "ymd"})
    ages = {order: -_ahead(day, row, seen) for order, day in row.days.items()}
    if not any(-LEAD <= age <= _FRESH for age in ages.values()):
        return row
    return replace(row, days={order: row.days[order] for order, age in ages.items() if age <= _STALE})


def settled_order(
    rows: Sequence[Parsed], declared: Order | None, seen: datetime, newest_first: bool | None
) -> Order | None:
    """The order of the numbers in these rows' dates, None if they leave it open.

    A declared order holds unless the calendar refutes it. Else each kind of evidence is asked in turn, and
    what one leaves open the next decides.
    """
    numeric = [row for row in rows if row.numeric and row.days]
    possible = [o for o in _ORDERS if any(o in row.days for row in numeric)]
    orders = _clearest(possible, lambda order: sum(order not in row.days for row in numeric))
    if declared in orders:
        return declared
    evidence: tuple[Callable[[Order], float], ...] = (
        lambda order: sum(not _fits_weekday(row, order, seen) for row in numeric),
        lambda order: _astray_or_odd(rows, order, orders, seen, newest_first),
        lambda order: _on_one_day_of_the_month(rows, order, at_least=_DATES),
    )
    for speaks_against in evidence:
        if len(orders) > 1:
            orders = _clearest(orders, speaks_against)
    return orders[0] if len(orders) == 1 else None


def day_of(row: Parsed, order: Order | None) -> Day | None:
    """The day `row` means when numbers stand in `order`; None if that is open and makes a difference."""
    meanings = set(row.days.values())
    if len(meanings) == 1:
        return meanings.pop()
    return None if order is None else row.days.get(order)


def _clearest(orders: Sequence[Order], against: Callable[[Order], float]) -> list[Order]:
    """The orders less speaks against than against others, by far; all where none stands out."""
    weights = {order: against(order) for order in orders}
    least = min(weights.values(), default=0.0)
    return [order for order in orders if weights[order] < CLEARLY * least + 1]


def _fits_weekday(row: Parsed, order: Order, seen: datetime) -> bool:
    day = day_of(row, order)
    if day is None or not row.weekdays:
        return True
    (found,) = dates_with_years([(day, row)], seen, None)
    return found is not None and found.weekday() in row.weekdays


def _ahead(day: Day, row: Parsed, seen: datetime) -> timedelta:
    """How long after the page was seen that day would be; nothing where its year is not printed."""
    if day.year is None:
        return timedelta()
    return moment_of(date(day.year, day.month, day.day), row) - seen


def _astray_or_odd(
    rows: Sequence[Parsed], order: Order, orders: Sequence[Order], seen: datetime, newest_first: bool | None
) -> float:
    """Days astray; more where all dates would be on one day of the month and no other order is faultless."""
    astray = _days_astray(rows, order, seen, newest_first)
    if not _on_one_day_of_the_month(rows, order, at_least=2):
        return astray
    others = (_days_astray(rows, other, seen, newest_first) for other in orders if other != order)
    return astray + (_COINCIDENCE if all(others) else 0.0)


def _days_astray(rows: Sequence[Parsed], order: Order, seen: datetime, newest_first: bool | None) -> float:
    """By how many days the rows, read in `order`, run against the page and ahead of the visit."""
    days = [(day, row) for row in rows if (day := day_of(row, order))]
    ahead = [by for day, row in days if (by := _ahead(day, row, seen)) > LEAD]
    dates = [d for d in dates_with_years(days, seen, newest_first) if d]
    steps = [after - before for before, after in pairwise(dates)]
    falls = sum((step for step in steps if step > STRAY), timedelta())
    rises = sum((-step for step in steps if step < -STRAY), timedelta())
    known = {True: falls, False: rises, None: min(falls, rises)}
    return (known[newest_first] + max(ahead, default=timedelta())) / timedelta(days=1)


def _on_one_day_of_the_month(rows: Sequence[Parsed], order: Order, at_least: int) -> float:
    """1 if several dates, read in `order`, are all on one day of the month, else 0."""
    days = {day for row in rows if (day := day_of(row, order))}
    return float(len(days) >= at_least and len({day.day for day in days}) == 1)
