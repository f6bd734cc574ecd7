"""What worlds promise: truth that fits what is printed, the same world again, and every trait there is."""

import ast
from collections import Counter
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.worlds import make_world, profile, profile_names
from benchmarks.worlds.kinds import AGREE, events_of, evidence_of, gap, speakers, truth_of
from benchmarks.worlds.portals import UNKNOWN_NAMES, portals
from benchmarks.worlds.printing import cut, finest, forms_of, printed
from benchmarks.worlds.profiles import data
from benchmarks.worlds.words import styles, words
from benchmarks.worlds.zones import changes, next_between, offset_at, wall, winter_offset
from collector.records import record_from_object
from scrapers.numbers import is_correos, is_impb, is_s10
from scrapers.words import Milestone
from tests.benchmarks.rows_of_worlds import NOON

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
SIZE = 14
LANGUAGES = {"en", "es", "fr", "de", "pt", "it", "nl", "pl", "ru", "zh", "ja", "he"}
WORLDS = st.tuples(st.integers(0, 10_000), st.sampled_from(profile_names()))
SEVERAL = settings(max_examples=12, deadline=None)


@cache
def made(seed, name):
    return make_world(seed, SIZE, profile(name))


@pytest.fixture(scope="module")
def usual():
    return make_world(3, 60, profile("usual"))


@SEVERAL
@given(WORLDS)
def test_every_printed_time_follows_from_its_event_its_delay_and_its_clock(drawn):
    world = made(*drawn)
    for row in world.current:
        if row.event is None or row.time is None or row.false or row.doubles:
            continue
        happened = world.events[row.event].at + row.late
        assert row.time.local_time == cut(wall(happened, row.time.offset_minutes), row.time.precision), row


@SEVERAL
@given(WORLDS)
def test_a_second_system_writes_the_same_scan_3_to_8_seconds_later(drawn):
    world = made(*drawn)
    for row in world.current:
        first = world.row.get(row.doubles) if row.doubles else None
        if first is None or first.false or first.time is None or row.time is None:
            continue
        if row.time.precision == first.time.precision == "second":
            assert timedelta(seconds=3) <= row.time.instant - first.time.instant <= timedelta(seconds=8)
            assert row.event == first.event


@SEVERAL
@given(WORLDS)
def test_false_times_are_off_by_days_or_by_no_whole_quarter_of_an_hour(drawn):
    world = made(*drawn)
    for row in world.current:
        if (
            not row.false
            or row.event is None
            or row.time is None
            or row.source
            or row.time.precision == "hour"
        ):
            continue
        right = cut(wall(world.events[row.event].at + row.late, row.time.offset_minutes), row.time.precision)
        moved = abs(row.time.local_time - right)
        if row.false == "day":
            assert moved >= timedelta(days=1)
            assert moved % timedelta(days=1) == timedelta(0)
        else:
            rest = moved % timedelta(minutes=15)
            assert timedelta(minutes=4) <= rest <= timedelta(minutes=11)


@SEVERAL
@given(WORLDS)
def test_no_portal_is_early_or_later_than_two_days(drawn):
    world = made(*drawn)
    assert all(timedelta(0) <= row.late <= timedelta(days=2) for row in world.rows)


@SEVERAL
@given(WORLDS)
def test_a_relayed_row_shows_the_moment_of_its_source(drawn):
    world = made(*drawn)
    by_draft = {row.id.partition("@")[0]: row for row in world.current}
    for row in world.current:
        source = by_draft.get(row.source or "")
        if source is None or row.time is None or source.time is None:
            continue
        assert (row.event, row.false, row.late) == (source.event, source.false, source.late)
        if row.time.is_fine:
            assert abs(row.time.instant - source.time.instant) < timedelta(minutes=1)


@SEVERAL
@given(WORLDS)
def test_events_follow_each_other_and_nothing_is_seen_before_it_happened(drawn):
    world = made(*drawn)
    for parcel in world.parcels:
        times = [event.at for event in parcel.events]
        assert times == sorted(set(times))
        assert [event.sequence for event in parcel.events] == list(range(len(times)))
    seen = {(r["portal"], r["tracking_number"]): r["seen_at"] for r in world.records}
    for row in world.rows:
        if row.event is not None:
            happened = world.events[row.event].at
            assert happened.isoformat().replace("+00:00", "Z") <= seen[row.portal, row.number]


@SEVERAL
@given(WORLDS)
def test_later_rows_of_lags_are_late_and_rows_of_conflicts_false(drawn):
    world = made(*drawn)
    evidence = evidence_of(world)
    for rows in events_of(world.current).values():
        shown = list(speakers(rows).values())
        for place, a in enumerate(shown):
            for b in shown[place + 1 :]:
                truth = truth_of(a, b, evidence, world.known)
                between = gap(a.time.span(), b.time.span())
                if abs(between) <= AGREE:
                    assert not truth.accepted & {"lag", "conflict"}
                elif truth.kind == "lag":
                    assert (b if between > timedelta(0) else a).late > AGREE
                elif truth.kind == "conflict":
                    assert a.false or b.false


