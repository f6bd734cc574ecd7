"""Figures of many worlds as one: medians with their spread, as Markdown or as data."""

from collections.abc import Mapping, Sequence
from statistics import median

#: By profile, by reconciler, the figures of each world.
Scores = dict[str, dict[str, list[dict[str, float]]]]

#: What the table over all profiles shows.
_CHIEF = (
    "pairs F1", "kinds macro F1", "calibration error", "disagreements on no event", "conflict precision",
    "conflict recall", "instants within 90 s", "order of events", "rows with a milestone",
    "parcels wrong (count)",
)  # fmt: skip


def summary(scores: Scores) -> dict[str, dict[str, dict[str, dict[str, float | list[float]]]]]:
    """By profile, reconciler and figure: the median, the smallest, the largest, and every world's."""
    return {
        name: {
            reconciler: {
                figure: {
                    "median": median(values),
                    "smallest": min(values),
                    "largest": max(values),
                    "worlds": values,
                }
                for figure, values in _by_figure(worlds).items()
            }
            for reconciler, worlds in of_profile.items()
        }
        for name, of_profile in scores.items()
    }


def by_reconciler(of_profile: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    """A Markdown table: a line per figure, a column per reconciler."""
    columns = {name: _by_figure(worlds) for name, worlds in of_profile.items()}
    lines = list(dict.fromkeys(figure for column in columns.values() for figure in column))
    rows = [[figure, *(_cell(figure, columns[name].get(figure)) for name in columns)] for figure in lines]
    return _table(["figure", *columns], rows)


def by_profile(scores: Scores) -> str:
    """A Markdown table per reconciler: a line per chief figure, a column per profile."""
    reconcilers = dict.fromkeys(one for of_profile in scores.values() for one in of_profile)
    parts = []
    for one in reconcilers:
        columns = {name: _by_figure(of_profile[one]) for name, of_profile in scores.items()}
        rows = [[f, *(_cell(f, column.get(f)) for column in columns.values())] for f in _CHIEF]
        parts.append(_table([one, *columns], rows))
    return "\n\n".join(parts)


def _by_figure(worlds: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    names = dict.fromkeys(figure for world in worlds for figure in world)
    return {figure: [world[figure] for world in worlds if figure in world] for figure in names}


def _cell(figure: str, values: Sequence[float] | None) -> str:
    if not values:
        return ""
    form = "{:.0f}" if figure.endswith(")") else "{:.3f}"
    middle, low, high = (form.format(v) for v in (median(values), min(values), max(values)))
    return middle if low == high else f"{middle} ({low} to {high})"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
