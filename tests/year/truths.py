"""What was collected, beside the truth: what was lost, doubled, forgotten, told twice or never told."""

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


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit that brought rows. `plain`: the portal was as always, and the machine's clock right."""

    id: str
    portal: str
    number: str
    at: datetime
    outcome: str
    plain: bool


@dataclass
class Year:
    """Everything there is to compare."""

    db: Database
    parcels: Sequence[Sent]
    ran: Sequence[Ran]
    folder: Path

    @cached_property
    def owners(self) -> Mapping[str, Sent]:
        """The parcel behind each number."""
        return {n.number: one for one in self.parcels for n in one.journey.numbers}

    @cached_property
    def visits(self) -> list[Seen]:
        """Every visit to a number, oldest first."""
        rows = self.db.query(
            """select v.id, v.portal, v.tracking_number as number, v.seen_at, v.outcome, r.started_at
               from visits as v join runs as r on r.id = v.run_id
               where v.tracking_number is not null order by v.seen_at, v.id"""
        )
        return [self._seen(row) for row in rows]

    @cached_property
    def _began(self) -> list[tuple[datetime, Ran]]:
        return [(one.began_at, one) for one in self.ran]

    def _seen(self, row: Mapping[str, str]) -> Seen:
        run = self._run_at(_instant(row["started_at"]))
        plain = run is not None and not run.day.slip and row["portal"] not in run.day.states
        return Seen(row["id"], row["portal"], row["number"], _instant(row["seen_at"]), row["outcome"], plain)

    def _run_at(self, started: datetime) -> Ran | None:
        near = (one for at, one in self._began if abs(started - at) < timedelta(minutes=2))
        return next(near, None)

    def shown(self, visit: Seen) -> tuple[ShownRow, ...]:
        """The rows the portal showed at that visit."""
        sent = self.owners.get(visit.number)
        return () if sent is None else truth(sent.journey, visit.portal, visit.number, visit.at)


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
    for row in year.db.query("select * from observations"):
        # Data may hold an instant where the page prints a clock; then the words tell one row from another.
        key = row["description"] if row["epoch_ms"] is not None else (row["local_time"] or "")[:16]
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


def told_twice(year: Year) -> list[str]:
    """Notices that somebody got twice, and deliveries told of twice in whatever words."""
    file = year.folder / "notices"
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    twice = [line for line, n in Counter(lines).items() if n > 1]
    deliveries = Counter(_journey(year, row) for row in _notices(year, "delivered"))
    return twice + [f"{name}: {n} deliveries told" for name, n in deliveries.items() if name and n > 1]


def untold(year: Year) -> list[str]:
    """Parcels whose delivery a portal showed at a visit, in known words, and nobody was told of."""
    told = {_journey(year, row) for row in _notices(year, "delivered")}
    shown = {
        year.owners[visit.number].journey.name
        for visit, rows in last_plain(year)
        for row in rows
        if row.kind.word in HAD and row.shown_as is row.kind and row.known and row.at is not None
    }
    return sorted(shown - told)


def told_falsely(year: Year) -> list[str]:
    """Deliveries told of parcels that never arrived, as far as any portal showed."""
    shown = {
        year.owners[visit.number].journey.name
        for visit, rows in last_plain(year)
        for row in rows
        if row.shown_as.word in HAD
    }
    told = {name for row in _notices(year, "delivered") if (name := _journey(year, row))}
    had = {s.journey.name for s in year.parcels if any(h.kind.word in HAD for h in s.journey.happenings)}
    return sorted(told - shown - had)


def _notices(year: Year, rule: str) -> list[Mapping[str, str]]:
    return list(year.db.query("select * from notices where rule = ?", [rule]))


def _journey(year: Year, notice: Mapping[str, str]) -> str:
    numbers = json.loads(notice["numbers"] or "[]")
    return next((year.owners[n].journey.name for n in numbers if n in year.owners), "")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _text(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
