"""One event's portals as the sides of a comparison: which row speaks for each, and who bears it out. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from collector.fold import Observation
from collector.reconcile.clocks import UNKNOWN, Belief, Estimate, claim_of
from collector.reconcile.scanning import content
from collector.reconcile.spans import Span, is_fine, span_at, wall_span
from scrapers.words import Leg

#: Precision, finest first.
FINEST = {"second": 0, "minute": 1, "hour": 2, "day": 3, None: 4}


@dataclass(frozen=True, slots=True)
class Said:
    """One row as one side of a comparison.

    habit       what is learned of its portal on its leg (of the portal and leg whose row it repeats)
    is_witness  whether it speaks of its own knowledge: one that repeats another portal's row does not
    source      the id of the row it repeats, if it repeats one
    """

    observation: Observation
    belief: Belief
    leg: Leg | None = None
    habit: Estimate = UNKNOWN
    is_witness: bool = True
    source: str | None = None

    @property
    def wall(self) -> Span | None:
        """What is printed, as wall time."""
        return wall_span(self.observation.row)

    @property
    def claimed(self) -> Span | None:
        """The instant with the claim taken at its word; without a claim, the believed one."""
        claim = claim_of(self.observation.row)
        return self.belief.span if claim is None else span_at(self.observation.row, claim)

    @property
    def is_fine(self) -> bool:
        """Whether a time is printed at least to the minute."""
        return is_fine(self.observation.row)

    def agrees_with(self, other: "Said") -> bool:
        """Whether both instants are known and can be one moment."""
        here, there = self.belief.span, other.belief.span
        return here is not None and there is not None and here.agrees_with(there)


def are_copies(a: Said, b: Said) -> bool:
    """Whether one side repeats the other's row, or both repeat a third's, and both print the same time.

    Then their instants agree, whatever the clock is.
    """
    names = [{side.observation.id, side.source} - {None} for side in (a, b)]
    is_printed_alike = a.wall is not None and b.wall is not None and a.wall.agrees_with(b.wall)
    return is_printed_alike and not names[0].isdisjoint(names[1])


def speakers(members: Iterable[Said]) -> dict[str, Said]:
    """For each portal with rows in an event, the one that speaks for it: the finest, then the earliest."""

    def rank(said: Said) -> tuple[object, ...]:
        wall, span = said.wall, said.belief.span
        when = "" if wall is None else (span or wall).earliest.replace(tzinfo=None).isoformat()
        return (FINEST[said.observation.row.precision], span is None, when, content(said.observation))

    every = list(members)
    if len(every) == 1:
        return {every[0].observation.portal: every[0]}
    best: dict[str, Said] = {}
    for said in sorted(every, key=rank):
        best.setdefault(said.observation.portal, said)
    return dict(sorted(best.items()))


def bearing_out(side: Said, sides: Mapping[str, Said]) -> int:
    """How many portals of their own knowledge say the moment of `side`, itself included if it has any."""
    return sum(other.is_witness and side.agrees_with(other) for other in sides.values())
