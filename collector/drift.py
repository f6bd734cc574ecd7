"""Signs that a portal's pages have begun to change under its parser. Pure.

A redesign seldom breaks everything at once: first a fallback matches, rows go missing, wordings are new. Each
sign is kept with the first visit that showed it, until a number of visits in a row are clean again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby

from scrapers.contract import Portal, Reading
from scrapers.words import Outcome

#: A sign is forgotten after this many visits of its portal without it.
FORGOTTEN_AFTER = 20
#: Fewer rows than this before say nothing; a page has shrunk when less than this share of its rows is left.
_LEAST_ROWS, _SHRUNK = 4, 0.5
#: A portal drops old rows of one parcel after the other. When so many parcels, and at least this share of
#: those visited within so long, have fewer rows than before, its pages have begun to hide rows.
_LEAST_PARCELS, _SHARE, SUDDENLY = 3, 0.5, timedelta(days=2)


class Sign(StrEnum):
    """What can be seen to be changing."""

    LAYOUT_CHANGED = "layout_changed"
    OTHER_LAYOUT = "other_layout"
    BAD_ROWS = "bad_rows"
    MISSING_ROWS = "missing_rows"
    SHRUNK = "shrunk"
    SHRUNK_ACROSS = "shrunk_across_parcels"
    NEW_WORDINGS = "new_wordings"


@dataclass(frozen=True, slots=True)
class Drift:
    """One sign on one portal: since when, the first visit that showed it, how many did, how many have not.

    What is seen across parcels is looked for at the end of a run: then `visits` counts runs.
    """

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
    if portal.shows_all and reading.rows_claimed is not None and reading.rows_claimed > rows:
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


@dataclass(frozen=True, slots=True)
class RowCount:
    """How many rows one complete reading of one number had."""

    number: str
    visit_id: str
    seen_at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Shrinking:
    """Rows that went missing across parcels: the first visit that showed it, and what was seen."""

    visit_id: str
    since: datetime
    detail: str


def shrinking(counts: Iterable[RowCount], now: datetime) -> Shrinking | None:
    """Whether parcels of one portal have suddenly fewer rows than before; None if few or none have.

    A parcel has if its last reading lacks rows of an earlier one, and lost them within two days.
    """
    lost: list[tuple[RowCount, int]] = []
    compared = 0
    ordered = sorted(counts, key=lambda one: (one.number, one.seen_at, one.visit_id))
    for _, group in groupby(ordered, key=lambda one: one.number):
        readings = list(group)
        if len(readings) < 2 or now - readings[-1].seen_at > SUDDENLY:
            continue
        compared += 1
        most = max(one.rows for one in readings)
        full = max(place for place, one in enumerate(readings) if one.rows == most)
        if full + 1 < len(readings) and now - readings[full + 1].seen_at <= SUDDENLY:
            lost.append((readings[full + 1], most - readings[-1].rows))
    if len(lost) < _LEAST_PARCELS or len(lost) < compared * _SHARE:
        return None
    first = min((one for one, _ in lost), key=lambda one: (one.seen_at, one.visit_id))
    rows = sum(fewer for _, fewer in lost)
    return Shrinking(first.visit_id, first.seen_at, f"{len(lost)} of {compared} parcels lost {rows} rows")


def after_run(known: Sequence[Drift], portal: str, at: datetime, found: Shrinking | None) -> list[Drift]:
    """A portal's signs after its parcels were compared; without a finding they stay as they are."""
    if found is None:
        return list(known)
    others = [drift for drift in known if drift.sign is not Sign.SHRUNK_ACROSS]
    old = next((drift for drift in known if drift.sign is Sign.SHRUNK_ACROSS), None)
    if old is None:
        new = Drift(portal, Sign.SHRUNK_ACROSS, found.since, found.visit_id, at, 1, 0, found.detail)
    else:
        new = replace(old, last_seen_at=at, visits=old.visits + 1, clean_visits=0)
    return sorted([*others, new], key=lambda drift: drift.sign)


def described(drift: Drift) -> str:
    """One line for a person."""
    unit = "run" if drift.sign is Sign.SHRUNK_ACROSS else "visit"
    visits = f"1 {unit}" if drift.visits == 1 else f"{drift.visits} {unit}s"
    return (
        f"{drift.portal}: {drift.sign.replace('_', ' ')} since {drift.since:%Y-%m-%d}, on {visits}: "
        f"{drift.detail} (first: visit {drift.visit_id})"
    )
