"""What the user says of rows, brought to the rows that are matched: which are one event, or not. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from collector.fold import Observation
from collector.reconcile.scanning import Known

#: Two rows, by id, and whether they are one event; what was said last comes first.
Pairs = Mapping[frozenset[str], bool]


def standing(pairs: Pairs, observations: Mapping[str, Observation]) -> dict[frozenset[str], bool]:
    """What is said of rows that stand; what was said of a row holds for the one that replaced it."""
    found: dict[frozenset[str], bool] = {}
    for two, is_one in pairs.items():
        if two <= observations.keys():
            latest = {current(observations[name], observations).id for name in two}
            if len(latest) == 2 and all(observations[name].is_current for name in latest):
                found.setdefault(frozenset(latest), is_one)
    return found


def current(o: Observation, observations: Mapping[str, Observation]) -> Observation:
    """What stands in the place of `o` by now; `o` itself where nothing replaced it."""
    seen = {o.id}
    while (later := observations.get(o.replaced_by or "")) is not None and later.id not in seen:
        seen.add(later.id)
        o = later
    return o


def unrepeated(known: Mapping[str, Known], pairs: Pairs) -> dict[str, Known]:
    """What is known of the rows that the user parts from the row they seem to repeat: they repeat none."""
    return {
        name: replace(row, source=None, repeats=None)
        for name, row in known.items()
        if row.source is not None and pairs.get(frozenset((name, row.source))) is False
    }


def of_sources(pairs: Pairs, known: Mapping[str, Known]) -> dict[frozenset[str], bool]:
    """The statements with every row that repeats another put in that one's place."""
    found: dict[frozenset[str], bool] = {}
    for two, is_one in pairs.items():
        sources = frozenset(known[name].source or name for name in two)
        if len(sources) == 2:
            found.setdefault(sources, is_one)
    return found
