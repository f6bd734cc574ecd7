"""Royal Mail: pages where CROSSTRACK_CAPTURES points to them, and what surprises a reader of this portal."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page, RelatedNumber, Row
from scrapers.royalmail import RoyalMail
from scrapers.words import Outcome, Role

ROYAL_MAIL = RoyalMail()
EVENTS_URL = "https://api-web.royalmail.com/mailpieces/v3/{}/events"
SUMMARY_URL = "https://api-web.royalmail.com/mailpieces/microsummary/v1/summary/{}"
BARCODE, REFERENCE = "FQ087430672GB", "090367574000000FE1E1B"


def reply(body, url=EVENTS_URL, status=200):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Page(Role.PAYLOAD, url.format(ROYAL_MAIL.example), "application/json", raw, status)


def item(*events, **details):
    return reply({"mailPieces": {"mailPieceId": ROYAL_MAIL.example, "events": list(events)} | details})


def event(name, **details):
    return {"eventCode": "EVKSP", "eventName": name, "eventDateTime": "2026-01-03T09:56:31+00:00"} | details


def captured(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    file = Path(folder or "") / "royalmail" / name
    if not folder or not file.exists():
        pytest.skip("no captured pages")
    return file.read_bytes()


def read(reading):
    rows = read_rows("royalmail", reading, datetime(2026, 10, 5, tzinfo=UTC))
    return [(row.local_time, row.precision, row.claimed_offset_minutes, str(row.milestone)) for row in rows]


def test_the_captured_page_of_2017_gives_every_row_and_half_a_day_is_a_day():
    body = captured("royalmail-legacy-in-transit-2017-01.html")
    (reading,) = ROYAL_MAIL.parse(
        [Page(Role.DOM, "https://www.royalmail.com/track-your-item", "text/html", body)]
    )
    assert reading.rows == (
        Row("ON ITS WAY TOBARAJAS SPAIN", "19/01/17 AM", place="SPAIN AND CANARY ISLANDS"),
        Row("ARRIVED (MDN) AT", "18/01/17 23:53", place="HEATHROW WORLDWIDE DC"),
        Row("ON ITS WAY TOHWDC AIRSURE", "18/01/17 19:06", place="CHELMSFORD MAIL CENTRE"),
        Row("ITEM COLLECTED", "18/01/17 18:54", place="CHELMSFORD MAIL CENTRE"),
    )
    assert read(reading) == [
        (datetime(2017, 1, 19), "day", None, "departed_origin_country"),  # noqa: DTZ001
        (datetime(2017, 1, 18, 23, 53), "minute", None, "arrived_facility"),  # noqa: DTZ001
        (datetime(2017, 1, 18, 19, 6), "minute", None, "departed_facility"),  # noqa: DTZ001
        (datetime(2017, 1, 18, 18, 54), "minute", None, "accepted"),  # noqa: DTZ001
    ]
    assert (reading.number, reading.status_text) == ("LBTRANSIT", "It's on its way")
    assert (reading.complete, reading.layout) == (True, "page of 2017")


def test_the_published_sample_gives_its_row_its_window_and_both_numbers():
    (reading,) = ROYAL_MAIL.parse([reply(captured("royalmail-events-docsample.json"))])
    assert reading.rows == (
        Row("Forwarded - Mis-sort", "2016-10-20T10:04:00+0000", place="Stafford DO", code="EVNMI"),
    )
    assert read(reading) == [(datetime(2016, 10, 20, 10, 4), "second", 0, "misrouted")]  # noqa: DTZ001
    assert reading.status_text == "It's being redirected"
    assert (reading.estimate_from_on, reading.estimate_to_on) == ("2017-02-20", "2017-02-20")
    assert (reading.number, reading.related_numbers) == (REFERENCE, (RelatedNumber(BARCODE, "Royal Mail"),))


def test_the_published_error_tells_nothing_of_the_number():
    with pytest.raises(LayoutChanged):
        ROYAL_MAIL.parse([reply(captured("royalmail-error-docsample.json"))])


@pytest.mark.parametrize("url", [EVENTS_URL, SUMMARY_URL])
def test_an_item_is_known_by_the_one_of_its_numbers_that_was_asked_for(url):
    piece = {"mailPieceId": REFERENCE, "summary": {"oneDBarcode": BARCODE}, "events": [event("Delivered")]}
    for asked, other in ((BARCODE, REFERENCE), (REFERENCE, BARCODE)):
        (reading,) = ROYAL_MAIL.parse([reply({"mailPieces": piece}, url.format(asked))])
        assert (reading.number, reading.related_numbers) == (asked, (RelatedNumber(other, "Royal Mail"),))


@pytest.mark.parametrize(
    ("name", "description"),
    [
        ("**Delivered by** PERPETUA QUINDLETHORPE", "Delivered by"),
        ("Delivered by PERPETUA QUINDLETHORPE", "Delivered by"),
        ("**Signed for by** PERPETUA QUINDLETHORPE", "Signed for by"),
        ("**Item** received", "Item received"),
        ("Due to be delivered today", "Due to be delivered today"),
    ],
)
def test_emphasis_is_no_part_of_a_description_and_neither_is_a_persons_name(name, description):
    (reading,) = ROYAL_MAIL.parse([item(event(name), signature={"recipientName": "PERPETUA QUINDLETHORPE"})])
    assert reading.rows[0].description == description
    assert "QUINDLETHORPE" not in repr(reading)


def test_an_offset_is_read_in_each_of_the_forms_a_stamp_has():
    stamps = ("2016-10-20T10:04:00+0000", "2026-06-03T09:56:31+01:00", "2026-06-03T09:56:31")
    (reading,) = ROYAL_MAIL.parse([item(*(event("Delivered", eventDateTime=stamp) for stamp in stamps))])
    assert tuple(row.time_text for row in reading.rows) == stamps
    assert [offset for _, _, offset, _ in read(reading)] == [0, 60, None]


def test_all_events_go_before_the_summary_that_came_first():
    summary = {"lastEventName": "Delivered", "lastEventDateTime": "2026-01-03T09:56:31+00:00"}
    first = reply({"mailPieces": {"mailPieceId": ROYAL_MAIL.example, "summary": summary}})
    (reading,) = ROYAL_MAIL.parse([first, item(event("Delivered"), event("Item Received"))])
    assert (len(reading.rows), reading.layout, reading.complete) == (2, "events", True)


def test_a_list_in_which_nothing_can_be_read_is_a_changed_layout_even_beside_an_error():
    with pytest.raises(LayoutChanged):
        ROYAL_MAIL.parse([item({"name": "Delivered"}, error={"errorCode": "E2001"})])


def test_an_empty_list_without_a_reason_is_a_changed_layout():
    with pytest.raises(LayoutChanged):
        ROYAL_MAIL.parse([item()])


def test_a_missing_address_is_no_missing_number():
    with pytest.raises(LayoutChanged):
        ROYAL_MAIL.parse(
            [reply({"httpCode": "404", "httpMessage": "Not Found", "moreInformation": ""}, status=404)]
        )


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("403", Outcome.CHALLENGE),
        ("429", Outcome.RATE_LIMITED),
        ("500", Outcome.UNAVAILABLE),
        (503, Outcome.UNAVAILABLE),
    ],
)
def test_the_gateway_answers_for_itself(code, outcome):
    (reading,) = ROYAL_MAIL.parse([reply({"httpCode": code, "httpMessage": ""})])
    assert reading.outcome is outcome


def test_rows_of_two_items_on_one_old_page_are_not_mixed():
    row = "<tr><td>18/01/17</td><td>18:54</td><td>ITEM COLLECTED</td><td>X</td></tr>"
    table = f"<table><tbody>{row}</tbody></table>"
    block = (
        f'<div class="rml-track-trace-result"><div class="tracking_details_table_block">{table}</div></div>'
    )
    for count in (1, 2):
        page = Page(Role.DOM, "", "text/html", f"<html><body>{block * count}</body></html>".encode())
        if count == 1:
            assert len(ROYAL_MAIL.parse([page])[0].rows) == 1
        else:
            with pytest.raises(LayoutChanged):
                ROYAL_MAIL.parse([page])


@pytest.mark.parametrize(
    "link",
    [
        "https://www.royalmail.com/track-your-item#/tracking-results/FQ087430672GB",
        "https://www.royalmail.com/track-your-item#/results?trackNumber=FQ087430672GB",
        "https://www.royalmail.com/track-your-item?trackNumber=fq087430672gb",
        EVENTS_URL.format(BARCODE),
        SUMMARY_URL.format(BARCODE),
    ],
)
def test_every_address_of_an_item_names_its_number(link):
    assert ROYAL_MAIL.number_in(link) == BARCODE
