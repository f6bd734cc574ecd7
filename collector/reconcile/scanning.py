"""One parcel's scans, ready to be matched: moments, habits, places; and rows that only repeat others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log
from statistics import median

from collector.fold import Observation
from collector.reconcile.clocks import (
    PLACE,
    Belief,
    Estimates,
    Offset,
    OffsetSource,
    belief,
    believed,
    claim_of,
    estimate_of,
    is_relay,
    under,
)
from collector.reconcile.context import Context, Tracks
from collector.reconcile.copies import alike, by_print, claimed_minute, is_copy, is_firsthand
from collector.reconcile.groups import Scan
from collector.reconcile.journey import stretch_of
from collector.reconcile.model import DAY, HOUR, MINUTE, MISGUESSED, MISLABELLED, OUT_OF_ORDER, Habit
from collector.reconcile.scans import Passed, Passing, between_rows, scans
from collector.reconcile.spans import is_fine, wall_seconds
from collector.reconcile.towns import towns
from scrapers.words import Leg

_WIDTH = {"second": MINUTE, "minute": MINUTE, "hour": HOUR, "day": DAY, None: MINUTE}


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of one row before matching.

    belief    what its time is believed to mean
    offset    the offset it is compared at: the believed one, else a guess by its place
    is_guess  whether that is no more than a guess
    source    the id of the row it repeats, if it repeats one
    repeats   that row's portal and leg
    """

    belief: Belief
    offset: Offset | None
    is_guess: bool
    source: str | None = None
    repeats: tuple[str, Leg | None] | None = None


def known_rows(tracks: Tracks, contexts: Mapping[str, Context], estimates: Estimates) -> dict[str, Known]:
    """What is known of every row by facts and estimates, by id."""
    known = {o.id: _known(o, contexts[o.id], estimates) for rows in tracks.values() for o in rows}
    relays = {name: is_relay(name[0], estimates) for name in tracks}
    firsthand = [o for name, rows in tracks.items() if not relays[name] for o in rows if is_firsthand(o)]
    printed = by_print(firsthand)
    told = _by_minute(firsthand, known)
    for name, rows in tracks.items():
        repeated: set[str] = set()
        for o in rows:
            if relays[name] or not is_firsthand(o):
                source = _source(o, [w for w in alike(o, printed) if w.id not in repeated])
                if source is None:
                    source = _converted(o, known[o.id], told)
                    if source is not None:
                        known[o.id] = replace(
                            known[o.id], source=source.id, repeats=(source.portal, contexts[source.id].leg)
                        )
                    continue
                if source is not None:
                    repeated.add(source.id)
                    whose = (source.portal, contexts[source.id].leg)
                    row = known[o.id] if contexts[o.id].said else _repeating(o, known[source.id])
                    known[o.id] = replace(row, source=source.id, repeats=whose)
    return known


def _known(o: Observation, context: Context, estimates: Estimates) -> Known:
    held = believed(o, context, estimates)
    if held is not None:
        return Known(belief(o, held), held, is_guess=False)
    return Known(belief(o, None), under(PLACE, o.row, context), is_guess=True)


def _source(o: Observation, rows: Sequence[Observation]) -> Observation | None:
    """Of the rows with the digits of `o`, the one it repeats: by its words, else by its milestone.

    Where it prints no minute, words alone show it.
    """
    fitting = [w for w in rows if is_copy(o, w)]
    if not fitting and is_fine(o.row):
        fitting = [w for w in rows if o.row.milestone and w.row.milestone == o.row.milestone]
    return min(
        fitting,
        key=lambda w: (w.row.printed.description != o.row.printed.description, *content(w)),
        default=None,
    )


def _by_minute(rows: Iterable[Observation], known: Mapping[str, Known]) -> dict[int, list[Observation]]:
    """Rows told to the minute, by the minute (since 1970) that they are believed to stand for."""
    found: dict[int, list[Observation]] = defaultdict(list)
    for o in rows:
        for at in _moments(o, known[o.id]) if is_fine(o.row) and known[o.id].belief.span else ():
            found[int(at)].append(o)
    return found


def _converted(o: Observation, known: Known, told: Mapping[int, Sequence[Observation]]) -> Observation | None:
    """The row that `o` repeats with its time converted to another zone, rightly labelled: by its words."""
    at = claimed_minute(o)
    if at is None:
        return None
    fitting = [w for w in told.get(at, ()) if w.portal != o.portal and is_copy(o, w)]
    return min(fitting, key=content, default=None)


def _repeating(o: Observation, known: Known) -> Known:
    """A row that repeats another has its clock, whatever it is labelled."""
    if known.offset is None or known.is_guess:
        return Known(belief(o, None), known.offset, is_guess=True)
    claim = claim_of(o.row)
    kept = claim is None or claim == known.offset.minutes
    why: OffsetSource = "inferred" if claim is None else "stated" if kept else "corrected"
    offset = Offset(known.offset.minutes, why, known.offset.zone if claim is None else None)
    return Known(belief(o, offset), offset, is_guess=False)


