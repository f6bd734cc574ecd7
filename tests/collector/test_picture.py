"""The picture of a parcel: what is drawn, where, and that a stranger's text stays text."""

import re
from dataclasses import replace
from datetime import timedelta
from itertools import combinations, pairwise, product
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.picture import drawn, parcel_story
from collector.picture.board import board
from collector.picture.handoffs import takeovers
from collector.picture.joins import joins, labelled
from collector.picture.legs import ORDER, Stretch, stretches
from collector.picture.placing import placed
from collector.picture.scale import SILENCE, Stop, scale
from collector.picture.sheet import NARROW, WIDE, sheet
from collector.picture.story import Disagreement, Finding, Number, Portal, letter
from collector.picture.style import DASHES
from collector.picture.tags import MOST, placed_tag
from collector.picture.trimming import MOST_EVENTS, MOST_PORTALS, trimmed
from collector.picture.words import readable, size
from collector.reconcile.kinds import SEVERITY
from tests.collector.picture_stories import (
    ALI,
    APP,
    CAINIAO,
    CORREOS,
    SPEEDY,
    START,
    at,
    clustered,
    crowded,
    event,
    row,
    story,
)
from tests.collector.worlds import CAINIAO as NUMBER
from tests.collector.worlds import CORREOS as SECOND
from tests.collector.worlds import event as printed
from tests.collector.worlds import naming, record, rows, take_in
from tests.test_imports import CLOCKS, DRIVERS, MACHINE, clock_readings, offences, under

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "</text><script>alert(1)</script>\u202e\x1b[31m\x00\"' onload=alert(1) <a href='https://x.test'>&"


def parsed(text):
    """The picture as a tree; it must be sound XML."""
    return ET.fromstring(text)  # noqa: S314 - it is our own


def texts(tree):
    return [element.text for element in tree.iter(f"{SVG}text")]


def classed(tree, name):
    """The elements of a class."""
    return [element for element in tree.iter() if name in (element.get("class") or "").split()]


def spaced(seconds):
    """A size with ordinary blanks, as it stands in the picture."""
    return size(seconds).replace("\N{NO-BREAK SPACE}", " ")


def hostile_story():
    """A story of which every text is hostile."""
    made = crowded()
    return replace(
        made,
        title=HOSTILE,
        portals=tuple(replace(p, title=HOSTILE) for p in made.portals),
        numbers=tuple(replace(n, number=HOSTILE, carrier=HOSTILE) for n in made.numbers),
        events=tuple(
            replace(e, description=HOSTILE, place=HOSTILE, milestone=None if e.sequence % 2 else HOSTILE)
            for e in made.events
        ),
        rows=tuple(replace(r, time_text=HOSTILE, description=HOSTILE, place=HOSTILE) for r in made.rows),
        findings=tuple(replace(f, sentence=HOSTILE) for f in made.findings),
        contradictions=tuple(replace(c, explanation=HOSTILE) for c in made.contradictions),
    )


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_every_row_that_stands_is_drawn_in_its_portals_lane(width):
    told = crowded()
    on = board(told, width)
    tree = parsed(drawn(told, width=width))
    marks = [e for e in classed(tree, "mark") if e.find(f"{SVG}title") is not None]
    assert len(marks) == len(told.standing_rows())
    for title in told.titles().values():
        name = next(portal.name for portal in told.portals if portal.title == title)
        mine = [e for e in marks if e.find(f"{SVG}title").text.startswith(f"{title} prints ")]
        assert len(mine) == sum(one.portal == name for one in told.rows)
        middles = {float(e.get("cx")) for e in mine if e.get("cx") and "more" not in e.get("class")}
        assert middles <= {round(on.at.lanes[name], 1)}


def test_a_row_at_another_time_is_a_diamond_below_its_event():
    told = crowded()
    on = board(told, WIDE)
    for one in on.events:
        for mark in one.marks:
            later = mark.row.at is not None and mark.row.at > one.at
            assert (on.y(one, mark) > on.y(one)) == later
    diamonds = list(parsed(drawn(told)).iter(f"{SVG}polygon"))
    assert len(diamonds) == sum(m.off_at is not None for one in on.events for m in one.marks) > 10


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_each_finding_is_named_once_on_a_line_and_once_in_the_key(width):
    told = crowded()
    assert len(told.disagreements) >= 80
    tree = parsed(drawn(told, width=width))
    said = [e.text for e in classed(tree, "bold") if e.text]
    for finding in told.findings:
        tags = [finding.letter, f"{finding.letter} {spaced(finding.largest_s)}"]
        assert sum(said.count(tag) for tag in tags) == 2, tags
        assert width == NARROW or tags[1] in said
    tags = classed(tree, "tag")
    assert len(tags) == 2 * len(told.findings)


