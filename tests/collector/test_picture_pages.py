"""The overview and the page of a parcel, asked for from a real Datasette; made-up rows, hostile texts."""

import asyncio
import html
import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlite_utils import Database

from collector.datasette.overview import overview_of
from collector.datasette.overview_rows import PAGE, Chosen, overview_lines
from collector.datasette.parcel_actions import actions
from collector.datasette.parcel_parts import EXAMPLES, parcel_parts, timeline
from collector.datasette.parcel_words import days, is_back, named, offset, step
from collector.picture import parcel_story
from collector.picture.story import Due
from collector.status import lines
from collector.store.opening import open_store
from collector.urgency import Urgency, is_old, parcel_line
from tests.collector.picture_stories import crowded, fill, here
from tests.collector.worlds import CAINIAO, CORREOS, ORDER, USPS, blank, record, take_in

pytestmark = pytest.mark.datasette

TODAY = date(2026, 3, 3)
NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
HOSTILE = "<script>alert('x')</script><img src=https://x.test/y onerror=alert(1)>\u202e\x1b[31m{{ 7 * 7 }}"
BASE = "/-/crosstrack/crosstrack"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    path = tmp_path_factory.mktemp("pages") / "crosstrack.db"
    with open_store(path) as db:
        fill(db)
        # A second parcel of the same order.
        take_in(db, [record("cainiao", "LP00999999999999", events=[here("2026-02-25 10:00:00")],
                            order_ids=[ORDER])])  # fmt: skip
    return path


@pytest.fixture
def small():
    db = blank()
    fill(db)
    yield db
    db.close()


def asked(*databases, paths):
    """What a Datasette with the plugin answers, by path: status and text."""
    from datasette.app import Datasette

    from collector.datasette.__main__ import register

    register()

    async def run():
        datasette = Datasette([str(path) for path in databases])
        await datasette.invoke_startup()
        answers = {}
        for path in paths:
            answer = await datasette.client.get(path)
            answers[path] = (answer.status_code, answer.text, answer.headers)
        for served in datasette.databases.values():
            served.close()
        return answers

    return asyncio.run(run())


def page(database, path):
    ((status, text, _),) = asked(database, paths=[path]).values()
    assert status == 200, text
    return text


def shown(text):
    """The words of a page without its elements."""
    body = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def steps(db: Database, doing) -> int:
    """How many of SQLite's steps something takes: a measure of work that no other load changes."""
    doing()  # a changed schema is read once
    counted = [0]

    def count() -> int:
        counted[0] += 1
        return 0

    db.conn.set_progress_handler(count, 1)
    doing()
    db.conn.set_progress_handler(None, 1)
    return counted[0]


def test_a_parcel_is_found_by_any_of_its_numbers_and_by_its_order(database):
    paths = [f"{BASE}/parcel/{name}" for name in (CAINIAO, CORREOS, CORREOS.lower(), USPS)]
    answers = asked(database, paths=paths)
    assert [status for status, _, _ in answers.values()] == [200] * 4
    bodies = [text for _, text, _ in answers.values()]
    assert bodies[0] == bodies[1] == bodies[2] != bodies[3]
    choice = page(database, f"{BASE}/parcel/{ORDER}")
    assert f'href="{BASE}/parcel/{CAINIAO}"' in choice
    assert f'href="{BASE}/parcel/LP00999999999999"' in choice


def test_what_is_not_known_is_not_there(database, tmp_path):
    other = tmp_path / "other.db"
    strange = Database(other)
    strange["parcels"].insert({"id": "1"})
    strange.close()
    paths = [
        f"{BASE}/parcel/NOBODY",
        "/-/crosstrack/none",
        "/-/crosstrack/other",
        "/-/crosstrack/other/parcel/1",
    ]
    answers = asked(database, other, paths=paths)
    assert [status for status, _, _ in answers.values()] == [404] * 4
    assert "nothing is known of &#39;NOBODY&#39;; add the number" in answers[paths[0]][1]


