"""Rules about days that pass: labels without a parcel, silence, estimates and protection that run out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from fixtures.shop.model import Order
from tests.year.machine import Ran
from tests.year.told.lives import ASTRAY, OVER, Judged, Life, lives, means, tells_by
from tests.year.told.tellings import Telling, Tellings
from tests.year.truths import HAD, Seen, Year

_DAY = timedelta(days=1)
_LABEL, _SILENT, _SLIPPED = timedelta(days=10), timedelta(days=3), timedelta(days=2)
#: What needs no parcel in anybody's hand.
_ONLY_DATA = frozenset({"info_received", "notice"})
#: Nobody calls a parcel silent before this where there is no history yet, at whatever stage.
_LONGEST_USUAL = timedelta(days=30)
_CLOSED = frozenset({"feedback", "completed", "cancelled", "expired", "closed"})
_STEPS = (10, 5, 2)
#: Portals that print the estimate as soon as there is one, until the parcel is there.
_ESTIMATING = frozenset({"cainiao", "correos", "usps"})


def label_only(year: Year, told: Tellings) -> Judged:
    """Once for each parcel that for ten days nobody had in hand."""
    made = Judged(told=len(told.of("label_only")))
    for life in lives(year):
        mine = told.of("label_only", life.name)
        due = next(_nothing_but_data(life), None)
        made.due += due is not None
        if due is not None and not any(one.run <= due for one in mine):
            made.missed.append(f"{life.name}, due in run {due}")
        made.false += [f"{life.name}, in run {one.run}" for one in mine if not _may_wait(life, one)]
    return made


def _nothing_but_data(life: Life) -> Iterator[int]:
    """The runs that met a parcel announced for more than ten days, and nothing else of it."""
    look = life.first_look
    for ran in life.runs:
        if look is None or ran.began_at < look + _LABEL + ASTRAY:
            continue
        shown = life.by(ran.number)
        if not all(_ONLY_DATA.issuperset(s.row.shown_as.milestones) for s in shown):
            return
        yield ran.number


def _may_wait(life: Life, one: Telling) -> bool:
    """Whether it was announced long enough before, and no scan had been shown in words everybody knows."""
    scanned = any(not _ONLY_DATA.intersection(s.row.kind.milestones) for s in life.by(one.run, sure=True))
    known = [s.row.at for s in life.by(one.run) if s.row.at is not None]
    begun = min([*known, life.first_look or one.now])
    return not scanned and one.now >= begun + _LABEL - ASTRAY


def silent(year: Year, told: Tellings) -> Judged:
    """Of a parcel with no scan for three days at least; always when nobody ever waited as long as that."""
    made = Judged(told=len(told.of("silent")))
    longest = max([_LONGEST_USUAL, *_gaps(year)]) + 2 * _DAY
    for life in lives(year):
        mine = told.of("silent", life.name)
        due = next(_without_news(life, longest), None)
        made.due += due is not None
        if due is not None and not any(one.run <= due for one in mine):
            made.missed.append(f"{life.name}, due in run {due}")
        for one in mine:
            scans = [s.row.at for s in life.by(one.run) if s.row.at is not None]
            if not scans or one.now - max(scans) < _SILENT - ASTRAY or life.is_surely(one.run, "delivered"):
                made.false.append(f"{life.name}, in run {one.run}")
    return made


def _gaps(year: Year) -> Iterator[timedelta]:
    """The longest time without an event of each parcel that has arrived."""
    for sent in year.parcels:
        moments = sorted(h.at for h in sent.journey.happenings)
        if any(h.kind.word in HAD for h in sent.journey.happenings):
            yield max((b - a for a, b in pairwise(moments)), default=timedelta())


def _without_news(life: Life, longest: timedelta) -> Iterator[int]:
    """The runs that met a parcel past export, under way, and without a scan for longer than anybody's."""
    ends = OVER | {"available_for_pickup", "returning"}
    for ran in life.runs:
        scans = [s.row.at for s in life.by(ran.number) if s.row.at is not None]
        if not scans or ran.began_at - max(scans) < longest:
            continue
        is_abroad = any(means(s, "arrived_destination_country") for s in life.by(ran.number, sure=True))
        if is_abroad and not life.may_be(ran.number, ends) and _is_heard(life, ran):
            yield ran.number


def _is_heard(life: Life, ran: Ran) -> bool:
    """Whether a portal answered about it within two days before the run."""
    return any(
        visit.outcome == "ok" and timedelta() <= ran.began_at - visit.at < 2 * _DAY for visit in life.visits
    )


def eta_slipped(year: Year, told: Tellings) -> Judged:
    """When a portal expects it two days later than at first, or when it is two days late and not there."""
    made = Judged(told=len(told.of("eta_slipped")))
    for life in lives(year):
        mine = told.of("eta_slipped", life.name)
        for kind, day, due in (*_passed(life), *_moved(life)):
            made.due += 1
            if not any(o.subject == kind and o.run <= due and _is_of(o, day) for o in mine):
                made.missed.append(f"{life.name}: {kind} {day}, due in run {due}")
        made.false += [f"{life.name}, in run {o.run}: {o.subject}" for o in mine if not _may_slip(life, o)]
    return made


