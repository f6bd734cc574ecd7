"""Which rows repeat another portal's: the same digits and the same words, whatever the label. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from collector.fold import Observation
from collector.reconcile.clocks import claim_of
from collector.reconcile.context import Tracks
from collector.reconcile.spans import is_fine, wall_seconds
from scrapers import vocabulary

#: Shorter wordings are too common to show that one was taken from the other.
_LONG_ENOUGH = 2

_DAY = 86_400
_UNDATED = ("undated", 0, 0)

#: Rows by the minute, the date, and the lack of one that they print.
Printed = Mapping[tuple[str, int, int], Sequence[Observation]]


def copied(tracks: Tracks) -> Counter[tuple[str, bool]]:
    """Of each portal that is not known here, or sells, how many rows are copies of another's, and are not.

    Rows of a portal that is alone with its parcel say nothing.
    """
    counts: Counter[tuple[str, bool]] = Counter()
    if len({portal for portal, _ in tracks}) < 2:
        return counts
    printed = by_print(o for rows in tracks.values() for o in rows)
    claimed = _by_claim(o for rows in tracks.values() for o in rows)
    for (portal, _), rows in tracks.items():
        if vocabulary.facts(portal).kind in ("unknown", "marketplace"):
            told = [o for o in rows if o.row.precision in ("second", "minute")]
            counts.update(
                (portal, any(is_copy(o, w) for w in (*alike(o, printed), *_claiming(o, claimed))))
                for o in told
            )
    return counts


def by_print(rows: Iterable[Observation]) -> Printed:
    """Rows by what they print of their time; those with a time also by its date alone."""
    found: dict[tuple[str, int, int], list[Observation]] = defaultdict(list)
    for o in rows:
        at, wall = o.row.local_time, wall_seconds(o.row)
        if at is None or wall is None:
            found[_UNDATED].append(o)
            continue
        found["day", wall // _DAY, at.microsecond].append(o)
        if o.row.precision in ("second", "minute"):
            found["minute", wall // 60, at.microsecond].append(o)
    return found


def alike(o: Observation, printed: Printed) -> list[Observation]:
    """Rows of other portals with the digits of `o`, as far as it prints them."""
    at, wall = o.row.local_time, wall_seconds(o.row)
    if at is None or wall is None:
        found = printed.get(_UNDATED, ())
    elif o.row.precision in ("second", "minute"):
        found = printed.get(("minute", wall // 60, at.microsecond), ())
    else:
        found = printed.get(("day", wall // _DAY, at.microsecond), ())
    is_to_second = o.row.precision == "second"
    return [
        w
        for w in found
        if w.portal != o.portal
        and not (is_to_second and w.row.precision == "second" and w.row.local_time != at)
    ]


def _by_claim(rows: Iterable[Observation]) -> Mapping[int, Sequence[Observation]]:
    """Rows by the minute (since 1970) that they claim to stand for."""
    found: dict[int, list[Observation]] = defaultdict(list)
    for o in rows:
        at = claimed_minute(o)
        if at is not None:
            found[at].append(o)
    return found


def _claiming(o: Observation, claimed: Mapping[int, Sequence[Observation]]) -> list[Observation]:
    """Rows of other portals that claim the minute `o` claims, in other digits."""
    at = claimed_minute(o)
    return [] if at is None else [w for w in claimed[at] if w.portal != o.portal]


def claimed_minute(o: Observation) -> int | None:
    """The minute (since 1970) that a row claims to stand for: by its label, else by the zone of its page."""
    wall, claim = wall_seconds(o.row), claim_of(o.row)
    if claim is None and vocabulary.facts(o.portal).clock.kind == "viewer":
        claim = o.viewer_offset_minutes
    return None if wall is None or claim is None or not is_fine(o.row) else wall // 60 - claim


def is_copy(o: Observation, source: Observation) -> bool:
    """Whether the words of `o` are those of `source`, perhaps with something before or behind them."""
    a, b = (_plain(one.row.printed.description) for one in (o, source))
    short, long = (b, a) if len(b) < len(a) else (a, b)
    return len(short) >= _LONG_ENOUGH and short in long


@lru_cache(maxsize=1 << 16)
def _plain(text: str) -> str:
    return vocabulary.normal(text)


def is_twin(a: Observation, b: Observation) -> bool:
    """Whether one of two rows may repeat the other: in its digits, or for the same claimed minute."""
    if not is_copy(a, b) or a.row.local_time is None or b.row.local_time is None:
        return False
    claimed = claimed_minute(a)
    is_same_print = a.row.local_time.replace(second=0) == b.row.local_time.replace(second=0)
    return is_same_print or (claimed is not None and claimed == claimed_minute(b))


def is_firsthand(o: Observation) -> bool:
    """Whether a row is not marked as another portal's, and its portal is not known to repeat others."""
    return o.row.printed.relayed_from is None and vocabulary.facts(o.portal).kind != "universal"
