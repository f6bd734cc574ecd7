"""The order of events that are known by their times."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime


def sequence_of(times: Mapping[str, tuple[str, datetime]]) -> dict[str, int]:
    """The place of each event among those of its parcel; `times` has parcel and instant by event."""
    counts: Counter[str] = Counter()
    found: dict[str, int] = {}
    for event, (parcel, _) in sorted(times.items(), key=lambda item: (item[1][1], item[0])):
        counts[parcel] += 1
        found[event] = counts[parcel]
    return found
