"""A number that only a tracker names joins the parcel once two scans of both agree, whatever comes first."""

from contextlib import closing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.derive import Deriver
from scrapers import portals
from tests.collector.test_linking import parcels, rebuilt, told
from tests.collector.worlds import blank, event, naming, record, rows, take_in

FAR, NEAR, OTHER = "LP00123456789012", "RR123456785ES", "CC3"
#: One scan each, as Cainiao prints it in China's time and Correos in Spain's.
SCANS = [
    (("2026-02-20 17:30:10", "Out for delivery"), ("20/02/2026 10:30:00", "En reparto")),
    (("2026-02-21 15:05:40", "Out for delivery"), ("21/02/2026 08:05:00", "En reparto")),
    (("2026-02-21 20:41:02", "Delivered"), ("21/02/2026 13:41:00", "Entregado")),
]
DATA = ("2026-02-10 08:00:00", "Order received successfully"), ("10/02/2026 01:00:00", "Prerregistrado")


def far(*scans, number=FAR, **more):
    return record("cainiao", number, events=[event(*own, utc_offset="+08:00") for own, _ in scans], **more)


def near(*scans, number=NEAR, **more):
    return record("correos", number, events=[event(*own) for _, own in scans], **more)


def guess(number=FAR, other=NEAR, **more):
    return naming(number, other, portal="parcelsapp", **more)


def links(db):
    return {
        (r["number_a"], r["number_b"]): (r["reason"], r["accepted"])
        for r in rows(db, "select * from parcel_links")
    }


def test_two_scans_that_agree_join_what_a_tracker_names_and_the_link_says_so(db):
    take_in(db, [far(*SCANS[:2]), near(*SCANS[:2]), guess()])
    assert parcels(db) == [{FAR, NEAR}]
    assert links(db) == {(FAR, NEAR): ("named by a universal tracker, and two scans agree", 1)}
    rebuilt(db)


def test_a_portal_not_known_here_is_believed_as_little_and_as_much(db):
    take_in(db, [far(*SCANS[:2]), near(*SCANS[:2]), naming(FAR, NEAR, portal="somewhere")])
    assert links(db) == {(FAR, NEAR): ("named by a portal not known here, and two scans agree", 1)}
    rebuilt(db)


@pytest.mark.parametrize(
    "shown",
    [
        [far(*SCANS[:2]), near(SCANS[1])],
        [far(*SCANS[:2]), near(SCANS[1], DATA)],
        [far(SCANS[1], DATA), near(SCANS[1], DATA)],
        [far(*SCANS, destination_country="FR"), near(*SCANS, destination_country="ES")],
        [far(*SCANS), far(*SCANS, number=NEAR)],
        [far(*SCANS)],
    ],
    ids=["one scan", "one more of one alone", "data", "another country", "the same portal", "not seen yet"],
)
def test_less_than_that_joins_nothing(db, shown):
    take_in(db, [*shown, guess()])
    assert {FAR} in parcels(db)
    assert links(db) == {(FAR, NEAR): ("named by a universal tracker only: a candidate", 0)}
    rebuilt(db)


@pytest.mark.parametrize("last", range(3))
def test_whichever_comes_last_joins_them(db, last):
    shown = [far(*SCANS[:2]), near(*SCANS[:2]), guess()]
    take_in(db, shown[:last] + shown[last + 1 :])
    assert {FAR, NEAR} not in parcels(db)
    take_in(db, [shown[last]])
    assert parcels(db) == [{FAR, NEAR}]
    rebuilt(db)


def test_a_scan_that_is_taken_back_parts_them_again(db):
    take_in(db, [far(*SCANS[:2]), near(*SCANS[:2]), guess()])
    assert parcels(db) == [{FAR, NEAR}]
    take_in(db, [near(SCANS[0], seen_at=f"2026-03-0{day}T10:00:00Z") for day in (2, 3)])
    assert sorted(map(sorted, parcels(db))) == [[FAR], [NEAR]]
    rebuilt(db)


def test_the_user_has_the_last_word(db):
    take_in(db, [far(*SCANS), near(*SCANS), guess()])
    told(db, "unlink", FAR, NEAR)
    assert sorted(map(sorted, parcels(db))) == [[FAR], [NEAR]]
    rebuilt(db)


def test_scans_of_other_numbers_of_either_parcel_count_as_its_own(db):
    take_in(db, [naming(FAR, OTHER), far(*SCANS, number=OTHER), near(*SCANS), guess()])
    assert parcels(db) == [{FAR, OTHER, NEAR}]
    rebuilt(db)


@pytest.mark.parametrize("matching", [3, 2, 1])
def test_a_number_named_for_three_parcels_joins_none_whichever_comes_last(db, matching):
    numbers = ["AA1", "BB2", "DD4"]
    take_in(db, [near(*SCANS)])
    for place, number in enumerate(numbers):
        scans = SCANS if place >= 3 - matching else ()
        take_in(db, [far(*scans, number=number), guess(number)])
    assert sorted(map(sorted, parcels(db))) == [[n] for n in sorted([*numbers, NEAR])]
    rebuilt(db)


a_part = st.sampled_from(
    [
        (shape, scans, number)
        for shape in (far, near, guess)
        for scans in (SCANS[:1], SCANS[:2], SCANS[1:], SCANS)
        for number in (("AA1", "BB2", "DD4", FAR) if shape is not near else (NEAR, OTHER))
    ]
)


@settings(max_examples=50, deadline=None)
@given(parts=st.lists(a_part, min_size=3, max_size=10), other=st.booleans(), data=st.data())
def test_every_order_and_a_rebuild_end_in_the_same_parcels(parts, other, data):
    shown = []
    for day, (shape, scans, number) in enumerate(parts):
        seen_at = f"2026-03-{day + 1:02d}T10:00:00Z"
        if shape is guess:
            shown.append(guess(number, OTHER if other and day % 2 else NEAR, seen_at=seen_at))
        else:
            shown.append(shape(*scans, number=number, seen_at=seen_at))

    def ended(records):
        with closing(blank()) as db:
            for one in records:
                take_in(db, [one])
            Deriver(db, portals()).catch_up()
            return rebuilt(db)

    assert ended(data.draw(st.permutations(shown))) == ended(shown)


def test_clocks_that_nobody_knows_take_one_scan_more(db):
    """The tracker's clock is five hours and a quarter off, and it says so nowhere."""
    shown = [("2026-02-20 15:45:10", "Out for delivery"), ("2026-02-21 13:20:40", "Out for delivery")]
    shown.append(("2026-02-21 18:56:02", "Delivered"))
    take_in(db, [near(*SCANS), guess()])
    for scans, expected in ((shown[:2], {FAR}), (shown, {FAR, NEAR})):
        day = len(scans)
        page = record("nowhere", FAR, seen_at=f"2026-03-0{day}T10:00:00Z", events=[event(*s) for s in scans])
        take_in(db, [page])
        assert expected in parcels(db)
    rebuilt(db)
