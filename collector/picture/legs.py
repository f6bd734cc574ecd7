"""On which part of the journey each event was, as stretches. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

ORDER = ("origin", "line_haul", "import", "last_mile")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Events `first` to `last` (places in the sequence) were on this leg."""

    leg: str
    first: int
    last: int


def stretches(legs: Sequence[str | None]) -> list[Stretch]:
    """The journey as stretches that never go back, so that the fewest events lie on another leg than said.

    A local carrier's first words are often those of an origin; they do not take the parcel back there.
    """
    said = [(place, leg) for place, leg in enumerate(legs) if leg in ORDER]
    if not said:
        return []
    chosen = _fewest_misfits([ORDER.index(leg) for _, leg in said if leg is not None])
    found: list[Stretch] = []
    for (place, _), rank in zip(said, chosen, strict=True):
        if found and found[-1].leg == ORDER[rank]:
            found[-1] = Stretch(ORDER[rank], found[-1].first, place)
        else:
            found.append(Stretch(ORDER[rank], place if found else 0, place))
    found[-1] = Stretch(found[-1].leg, found[-1].first, len(legs) - 1)
    return found


def _fewest_misfits(ranks: Sequence[int]) -> list[int]:
    """A rank for each place, never falling, that differs from `ranks` at the fewest places."""
    costs = [[0] * len(ORDER)]
    came_from: list[list[int]] = []
    for rank in ranks:
        before = costs[-1]
        best = [min(range(here + 1), key=lambda r: (before[r], -r)) for here in range(len(ORDER))]
        costs.append([before[best[here]] + (here != rank) for here in range(len(ORDER))])
        came_from.append(best)
    here = min(range(len(ORDER)), key=lambda r: costs[-1][r])
    chosen = []
    for best in reversed(came_from):
        chosen.append(here)
        here = best[here]
    return chosen[::-1]
