"""The views, on parcels made by hand: findings, standing, contradictions, estimates, words not understood."""

import pytest

from tests.collector.worlds import CAINIAO, CORREOS, USPS, column, event, naming, record, rows, take_in

LATER = "2026-03-02T10:00:00Z"


def cainiao(*events, number=CAINIAO, **more):
    """Cainiao's record, that names the number Correos has for the parcel."""
    return naming(number, CORREOS, events=events, **more)


def correos(*events, **more):
    return record("correos", CORREOS, events=events, **more)


def here(time_text, code="LH_ARRIVE", offset="+08:00", **more):
    return event(time_text, code, code=code, utc_offset=offset, **more)


def arrived(time_text):
    return event(time_text, "Llegada a España")


def finding(db, kind, parcel=CAINIAO):
    (found,) = rows(db, "select * from findings where kind = ? and parcel_id is ?", kind, parcel)
    return found


def test_one_moment_on_two_clocks_is_one_finding_for_the_parcel_and_one_for_each_portal(db):
    take_in(db, [cainiao(here("2026-02-27 18:00:00")), correos(arrived("27/02/2026 11:00:00"))])
    found = rows(db, "select * from findings where kind = 'timezone' order by parcel_id, portal_a")
    assert [(f["parcel_id"], f["portal_a"], f["portal_b"], f["disagreements"]) for f in found] == [
        (None, "cainiao", None, 1),
        (None, "correos", None, 1),
        (CAINIAO, "cainiao", "correos", 1),
    ]
    for one in found:
        assert (one["smallest_s"], one["largest_s"]) == (7 * 3600, 7 * 3600)
        assert "7 h apart on paper" in one["sentence"]
    assert "on 1 of 1 rows that others show too." in found[0]["sentence"]
    assert "on 1 row." in found[2]["sentence"]


def test_a_wrong_label_is_said_of_the_portal_that_wrote_it(db):
    madrid = event("27/02/2026 11:00:00", "Llegada a España", place="Madrid")
    take_in(db, [cainiao(here("2026-02-27 11:00:00")), correos(madrid)])
    found = rows(db, "select * from findings where kind = 'zone_label' order by parcel_id")
    assert [(f["parcel_id"], f["portal_a"], f["portal_b"]) for f in found] == [
        (None, "cainiao", None),
        (CAINIAO, "cainiao", "correos"),
    ]
    assert all(f["sentence"].startswith("cainiao labels the wrong zone on 1 ") for f in found)


def test_the_worst_of_a_finding_is_the_disagreement_it_names(db):
    take_in(db, [cainiao(here("2026-02-27 18:00:00")), correos(arrived("27/02/2026 11:00:00"))])
    assert finding(db, "timezone")["worst"] == column(db, "select id from disagreements")[0]


def test_a_finding_counts_its_disagreements_and_tells_the_worst(db):
    winter, summer = (
        ("2026-02-27 18:00:00", "27/02/2026 11:00:00"),
        ("2026-04-27 20:00:00", "27/04/2026 14:00:00"),
    )
    cleared = here(summer[0], "CC_IM_SUCCESS"), event(summer[1], "Despachado de aduana")
    take_in(db, [cainiao(cleared[0], here(winter[0])), correos(cleared[1], arrived(winter[1]))])
    found = finding(db, "timezone")
    assert (found["disagreements"], found["smallest_s"], found["largest_s"]) == (2, 6 * 3600, 7 * 3600)
    worst = column(db, "select shown_difference_s from disagreements where id = ?", found["worst"])
    assert worst == [-7 * 3600]
    assert "on 2 rows." in found["sentence"]
    assert "7 h apart" in found["sentence"]


def test_a_revision_is_a_finding_of_its_parcel_alone(db):
    first, then = here("2026-02-27 18:00:00"), here("2026-02-27 19:30:00")
    take_in(db, [cainiao(first), cainiao(then, seen_at=LATER)])
    found = finding(db, "revision")
    assert (found["portal_a"], found["portal_b"]) == ("cainiao", "cainiao")
    assert (found["largest_s"], found["disagreements"]) == (5400, 1)
    assert column(db, "select count(*) from findings where parcel_id is null") == [0]


def test_no_disagreement_no_finding(db):
    take_in(
        db, [cainiao(here("2026-02-27 11:00:20", offset="+01:00")), correos(arrived("27/02/2026 11:00:00"))]
    )
    assert column(db, "select count(*) from events") == [1]
    assert rows(db, "select * from findings") == []


def test_standing_says_how_far_each_portal_is_behind(db):
    handed = event("28/02/2026 12:30:00", "En reparto")
    take_in(db, [cainiao(here("2026-02-27 18:00:00")), correos(handed, arrived("27/02/2026 11:00:00"))])
    behind = "select portal, events_behind, behind_s, rows_shown from portal_standing order by portal"
    assert [tuple(r.values()) for r in rows(db, behind)] == [
        ("cainiao", 1, 25 * 3600 + 1800, 1),
        ("correos", 0, 0, 2),
    ]


