"""Cainiao: real replies where CROSSTRACK_CAPTURES points to them, else replies written for these tests."""

import html
import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scrapers.cainiao import NAME, Cainiao
from scrapers.contract import LayoutChanged, Page, Reading, RelatedNumber
from scrapers.vocabulary import facts, meaning
from scrapers.words import Leg, Milestone, Outcome, Role

CAINIAO = Cainiao()
PAGE_URL = "https://global.cainiao.com/newDetail.htm?mailNoList=LP00123456789012&lang=en-US"
DATA_URL = "https://global.cainiao.com/global/detail.json?mailNos=LP00123456789012&lang=en-US"
SHELL = b'<!doctype html><html><body><div id="root"></div><script src="/app.js"></script></body></html>'
WALL = (
    b'<html><head><script>var u="/_____tmd_____/punish"</script></head><punish-component></punish-component>'
)


def payload(body: Any, status: int | None = 200) -> Page:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Page(Role.PAYLOAD, DATA_URL, "application/json", data, status)


def dom(body: bytes | str, status: int | None = 200) -> Page:
    return Page(Role.DOM, PAGE_URL, "text/html", body if isinstance(body, bytes) else body.encode(), status)


def event(**changes: Any) -> dict[str, Any]:
    made = {
        "time": 1770000000000,
        "timeStr": "2026-02-02 10:40:00",
        "desc": "Left from departure country/region",
        "standerdDesc": "Departed from departure country/region",
        "descTitle": "Carrier note:",
        "timeZone": "GMT+8",
        "actionCode": "LH_DEPART",
    }
    return {k: v for k, v in (made | changes).items() if v is not ...}


def parcel(*events: Any, **changes: Any) -> dict[str, Any]:
    made = {
        "mailNo": "LP00123456789012",
        "originCountry": "Mainland China",
        "destCountry": "Spain",
        "status": "DELIVERING",
        "statusDesc": "Delivering",
        "mailNoSource": "AE",
        "detailList": list(events),
    }
    return {k: v for k, v in (made | changes).items() if v is not ...}


#: What changes of a parcel nothing has happened to.
WAITING = {"status": ..., "statusDesc": ..., "noTrackingDataDesc": "No tracking updates yet"}


def reply(*parcels: Any) -> Page:
    return payload({"module": list(parcels), "success": True})


def only(*pages: Page) -> Reading:
    (reading,) = CAINIAO.parse(pages)
    return reading


def one_row(**changes: Any) -> Any:
    (row,) = only(reply(parcel(event(**changes)))).rows
    return row


def milestone(row: Any) -> tuple[Milestone, Leg | None, bool] | None:
    found = meaning(NAME, code=row.code, description=row.description, note=row.note, place=row.place)
    return None if found is None else (found.milestone, found.leg, found.physical)


def of_code(code: str) -> Milestone | None:
    found = meaning(NAME, code=code, description="Carrier update")
    return None if found is None else found.milestone


# --- real replies --------------------------------------------------------------------------------------


def capture(name: str) -> bytes:
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES names no folder of captured pages")
    return (Path(folder) / "cainiao" / name).read_bytes()


def captured(name: str) -> Reading:
    return only(payload(capture(name), None))


#: What each code of the captured rows stands for.
SEEN = {
    "GWMS_ACCEPT": Milestone.INFO_RECEIVED,
    "GWMS_PACKAGE": Milestone.NOTICE,
    "GWMS_OUTBOUND": Milestone.DEPARTED_ORIGIN_FACILITY,
    "WMS_CONFIRMED": Milestone.NOTICE,
    "PU_PICKUP_SUCCESS": Milestone.ACCEPTED,
    "SC_INBOUND_SUCCESS": Milestone.ARRIVED_ORIGIN_FACILITY,
    "SC_OUTBOUND_SUCCESS": Milestone.DEPARTED_ORIGIN_FACILITY,
    "LH_HO_IN_SUCCESS": Milestone.ARRIVED_AIRPORT,
    "TRANSIT_PORT_REROUTE_CALLBACK": Milestone.NOTICE,
    "CC_EX_START": Milestone.EXPORT_CUSTOMS_STARTED,
    "CC_EX_SUCCESS": Milestone.EXPORT_CUSTOMS_CLEARED,
    "LH_HO_AIRLINE": Milestone.ARRIVED_AIRPORT,
    "LH_DEPART": Milestone.DEPARTED_ORIGIN_COUNTRY,
    "GTMS_OE_DEPART": Milestone.DEPARTED_FACILITY,
    "LH_ARRIVE": Milestone.ARRIVED_DESTINATION_COUNTRY,
    "CC_IM_START": Milestone.IMPORT_CUSTOMS_STARTED,
    "CC_HO_IN_SUCCESS": Milestone.IMPORT_CUSTOMS_STARTED,
    "CUSTOMS_ARRIVED_IN_AREA_CALLBACK": Milestone.NOTICE,
    "CC_IM_SUCCESS": Milestone.CUSTOMS_CLEARED,
    "CC_HO_OUT_SUCCESS": Milestone.DEPARTED_INWARD_OE,
    "COMMON_INTRANSIT": Milestone.NOTICE,
    "GTMS_DO_DEPART": Milestone.OUT_FOR_DELIVERY,
    "GTMS_SIGNED": Milestone.DELIVERED,
}