def test_a_finding_is_named_on_a_line_that_stands_for_it():
    told = crowded()
    lines = joins(placed(told), told)
    named = labelled(lines, told, MOST)
    assert sorted(f.letter for found in named.values() for f in found) == [f.letter for f in told.findings]
    for place, found in named.items():
        for finding in found:
            about = lines[place].about
            assert about is not None
            if {finding.portal_a, finding.portal_b} != {ALI, APP}:  # these two have others between them
                assert (about.kind, about.portal_a, about.portal_b) == (
                    finding.kind,
                    finding.portal_a,
                    finding.portal_b,
                )


def quarrelling():
    """The crowded story with a finding for every pair of portals and kind there could be."""
    made = crowded()
    more = [
        Finding(letter(6 + place), kind, SEVERITY[kind], a, b, 1, 60, 3600, made.findings[0].worst, kind)
        for place, (kind, (a, b)) in enumerate(product(SEVERITY, combinations(made.titles(), 2)))
    ]
    return replace(made, findings=(*made.findings, *more))


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("told", [crowded(), quarrelling()], ids=["crowded", "quarrelling"])
def test_no_tag_lies_on_another(told, width):
    boxes = [
        [float(e.get(name)) for name in ("x", "y", "width", "height")]
        for e in classed(parsed(drawn(told, width=width)), "tag")
    ]
    assert len(boxes) <= 2 * MOST
    for place, (x, y, w, h) in enumerate(boxes):
        for x2, y2, w2, h2 in boxes[place + 1 :]:
            assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y


def test_a_tag_says_as_much_as_there_is_room_for():
    findings = quarrelling().findings
    far = (0.0, 0.0), (200.0, 0.0)
    assert placed_tag(findings[:1], *far, 10, []).text == f"A {size(32400)}"
    assert placed_tag(findings[:1], (0, 0), (45, 0), 10, []).text == "A"
    assert placed_tag(findings[:3], *far, 10, []).text == "A B C"
    assert placed_tag(findings[:3], (0, 0), (50, 0), 10, []).text == "A+2"
    first = placed_tag(findings[:1], *far, 10, [])
    second = placed_tag(findings[1:2], *far, 10, [first])
    assert not second.lies_on(first)
    precise = next(f for f in findings if f.kind == "precision")
    assert placed_tag([precise], *far, 10, []).text == precise.letter


def test_no_two_events_words_overlap():
    for width in (WIDE, NARROW):
        on = board(crowded(), width)
        ys = sorted(on.y(one) for one in on.events)
        assert all(lower - upper >= on.at.font * 1.3 for upper, lower in pairwise(ys))


def test_every_kind_has_dashes_of_its_own_in_its_severity():
    assert set(DASHES) == set(SEVERITY)
    for severity in set(SEVERITY.values()):
        mine = [DASHES[kind] for kind in SEVERITY if SEVERITY[kind] == severity]
        assert len(set(mine)) == len(mine)


def test_a_long_silence_is_short_and_says_how_long_it_was():
    told = story(
        (event("a", 1, at(0)), event("b", 2, at(12 * 24)), event("c", 3, at(12 * 24 + 1))),
        (row(ALI, "a", at(0), "x"), row(ALI, "b", at(12 * 24), "y"), row(ALI, "c", at(12 * 24 + 1), "z")),
    )
    assert "12 days nothing" in texts(parsed(drawn(told)))
    on = board(told, WIDE)
    first, second, third = (on.y(one) for one in on.events)
    assert third - second < second - first < 5 * (third - second)


def test_a_row_with_a_day_only_is_a_bar_as_long_as_the_day():
    noon = START.replace(hour=12, minute=0)
    day = noon.replace(hour=0), noon.replace(hour=23, minute=59)
    dateless = {"at": None, "earliest": day[0], "latest": day[1], "precision": "day"}
    told = story(
        (event("a", 1, noon), event("b", 2, noon + timedelta(hours=20))),
        (
            row(ALI, "a", noon, "x"),
            row(CORREOS, "a", noon, "x", **dateless),
            row(ALI, "b", noon + timedelta(hours=20), "y"),
        ),
    )
    (bar,) = classed(parsed(drawn(told)), "span")
    on = board(told, WIDE)
    assert float(bar.get("y")) == pytest.approx(on.top + on.scale.y(day[0]), abs=0.1)
    assert float(bar.get("y")) + float(bar.get("height")) < on.y(on.events[1])


