"""What was collected, beside the truth: what was lost, doubled, forgotten, or asked for too often."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from sqlite_utils import Database

from collector.politeness import FAILED, HUMAN
from fixtures.play.rows import ShownRow
from fixtures.truth import truth
from scrapers import portals
from tests.year.machine import Ran
from tests.year.parcels import Sent

SHOP = "aliexpress"
#: Kinds of happenings that end a journey at its receiver.
HAD = ("delivered", "collected")
#: A clock that jumps costs a portal's day its begin or end, and pauses what a jump hides of them.
_JUMPED = timedelta(days=2)
#: A run is on record so soon after its begin.
_SOON = timedelta(minutes=2)


#: Every row that was ever held, in each of the wordings it had.
_HELD = """
select o.portal, o.tracking_number, o.local_time, o.epoch_ms, s.description as worded
from observations as o join sightings as s on s.observation_id = o.id
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit to a number.

    at     the moment it really was, whatever the machine's clock said
    run    which run made it
    plain  the portal was as always, and the machine's clock right
    """

    id: str
    portal: str
    number: str
    at: datetime
    outcome: str
    run: int
    plain: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """A row as the machine met it first; `sure`: in words everybody knows, of what really happened."""

    visit: Seen
    row: ShownRow
    sure: bool

    @property
    def run(self) -> int:
        """Which run met it."""
        return self.visit.run


@dataclass
class Year:
    """Everything there is to compare."""

    db: Database
    parcels: Sequence[Sent]
    ran: Sequence[Ran]
    folder: Path

    @cached_property
    def owners(self) -> Mapping[str, Sent]:
        """The parcel behind each number, and behind each that the shop calls it."""
        return {n: one for one in self.parcels for n in numbers_of(one)}

    @cached_property
    def by_name(self) -> Mapping[str, Sent]:
        """The parcel of each journey."""
        return {one.journey.name: one for one in self.parcels}

    @cached_property
    def visits(self) -> list[Seen]:
        """Every visit to a number, oldest first."""
        rows = self.db.query(
            """select id, portal, tracking_number as number, seen_at, outcome, run_id from visits
               where tracking_number is not null"""
        )
        known = (self._seen(row) for row in rows if row["run_id"] in self.runs)
        return sorted(known, key=lambda one: (one.at, one.id))

    @cached_property
    def visits_to(self) -> Mapping[str, list[Seen]]:
        """The visits to each parcel, by the name of its journey, oldest first."""
        found: defaultdict[str, list[Seen]] = defaultdict(list)
        for visit in self.visits:
            if visit.number in self.owners:
                found[self.owners[visit.number].journey.name].append(visit)
        return found

    @cached_property
    def runs(self) -> Mapping[str, Ran]:
        """The run behind each row of `runs`, by its id.

        They come in order. A killed run may lack its row; one that was broken off with the year has two.
        """
        found: dict[str, Ran] = {}
        place = 0
        for row in self.db.query("select id, started_at from runs order by rowid"):
            started = _instant(row["started_at"])
            near = (n for n in range(place, len(self.ran)) if abs(started - self.ran[n].believed_at) < _SOON)
            at = next(near, None)
            if at is not None:
                found[row["id"]], place = self.ran[at], at
        return found

    def _seen(self, row: Mapping[str, str]) -> Seen:
        run = self.runs[row["run_id"]]
        at = _instant(row["seen_at"]) - run.day.slip
        plain = not run.day.slip and row["portal"] not in run.day.states
        return Seen(row["id"], row["portal"], row["number"], at, row["outcome"], run.number, plain)

    @cached_property
    def sights(self) -> Mapping[str, list["Sight"]]:
        """What was shown of each parcel, by the name of its journey: every row when it was there first."""
        found: defaultdict[str, dict[tuple[object, ...], Sight]] = defaultdict(dict)
        for visit in self.visits:
            sent = self.owners.get(visit.number)
            for row in self.shown(visit) if sent is not None and visit.outcome == "ok" else ():
                sure = visit.plain and row.known and row.shown_as is row.kind and row.at is not None
                key = (visit.portal, visit.number, row.event, row.shown_as.word, sure)
                found[sent.journey.name].setdefault(key, Sight(visit, row, sure))
        return {name: list(rows.values()) for name, rows in found.items()}

    def shown(self, visit: Seen) -> tuple[ShownRow, ...]:
        """The rows the portal showed at that visit."""
        sent = self.owners.get(visit.number)
        return () if sent is None else truth(sent.journey, visit.portal, visit.number, visit.at)


def numbers_of(sent: Sent) -> set[str]:
    """What the parcel is called, by anybody."""
    called = {n for name in sent.journey.names for n in (name.number, name.origin) if n is not None}
    return called | {number.number for number in sent.journey.numbers}


def last_plain(year: Year) -> Iterator[tuple[Seen, tuple[ShownRow, ...]]]:
    """For every portal and number the last visit that met the portal as always, with what it showed."""
    found = {(v.portal, v.number): v for v in year.visits if v.plain and v.outcome == "ok"}
    for visit in found.values():
        yield visit, year.shown(visit)


def looked_at(year: Year) -> Iterator[tuple[Seen, tuple[ShownRow, ...]]]:
    """Of all visits that met their portal as always every fifth, and all of `last_plain`."""
    for visit in [v for v in year.visits if v.plain and v.outcome == "ok"][::5]:
        yield visit, year.shown(visit)
    yield from last_plain(year)


def lost_rows(year: Year) -> list[str]:
    """Rows that a portal showed at a visit and that no observation has."""
    held: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in year.db.query(_HELD):
        # Data may hold an instant where the page prints a clock; then the words tell one row from another.
        key = row["worded"] if row["epoch_ms"] is not None else (row["local_time"] or "")[:16]
        held[row["portal"], row["tracking_number"]].add(key)
    found = (
        f"{visit.portal} {visit.number}: {row.event} of {row.local_time}"
        for visit, rows in looked_at(year)
        for row in rows
        if row.local_time is not None
        and row.precision in ("second", "minute")
        and held[visit.portal, visit.number].isdisjoint({row.local_time.isoformat()[:16], *row.texts})
    )
    return sorted(set(found))


def doubled_rows(year: Year) -> list[str]:
    """Portals and numbers for which more rows are held as shown than the portal showed."""
    counted = Counter(
        (row["portal"], row["tracking_number"], row["last_seen_at"])
        for row in year.db.query(
            """select portal, tracking_number, last_seen_at from observations
               where withdrawn_at is null and replaced_by is null"""
        )
    )
    return [
        f"{visit.portal} {visit.number}: {n} rows held, {len(rows)} shown"
        for visit, rows in last_plain(year)
        if visit.portal != SHOP  # it adds rows about the order, which no journey has
        if (n := counted[visit.portal, visit.number, _text(visit.at)]) > len(rows)
    ]


def longest_waits(year: Year, visited_by: timedelta) -> dict[str, timedelta]:
    """For every parcel the longest time without an answered visit, from its begin to its end."""
    answered: defaultdict[str, list[datetime]] = defaultdict(list)
    for visit in year.visits:
        owner = year.owners.get(visit.number)
        if owner is not None and visit.outcome in ("ok", "no_events_yet", "not_found"):
            answered[owner.journey.name].append(visit.at)
    ends = year.ran[-1].began_at
    waits = {}
    for sent in year.parcels:
        begin = sent.added_at or min(h.at for h in sent.journey.happenings)
        over = min(max(h.at for h in sent.journey.happenings) + timedelta(days=1), ends)
        if begin > ends - visited_by:
            continue
        stops = [begin, *sorted(at for at in answered[sent.journey.name] if begin <= at <= over), over]
        waits[sent.journey.name] = max(
            (after - before for before, after in pairwise(stops)), default=timedelta()
        )
    return waits


def beyond_budget(year: Year) -> list[str]:
    """Portals asked more often in a day, or sooner again, than they allow."""
    jumped = [one.began_at for one in year.ran if one.day.slip]
    asked: Counter[tuple[str, str]] = Counter()
    before: dict[str, datetime] = {}
    wrong = []
    for line in (year.folder / "attempts").read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        portal, at = told["portal"], _instant(told["at"])
        gentle = portals()[portal].politeness
        asked[portal, told["at"][:10]] += 1
        since = (at - before.get(portal, at - timedelta(days=1))).total_seconds()
        near_jump = any(abs(at - jump) < _JUMPED for jump in jumped)
        if not told["again"] and since < gentle.seconds_between - 1 and not near_jump:
            wrong.append(f"{portal}: asked again after {since:.0f} s at {told['at']}")
        if asked[portal, told["at"][:10]] > gentle.per_day and not near_jump:
            wrong.append(f"{portal}: asked {asked[portal, told['at'][:10]]} times on {told['at'][:10]}")
        before[portal] = at
    return wrong


def wrong_statuses(year: Year) -> list[str]:
    """Runs that did not end as documented, by what their visits came to."""
    by_run: defaultdict[str, set[str]] = defaultdict(set)
    for row in year.db.query("select run_id, outcome from visits"):
        by_run[row["run_id"]].add(row["outcome"])
    wrong = []
    for row in year.db.query("select id, exit_status from runs where finished_at is not null"):
        came = by_run[row["id"]]
        expected = 3 if came & set(HUMAN) else 1 if came & set(FAILED) else 0
        if row["exit_status"] != expected:
            wrong.append(f"run {row['id']}: {row['exit_status']}, not {expected}")
    return wrong


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
