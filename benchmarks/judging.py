"""An answer beside the truth: which of its pairs and kinds are right, wrong and missed."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from benchmarks.answers import Answer, Disagreement
from benchmarks.worlds import Row, World
from benchmarks.worlds.kinds import KINDS, Evidence, Truth, events_of, evidence_of, speakers, truth_of

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Right, wrong and missed ones of something."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """Right among those said; 1 if nothing was said."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Said among those there are; 1 if there are none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


@dataclass(frozen=True)
class Judged:
    """What is true of an answer's pairs: the figures are drawn from it, and the worst mistakes.

    said, true  pairs of current rows of different portals that are said to be one event, and that are;
                pairs that repeat one notice are in neither
    written     each disagreement with its truth: None where its rows are no event at all together
    wanted      the pairs that a kind is asked for, with it: speakers of each event's portals
    kinds       how often each kind was right; joined_kinds: of the pairs that were rightly joined alone
    """

    world: World
    answer: Answer
    said: frozenset[Pair]
    true: frozenset[Pair]
    written: tuple[tuple[Disagreement, Truth | None], ...]
    wanted: Mapping[Pair, Truth]
    kinds: Mapping[str, Tally]
    joined_kinds: Mapping[str, Tally]


def pair(a: str, b: str) -> Pair:
    """The two ids in one order."""
    return (a, b) if a < b else (b, a)


def judge(world: World, answer: Answer) -> Judged:
    """The answer beside the truth."""
    evidence = evidence_of(world)
    true, notices = _pairs(events_of(world.current).values()), _pairs(_notices(world).values())
    wanted = _wanted(world, evidence)
    written = tuple(
        (one, _truth(world, evidence, one))
        for one in answer.disagreements
        if pair(one.row_a, one.row_b) not in notices
    )
    said = frozenset(_said(world, answer)) - notices
    kinds = _kinds(world, answer, wanted, written)
    joined = {one: truth for one, truth in wanted.items() if _is_joined(answer, *one)}
    joined_kinds = _kinds(world, answer, joined, [w for w in written if w[1] is not None])
    return Judged(world, answer, said, true, written, wanted, kinds, joined_kinds)


def _pairs(groups: Iterable[list[Row]]) -> frozenset[Pair]:
    return frozenset(
        pair(a.id, b.id) for rows in groups for a, b in combinations(rows, 2) if a.portal != b.portal
    )


def _notices(world: World) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in world.current:
        if row.notice is not None:
            found[row.notice].append(row)
    return found


def _said(world: World, answer: Answer) -> frozenset[Pair]:
    joined: dict[str, list[Row]] = defaultdict(list)
    for row in world.current:
        said = answer.rows.get(row.id)
        if said is not None and said.event is not None:
            joined[said.event].append(row)
    return _pairs(joined.values())


def _wanted(world: World, evidence: Evidence) -> dict[Pair, Truth]:
    found: dict[Pair, Truth] = {}
    for rows in events_of(world.current).values():
        for a, b in combinations(speakers(rows).values(), 2):
            if truth := truth_of(a, b, evidence, world.known):
                found[pair(a.id, b.id)] = truth
    return found


def _truth(world: World, evidence: Evidence, one: Disagreement) -> Truth | None:
    a, b = world.row.get(one.row_a), world.row.get(one.row_b)
    if a is None or b is None or a.event is None or a.event != b.event:
        return None
    return truth_of(a, b, evidence, world.known) or Truth("none", frozenset({"none"}))


def _kinds(
    world: World,
    answer: Answer,
    wanted: Mapping[Pair, Truth],
    written: Iterable[tuple[Disagreement, Truth | None]],
) -> dict[str, Tally]:
    """Per kind, what was said rightly, wrongly, or not. A pair is one of an event and two portals.

    Each wanted pair is answered by the disagreement between any rows of its event and portals, which is
    judged by the truth of its own two rows; by "none" if its rows are joined without one; else by nothing.
    """
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    heard: dict[tuple[str | None, Pair], bool] = {}
    for one, truth in written:
        is_right = truth is not None and one.kind in truth.accepted
        (right if is_right else wrong)[one.kind] += 1
        if truth is not None:
            a, b = world.row[one.row_a], world.row[one.row_b]
            place = (a.event, pair(a.portal, b.portal))
            heard[place] = heard.get(place, False) or is_right
    for (first, second), truth in wanted.items():
        a, b = world.row[first], world.row[second]
        is_right = heard.get((a.event, pair(a.portal, b.portal)), False)
        is_silent = (a.event, pair(a.portal, b.portal)) not in heard
        if is_silent and _is_joined(answer, first, second):
            is_right = "none" in truth.accepted
            (right if is_right else wrong)["none"] += 1
        missed[truth.kind] += not is_right
    return {kind: Tally(right[kind], wrong[kind], missed[kind]) for kind in KINDS}


def _is_joined(answer: Answer, a: str, b: str) -> bool:
    first, second = answer.rows.get(a), answer.rows.get(b)
    return (
        first is not None and second is not None and first.event is not None and first.event == second.event
    )