@SEVERAL
@given(WORLDS)
def test_every_record_is_one_and_shows_the_rows_of_its_visit(drawn):
    world = made(*drawn)
    shown = Counter()
    for record in world.records:
        read = record_from_object(record)
        shown[read.portal, read.tracking_number] += len(read.reading.rows)
    assert shown == Counter(
        (row.portal, row.number) for row in world.rows for one in row.shown if one is not None
    )


@SEVERAL
@given(st.integers(0, 1000), st.sampled_from(profile_names()))
def test_the_same_seed_gives_the_same_world(seed, name):
    one, other = (make_world(seed, 5, profile(name)) for _ in range(2))
    assert one.records == other.records
    assert one.rows == other.rows


def test_another_seed_gives_another_world():
    assert make_world(1, 3, profile("usual")).records != make_world(2, 3, profile("usual")).records


def test_more_parcels_leave_the_first_ones_as_they_are():
    few, many = (make_world(5, size, profile("usual")) for size in (4, 9))
    assert many.parcels[:4] == few.parcels
    assert [row for row in many.rows if row.parcel < 4] == list(few.rows)


def test_renaming_the_portals_nobody_knows_changes_only_names():
    new = {name: f"zz{place}" for place, name in enumerate(UNKNOWN_NAMES)}
    one = make_world(4, 12, profile("hard"))
    other = make_world(4, 12, profile("hard"), tuple(new.values()))

    def renamed(record):
        events = [
            event | ({"relayed_from": new.get(event["relayed_from"], event["relayed_from"])})
            if "relayed_from" in event
            else event
            for event in record["events"]
        ]
        return record | {"portal": new.get(record["portal"], record["portal"]), "events": events}

    assert [renamed(record) for record in one.records] == list(other.records)
    assert [(r.event, r.time, r.late) for r in one.rows] == [(r.event, r.time, r.late) for r in other.rows]


def test_every_trait_of_the_usual_worlds_is_there(usual):
    rows, current = usual.rows, usual.current
    share = Counter()
    for row in current:
        share["false"] += bool(row.false)
        share["late"] += bool(row.late)
        share["doubled"] += bool(row.doubles)
        share["undated"] += row.time is None
        share["day"] += row.time is not None and row.time.precision == "day"
        share["hour"] += row.time is not None and row.time.precision == "hour"
        share["relayed"] += row.source is not None
        share["odd words"] += not row.meanings
        share["no event"] += row.event is None
        share["named source"] += row.last.relayed_from is not None
        share["wrong label"] += row.time is not None and row.time.claimed_minutes not in (
            None,
            row.time.offset_minutes,
        )
        share["quarter hour"] += row.time is not None and row.time.offset_minutes % 60 != 0
        share["unknown portal"] += row.portal not in usual.known
    assert all(share[name] for name in share), share
    assert 0.01 <= share["false"] / len(current) <= 0.03
    assert 0.05 <= share["odd words"] / len(current) <= 0.2
    texts = [{s.description for s in row.shown if s} for row in rows]
    assert any(len(said) > 1 for said in texts)
    assert any(row.last is None for row in rows)
    assert any(row.shown[0] and not row.shown[1] and row.shown[2] for row in rows)
    assert any(row.shown[1] is None and row.shown[2] for row in rows)
    assert {parcel.destination for parcel in usual.parcels} >= {
        "ES",
        "US",
        "FR",
        "DE",
        "GB",
        "IT",
        "NL",
        "PL",
    }
    assert max(len(parcel.numbers) for parcel in usual.parcels) == 3


def test_cycles_backward_steps_and_loops_really_happen(usual):
    journeys = [[event.milestone for event in parcel.events] for parcel in usual.parcels]
    assert any(journey.count("out_for_delivery") > 1 for journey in journeys)
    assert any(journey.count("import_customs_started") > 1 for journey in journeys)
    assert any("held_at_depot" in journey for journey in journeys)
    assert any("misrouted" in journey for journey in journeys)
    assert any(journey.count("delivered") == 2 for journey in journeys)
    minutes = [
        b.at - a.at
        for parcel in usual.parcels
        for a, b in zip(parcel.events, parcel.events[1:], strict=False)
    ]
    assert any(step < timedelta(minutes=1) for step in minutes)


def test_a_dst_world_has_scans_in_the_night_when_clocks_change():
    world = make_world(1, 26, profile("dst"))
    near = [
        event
        for parcel in world.parcels
        for event in parcel.events
        for change in changes(event.place.zone, event.at.year)
        if abs(event.at - change) < timedelta(hours=3)
    ]
    assert len(near) >= 8