@pytest.mark.parametrize(
    ("file", "number", "status", "count"),
    [
        ("AE010698498_2023-01-28.json", "AE010698498", "Delivering", 15),
        ("AE010698498_2023-01-29.json", "AE010698498", "In customs", 19),
        ("RC000000001EE_delivered_BE_2026-02.json", "RC000000001EE", "Delivered", 7),
        ("UG251542831MV_delivering_BD_2026-08.json", "UG251542831MV", "Delivering", 3),
    ],
)
def test_every_captured_row_is_read_as_printed(file: str, number: str, status: str, count: int) -> None:
    saved = json.loads(capture(file))
    events = saved.get("body", saved)["module"][0]["detailList"]
    reading = captured(file)
    assert (reading.outcome, reading.number, reading.status_text) == (Outcome.OK, number, status)
    assert (reading.complete, reading.rows_bad, reading.problems) == (True, 0, ())
    assert len(reading.rows) == len(events) == count
    for row, printed in zip(reading.rows, events, strict=True):
        assert (row.time_text, row.code) == (printed["timeStr"], printed["actionCode"])
        assert row.offset_text == (printed["timeZone"] or None)
        assert row.description == printed["standerdDesc"]
        assert row.note == (printed["desc"] if printed["desc"] != printed["standerdDesc"] else None)
        assert row.place == ("Shatian Town" if "[" in printed["standerdDesc"] else None)
        found = milestone(row)
        assert found is not None
        assert found[0] == SEEN[printed["actionCode"]]


def test_the_captured_replies_a_day_apart_differ_by_four_rows_and_the_status() -> None:
    before, after = captured("AE010698498_2023-01-28.json"), captured("AE010698498_2023-01-29.json")
    assert after.rows[4:] == before.rows
    added = ["CC_IM_SUCCESS", "CC_HO_OUT_SUCCESS", "CC_HO_IN_SUCCESS", "CUSTOMS_ARRIVED_IN_AREA_CALLBACK"]
    assert [row.code for row in after.rows[:4]] == added
    assert (len(before.rows), len(after.rows)) == (15, 19)
    assert (before.status_text, after.status_text) == ("Delivering", "In customs")
    assert (after.origin_country, after.destination_country) == ("Mainland China", "Israel")


def test_captured_instants_are_those_of_two_notices_without_a_zone() -> None:
    rows = captured("AE010698498_2023-01-29.json").rows
    assert {r.code: r.instant_ms for r in rows if r.instant_ms is not None} == {
        "WMS_CONFIRMED": 1674531003862,
        "GWMS_PACKAGE": 1674530788216,
    }


def test_captured_parcel_the_seller_prepares_has_no_events_yet_and_an_estimate() -> None:
    reading = captured("UZ0556033196Y_seller_preparing_2023-11.json")
    assert (reading.outcome, reading.rows) == (Outcome.NO_EVENTS_YET, ())
    assert (reading.number, reading.status_text) == ("UZ0556033196Y", "Awaiting seller dispatch")
    assert (reading.estimate_from_on, reading.estimate_to_on) == ("2023-12-02", "2023-12-02")


def test_captured_unknown_number_is_not_found() -> None:
    reading = captured("unknown_external_2026-07.json")
    assert (reading.outcome, reading.number, reading.status_text) == (
        Outcome.NOT_FOUND,
        "LP00000000000",
        None,
    )


# --- rows ----------------------------------------------------------------------------------------------


def test_standard_wording_is_the_description_and_the_carriers_remark_its_note() -> None:
    row = one_row(standerdDesc=" [Shatian  Town] Departed from sorting\tcenter ", desc="Outbound")
    assert (row.description, row.note) == ("[Shatian Town] Departed from sorting center", "Outbound")


