"""Places that only a description names: taken where certain, left where not."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.read import read_rows
from collector.read.place_in_text import place_in_text
from scrapers.contract import Reading, Row


def zone(text, hint=None):
    found = place_in_text(text, hint)
    return None if found is None else found.zone


@pytest.mark.parametrize(
    ("text", "hint", "expected"),
    [
        ("Arrived at facility in Leipzig", None, "Europe/Berlin"),
        ("[Shenzhen] Departed", None, "Asia/Shanghai"),
        ("【东莞市】已揽收", None, "Asia/Shanghai"),
        ("快件到达深圳转运中心", None, "Asia/Shanghai"),
        ("快件已从广州发出", "ES", "Asia/Shanghai"),
        ("Departed from Shenzhen to Madrid", None, "Asia/Shanghai"),
        ("Arrived at Sort Facility LEIPZIG - GERMANY", None, "Europe/Berlin"),
        ("ARRIVED AT SORT FACILITY LEIPZIG - GERMANY", None, "Europe/Berlin"),
        ("Departed Facility in EAST MIDLANDS - UK", None, "Europe/London"),
        ("Processed at HONG KONG - HONG KONG SAR, CHINA", None, "Asia/Hong_Kong"),
        ("DEPARTED FROM TRANSIT CENTER SHENZHEN", None, "Asia/Shanghai"),
        ("Arrived at USPS Facility in AUSTIN TX 78701", "US", "America/Chicago"),
        ("Processed Through Facility ISC NEW YORK NY (USPS)", None, "America/New_York"),
        ("Out for delivery in Las Palmas de Gran Canaria", "ES", "Atlantic/Canary"),
        ("Salida de la oficina de Madrid", "ES", "Europe/Madrid"),
        ("Arrivé à Paris", None, "Europe/Paris"),
        ("Прибыло в сортировочный центр Москва", None, "Europe/Moscow"),
        ("Flight departed from PVG", None, "Asia/Shanghai"),
        ("Arrived in Spain", None, "Europe/Madrid"),
        ("Arrived at Frankfurt am Main Airport", None, "Europe/Berlin"),
        ("Item departed from Office of Exchange in London, GB", "CA", "Europe/London"),
        ("Arrived at hub in Campina Grande do Sul", "BR", "America/Sao_Paulo"),
    ],
)
def test_the_place_something_happened_at_is_found(text, hint, expected):
    assert zone(text, hint) == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("In transit to Berlin", None),
        ("Enviado a Madrid", "ES"),
        ("Delivered, Front Door/Porch", "US"),
        ("Signed by: PARIS", "ES"),
        ("Delivered to John London", "GB"),
        ("Left with neighbour at Lincoln Street", "US"),
        ("Your item is at the Post Office", "GB"),
        ("Reading complete at Customs", "GB"),
        ("已收到您的包裹", None),
        ("Departed country of origin", None),
        ("In Transit", None),
        ("Arrived at Departure Transit Hub", None),
        ("Shipment from Shenzhen arrived at Liege", None),
        ("Arrived Shipping Partner Facility, USPS Awaiting Item", None),
        ("Arrived at Facility in Delivery City", None),
        ("Accepted at Post", "DE"),
        ("Package arrived at Station", "US"),
        ("Signed in Person", "US"),
        ("Picked up at Store", "US"),
        ("Delivered in Portland", "US"),
        ("Left in Mobile", "ES"),
        ("", None),
        (None, None),
    ],
)
def test_no_place_is_made_of_other_words_or_of_where_the_parcel_goes(text, hint):
    assert zone(text, hint) is None


def test_a_row_without_a_place_is_placed_by_its_description_and_one_with_a_place_is_not():
    seen = datetime(2026, 3, 16, tzinfo=UTC)
    rows = (
        Row("Arrived at facility in Leipzig", "2026-03-02 10:00"),
        Row("Arrived at facility in Leipzig", "2026-03-02 10:00", place=" "),
        Row("Arrived at facility in Leipzig", "2026-03-02 10:00", place="Shenzhen"),
        Row("Arrived at facility in Leipzig", "2026-03-02 10:00", place="NO_OFI"),
    )
    found = [row.zone for row in read_rows("my_tracker", Reading(rows=rows), seen)]
    assert found == ["Europe/Berlin", "Europe/Berlin", "Asia/Shanghai", None]


PIECES = [
    "in",
    "at",
    "IN",
    "Leipzig",
    "SHENZHEN",
    "[",
    "]",
    "【",
    "】",
    "facility",
    "to",
    "到达",
    "深圳",
    ",",
    "-",
    "DE",
]
PIECES += ["Paris", "(", ")", "TX", "78701", "de", "/", "\u200b", "\x00", "Hub", ";"]


@settings(deadline=None)
@given(
    st.none() | st.text(max_size=400) | st.lists(st.sampled_from(PIECES), max_size=12).map(" ".join),
    st.sampled_from([None, "US", "CN", "ES", "XX", ""]),
)
def test_no_text_ever_raises(text, hint):
    found = place_in_text(text, hint)
    assert found is None or found.basis
