"""Which visits are due: the followed parcels' numbers, on portals that may know them. Only reads."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from scrapers import vocabulary
from scrapers.contract import Portal

#: A portal this sure of a number is asked; if none is, the surest are: unknown forms are followed too.
LIKELY = 0.4
#: Enough for the carrier of a country the parcel comes from or goes to; what any other country's needs.
AT_HOME, CERTAIN = 0.25, 0.9

_NUMBERS = """
select distinct n.number from tracking_numbers as n
where n.parcel_id in (select t.parcel_id from tracking_numbers as t join followed as f on f.number = t.number
                      where f.forgotten_at is null)
  and n.number not in (select number from followed where forgotten_at is not null)
union select number from followed where forgotten_at is null
order by 1
"""
_COUNTRIES = """
select n.number, p.origin_country, p.destination_country
from tracking_numbers as n join parcels as p on p.id = n.parcel_id where p.destination_country is not null
"""
_KNOWN_TO = """
select distinct portal, tracking_number from visits where outcome in ('ok', 'no_events_yet')
"""


@dataclass(frozen=True, slots=True)
class Due:
    """One visit to make, and why."""

    portal: str
    number: str
    reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a run is limited to; empty means everything. With both, the portals are asked for sure."""

    numbers: frozenset[str] = frozenset()
    portals: frozenset[str] = frozenset()


def due_visits(
    db: Database,
    portals: Mapping[str, Portal],
    *,
    wanted: Wanted,
    done: Collection[tuple[str, str]] = (),
) -> list[Due]:
    """The visits due and not in `done`, by portal and number, whether or not a portal may be asked now."""
    known = {(r["portal"], r["tracking_number"]) for r in db.query(_KNOWN_TO)}
    numbers = [row["number"] for row in db.query(_NUMBERS)]
    countries = {
        row["number"]: {row["origin_country"], row["destination_country"]} for row in db.query(_COUNTRIES)
    }
    due = []
    for number in numbers:
        if wanted.numbers and not wanted.numbers & _relatives(db, number):
            continue
        if wanted.numbers and wanted.portals:
            asked: Iterable[tuple[str, str]] = [(name, "asked for") for name in sorted(wanted.portals)]
        else:
            asked = _asked(portals, number, known, countries.get(number))
        for name, reason in asked:
            is_wanted = not wanted.portals or name in wanted.portals
            if is_wanted and (name, number) not in done:
                due.append(Due(name, number, reason))
    return sorted(due, key=lambda d: (d.portal, d.number))


def _asked(
    portals: Mapping[str, Portal],
    number: str,
    known: Collection[tuple[str, str]],
    countries: Collection[str | None] | None,
) -> Iterable[tuple[str, str]]:
    """The portals to ask, and why. A carrier of a country the parcel does not touch must be surer."""
    advice = {name: portal.accepts(number) for name, portal in portals.items()}
    fitting = {name: one for name, one in advice.items() if one.level >= _least(name, countries)}
    best = max((one.level for one in advice.values()), default=0.0)
    for name, one in advice.items():
        if (name, number) in known:
            yield name, "it has shown this number before"
        elif name in fitting or (not fitting and 0 < one.level == best):
            yield name, one.reason


def _least(portal: str, countries: Collection[str | None] | None) -> float:
    """How sure a portal has to be of a number to be asked about it."""
    home = vocabulary.facts(portal).country
    if home is None or countries is None:
        return LIKELY
    return AT_HOME if home in countries else CERTAIN


def _relatives(db: Database, number: str) -> set[str]:
    rows = db.query(
        """select t.number from tracking_numbers as t where t.parcel_id in
           (select parcel_id from tracking_numbers where number = ?)""",
        [number],
    )
    return {number, *(row["number"] for row in rows)}
