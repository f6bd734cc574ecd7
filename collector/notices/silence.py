"""How long parcels go without news at each stage, learned from those that are finished. Pure.

Of every finished parcel the longest gap in each stage counts. A parcel is silent when it has waited longer
than 95 of 100 did: by stage and route where enough parcels tell, else by stage alone.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from collector.notices.model import ParcelFacts
from scrapers.words import Milestone

#: Fewer parcels than this are no history.
_ENOUGH = 20
_SHARE = 0.95
#: Before there is a history: what nobody would call usual. Stages that are not here are never silent.
_AT_FIRST = {
    "origin": timedelta(days=14),
    "line_haul": timedelta(days=30),
    "customs": timedelta(days=21),
    "last_mile": timedelta(days=10),
}

_EXPORTED = frozenset(
    {
        Milestone.EXPORT_CUSTOMS_CLEARED,
        Milestone.DEPARTED_ORIGIN_COUNTRY,
        Milestone.ARRIVED_TRANSIT,
        Milestone.DEPARTED_TRANSIT,
        Milestone.ARRIVED_DESTINATION_COUNTRY,
        Milestone.IMPORT_CUSTOMS_STARTED,
        Milestone.CUSTOMS_HELD,
        Milestone.CUSTOMS_CLEARED,
        Milestone.DEPARTED_INWARD_OE,
        Milestone.HANDED_TO_LAST_MILE,
        Milestone.OUT_FOR_DELIVERY,
        Milestone.DELIVERY_ATTEMPTED,
    }
)

#: A finished parcel: the moments of its events with the stage each put it in, oldest first.
Past = Sequence[tuple[datetime, str]]
Route = tuple[str | None, str | None]


@dataclass(frozen=True, slots=True)
class Habits:
    """The longest usual gap by stage and route, and by stage."""

    by_route: dict[tuple[str, Route], timedelta] = field(default_factory=dict)
    by_stage: dict[str, timedelta] = field(default_factory=dict)

    def longest_usual(self, stage: str, origin: str | None, destination: str | None) -> timedelta | None:
        """How long a parcel at that stage may go without news; None where silence says nothing."""
        if stage not in _AT_FIRST:
            return None
        learned = self.by_route.get((stage, (origin, destination))) or self.by_stage.get(stage)
        return learned or _AT_FIRST[stage]


def habits(finished: Iterable[tuple[Route, Past]]) -> Habits:
    """What finished parcels teach; each counts once for every stage it went through."""
    by_route: defaultdict[tuple[str, Route], list[timedelta]] = defaultdict(list)
    by_stage: defaultdict[str, list[timedelta]] = defaultdict(list)
    for route, past in finished:
        for stage, gap in _longest_gaps(past).items():
            by_route[stage, route].append(gap)
            by_stage[stage].append(gap)
    return Habits(
        {key: _usual(gaps) for key, gaps in by_route.items() if len(gaps) >= _ENOUGH},
        {stage: _usual(gaps) for stage, gaps in by_stage.items() if len(gaps) >= _ENOUGH},
    )


def _longest_gaps(past: Past) -> dict[str, timedelta]:
    """The longest wait in each stage; the wait for the event that ends a stage is part of it."""
    longest: dict[str, timedelta] = {}
    for (at, stage), (following, _) in pairwise(past):
        longest[stage] = max(following - at, longest.get(stage, timedelta()))
    return longest


def _usual(gaps: Sequence[timedelta]) -> timedelta:
    return sorted(gaps)[math.ceil(_SHARE * len(gaps)) - 1]


def is_export_clear(facts: ParcelFacts) -> bool:
    """Whether nothing holds the parcel back in its country of origin, as far as is shown.

    Parcels wait there for a flight or for customs as long as they like, and nobody can be asked.
    """
    if facts.origin is not None and facts.origin == facts.destination:
        return True
    shown = [one.milestone for one in facts.happenings]
    last = max((place for place, kind in enumerate(shown) if kind in _EXPORTED), default=None)
    return last is not None and Milestone.EXPORT_CUSTOMS_HELD not in shown[last:]