def _passed(life: Life) -> Iterator[tuple[str, date, int]]:
    """The last day promised, where a run met it two days past, and nothing newer and no arrival."""
    if not life.sent.journey.estimates:
        return
    for ran in life.runs:
        day = _promised(life, ran)
        begun = None if day is None else _begin(day) + _SLIPPED
        if day is None or begun is None or ran.began_at < begun + _DAY:
            continue
        if not _is_near(life, ran.number) and life.is_news(begun, ran.number):
            yield "passed", day, ran.number
            return


def _promised(life: Life, ran: Ran) -> date | None:
    """The day promised at the last plain visit to a portal that says so; None if another was since."""
    seen = [visit for visit in _promising(life) if visit.run <= ran.number]
    if not seen:
        return None
    made = [e for e in life.sent.journey.estimates if e.since <= seen[-1].at]
    newer = any(seen[-1].at < e.since <= ran.began_at for e in life.sent.journey.estimates)
    return made[-1].to_on if made and not newer else None


def _promising(life: Life) -> Iterator[Seen]:
    """The visits that a portal answered as always which prints what is promised."""
    return (v for v in life.visits if v.portal in _ESTIMATING and v.plain and v.outcome == "ok")


def _moved(life: Life) -> Iterator[tuple[str, date, int]]:
    """A later day on a portal that had promised an earlier one at first, at a run that met both."""
    first: dict[tuple[str, str], date] = {}
    for visit in _promising(life):
        made = [e for e in life.sent.journey.estimates if e.since <= visit.at]
        if not made:
            continue
        latest = made[-1].to_on
        begun = first.setdefault((visit.portal, visit.number), latest)
        by = tells_by(life.year, visit.run)
        if latest - begun >= _SLIPPED and by is not None and not _is_near(life, by.number):
            yield "moved", latest, by.number
            return


def _is_near(life: Life, run: int) -> bool:
    return life.may_be(run, OVER | {"available_for_pickup", "returning"})


def _is_of(one: Telling, day: date) -> bool:
    return one.anchor is not None and abs(one.anchor - _begin(day)) <= 2 * _DAY


def _may_slip(life: Life, one: Telling) -> bool:
    days = [e.to_on for e in life.sent.journey.estimates]
    if one.anchor is None or life.is_surely(one.run, "delivered") or one.subject not in ("moved", "passed"):
        return False
    if not days:  # some portals promise days of their own
        return any(s.visit.portal not in _ESTIMATING for s in life.by(one.run))
    if one.subject == "moved":
        return days[-1] - days[0] >= _SLIPPED
    # A shop's page prints the day in the reader's zone: it may be the day before.
    return any(
        abs(_begin(day) - one.anchor) <= _DAY and one.now >= _begin(day) + _SLIPPED - _DAY for day in days
    )


def protection_ends(year: Year, told: Tellings) -> Judged:
    """Ten, five and two days before the protection of an order ends whose parcel is not there."""
    made = Judged(told=len(told.of("protection_ends")))
    for life in lives(year):
        order, mine = life.sent.order, told.of("protection_ends", life.name)
        if order is None:
            made.false += [f"{life.name}, in run {one.run}: it has no order" for one in mine]
            continue
        for step in _STEPS:
            due = _running_out(life, order, step)
            made.due += due is not None
            if due is not None and not any(o.subject == f"{order.id}:{step}" and o.run <= due for o in mine):
                made.missed.append(f"{life.name}: {step} days, due in run {due}")
        made.false += [
            f"{life.name}, in run {o.run}: {o.subject}" for o in mine if not _may_end(life, order, o)
        ]
    return made


def _ends(order: Order) -> tuple[date, date]:
    """The day the tracking page names, and the one the order's page does."""
    last = order.placed_at + timedelta(days=order.protected_days)
    return (last - _DAY).date(), last.date()


def _running_out(life: Life, order: Order, step: int) -> int | None:
    """The first run with so many days left by both pages, more than the next step, and no arrival shown."""
    below = max((s for s in _STEPS if s < step), default=-1)
    for ran in life.runs:
        left = [(end - ran.began_at.date()).days for end in _ends(order)]
        if ran.began_at >= _closed_at(order):
            return None
        if below < min(left) and max(left) <= step and not life.may_be(ran.number, OVER | {"returning"}):
            return ran.number if life.by(ran.number) else None
    return None


def _closed_at(order: Order) -> datetime:
    """When nothing is owed for the order any more: it was confirmed, or called off."""
    return min(
        (at for at, status in order.timeline if status in _CLOSED), default=datetime.max.replace(tzinfo=UTC)
    )


def _may_end(life: Life, order: Order, one: Telling) -> bool:
    left = {(end - one.now.date()).days for end in _ends(order)}
    steps = {f"{order.id}:{min(s for s in _STEPS if s >= n)}" for n in left if 0 <= n <= max(_STEPS)}
    return one.subject in steps and not life.is_surely(one.run, "delivered")


def _begin(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
