"""Where portals disagree about the time of an event, and where one of them changed its mind. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations

from collector.fold import Observation
from collector.reconcile.clocks import Belief
from collector.reconcile.confidence import REVISION, confidence
from collector.reconcile.explain import explanation, revision
from collector.reconcile.kinds import SEVERITY, Difference, Kind, difference, suspect
from collector.reconcile.sides import Said
from collector.reconcile.statements import current

#: The rows that speak for their portals, by event and portal.
Sides = Mapping[str, Mapping[str, Said]]

_SEVERITIES = ("info", "notice", "warning")
#: Kinds of which the instants differ, or may.
_APART = frozenset({"conflict", "lag", "unexplained"})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two rows of one event, or one row at two visits, giving different times."""

    id: str
    event_id: str | None
    kind: Kind
    severity: str
    portal_a: str
    portal_b: str
    observation_a: str
    observation_b: str
    shown_difference_s: int | None
    claimed_difference_s: int | None
    real_difference_s: int | None
    reverses_order: bool
    suspect_observation: str | None
    confidence: float
    explanation: str


def disagreements(event_id: str, all_sides: Sides, zones: Sequence[str]) -> Iterable[Disagreement]:
    """The disagreements of one event's portals, each pair once. `zones` are those its place can be in."""
    sides = all_sides[event_id]
    for a, b in combinations(sides.values(), 2):
        found = difference(a, b, sides, zones)
        if found.kind is not None:
            yield _disagreement(
                event_id,
                (a, b),
                found,
                reverses_order=found.kind in _APART and _reverses(event_id, a, b, all_sides),
                suspect_id=suspect(a, b, sides) if found.kind == "conflict" else None,
                sure=confidence(a, b, found),
                text=explanation(a, b, found),
            )


def revisions(
    observations: Mapping[str, Observation], beliefs: Mapping[str, Belief], event_of: Mapping[str, str]
) -> Iterable[Disagreement]:
    """One for each row whose time the portal changed; a time that was only told finer did not change."""
    for o in sorted(observations.values(), key=lambda o: o.id):
        new = observations.get(o.replaced_by or "")
        if new is None:
            continue
        a, b = Said(o, beliefs[o.id]), Said(new, beliefs[new.id])
        apart = difference(a, b)
        if apart.shown_s:
            found = Difference("revision", apart.shown_s, apart.claimed_s, apart.real_s)
            event_id = event_of.get(current(new, observations).id)
            yield _disagreement(event_id, (a, b), found, sure=REVISION, text=revision(a, b))


def _disagreement(
    event_id: str | None,
    pair: tuple[Said, Said],
    found: Difference,
    *,
    sure: float,
    text: str,
    reverses_order: bool = False,
    suspect_id: str | None = None,
) -> Disagreement:
    a, b = pair
    if found.kind is None:
        raise ValueError("rows that agree are no disagreement")
    ids = (a.observation.id, b.observation.id)
    return Disagreement(
        id=sha256("\0".join((found.kind, *ids)).encode()).hexdigest()[:20],
        event_id=event_id,
        kind=found.kind,
        severity=SEVERITY[found.kind],
        portal_a=a.observation.portal,
        portal_b=b.observation.portal,
        observation_a=ids[0],
        observation_b=ids[1],
        shown_difference_s=found.shown_s,
        claimed_difference_s=found.claimed_s,
        real_difference_s=found.real_s,
        reverses_order=reverses_order,
        suspect_observation=suspect_id,
        confidence=sure,
        explanation=text,
    )


def _reverses(event_id: str, a: Said, b: Said, all_sides: Sides) -> bool:
    """Whether another event both portals show stands on the other side of this one on one of them."""
    here = all_sides[event_id]
    first, second = a.observation.portal, b.observation.portal
    for other_id, there in all_sides.items():
        if other_id == event_id or first not in there or second not in there:
            continue
        if _order(here[first], there[first]) * _order(here[second], there[second]) < 0:
            return True
    return False


def _order(x: Said, y: Said) -> int:
    if x.belief.span is None or y.belief.span is None:
        return 0
    gap = x.belief.span.gap_to(y.belief.span)
    return (gap.total_seconds() > 0) - (gap.total_seconds() < 0)


def highlights(found: Sequence[Disagreement]) -> dict[str, str]:
    """The worst severity of each event that has any."""
    worst: dict[str, str] = {}
    for d in found:
        if d.event_id is not None:
            known = worst.get(d.event_id, "info")
            worst[d.event_id] = max(known, d.severity, key=_SEVERITIES.index)
    return worst
