"""What single parcels teach about portals' clocks, and what all of them together amount to. Pure.

Pass 1 looks at one parcel with declared facts only and gives counts, each capped so that no parcel
outweighs the others. The sum over parcels is quantised into estimates; pass 2 reconciles with these.
Nothing pass 2 finds goes back into the counts, so the result is a function of the set of facts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from collector.fold import Observation
from collector.reconcile.clocks import (
    Belief,
    Estimate,
    Estimates,
    LagClass,
    fitting_offset,
    leg_name,
    wall_span,
)
from collector.reconcile.kinds import LONGEST_LAG, Said, speakers

Measure = Literal["offset", "agree", "late", "claim_held", "claim_fell"]
_Key = tuple[str, str, Measure, int]

#: Counts that are alternatives to each other, by the question they answer.
_ALTERNATIVES: dict[Measure, str] = {
    "offset": "offset",
    "agree": "lag",
    "late": "lag",
    "claim_held": "claim",
    "claim_fell": "claim",
}

#: How much one parcel may add for one portal and leg; more is scaled down to it.
PARCEL_CAP = 6
#: Counts needed before anything is believed, and the share of them that must say the same.
LEAST_SUPPORT, LEAST_SHARE = 3, 0.7
LEAST_OFFSETS = 2


@dataclass(frozen=True, slots=True)
class Count:
    """One thing a parcel taught: `value` is the offset in minutes for measure "offset", else 0."""

    portal: str
    leg: str
    measure: Measure
    value: int
    count: int


def parcel_counts(
    groups: Sequence[Sequence[Observation]], beliefs: Mapping[str, Belief]
) -> tuple[Count, ...]:
    """What one parcel's events teach, capped, in a fixed order."""
    counts: Counter[_Key] = Counter()
    for group in groups:
        sides = list(speakers([(o, beliefs[o.id]) for o in group]).values())
        for i, a in enumerate(sides):
            for b in sides[i + 1 :]:
                counts.update(_taught(a, b))
    return tuple(Count(*key, n) for key, n in sorted(_capped(counts).items()) if n)


def _capped(counts: Counter[_Key]) -> Counter[_Key]:
    """The counts with each group of alternatives scaled down to the cap, their shares kept."""
    totals: Counter[tuple[str, str, str]] = Counter()
    for (portal, leg, measure, _), n in counts.items():
        totals[portal, leg, _ALTERNATIVES[measure]] += n
    return Counter(
        {
            key: n
            if (total := totals[key[0], key[1], _ALTERNATIVES[key[2]]]) <= PARCEL_CAP
            else round(n * PARCEL_CAP / total)
            for key, n in counts.items()
        }
    )


def _taught(a: Said, b: Said) -> Iterable[_Key]:
    held_a, held_b = a.belief.span, b.belief.span
    for side, other in ((a, b), (b, a)):
        offset = _offset_of(side, other)
        if offset is not None:
            yield (*_who(side), "offset", offset)
    if held_a is None or held_b is None or not (a.is_fine and b.is_fine):
        return
    if held_a.agrees_with(held_b):
        for side in (a, b):
            yield (*_who(side), "agree", 0)
            if side.observation.row.claimed_offset_minutes is not None:
                held = side.belief.source == "stated"
                yield (*_who(side), "claim_held" if held else "claim_fell", 0)
    elif abs(gap := held_a.gap_to(held_b)) <= LONGEST_LAG:
        yield (*_who(b if gap > timedelta(0) else a), "late", 0)


def _who(side: Said) -> tuple[str, str]:
    return side.observation.portal, leg_name(side.observation.row.leg)


def _offset_of(side: Said, other: Said) -> int | None:
    """The offset that makes a row of unknown clock say the moment a known one says."""
    wall = wall_span(side.observation.row)
    if side.belief.span is not None or other.belief.span is None or wall is None or not side.is_fine:
        return None
    return fitting_offset(wall, other.belief.span)


def estimates(counts: Iterable[Count]) -> dict[tuple[str, str], Estimate]:
    """The quantised estimates that all parcels' counts amount to, by portal and leg, sorted."""
    sums: dict[tuple[str, str], Counter[tuple[Measure, int]]] = defaultdict(Counter)
    for c in counts:
        sums[c.portal, c.leg][c.measure, c.value] += c.count
    return {key: _estimate(sums[key]) for key in sorted(sums)}


def _estimate(sums: Counter[tuple[Measure, int]]) -> Estimate:
    offsets = Counter({value: n for (measure, value), n in sums.items() if measure == "offset"})
    agree, late = sums["agree", 0], sums["late", 0]
    held, fell = sums["claim_held", 0], sums["claim_fell", 0]
    offset = _settled_offset(offsets)
    basis = [f"{n} rows fit UTC{_signed(value)}" for value, n in sorted(offsets.items())]
    if agree or late:
        basis.append(f"{agree} rows agree with another portal, {late} are later")
    if held or fell:
        basis.append(f"{held} stated offsets hold, {fell} do not")
    return Estimate(
        offset_minutes=offset,
        lag_class=_lag_class(agree, late),
        reliability=round(held / (held + fell), 1) if held + fell >= LEAST_SUPPORT else None,
        support=agree + late + offsets.total(),
        basis="; ".join(basis),
    )


def _settled_offset(offsets: Counter[int]) -> int | None:
    if not offsets:
        return None
    value, n = min(offsets.items(), key=lambda item: (-item[1], item[0]))
    return value if n >= LEAST_OFFSETS and n / offsets.total() >= LEAST_SHARE else None


def _lag_class(agree: int, late: int) -> LagClass | None:
    if agree + late < LEAST_SUPPORT:
        return None
    if late / (agree + late) >= LEAST_SHARE:
        return "receipt"
    return "scan" if agree / (agree + late) >= LEAST_SHARE else None


def _signed(minutes: int) -> str:
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def used_estimates(observations: Iterable[Observation], known: Estimates) -> str:
    """What of the estimates a parcel's result depends on, as text: it is stale when this changes."""
    keys = sorted({(o.portal, leg_name(o.row.leg)) for o in observations})
    parts = []
    for portal, leg in keys:
        estimate = known.get((portal, leg), Estimate())
        if estimate.offset_minutes is not None or estimate.lag_class is not None:
            parts.append(f"{portal}/{leg}:{estimate.offset_minutes}:{estimate.lag_class}")
    return " ".join(parts)
