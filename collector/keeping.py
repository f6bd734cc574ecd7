"""Visits into the database: each stored with all that follows from it in one transaction, and counted."""

import logging
from dataclasses import dataclass, field

from sqlite_utils import Database

from collector.answer import read_pages
from collector.derive import Deriver
from collector.drift import after_visit, signs
from collector.offline import Network, is_nowhere
from collector.politeness import FAILED, HUMAN, answered
from collector.store.drifts import drifts, keep_drifts, new_unknown_wordings, rows_before
from collector.store.facts import Visit, store_visit, stored_visits
from collector.store.opening import writing
from collector.store.portal_states import keep_portal_state, portal_state
from collector.summary import Progress, Summary
from collector.visit import Visited
from scrapers.contract import Portal, Reading
from scrapers.numbers import NumberError, tracking_number
from scrapers.words import Outcome

_LOG = logging.getLogger(__name__)


@dataclass(slots=True)
class Keeper:
    """Where a run's visits go. `due` is how many visits the run knows of so far, `network` how it seems."""

    db: Database
    deriver: Deriver
    summary: Summary
    progress: Progress | None = None
    run_id: str = ""
    due: int = 0
    network: Network = field(default_factory=Network)

    def keep(self, portal: Portal, visited: Visited) -> None:
        """Store a visit with all that follows from it, in one transaction, and count it."""
        name, number, outcome = portal.name, visited.tracking_number, visited.outcome
        if outcome is Outcome.NOT_FOUND and self._has_shown(name, number):
            self.summary.suspicious.append(f"{name} no longer knows {number}, which it has shown before")
        with writing(self.db):
            if self.network.is_gone and not is_nowhere(visited.error):
                self.forgive()
            state = portal_state(self.db, name, visited.account)
            self.network.heard(state, visited.account, visited.error)
            after = answered(state, outcome, visited.attempts, visited.seen_at, visited.retry_at)
            keep_portal_state(self.db, after, visited.account)
            self._store(portal, visited)
        self.summary.outcomes[outcome.value] += 1
        if outcome in FAILED or outcome in HUMAN:
            trouble = f"{name} {subject(visited)}: {outcome.value}: {visited.error or 'no reason given'}"
            self.summary.troubles.append(trouble)
            _LOG.warning("%s", trouble)
        if self.progress is not None:
            self.progress(self.summary.outcomes.total(), self.due, visited)

    def forgive(self) -> None:
        """Hold nothing against the portals that could not be reached. Call inside a transaction."""
        for name, account in self.network.before:
            stands = self.network.forgiven(portal_state(self.db, name, account), account)
            keep_portal_state(self.db, stands, account)

    def _store(self, portal: Portal, visited: Visited) -> None:
        facts = as_stored(portal, visited)
        before = [rows_before(self.db, portal.name, one.tracking_number) for one, _ in facts]
        ids = [store_visit(self.db, self.run_id, one, portal.canonical)[0] for one, _ in facts]
        numbers = [one.tracking_number for one, _ in facts if one.tracking_number]
        if numbers:
            self.deriver.derive(numbers)
        else:
            self.deriver.derive_pages(stored_visits(self.db, "v.id = ?", ids))
        for visit_id, (one, reading), rows in zip(ids, facts, before, strict=True):
            unknown = new_unknown_wordings(self.db, visit_id)
            seen = signs(portal, one.outcome, reading, rows, unknown)
            known = drifts(self.db, portal.name)
            standing = after_visit(known, portal.name, visit_id, visited.seen_at, seen)
            keep_drifts(self.db, portal.name, standing)

    def _has_shown(self, portal: str, number: str) -> bool:
        rows = self.db.query(
            "select 1 from visits where portal = ? and tracking_number = ? and outcome = 'ok' limit 1",
            [portal, number],
        )
        return bool(list(rows))


def subject(visited: Visited) -> str:
    """What a visit was about, for people."""
    if visited.page is None:
        return visited.tracking_number
    whose = f" of account {visited.account}"
    return f"order {visited.order_id} ({visited.page}){whose}" if visited.order_id else f"orders{whose}"


def as_stored(portal: Portal, visited: Visited) -> list[tuple[Visit, Reading | None]]:
    """A visit as it is kept, with the reading it is about.

    A shop's tracking page that shows several parcels is kept as one visit to each, as a person would say it;
    they share their pages and their moment.
    """
    if visited.page is None:
        reading = visited.readings[0] if visited.readings else None
        return [(_stored(visited, visited.tracking_number, visited.complete, reading), reading)]
    shown = {number: reading for reading in visited.readings if (number := _number(reading)) is not None}
    if visited.page != "tracking" or not shown:
        reading = visited.readings[0] if visited.readings else None
        return [(_stored(visited, None, visited.complete, reading), reading)]
    stored = []
    for number in shown:
        answer = read_pages(portal, number, visited.pages)
        reading = answer.readings[0] if answer.readings else None
        stored.append((_stored(visited, number, answer.complete, reading), reading))
    return stored


def _number(reading: Reading) -> str | None:
    try:
        return None if reading.number is None else tracking_number(reading.number)
    except (NumberError, StopIteration):  # StopIteration: a number that begins with a sign
        return None


def _stored(visited: Visited, number: str | None, complete: bool, reading: Reading | None) -> Visit:
    return Visit(
        portal=visited.portal,
        tracking_number=number,
        seen_at=visited.seen_at,
        source="browser",
        outcome=reading.outcome if visited.page and number and reading else visited.outcome,
        complete=complete,
        pages=visited.pages,
        attempts=visited.attempts,
        duration_ms=visited.duration_ms,
        viewer_zone=visited.viewer_zone,
        viewer_offset_minutes=visited.viewer_offset_minutes,
        language=visited.language,
        server_date=visited.server_date,
        rows_claimed=reading.rows_claimed if reading else None,
        rows_read=_rows_read(reading),
        rows_bad=reading.rows_bad if reading else None,
        blocked_hosts=visited.blocked_hosts,
        error=visited.error,
        order_id=visited.order_id,
        account=visited.account,
        page=visited.page,
    )


def _rows_read(reading: Reading | None) -> int | None:
    return None if reading is None else len(reading.rows) or len(reading.orders)