def test_a_remark_that_only_repeats_the_wording_is_no_note() -> None:
    row = one_row(
        standerdDesc="Received by local delivery company", desc="Received by local  delivery company"
    )
    assert row.note is None


@pytest.mark.parametrize("blank", ["", "  ", None, ..., 0.5, [], {}])
def test_a_row_without_standard_wording_falls_back_to_the_remark_then_the_group(blank: Any) -> None:
    assert one_row(standerdDesc=blank, desc="Parcel delivered").description == "Parcel delivered"
    row = one_row(standerdDesc=blank, desc=blank, group={"nodeDesc": "In transit"})
    assert (row.description, row.note) == ("In transit", None)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("[Shatian Town] Departed", "Shatian Town"),
        ("【东莞市】已离开", "东莞市"),
        ("[ Paris ] Departed", "Paris"),
        ("[GOFO]Arrived", None),
        ("[FR] Arrived", None),
        ("[PARIS 15] Arrived", None),
        ("[-] Arrived", None),
        ("[] Arrived", None),
        ("Arrived [Paris]", None),
    ],
)
def test_a_leading_bracket_is_a_place_only_if_it_looks_like_a_town(text: str, place: str | None) -> None:
    row = one_row(standerdDesc=text)
    assert (row.place, row.description) == (place, text)


def test_code_is_written_in_upper_case_with_underscores() -> None:
    assert one_row(actionCode="lh depart").code == "LH_DEPART"
    assert one_row(actionCode=...).code is None


@pytest.mark.parametrize("zone", ["", "  ", None, ...])
def test_a_notice_without_zone_and_with_milliseconds_carries_its_instant(zone: Any) -> None:
    row = one_row(time=1770000000123, timeZone=zone)
    assert (row.instant_ms, row.offset_text) == (1770000000123, None)


@pytest.mark.parametrize(
    "changes",
    [
        {"time": 1770000000123, "timeZone": "GMT+8"},
        {"time": 1770000000000, "timeZone": ""},
        {"time": 1770000000123, "timeZone": "", "timeStr": "2026-02-02 02:40:00"},
        {"time": True, "timeZone": ""},
        {"time": 10**30 + 1, "timeZone": ""},
        {"time": -5, "timeZone": ""},
        {"time": "soon", "timeZone": ""},
        {"time": ..., "timeZone": ""},
    ],
)
def test_every_other_time_is_a_wall_clock_read_as_china_time_and_no_instant(changes: dict[str, Any]) -> None:
    assert one_row(**changes).instant_ms is None


def test_the_offset_is_kept_as_spelled() -> None:
    for spelling in ("GMT", "GMT+0800", "GMT+08:00", "GMT+5:30", "GMT-3"):
        assert one_row(timeZone=spelling).offset_text == spelling


def test_an_undated_row_is_kept() -> None:
    assert one_row(timeStr=None, time=None).time_text is None


def test_one_bad_row_costs_the_others_nothing_and_is_reported() -> None:
    reading = only(
        reply(parcel(event(), "?", event(desc=None, standerdDesc=""), event(time="1770000000000")))
    )
    assert (len(reading.rows), reading.rows_bad, reading.complete) == (2, 2, False)
    assert reading.problems == ("row 2 is no object", "row 3 has no description")


def test_a_list_in_which_every_row_is_bad_is_a_changed_layout() -> None:
    with pytest.raises(LayoutChanged, match="standerdDesc"):
        CAINIAO.parse([reply(parcel({"text": "Departed"}, None))])


def test_half_a_surrogate_pair_in_a_text_becomes_a_question_mark() -> None:
    assert one_row(standerdDesc="Departed \ud800", desc=None).description == "Departed ?"
    assert one_row(standerdDesc="Departed \U0001f4e6", desc=None).description == "Departed \U0001f4e6"


def test_rows_stand_in_page_order() -> None:
    texts = ["c", "a", "b"]
    reading = only(reply(parcel(*(event(standerdDesc=t) for t in texts))))
    assert [r.description for r in reading.rows] == texts


# --- the parcel ----------------------------------------------------------------------------------------


def test_the_number_handed_over_is_found_in_prose_with_a_tab() -> None:
    reading = only(
        reply(
            parcel(
                event(),
                realMailNo="Latest Tracking Number:\tRC000000003EE",
                destCpInfo={"cpName": "Correos"},
                virtualMailNo="package tracking number:\tCNG00123456789012",
            )
        )
    )
    assert reading.related_numbers == (
        RelatedNumber("RC000000003EE", "Correos", "last_mile"),
        RelatedNumber("CNG00123456789012", None, "shipment"),
    )


