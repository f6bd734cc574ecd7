"""How sure it is that two rows report one event and that the kind of their difference is right. Pure.

The shares were measured on worlds with known truth, and stand in `confidence.toml`: `python -m
benchmarks.calibrate` makes them.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from collector.reconcile.kinds import Difference
from collector.reconcile.model import ONCE
from collector.reconcile.sides import Said

#: A row that is followed from one visit to the next is hardly ever another one.
REVISION = 0.97
#: Where nothing like it was measured: of two rows of some kind, as often right as wrong.
_UNMEASURED = 0.5


def confidence(a: Said, b: Said, found: Difference) -> float:
    """The probability, 0 to 1, that both rows report one event and the kind is right."""
    said = (a.observation.row.milestone, b.observation.row.milestone)
    words = "unknown" if None in said else "same" if said[0] == said[1] else "other"
    passing = "again" if ONCE.isdisjoint(said) else "once"
    told = "fine" if a.is_fine and b.is_fine else "coarse"
    shares = _shares().get(found.kind or "", {}).get(words, {})
    return shares.get(f"{passing}_{told}", _UNMEASURED)


@cache
def _shares() -> Mapping[str, Mapping[str, Mapping[str, float]]]:
    file = resources.files(__package__) / "confidence.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
