"""Japan Post: what is surprising about its paired rows and its two languages."""

from datetime import UTC, datetime

import pytest

from collector.read.dates import read_times
from collector.read.places import place_of
from scrapers.contract import LayoutChanged, Page
from scrapers.japanpost import JapanPost
from scrapers.vocabulary import facts
from scrapers.words import Role

JAPANPOST = JapanPost()
SEEN_AT = datetime(2026, 10, 12, tzinfo=UTC)


def pair(when: str, record: str, office: str = "&nbsp;", region: str = "MALTA") -> str:
    first = f'<td class="w_120" rowspan="2">{when}</td><td class="w_150" rowspan="2">{record}</td>'
    rest = f'<td rowspan="2"></td><td>{office}</td><td rowspan="2">{region}</td>'
    return f"<tr>{first}{rest}</tr><tr><td>&nbsp;</td></tr>"


def document(rows: str, more: str = "") -> Page:
    heads = '<tr><th rowspan="2">State occurrence date</th><th>Office</th></tr><tr><th>ZIP code</th></tr>'
    html = f'<html><body>{more}<table summary="履歴情報">{heads}{rows}</table></body></html>'
    return Page(Role.DOM, JAPANPOST.url(JAPANPOST.example, "en"), "text/html", html.encode(), 200)


def test_the_second_row_of_a_pair_is_no_event():
    (reading,) = JAPANPOST.parse([document(pair("09/01/2026 12:23", "Arrival") * 3)])
    assert len(reading.rows) == 3
    assert reading.complete


def test_an_office_of_a_blank_leaves_the_country_as_the_place():
    (reading,) = JAPANPOST.parse([document(pair("09/01/2026 12:23", "Arrival"))])
    assert reading.rows[0].place == "MALTA"


def test_places_lead_to_their_zone():
    (reading,) = JAPANPOST.parse(
        [document(pair("", "x", "KAWASAKI HIGASHI", "KANAGAWA") + pair("", "x", "川崎東郵便局", "神奈川県"))]
    )
    found = [place_of(row.place, country_hint="JP") for row in reading.rows]
    assert [one.zone for one in found if one] == ["Asia/Tokyo", "Asia/Tokyo"]


@pytest.mark.parametrize(("printed", "language"), [("09/01/2026 12:23", "en"), ("2026/09/01 12:23", "ja")])
def test_both_languages_print_the_same_moment(printed, language):
    (reading,) = JAPANPOST.parse([document(pair(printed, "Arrival"))])
    (read,) = read_times([reading.rows[0].time_text], order=facts("japanpost").date_order, seen_at=SEEN_AT)
    assert str(read.local_time) == "2026-09-01 12:23:00"
    assert reading.language == language


def test_an_event_that_lost_a_cell_costs_the_others_nothing():
    broken = '<tr><td class="w_120" rowspan="2">09/02/2026</td><td class="w_150">Arrival</td></tr>'
    (reading,) = JAPANPOST.parse([document(pair("09/01/2026", "Arrival") + broken)])
    assert len(reading.rows) == 1
    assert reading.rows_bad == 1
    assert not reading.complete


def test_rows_are_known_without_the_class_of_their_date():
    (reading,) = JAPANPOST.parse([document(pair("09/01/2026", "Arrival").replace(' class="w_120"', ""))])
    assert len(reading.rows) == 1


def test_the_number_stands_in_the_table_of_details():
    details = '<table summary="配達状況詳細"><tr><th>Item number</th><th>Class of goods</th></tr>{}</table>'
    row = '<tr><td>1234-5678-9012</td><td class="w_480">Yu-Pack</td></tr>'
    (reading,) = JAPANPOST.parse([document(pair("09/01/2026", "Arrival"), details.format(row))])
    assert reading.number == "1234-5678-9012"


def test_a_found_number_in_a_list_of_several_is_not_read_yet():
    row = (
        "<tr><td>EN 123 456 785 JP</td><td>EMS</td><td>09/01/2026</td><td>Arrival</td><td></td><td></td></tr>"
    )
    listed = document("").text.replace("履歴情報", "照会結果").replace("</table>", f"{row}</table>")
    with pytest.raises(LayoutChanged):
        JAPANPOST.parse([Page(Role.DOM, "", "text/html", listed.encode(), 200)])


def test_an_address_that_asks_for_several_numbers_names_none():
    several = JAPANPOST.url(JAPANPOST.example, "en") + "&reqCodeNo2=CN000000005JP"
    assert JAPANPOST.number_in(several) is None
