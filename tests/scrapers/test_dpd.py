"""DPD: a captured page where CROSSTRACK_CAPTURES points to it, and what surprises a reader of its sites."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.read import read_rows
from scrapers.contract import LayoutChanged, Page, Recipient
from scrapers.dpd import Dpd
from scrapers.words import Outcome, Role

DPD = Dpd()
NUMBER = "05307412098365"
DUTCH_URL = f"https://www.dpdgroup.com/nl/mydpd/my-parcels/incoming?parcelNumber={NUMBER}&lang=en"
POLISH_URL = f"https://tracktrace.dpd.com.pl/EN/parcelDetails?typ=1&p1={NUMBER}"


def reply(body, asked=NUMBER, status=200):
    url = f"https://tracking.dpd.de/rest/plc/en_US/{asked}"
    return Page(Role.PAYLOAD, url, "application/json", json.dumps(body).encode(), status)


def document(body, url):
    return Page(Role.DOM, url, "text/html", body.encode(), 200)


def parcel(*scans, **changes):
    made = {
        "shipmentInfo": {"parcelLabelNumber": NUMBER},
        "statusInfo": [],
        "scanInfo": {"scan": list(scans)},
    }
    return {"parcellifecycleResponse": {"parcelLifeCycleData": made | changes}}


def scan(*lines):
    return {"date": "2026-01-20T12:23:00", "scanDescription": {"label": "Delivery", "content": list(lines)}}


def captured_page():
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    file = Path(folder or "") / "dpd" / "dpdnl_delivered_2024.html"
    if not folder or not file.exists():
        pytest.skip("no captured pages")
    return file.read_text(encoding="utf-8")


def test_the_captured_dutch_page_gives_its_one_state_and_its_day():
    page = captured_page()
    (reading,) = DPD.parse([document(page, DUTCH_URL)])
    (row,) = read_rows("dpd", reading, datetime(2026, 10, 5, tzinfo=UTC))
    assert (row.printed.description, row.printed.time_text, str(row.milestone)) == (
        "Delivered",
        "26-11-2024",
        "delivered",
    )
    assert (str(row.local_time), row.precision) == ("2024-11-26 00:00:00", "day")
    assert f"my-parcels/incoming?parcelNumber={reading.number}&" in page
    assert (reading.layout, reading.complete) == ("Dutch page", True)


def test_sender_and_recipient_are_not_read():
    (reading,) = DPD.parse([document(captured_page(), DUTCH_URL)])
    assert "Name" not in repr(reading)
    assert "ANON" not in repr(reading)


def test_a_dutch_page_that_was_cut_tells_no_half_state():
    page = captured_page()
    cut = page[: page.index("Delivered</div>") + 4]
    with pytest.raises(LayoutChanged):
        DPD.parse([document(cut, DUTCH_URL)])


def test_the_words_of_an_empty_list_prove_nothing():
    with pytest.raises(LayoutChanged):
        DPD.parse([document('<span class="shipmentsNotFound">No shipments found</span>', DUTCH_URL)])


def test_the_lines_below_a_scans_first_are_not_read():
    (reading,) = DPD.parse([reply(parcel(scan("Delivered.", "Recipient: ANY PERSON")))])
    assert [row.description for row in reading.rows] == ["Delivered."]
    assert "PERSON" not in repr(reading)


def test_a_scan_without_lines_has_its_label():
    (reading,) = DPD.parse([reply(parcel(scan()))])
    assert [row.description for row in reading.rows] == ["Delivery"]


@pytest.mark.parametrize("asked", [NUMBER, NUMBER + "K", f"0828000{NUMBER}327724P"])
def test_a_label_and_its_14_digits_are_one_parcel(asked):
    (reading,) = DPD.parse([reply(parcel(scan("Delivered.")), asked)])
    assert reading.number == asked


@pytest.mark.parametrize("said", [{}, {"parcelLifeCycleData": None}])
def test_a_response_without_a_parcel_denies_it(said):
    (reading,) = DPD.parse([reply({"parcellifecycleResponse": said})])
    assert reading.outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize("steps", [[], [{"statusHasBeenReached": True}], [{"statusHasBeenReached": None}]])
def test_a_list_without_scans_says_nothing_yet_only_where_no_step_is_reached(steps):
    with pytest.raises(LayoutChanged):
        DPD.parse([reply(parcel(statusInfo=steps))])


def test_the_polish_refusal_beside_a_table_denies_nothing():
    page = (
        "<p>Wprowadzono błędny numer przesyłki</p><table class='table-track'><tr><th>Date</th></tr></table>"
    )
    with pytest.raises(LayoutChanged):
        DPD.parse([document(page, POLISH_URL)])


@pytest.mark.parametrize(
    ("country", "host"), [("FR", "trace.dpd.fr"), ("PL", "tracktrace.dpd.com.pl"), ("NL", "tracking.dpd.de")]
)
def test_what_goes_to_france_or_poland_is_asked_there(country, host):
    url = DPD.url_for(NUMBER, "en", Recipient(country=country))
    assert url.split("/")[2] == host
    assert DPD.number_in(url) == NUMBER


def test_the_locale_is_written_in_full_as_the_site_insists():
    assert DPD.url(NUMBER, "de") == f"https://tracking.dpd.de/status/de_DE/parcel/{NUMBER}"
