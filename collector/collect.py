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
from collector.drift import after_visit, described, signs
from collector.errors import CrosstrackError, ExitStatus
from collector.limits import Limits
from collector.plan import Due, Wanted, due_visits
from collector.politeness import FAILED, HUMAN, answered, asking, permit
from collector.store.drifts import drifts, keep_drifts, new_unknown_wordings, rows_before
from collector.store.facts import Visit, begin_run, end_run, store_visit
from collector.store.opening import writing
from collector.store.portal_states import keep_portal_state, portal_state
from collector.visit import Visited, visit
from scrapers.contract import Portal
from scrapers.words import Outcome

_LOG = logging.getLogger(__name__)

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
    """What a run is given: the browser, bounds, and the clock and sleep it lives by.

    After `deadline` no further visit begins; what is left is due in the next run.
    """

    browser: BrowserOptions = field(default_factory=BrowserOptions)
    limits: Limits = field(default_factory=Limits)
    wanted: Wanted = field(default_factory=Wanted)
    clock: Clock = utc_now
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    progress: Progress | None = None
    deadline: timedelta = timedelta(hours=2)


@dataclass(slots=True)
class Summary:
    """What a run did.

    suspicious  visits that did not find a number their portal has shown before
    troubles    visits that failed or need a person
    deferred    why portals were not asked all that was due
    drift       signs that portals' pages are changing, with since when and the first visit that showed them
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    new: dict[str, int] = field(default_factory=dict)
    suspicious: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    deferred: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)

    @property
    def exit_status(self) -> ExitStatus:
        """3 where a human is needed, else 1 where a visit failed, else 0."""
        if any(self.outcomes[o] for o in HUMAN):
            return ExitStatus.HUMAN_NEEDED
        return ExitStatus.SOME_FAILED if any(self.outcomes[o] for o in FAILED) else ExitStatus.DONE

    def as_json(self) -> dict[str, Any]:
        """The summary as data."""
        return {
            "visits": dict(sorted(self.outcomes.items())),
            "new": self.new,
            "suspicious": self.suspicious,
            "troubles": self.troubles,
            "deferred": self.deferred,
            "drift": self.drift,
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
        self.started = given.clock()

    async def make(self) -> Summary:
        self.deriver.catch_up()  # what a killed run stored and did not derive
        before = self._counted()
        with writing(self.db):
            self.run_id = begin_run(self.db, "collect", self.started)
        try:
            await self._visit_what_is_due()
        except CrosstrackError as error:
            self._end(int(error.exit_status), {"error": str(error)})
            raise
        self.deriver.settle()
        self.summary.drift = [described(one) for one in drifts(self.db)]
        self.summary.new = {name: n - before[name] for name, n in self._counted().items()}
        self._end(int(self.summary.exit_status), self.summary.as_json())
        return self.summary

    def _end(self, exit_status: int, said: dict[str, Any]) -> None:
        with writing(self.db):
            end_run(self.db, self.run_id, self.given.clock(), exit_status, said)

    async def _visit_what_is_due(self) -> None:
        queues = self._queues()
        if not queues:
            return
        async with open_browser(self.given.browser) as browser:
            while queues:
                await asyncio.gather(*(self._visit_all(browser, q) for q in queues))
                queues = self._queues()

    def _queues(self) -> list[list[Due]]:
        """What is due and not yet tried in this run, by portal; not of portals that must not be asked."""
        queues: dict[str, list[Due]] = {}
        for one in due_visits(self.db, self.portals, wanted=self.given.wanted, done=self.done):
            queues.setdefault(one.portal, []).append(one)
            self.done.add((one.portal, one.number))
        askable = [queue for name, queue in queues.items() if not self._put_off(name, len(queue))]
        self.due_count += sum(map(len, askable))
        return askable

    def _put_off(self, portal: str, visits: int) -> bool:
        """Whether the portal must not be asked now; noted for the summary."""
        state, politeness = portal_state(self.db, portal), self.portals[portal].politeness
        now = self.given.clock()
        is_late = now - self.started > self.given.deadline
        refused = "the run's time is over" if is_late else permit(state, politeness, now).refused
        if refused:
            self.summary.deferred.append(f"{portal}: {visits} visits put off: {refused}")
        return bool(refused)

    def _counted(self) -> dict[str, int]:
        return {name: next(iter(self.db.query(sql)))["n"] for name, sql in _COUNTED.items()}

    async def _visit_all(self, browser: Browser, queue: list[Due]) -> None:
        """Visit one portal's numbers, one after the other, as long as it may be asked."""
        portal = self.portals[queue[0].portal]
        for place, one in enumerate(queue):
            if self._put_off(portal.name, len(queue) - place):
                return
            pause = permit(portal_state(self.db, portal.name), portal.politeness, self.given.clock()).wait_s
            if pause:
                await self.given.sleep(pause)
            with writing(self.db):
                keep_portal_state(self.db, asking(portal_state(self.db, portal.name), self.given.clock()))
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

    def _keep(self, portal: Portal, visited: Visited) -> None:
        """Store a visit with all that follows from it, in one transaction, and count it."""
        name, number, outcome = portal.name, visited.tracking_number, visited.outcome
        if outcome is Outcome.NOT_FOUND and self._has_shown(name, number):
            self.summary.suspicious.append(f"{name} no longer knows {number}, which it has shown before")
        before = rows_before(self.db, name, number)
        with writing(self.db):
            visit_id, _ = store_visit(self.db, self.run_id, as_stored(visited), portal.canonical)
            state = portal_state(self.db, name)
            after = answered(state, outcome, visited.attempts, visited.seen_at, visited.retry_at)
            keep_portal_state(self.db, after)
            self.deriver.derive([number])
            self._note_drift(portal, visit_id, visited, before)
        self.summary.outcomes[outcome.value] += 1
        if outcome in FAILED or outcome in HUMAN:
            trouble = f"{name} {number}: {outcome.value}: {visited.error or 'no reason given'}"
            self.summary.troubles.append(trouble)
            _LOG.warning("%s", trouble)
        if self.given.progress is not None:
            self.given.progress(self.summary.outcomes.total(), self.due_count, visited)

    def _note_drift(self, portal: Portal, visit_id: str, visited: Visited, before: int | None) -> None:
        reading = visited.readings[0] if visited.readings else None
        unknown = new_unknown_wordings(self.db, visit_id)
        seen = signs(portal, visited.outcome, reading, before, unknown)
        known = drifts(self.db, portal.name)
        keep_drifts(self.db, portal.name, after_visit(known, portal.name, visit_id, visited.seen_at, seen))

    def _has_shown(self, portal: str, number: str) -> bool:
        rows = self.db.query(
            "select 1 from visits where portal = ? and tracking_number = ? and outcome = 'ok' limit 1",
            [portal, number],
        )
        return bool(list(rows))


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
