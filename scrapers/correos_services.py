"""What Correos' two services say of the same parcels, made one reading for each.

The search service words a scan in the language of the page, canonico as it was entered, with its code and
office. One scan has the same wall clock in both.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge

from scrapers.contract import Reading, Row
from scrapers.numbers import is_correos
from scrapers.payload import unpaired
from scrapers.words import Outcome

CANONICO, SEARCH = "canonico", "search"

#: What a reply is worth, best first.
WORTH = (
    Outcome.OK,
    Outcome.NO_EVENTS_YET,
    Outcome.NOT_FOUND,
    Outcome.RATE_LIMITED,
    Outcome.UNAVAILABLE,
    Outcome.LAYOUT_CHANGED,
)
FOUND = WORTH[:2]

DAY = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: (\d{2}:\d{2}(?::\d{2})?))?")


def one_per_parcel(readings: Sequence[Reading]) -> Iterator[Reading]:
    """The readings, those of one number joined; without failures that what was found makes up for."""
    groups: dict[str | None, list[Reading]] = {}
    for one in readings:
        groups.setdefault(one.number, []).append(one)
    found = {number for number, group in groups.items() if any(one.outcome in FOUND for one in group)}
    for number, group in groups.items():
        if number in found or not _is_made_up_for(number, found):
            yield _joined(group)


def _is_made_up_for(number: str | None, found: set[str | None]) -> bool:
    """Whether a failed reply names no number, or the expedition of a parcel that was found.

    Canonico does not know expedition codes: 15 characters of the parcel's code and a check letter.
    """
    if number is None:
        return bool(found)
    is_expedition = is_correos(number) and len(number) == 16
    return is_expedition and any(one and one.startswith(number[:15]) for one in found)


def _joined(group: Sequence[Reading]) -> Reading:
    """The best reading, canonico's before others', then the latest; with what another one has beyond it."""
    latest_first = group[::-1]
    best, *others = sorted(latest_first, key=_rank)
    for other in others:
        if other.outcome in FOUND and (other.layout != best.layout or not other.rows):
            return _completed(best, other)
    return best


def _rank(reading: Reading) -> tuple[int, bool]:
    return WORTH.index(reading.outcome), reading.layout != CANONICO


def _completed(best: Reading, other: Reading) -> Reading:
    rows, problems = _cross_checked(best.rows, other.rows)
    return replace(
        best,
        rows=rows,
        problems=best.problems + problems,
        status_text=best.status_text or other.status_text,
        estimate_from_on=best.estimate_from_on or other.estimate_from_on,
        estimate_to_on=best.estimate_to_on or other.estimate_to_on,
    )


def _cross_checked(rows: tuple[Row, ...], others: tuple[Row, ...]) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """`rows` with those of `others` they lack, in order of time, and what the two disagree about."""
    ours, theirs = unpaired(rows, others, lambda row: (row.time_text, row.description))
    ours, theirs = unpaired(ours, theirs, lambda row: row.time_text or (row.description,))
    if not theirs:
        return rows, ()
    unseen = {row.description: row.time_text for row in ours}
    problems = tuple(
        f"{row.description!r} is at {unseen[row.description]} in one service, at {row.time_text} in the other"
        for row in theirs
        if row.description in unseen
    )
    dated = sorted((row for row in theirs if _moment(row)), key=_moment)
    undated = [row for row in theirs if not _moment(row)]
    return (*merge(rows, dated, key=_moment), *undated), problems


def _moment(row: Row) -> str:
    """The row's printed time as text that sorts, empty if it has none."""
    day = DAY.fullmatch(row.time_text or "")
    return f"{day[3]}-{day[2]}-{day[1]} {day[4] or ''}" if day else ""
