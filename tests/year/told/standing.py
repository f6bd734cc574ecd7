"""Rules about no parcel: portals whose pages change, portals and accounts that need a person."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.year.machine import Ran
from tests.year.told.lives import Judged, tells_by
from tests.year.told.tellings import Telling, Tellings
from tests.year.truths import Year

_ANSWERS = frozenset({"ok", "no_events_yet", "not_found", "input_needed"})
_PEOPLE = frozenset({"challenge", "login_required"})
#: So many visits without a sign end a change.
_FORGOTTEN_AFTER = 20
#: Signs of one change are one thing for so long.
_ONE_CHANGE = timedelta(days=30)
_SETTLED = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Visit:
    """One visit to whomever: `who` as notices name portals and accounts."""

    who: str
    portal: str
    at: datetime
    outcome: str
    run: int
    has_slipped: bool


def drift(year: Year, told: Tellings) -> Judged:
    """Of each portal that showed a page nobody understands; of none that never was in any state."""
    made = Judged(told=len(told.of("drift")))
    asked, met = list(_visits(year)), set[Telling]()
    for one in told.of("drift"):
        portal = one.subject
        states = any(portal in ran.day.states for ran in year.ran[: one.run + 1])
        unread = any(v.portal == portal and v.outcome == "layout_changed" and v.run <= one.run for v in asked)
        if not states and not unread:
            made.false.append(f"{portal}, in run {one.run}")
    for episode in _changes(asked):
        due = [(v, by) for v in episode if not v.has_slipped and (by := tells_by(year, v.run)) is not None]
        near = [one for visit, by in due for one in told.of("drift") if _is_told(one, visit, by)]
        met.update(near[:1])
        if due and not near:
            made.missed.append(f"{due[0][0].portal} of {due[0][0].at}, due in run {due[0][1].number}")
    made.due = len(met) + len(made.missed)
    return made


def _changes(asked: list[_Visit]) -> Iterator[list[_Visit]]:
    """Of each portal the visits that met a page nobody understands, as long as its signs stand: as one."""
    standing: dict[str, list[_Visit]] = {}
    clean = Counter[str]()
    for visit in asked:
        if visit.outcome == "layout_changed":
            if clean[visit.portal] >= _FORGOTTEN_AFTER and visit.portal in standing:
                yield standing.pop(visit.portal)
            standing.setdefault(visit.portal, []).append(visit)
            clean[visit.portal] = 0
        else:
            clean[visit.portal] += 1
    yield from standing.values()


def _is_told(one: Telling, visit: _Visit, by: Ran) -> bool:
    """Whether this is told of a change the visit met: of two within some weeks once is enough."""
    is_near = one.anchor is not None and abs(visit.at - one.anchor) <= 2 * _ONE_CHANGE
    return one.subject == visit.portal and one.run <= by.number and is_near


def login_needed(year: Year, told: Tellings) -> Judged:
    """Once for each time a portal or an account asks for a person, until it has answered again."""
    made = Judged(told=len(told.of("login_needed")))
    begun = list(_episodes(year))
    for first, ended in begun:
        by = tells_by(year, first.run)
        if first.has_slipped or by is None or (ended is not None and ended.run <= by.number):
            continue
        made.due += 1
        mine = [o for o in told.of("login_needed") if o.subject == first.who and o.run <= by.number]
        if not any(o.anchor is not None and abs(o.anchor - first.at) <= _SETTLED for o in mine):
            made.missed.append(f"{first.who} of {first.at}, due in run {by.number}")
    for one in told.of("login_needed"):
        if not any(first.who == one.subject and first.run <= one.run for first, _ in begun):
            made.false.append(f"{one.subject}, in run {one.run}")
    return made


def _episodes(year: Year) -> Iterator[tuple[_Visit, _Visit | None]]:
    """The first visit of each row of refusals, and the answer that ended it."""
    waiting: dict[str, _Visit] = {}
    for visit in _visits(year):
        if visit.outcome in _PEOPLE:
            waiting.setdefault(visit.who, visit)
        elif visit.outcome in _ANSWERS and visit.who in waiting:
            yield waiting.pop(visit.who), visit
    yield from ((first, None) for first in waiting.values())


def _visits(year: Year) -> Iterator[_Visit]:
    rows = year.db.query("select portal, account, seen_at, outcome, run_id from visits")
    known = (_visit(year, row) for row in rows if row["run_id"] in year.runs)
    return iter(sorted(known, key=lambda one: one.at))


def _visit(year: Year, row: Mapping[str, str]) -> _Visit:
    ran = year.runs[row["run_id"]]
    who = f"{row['portal']}:{row['account']}" if row["account"] else row["portal"]
    at = datetime.fromisoformat(row["seen_at"]) - ran.day.slip
    return _Visit(who, row["portal"], at, row["outcome"], ran.number, bool(ran.day.slip))