def test_the_bare_number_is_preferred_to_the_prose() -> None:
    entry = parcel(event(), copyRealMailNo="36YPH337263201000935107", realMailNo="by DELIVERY2000 as X")
    assert only(reply(entry)).related_numbers == (
        RelatedNumber("36YPH337263201000935107", None, "last_mile"),
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"copyRealMailNo": "LP00123456789012"},
        {"realMailNo": "Latest Tracking Number:\tLP00123456789012"},
        {"realMailNo": "delivered by LAPOSTECOLISSIMO"},
        {"realMailNo": None, "copyRealMailNo": 7, "destCpInfo": []},
    ],
)
def test_the_own_number_or_a_mere_word_is_no_handoff(changes: dict[str, Any]) -> None:
    assert only(reply(parcel(event(), **changes))).related_numbers == ()


def test_a_renumbered_parcel_names_its_new_number() -> None:
    reading = only(reply(parcel(event(), mailNo="LP00123456789012(new:RS0123456789Y)")))
    assert reading.number == "LP00123456789012"
    assert [n.number for n in reading.related_numbers] == ["RS0123456789Y"]


@pytest.mark.parametrize(
    ("printed", "country"),
    [("France,Town", "France"), ("Korea, Republic of", "Korea, Republic of"), ("", None), (",Town", None)],
)
def test_the_country_is_printed_without_its_town(printed: str, country: str | None) -> None:
    assert only(reply(parcel(event(), destCountry=printed))).destination_country == country


def test_estimates_are_utc_dates_also_from_text() -> None:
    eta = {"deliveryMinTime": "1697155196000", "deliveryMaxTime": 1697500796000.0}
    reading = only(reply(parcel(event(), globalEtaInfo=eta)))
    assert (reading.estimate_from_on, reading.estimate_to_on) == ("2023-10-12", "2023-10-16")
    assert only(reply(parcel(event(), globalEtaInfo={"deliveryMinTime": 10**18}))).estimate_from_on is None


def test_a_batch_gives_one_reading_per_number_in_the_order_asked() -> None:
    unknown = {"mailNo": "LP00999999999999", "mailNoSource": "EXTERNAL", "detailList": []}
    waiting = parcel(mailNo="AE123456789", **WAITING)
    readings = CAINIAO.parse([reply(parcel(event()), unknown, waiting)])
    assert [(r.number, r.outcome) for r in readings] == [
        ("LP00123456789012", Outcome.OK),
        ("LP00999999999999", Outcome.NOT_FOUND),
        ("AE123456789", Outcome.NO_EVENTS_YET),
    ]


def test_a_failure_of_one_number_stands_in_a_batch_beside_the_answers_about_others() -> None:
    busy = {"mailNo": "AE123456789", "success": False, "errorCode": "BUSY", "detailList": []}
    assert [(r.number, r.outcome) for r in CAINIAO.parse([reply(busy, parcel(event()))])] == [
        ("AE123456789", Outcome.UNAVAILABLE),
        ("LP00123456789012", Outcome.OK),
    ]


def test_several_numbers_are_asked_for_in_one_address() -> None:
    url = CAINIAO.batch_url(("LP00123456789012", "AE123456789"), "en")
    assert url.endswith("/newDetail.htm?mailNoList=LP00123456789012%2CAE123456789&lang=en-US")
    assert CAINIAO.number_in(url) is None


def test_one_broken_parcel_costs_the_others_of_its_batch_nothing() -> None:
    readings = CAINIAO.parse([reply(parcel(event()), parcel({"x": 1}, mailNo="AE123456789"), None)])
    assert [r.outcome for r in readings] == [Outcome.OK, Outcome.LAYOUT_CHANGED, Outcome.LAYOUT_CHANGED]
    assert readings[1].number == "AE123456789"
    assert "standerdDesc" in readings[1].problems[0]


def test_of_two_replies_about_one_number_the_one_with_rows_counts() -> None:
    full, empty = reply(parcel(event())), reply(parcel())
    assert only(full, empty) == only(empty, full) == only(full)


