"""What scrubbing leaves of saved pages: the same rows in every portal's forms, and the same the next time."""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import scrapers
from collector.kit.capture import captured
from collector.kit.cases import as_data, cases, differences
from collector.kit.folders import write_files
from collector.kit.scrubbing import readings_of, scrub
from collector.kit.scrubbing.masking import is_moment, mask
from scrapers.contract import Page
from scrapers.numbers.families import families
from scrapers.shop import Shop
from scrapers.words import Outcome, Role

ROOT = Path(__file__).parents[2] / "fixtures" / "pages"
ON = date(2026, 3, 1)
CASES = [
    pytest.param(case, id=f"{name}-{case.name}")
    for name, portal in scrapers.portals().items()
    if (ROOT / name / "cases.toml").exists()
    for case in cases(ROOT / name, portal)
]
#: What is not a row's, and may say where somebody lives.
HIDDEN = ("pickup_point", "related_numbers")


def told(readings, numbers):
    """Readings as data, with the numbers replaced."""

    def instead(value):
        if isinstance(value, str):
            return numbers.replaced(value)
        if isinstance(value, dict):
            return {key: instead(held) for key, held in value.items() if key not in HIDDEN}
        return [instead(one) for one in value] if isinstance(value, list) else value

    return [instead(as_data(reading)) for reading in readings]


@pytest.mark.parametrize("case", CASES)
def test_a_scrubbed_case_is_read_alike_and_is_a_case_itself(case, tmp_path):
    scrubbed = scrub(case.portal, case.number, case.pages)
    before, after = readings_of(case.portal, case.pages), readings_of(case.portal, scrubbed.pages)
    assert told(after, scrubbed.numbers) == told(before, scrubbed.numbers)
    again = scrub(case.portal, scrubbed.number, scrubbed.pages)
    assert (again.pages, again.number) == (scrubbed.pages, scrubbed.number)
    made = captured(case.portal, case.number, case.pages, ON, scrubbing=True)
    assert made.changes == ()
    write_files(tmp_path / "capture", made.files)
    (written,) = cases(tmp_path / "capture", case.portal)
    assert differences(written) == []
    assert (written.outcome, list(written.milestones)) == (case.outcome, list(case.milestones))
    assert all(case.number not in body.decode() for body in made.files.values())


def captures():
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        return [pytest.param(None, None, marks=pytest.mark.skip("no captured pages"))]
    return [
        pytest.param(name, file, id=f"{name}-{file.name}")
        for name in scrapers.portals()
        for file in sorted((Path(folder) / name).glob("*"))
        if file.suffix in (".json", ".html")
    ]


@pytest.mark.parametrize(("name", "file"), captures())
def test_a_captured_page_is_read_alike_but_for_what_is_personal(name, file):
    portal = scrapers.portals()[name]
    asked = getattr(portal, "example", "1234567890")
    role = Role.PAYLOAD if file.suffix == ".json" else Role.DOM
    url = portal.url(asked, portal.default_language)
    if role is Role.PAYLOAD and portal.payloads:
        url = portal.payloads[0].replace("*", asked)
    pages = [Page(role, url, "", file.read_bytes(), 200)]
    before = readings_of(portal, pages)
    number = next((one.number for one in before if one.number and any(map(str.isdigit, one.number))), asked)
    scrubbed = scrub(portal, number, pages)
    after = readings_of(portal, scrubbed.pages)
    assert scrub(portal, scrubbed.number, scrubbed.pages).pages == scrubbed.pages
    assert [one.outcome for one in after] == [one.outcome for one in before]
    for was, now in zip(before, after, strict=True):
        assert [row.time_text for row in now.rows] == [row.time_text for row in was.rows]
        assert [row.offset_text for row in now.rows] == [row.offset_text for row in was.rows]
        assert [row.instant_ms for row in now.rows] == [row.instant_ms for row in was.rows]
        texts = zip(was.rows, now.rows, strict=True)
        masked = [
            (a, b) for a, b in texts if not alike(a.description, scrubbed.numbers.replaced, b.description)
        ]
        assert masked == []
    captured(portal, number, pages, ON, scrubbing=True)


def alike(before, replaced, after):
    """Whether a text is the same but for numbers that were replaced and characters that were masked."""
    before = replaced(before)
    return len(before) == len(after) and all(a == b or b in "x0" for a, b in zip(before, after, strict=True))


SHOPS = [name for name, portal in scrapers.portals().items() if isinstance(portal, Shop)]


@pytest.mark.parametrize("portal", [one for one in scrapers.portals() if one not in SHOPS])
def test_a_number_is_replaced_by_one_of_its_form_with_the_right_check_digit(portal):
    one = scrapers.portals()[portal]
    for family in families(portal):
        for number in family.valid:
            page = Page(
                Role.DOM, one.url(number, "en"), "text/html", f"<p>{number} {number.lower()}</p>".encode()
            )
            scrubbed = scrub(one, number, [page])
            assert scrubbed.number != number
            assert len(scrubbed.number) == len(number)
            assert len(number) < 5 or family.holds(scrubbed.number), f"{number} became {scrubbed.number}"
            assert number not in scrubbed.pages[0].text + scrubbed.pages[0].url
            assert scrub(one, scrubbed.number, scrubbed.pages).number == scrubbed.number
            assert scrubbed.number in scrubbed.pages[0].text


