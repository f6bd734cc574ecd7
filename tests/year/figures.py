"""The figures of a simulated year, and what would be wrong with them."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from tests.year.told import compared
from tests.year.told.lives import Judged
from tests.year.truths import Year, beyond_budget, doubled_rows, longest_waits, lost_rows, wrong_statuses

#: A parcel under way is seen again within so long, whatever its portals do: the longest pause the rules make
#: for a silent parcel is 7 days, and a portal that refuses is left alone for a day.
LONGEST_WAIT = timedelta(days=8)
#: After its first half a year may cost so much more memory. Words, places and parcels that are met first are
#: remembered, of which there are ever fewer; what is kept of every run would show in the second half as well.
MORE_MEMORY_BYTES = 80 * 1024 * 1024
#: What the database may hold: so much for every visit, beside an empty one.
BYTES_PER_VISIT = 6 * 1024
#: How runs may end that nobody else disturbs.
_ENDS = ("0", "1", "3", "killed")
EMPTY_BYTES = 1024 * 1024


@dataclass(slots=True)
class Figures:
    """What a year came to. `wrong` has a line for everything that should not have been."""

    days: int = 0
    parcels: int = 0
    runs: int = 0
    killed: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    portals: int = 0
    visits: int = 0
    observations: int = 0
    notices: dict[str, Judged] = field(default_factory=dict)
    longest_wait: timedelta = timedelta()
    memory_growth_bytes: int = 0
    database_bytes: int = 0
    bytes_per_visit: int = 0
    wrong: list[str] = field(default_factory=list)


def figures(year: Year, growth_bytes: int) -> Figures:
    """The figures of `year`; its process grew by so much."""
    db = year.db
    made = Figures(runs=len(year.ran), killed=sum(one.exit_status is None for one in year.ran))
    made.days = (year.ran[-1].began_at - year.ran[0].began_at).days + 1
    made.parcels = len(year.sights)
    made.statuses = Counter("killed" if r.exit_status is None else str(r.exit_status) for r in year.ran)
    made.outcomes = Counter(row["outcome"] for row in db.query("select outcome from visits"))
    made.portals = next(iter(db.query("select count(distinct portal) as n from visits")))["n"]
    made.visits = sum(made.outcomes.values())
    made.observations = db["observations"].count
    waits = longest_waits(year, timedelta(days=3))
    made.longest_wait = max(waits.values(), default=timedelta())
    made.database_bytes = (year.folder / "crosstrack.db").stat().st_size
    made.bytes_per_visit = made.database_bytes // max(made.visits, 1)
    made.memory_growth_bytes = growth_bytes
    told = compared(year)
    made.notices = told.by_rule
    made.wrong = [*_against_the_truth(year, waits), *told.wrong, *_beyond_bounds(made)]
    return made


def _against_the_truth(year: Year, waits: dict[str, timedelta]) -> list[str]:
    found = {
        "lost": lost_rows(year),
        "held twice": doubled_rows(year),
        "impolite": beyond_budget(year),
        "exit status": wrong_statuses(year),
        "forgotten": [f"{name} for {wait}" for name, wait in waits.items() if wait > LONGEST_WAIT],
    }
    return [f"{what}: {one}" for what, lines in found.items() for one in lines]


def _beyond_bounds(made: Figures) -> list[str]:
    wrong = [f"{n} runs ended with {status}" for status, n in made.statuses.items() if status not in _ENDS]
    if made.memory_growth_bytes > MORE_MEMORY_BYTES:
        wrong.append(f"memory grew by {made.memory_growth_bytes} bytes")
    if made.database_bytes > EMPTY_BYTES + made.visits * BYTES_PER_VISIT:
        wrong.append(f"the database has {made.database_bytes} bytes for {made.visits} visits")
    return wrong