def test_a_reply_saved_with_status_and_headers_reads_like_the_bare_body() -> None:
    body = {"module": [parcel(event())], "success": True}
    bare = only(payload(body))
    headers = [["content-type", "application/json"]]
    assert only(payload({"status": 200, "headers": headers, "body": body}, None)) == bare
    assert only(payload({"status": 200, "headers": headers, "body": json.dumps(body)}, None)) == bare
    assert only(payload(f"cb_1({json.dumps(body)});".encode())) == bare
    assert only(payload({"status": 503, "headers": [], "body": "busy"}, None)).outcome == Outcome.UNAVAILABLE


# --- nothing there, refusals, changes ------------------------------------------------------------------


def test_a_waiting_status_or_text_without_rows_is_no_events_yet() -> None:
    assert only(reply(parcel(status="SELLER_PREPARING"))).outcome == Outcome.NO_EVENTS_YET
    assert only(reply(parcel(**WAITING))).outcome == Outcome.NO_EVENTS_YET


@pytest.mark.parametrize("status", ["DELIVERING", "CLEAR_CUSTOMS", "DELIVERED", "RETURNED", ...])
def test_an_emptied_list_of_a_parcel_under_way_is_no_quiet_no_events(status: Any) -> None:
    with pytest.raises(LayoutChanged, match="why it is empty"):
        CAINIAO.parse([reply(parcel(status=status))])


def test_the_number_and_an_external_source_alone_are_not_found() -> None:
    unknown = {"mailNo": "LP00123456789012", "mailNoSource": "EXTERNAL"}
    assert only(reply(unknown)).outcome == Outcome.NOT_FOUND
    assert only(reply(unknown | {"detailList": []})).outcome == Outcome.NOT_FOUND


@pytest.mark.parametrize(
    "entry", [{"originCountry": "China", "mailNoSource": "EXTERNAL"}, {"mailNoSource": "AE"}, {}]
)
def test_a_parcel_of_which_something_is_known_is_never_not_found(entry: dict[str, Any]) -> None:
    with pytest.raises(LayoutChanged, match="why it is empty"):
        CAINIAO.parse([reply({"mailNo": "LP00123456789012", "detailList": []} | entry)])


@pytest.mark.parametrize(
    ("page", "outcome"),
    [
        (payload({"ret": ["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM"], "data": {}}), Outcome.CHALLENGE),
        (payload({"rgv587_flag0": "sm", "url": "//x/_____tmd_____/punish"}), Outcome.CHALLENGE),
        (payload(WALL), Outcome.CHALLENGE),
        (payload({"status": 200, "headers": [], "body": WALL.decode()}, None), Outcome.CHALLENGE),
        (dom('<div class="nc-container tb-login"></div>'), Outcome.CHALLENGE),
        (dom('<div id="nocaptcha"></div>'), Outcome.CHALLENGE),
        (dom('<span class="nc_iconfont btn_slide"></span>'), Outcome.CHALLENGE),
        (payload({"success": False, "errorCode": "ORDER_NOT_FOUND"}), Outcome.NOT_FOUND),
        (payload({"success": False, "errorCode": "RESULT_EMPTY", "module": []}), Outcome.NOT_FOUND),
        (payload({"success": False, "errorCode": "SYSTEM_ERROR"}), Outcome.UNAVAILABLE),
        (payload({"success": False}), Outcome.UNAVAILABLE),
        (payload(b"<html>slow down</html>", 429), Outcome.RATE_LIMITED),
        (payload(b"<html>bad gateway</html>", 502), Outcome.UNAVAILABLE),
        (dom(b"", 503), Outcome.UNAVAILABLE),
    ],
)
def test_a_refusal_is_told_from_an_empty_result(page: Page, outcome: Outcome) -> None:
    reading = only(page)
    assert (reading.outcome, reading.rows) == (outcome, ())


@pytest.mark.parametrize(
    "page",
    [
        dom(SHELL),
        dom('<div class="TransitCard--wrapper--x1y2">Delivered 2026-02-06</div>'),
        payload(SHELL),
        payload(b""),
        payload({}),
        payload([]),
        payload(None),
        payload({"module": [], "success": True}),
        payload({"module": [None], "success": True}),
        payload({"module": [{}], "success": True}),
        payload({"module": "x", "success": True}),
        payload({"ret": ["SUCCESS::ok"], "data": {}}),
        reply(parcel(detailList=...)),
        reply(parcel(detailList="none")),
        reply(parcel(mailNo=..., status=..., statusDesc=...)),
        reply(parcel(latestTrace=event())),
        payload(json.dumps({"module": [parcel(event())]}).encode()[:-40]),
        payload(b'{"module":' + b"[" * 200_000),
        dom('<textarea id="waybill_list_val_box">{&quot;data&quot;:[</textarea>'),
        dom('<textarea id="waybill_list_val_box">{}</textarea>'),
        dom('<textarea id="waybill_list_val_box">{"data":[{"mailNo":"A1","statusDesc":"sent"}]}</textarea>'),
    ],
)
def test_a_page_in_no_known_state_is_a_changed_layout(page: Page) -> None:
    with pytest.raises(LayoutChanged):
        CAINIAO.parse([page])


