"""Rules about what happened: deliveries, tours, pickups, handoffs, and portals that do not agree."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import combinations

from fixtures.journeys import Number
from tests.year.told.lives import ASTRAY, OVER, Judged, Life, lives, means, tells_by
from tests.year.told.tellings import Telling, Tellings
from tests.year.truths import HAD, Sight, Year

#: Tours less than this apart are one.
_ONE_TOUR = timedelta(hours=18)
_MOVING = frozenset({"out_for_delivery", "delivery_attempted", "available_for_pickup"})


def delivered(year: Year, told: Tellings) -> Judged:
    """Once for each parcel that a portal showed as delivered."""
    return _once(year, told, "delivered", frozenset())


def ready_for_pickup(year: Year, told: Tellings) -> Judged:
    """Once for each parcel that waits, unless it was fetched in the meantime."""
    return _once(year, told, "ready_for_pickup", OVER, "available_for_pickup")


def _once(
    year: Year, told: Tellings, rule: str, unless: frozenset[str], milestone: str | None = None
) -> Judged:
    wanted = milestone or rule
    made = Judged(told=len(told.of(rule)))
    for life in lives(year):
        mine = told.of(rule, life.name)
        due = _first_due(life, wanted, unless)
        made.due += due is not None
        if due is not None and not any(one.run <= due for one in mine):
            made.missed.append(f"{life.name}, due in run {due}")
        made.false += [f"{life.name}, in run {one.run}" for one in mine if not life.may_be(one.run, {wanted})]
    return made


def _first_due(life: Life, milestone: str, unless: frozenset[str]) -> int | None:
    """The first run that had to tell of it: one at whose end it was surely shown and not over."""
    for sight in life.sights:
        if sight.sure and means(sight, milestone):
            by = tells_by(life.year, sight.run)
            is_due = by is not None and life.is_news(_true(sight), by.number)
            if by is not None and is_due and not life.may_be(by.number, unless):
                return by.number
    return None


def out_for_delivery(year: Year, told: Tellings) -> Judged:
    """Once for each tour, unless it has arrived since or waits to be fetched."""
    made = Judged(told=len(told.of("out_for_delivery")))
    over = OVER | {"available_for_pickup"}
    for life in lives(year):
        mine = told.of("out_for_delivery", life.name)
        tours = [s for s in life.sights if s.sure and means(s, "out_for_delivery")]
        for sight in _apart(tours):
            by = tells_by(year, sight.run)
            if by is None or life.may_be(by.number, over) or not life.is_news(_true(sight), by.number):
                continue
            made.due += 1
            if not any(one.run <= by.number and _is_about(one, _true(sight)) for one in mine):
                made.missed.append(f"{life.name} of {_true(sight)}, due in run {by.number}")
        for n, one in enumerate(mine, start=1):
            shown = [s for s in life.by(one.run) if "out_for_delivery" in s.row.shown_as.milestones]
            invented = {s.row.event for s in shown if s.row.at is None}
            if n > len(_apart([s for s in shown if s.row.at is not None])) + len(invented):
                made.false.append(f"{life.name}, in run {one.run}: notice no. {n}")
    return made


def _apart(sights: list[Sight]) -> list[Sight]:
    """Of rows about one tour the one that was shown first."""
    kept: list[Sight] = []
    for sight in sorted(sights, key=lambda one: one.run):
        if all(abs(_true(sight) - _true(one)) > _ONE_TOUR for one in kept):
            kept.append(sight)
    return kept


def _is_about(one: Telling, at: datetime) -> bool:
    return one.anchor is None or abs(one.anchor - at) <= ASTRAY


def handoff(year: Year, told: Tellings) -> Judged:
    """Once for each delivering carrier's number that a parcel got while it was watched."""
    made = Judged(told=len(told.of("handoff")))
    for life in lives(year):
        mine = told.of("handoff", life.name)
        own = {number.number for number in life.sent.journey.numbers}
        made.false += [
            f"{life.name}: {one.subject}, in run {one.run}" for one in mine if one.subject not in own
        ]
        for number in life.sent.journey.numbers:
            due = _handed_over(life, number)
            made.due += due is not None
            if due is not None and not any(o.subject == number.number and o.run <= due for o in mine):
                made.missed.append(f"{life.name}: {number.number}, due in run {due}")
    return made


def _handed_over(life: Life, number: Number) -> int | None:
    """The run that had to tell of a further number: by then its carrier had shown a scan."""
    if number.role != "last_mile" or number.named_from is None:
        return None
    first = min((s.run for s in life.sights), default=0)
    # The marketplace shows what came before under it too, once it is announced.
    asked = (number.carrier, number.number)
    shown = [s for s in life.sights if s.sure and (s.visit.portal, s.visit.number) == asked]
    for sight in shown:
        is_scan = not {"notice", "info_received"}.intersection(sight.row.kind.milestones)
        by = tells_by(life.year, sight.run)
        known_before = any(s.run == first and s.visit.number != number.number for s in life.sights)
        begun = min(_true(one) for one in shown)
        if is_scan and by is not None and known_before and first < sight.run:
            return by.number if life.is_news(begun, by.number) else None
    return None


def contradicted(year: Year, told: Tellings) -> Judged:
    """Only where portals did not agree on a delivery. None is demanded: rows come and go."""
    made = Judged(told=len(told.of("delivered_contradicted")))
    for one in told.about_parcels("delivered_contradicted"):
        life = Life(year, year.by_name[one.about])
        if not any(_disagree(a, b) for a, b in combinations(life.by(one.run), 2)):
            made.false.append(f"{life.name}, in run {one.run}: {one.subject}")
    return made


def _disagree(a: Sight, b: Sight) -> bool:
    """Whether one portal says delivered, and the other something that cannot be true with it."""
    if a.visit.portal == b.visit.portal:
        return False
    for end, other in ((a, b), (b, a)):
        if end.row.shown_as.word in HAD and _MOVING.union({"delivered"}).intersection(
            other.row.shown_as.milestones
        ):
            return _is_odd(end) or _is_odd(other) or _true(other) > _true(end)
    return False


def _is_odd(sight: Sight) -> bool:
    """Whether a row's time or kind is not what really was, or is too coarse to tell."""
    row = sight.row
    return row.at is None or row.wrong_clock or row.revised or row.precision in (None, "day")


def conflict(year: Year, told: Tellings) -> Judged:
    """Only of two portals of which one shows a time that is wrong. None is demanded: see benchmarks."""
    made = Judged(told=len(told.of("conflict")))
    for one in told.about_parcels("conflict"):
        life = Life(year, year.by_name[one.about])
        if not any(_is_odd(s) for s in _of_portals(life, one)):
            made.false.append(f"{life.name}, in run {one.run}: {one.subject}")
    return made


def _of_portals(life: Life, one: Telling) -> Iterator[Sight]:
    return (s for s in life.by(one.run) if s.visit.portal in one.subject.split("+"))


def _true(sight: Sight) -> datetime:
    return sight.row.at or datetime.min.replace(tzinfo=sight.visit.at.tzinfo)
