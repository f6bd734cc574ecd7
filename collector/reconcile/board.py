"""The groups of one parcel's scans while they are joined, and the pages that the scans stand on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from collector.reconcile.groups import Group, Scan, are_kept_apart
from collector.reconcile.journey import Passed


class Board:
    """Every scan in a group of its own at first; `join` is the only thing that changes it.

    groups  all there were, in a fixed order; those that were joined to others are marked (`is_gone`)
    pages   the scans of each page in its order
    place   of each scan (by `id`) on its page
    apart   pairs of scans that are never one event
    """

    def __init__(self, scans: Sequence[Scan]) -> None:
        self.groups = [Group([s]) for s in sorted(scans, key=lambda s: s.key)]
        self.pages: dict[tuple[str, str], list[Scan]] = defaultdict(list)
        for s in sorted((g.scans[0] for g in self.groups), key=lambda s: s.spot):
            self.pages[s.page].append(s)
        self.place = {id(s): n for rows in self.pages.values() for n, s in enumerate(rows)}
        self.apart: set[frozenset[Scan]] = set()
        self._group_of = {id(g.scans[0]): g for g in self.groups}
        self._passed: list[Passed] | None = None

    def take(self, said: Mapping[frozenset[str], bool]) -> None:
        """Join what the user says is one event, as far as pages allow it, and keep apart what is not."""
        scan_of = {o.id: s for page in self.pages.values() for s in page for o in s.rows}
        told = [([scan_of[name] for name in sorted(two)], is_one) for two, is_one in said.items()]
        self.apart = {frozenset(scans) for scans, is_one in told if not is_one}
        for (a, b), is_one in told:
            g, h = self.group_of(a), self.group_of(b)
            is_free = not {s.page for s in g.scans} & {s.page for s in h.scans}
            if is_one and is_free and not are_kept_apart(g, h, self.apart):
                self.join(g, h)

    def join(self, g: Group, h: Group) -> None:
        """Makes one group of two: `h` is gone."""
        g.scans += h.scans
        g.settle()
        h.is_gone = True
        self._passed = None
        for s in h.scans:
            self._group_of[id(s)] = g

    def group_of(self, s: Scan) -> Group:
        """The group a scan is in now."""
        return self._group_of[id(s)]

    def moment_of(self, s: Scan) -> float | None:
        """The moment of a scan's event, as far as that is known: by others, or by a time to the minute."""
        event = self.group_of(s)
        return event.moment if event.is_shared or s.is_fine else None

    def passed(self) -> list[Passed]:
        """Where the parcel was when, as events of several pages tell it."""
        if self._passed is None:
            shared = (g for g in self.groups if g.is_shared and not g.is_gone)
            self._passed = [
                (g.moment, g.stretch) for g in shared if g.moment is not None and g.stretch is not None
            ]
        return self._passed