def test_no_page_at_all_is_a_changed_layout() -> None:
    with pytest.raises(LayoutChanged, match=r"detail\.json"):
        CAINIAO.parse([Page(Role.SCREENSHOT, PAGE_URL, "image/png", b"\x89PNG")])


def test_the_reply_counts_though_the_page_still_shows_a_slider() -> None:
    slider = dom('<div class="nc-container"></div>')
    assert only(slider, reply(parcel(event()))).outcome == Outcome.OK
    assert only(slider, payload(WALL), reply(parcel(event()))).outcome == Outcome.OK


# --- the page used until 2022 --------------------------------------------------------------------------


def old_page(*parcels: Any) -> Page:
    data = html.escape(json.dumps({"data": list(parcels)}))
    return dom(
        f'<html><textarea style="display: none;" id="waybill_list_val_box">{data}</textarea>'
        '<ol class="waybill-path"><li><p>shown</p></li></ol></html>'
    )


def old_event(text: str, time: str, status: str = "LH_DEPART") -> dict[str, str]:
    return {"desc": text, "time": time, "status": status, "timeZone": "GMT+8"}


def test_the_old_page_is_read_from_its_embedded_data_newest_section_first() -> None:
    reading = only(
        old_page(
            {
                "mailNo": "LP00123456789012",
                "success": True,
                "statusDesc": "Delivered",
                "originCountry": "Mainland China",
                "destCountry": "Spain",
                "latestTrackingInfo": old_event("delivered", "2021-03-09 10:00:00"),
                "section1": {"detailList": [old_event("picked up", "2021-03-01 10:00:00")]},
                "section2": {
                    "companyName": "Correos",
                    "mailNo": "RS0123456789Y",
                    "detailList": [
                        old_event("[Madrid] delivered", "2021-03-09 10:00:00", "signin"),
                        old_event("Tom & Co <says> hi", "2021-03-08 10:00:00"),
                    ],
                },
                "section3": {},
            }
        )
    )
    assert [(r.time_text, r.description, r.place, r.code) for r in reading.rows] == [
        ("2021-03-09 10:00:00", "[Madrid] delivered", "Madrid", "SIGNIN"),
        ("2021-03-08 10:00:00", "Tom & Co <says> hi", None, "LH_DEPART"),
        ("2021-03-01 10:00:00", "picked up", None, "LH_DEPART"),
    ]
    assert reading.related_numbers == (RelatedNumber("RS0123456789Y", "Correos", "last_mile"),)
    assert (reading.outcome, reading.rows[0].offset_text) == (Outcome.OK, "GMT+8")


OLD_PAGE = old_page(
    {
        "mailNo": "LP00123456789012",
        "success": True,
        "statusDesc": "Delivered",
        "section1": {"detailList": [old_event("picked up", "2021-03-01 10:00:00")]},
        "section2": {"detailList": [old_event("[Madrid] delivered", "2021-03-09 10:00:00", "signin")]},
    }
)


def test_the_data_in_an_old_page_count_though_it_shows_a_slider_too() -> None:
    page = dom(OLD_PAGE.body.replace(b"<ol", b'<div id="nocaptcha"></div><ol'))
    assert only(page).rows == only(OLD_PAGE).rows


def test_data_in_an_old_page_that_ends_inside_them_are_not_read() -> None:
    body = OLD_PAGE.body
    for cut in range(body.index(b"</textarea"), body.index(b"</textarea>") + len(b"</textarea>")):
        with pytest.raises(LayoutChanged):
            CAINIAO.parse([dom(body[:cut])])
    assert not only(dom(body[: body.index(b"</textarea>") + len(b"</textarea>")])).complete


UNKNOWN = (
    reply({"mailNo": "LP00999999999999", "mailNoSource": "EXTERNAL", "detailList": []}),
    old_page({"mailNo": "LP00999999999999", "success": False, "errorCode": "ORDER_NOT_FOUND"}),
)


