"""The played journeys taken in without a browser: what portals would show, stored and derived."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from collector.answer import read_pages
from collector.derive import Deriver
from collector.store.facts import Visit, store_visit
from collector.store.opening import writing
from fixtures.play import players
from scrapers import portals
from scrapers.contract import Page
from scrapers.words import Role
from tests.fixtures.played import JOURNEYS, data_urls, page_url, stage_at, visit

PORTALS = portals()
END = datetime(2026, 5, 1, tzinfo=UTC)


def tracks() -> list[tuple[str, str, str]]:
    """Journey, portal and number of every page there is."""
    return [
        (name, portal, number.number)
        for name, journey in JOURNEYS.items()
        for number in journey.numbers
        for portal in number.portals
    ]


def moments(name: str, days: int = 4) -> list[datetime]:
    """When a journey's pages are looked at: every few days, and once when all is over."""
    events = [event.at for event in JOURNEYS[name].happenings] or [END]
    first, last = min(events), max(events)
    count = (last - first) // timedelta(days=days) + 1
    return [*(first + n * timedelta(days=days) for n in range(1, count + 1)), END]


def shown(portal: str, number: str, moment: datetime) -> Visit:
    """What a visit at that moment would bring."""
    answers = visit(stage_at(moment), portal, number)
    if portal == "usps":
        pages = (_page(Role.DOM, page_url(portal, number), answers[-1]),)
    else:
        urls = data_urls(portal, number)
        pages = tuple(_page(Role.PAYLOAD, u, a) for u, a in zip(urls, answers[-len(urls) :], strict=True))
    answer = read_pages(PORTALS[portal], number, pages)
    return Visit(portal, number, moment, "browser", answer.outcome, answer.complete, pages)


def _page(role, url, answer):
    return Page(role, url, answer.header("Content-Type") or "text/html", answer.body, answer.status)


def take_in(db, visits: Iterable[Visit]) -> None:
    """Store the visits and derive what follows."""
    with writing(db):
        for one in visits:
            store_visit(db, None, one, PORTALS[one.portal].canonical)
    Deriver(db, PORTALS).catch_up()


def everything() -> list[Visit]:
    """All visits to all pages of all journeys, in order of time."""
    made = [shown(p, n, moment) for name, p, n in tracks() for moment in moments(name)]
    return sorted(made, key=lambda v: (v.seen_at, v.portal, v.tracking_number))


def truth_rows(name: str, portal: str, number: str):
    """The rows the page shows in the end, with their truth."""
    journey = JOURNEYS[name]
    return players()[portal].rows(journey, journey.number(number), END)
