"""The saved story's two shared parcels, from pages to disagreements, against what their README tells.

No database and no browser: the pages are parsed, read, folded and reconciled, with what both parcels teach
about the portals' clocks. `fixtures/pages/README.md` holds the truth, one line a scan.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from collector.answer import read_pages
from collector.fold import SeenReading, fold
from collector.read import read_rows
from collector.read.countries import country_code
from collector.reconcile import Parcel, counts, reconcile
from collector.reconcile.learn import estimates
from scrapers import portals
from scrapers.contract import Page
from scrapers.words import Outcome, Role

PAGES = Path(__file__).parents[2] / "fixtures" / "pages"
SPAIN, OHIO = "LP00712345678901", "LP00798765432109"
LAST_MILE = {SPAIN: ("correos", "UX482103756ES"), OHIO: ("usps", "9290361234700182736452")}
DAYS = {
    "2026-03-10": datetime(2026, 3, 10, 18, tzinfo=UTC),
    "2026-03-16": datetime(2026, 3, 16, 18, tzinfo=UTC),
}
KINDS = ("none", "timezone", "zone_label", "conflict", "precision")


class Told(NamedTuple):
    """One line of the README; cells are text."""

    truth: str
    what: str
    code: str
    cainiao: str
    label: str
    carrier: str
    carrier_row: str
    seen: str
    so: str


def told(number):
    text = (PAGES / "README.md").read_text(encoding="utf-8")
    section = text.partition(f"## {number}")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [Told(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


def pages(portal, number, day):
    if portal == "cainiao":
        file = f"cainiao/{'spain' if number == SPAIN else 'usa'}_{day}.json"
        address = f"https://global.cainiao.com/global/detail.json?mailNos={number}"
        return [page(Role.PAYLOAD, address, file)]
    if portal == "usps":
        return [page(Role.DOM, f"https://tools.usps.com/tracking/{number}", f"usps/ohio_{day}.html")]
    search = "https://api1.correos.es/digital-services/searchengines/api/v1/envios?text="
    events = "https://localizador.correos.es/canonico/eventos_envio_servicio/"
    return [
        page(Role.PAYLOAD, search + number, f"correos/search_{day}.json"),
        page(Role.PAYLOAD, events + number, f"correos/eventos_{day}.json"),
    ]


def page(role, url, file):
    media_type = "text/html" if role is Role.DOM else "application/json"
    return Page(role, url, media_type, (PAGES / file).read_bytes(), 200)


def parcel(number):
    tracks, named = {}, {}
    for portal, its_number in (("cainiao", number), LAST_MILE[number]):
        seen = []
        for day, at in DAYS.items():
            answer = read_pages(portals()[portal], its_number, pages(portal, its_number, day))
            said = answer.readings[0]
            is_ok = answer.outcome is Outcome.OK
            seen.append(
                SeenReading(f"{portal} {day}", at, read_rows(portal, said, at), answer.complete, is_ok)
            )
            for which in ("origin_country", "destination_country"):
                named[which] = country_code(getattr(said, which)) or named.get(which)
        tracks[portal, its_number] = fold(portal, its_number, seen).observations
    return Parcel(tracks, **named)


class Story:
    """One parcel as the README tells it and as it was reconciled."""

    def __init__(self, number, made, known):
        self.lines = told(number)
        self.result = reconcile(made, known)
        self.observations = [o for rows in made.tracks.values() for o in rows]
        self.carrier = LAST_MILE[number][0]

    def row(self, portal, printed, words):
        """The observation a cell of the README means, by what it prints and its code or wording."""
        words = re.sub(r" \(\w+\)$", "", words)
        (found,) = [
            o
            for o in self.observations
            if o.portal == portal
            and _digits(o.row.printed.time_text) == _digits(printed)
            and words in (o.row.printed.code, o.row.printed.description)
        ]
        return found

    def sides(self, line):
        """The observations of a line that both portals show."""
        theirs = self.row(self.carrier, line.carrier, line.carrier_row)
        return self.row("cainiao", line.cainiao, line.code), theirs

    def shared(self):
        return [line for line in self.lines if line.so in KINDS]


def _digits(text):
    return " ".join(re.findall(r"\w+", text or "")).casefold()


@pytest.fixture(scope="module")
def stories():
    made = {number: parcel(number) for number in LAST_MILE}
    known = estimates(c for p in made.values() for c in counts(p))
    return {number: Story(number, p, known) for number, p in made.items()}


@pytest.fixture(params=[SPAIN, OHIO], ids=["Spain", "Ohio"])
def story(request, stories):
    return stories[request.param]


def test_the_readme_names_a_kind_for_every_scan_that_both_portals_show(story):
    both = [line for line in story.lines if line.cainiao and line.carrier]
    assert both == story.shared()
    assert len(both) >= 6


def test_both_rows_of_a_shared_scan_are_one_event(story):
    for line in story.shared():
        ours, theirs = story.sides(line)
        assert story.result.event_of[ours.id] == story.result.event_of[theirs.id], line


def test_no_event_holds_two_scans_of_one_portal(story):
    lines_of = {}
    for line in story.lines:
        for portal, printed, words in (
            ("cainiao", line.cainiao, line.code),
            (story.carrier, line.carrier, line.carrier_row),
        ):
            event = story.result.event_of.get(story.row(portal, printed, words).id) if printed else None
            if event is not None:
                lines_of.setdefault(event, []).append(line.truth)
    for truths in lines_of.values():
        moments = [datetime.fromisoformat(t) for t in truths if t != "never"]
        assert not moments or max(moments) - min(moments) <= timedelta(seconds=10), truths


def test_every_shared_scan_disagrees_as_the_readme_says(story):
    found = {d.event_id: d.kind for d in story.result.disagreements if d.portal_a != d.portal_b}
    for line in story.shared():
        event = story.result.event_of[story.sides(line)[0].id]
        assert found.pop(event, "none") == line.so, line
    assert found == {}


def test_revisions_and_withdrawals_are_those_of_the_readme(story):
    revised = [line for line in story.lines if line.so == "revision"]
    old_and_new = [story.row("cainiao", line.cainiao, line.code).id for line in revised]
    found = [d for d in story.result.disagreements if d.kind == "revision"]
    assert [i for d in found for i in (d.observation_a, d.observation_b)] == old_and_new
    withdrawn = {o.id for o in story.observations if o.withdrawn_at is not None}
    said = {story.row("cainiao", li.cainiao, li.code).id for li in story.lines if li.so == "withdrawn"}
    assert withdrawn == said


def test_events_happened_when_they_happened(story):
    events = {e.id: e for e in story.result.events}
    told_wrong = []
    for line in story.lines:
        if line.truth == "never" or line.so in ("revision", "withdrawn"):
            continue
        portal, printed, words = (
            (story.carrier, line.carrier, line.carrier_row)
            if line.carrier
            else ("cainiao", line.cainiao, line.code)
        )
        event = events[story.result.event_of[story.row(portal, printed, words).id]]
        truth = datetime.fromisoformat(line.truth).replace(tzinfo=UTC)
        if event.occurred_at is None or abs(event.occurred_at - truth) > timedelta(seconds=60):
            told_wrong.append(line.so)
    # One label is wrong where no second portal can tell.
    assert [so for so in told_wrong if "no second witness" not in so] == []


def test_the_events_stand_in_the_order_they_happened_in(story):
    times = [e.occurred_at for e in story.result.events if e.occurred_at is not None]
    assert times == sorted(times)
    filler = [e for e in story.result.events if e.occurred_at is None]
    for event in filler:
        before, after = (story.result.events[event.sequence + step] for step in (-2, 0))
        assert before.occurred_at <= event.latest_at
        assert after.occurred_at >= event.earliest_at


def test_what_the_two_parcels_teach_is_no_more_than_they_show():
    known = estimates(c for number in LAST_MILE for c in counts(parcel(number)))
    assert {e.lag_class for e in known.values()} <= {"scan", None}
    assert {e.offset_minutes for e in known.values()} == {None}
    assert known["cainiao", "last_mile"].reliability == 0.8
