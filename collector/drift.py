"""Signs that a portal's pages have begun to change under its parser. Pure.

A redesign seldom breaks everything at once: first a fallback matches, rows go missing, wordings are new. Each
sign is kept with the first visit that showed it, until a number of visits in a row are clean again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from scrapers.contract import Portal, Reading
from scrapers.words import Outcome

#: A sign is forgotten after this many visits of its portal without it.
FORGOTTEN_AFTER = 20
#: Fewer rows than this before say nothing; a page has shrunk when less than this share of its rows is left.
_LEAST_ROWS, _SHRUNK = 4, 0.5


class Sign(StrEnum):
    """What can be seen to be changing."""

    LAYOUT_CHANGED = "layout_changed"
    OTHER_LAYOUT = "other_layout"
    BAD_ROWS = "bad_rows"
    MISSING_ROWS = "missing_rows"
    SHRUNK = "shrunk"
    NEW_WORDINGS = "new_wordings"


@dataclass(frozen=True, slots=True)
class Drift:
    """One sign on one portal: since when, the first visit that showed it, how many did, how many have not."""

    portal: str
    sign: Sign
    since: datetime
    visit_id: str
    last_seen_at: datetime
    visits: int
    clean_visits: int
    detail: str


def signs(
    portal: Portal, outcome: Outcome, reading: Reading | None, rows_before: int | None, unknown: Sequence[str]
) -> dict[Sign, str]:
    """The signs one visit shows, each with what was seen.

    `rows_before` is how many rows the last complete visit to this page had; `unknown` are wordings it showed
    for the first time that are not understood.
    """
    seen: dict[Sign, str] = {}
    if outcome is Outcome.LAYOUT_CHANGED:
        seen[Sign.LAYOUT_CHANGED] = "a page is in no known state"
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        seen[Sign.NEW_WORDINGS] = f"not understood: {unknown[0]!r}{more}"
    if reading is None or outcome is not Outcome.OK:
        return seen
    rows = len(reading.rows)
    if reading.layout is not None and portal.layouts and reading.layout != portal.layouts[0]:
        seen[Sign.OTHER_LAYOUT] = f"rows come as {reading.layout!r}, not as {portal.layouts[0]!r}"
    if reading.rows_bad:
        seen[Sign.BAD_ROWS] = f"{reading.rows_bad} of {reading.rows_bad + rows} rows cannot be read"
    if reading.rows_claimed is not None and reading.rows_claimed > rows:
        seen[Sign.MISSING_ROWS] = f"the page claims {reading.rows_claimed} rows and shows {rows}"
    if rows_before is not None and rows_before >= _LEAST_ROWS and rows < rows_before * _SHRUNK:
        seen[Sign.SHRUNK] = f"{rows} rows where there were {rows_before}"
    return seen


def after_visit(
    known: Sequence[Drift], portal: str, visit_id: str, at: datetime, seen: dict[Sign, str]
) -> list[Drift]:
    """A portal's signs after one more visit: seen ones counted, old ones forgotten."""
    left = {drift.sign: drift for drift in known}
    kept = []
    for sign, detail in seen.items():
        drift = left.pop(sign, None)
        if drift is None:
            kept.append(Drift(portal, sign, at, visit_id, at, 1, 0, detail))
        else:
            kept.append(replace(drift, last_seen_at=at, visits=drift.visits + 1, clean_visits=0))
    kept += [
        replace(drift, clean_visits=drift.clean_visits + 1)
        for drift in left.values()
        if drift.clean_visits + 1 < FORGOTTEN_AFTER
    ]
    return sorted(kept, key=lambda drift: drift.sign)


def described(drift: Drift) -> str:
    """One line for a person."""
    visits = "1 visit" if drift.visits == 1 else f"{drift.visits} visits"
    return (
        f"{drift.portal}: {drift.sign.replace('_', ' ')} since {drift.since:%Y-%m-%d}, on {visits}: "
        f"{drift.detail} (first: visit {drift.visit_id})"
    )
