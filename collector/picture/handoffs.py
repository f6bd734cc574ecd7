"""Where the parcel goes on under another number. Pure.

A shop, or a portal that follows the parcel through, shows the whole journey under every number; who issued a
number shows it under no other. So the number takes over where a portal that knows no other one first saw the
parcel; where there is none, at the first event that no other number is shown for. The first number takes over
where it is first shown.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from collector.picture.placing import Placed
from collector.picture.story import Number, Story

#: No scan of the parcel: the number is announced only.
_DATA_ONLY = frozenset({"info_received", "notice"})


def takeovers(story: Story, events: Sequence[Placed]) -> dict[str, list[Number]]:
    """The numbers that take over at an event, by its id."""
    known: defaultdict[str, set[str]] = defaultdict(set)
    for row in story.standing_rows():
        known[row.portal].add(row.number)
    found: dict[str, list[Number]] = {}
    for number in story.numbers:
        places = [(_rank(one, number.number, known), place) for place, one in enumerate(events)]
        ranked = [(rank if found else 0, place) for rank, place in places if rank is not None]
        if ranked:
            found.setdefault(events[min(ranked)[1]].event.id, []).append(number)
    return found


def _rank(one: Placed, number: str, known: Mapping[str, set[str]]) -> int | None:
    """How well an event tells that the number has taken over, 0 best; None where it is not shown for it."""
    rows = [mark.row for mark in one.marks if mark.row.number == number]
    if not rows:
        return None
    own = [row for row in rows if known[row.portal] == {number}]
    if own:
        return 0 if any(row.milestone not in _DATA_ONLY for row in own) else 1
    return 2 if all(mark.row.number == number for mark in one.marks) else 3
