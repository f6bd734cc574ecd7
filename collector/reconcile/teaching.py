"""What one parcel teaches about portals' clocks and habits, with declared facts only. Pure.

A row teaches beside *anchors*: what other portals say of the same milestone, where both pages pass it as
often, and the others' instant is borne out (by a declared clock, by a label that is the place's own time, or
by two portals that agree). Each clock the row's portal may have is tried, and how the row then stands to the
anchors is counted. Counts add up over parcels; no parcel gives a portal and leg more than `PARCEL_CAP` rows.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.fold import Observation
from collector.read.offsets import EASTERNMOST, WESTERNMOST
from collector.reconcile.clocks import (
    CLAIM,
    DECLARED,
    PLACE,
    VIEWER,
    Offset,
    claim_of,
    clock_of,
    declared,
    leg_name,
    under,
)
from collector.reconcile.context import Context, Tracks
from collector.reconcile.copies import copied, is_firsthand, is_twin
from collector.reconcile.model import OFTEN
from collector.reconcile.scans import Passed, Passing
from collector.reconcile.spans import AGREE, is_fine, span_at, wall_seconds
from scrapers import vocabulary
from scrapers.words import DATA_ONLY, Milestone

#: Rows by which one parcel may teach about one portal and leg.
PARCEL_CAP = 8
#: Zones that keep summer time, one for each combination of offset and dates of change.
SUMMER_ZONES = (
    "Europe/London", "Europe/Berlin", "Europe/Athens", "Asia/Jerusalem", "Africa/Cairo",
    "America/St_Johns", "America/Halifax", "America/New_York", "America/Chicago", "America/Denver",
    "America/Los_Angeles", "America/Anchorage", "America/Santiago", "Australia/Adelaide", "Australia/Sydney",
    "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
)  # fmt: skip
#: Upper edges of the classes of lag, in minutes; a later row is another event, or simply wrong.
LAGS = (5, 15, 30, 60, 120, 240, 480, 960, 1920, 2880)

#: How a row stands to its anchors under one clock.
AGREES, ALONE, EARLY, FAR = "agrees", "alone", "early", "far"
UTC_CLOCK, ZONE, TESTED, COPIED, SHOWN = "utc", "zone", "tested", "copied", "shown"
#: Of rows that print a date alone: "" for each, and the clocks under which an anchor falls on it.
DATED = "dated"
#: Of rows of pages with several labels, whether theirs is the local time of the place they name: yes or no.
OWN = "own"
#: Goes before the measures of rows with weaker anchors: what they teach counts where nothing else is taught.
WEAK = "weak "

_QUARTER = 900
#: What a label may be off by for its season's sake, in minutes.
_SUMMER = 60
_AGREE_S = int(AGREE.total_seconds())
#: An instant counts as an anchor from this weight on.
_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Count:
    """One thing a parcel taught about a portal and leg: of how many rows the measure had that value."""

    portal: str
    leg: str
    measure: str
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class _Told:
    """A row, with the instants it may mean (epoch seconds).

    instants  how much each is worth as an anchor, 0 to 2
    perhaps   the same, where labels are taken for more than they may be
    """

    observation: Observation
    context: Context
    instants: Mapping[int, int]
    perhaps: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class _Anchors:
    """What others say of a passing: the instants (epoch seconds), earliest first; if one portal is alone."""

    moments: tuple[int, ...]
    is_one_portal: bool


def taught(tracks: Tracks, contexts: Mapping[str, Context], passed: Passed) -> tuple[Count, ...]:
    """What one parcel's current rows teach, in a fixed order. Rows of each track stand oldest first."""
    by_milestone: dict[Passing, list[_Told]] = defaultdict(list)
    for name, page in passed.items():
        follows_places = _follows_places(tracks[name], contexts)
        for passing, o in page:
            if passing[0] not in DATA_ONLY and (is_fine(o.row) or o.row.precision == "day"):
                by_milestone[passing].append(_told(o, contexts[o.id], is_label_of_place=follows_places))
    lessons: dict[tuple[str, str], list[tuple[str, Counter[tuple[str, str]]]]] = defaultdict(list)
    for (milestone, _, times), told in by_milestone.items():
        voices = _voices(told)
        for one in told:
            anchors = _anchors(one, told, voices)
            is_weak = not anchors.moments
            if is_weak:
                anchors = _anchors(one, told)
            if anchors.moments:
                o = one.observation
                unit = (o.portal, leg_name(one.context.leg))
                lesson = Counter(_lessons(one, anchors) if is_fine(o.row) else _of_date(one, anchors))
                if (
                    times == 1
                    or milestone not in OFTEN
                    or any(value.startswith((AGREES, "=")) for _, value in lesson)
                    or any(measure == DATED and value for measure, value in lesson)
                ):
                    lessons[unit].append((_fixed_order(o), _weakly(lesson) if is_weak else lesson))
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for (portal, leg), rows_taught in lessons.items():
        for _, lesson in sorted(rows_taught, key=lambda r: r[0])[:PARCEL_CAP]:
            for (measure, value), n in lesson.items():
                counts[portal, leg, measure, value] += n
    for (portal, is_copy), n in copied(tracks).items():
        counts[portal, leg_name(None), COPIED, "yes" if is_copy else "no"] += min(n, PARCEL_CAP)
    for (portal, _), rows in tracks.items():
        labels = _labels_of_places(rows, contexts) if vocabulary.facts(portal).kind == "unknown" else {}
        for is_own, n in labels.items():
            counts[portal, leg_name(None), OWN, "yes" if is_own else "no"] += min(n, PARCEL_CAP)
    for (portal, leg, shown), n in _shown(tracks, contexts, passed).items():
        counts[portal, leg, SHOWN, shown] += n
    return tuple(Count(*key, n) for key, n in sorted(counts.items()))


