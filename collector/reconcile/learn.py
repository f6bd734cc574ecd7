"""What single parcels teach about portals' clocks, and what all of them together amount to. Pure.

Pass 1 looks at one parcel with declared facts only and gives counts, each capped so that no parcel
outweighs the others. The sum over parcels is quantised into estimates; pass 2 reconciles with these.
Nothing pass 2 finds goes back into the counts, so the result is a function of the set of facts.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Literal

from collector.fold import Observation
from collector.read.offsets import EASTERNMOST, WESTERNMOST
from collector.reconcile.clocks import (
    Belief,
    Estimate,
    Estimates,
    LagClass,
    claim_of,
    has_one_clock,
    is_witness,
    leg_name,
)
from collector.reconcile.kinds import LONGEST_LAG, Said, speakers
from collector.reconcile.spans import fitting_offset
from scrapers import vocabulary

#: offset      a row of unknown clock says a witness's moment if read at that offset
#: over        it says a later moment at that offset, and an earlier one at the next (15 minutes more)
#: agree, late, early   a row beside a witness
#: claim_held, claim_fell   a stated offset beside a witness
Measure = Literal["offset", "over", "agree", "late", "early", "claim_held", "claim_fell"]
_Key = tuple[str, str, Measure, int]

#: Counts that are alternatives to each other, by the question they answer.
_ALTERNATIVES: dict[Measure, str] = {
    "offset": "offset",
    "over": "offset",
    "agree": "lag",
    "late": "lag",
    "early": "lag",
    "claim_held": "claim",
    "claim_fell": "claim",
}

#: How much one parcel may add for one portal and leg to each question; more is scaled down to it.
PARCEL_CAP = 6
#: Counts needed before a habit is believed, and the share of them that must say the same.
LEAST_SUPPORT, LEAST_SHARE = 3, 0.7
#: Rows that must fit before an offset is believed.
LEAST_OFFSETS = 2
#: The share of rows that may contradict what can never be: a negative lag.
MOST_EARLY = 0.1


@dataclass(frozen=True, slots=True)
class Count:
    """One thing a parcel taught: `value` is an offset in minutes for "offset" and "over", else 0."""

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
    groups: dict[tuple[str, str, str], Counter[_Key]] = defaultdict(Counter)
    for key, n in counts.items():
        groups[key[0], key[1], _ALTERNATIVES[key[2]]][key] = n
    capped: Counter[_Key] = Counter()
    for group in groups.values():
        capped += _scaled(group) if group.total() > PARCEL_CAP else group
    return capped


def _scaled(counts: Counter[_Key]) -> Counter[_Key]:
    """The counts brought down to the cap in all; what rounding leaves goes to the largest remainders."""
    total = counts.total()
    scaled = Counter({key: n * PARCEL_CAP // total for key, n in counts.items()})
    by_rest = sorted(counts, key=lambda key: (-(counts[key] * PARCEL_CAP % total), key))
    scaled.update(by_rest[: PARCEL_CAP - scaled.total()])
    return scaled


def _taught(a: Said, b: Said) -> Iterable[_Key]:
    """What two rows of one event teach about either, the other being the witness."""
    for side, witness in ((a, b), (b, a)):
        if not (is_witness(witness.observation) and _is_known(witness) and side.is_fine and witness.is_fine):
            continue
        if side.belief.span is None:
            yield from _taught_offset(side, witness)
        elif _is_known(side):
            yield from _taught_habits(side, witness)


def _is_known(side: Said) -> bool:
    return side.belief.span is not None and side.belief.source != "inferred"


def _taught_offset(side: Said, witness: Said) -> Iterable[_Key]:
    wall, instant = side.wall, witness.belief.span
    if wall is None or instant is None or not has_one_clock(side.observation):
        return
    offset = fitting_offset(wall, instant)
    if offset is not None:
        yield (*_who(side), "offset", offset)
        return
    quarters = (wall.earliest.replace(tzinfo=UTC) - instant.earliest) // timedelta(minutes=15)
    if quarters * 15 >= WESTERNMOST:
        yield (*_who(side), "over", min(quarters * 15, EASTERNMOST))


def _taught_habits(side: Said, witness: Said) -> Iterable[_Key]:
    held, instant = side.belief.span, witness.belief.span
    if held is None or instant is None:
        return
    if held.agrees_with(instant):
        yield (*_who(side), "agree", 0)
        if claim_of(side.observation.row) is not None:
            fell = side.belief.source == "corrected"
            yield (*_who(side), "claim_fell" if fell else "claim_held", 0)
    elif abs(gap := instant.gap_to(held)) <= LONGEST_LAG:
        yield (*_who(side), "late" if gap > timedelta(0) else "early", 0)


def _who(side: Said) -> tuple[str, str]:
    return side.observation.portal, leg_name(side.observation.row.leg)


def viewer_offsets(groups: Iterable[Sequence[Observation]], beliefs: Mapping[str, Belief]) -> dict[str, int]:
    """Offsets for rows of pages rendered for a viewer whose zone was not recorded, by observation id.

    All rows of one such reading share the viewer's clock: it is learned from that reading alone.
    """
    fits: dict[tuple[str, str, str], Counter[int]] = defaultdict(Counter)
    rows: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for group in groups:
        sides = speakers((o, beliefs[o.id]) for o in group)
        for o in group:
            if vocabulary.facts(o.portal).clock.kind != "viewer" or beliefs[o.id].span is not None:
                continue
            reading, side = (
                (o.portal, o.tracking_number, o.sightings[-1].last_visit_id),
                Said(o, beliefs[o.id]),
            )
            rows[reading].append(o.id)
            for witness in sides.values():
                wall, instant = side.wall, witness.belief.span
                if is_witness(witness.observation) and side.is_fine and witness.is_fine and wall and instant:
                    offset = fitting_offset(wall, instant)
                    fits[reading].update(() if offset is None else (offset,))
    settled = {reading: _settled_offset(fits[reading], Counter()) for reading in rows}
    return {
        name: offset
        for reading, names in rows.items()
        if (offset := settled[reading]) is not None
        for name in names
    }


def estimates(counts: Iterable[Count]) -> dict[tuple[str, str], Estimate]:
    """The quantised estimates that all parcels' counts amount to, by portal and leg, sorted."""
    sums: dict[tuple[str, str], Counter[tuple[Measure, int]]] = defaultdict(Counter)
    for c in counts:
        sums[c.portal, c.leg][c.measure, c.value] += c.count
    return {key: _estimate(sums[key]) for key in sorted(sums)}