def test_the_page_tells_findings_rows_numbers_and_standing(database):
    text = page(database, f"{BASE}/parcel/{CAINIAO}")
    said = shown(text)
    with open_store(database) as db:
        told = parcel_story(db, CAINIAO)
    assert told.findings
    for finding in told.findings:
        assert f'<span class="letter {finding.severity}">{finding.letter}</span>' in text
        assert shown(named(finding.sentence, told.titles())) in said
    for row in told.standing_rows():
        assert f"{BASE}/page/{row.id}" in text
        assert (row.time_text or "no time") in said
    for number in told.numbers:
        assert number.number in said
    assert text.count('role="img" aria-labelledby="wide-title') == 1
    assert text.count('role="img" aria-labelledby="narrow-title') == 1
    assert f"/crosstrack/disagreements?parcel_id__exact={CAINIAO}&amp;kind__exact=" in text
    assert '<time class="moment" datetime="2026-02-27T10:00:00Z"' in text
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_pages_run_no_script_of_anybody_elses_and_load_nothing(database):
    for path, (status, text, headers) in asked(database, paths=[BASE, f"{BASE}/parcel/{CAINIAO}"]).items():
        assert status == 200, path
        assert "default-src 'none'" in headers["content-security-policy"]
        assert set(re.findall(r'(?:src|href)="(https?:[^"]*)"', text)) == set()
        scripts = re.findall(r"<script[^>]*>", text)
        assert '<script type="module" src="/-/crosstrack-static/moments.js">' in scripts
        assert [one for one in scripts if 'src="/-/crosstrack-static/' not in one] == []


def test_hostile_texts_stay_text(tmp_path):
    path = tmp_path / "crosstrack.db"
    with open_store(path) as db:
        fill(db)
        for change in (
            "update parcels set title = :x",
            "update observations set description = :x, time_text = coalesce(time_text, :x) || :x, place = :x",
            "update events set description = :x, place = :x, milestone = null",
            "update disagreements set explanation = :x",
            "update tracking_numbers set carrier = :x",
            "update orders set store = :x, status = :x, total = :x, currency = :x, state = 'shipped'",
            "update reading_spans set pickup_point = :x",
        ):
            db.execute(change, {"x": HOSTILE})
    nobody = f"{BASE}/parcel/NO~3Cscript~3Ealert(1)~E2~80~AE"
    paths = [BASE, f"{BASE}?q={HOSTILE[:8]}", f"{BASE}/parcel/{CAINIAO}", nobody]
    for path_, (status, text, _) in asked(path, paths=paths).items():
        assert status == (404 if path_ == nobody else 200)
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "\u202e" not in text
        assert "\x1b" not in text
    assert "{{ 7 * 7 }}" in shown(page(path, f"{BASE}/parcel/{CAINIAO}"))


def test_the_overview_has_every_parcel_in_the_order_of_the_status(small):
    found = overview_lines(small, Chosen(with_old=True), TODAY)
    wanted = lines(small, now=NOW)
    assert [line.id for line in found.shown] == [line.id for line in wanted]
    assert [line.number for line in found.shown] == [line.number for line in wanted]
    assert [line.description for line in found.shown] == [line.description for line in wanted]
    assert [line.urgency for line in found.shown] == [line.urgency for line in wanted]
    assert found.under_way == len(wanted) == found.matching


def test_what_was_delivered_long_ago_is_left_out_unless_it_is_asked_for(small):
    small.execute(
        "update parcels set stage = 'delivered', delivered_at = '2026-01-31T10:00:00Z' where id = ?", [USPS]
    )
    small.execute(
        "update parcels set stage = 'delivered', delivered_at = '2026-02-01T10:00:00Z' where id = ?",
        [CAINIAO],
    )
    wanted = [line for line in lines(small, now=NOW) if not is_old(line, TODAY)]
    found = overview_lines(small, Chosen(), TODAY)
    assert [line.id for line in found.shown] == [line.id for line in wanted] == [CAINIAO]
    assert found.old == 1
    both = overview_lines(small, Chosen(with_old=True), TODAY)
    assert {line.id for line in both.shown} == {CAINIAO, USPS}
    assert both.old == 0
    assert overview_lines(small, Chosen(search=USPS[:8]), TODAY).old == 1


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (CORREOS, {CAINIAO}),
        (CORREOS[:5].lower(), {CAINIAO}),
        (ORDER[:8], {CAINIAO}),
        ("LAMP blue", {USPS}),
        ("%", set()),
        ("_", set()),
        ("\\", set()),
        ("", {CAINIAO, USPS}),
    ],
)
def test_parcels_are_searched_by_title_number_and_order(small, search, found):
    small.execute("update parcels set title = 'A blue lamp' where id = ?", [USPS])
    lines_ = overview_lines(small, Chosen(with_old=True, search=search), TODAY)
    assert {line.id for line in lines_.shown} == found