def test_a_world_without_traits_has_none():
    world = make_world(1, 20, profile("plain"))
    assert not any(
        row.false or row.late or row.doubles or row.source or row.event is None for row in world.rows
    )
    assert all(row.meanings for row in world.rows)
    assert all(row.time is not None for row in world.current)


def test_numbers_have_the_check_digits_of_their_issuers(usual):
    numbers = {number for parcel in usual.parcels for number in parcel.numbers}
    assert sum(map(is_s10, numbers)) > 20
    assert all(is_s10(n) for n in numbers if len(n) == 13 and n[:2].isalpha() and n[-2:].isalpha())
    assert all(is_correos(n) for n in numbers if n.startswith("PQ"))
    assert all(is_impb(n) for n in numbers if n.startswith("92") and len(n) == 22)


def test_a_broker_s_number_is_named_for_several_parcels_and_is_nobody_s(usual):
    named = Counter(
        related["number"]
        for record in usual.records
        for related in record.get("related_numbers", ())
        if related["role"] == "other"
    )
    assert named
    assert not set(named) & {number for parcel in usual.parcels for number in parcel.numbers}


@pytest.mark.parametrize(("vocabulary", "language"), styles())
def test_words_stand_for_milestones_there_are(vocabulary, language):
    found = words(vocabulary, language)
    known = {milestone.value for milestone in Milestone}
    assert set(found.said) <= known
    for milestone, phrases in found.said.items():
        assert all({milestone} <= phrase.meanings <= known for phrase in phrases)


def test_the_wordings_cover_the_languages_portals_speak():
    assert {language for _, language in styles()} >= LANGUAGES
    assert all(forms_of(language) for _, language in styles())


def test_every_profile_names_only_traits_there_are():
    traits = set(data("profiles")["usual"])
    assert all(set(rates) <= traits for rates in data("profiles").values())


@pytest.mark.parametrize(
    ("form", "language", "text"),
    [
        ("iso", "en", "2026-03-05 14:07:09"),
        ("dmy_slash", "es", "05/03/2026 14:07"),
        ("mdy_slash_12", "en", "03/05/2026 2:07 PM"),
        ("us_words", "en", "March 5, 2026, 2:07 pm"),
        ("shop", "en", "Thu | Mar. 5 14:07"),
        ("words_de", "de", "5. März 2026, 14:07 Uhr"),
        ("words", "he", "5 במרץ 2026 14:07"),
        ("cjk", "ja", "2026年3月5日 14:07"),
    ],
)
def test_times_are_printed_in_the_portals_forms(form, language, text):
    local_time = (NOON + timedelta(days=3, hours=2, minutes=7, seconds=9)).replace(tzinfo=None)
    assert printed(local_time, finest(form), form, language) == text


def test_midnight_and_noon_are_twelve_on_a_12_hour_clock():
    midnight = NOON.replace(hour=0, tzinfo=None)
    assert printed(midnight, "minute", "mdy_slash_12", "en") == "03/02/2026 12:00 AM"
    assert printed(NOON.replace(tzinfo=None), "minute", "mdy_slash_12", "en") == "03/02/2026 12:00 PM"


def test_zones_know_quarter_hours_summer_time_and_the_winter_behind_it():
    summer = NOON.replace(month=7)
    assert offset_at("Asia/Kathmandu", NOON) == 345
    assert offset_at("Europe/Madrid", summer) == 120
    assert winter_offset("Europe/Madrid", summer) == 60
    assert winter_offset("Australia/Adelaide", NOON) == 570
    assert [c.month for c in changes("Europe/Madrid", 2026)] == [3, 10]
    assert changes("Asia/Tokyo", 2026) == ()


@given(st.integers(0, 86_399), st.floats(0, 1))
def test_waiting_for_an_hour_ends_within_it(second, share):
    start = NOON.replace(hour=0) + timedelta(seconds=second)
    moved = next_between(start, "Asia/Kolkata", 8, 20, share)
    hour = wall(moved, 330).hour
    assert start <= moved < start + timedelta(days=1)
    assert 8 <= hour <= 20


def test_relays_repeat_others_and_observers_say_where_they_see():
    for portal in portals(7, profile("relays")):
        assert bool(portal.relays) == (portal.words is None)


def test_what_makes_and_judges_worlds_uses_nothing_of_the_program():
    open_, reached = {"benchmarks.evaluate", "benchmarks.calibrate"}, set()
    while open_:
        reached |= open_
        open_ = {name for module in open_ for name in _imported(module)} - reached
    assert "benchmarks.worlds.kinds" in reached
    assert not [n for n in reached if n.partition(".")[0] in ("collector", "scrapers", "fixtures", "tests")]


def _imported(module):
    """The modules named in the imports of one of the benchmarks, nothing for any other."""
    path = BENCHMARKS.parent / module.replace(".", "/")
    file = next((f for f in (path / "__init__.py", path.with_suffix(".py")) if f.is_file()), None)
    if not module.startswith("benchmarks") or file is None:
        return set()
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return names
