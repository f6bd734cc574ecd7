"""How right an answer is, in figures: shares from 0 to 1 unless a figure's name says otherwise."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

from benchmarks.answers import Disagreement
from benchmarks.judging import Judged, Tally
from benchmarks.row_scores import instants, milestones, order, visits, wrong_parcels
from benchmarks.worlds import Row
from benchmarks.worlds.kinds import KINDS, Truth, events_of

BINS = 10
#: A kind counts in the mean over kinds if the truth has so many of it; `none` never does.
ENOUGH_OF_A_KIND = 5


def figures(judged: Judged) -> dict[str, float]:
    """Every figure of one answer by its name; what was not measured is left out."""
    pairs = Tally(
        right=len(judged.said & judged.true),
        wrong=len(judged.said - judged.true),
        missed=len(judged.true - judged.said),
    )
    found = {"pairs F1": pairs.f1, "pairs precision": pairs.precision, "pairs recall": pairs.recall}
    found |= _kind_figures(judged)
    found["calibration error"] = calibration_error(judged.written)
    wrong = sum(truth is None for _, truth in judged.written)
    found["disagreements on no event"] = wrong / len(judged.written) if judged.written else 0.0
    found |= _suspects(judged)
    found |= instants(judged)
    found["order of events"] = order(judged)
    found |= milestones(judged)
    found["parcels wrong (count)"] = float(len(wrong_parcels(judged.world, judged.answer)))
    found |= visits(judged)
    rows = sum(1 for row in judged.world.rows for shown in row.shown if shown)
    if judged.answer.seconds is not None:
        found["rows a second (count)"] = rows / judged.answer.seconds
    if judged.answer.memory_mb is not None:
        found["peak memory (MB)"] = judged.answer.memory_mb
    return found


def _kind_figures(judged: Judged) -> dict[str, float]:
    conflict, joined = judged.kinds["conflict"], judged.joined_kinds["conflict"]
    there = Counter(truth.kind for truth in judged.wanted.values())
    enough = [kind for kind in KINDS if there[kind] >= ENOUGH_OF_A_KIND]
    return {
        "kinds macro F1": _macro(judged.kinds, enough),
        "kinds macro F1, joined pairs": _macro(judged.joined_kinds, enough),
        **{f"F1 of {kind}": judged.kinds[kind].f1 for kind in enough},
        "conflict precision": conflict.precision,
        "conflict recall": conflict.recall,
        "conflict recall, joined pairs": joined.recall,
    }


def _macro(kinds: Mapping[str, Tally], enough: Iterable[str]) -> float:
    """The mean F1 over the kinds there are enough of; rows that agree are no kind."""
    scores = [kinds[kind].f1 for kind in enough if kind != "none"]
    return sum(scores) / len(scores) if scores else 1.0


def calibration_error(written: Iterable[tuple[Disagreement, Truth | None]]) -> float:
    """How far confidence lies from how often it is right: mean over ten bins, weighted by their size."""
    bins: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for one, truth in written:
        is_right = truth is not None and one.kind in truth.accepted
        bins[min(int(one.confidence * BINS), BINS - 1)].append((one.confidence, is_right))
    total = sum(map(len, bins.values()))
    apart = (abs(sum(c for c, _ in rows) - sum(r for _, r in rows)) for rows in bins.values())
    return sum(apart) / total if total else 0.0


def _suspects(judged: Judged) -> dict[str, float]:
    """Of the suspects named, how many are wrong indeed; of those that could be named, how many are.

    A false time can be named where two other portals, neither repeating the other, agree against it.
    """
    named = [(one, judged.world.row.get(one.suspect)) for one, _ in judged.written if one.suspect]
    right = sum(row is not None and bool(row.false) for _, row in named)
    of_event = events_of(judged.world.current)
    in_conflict = {one for pair, truth in judged.wanted.items() if truth.kind == "conflict" for one in pair}
    told = {
        row.id
        for rows in of_event.values()
        for row in rows
        if row.id in in_conflict and row.false and row.source is None and _independent(row, rows) >= 2
    }
    found = {row.id for _, row in named if row is not None}
    return {
        "suspects right": right / len(named) if named else 1.0,
        "suspects named": len(told & found) / len(told) if told else 1.0,
    }


def _independent(suspect: Row, rows: list[Row]) -> int:
    """Portals that show the event rightly, on time and for themselves, other than the suspect's."""
    sound = {r.portal for r in rows if r.time and not r.false and r.source is None and not r.late}
    return len(sound - {suspect.portal})