def test_pages_of_the_overview_hold_a_hundred_each(small):
    for place in range(2 * PAGE):
        small["parcels"].insert({"id": f"P{place:03}", "title": f"parcel {place}", "stage": "origin"})
    found = [overview_lines(small, Chosen(page=number), TODAY) for number in (1, 2, 3, 9, 0)]
    assert [len(one.shown) for one in found] == [PAGE, PAGE, 2, 2, PAGE]
    assert found[0].pages == 3
    assert len({line.id for one in found[:3] for line in one.shown}) == 2 * PAGE + 2
    assert found[3] == found[2]


def test_the_overview_leads_from_page_to_page(tmp_path):
    path = tmp_path / "crosstrack.db"
    with open_store(path) as db:
        for place in range(PAGE + 1):
            db["parcels"].insert({"id": f"P{place:03}", "title": f"parcel {place}", "stage": "origin"})
    assert f'rel="next" href="{BASE}?q=parcel&amp;page=2"' in page(path, f"{BASE}?q=parcel")
    second = page(path, f"{BASE}?q=parcel&page=2")
    assert f'rel="prev" href="{BASE}?q=parcel&amp;page=1"' in second
    assert 'rel="next"' not in second
    for odd in ("page=x", "page=-1", "page=99999999999", "page=²", "q=%00", "all=x"):
        assert page(path, f"{BASE}?{odd}")


def test_an_empty_database_says_what_to_do(tmp_path):
    path = tmp_path / "crosstrack.db"
    with open_store(path):
        pass
    assert "Nothing is known yet" in page(path, BASE)


def test_the_overview_names_what_waits_for_a_person(small):
    small.execute(
        """insert into visits (id, portal, account, seen_at, source, outcome, complete)
           values ('v', 'aliexpress', 'default', '2026-03-02T10:00:00Z', 'browser', 'challenge', 0),
                  ('w', 'usps', null, '2026-03-02T09:00:00Z', 'browser', 'unavailable', 0)"""
    )
    small.execute(
        "update orders set protection_ends_on = '2026-03-09', state = 'shipped', marketplace = 'aliexpress'"
    )
    found = overview_of(small, Chosen(), NOW)
    assert [(need.portal, need.account) for need in found.needs] == [("aliexpress", "default")]
    assert [one.portal for one in found.troubles] == ["usps"]  # what is said of an account is said once
    assert [one.what.value for one in found.ahead] == ["write_to_seller"]  # the next one of the order
    assert found.looked_at == "2026-03-02T10:00:00Z"
    assert found.lines.attention == 1
    assert found.lines.shown[0].urgency is Urgency.PROTECTION


def test_the_work_for_a_parcels_page_does_not_grow_with_the_others(small):
    one = steps(small, lambda: parcel_parts(small, CAINIAO, TODAY))
    for place in range(25):
        events = [here(f"2026-02-{day:02} 18:00:00") for day in range(1, 20, 3)]
        take_in(small, [record("cainiao", f"LP{place:014}", events=events)])
    assert steps(small, lambda: parcel_parts(small, CAINIAO, TODAY)) <= one * 1.2


def test_the_work_for_the_overview_does_not_grow_with_the_rows_of_parcels(small):
    base = steps(small, lambda: overview_of(small, Chosen(), NOW))
    for place in range(300):
        small.execute(
            """insert into observations (id, parcel_id, portal, tracking_number, position, offset_source,
                   description, first_seen_at, last_seen_at)
               values (?, ?, 'usps', ?, 0, 'unknown', 'x', '2026', '2026')""",
            [f"o{place}", CAINIAO, CAINIAO],
        )
        small.execute(
            """insert into disagreements (id, parcel_id, kind, severity, portal_a, portal_b, observation_a,
                   observation_b, reverses_order, confidence, explanation)
               values (?, ?, 'timezone', 'info', 'a', 'b', ?, ?, 0, 1, 'x')""",
            [f"d{place}", USPS, f"o{place}", f"o{place}"],
        )
    small.execute(
        "update parcels set stage = 'delivered', delivered_at = '2026-01-01T00:00:00Z' where id = ?", [USPS]
    )
    assert steps(small, lambda: overview_of(small, Chosen(), NOW)) <= base * 1.2