def _shown(tracks: Tracks, contexts: Mapping[str, Context], told: Passed) -> Counter[tuple[str, str, str]]:
    """By portal and leg: how many of the passings that others show it shows, and does not, by milestone.

    Milestones of legs of which it shows nothing at all are not its own to show. The text is "yes" or "no"
    and the milestone.
    """
    passed: dict[str, Counter[tuple[str, Milestone]]] = defaultdict(Counter)
    for (portal, number), rows in tracks.items():
        page = Counter(
            (leg_name(contexts[o.id].leg), m) for (m, _, _), o in told[portal, number] if m not in DATA_ONLY
        )
        if all(is_firsthand(o) for o in rows):
            passed[portal] |= page
    found: Counter[tuple[str, str, str]] = Counter()
    for portal, mine in passed.items():
        legs = {leg for leg, _ in mine}
        others = Counter[tuple[str, Milestone]]()
        for other, theirs in passed.items():
            if other != portal:
                others |= theirs
        for (leg, milestone), times in others.items():
            if leg in legs:
                shown = min(mine[leg, milestone], times)
                found[portal, leg, f"yes {milestone}"] += shown
                found[portal, leg, f"no {milestone}"] += times - shown
    return Counter({unit: min(n, PARCEL_CAP) for unit, n in found.items() if n})


def _fixed_order(o: Observation) -> str:
    row = o.row
    return f"{row.local_time} {row.printed.description} {o.sequence:05}"


def _labels_of_places(rows: Iterable[Observation], contexts: Mapping[str, Context]) -> Counter[bool]:
    """How many labels of a page are the local time of the place that their row names, and how many are not.

    None where all labels are alike: those are it by chance at some places.
    """
    told = [
        (claim, place.minutes)
        for o in rows
        if contexts[o.id].is_own
        and (claim := claim_of(o.row)) is not None
        and (place := under(PLACE, o.row, contexts[o.id])) is not None
    ]
    return (
        Counter(claim == place for claim, place in told)
        if len({claim for claim, _ in told}) > 1
        else Counter()
    )


def _follows_places(rows: Iterable[Observation], contexts: Mapping[str, Context]) -> bool:
    """Whether no label of a page is far from the local time of the place its row names.

    Where one is, that another one equals its place's tells nothing: all may be the same, and wrong.
    """
    for o in rows:
        claim, place = claim_of(o.row), under(PLACE, o.row, contexts[o.id])
        if claim is None or place is None or not contexts[o.id].is_own:
            continue
        if abs(claim - place.minutes) > _SUMMER:
            return False
    return True


def _told(o: Observation, context: Context, *, is_label_of_place: bool) -> _Told:
    perhaps = _instants(o, context, is_label_of_place=True)
    return _Told(
        o, context, perhaps if is_label_of_place else _instants(o, context, is_label_of_place=False), perhaps
    )


def _instants(o: Observation, context: Context, *, is_label_of_place: bool) -> dict[int, int]:
    """The instants a row may mean, and what each is worth as an anchor."""
    facts = vocabulary.facts(o.portal)
    if facts.kind == "universal" or o.row.printed.relayed_from is not None or not is_fine(o.row):
        return {}
    sure, claim, place = declared(o, context), claim_of(o.row), under(PLACE, o.row, context)
    wall = wall_seconds(o.row)
    weighed: list[tuple[Offset | None, int]] = [(place, 1), (under(CLAIM, o.row, context), 1)]
    is_known = facts.kind != "unknown"
    may_bear_out = is_known or (context.is_own and is_label_of_place)
    if claim is not None and place is not None and place.minutes == claim and may_bear_out:
        weighed.append((place, _ENOUGH))
    if sure is not None and (claim is None or clock_of(o, context).sure):
        weighed = [(sure, _ENOUGH)]
    elif claim is not None and is_known and (place is None or not context.is_sure):
        weighed.append((under(CLAIM, o.row, context), _ENOUGH))
    instants: dict[int, int] = {}
    for offset, weight in weighed:
        if offset is not None and wall is not None:
            at = wall - offset.minutes * 60
            instants[at] = max(weight, instants.get(at, 0))
    return instants


def _voices(told: Sequence[_Told]) -> dict[str, str]:
    """By row the portal that has the word: of rows that may repeat each other, the first one's."""
    voices: dict[str, str] = {}
    for place, one in enumerate(told):
        o = one.observation
        twin = next((w.observation for w in told[:place] if is_twin(o, w.observation)), o)
        voices[o.id] = voices.get(twin.id, o.portal)
    return voices


