"""Records of any number of parcels, to measure with: those of `worlds`, with as many rows as people see.

A parcel of a world is on as many pages as is hard for the reconciler; people's parcels are on two or three.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.timing import seconds_of
from benchmarks.worlds import make_world, profile

Record = Mapping[str, Any]

#: Observations a parcel has at least, where its pages have so many: 50,000 parcels are a million.
ROWS_EACH = 20
#: A world is made whole: so many parcels at a time fit the memory.
_AT_ONCE = 500


def records(parcels: int, *, seed: int = 1, rows_each: int = ROWS_EACH) -> Iterator[Record]:
    """The records of so many parcels, about `rows_each` observations a parcel, parcel by parcel.

    The first parcels are the same whatever their number.
    """
    for first in range(0, parcels, _AT_ONCE):
        wanted = min(_AT_ONCE, parcels - first)
        world = make_world(seed + 1000 * (first // _AT_ONCE), wanted, profile("usual"))
        pages: dict[tuple[str, str], list[Record]] = {}
        for record in world.records:
            pages.setdefault((record["portal"], record["tracking_number"]), []).append(record)
        shown: dict[int, dict[tuple[str, str], int]] = {}
        for row in world.rows:
            of_parcel = shown.setdefault(row.parcel, {})
            of_parcel[row.portal, row.number] = of_parcel.get((row.portal, row.number), 0) + 1
        for index in range(wanted):
            for page in _enough(shown.get(index, {}), rows_each):
                yield from (_distinct(record, first) for record in pages.get(page, ()))


def _distinct(record: Record, first: int) -> Record:
    """A record whose order is not that of a parcel of another world."""
    orders = record.get("order_ids")
    return {**record, "order_ids": [f"{first}{order}" for order in orders]} if orders else record


def _enough(pages: Mapping[tuple[str, str], int], rows: int) -> list[tuple[str, str]]:
    """The first pages that have so many rows together; two at least, for one alone disagrees with nobody."""
    chosen: list[tuple[str, str]] = []
    told = 0
    for page, count in pages.items():
        if told >= rows and len(chosen) > 1:
            break
        chosen.append(page)
        told += count
    return chosen


def imported(database: Path, parcels: int) -> list[Record]:
    """The records of so many parcels, after the command has imported them into `database`."""
    file = database.with_suffix(".jsonl")
    found = list(records(parcels))
    file.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in found), encoding="utf-8")
    seconds_of([sys.executable, "-m", "collector", "--db", str(database), "import", str(file)])
    file.unlink()
    return found