def test_the_timeline_has_each_row_once_under_its_portal():
    told = crowded()
    moments = timeline(told)
    assert [one.event.sequence for one in moments] == sorted(one.event.sequence for one in moments)
    counted = sum(cell.alike + 1 for one in moments for cells in one.cells for cell in cells)
    assert counted == len(told.standing_rows())
    late = [cell for one in moments for cells in one.cells for cell in cells if cell.later_s]
    assert {cell.later_s for cell in late} == {9 * 3600, 2600}
    assert {letter for one in moments for letter in one.letters} == {f.letter for f in told.findings}


def test_a_finding_tells_first_the_example_of_its_sentence(small):
    parts = parcel_parts(small, CAINIAO, TODAY)
    for told in parts.findings:
        assert told.examples[0].id == told.finding.worst
        assert len(told.examples) == min(told.finding.count, EXAMPLES)


def line_of(story, **more):
    parcel = {
        "id": story.parcel_id, "title": story.title, "stage": story.stage, "milestone": story.milestone,
        "delivered_at": None, "last_event_at": None, "estimated_from_on": None, "estimated_to_on": None,
    }  # fmt: skip
    return parcel_line(parcel | more, (), (), None, 0, TODAY)


def test_what_a_parcel_asks_is_said_with_the_most_pressing_first():
    told = replace(
        crowded(),
        stage="pickup",
        milestone="available_for_pickup",
        dues=(
            Due("1", "open_dispute", "2026-03-04", False),
            Due("1", "protection_latest", "2026-03-04", False),
        ),
    )
    asked_ = actions(
        told,
        line_of(told),
        [{"outcome": "challenge", "portal": "aliexpress", "seen_at": "2026-03-01"}],
        "Kiosk 4",
        TODAY,
    )
    texts = [one.text for one in asked_]
    assert texts[0] == "Last safe day to open a dispute: Wed 4 Mar, tomorrow (order 1)"
    assert texts[1] == "Fetch it: it is ready for pickup at Kiosk 4"
    assert texts[2].startswith("Portals contradict each other: Correos says delivered")
    assert texts[3:] == [
        "Portals give really different times: 8 times, see the findings",
        "AliExpress asks whether you are a person (seen 2026-03-01)",
    ]
    assert [one.severity for one in asked_] == ["warning"] * 3 + ["notice"] * 2


def test_a_parcel_that_is_there_asks_nothing():
    told = replace(crowded(), contradictions=(), stage="delivered")
    assert actions(told, line_of(told), [], None, TODAY) == []


def test_stages_are_steps_but_for_those_that_leave_the_way():
    assert [step(stage) for stage in ("label_only", "pickup", "delivered", "returned", "processing")] == [
        1,
        5,
        6,
        0,
        0,
    ]
    assert is_back("returning")
    assert not is_back("processing")


def test_words_of_the_page():
    assert days("2026-03-09", "2026-03-09") == "Mon 9 Mar 2026"
    assert days("2026-03-09", "2026-03-12") == "Mon 9 Mar 2026 – Thu 12 Mar 2026"
    assert days(None, None) == ""
    assert offset(-210, "place") == "UTC−3:30, by the place"
    assert offset(None, "unknown") == "clock unknown"
    titles = {"usps": "USPS", "17track": "17TRACK"}
    assert named("usps and 17track, but not my-usps or usps.com", titles) == (
        "USPS and 17TRACK, but not my-usps or USPS.com"
    )


def test_rows_lead_to_the_tables_of_datasette(database):
    text = page(database, f"{BASE}/parcel/{CAINIAO}")
    links = sorted(set(re.findall(r'href="(/(?:crosstrack|-)[^"#]*)"', text)))
    answers = asked(database, paths=[html.unescape(link) for link in links])
    assert {path: status for path, (status, _, _) in answers.items() if status != 200} == {}
