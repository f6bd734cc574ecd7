"""`python -m benchmarks.calibrate`: how often Crosstrack is right about a disagreement, by its looks.

Prints the shares that `confidence` stands on, as TOML: of the disagreements of one kind between rows that are
understood alike or not, pass once or again and again, and print a minute or not, how many are right about
both the event and the kind. The worlds are others than those that `evaluate` takes by default.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.answers import Disagreement
from benchmarks.crosstrack import crosstrack
from benchmarks.judging import Judged, judge
from benchmarks.worlds import make_world, profile, profile_names

#: Milestones that a parcel passes once, as a rule.
ONCE = frozenset(
    {
        "accepted", "export_customs_started", "export_customs_cleared", "departed_origin_country",
        "arrived_destination_country", "handed_to_last_mile", "available_for_pickup", "delivered", "returned",
        "cancelled",
    }
)  # fmt: skip
#: How many imagined cases pull a cell towards the share of its kind.
PULL = 4

#: Kind, words, "once" or "again", "fine" or "coarse".
_Cell = tuple[str, str, str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.calibrate", description=__doc__)
    parser.add_argument("--seeds", type=int, default=2, metavar="N", help="worlds per profile (2)")
    parser.add_argument("--first-seed", type=int, default=101, metavar="N", help="the first (default: 101)")
    parser.add_argument("--parcels", type=int, default=40, metavar="N", help="parcels per world (40)")
    options = parser.parse_args(arguments)
    said, right = Counter[_Cell](), Counter[_Cell]()
    for name in profile_names():
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            world = make_world(seed, options.parcels, profile(name))
            for cell, is_right in _cells(judge(world, crosstrack(world))):
                said[cell] += 1
                right[cell] += is_right
    print(_table(said, right))
    return 0


def _cells(judged: Judged) -> Iterator[tuple[_Cell, bool]]:
    for one, truth in judged.written:
        if one.row_a in judged.world.row and one.row_b in judged.world.row:
            yield _cell(judged, one), truth is not None and one.kind in truth.accepted


def _cell(judged: Judged, one: Disagreement) -> _Cell:
    rows = [judged.world.row[name] for name in (one.row_a, one.row_b)]
    said = [judged.answer.rows[row.id].milestone if row.id in judged.answer.rows else None for row in rows]
    words = "unknown" if None in said else "same" if said[0] == said[1] else "other"
    is_fine = all(row.time is not None and row.time.is_fine for row in rows)
    passing = "again" if ONCE.isdisjoint(said) else "once"
    return one.kind, words, passing, "fine" if is_fine else "coarse"


def _table(said: Counter[_Cell], right: Counter[_Cell]) -> str:
    lines: list[str] = []
    heading: tuple[str, str] | None = None
    for cell in sorted(said):
        if cell[:2] != heading:
            heading = cell[:2]
            lines += ["", f"[{heading[0]}.{heading[1]}]"]
        kind = [c for c in said if c[0] == cell[0]]
        usual = sum(right[c] for c in kind) / sum(said[c] for c in kind)
        share = (right[cell] + PULL * usual) / (said[cell] + PULL)
        lines.append(f"{cell[2]}_{cell[3]} = {share:.2f}  # of {said[cell]}")
    return "\n".join(lines).strip()


if __name__ == "__main__":
    sys.exit(main())
