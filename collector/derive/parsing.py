"""Stored visits to readings: pages parsed by their portal, records taken at their word."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sqlite_utils import Database

from collector.answer import Answer, read_pages
from collector.records import RecordError, stored_record
from collector.store.facts import StoredPage, StoredVisit, page_body
from scrapers.contract import Page, Portal, Reading
from scrapers.words import Outcome, Role

#: Outcomes whose pages may hold something of the number; the others show a stranger's page or none.
_READABLE = frozenset(
    {
        Outcome.OK,
        Outcome.NO_EVENTS_YET,
        Outcome.NOT_FOUND,
        Outcome.INPUT_NEEDED,
        Outcome.LAYOUT_CHANGED,
    }
)
#: How many sets of pages are remembered: more than are looked at together, fewer than fill the memory.
_KEPT = 4096


@dataclass(slots=True)
class Parser:
    """Readings of stored visits; a set of pages is not parsed again as long as it is remembered."""

    db: Database
    portals: Mapping[str, Portal]
    _known: dict[tuple[object, ...], Answer] = field(default_factory=dict)

    def reading(self, visit: StoredVisit) -> Reading:
        """What the visit's pages say about its number; the outcome says so when they say nothing."""
        answer = self.answer(visit)
        if not answer.readings:
            problems = (answer.error,) if answer.error else ()
            return Reading(outcome=answer.outcome, complete=False, problems=problems)
        reading = answer.readings[0]
        return reading if reading.complete == answer.complete else replace(reading, complete=answer.complete)

    def answer(self, visit: StoredVisit) -> Answer:
        """Everything the visit's pages say: of its number first, or of what a shop's page shows."""
        pages = [p for p in visit.pages if p.role is not Role.SCREENSHOT]
        if visit.outcome not in _READABLE or not pages:
            return Answer(visit.outcome, complete=False)
        key = (visit.portal, visit.tracking_number, *((p.page_id, p.url, p.status) for p in pages))
        if key not in self._known:
            if len(self._known) >= _KEPT:
                del self._known[next(iter(self._known))]
            self._known[key] = self._parsed(visit, [self._page(p) for p in pages])
        return self._known[key]

    def _page(self, stored: StoredPage) -> Page:
        media_type, body = page_body(self.db, stored.page_id)
        return Page(stored.role, stored.url, media_type, body, stored.status)

    def _parsed(self, visit: StoredVisit, pages: list[Page]) -> Answer:
        if pages[0].role is Role.RECORD:
            try:
                reading = stored_record(pages[0].body).reading
            except RecordError as error:
                return Answer(Outcome.LAYOUT_CHANGED, complete=False, error=str(error))
            return Answer(reading.outcome, reading.complete, (reading,))
        portal = self.portals.get(visit.portal)
        if portal is None:
            problem = f"no portal named {visit.portal} is installed to read this page"
            return Answer(Outcome.LAYOUT_CHANGED, complete=False, error=problem)
        return read_pages(portal, visit.tracking_number or None, pages)