def test_rows_without_a_time_stand_where_their_order_puts_them():
    events = (event("a", 1, None), event("b", 2, at(5)), event("c", 3, None), event("d", 4, at(9)))
    told = story(events, tuple(row(ALI, e.id, e.at, e.id) for e in events))
    on = board(told, WIDE)
    assert [one.event.id for one in on.events] == ["a", "b", "c", "d"]
    ys = [on.y(one) for one in on.events]
    assert ys == sorted(ys)
    assert texts(parsed(drawn(told))).count("no time") == 2
    assert len(classed(parsed(drawn(told)), "hollow")) == 2


def test_a_changed_time_is_drawn_from_where_it_was():
    old = row(ALI, "a", at(3), "x", id="old", gone="replaced")
    told = story(
        (event("a", 1, at(0)),),
        (row(ALI, "a", at(0), "x", id="new"), old),
        disagreements=(
            Disagreement("d", "a", "revision", "notice", ALI, ALI, "old", "new", 10800, False, "moved"),
        ),
        findings=(Finding("A", "revision", "notice", ALI, ALI, 1, 10800, 10800, "d", "moved"),),
    )
    (line,) = joins(placed(told), told)
    assert line.is_change
    assert texts(parsed(drawn(told))).count("A") == 2


def test_a_number_takes_over_where_a_portal_of_its_own_first_saw_the_parcel():
    told = crowded()
    said = texts(parsed(drawn(told)))
    assert {"▸ LP00787700880088 · Cainiao", "▸ RR123456785ES · Correos"} <= set(said)
    found = takeovers(told, placed(told))
    assert {event_id: [n.number for n in numbers] for event_id, numbers in found.items()} == {
        "e0": ["LP00787700880088"],
        "e7": ["RR123456785ES"],
    }


def test_a_number_that_only_a_shop_shows_takes_over_where_no_other_is_shown():
    numbers = tuple(Number(name, None, "shipment", None, ALI) for name in ("one", "two", "three"))
    events = tuple(event(f"e{place}", place, at(place)) for place in range(4))
    shown = [("e0", "one"), ("e1", "one"), ("e1", "two"), ("e2", "two"), ("e3", "two")]
    told = story(
        events,
        tuple(row(ALI, e, at(int(e[1])), "x", id=e + number, number=number) for e, number in shown),
        numbers=numbers,
    )
    found = takeovers(told, placed(told))
    assert {e: [n.number for n in some] for e, some in found.items()} == {"e0": ["one"], "e2": ["two"]}


def test_bursts_on_many_portals_weeks_apart_stay_apart():
    told = clustered()
    for width in (WIDE, NARROW):
        on = board(told, width)
        ys = [on.y(one) for one in on.events]
        assert all(lower - upper >= on.at.font * 1.3 for upper, lower in pairwise(ys))
        assert len(on.scale.silences) == 3
        assert on.bottom < 45 * len(told.events)
    said = texts(parsed(drawn(told)))
    assert {"15 days nothing", "26 days nothing", "18 days nothing"} <= set(said)


def test_what_is_to_come_stands_below_until_the_parcel_is_there():
    made = replace(
        crowded(), stage="last_mile", expected_from_on="2026-03-12", expected_to_on="2026-03-14",
        dues=tuple(replace(due, has_arrived=False) for due in crowded().dues),
    )  # fmt: skip
    said = texts(parsed(drawn(made)))
    assert "expected, from Thu 12 Mar on" in said
    assert "buyer protection ends" in said
    assert "buyer protection ends" not in texts(parsed(drawn(crowded())))


def test_rows_that_contradict_each_other_are_ringed():
    tree = parsed(drawn(crowded()))
    assert len(classed(tree, "ring")) == 3  # two rows, and the key