def _weakly(lesson: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter({(f"{WEAK}{measure}", value): n for (measure, value), n in lesson.items()})


def _anchors(one: _Told, told: Iterable[_Told], voices: Mapping[str, str] | None = None) -> _Anchors:
    """The instants other portals bear out for the milestone of a row, earliest first.

    Without `voices` portals that may repeat each other bear each other out, and so does a label that equals
    its place's time on a page whose other labels do not.
    """
    said: dict[str, dict[int, int]] = defaultdict(dict)
    for other in told:
        o = other.observation
        if o.portal != one.observation.portal and not is_twin(one.observation, o):
            instants = said[voices[o.id] if voices else o.portal]
            for at, weight in (other.instants if voices else other.perhaps).items():
                instants[at] = max(weight, instants.get(at, 0))
    every = sorted({at for instants in said.values() for at in instants})
    moments = tuple(at for at in every if _weight(at, said) >= _ENOUGH)
    tellers = sum(any(_agrees(at, moments) for at in instants) for instants in said.values())
    return _Anchors(moments, tellers == 1)


def _weight(at: int, said: Mapping[str, Mapping[int, int]]) -> int:
    """How much is said for an instant: of each portal what it says best."""
    return sum(
        max((weight for other, weight in instants.items() if abs(other - at) <= _AGREE_S), default=0)
        for instants in said.values()
    )


def _lessons(one: _Told, anchors: _Anchors) -> Iterable[tuple[str, str]]:
    """Measure and value of all that a row teaches beside its anchors."""
    o, context = one.observation, one.context
    wall = wall_seconds(o.row)
    if wall is None:
        return
    yield (TESTED, "")
    sure = declared(o, context)
    if sure is not None:
        yield (DECLARED, _standing(wall - sure.minutes * 60, anchors))
    if sure is not None and clock_of(o, context).sure and claim_of(o.row) is None:
        return
    for clock in (CLAIM, PLACE):
        offset = under(clock, o.row, context)
        if offset is not None:
            yield (clock, _standing(wall - offset.minutes * 60, anchors))
    if vocabulary.facts(o.portal).kind == "unknown":
        viewer = under(VIEWER, o.row, context)
        if viewer is not None:
            yield (VIEWER, _standing(wall - viewer.minutes * 60, anchors))
        yield from ((UTC_CLOCK, value) for value in sorted(_in_utc(wall, anchors)))
        for zone in SUMMER_ZONES:
            offset = under(zone, o.row, context)
            if offset is not None and _agrees(wall - offset.minutes * 60, anchors.moments):
                yield (ZONE, zone)


def _of_date(one: _Told, anchors: _Anchors) -> Iterable[tuple[str, str]]:
    """What a row with a date alone teaches: under which clocks an anchor falls on it."""
    o = one.observation
    yield (DATED, "")
    for clock in (DECLARED, CLAIM, PLACE, VIEWER):
        offset = declared(o, one.context) if clock == DECLARED else under(clock, o.row, one.context)
        span = None if offset is None else span_at(o.row, offset.minutes)
        if span and any(span.earliest.timestamp() <= at <= span.latest.timestamp() for at in anchors.moments):
            yield (DATED, clock)


def _agrees(at: int, anchors: Sequence[int]) -> bool:
    return any(abs(at - anchor) <= _AGREE_S for anchor in anchors)


def _standing(at: int, anchors: _Anchors) -> str:
    """How an instant stands to the anchors: agrees, early, or the class of its lag behind the first.

    "agrees 60" agrees with a later anchor, and so lags like that one; "agrees alone" with the only portal
    there is, which may lag as well.
    """
    late = (at - anchors.moments[0]) / 60
    if not _agrees(at, anchors.moments):
        return lag_class(late)
    if abs(late) * 60 > _AGREE_S:
        return f"{AGREES} {lag_class(late)}"
    return f"{AGREES} {ALONE}" if anchors.is_one_portal else AGREES


def lag_class(minutes: float) -> str:
    """The class of a difference that is more than a minute: early, an upper edge in minutes, or far."""
    if minutes < 0:
        return EARLY if minutes >= -LAGS[-1] else FAR
    return next((str(edge) for edge in LAGS if minutes <= edge), FAR)


def _in_utc(wall: int, anchors: _Anchors) -> Iterable[str]:
    """The offsets at which a wall clock meets an anchor ("=330", "=330 60" if it meets one that lags).

    Where it meets none: the quarter of an hour it lies in behind the first ("~330").
    """
    met = set()
    for anchor in anchors.moments:
        minutes = round((wall - anchor) / _QUARTER) * 15
        at = wall - minutes * 60
        if _agrees(at, [anchor]) and WESTERNMOST <= minutes <= EASTERNMOST:
            met.add(f"={minutes}{_standing(at, anchors).removeprefix(AGREES)}")
    if met:
        return met
    quarter = (wall - anchors.moments[0]) // _QUARTER * 15
    return [f"~{quarter}"] if WESTERNMOST <= quarter <= EASTERNMOST + LAGS[-1] else []
