"""What all parcels teach about clocks, in and out of the database, and whose parcels hang on it."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from sqlite_utils import Database

from collector.derive.rows import Row
from collector.reconcile.clocks import ANY, Estimate, Estimates
from collector.reconcile.learn import Count, estimates

#: Fields that say how an estimate came about: nothing that is derived hangs on them.
_BACKGROUND = frozenset({"support", "basis"})
#: Each is a column of `clock_estimates`.
_NAMES = tuple(field.name for field in fields(Estimate))
_USED = tuple(name for name in _NAMES if name not in _BACKGROUND)

_SUMS = "select portal, leg, measure, value, count from clock_sums order by portal, leg, measure, value"
_OF_PORTAL = "select distinct tracking_number as number from observations where portal = ?"

_Key = tuple[str, str]


def taught(db: Database) -> dict[_Key, Estimate]:
    """The estimates that the counts of all parcels amount to."""
    return estimates(
        Count(r["portal"], r["leg"], r["measure"], r["value"], r["count"]) for r in db.query(_SUMS)
    )


def estimate_rows(known: Estimates) -> list[Row]:
    """Rows of `clock_estimates`."""
    return [
        {
            "portal": portal,
            "leg": leg,
            "scope": "portal" if leg == ANY else "leg",
            **{name: getattr(estimate, name) for name in _NAMES},
        }
        for (portal, leg), estimate in known.items()
    ]


def known_estimates(db: Database) -> dict[_Key, Estimate]:
    """The estimates as they stand in the database."""
    rows = db.query("select * from clock_estimates order by portal, leg")
    return {(row["portal"], row["leg"]): _estimate(row) for row in rows}


def _estimate(row: Mapping[str, Any]) -> Estimate:
    return Estimate(**{name: row[name] for name in _NAMES})


def differing(wanted: Estimates, standing: Estimates) -> list[_Key]:
    """Portals and legs of which something else is believed now, in order."""
    keys = sorted({*wanted, *standing})
    return [key for key in keys if _used(wanted.get(key)) != _used(standing.get(key))]


def _used(estimate: Estimate | None) -> tuple[object, ...] | None:
    return None if estimate is None else tuple(getattr(estimate, name) for name in _USED)


def numbers_using(db: Database, keys: Iterable[_Key]) -> set[str]:
    """The numbers with rows that these portals and legs show."""
    found = set[str]()
    for portal, leg in keys:
        condition, values = _OF_PORTAL, [portal]
        if leg == "unknown":
            condition += " and leg is null"
        elif leg != ANY:
            condition, values = f"{_OF_PORTAL} and leg = ?", [portal, leg]
        found |= {row["number"] for row in db.query(condition, values)}
    return found