def test_a_story_without_events_is_a_sound_picture():
    assert "No portal shows an event yet." in texts(parsed(drawn(story())))
    assert "No portal shows an event yet." in texts(parsed(drawn(story(), width=NARROW)))


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("theme", ["auto", "light", "dark"])
def test_hostile_texts_stay_text(width, theme):
    picture = drawn(hostile_story(), width=width, theme=theme)
    tree = parsed(picture)
    kinds = {element.tag.removeprefix(SVG) for element in tree.iter()}
    assert kinds <= {
        "svg", "title", "desc", "style", "rect", "line", "text", "circle", "polygon", "path",
    }  # fmt: skip
    for element in tree.iter():
        assert not [name for name in element.keys() if name.startswith("on") or "href" in name]  # noqa: SIM118
    assert "\u202e" not in picture
    assert "\x1b" not in picture
    assert "\x00" not in picture
    assert "https" not in re.sub(r"&lt;a.*?&gt;|xmlns=\"[^\"]*\"", "", picture)


def test_the_picture_refers_to_nothing_outside_it():
    picture = drawn(crowded())
    assert re.findall(r"url\(|@import|https?://(?!www\.w3\.org/2000/svg)|<script|<image|<use", picture) == []


def test_the_picture_is_named_and_described_for_who_cannot_see_it():
    tree = parsed(drawn(crowded(), name="wide"))
    assert tree.get("role") == "img"
    said = {element.get("id"): element.text for element in tree.iter() if element.get("id")}
    assert tree.get("aria-labelledby").split() == list(said)
    assert said["wide-title"] == "Blue lamp: what portals show, and when"
    assert "5 portals show 74 rows of 18 events from 2026-02-19 to 2026-03-10." in said["wide-desc"]
    assert "A: correos and speedy: conflict on 8 rows." in said["wide-desc"]


def test_the_theme_decides_the_colours_and_print_is_light():
    auto, light, dark = (drawn(crowded(), theme=theme) for theme in ("auto", "light", "dark"))
    assert "prefers-color-scheme:dark" in auto
    assert "prefers-color-scheme" not in light + dark
    for picture in (auto, light, dark):
        assert "@media print{.parcel-picture{--ink:#1c2026;" in picture
    assert dark.index("--ink:#e8eaee") < dark.index("@media print")


def test_more_portals_than_fit_widen_the_sheet():
    many = tuple(Portal(f"p{n}", f"Portal {n}", "carrier") for n in range(30))
    for width in (WIDE, NARROW):
        at_ = sheet(many, width)
        lanes = list(at_.lanes.values())
        assert all(b - a >= 20 for a, b in pairwise(lanes))
        assert at_.events_x > max(lanes)
        assert at_.width >= at_.events_x + 100


def test_of_very_many_events_the_newest_are_drawn():
    many = MOST_EVENTS + 700
    events = tuple(event(f"e{n}", n, at(n)) for n in range(many))
    picture = drawn(story(events, tuple(row(ALI, e.id, e.at, e.id) for e in events)))
    assert f"drawn: the newest {MOST_EVENTS} of {many} events" in texts(parsed(picture))
    assert len(picture) < 400_000


def test_of_very_many_portals_those_that_show_most_are_drawn():
    names = [f"portal{n:02}" for n in range(40)]
    events = tuple(event(f"e{n}", n, at(n)) for n in range(5))
    rows_ = [row(name, events[0].id, at(0), "x") for name in names]
    rows_ += [row(name, e.id, e.at, "x") for name in names[20:25] for e in events[1:]]
    told = story(events, tuple(rows_))
    seen, notes = trimmed(told)
    assert notes == [f"{MOST_PORTALS} of 40 portals, those that show most"]
    assert {portal.name for portal in seen.portals} >= set(names[20:25])
    assert len(seen.portals) == MOST_PORTALS
    assert f"drawn: {notes[0]}" in texts(parsed(drawn(told)))
    assert trimmed(crowded()) == (crowded(), [])


def test_only_what_gathers_the_story_knows_the_database():
    pure = [
        m
        for m in under("collector.picture")
        if m.name not in ("collector.picture", "collector.picture.gathering")
    ]
    forbidden = (*DRIVERS, *MACHINE, *CLOCKS, "collector.store", "collector.picture.gathering")
    assert offences(pure, *forbidden) == set()
    assert set().union(*(clock_readings(module) for module in pure)) == set()


def test_the_same_story_gives_the_same_picture():
    assert drawn(crowded()) == drawn(crowded())