def scans_of(
    tracks: Tracks,
    contexts: Mapping[str, Context],
    known: Mapping[str, Known],
    estimates: Estimates,
    passed: Passed,
) -> list[Scan]:
    """Every scan of the parcel but those that only repeat another row."""
    found: list[Scan] = []
    lags = usual_lags(passed, contexts, known)
    for name, rows in tracks.items():
        told = scans([o for o in rows if known[o.id].source is None])
        moments = [_moments(scan[0], known[scan[0].id]) for scan in told]
        between = between_rows(
            [m[0] if m and is_fine(s[0].row) else None for m, s in zip(moments, told, strict=True)]
        )
        for spot, (scan, at, around) in enumerate(zip(told, moments, between, strict=True)):
            habit = _habit(scan[0], contexts, known, estimates, lags)
            if around is not None:
                habit = replace(habit, false=OUT_OF_ORDER)
            found.append(_scan(name, spot, scan, at, around, habit, contexts[scan[0].id].leg))
    return found


def _scan(
    page: tuple[str, str],
    spot: int,
    rows: tuple[Observation, ...],
    moments: tuple[float, ...],
    between: tuple[float, float] | None,
    habit: Habit,
    leg: Leg | None,
) -> Scan:
    o = rows[0]
    row = o.row
    return Scan(
        rows=rows,
        page=page,
        leg=leg,
        spot=spot,
        milestone=row.milestone,
        names=tuple(dict.fromkeys(o.row.milestone for o in rows)),
        is_physical=row.physical is not False,
        moments=moments,
        width=_WIDTH[row.precision],
        habit=habit,
        country=row.country,
        towns=towns(row.printed.place),
        is_witness=is_firsthand(o),
        stretch=stretch_of(row.milestone, leg),
        between=between,
        key=content(o),
    )


def _habit(
    o: Observation,
    contexts: Mapping[str, Context],
    known: Mapping[str, Known],
    estimates: Estimates,
    lags: Mapping[tuple[str, str, Leg | None], float],
) -> Habit:
    leg, offset = contexts[o.id].leg, known[o.id].offset
    learned = estimate_of(o.portal, leg, estimates)
    lag = {"scan": 0.0, "receipt": float(learned.lag_minutes or 0)}.get(learned.lag_class or "")
    is_sure = offset is not None and offset.source in ("portal", "viewer")
    is_sure |= offset is not None and offset.source == "place" and contexts[o.id].is_sure
    wrong_label = MISGUESSED if known[o.id].is_guess else 0.0 if is_sure else MISLABELLED
    shown = 0.8 if learned.completeness is None else min(0.95, max(0.4, learned.completeness))
    usual = None if lag == 0 else lags.get((o.portal, o.tracking_number, leg))
    return Habit(lag, wrong_label, usual, left_out=log(1 - shown))


def usual_lags(
    passed: Passed, contexts: Mapping[str, Context], known: Mapping[str, Known]
) -> dict[tuple[str, str, Leg | None], float]:
    """By page and leg, how many minutes its rows lie behind the first report of the same passing, usually.

    Only where at least two rows show it and hardly one is on time.
    """
    told: dict[Passing, list[tuple[Observation, float]]] = defaultdict(list)
    for page in passed.values():
        for passing, o in page:
            moments = _moments(o, known[o.id]) if is_fine(o.row) and known[o.id].belief.span else ()
            if moments and is_firsthand(o):
                told[passing].append((o, moments[0]))
    behind: dict[tuple[str, str, Leg | None], list[float]] = defaultdict(list)
    for reports in told.values():
        for o, at in reports:
            first = min((other for w, other in reports if w.portal != o.portal), default=None)
            if first is not None and at - first <= 2 * DAY:
                behind[o.portal, o.tracking_number, contexts[o.id].leg].append(at - first)
    return {
        page: median(late)
        for page, apart in behind.items()
        if len(late := [a for a in apart if a > MINUTE]) >= 2 and len(late) >= 0.7 * len(apart)
    }


def _moments(o: Observation, known: Known) -> tuple[float, ...]:
    """When a row's scan may have been, in minutes since 1970: two where an autumn night repeats the hour."""
    wall = wall_seconds(o.row)
    if wall is None or known.offset is None:
        return () if wall is None else (wall / 60,)
    first = wall / 60 - known.offset.minutes
    span = known.belief.span
    if span is None or not is_fine(o.row):
        return (first,)
    width = (span.latest - span.earliest).total_seconds() / 60
    return (first, first + round(width / 15) * 15) if width > 2 * MINUTE else (first,)


def content(o: Observation) -> tuple[object, ...]:
    """What a row says, as a key that settles ties without regard to the portal's name."""
    row, printed = o.row, o.row.printed
    when = "" if row.local_time is None else row.local_time.isoformat()
    words = (printed.code or "", printed.description, printed.place or "", printed.note or "")
    claim = str(row.claimed_offset_minutes)
    return (when, row.precision or "", *words, claim, o.tracking_number, o.sequence, o.portal, o.id)