@pytest.mark.parametrize("page", UNKNOWN)
def test_an_unknown_number_is_not_found_on_either_page(page: Page) -> None:
    assert only(page).outcome == Outcome.NOT_FOUND


@pytest.mark.parametrize(
    ("entry", "outcome"),
    [
        ({"success": False, "errorCode": "ORDER_NOT_FOUND"}, Outcome.NOT_FOUND),
        ({"success": False, "errorCode": "RESULT_EMPTY", "section2": {"detailList": []}}, Outcome.NOT_FOUND),
        ({"success": False, "errorCode": "BUSY"}, Outcome.UNAVAILABLE),
    ],
)
def test_the_old_page_without_rows_says_why(entry: dict[str, Any], outcome: Outcome) -> None:
    assert only(old_page({"mailNo": "LP00123456789012"} | entry)).outcome == outcome


# --- vocabulary ----------------------------------------------------------------------------------------


def test_station_signature_is_not_a_delivery() -> None:
    assert of_code("GTMS_STA_SIGNED") == Milestone.AVAILABLE_FOR_PICKUP
    assert of_code("GSTA_SIGN") == of_code("GTMS_SIGNED") == Milestone.DELIVERED


def test_import_declaration_filed_before_departure_is_no_scan() -> None:
    filed = meaning(NAME, code="CC_IM_START", description="Import customs clearance started")
    presented = meaning(NAME, code="CC_HO_IN_SUCCESS", description="Arrived at customs")
    assert filed is not None
    assert presented is not None
    assert (filed.milestone, filed.physical) == (Milestone.IMPORT_CUSTOMS_STARTED, False)
    assert (presented.milestone, presented.physical) == (Milestone.IMPORT_CUSTOMS_STARTED, True)


@pytest.mark.parametrize(
    "code", ["LAST_MILE_ASN_NOTIFY", "TRANSIT_PORT_REROUTE_CALLBACK", "WMS_CONFIRMED", "COMMON_INTRANSIT"]
)
def test_messages_between_systems_are_notices_without_a_scan(code: str) -> None:
    found = meaning(NAME, code=code, description="Carrier update")
    assert found is not None
    assert (found.milestone, found.physical) == (Milestone.NOTICE, False)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("gtms accept", Milestone.HANDED_TO_LAST_MILE),
        ("GTMS_DEL_FAILURE", Milestone.DELIVERY_ATTEMPTED),
        ("SC_OUTBOUND_FAILURE", Milestone.EXCEPTION),
        ("CC_IM_FAILURE", Milestone.CUSTOMS_HELD),
        ("GSTAHUB_INBOUND", Milestone.ARRIVED_FACILITY),
        ("GSTA_INBOUND", Milestone.AVAILABLE_FOR_PICKUP),
        ("TD_TRANSWH_OUTBOUND", Milestone.DEPARTED_TRANSIT),
        ("RT_WH_INBOUND", Milestone.RETURNING),
        ("RETURNED", Milestone.RETURNED),
        ("GWMS_CANCEL", Milestone.CANCELLED),
    ],
)
def test_code_means_milestone(code: str, expected: Milestone) -> None:
    assert of_code(code) == expected


@pytest.mark.parametrize("code", ["LH_POST_COLLECTION", "SIGNED", "GTMS_OTHER", "NEW_CODE_OF_NEXT_YEAR"])
def test_a_code_nobody_can_place_has_no_milestone(code: str) -> None:
    assert of_code(code) is None


def test_an_unknown_code_leaves_the_wording_to_be_understood() -> None:
    found = meaning(NAME, code="GTMS_DO_DEPART_V2", description="[Madrid] Out for delivery")
    assert found is not None
    assert found.milestone == Milestone.OUT_FOR_DELIVERY
    chinese = meaning(NAME, code=None, description="【东莞市】用户已签收")
    assert chinese is not None
    assert chinese.milestone == Milestone.DELIVERED


def test_declared_clock_is_the_offset_stated_in_each_row() -> None:
    assert (facts(NAME).clock.kind, facts(NAME).date_order) == ("stated", "ymd")


# --- numbers and URLs ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        "LP00123456789012",
        "LP00123456789012CN",
        "AP00123456789012",
        "CNG00123456789012",
        "AE123456789",
        "RS0123456789Y",
    ],
)
def test_own_families_are_accepted_with_confidence(number: str) -> None:
    assert CAINIAO.accepts(number).level >= 0.9


def test_other_numbers_are_accepted_with_less() -> None:
    assert 0.3 < CAINIAO.accepts("RR123456785ES").level < 0.9
    assert 0 < CAINIAO.accepts("1Z999AA10123456784").level < 0.3


