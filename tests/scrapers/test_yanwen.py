"""Yanwen: the timeline seen in 2024, and what is odd about this portal."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

import scrapers
from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page, RelatedNumber
from scrapers.words import Outcome, Role

CAPTURES = os.environ.get("CROSSTRACK_CAPTURES")
YANWEN = scrapers.portals()["yanwen"]
SEEN = datetime(2026, 10, 1, tzinfo=UTC)


def day(date, *rows):
    return f"<dl><dt>{date}</dt>{''.join(rows)}</dl>"


def row(clock, *texts):
    shown = "".join(f"<h6>{text}</h6>" for text in texts)
    return f'<dd><p class="timePoint">{clock}</p><div class="cz_r"><div>{shown}</div></div></dd>'


def result(timeline, number="UJ482103759YP", status="运输途中", top="", end="</body></html>"):
    sheet = f'<input name="wcdhA" value="{number}" status="{status}">'
    return (
        f'<html><body><div class="ny_cxjg">{sheet}<div class="cx_lb">{top}<div class="czhaodl">{timeline}'
        f"</div></div></div>{end}"
    )


def read(html, status=200):
    (reading,) = YANWEN.parse([Page(Role.DOM, "", "text/html", html.encode(), status)])
    return reading


@pytest.mark.skipif(not CAPTURES, reason="CROSSTRACK_CAPTURES is not set")
def test_the_captured_timeline_gives_every_row():
    reading = read((Path(CAPTURES) / "yanwen" / "yanwen-timeline-delivered-2024-10.html").read_text())
    rows = read_rows("yanwen", reading, SEEN)
    told = [
        (f"{one.local_time:%m-%d %H:%M:%S}", one.claimed_offset_minutes, str(one.milestone)) for one in rows
    ]
    assert told == [
        ("10-09 13:31:46", -240, "delivered"),
        ("10-08 22:34:14", -240, "out_for_delivery"),
        ("10-08 20:03:54", -240, "notice"),
        ("10-08 18:14:15", -240, "notice"),
        ("10-08 13:38:09", -240, "arrived_facility"),
        ("10-07 17:31:41", -300, "handed_to_last_mile"),
        ("10-06 14:19:00", -240, "departed_inward_oe"),
        ("10-06 11:02:00", -300, "customs_cleared"),
        ("10-06 11:02:00", -300, "departed_inward_oe"),
        ("10-05 11:37:00", -300, "arrived_destination_country"),
        ("10-04 15:44:00", 480, "departed_origin_country"),
        ("10-02 09:54:09", 480, "arrived_origin_facility"),
        ("10-02 07:21:46", 480, "accepted"),
        ("09-29 15:24:06", 480, "accepted"),
    ]
    assert [one.place for one in reading.rows] == ["[ON CA Toronto]"] * 5 + [None] * 9
    assert {one.zone for one in rows[:5]} == {"America/Toronto"}
    assert reading.rows[0].description == "Item Delivered"
    assert reading.rows[0].time_text == "2024-10-09 13:31:46 [GMT-04]"
    assert reading.complete


def test_an_offset_of_half_an_hour_is_read():
    reading = read(result(day("2026-01-02", row("10:00:00 [GMT+05:30]", "Arrived at Sort Facility"))))
    (one,) = read_rows("yanwen", reading, SEEN)
    assert one.claimed_offset_minutes == 330


def test_a_scan_told_in_local_and_in_utc_clock_stays_two_rows():
    twice = day(
        "2026-01-02", row("16:00:00 [GMT-05]", "In Delivery"), row("11:00:00 [GMT-05]", "In Delivery")
    )
    assert len(read(result(twice)).rows) == 2


def test_a_row_that_only_one_width_of_screen_shows_is_kept():
    wide = result(day("2026-01-02", row("11:00:00 [GMT+08]", "Yanwen Pickup Scan")), end="")
    more = day("2026-01-02", row("11:00:00 [GMT+08]", "Yanwen Pickup Scan")) + day(
        "2026-01-01", row("09:00:00 [GMT+08]", "Shipment information received")
    )
    assert [one.description for one in read(wide + result(more)).rows] == [
        "Yanwen Pickup Scan",
        "Shipment information received",
    ]


def test_a_row_without_a_readable_text_costs_the_others_nothing():
    reading = read(
        result(day("2026-01-02", row("11:00:00 [GMT+08]"), row("10:00:00 [GMT+08]", "In Delivery")))
    )
    assert len(reading.rows) == 1
    assert (reading.rows_bad, reading.complete) == (1, False)


def test_a_row_under_no_date_has_only_its_clock():
    broken = f"<dl>{row('11:00:00 [GMT+08]', 'In Delivery')}</dl>"
    assert read(result(broken)).rows[0].time_text == "11:00:00 [GMT+08]"


def test_two_numbers_on_one_page_are_not_mixed():
    one, other = result("", end=""), result("", number="UK123456789YP")
    with pytest.raises(LayoutChanged, match="one number"):
        read(one + other)


def test_a_list_that_lost_its_rows_is_not_taken_for_no_events():
    for status in ("运输途中", "追踪结束", ""):
        with pytest.raises(LayoutChanged):
            read(result("", status=status))


def test_a_parcel_whose_label_is_made_has_no_events_unless_the_page_was_cut():
    assert read(result("", status="制单完成")).outcome is Outcome.NO_EVENTS_YET
    with pytest.raises(LayoutChanged):
        read(result("", status="制单完成", end="<div>"))


def test_rows_go_before_a_state_that_denies_them():
    reading = read(result(day("2026-01-02", row("11:00:00 [GMT+08]", "In Delivery")), status="查询不到"))
    assert reading.outcome is Outcome.OK


def test_a_next_number_that_is_its_own_is_none():
    def top(number):
        return f'<div class="cx_top_nr"><p class="colFlex"></p><p class="colFlex"><a>{number}</a></p></div>'

    timeline = day("2026-01-02", row("11:00:00 [GMT+08]", "In Delivery"))
    assert read(result(timeline, top=top("UJ482103759YP"))).related_numbers == ()
    assert read(result(timeline, top=top("--"))).related_numbers == ()
    assert read(result(timeline, top=top("LB123456789SG"))).related_numbers == (
        RelatedNumber("LB123456789SG", None, "last_mile"),
    )
