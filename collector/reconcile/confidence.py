"""How sure it is that two rows report one event and that the kind of their difference is right. Pure."""

from collections.abc import Mapping

from collector.reconcile.kinds import Difference
from collector.reconcile.model import ONCE
from collector.reconcile.sides import Said, bearing_out

#: A row that is followed from one visit to the next is hardly ever another one.
REVISION = 0.9


def confidence(a: Said, b: Said, found: Difference, sides: Mapping[str, Said]) -> float:
    """The probability, 0 to 1, that both rows report one event and the kind is right."""
    said = (a.observation.row.milestone, b.observation.row.milestone)
    same = 0.6 if None in said else 0.7 if said[0] != said[1] else 0.95 if said[0] in ONCE else 0.85
    kind = found.kind or ""
    backed = max(bearing_out(a, sides), bearing_out(b, sides)) > 1
    return round(same * {"conflict": 0.8, "lag": 0.8, "unexplained": 0.7}.get(kind, 0.98) + 0.02 * backed, 2)
