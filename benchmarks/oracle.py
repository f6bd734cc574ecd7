"""The upper bound: a matcher that is told every row's true clock and milestone, and nothing else.

It is also told which rows of a relay come from one source, but not of which portal they are, which times are
false, or how late a portal is; so it fails where truth cannot be had from times and milestones. Pairs that it
joins rightly are given their true kind, others none.
"""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import combinations, pairwise

from benchmarks.answers import Answer, Disagreement, Revision, Said
from benchmarks.clusters import clusters
from benchmarks.sequences import sequence_of
from benchmarks.worlds import Row, World
from benchmarks.worlds.kinds import AGREE, evidence_of, gap, speakers, truth_of
from benchmarks.worlds.model import Shown

_REACH = timedelta(days=2, hours=2)
_UNPHYSICAL = frozenset({"info_received", "notice"})
_NEVER = datetime.max.replace(tzinfo=UTC)


def oracle(world: World) -> Answer:
    """What the matcher says of the world."""
    evidence = evidence_of(world)
    rows: dict[str, Said] = {}
    times: dict[str, tuple[str, datetime]] = {}
    found: list[Disagreement] = []
    for parcel in world.parcels:
        of_parcel = [row for row in world.current if row.parcel == parcel.index]
        for members in _events(of_parcel):
            event = members[0].id
            best = min((row for row in members if row.time), key=_fineness, default=None)
            times[event] = (str(parcel.index), best.time.instant if best and best.time else _NEVER)
            for row in members:
                at = row.time.instant if row.time and row.time.is_fine else None
                rows[row.id] = Said(str(parcel.index), event, at, row.milestone if row.meanings else None)
            for a, b in combinations(speakers(members).values(), 2):
                truth = truth_of(a, b, evidence, world.known)
                kind = truth.kind if truth and a.event == b.event else "lag"
                if truth and kind != "none":
                    suspect = a.id if a.false else b.id if b.false else None
                    found.append(Disagreement(a.id, b.id, kind, 1.0, suspect))
    numbers = {number: frozenset({str(p.index)}) for p in world.parcels for number in p.numbers}
    instants = {event: at for event, (_, at) in times.items() if at != _NEVER}
    gone = frozenset(row.id for row in world.rows if row.last is None)
    return Answer(rows, sequence_of(times), numbers, found, instants, revisions_in(world), gone)


def revisions_in(world: World) -> list[Revision]:
    """The changes of time between visits that there really are."""
    found = []
    for row in world.rows:
        shown = [one for one in row.shown if one is not None]
        for old, new in pairwise(shown):
            if _is_changed(old, new):
                found.append(Revision(row.id, old.time_text, new.time_text))
    return found


def _is_changed(old: Shown, new: Shown) -> bool:
    """Whether the time itself changed, and not the zone the page was made for."""
    return old.time is not None and new.time is not None and old.time.instant != new.time.instant


def _events(rows: list[Row]) -> list[list[Row]]:
    ranks = _ranks(rows)

    def distance(a: Row, b: Row) -> tuple[timedelta, int] | None:
        if a.milestone != b.milestone or a.milestone in _UNPHYSICAL or a.time is None or b.time is None:
            return None
        apart = abs(gap(a.time.span(), b.time.span()))
        return (apart, abs(ranks[a.id] - ranks[b.id])) if apart <= _REACH else None

    def voice(row: Row) -> str:
        return row.portal if row.source is None else f"{row.portal} {row.source.split(':')[1]}"

    return _with_undated(clusters(rows, _doubles(rows), distance, voice))


def _ranks(rows: list[Row]) -> dict[str, int]:
    """The place of each row among those of its portal, number and milestone, by true time and page order."""
    found: dict[str, int] = {}
    pages: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        pages[row.portal, row.number].append(row)
    for page in pages.values():
        dated = [_at(row) for row in page if row.time]
        oldest_first = page if not dated or dated[0] <= dated[-1] else page[::-1]
        counts: Counter[str] = Counter()
        for row in sorted(oldest_first, key=_at):
            found[row.id] = counts[row.milestone]
            counts[row.milestone] += 1
    return found


def _doubles(rows: list[Row]) -> list[list[str]]:
    """Rows of one portal and milestone within a minute: one scan told twice, or under two numbers."""
    groups: list[list[str]] = []
    timed = sorted((row for row in rows if row.time), key=lambda r: (r.portal, r.milestone, _at(r), r.id))
    last: Row | None = None
    for row in timed:
        is_same = last and (last.portal, last.milestone) == (row.portal, row.milestone)
        is_coarse = row.time is not None and not row.time.is_fine
        if (
            is_same
            and last
            and _at(row) - _at(last) <= AGREE
            and not (is_coarse and row.number == last.number)
        ):
            groups[-1].append(row.id)
        else:
            groups.append([row.id])
        last = row
    return groups


def _with_undated(found: list[list[Row]]) -> list[list[Row]]:
    """Undated rows beside the only event of their milestone that lacks their portal."""
    dated = [members for members in found if members[0].time is not None]
    for (row,) in (members for members in found if members[0].time is None):
        fitting = [
            members
            for members in dated
            if members[0].milestone == row.milestone
            and row.milestone not in _UNPHYSICAL
            and row.portal not in {member.portal for member in members}
        ]
        if len(fitting) == 1:
            fitting[0].append(row)
        else:
            dated.append([row])
    return dated


def _at(row: Row) -> datetime:
    return row.time.instant if row.time else _NEVER


def _fineness(row: Row) -> tuple[bool, datetime]:
    return row.time is None or not row.time.is_fine, _at(row)