def _estimate(sums: Counter[tuple[Measure, int]]) -> Estimate:
    offsets = Counter({value: n for (measure, value), n in sums.items() if measure == "offset"})
    overs = Counter({value: n for (measure, value), n in sums.items() if measure == "over"})
    agree, late, early = sums["agree", 0], sums["late", 0], sums["early", 0]
    held, fell = sums["claim_held", 0], sums["claim_fell", 0]
    basis = [f"{n} rows fit UTC{_signed(value)}" for value, n in sorted(offsets.items())]
    if overs:
        basis.append(f"{overs.total()} rows fit no zone")
    if agree or late or early:
        basis.append(f"{agree} rows agree with another portal, {late} are later, {early} are earlier")
    if held or fell:
        basis.append(f"{held} stated offsets hold, {fell} do not")
    return Estimate(
        offset_minutes=_settled_offset(offsets, overs),
        lag_class=_lag_class(agree, late, early),
        reliability=round(held / (held + fell), 1) if held + fell >= LEAST_SUPPORT else None,
        support=agree + late + early + offsets.total() + overs.total(),
        basis="; ".join(basis),
    )


def _settled_offset(fits: Counter[int], overs: Counter[int]) -> int | None:
    """The offset most rows fit, at the early edge: at most a few may come out earlier than the witness.

    An offset that many rows undercut is another one plus a habitual lag.
    """
    if not fits:
        return None
    value, n = min(fits.items(), key=lambda item: (-item[1], item[0]))
    undercut = sum(m for counts in (fits, overs) for other, m in counts.items() if other < value)
    is_edge = undercut <= MOST_EARLY * (fits.total() + overs.total())
    return value if is_edge and n >= LEAST_OFFSETS and n >= LEAST_SHARE * fits.total() else None


def _lag_class(agree: int, late: int, early: int) -> LagClass | None:
    """Whether a portal shows scans or their receipt: habitually late and never early."""
    rows = agree + late + early
    if rows < LEAST_SUPPORT:
        return None
    if late >= LEAST_SHARE * rows and early <= MOST_EARLY * rows:
        return "receipt"
    return "scan" if agree + early >= LEAST_SHARE * rows else None


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
