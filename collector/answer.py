"""What the saved pages of one visit say about the number asked for: the outcome, and the readings behind it.

Pure: no clock, no network, no browser, no database. A visit and an import end here alike.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass

from scrapers.contract import LayoutChanged, Page, Portal, Reading, Row
from scrapers.numbers import NumberError, tracking_number
from scrapers.numbers.checks import is_mod10
from scrapers.words import Outcome, Role

_LOG = logging.getLogger(__name__)
#: Outcomes in which the portal speaks of the number; the others say only why it does not.
_ANSWERS = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET, Outcome.NOT_FOUND})
_CLOCK_ALONE = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?)?", re.IGNORECASE)
_READABLE = frozenset({Role.DOM, Role.PAYLOAD})


@dataclass(frozen=True, slots=True)
class Answer:
    """What one visit's pages answer.

    complete  whether everything the pages claim to hold was read
    readings  the one for the number asked first, then whatever else the pages show; empty if they do not
              speak of that number
    error     one line, None when there is nothing to explain
    """

    outcome: Outcome
    complete: bool
    readings: tuple[Reading, ...] = ()
    error: str | None = None


def read_pages(portal: Portal, number: str | None, pages: Sequence[Page]) -> Answer:
    """What `pages` answer about `number`.

    A reading without a number is about the number asked for. With `number` None all readings are given and
    the first is the answer. Pages that speak only of other numbers answer nothing: `layout_changed`.
    """
    try:
        readings = tuple(portal.parse([page for page in pages if page.role in _READABLE]))
    except LayoutChanged as error:
        return _unread(str(error))
    except Exception as error:  # a parser's bug must cost neither the pages nor the other portals' visits
        _LOG.exception("%s: the parser failed; please report this with the saved page", portal.name)
        return _unread(f"{portal.name}: the parser failed ({type(error).__name__}: {error})")
    if not readings:
        return _unread(f"{portal.name}: the pages hold no reading")
    if number is None:
        return _answered(portal, readings)
    found = _for_number(readings, number)
    if found is None:
        shown = ", ".join(dict.fromkeys(r.number for r in readings if r.number is not None))
        return _unread(f"{portal.name}: page speaks of {shown}, not {number}")
    others = tuple(r for i, r in enumerate(readings) if i != found)
    return _answered(portal, (readings[found], *others))


def same_number(one: str, other: str) -> bool:
    """Whether two spellings are one tracking number: blanks, dashes, case and a 420+ZIP prefix apart.

    Twenty digits are printed without the last, their check digit, by some posts.
    """
    short, long = sorted((_spelling(one), _spelling(other)), key=len)
    return short == long or (len(long) == 20 and long[:-1] == short and is_mod10(long))


def _answered(portal: Portal, readings: tuple[Reading, ...]) -> Answer:
    first = readings[0]
    if portal.dates_rows and first.outcome is Outcome.OK and not any(_has_date(row) for row in first.rows):
        # Some rows without a date are real; a whole list of them is a date field nobody finds any more.
        return _unread(f"{portal.name}: no row has a date")
    all_claimed = first.rows_claimed is None or first.rows_claimed <= len(first.rows)
    is_answer = first.outcome in _ANSWERS
    complete = is_answer and first.complete and first.rows_bad == 0 and all_claimed
    return Answer(first.outcome, complete, readings, "; ".join(first.problems) or None)


def _has_date(row: Row) -> bool:
    return row.instant_ms is not None or (
        row.time_text is not None and not _CLOCK_ALONE.fullmatch(row.time_text)
    )


def _for_number(readings: Sequence[Reading], number: str) -> int | None:
    for position, reading in enumerate(readings):
        if reading.number is not None and same_number(reading.number, number):
            return position
    return next((i for i, reading in enumerate(readings) if reading.number is None), None)


def _spelling(text: str) -> str:
    try:
        return tracking_number(text)
    except NumberError:
        return text.strip().upper()


def _unread(error: str) -> Answer:
    return Answer(Outcome.LAYOUT_CHANGED, complete=False, error=" ".join(error.split()))