def test_several_numbers_stay_several_and_a_number_is_the_same_everywhere():
    portal = scrapers.portals()["gls"]
    body = (
        '{"a": "40391728456", "b": "LZ703159268CN 40391728456", "c": "lz703159268cn", "d": "RR123456785ES",'
        ' "e": 40391728456}'
    )
    page = Page(Role.PAYLOAD, "https://gls-group.com/GROUP/en?match=40391728456", "", body.encode())
    text = scrub(portal, "40391728456", [page]).pages[0].text
    assert text.count("55555555010") == 3
    assert "LZ555555025CN" in text
    assert "lz555555025cn" in text
    assert "RR555555034ES" in text


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("2026-03-12T11:26:00+01:00", True),
        ("20260311T212000Z", True),
        ("Tue | Jul. 28 18:39", True),
        ("March 16, 2024, 1:55 pm", True),
        ("10.03.2026 14.30 Uhr", True),
        ("2026年3月10日 12:00", True),
        ("06.12.55.50.14", False),
        ("612-555-0147", False),
        ("73519", False),
        ("May Hope", False),
        ("12 March Street", False),
    ],
)
def test_dates_and_times_are_known_from_other_numbers(text, is_one):
    assert is_moment(text) == is_one


def test_masking_keeps_length_punctuation_and_itself():
    assert mask("Ana Example, 12-B (móvil) 北京３") == "xxx xxxxxxx, 00-x (xxxxx) xx0"
    assert mask(mask("Ana 12")) == mask("Ana 12")


def test_a_page_nobody_understands_keeps_its_structure_and_labels():
    portal = scrapers.portals()["gls"]
    html = (
        '<!DOCTYPE html><html lang="de"><head><title>GLS</title><style>a{color:red}</style></head><body>'
        '<div class="tracking-panel new_2026" id="main" data-user="Ana Example" onclick="go()">'
        "<h1>Status</h1><p>Hello Ana Example</p><!-- Ana --><a href='/x?session=1'>Delivered</a></div></body>"
        "</html>"
    )
    page = Page(Role.DOM, "https://gls-group.com/GROUP/en?match=40391728456", "text/html", html.encode(), 200)
    scrubbed = scrub(portal, "40391728456", [page])
    assert scrubbed.pages[0].text == (
        '<!DOCTYPE html><html lang="de"><head><title>GLS</title><style></style></head><body>'
        '<div class="tracking-panel new_2026" id="main" data-user="xxx xxxxxxx">'
        '<h1>Status</h1><p>xxxxx xxx xxxxxxx</p><a href="/x">Delivered</a></div></body></html>'
    )


def test_a_saved_reply_loses_its_headers():
    portal = scrapers.portals()["gls"]
    headers = '{"Set-Cookie": "id=abc", "content-type": "application/json"}'
    body = f'{{"status": 200, "headers": {headers}, "body": "{{}}"}}'
    page = Page(Role.PAYLOAD, "https://gls-group.com/GROUP/en?match=40391728456", "", body.encode())
    text = scrub(portal, "40391728456", [page]).pages[0].text
    assert "Cookie" not in text
    assert '"content-type": "application/json"' in text


def test_an_object_with_a_key_twice_keeps_both():
    portal = scrapers.portals()["correos"]
    page = Page(Role.PAYLOAD, portal.url(portal.example, "es"), "", b'{"a": {"b": 1}, "a": {"b": 2}}')
    text = "".join(scrub(portal, portal.example, [page]).pages[0].text.split())
    assert text == '{"a":{"b":1},"a":{"b":2}}'


def test_a_parser_that_fails_on_a_page_is_no_reason_not_to_report_it():
    class Broken(type(scrapers.portals()["gls"])):
        def parse(self, pages):
            raise ZeroDivisionError

    page = Page(Role.DOM, "https://gls-group.com/GROUP/en?match=40391728456", "", b"<p>Ana</p>", 200)
    made = captured(Broken(), "40391728456", [page], ON, scrubbing=True)
    assert made.files["page.html"] == b"<p>xxx</p>"


def test_a_shop_is_scrubbed_by_its_own_rules_and_its_numbers_are_replaced():
    shop = scrapers.portals()["aliexpress"]
    data = '{"orderId": "8190000000000001", "name": "Ana"}'
    body = f'{{"api": "mtop.aliexpress.trade.buyer.order.list", "data": {data}}}'
    page = Page(
        Role.PAYLOAD,
        "https://www.aliexpress.com/p/order/index.html?orderId=8190000000000001",
        "",
        body.encode(),
    )
    made = captured(shop, "8190000000000001", [page], ON, scrubbing=True)
    said = b"".join(made.files.values()).decode()
    assert "Ana" not in said
    assert "8190000000000001" not in said


def test_a_visit_without_a_page_is_told():
    with pytest.raises(Exception, match="no page came"):
        captured(scrapers.portals()["gls"], "40391728456", [], ON, scrubbing=True)


def test_a_picture_is_kept_only_where_nothing_is_scrubbed():
    portal = scrapers.portals()["gls"]
    page = Page(Role.DOM, "https://gls-group.com/GROUP/en?match=40391728456", "text/html", b"<p>Ana</p>", 200)
    picture = replace(page, role=Role.SCREENSHOT, body=b"\x89PNG")
    assert set(captured(portal, "40391728456", [page, picture], ON, scrubbing=True).files) == {
        "page.html",
        "cases.toml",
    }
    kept = captured(portal, "40391728456", [page, picture], ON, scrubbing=False).files
    assert kept["screenshot-1.png"] == b"\x89PNG"
    assert kept["page.html"] == b"<p>Ana</p>"


def test_what_is_in_no_known_state_is_a_case_of_a_changed_layout(tmp_path):
    portal = scrapers.portals()["gls"]
    page = Page(Role.DOM, "https://gls-group.com/GROUP/en?match=40391728456", "text/html", b"<p>Ana</p>", 200)
    write_files(tmp_path / "capture", captured(portal, "40391728456", [page], ON, scrubbing=True).files)
    (case,) = cases(tmp_path / "capture", portal)
    assert (case.outcome, differences(case)) == (Outcome.LAYOUT_CHANGED, [])
