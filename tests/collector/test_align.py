"""Which rows report one event. Portals `a` to `d` are invented and state their offsets."""

import pytest

from collector.reconcile import reconcile
from collector.reconcile.align import same_event_groups
from collector.reconcile.clocks import belief
from tests.collector.rows_made import observation, parcel, row


def at(portal, time, milestone="delivered", *, offset=60, words="A", number="N1", **more):
    read = row(words, time, offset=offset, milestone=milestone, **more)
    return observation(portal, read, number=number)


def groups(*observations):
    tracks = parcel(*observations).tracks
    found = same_event_groups(tracks, {o.id: belief(o, {}) for o in observations})
    return {frozenset(o.portal for o in group) for group in found if len(group) > 1}


def joined(*observations):
    return groups(*observations) == {frozenset(o.portal for o in observations)}


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (at("a", "10:00"), at("b", "17:00", offset=480)),
        (at("a", "10:00"), at("b", "10:00", offset=480)),
        (at("a", "10:00"), at("b", "10:50")),
        (at("a", "10:00"), at("b", "2026-03-04 09:59")),
        (at("a", "10:00", "arrived_facility"), at("b", "12:59", "arrived_facility")),
        (at("a", "10:00", "accepted"), at("b", "10:00", "handed_to_last_mile")),
        (at("a", "10:00:00", None), at("b", "10:00:30", "delivered")),
        (at("a", "10:00", None, offset=None), at("b", "10:00", None, offset=None)),
        (at("a", "10:00", offset=None), at("b", "17:00")),
        (at("a", "2026-03-02"), at("b", "10:00")),
        (at("a", None), at("b", "10:00")),
        (at("a", "10:00", "notice"), at("b", "10:00", "notice")),
    ],
)
def test_rows_of_one_event(a, b):
    assert joined(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (at("a", "10:00"), at("b", "10:00", "out_for_delivery")),
        (at("a", "10:00"), at("b", "2026-03-04 10:02")),
        (at("a", "10:00", "arrived_facility"), at("b", "13:02", "arrived_facility")),
        (at("a", "10:00", "accepted"), at("b", "10:20", "handed_to_last_mile")),
        (at("a", "10:00", None), at("b", "10:20", None)),
        (at("a", "10:00", None), at("b", "10:00", None, offset=480)),
        (at("a", None, "arrived_facility"), at("b", "10:00", "arrived_facility")),
        (at("a", "2026-03-02", None), at("b", "10:00", None)),
        (at("a", "2026-03-02", "notice"), at("b", "10:00", "notice")),
        (at("a", "10:00", "notice"), at("b", "10:20", "notice")),
        (at("a", "10:00", country="ES"), at("b", "10:00", country="PT")),
        (
            at("a", "10:00", "import_customs_started", physical=False),
            at("b", "20:00", "import_customs_started", physical=True),
        ),
    ],
)
def test_rows_of_two_events(a, b):
    assert groups(a, b) == set()


def test_a_row_joins_the_one_nearest_to_it():
    near, far = at("b", "10:20", "arrived_facility"), at("b", "11:40", "arrived_facility", words="B")
    found = same_event_groups(
        parcel(at("a", "10:30", "arrived_facility"), near, far).tracks,
        {o.id: belief(o, {}) for o in (at("a", "10:30", "arrived_facility"), near, far)},
    )
    assert sorted(sorted(o.id for o in group) for group in found) == [
        ["a:N1:A 10:30", near.id],
        [far.id],
    ]


def test_two_rows_of_one_track_are_two_events_whatever_another_portal_shows():
    rows = [at("a", "10:00", "out_for_delivery"), at("a", "10:02", "out_for_delivery", words="B")]
    assert groups(*rows) == set()
    assert groups(*rows, at("b", "10:01", "out_for_delivery")) == {frozenset("ab")}


def test_two_rows_one_portal_wrote_seconds_apart_at_one_place_are_one_scan():
    a, b = at("a", "10:00:00", words="A"), at("a", "10:00:03", words="B")
    result = reconcile(parcel(a, b), {})
    assert len(result.events) == 1
    assert result.duplicate_of == {b.id: a.id}
    elsewhere = at("a", "10:00:03", words="B", place="Toledo")
    assert len(reconcile(parcel(a, elsewhere), {}).events) == 2


def test_scans_in_quick_succession_are_not_all_one():
    rows = [at("a", f"10:00:{second:02}", words=f"{second}") for second in range(0, 60, 8)]
    result = reconcile(parcel(*rows), {})
    assert len(result.events) == 4
    assert all(len(event.members) == 2 for event in result.events)


def test_one_portals_rows_under_two_numbers_are_one_event_only_if_they_agree():
    a, same = at("a", "10:00", number="N1"), at("a", "10:00", number="N2")
    other = at("a", "10:20", number="N2")
    assert reconcile(parcel(a, same), {}).duplicate_of == {same.id: a.id}
    assert len(reconcile(parcel(a, other), {}).events) == 2


def test_no_third_portal_joins_two_rows_of_one_portal_that_disagree():
    result = reconcile(parcel(at("a", "10:00"), at("b", "10:10"), at("a", "10:20", number="N2")), {})
    assert sorted(len(event.members) for event in result.events) == [1, 2]


def test_a_correction_never_parts_rows_that_one_portal_wrote_for_one_scan():
    wrong = at("cainiao", "07:12", offset=480, leg="last_mile")
    twin = at("cainiao", "2026-03-01 23:12", offset=0, leg="last_mile", words="B", number="N2")
    witness = at("correos", "07:12", offset=None, leg="last_mile")
    result = reconcile(parcel(wrong, twin, witness), {})
    assert len(result.events) == 1
    for name, speaker in result.duplicate_of.items():
        one, other = result.beliefs[name].span, result.beliefs[speaker].span
        assert one.agrees_with(other)