def test_a_withdrawn_row_no_longer_counts_for_a_portals_standing(db):
    stands, gone, newest = (
        here("2026-02-27 18:00:00"),
        here("2026-02-27 19:00:00", "CC_IM_SUCCESS"),
        here("2026-02-28 08:00:00", "GTMS_DELIVERING"),
    )
    take_in(db, [cainiao(newest, gone, stands), cainiao(newest, stands, seen_at=LATER)])
    assert column(db, "select count(*) from observations where withdrawn_at is not null") == [1]
    assert column(db, "select rows_shown from portal_standing") == [2]


@pytest.mark.parametrize(
    ("code", "time_text", "contradicts"),
    [
        ("GTMS_DELIVERING", "2026-03-02 18:00:00", True),
        ("GTMS_DELIVERING", "2026-02-27 18:00:00", False),  # before it was delivered
        ("RETURNED", "2026-03-02 18:00:00", False),  # delivered, then returned: both can be
    ],
)
def test_a_parcel_still_moving_on_one_portal_contradicts_its_delivery_on_another(
    db, code, time_text, contradicts
):
    delivery = event("01/03/2026 11:00:00", "Entregado")
    take_in(
        db, [cainiao(here(time_text, code), seen_at="2026-03-03T10:00:00Z"), correos(delivery, seen_at=LATER)]
    )
    found = rows(db, "select * from contradictions")
    assert [(f["kind"], f["portal_a"], f["portal_b"]) for f in found] == (
        [("delivered, then moving", "correos", "cainiao")] if contradicts else []
    )


def test_a_portal_does_not_contradict_itself(db):
    again = here("2026-03-02 18:00:00", "GTMS_DELIVERING")
    take_in(db, [cainiao(again, here("2026-03-01 18:00:00", "GTMS_SIGNED"), seen_at="2026-03-03T10:00:00Z")])
    assert rows(db, "select * from contradictions") == []


def test_two_destinations_contradict_each_other_and_two_spellings_of_one_do_not(db):
    spain = cainiao(here("2026-02-27 18:00:00"), destination_country="ES")
    take_in(db, [spain, correos(destination_country="Spain")])
    assert rows(db, "select * from contradictions") == []
    take_in(db, [correos(destination_country="PT", seen_at=LATER)])
    assert column(db, "select explanation from contradictions") == [
        "cainiao says it goes to ES, correos says PT",
    ]


def test_every_estimate_is_kept_with_the_time_it_stood(db):
    for seen_at, estimate in (
        ("2026-03-01T10:00:00Z", {"from": "2026-03-09", "to": "2026-03-12"}),
        ("2026-03-02T10:00:00Z", {"from": "2026-03-09", "to": "2026-03-12"}),
        ("2026-03-03T10:00:00Z", {"to": "2026-03-20"}),
        ("2026-03-04T10:00:00Z", {"from": "2026-03-21"}),
        ("2026-03-05T10:00:00Z", None),
    ):
        take_in(db, [record(seen_at=seen_at, estimated_delivery=estimate)])
    sql = """select first_seen_at, last_seen_at, estimate_from_on, estimate_to_on
             from eta_history order by first_seen_at"""
    assert [tuple(r.values()) for r in rows(db, sql)] == [
        ("2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-09", "2026-03-12"),
        ("2026-03-03T10:00:00Z", "2026-03-03T10:00:00Z", None, "2026-03-20"),
        ("2026-03-04T10:00:00Z", "2026-03-04T10:00:00Z", "2026-03-21", None),
    ]
    latest = "select estimated_from_on, estimated_to_on from parcels"
    assert [tuple(r.values()) for r in rows(db, latest)] == [("2026-03-21", None)]


def test_words_not_understood_are_counted_by_portal(db):
    odd = [
        event("2026-02-27 18:00:00", "Hm"),
        event("2026-02-27 17:00:00", "Hm"),
        here("2026-02-26 18:00:00"),
    ]
    take_in(db, [record(events=odd), record("usps", USPS, events=[event(None, "Hm")], seen_at=LATER)])
    assert [tuple(r.values()) for r in rows(db, "select * from unknown_phrases order by portal")] == [
        ("cainiao", "Hm", "2026-03-01T10:00:00Z", 2),
        ("usps", "Hm", LATER, 1),
    ]


def test_reconciled_history_says_what_each_portal_prints_in_order_of_events(db):
    take_in(db, [cainiao(here("2026-02-27 18:00:00")), correos(arrived("27/02/2026 11:00:00"))])
    (event_row,) = rows(db, "select * from reconciled_history")
    assert event_row["shown"] == "cainiao 2026-02-27 18:00:00 · correos 27/02/2026 11:00:00"
    assert (event_row["sequence"], event_row["portals"], event_row["highlight"]) == (1, 2, "info")