@pytest.mark.parametrize(
    ("url", "number"),
    [
        (
            "https://global.cainiao.com/newDetail.htm?mailNoList=LP00123456789012&lang=en-US",
            "LP00123456789012",
        ),
        (
            "https://global.cainiao.com/detail.htm?mailNoList=lp00123456789012&spm=a3708.7860688",
            "LP00123456789012",
        ),
        ("https://global.cainiao.com/global/detail.json?mailNos=AE123456789&lang=en-US", "AE123456789"),
        ("https://global.cainiao.com/global/detail.json?mailNos=AE123456789%2C", "AE123456789"),
        ("https://global.cainiao.com/global/detail.json?mailNos=AE123456789,AE123456780", None),
        ("https://global.cainiao.com/newDetail.htm?mailNoList=AE123456789%2CAE123456780", None),
        ("https://global.cainiao.com/newDetail.htm?mailNoList=", None),
        ("https://global.cainiao.com/", None),
        ("https://example.org/newDetail.htm?mailNoList=AE123456789", None),
        ("https://[global.cainiao.com/?mailNos=AE123456789", None),
        ("https://global.cainiao.com/?mailNos=%3Cscript%3E", None),
    ],
)
def test_a_url_names_one_number_or_none(url: str, number: str | None) -> None:
    assert CAINIAO.number_in(url) == number


def test_the_page_of_a_number_names_it_and_asks_for_the_language() -> None:
    url = CAINIAO.url("LP00123456789012", "en")
    assert url == "https://global.cainiao.com/newDetail.htm?mailNoList=LP00123456789012&lang=en-US"
    assert CAINIAO.number_in(url) == "LP00123456789012"
    assert CAINIAO.url("A&B", "zh").endswith("mailNoList=A%26B&lang=zh-CN")


# --- any input -----------------------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("\ud800x"),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["module", "success", "ret", "errorCode", "body", "headers", "status", *parcel(), *event()]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=25,
)
GOOD = json.dumps({"module": [parcel(event(), event(timeZone=""), copyRealMailNo="RC000000003EE")]}).encode()


def holds(*pages: Page) -> None:
    """Parsing raises nothing but LayoutChanged; a reading that is ok has rows, all of them sendable text."""
    try:
        readings = CAINIAO.parse(pages)
    except LayoutChanged:
        return
    assert readings
    for reading in readings:
        assert (reading.outcome == Outcome.OK) == bool(reading.rows)
        for row in reading.rows:
            assert row.description.strip()
            for text in (row.description, row.time_text, row.place, row.code, row.note):
                (text or "").encode("utf-8")


@given(
    st.binary(max_size=400), st.sampled_from([Role.PAYLOAD, Role.DOM]), st.sampled_from([None, 200, 429, 500])
)
def test_any_bytes_are_read_or_refused(body: bytes, role: Role, status: int | None) -> None:
    holds(Page(role, DATA_URL, "text/html", body, status))


@given(JSON)
def test_any_json_is_read_or_refused(value: Any) -> None:
    holds(payload(value))
    holds(payload({"module": [value, parcel(value, event()), parcel(event(group=value, time=value))]}))
    holds(old_page(value, {"mailNo": "A", "section2": value, "section1": {"detailList": value}}))


@given(
    st.sampled_from([GOOD, old_page({"section2": {"detailList": [old_event("a", "b")]}}).body]),
    st.lists(st.tuples(st.integers(0, 700), st.binary(max_size=3)), max_size=6),
    st.integers(0, 900),
)
def test_a_mutated_or_truncated_page_is_read_or_refused(
    body: bytes, changes: list[tuple[int, bytes]], length: int
) -> None:
    for position, patch in changes:
        body = body[:position] + patch + body[position + len(patch) :]
    holds(payload(body[:length]), dom(body))


@given(st.lists(st.booleans(), min_size=1, max_size=12))
def test_bad_rows_are_counted_and_good_ones_kept(good: list[bool]) -> None:
    events = [event(standerdDesc=f"row {i}") if ok else None for i, ok in enumerate(good)]
    if not any(good):
        with pytest.raises(LayoutChanged):
            CAINIAO.parse([reply(parcel(*events))])
        return
    reading = only(reply(parcel(*events)))
    assert [r.description for r in reading.rows] == [f"row {i}" for i, ok in enumerate(good) if ok]
    assert (reading.rows_bad, reading.complete) == (good.count(False), all(good))
