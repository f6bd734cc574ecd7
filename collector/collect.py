"""The scheduled run: visit what is due, store each visit with what follows from it, follow new numbers.

Portals are visited side by side, one number at a time each, with the pause each portal asks for. Every visit
is stored and derived in one transaction, so a run that is killed loses at most the visit under way.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from sqlite_utils import Database

from collector.browser import Browser, BrowserOptions, open_browser
from collector.clock import Clock, utc_now
from collector.derive import Deriver
from collector.errors import ExitStatus
from collector.limits import Limits
from collector.plan import Due, Wanted, due_visits
from collector.read.offsets import iso_utc
from collector.store.facts import Visit, begin_run, end_run, store_visit
from collector.visit import Visited, visit
from scrapers.contract import Portal
from scrapers.words import Outcome

_LOG = logging.getLogger(__name__)

_FAILED = frozenset({Outcome.UNAVAILABLE, Outcome.RATE_LIMITED, Outcome.LAYOUT_CHANGED})
_HUMAN = frozenset({Outcome.CHALLENGE, Outcome.LOGIN_REQUIRED})
#: How long a portal is left alone that refused without saying for how long.
COOL_DOWN = {
    Outcome.RATE_LIMITED: timedelta(hours=6),
    Outcome.CHALLENGE: timedelta(hours=24),
}
_COUNTED = {
    "events": "select count(*) as n from events",
    "numbers": "select count(*) as n from tracking_numbers",
    "disagreements": "select count(*) as n from disagreements",
}


class Progress(Protocol):
    """Told of every visit, for a person who watches."""

    def __call__(self, done: int, due: int, last: Visited | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Collecting:
    """What a run is given: the browser, bounds, and the clock and sleep it lives by."""

    browser: BrowserOptions = field(default_factory=BrowserOptions)
    limits: Limits = field(default_factory=Limits)
    wanted: Wanted = field(default_factory=Wanted)
    clock: Clock = utc_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    progress: Progress | None = None


@dataclass(slots=True)
class Summary:
    """What a run did. `suspicious` holds visits that did not find a number their portal has shown before."""

    outcomes: Counter[str] = field(default_factory=Counter)
    new: dict[str, int] = field(default_factory=dict)
    suspicious: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def exit_status(self) -> ExitStatus:
        """3 where a human is needed, else 1 where a visit failed, else 0."""
        if any(self.outcomes[o] for o in _HUMAN):
            return ExitStatus.HUMAN_NEEDED
        return ExitStatus.SOME_FAILED if any(self.outcomes[o] for o in _FAILED) else ExitStatus.DONE

    def as_json(self) -> dict[str, Any]:
        """The summary as data."""
        return {
            "visits": dict(sorted(self.outcomes.items())),
            "new": self.new,
            "suspicious": self.suspicious,
            "troubles": self.troubles,
            "exit_status": int(self.exit_status),
        }


def collect(db: Database, portals: Mapping[str, Portal], given: Collecting) -> Summary:
    """Make every due visit, and those that become due by what is found; what was done."""
    return asyncio.run(_Run(db, portals, given).make())


class _Run:
    def __init__(self, db: Database, portals: Mapping[str, Portal], given: Collecting) -> None:
        self.db = db
        self.portals = portals
        self.given = given
        self.deriver = Deriver(db, portals)
        self.summary = Summary()
        self.done: set[tuple[str, str]] = set()
        self.due_count = 0
        self.run_id = ""

    async def make(self) -> Summary:
        self.deriver.catch_up()  # what a killed run stored and did not derive
        before = self._counted()
        due = self._due()
        with self.db.atomic():
            self.run_id = begin_run(self.db, "collect", self.given.clock())
        if due:
            async with open_browser(self.given.browser) as browser:
                while due:
                    self.due_count += len(due)
                    queues: dict[str, list[Due]] = {}
                    for one in due:
                        queues.setdefault(one.portal, []).append(one)
                    await asyncio.gather(*(self._visit_all(browser, q) for q in queues.values()))
                    due = self._due()
        self.deriver.settle()
        self.summary.new = {name: n - before[name] for name, n in self._counted().items()}
        with self.db.atomic():
            now, status = self.given.clock(), int(self.summary.exit_status)
            end_run(self.db, self.run_id, now, status, self.summary.as_json())
        return self.summary

    def _due(self) -> list[Due]:
        now = self.given.clock()
        return due_visits(self.db, self.portals, now=now, wanted=self.given.wanted, done=self.done)

    def _counted(self) -> dict[str, int]:
        return {name: next(iter(self.db.query(sql)))["n"] for name, sql in _COUNTED.items()}

    async def _visit_all(self, browser: Browser, queue: list[Due]) -> None:
        portal = self.portals[queue[0].portal]
        for place, one in enumerate(queue):
            self.done.add((one.portal, one.number))
            if place:
                await self.given.sleep(portal.politeness.seconds_between)
            visited = await visit(
                browser,
                portal,
                one.number,
                language=portal.default_language,
                clock=self.given.clock,
                sleep=self.given.sleep,
                limits=self.given.limits,
            )
            self._keep(portal, visited)
            if visited.outcome in COOL_DOWN or visited.retry_at is not None:
                self.done.update((d.portal, d.number) for d in queue[place:])
                return

    def _keep(self, portal: Portal, visited: Visited) -> None:
        name, number, outcome = portal.name, visited.tracking_number, visited.outcome
        if outcome is Outcome.NOT_FOUND and self._has_shown(name, number):
            self.summary.suspicious.append(f"{name} no longer knows {number}, which it has shown before")
        with self.db.atomic():
            store_visit(self.db, self.run_id, as_stored(visited), portal.canonical)
            self._note_state(visited)
            self.deriver.derive([number])
        self.summary.outcomes[outcome.value] += 1
        if outcome in _FAILED or outcome in _HUMAN:
            trouble = f"{name} {number}: {outcome.value}: {visited.error or 'no reason given'}"
            self.summary.troubles.append(trouble)
            _LOG.warning("%s", trouble)
        if self.given.progress is not None:
            self.given.progress(self.summary.outcomes.total(), self.due_count, visited)

    def _has_shown(self, portal: str, number: str) -> bool:
        rows = self.db.query(
            "select 1 from visits where portal = ? and tracking_number = ? and outcome = 'ok' limit 1",
            [portal, number],
        )
        return bool(list(rows))

    def _note_state(self, visited: Visited) -> None:
        resting = visited.retry_at
        if resting is None and visited.outcome in COOL_DOWN:
            resting = visited.seen_at + COOL_DOWN[visited.outcome]
        failed = visited.outcome in _FAILED or visited.outcome in _HUMAN
        day = visited.seen_at.date().isoformat()
        self.db.execute(
            """insert into portal_state
                 (portal, budget_on, budget_used, failures, last_visit_at, not_before_at)
               values (:portal, :day, 1, :failed, :at, :until)
               on conflict (portal) do update set
                 budget_used = iif(budget_on = :day, budget_used + 1, 1), budget_on = :day,
                 failures = iif(:failed, failures + 1, 0), last_visit_at = :at, not_before_at = :until""",
            {
                "portal": visited.portal,
                "day": day,
                "failed": int(failed),
                "at": iso_utc(visited.seen_at),
                "until": iso_utc(resting) if resting else None,
            },
        )


def as_stored(visited: Visited) -> Visit:
    """A visit as it is kept."""
    reading = visited.readings[0] if visited.readings else None
    return Visit(
        portal=visited.portal,
        tracking_number=visited.tracking_number,
        seen_at=visited.seen_at,
        source="browser",
        outcome=visited.outcome,
        complete=visited.complete,
        pages=visited.pages,
        attempts=visited.attempts,
        duration_ms=visited.duration_ms,
        viewer_zone=visited.viewer_zone,
        viewer_offset_minutes=visited.viewer_offset_minutes,
        language=visited.language,
        server_date=visited.server_date,
        rows_claimed=reading.rows_claimed if reading else None,
        rows_read=len(reading.rows) if reading else None,
        rows_bad=reading.rows_bad if reading else None,
        blocked_hosts=visited.blocked_hosts,
        error=visited.error,
    )