def test_legs_never_go_back():
    said = ["origin", None, "line_haul", "import", "origin", "last_mile", "origin", "last_mile"]
    found = stretches(said)
    assert [s.leg for s in found] == ["origin", "line_haul", "import", "last_mile"]
    assert found[0] == Stretch("origin", 0, 0)
    assert found[-1].last == len(said) - 1
    assert stretches([None, None]) == []
    assert [s.leg for s in stretches(["last_mile", "origin", "origin", "last_mile"])] == [
        "origin",
        "last_mile",
    ]


@given(st.lists(st.sampled_from([*ORDER, None]), max_size=12))
def test_stretches_are_in_order_and_end_where_the_journey_does(legs):
    found = stretches(legs)
    assert [ORDER.index(s.leg) for s in found] == sorted({ORDER.index(s.leg) for s in found})
    if found:
        assert (found[0].first, found[-1].last) == (0, len(legs) - 1)


@given(
    st.lists(st.floats(0, 3000), min_size=1, max_size=15).map(sorted),
    st.lists(st.floats(0, 3000), max_size=15),
)
def test_later_is_never_higher(hours, others):
    stops = [Stop(str(place), at(hour), 3, 15) for place, hour in enumerate(hours)]
    made = scale(stops, [at(hour) for hour in others])
    ys = [made.events[stop.event_id] for stop in stops]
    assert all(lower - upper >= 15 for upper, lower in pairwise(ys))
    moments = sorted(at(hour) for hour in [*hours, *others])
    heights = [made.y(moment) for moment in moments]
    assert heights == sorted(heights)
    assert all(silence.seconds > SILENCE.total_seconds() for silence in made.silences)
    assert made.bottom >= max(ys)


def test_letters_go_on_after_z():
    assert [letter(n) for n in (0, 25, 26, 27, 52)] == ["A", "Z", "AA", "AB", "BA"]


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(40, "40 s"), (1500, "25 min"), (32400, "9 h"), (26100, "7 h 15 min"), (90000, "1 day 1 h")],
)  # fmt: skip
def test_sizes_are_short(seconds, said):
    assert spaced(seconds) == said


def test_instants_in_sentences_become_readable():
    said = "a says delivered at 2026-03-07T22:31:59Z, but b shows it at 2026-03-07T22:59:12.123Z"
    assert readable(said) == (
        "a says delivered at 2026-03-07 22:31 UTC, but b shows it at 2026-03-07 22:59 UTC"
    )


@pytest.fixture
def two_portals(db):
    """A database with one parcel that two portals show, once on another clock and once really late."""
    here = [
        printed("2026-02-27 18:00:00", "Arrived", code="LH_ARRIVE", utc_offset="+08:00", place="Madrid"),
        printed("2026-02-20 18:00:00", "Departed", code="LH_DEPART", utc_offset="+08:00"),
    ]
    there = [printed("27/02/2026 11:00:00", "Llegada a España"), printed(None, "Admitido")]
    take_in(db, [naming(NUMBER, SECOND, events=here, order_ids=["8190000000000001"])])
    take_in(db, [record("correos", SECOND, events=there)])
    return db


def test_a_story_holds_what_the_database_does(two_portals):
    told = parcel_story(two_portals, NUMBER)
    assert [portal.title for portal in told.portals] == ["Cainiao", "Correos"]
    assert {one.id for one in told.rows} == {
        r["id"] for r in rows(two_portals, "select id from observations")
    }
    assert [one.id for one in told.events] == [
        r["id"] for r in rows(two_portals, "select id from events order by sequence")
    ]
    assert {one.number for one in told.numbers} == {NUMBER, SECOND}
    sentences = [
        r["sentence"] for r in rows(two_portals, "select * from findings where parcel_id = ?", NUMBER)
    ]
    assert sorted(finding.sentence for finding in told.findings) == sorted(sentences) != []
    assert parsed(drawn(told)).get("role") == "img"


def test_a_story_of_no_parcel_is_an_error(db):
    with pytest.raises(LookupError):
        parcel_story(db, "NOTHING")


def test_lanes_begin_with_the_shop_and_end_with_who_repeats(db):
    events = [printed("2026-02-27 18:00:00", "Arrived", utc_offset="+00:00")]
    for portal in ("parcelsapp", "usps", "cainiao"):
        take_in(db, [record(portal, NUMBER, events=events)])
    names = [portal.name for portal in parcel_story(db, NUMBER).portals]
    assert names[-1] == "parcelsapp"
    assert {CAINIAO, "usps"} == set(names[:-1])
    assert SPEEDY not in names
