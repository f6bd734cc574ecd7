"""The clock of one page whose portal's clock nobody knows, by its rows beside those of others. Pure.

For pages whose clock differs from one parcel or viewer to the next, so that other parcels cannot teach it.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from collector.fold import Observation
from collector.reconcile.clocks import Offset, belief
from collector.reconcile.context import Context, Tracks
from collector.reconcile.copies import is_firsthand
from collector.reconcile.scanning import Known
from collector.reconcile.scans import Passed, Passing
from collector.reconcile.spans import fitting_offset, is_fine, wall_span

#: Rows that must fit one offset, and their share among the rows that stand beside others.
LEAST_ROWS, LEAST_SHARE = 3, 0.5


def inferred(
    tracks: Tracks, contexts: Mapping[str, Context], known: Mapping[str, Known], passed: Passed
) -> dict[str, Known]:
    """What is known anew of the rows of pages whose clock could be inferred, by id."""
    told: dict[Passing, list[Observation]] = defaultdict(list)
    for page in passed.values():
        for passing, o in page:
            if known[o.id].belief.span is not None and is_fine(o.row) and is_firsthand(o):
                told[passing].append(o)
    found: dict[str, Known] = {}
    for (portal, number), rows in tracks.items():
        open_rows = [o for o in rows if known[o.id].is_guess and o.row.local_time is not None]
        offset = _offset(portal, passed[portal, number], told, known) if open_rows else None
        if offset is not None:
            held = Offset(offset, "inferred")
            found |= {o.id: Known(belief(o, held), held, is_guess=False) for o in open_rows}
    return found


def _offset(
    portal: str,
    page: Sequence[tuple[Passing, Observation]],
    told: Mapping[Passing, Sequence[Observation]],
    known: Mapping[str, Known],
) -> int | None:
    """The one offset that enough rows of a page fit beside other portals' rows; None if there is none."""
    fits: Counter[int] = Counter()
    tested = 0
    for passing, o in page:
        others = [w for w in told.get(passing, ()) if w.portal != portal]
        wall = wall_span(o.row)
        if not known[o.id].is_guess or wall is None or not is_fine(o.row) or not others:
            continue
        tested += 1
        spans = [span for w in others if (span := known[w.id].belief.span) is not None]
        fits.update({offset for span in spans if (offset := fitting_offset(wall, span)) is not None})
    best = max(fits.values(), default=0)
    good = [offset for offset, n in fits.items() if n == best]
    return good[0] if len(good) == 1 and best >= max(LEAST_ROWS, LEAST_SHARE * tested) else None
