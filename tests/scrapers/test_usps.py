"""The USPS parser and vocabulary. Pages here are synthetic; real ones come from CROSSTRACK_CAPTURES."""

import html
import os
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scrapers import vocabulary
from scrapers.contract import LayoutChanged, Page, Reading, Row
from scrapers.select import tree
from scrapers.usps import STATES, Usps
from scrapers.words import Leg, Milestone, Outcome, Role

USPS = Usps()
NUMBER = "9400111206206406260787"
ADDRESS = f"https://tools.usps.com/go/TrackConfirmAction?tLabels={NUMBER}"

ROWS = (
    Row("Delivered, Front Door/Porch", "July 11, 2026 12:12 PM", place="AUSTIN, TX 78745"),
    Row("Out for Delivery", "July 11, 2026, 6:10 am", place="AUSTIN, TX 78745"),
    Row("In Transit to Next Facility", "July 10, 2026"),
    Row("Processed Through Facility", "July 9, 2026, 3:41 pm", place="ISC NEW YORK NY(USPS)"),
    Row("Inbound Into Customs"),
    Row("Acceptance", "July 1, 2026, 4:08 pm", place="GERMANY"),
)
UPCOMING = """<div class="tb-step upcoming-step"><p class="tb-status-detail">Delivered</p>
    <p class="tb-date">July 20, 2026</p></div>
    <div class="upcoming-step"><div class="tb-step"><p class="tb-status">Delivered</p></div>
    <p class="upcoming-status">Delivered</p></div>"""
TOGGLE = '<div class="tb-step toggle-history-container"><a href="#">See All Tracking History</a></div>'
PROMOTION = """<div class="banner-gray-section"><p class="banner-header">Status Not Available</p>
    <p>could not locate you?</p></div>"""
FORM = '<form id="trackPackage" name="TrackConfirmAction"><input id="tLabels" name="tLabels" value=""></form>'


def step(row, status=None, classes="collapsed", nested=False):
    inner = f'<p class="tb-status">\n{status}</p>' if status else ""
    inner += f'<p class="tb-status-detail">\n\t{row.description}\n</p>'
    if row.place is not None:
        inner += f'<p class="tb-location">\n\t{row.place.replace(" ", "&nbsp;")}&nbsp;</p>'
    shown = (row.time_text or "").replace(", 20", ",\n 20").replace("6, ", "6,\n\t\t\t")
    inner += f'<p class="tb-date">\t{shown}\n </p>'
    return f'<div class="tb-step {classes}">{f"<div>{inner}</div>" if nested else inner}</div>\n'


def banner(header="Latest Update", said="Your item moved.", colour="green"):
    return f"""<div class="latest-update-banner-wrapper {colour}-banner">
        <h3 class="banner-header">{header}</h3>
        <p class="banner-content statusSummaryText">{said}</p></div>"""


def steps(rows=ROWS, status="Delivered", nested=False):
    first = step(rows[0], status, "current-step", nested)
    return UPCOMING + first + "".join(step(row, nested=nested) for row in rows[1:]) + TOGGLE


def box(inner=None, number=NUMBER, state="delivered-status", head=None):
    return f"""<div class="track-bar-container"><input type="hidden" class="abevtcode" value="01">
        {PROMOTION}<span class="tracking-number" value="{number}">{number}</span>
        {banner() if head is None else head}
        <div class="tracking-progress-bar-status-container {state}">
        {steps() if inner is None else inner}</div>
        <input type="hidden" id="{number}-mpdate" value="2026-07-01 17:08:00.000000"></div>"""


def document(inner, lang="en", title="USPS.com&reg; - USPS Tracking&reg; Results"):
    return f"""<!DOCTYPE html>\n<html lang="{lang}"><head><title>{title}</title></head><body>
        {PROMOTION}<div id="tracked-numbers">{inner}</div>{FORM}<p>{"footer " * 40}</p></body>\n</html>\n"""


def page(text, url=ADDRESS, status=200):
    body = text if isinstance(text, bytes) else text.encode()
    return Page(Role.DOM, url, "text/html", body, status)


def readings(text, **more):
    return USPS.parse([page(text, **more)])


def reading(text, **more) -> Reading:
    (only,) = readings(text, **more)
    return only


def triples(rows):
    return [(r.description, r.time_text, r.place) for r in rows]


def captured(name):
    folder = os.environ.get("CROSSTRACK_CAPTURES")
    if not folder:
        pytest.skip("CROSSTRACK_CAPTURES is not set")
    return (Path(folder) / "usps" / name).read_bytes()


# --- real pages ---


def printed(fragment):
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", fragment)).split()) or None


def steps_by_hand(text):
    """The rows of a real page, taken by text search alone, to hold against the parser's."""
    found = []
    for part in re.split(r'<div class="tb-step[^"]*">', text)[1:]:
        wanted = (
            re.search(f'<p class="tb-{c}">(.*?)</p>', part, re.DOTALL)
            for c in ("status-detail", "date", "location")
        )
        what, when, where = (match and printed(match[1]) for match in wanted)
        if what:
            found.append((what, when, where))
    return found


def table_by_hand(text):
    cell = r"\s*<td>(.*?)</td>"
    rows = re.findall(rf"<tr[^>]*>{cell}{cell}{cell}\s*</tr>", text.split('tracking_history"')[1], re.DOTALL)
    return [(printed(what), printed(when), printed(where)) for when, what, where in rows]


def test_every_row_of_the_page_of_2024_is_read():
    body = captured("usps-delivered-2024-03.html")
    read = reading(body)
    assert triples(read.rows) == steps_by_hand(body.decode())
    assert len(read.rows) == 13
    assert read.rows[0].time_text == "March 16, 2024, 1:55 pm"
    assert read.rows[8] == Row("In Transit to Next Facility", "March 13, 2024")
    assert (read.status_text, read.language, read.estimate_from_on) == ("Delivered", "en", None)
    assert read.number is not None
    assert f'data-copy-tn="{read.number}"' in body.decode()
    assert (read.complete, read.rows_bad) == (True, 0)


def test_every_row_of_the_retired_table_is_read():
    body = captured("usps-international-legacy-2017-09.html")
    read = reading(body)
    assert triples(read.rows) == table_by_hand(body.decode())
    assert len(read.rows) == 11
    assert read.rows[6] == Row("Inbound Into Customs")
    assert read.rows[7].place == "ISC NEW YORK NY(USPS)"
    assert (read.status_text, read.complete, read.rows_bad) == ("In-Transit", True, 0)
    assert read.number is not None
    assert f'name="label" value="{read.number}"' in body.decode()
    assert (read.estimate_from_on, read.estimate_to_on) == ("2017-09-05", "2017-09-05")


def test_a_saved_part_of_a_chinese_page_is_read_as_incomplete():
    body = captured("usps-fragment-zh-2026-06.html")
    read = reading(body)
    assert triples(read.rows) == steps_by_hand(body.decode())
    assert len(read.rows) == 2
    assert read.rows[1].time_text == "2026 年 06 月 08 日"
    assert (read.number, read.complete, read.rows_bad) == (None, False, 0)
    assert (read.status_text, read.language) == ("USPS 等待物品", "zh")


@pytest.mark.parametrize("name", ["usps-delivered-2024-03.html", "usps-international-legacy-2017-09.html"])
def test_every_row_of_a_real_page_is_understood(name):
    for row in reading(captured(name)).rows:
        assert vocabulary.meaning("usps", code=None, description=row.description, place=row.place), row


@pytest.mark.parametrize("name", ["usps-delivered-2024-03.html", "usps-international-legacy-2017-09.html"])
def test_a_real_page_cut_anywhere_among_its_rows_invents_none(name):
    body = captured(name)
    full = reading(body).rows
    start, end = body.index(b'id="tracked-numbers"'), body.index(b"product_additional_information")
    end = max(end, body.rindex(b"tracking_history") if b"row_top" in body else 0)
    for cut in range(start, end, 37):
        assert_cut_page_is_honest(body[:cut], full)


# --- rows ---


@pytest.mark.parametrize("nested", [False, True])
def test_rows_are_read_as_printed_in_page_order(nested):
    read = reading(document(box(steps(nested=nested))))
    assert read.rows == ROWS
    assert (read.outcome, read.number, read.complete) == (Outcome.OK, NUMBER, True)
    assert (read.status_text, read.language, read.rows_bad) == ("Delivered", "en", 0)


def test_a_future_step_is_no_row_and_no_status():
    moving = Row("Arrived at Hub", "July 10, 2026, 1:00 pm", place="AUSTIN, TX 78745")
    read = reading(document(box(UPCOMING + step(moving, "On the Way", "current-step") + TOGGLE)))
    assert (read.rows, read.status_text) == ((moving,), "On the Way")


def test_the_status_stands_in_where_a_step_has_no_detail():
    only = '<div class="tb-step"><p class="tb-status">Alert</p><p class="tb-date">May 1, 2026</p></div>'
    assert reading(document(box(only + TOGGLE))).rows == (Row("Alert", "May 1, 2026"),)


def test_a_step_without_words_is_a_bad_row_and_costs_the_others_nothing():
    wordless = '<div class="tb-step"><p class="tb-date">July 10, 2026</p></div>'
    read = reading(document(box(step(ROWS[0]) + wordless + step(ROWS[1]) + TOGGLE)))
    assert read.rows == ROWS[:2]
    assert (read.rows_bad, read.problems, read.complete) == (1, ("row 2 has no description",), False)


def test_only_wordless_steps_are_a_changed_layout():
    with pytest.raises(LayoutChanged, match="no description"):
        readings(document(box('<div class="tb-step"><p class="tb-date">July 10, 2026</p></div>')))


def test_a_list_without_end_whose_last_row_is_bare_is_incomplete():
    bare = step(ROWS[0]) + step(Row("Acceptance"))
    assert reading(document(box(bare))).complete is False
    assert reading(document(box(bare + TOGGLE))).complete is True


def test_a_page_that_ends_with_its_last_row_is_incomplete_even_if_the_browser_closed_it():
    closed = "</div></div></div></body></html>"
    cut = document(box()).partition("July 9")[0] + "</p></div>" + closed
    assert (len(reading(cut).rows), reading(cut).complete) == (4, False)
    rows = table().partition('<tr class="row_notification">')[0] + f"</tbody></table>{closed}\n"
    assert (len(reading(rows).rows), reading(rows).complete) == (1, False)


def test_a_row_nested_in_another_lends_it_no_place():
    nested = step(ROWS[2])[: -len("</div>\n")] + step(ROWS[0]).replace("tb-step", "renamed") + "</div>"
    assert reading(document(box(nested + TOGGLE))).rows == ROWS[2:3]


def test_a_row_never_closed_takes_no_text_from_below_the_next():
    unclosed = step(ROWS[2]).replace("tb-status-detail", "renamed")[: -len("</div>\n")]
    later = step(ROWS[4]).replace("tb-step", "renamed")
    read = reading(document(box(unclosed + step(ROWS[3]) + later + TOGGLE)))
    assert (read.rows, read.rows_bad, read.complete) == (ROWS[3:4], 1, False)


@pytest.mark.parametrize("classes", ["tb-step x-upcoming-step", "tb-step upcoming-step\x08"])
def test_a_future_step_under_another_class_is_no_event(classes):
    future = UPCOMING.replace("tb-step upcoming-step", classes)
    assert reading(document(box(future + step(ROWS[0]) + TOGGLE))).rows == ROWS[:1]


def test_a_text_with_rows_inside_is_no_text():
    around = step(ROWS[2]).replace("In Transit to Next Facility", TABLE.format(more=""))
    read = reading("<!-- no doctype: a table may stand in a paragraph -->" + box(step(ROWS[0]) + around))
    assert (read.rows, read.rows_bad, read.complete) == (ROWS[:1], 1, False)


def test_several_numbers_give_one_reading_each_in_page_order():
    second = box(step(ROWS[1]) + TOGGLE, number="RR123456785GB")
    read = readings(document(box() + second + box(step(ROWS[2]) + TOGGLE)))
    assert [(r.number, len(r.rows)) for r in read] == [(NUMBER, 6), ("RR123456785GB", 1)]


def test_a_container_that_was_never_closed_does_not_take_the_next_ones_rows():
    unclosed = box().replace("</div>\n        <input", "<input")[: -len("</div>")]
    read = readings(document(unclosed + box(step(ROWS[1]) + TOGGLE, number="RR123456785GB")))
    assert [(r.number, len(r.rows)) for r in read] == [(NUMBER, 6), ("RR123456785GB", 1)]


def test_the_first_text_of_a_kind_is_the_steps():
    twice = step(ROWS[0]).replace("</div>", '<p class="tb-date">May 1, 1999</p></div>')
    assert reading(document(box(twice + TOGGLE))).rows == ROWS[:1]


def test_one_unreadable_number_costs_the_others_nothing():
    read = readings(document(box() + box("<p>?</p>", number="RR123456785GB", head="")))
    assert [(r.number, r.outcome) for r in read] == [
        (NUMBER, Outcome.OK),
        ("RR123456785GB", Outcome.LAYOUT_CHANGED),
    ]


def test_rows_are_never_given_to_a_number_by_guess():
    with pytest.raises(LayoutChanged, match="tracking-number"):
        readings(document(box(number="") + box(step(ROWS[1]), number="")))


@pytest.mark.parametrize(
    "markup", ['<span class="tracking-number">X1</span>', '<b id="trackingNum"> X1 </b>', ""]
)
def test_the_number_is_found_where_else_the_page_says_it(markup):
    text = document(box().replace(f'<span class="tracking-number" value="{NUMBER}">{NUMBER}</span>', markup))
    assert reading(text).number == ("X1" if markup else None)


def test_a_saved_part_of_a_page_is_read_and_called_incomplete():
    read = reading(steps())
    assert (read.rows, read.number, read.complete, read.language) == (ROWS, None, False, None)


def test_rows_outside_any_container_of_a_whole_page_are_a_changed_layout():
    with pytest.raises(LayoutChanged, match="track-bar-container"):
        readings(document(steps()))


def test_a_screenshot_is_ignored_and_alone_is_not_enough():
    picture = Page(Role.SCREENSHOT, ADDRESS, "image/png", b"\x89PNG")
    assert USPS.parse([picture, page(document(box()))])[0].rows == ROWS
    with pytest.raises(LayoutChanged):
        USPS.parse([picture])


# --- the retired table ---

TABLE = """<table class="tracking_history">
    <thead><tr><th>Date</th><th>Status</th><th>Location</th></tr></thead>
    <tbody><tr class="row_top"><td>May 2, 2017,\n 8:13 am</td><td>Arrived at Unit</td>
    <td>RENO,&nbsp;NV&nbsp;89501</td></tr>
    <tr class="row_notification"><td colspan="3"><span class="callout">Your item arrived.</span></td></tr>
    <tr><td> </td><td>Inbound Into Customs</td><td> </td></tr>{more}</tbody></table>"""


def table(more=""):
    kept = f'<div class="tracking_history_container">{TABLE.format(more=more)}</div>'
    head = '<div class="delivery_status"><h2><strong>In-Transit</strong></h2></div>'
    return document(
        box("", head=head).replace("tracking-progress-bar-status-container", "old") + kept
    ).replace('</div><div class="tracking_history_container">', '<div class="tracking_history_container">')


def test_the_retired_table_gives_its_rows_without_the_notification():
    read = reading(table())
    assert read.rows == (
        Row("Arrived at Unit", "May 2, 2017, 8:13 am", place="RENO, NV 89501"),
        Row("Inbound Into Customs"),
    )
    assert (read.number, read.status_text, read.complete) == (NUMBER, "In-Transit", True)


@pytest.mark.parametrize(
    "bad", ["<td>May 1, 2017</td><td>Accepted</td>", "<td>May 1, 2017</td><td></td><td>X</td>"]
)
def test_a_table_row_without_its_cells_is_a_bad_row(bad):
    read = reading(table(f"<tr>{bad}</tr>"))
    assert (len(read.rows), read.rows_bad, read.complete) == (2, 1, False)


def test_a_table_row_around_other_rows_is_a_bad_row():
    inner = TABLE.format(more="")
    read = reading(table(f"<tr><td>May 1, 2017</td><td>Accepted</td><td>X{inner}</td></tr>"))
    assert (len(read.rows), read.rows_bad, read.complete) == (4, 1, False)


# --- what else a page says ---


def test_the_expected_day_is_read():
    expected = """<div class="expected_delivery"><span class="eta_wrap"><em class="day">Saturday</em>
        <strong class="date">16</strong><span class="month_year">March\n2024</span>
        <strong class="time">by 9:00pm</strong></span></div>"""
    read = reading(document(box(expected + steps())))
    assert (read.estimate_from_on, read.estimate_to_on) == ("2024-03-16", "2024-03-16")


@pytest.mark.parametrize(
    ("day", "month"), [("31", "February\n2024"), ("1", "Mayday 24"), ("", "March 2024"), ("3", "")]
)
def test_an_unreadable_expected_day_is_none(day, month):
    expected = f"""<div class="expected_delivery"><strong class="date">{day}</strong>
        <span class="month_year">{month}</span></div>"""
    assert reading(document(box(expected + steps()))).estimate_from_on is None


@pytest.mark.parametrize(
    ("lang", "expected"), [("en-US", "en"), ("es", "es"), ("ZH-hans", "zh"), ("", None), ("x", None)]
)
def test_the_language_is_the_documents(lang, expected):
    assert reading(document(box(), lang=lang)).language == expected


def test_chinese_dates_decide_over_an_english_document():
    row = Row("已送达", "2026 年 06 月 08 日 3:40 下午", place="HOUSTON, TX 77041")
    assert reading(document(box(step(row) + TOGGLE))).language == "zh"


# --- states without rows ---

LOST = "We could not locate the tracking information for your request. Please verify your number."


@pytest.mark.parametrize(
    "head",
    [
        banner("Status Not Available", "Try later.", "red"),
        banner("Tracking Not Available", "Try later.", "red"),
        banner("Estado", LOST, "red"),
    ],
)
def test_a_number_usps_does_not_know_is_not_found(head):
    read = reading(document(box("", head=head)))
    assert (read.outcome, read.rows, read.number) == (Outcome.NOT_FOUND, (), NUMBER)


def test_a_number_not_found_beside_another_one_is_its_own_reading():
    unknown = box("", number="RR123456785GB", head=banner("Status Not Available", "Try later.", "red"))
    assert [(r.number, r.outcome) for r in readings(document(unknown + box()))] == [
        ("RR123456785GB", Outcome.NOT_FOUND),
        (NUMBER, Outcome.OK),
    ]


def test_a_red_banner_above_rows_is_not_not_found():
    read = reading(document(box(head=banner("Status Not Available", LOST, "red"))))
    assert (read.outcome, read.rows) == (Outcome.OK, ROWS)


def test_a_promotion_that_looks_like_a_banner_is_ignored():
    with pytest.raises(LayoutChanged):
        readings(document(box("", head="")))


def test_a_pre_shipment_without_rows_has_no_events_yet():
    read = reading(document(box(UPCOMING, state="preshipment-status")))
    assert (read.outcome, read.rows, read.status_text) == (Outcome.NO_EVENTS_YET, (), "Latest Update")


@pytest.mark.parametrize(
    "text",
    [
        document(box(UPCOMING, state="delivered-status")),
        document(box(UPCOMING, state="in-transit-status")),
        document(box("", head=banner("Status Not Available", "Try later.", "red")) + steps()),
        document(box(UPCOMING, state="preshipment-status", head="")),
        document(box(steps().replace("tb-step", "renamed"), state="preshipment-status")),
        document(box(UPCOMING, state="preshipment-status")).partition("</form>")[0],
        document("").replace("footer", "nothing that is known"),
        document(steps().replace("tb-", "new-")),
        document(steps().replace("tb-", "new-")).replace("tracked-numbers", "list"),
        document(box("", head=banner("Status Not Available", "Try later.", "green"))),
        document("Reference #18.5d7a"),
        "x" * 500,
    ],
)
def test_a_page_in_no_known_state_is_a_changed_layout(text):
    with pytest.raises(LayoutChanged):
        readings(text)


AKAMAI = '<script src="https://x.example/akamai/1.js"></script>'
SHELL = f"<html><head><title></title>{AKAMAI}</head><body>{{}}</body></html>"


@pytest.mark.parametrize(
    ("text", "url", "status", "outcome"),
    [
        (document("x"), ADDRESS, 429, Outcome.RATE_LIMITED),
        (document("x"), ADDRESS, 503, Outcome.UNAVAILABLE),
        (document("x"), "https://tools.usps.com/anyapp_outage_apology.htm", 200, Outcome.UNAVAILABLE),
        (document("We are experiencing difficulties."), ADDRESS, 200, Outcome.UNAVAILABLE),
        (document("No.", title="Access Denied"), ADDRESS, None, Outcome.CHALLENGE),
        (document("Reference #18.5d7a", title="x"), ADDRESS, 403, Outcome.CHALLENGE),
        (SHELL.format("wait " * 60), ADDRESS, 200, Outcome.CHALLENGE),
        (document("<script>var originalHeaders = {};</script>"), ADDRESS, 200, Outcome.CHALLENGE),
        ("<html><head></head><body></body></html>", ADDRESS, 200, Outcome.CHALLENGE),
        (document("", title="Enter").replace("tracked-numbers", "q"), ADDRESS, 200, Outcome.INPUT_NEEDED),
    ],
)
def test_a_page_without_a_container_is_recognised(text, url, status, outcome):
    read = reading(text, url=url, status=status)
    assert (read.outcome, read.rows, read.number) == (outcome, (), None)


def test_a_message_kept_in_a_script_is_not_shown():
    with pytest.raises(LayoutChanged):
        readings(document("<script>var no = 'experiencing difficulties';</script>"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("events", document(box())),
        ("events", table()),
        ("not_found", document(box("", head=banner("Status Not Available", LOST, "red")))),
        ("no_events_yet", document(box("", state="preshipment-status"))),
        ("challenge", SHELL.format("")),
        ("challenge", SHELL.replace(AKAMAI, "").format(AKAMAI)),
        ("entry_form", document("", title="Enter").replace("tracked-numbers", "q")),
    ],
)
def test_each_declared_state_is_identified_by_its_selectors_alone(name, text):
    root = tree(text)
    assert {n for n, state in STATES.items() if any(root.css_first(s) for s in state.selectors)} == {name}


# --- hostile pages ---

FULL = document(box() + box(step(ROWS[3]) + TOGGLE, number="RR123456785GB")).encode()
PAGES = (
    FULL,
    table().encode(),
    document(box("", head=banner("Status Not Available", LOST, "red"))).encode(),
    document(box(UPCOMING, state="preshipment-status")).encode(),
)


def assert_cut_page_is_honest(body, full):
    """The rows of a cut page are the first ones of the whole page, and it does not pass for whole."""
    try:
        found = readings(body)
    except LayoutChanged:
        return
    first = found[0]
    assert triples(first.rows) == triples(full)[: len(first.rows)]
    for read in found:
        assert bool(read.rows) == (read.outcome is Outcome.OK)
        assert not (read.rows and read.complete)


@pytest.mark.parametrize("whole", [FULL, PAGES[1]], ids=["steps", "table"])
def test_a_page_cut_at_any_byte_shows_a_beginning_of_its_rows(whole):
    full = readings(whole)[0].rows
    for cut in range(whole.rindex(b"</html>") + len(b"</html>")):
        assert_cut_page_is_honest(whole[:cut], full)


def test_a_page_cut_behind_the_rows_keeps_them_all():
    read = readings(FULL[: FULL.rindex(b"footer")])
    assert read[0].rows == ROWS
    assert [r.complete for r in read] == [False, False]


def test_a_row_cut_short_is_a_bad_row():
    read = reading(FULL[: FULL.index(b"July 1,") + len(b"July 1")])
    assert (read.rows, read.rows_bad, read.complete) == (ROWS[:5], 1, False)


@pytest.mark.parametrize(
    "ending", ["", "\n<!-- 12 ms -->\n<!---->", "<!-- " * 50_000, "<!---->" * 50_000 + "<p>x"]
)
def test_a_page_cut_behind_its_end_is_incomplete(ending):
    whole = document(box()).rstrip() + ending
    assert reading(whole).complete is (ending in ("", "\n<!-- 12 ms -->\n<!---->"))


@given(st.sampled_from(PAGES), st.lists(st.tuples(st.integers(0, 10**6), st.binary(max_size=3)), max_size=8))
@settings(max_examples=200, deadline=None)
def test_mutated_pages_raise_nothing_but_layout_changed(whole, changes):
    body = bytearray(whole)
    for at, new in changes:
        at %= len(body)
        body[at : at + len(new)] = new
    check(bytes(body))


@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
@example(b"")
@example(b"\xef\xbb\xbf\x00\xff")
@example(b'<div class="tb-step"><div class="tb-step"><p class="tb-date">')
@settings(deadline=None)
def test_any_bytes_are_taken(body):
    check(body)
    check(FULL[:900] + body + FULL[900:])


def check(body):
    try:
        found = readings(body)
    except LayoutChanged:
        return
    assert found
    for read in found:
        assert bool(read.rows) == (read.outcome is Outcome.OK)
        assert all(row.description for row in read.rows)


def test_a_page_of_nested_containers_ends_soon():
    with pytest.raises(LayoutChanged, match="at most 100"):
        readings('<div class="track-bar-container"><div class="tb-step"><p class="tb-date">' * 2000)


# --- numbers and addresses ---


@pytest.mark.parametrize("number", [NUMBER, "RR123456785GB", "LP00123456789012", "A/B:(1)_2"])
def test_the_address_says_the_number(number):
    url = USPS.url(number, "en")
    assert url.startswith("https://tools.usps.com/go/TrackConfirmAction?tLabels=")
    assert USPS.number_in(url) == number


@pytest.mark.parametrize(
    "address",
    [
        f"go/TrackConfirmAction.action?tLabels={NUMBER}",
        f"go/TrackConfirmAction?tRef=fullpage&tLc=2&text28777=&tLabels={NUMBER}%2C&tABt=true",
        f"go/TrackConfirmAction?qtc_tLabels1={NUMBER}",
        f"tracking/{NUMBER}",
        f"tracking/{NUMBER}/",
        "go/TrackConfirmAction?tLabels=420787459400%201112%200620%206406%20260787",
    ],
)
def test_every_known_address_says_its_number(address):
    assert USPS.number_in(f"https://tools.usps.com/{address}") == NUMBER


@pytest.mark.parametrize(
    "address",
    [
        f"https://tools.usps.com/go/TrackConfirmAction?tLabels={NUMBER},RR123456785GB",
        f"https://tools.usps.com/go/TrackConfirmAction?qtc_tLabels1={NUMBER}&qtc_tLabels2=RR123456785GB",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=",
        "https://tools.usps.com/go/TrackConfirmAction?tLabels=<script>",
        f"https://tools.usps.com.example.org/tracking/{NUMBER}",
        "https://[tools.usps.com/tracking/1",
        "",
    ],
)
def test_an_address_with_none_or_several_numbers_says_none(address):
    assert USPS.number_in(address) is None


def test_advice_follows_form_and_check_digit():
    levels = [USPS.accepts(n).level for n in (NUMBER, "RR123456785GB", "9400111206206406260788", "LP1")]
    assert levels == sorted(levels, reverse=True)
    assert USPS.accepts("LX123456785US").level == USPS.accepts(NUMBER).level > levels[1] > levels[2]


# --- words ---


def means(description, place=None, code=None):
    found = vocabulary.meaning("usps", code=code, description=description, place=place)
    return found and (found.milestone, found.leg)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("ISC NEW YORK NY(USPS)", (Milestone.ARRIVED_DESTINATION_COUNTRY, Leg.IMPORT)),
        ("ISC CHICAGO IL", (Milestone.ARRIVED_DESTINATION_COUNTRY, Leg.IMPORT)),
        ("AUSTIN, TX 78745", (Milestone.ARRIVED_FACILITY, Leg.LAST_MILE)),
        ("LOS ANGELES CA DISTRIBUTION CENTER", (Milestone.ARRIVED_FACILITY, Leg.LAST_MILE)),
        ("MIAMI, FL", (Milestone.ARRIVED_FACILITY, Leg.LAST_MILE)),
        ("FRANKFURT/FLUGHAFEN, GERMANY", (Milestone.ARRIVED_OUTWARD_OE, Leg.ORIGIN)),
        ("CHINA", (Milestone.ARRIVED_OUTWARD_OE, Leg.ORIGIN)),
        ("DISCOVERY BAY, HONG KONG", (Milestone.ARRIVED_OUTWARD_OE, Leg.ORIGIN)),
        (None, None),
    ],
)
def test_processed_through_facility_is_told_by_its_place(place, expected):
    assert means("Processed Through Facility", place) == expected


@pytest.mark.parametrize(
    ("description", "milestone"),
    [
        ("Delivered, To Original Sender", Milestone.RETURNED),
        ("DELIVERED, PARCEL LOCKER", Milestone.DELIVERED),
        ("Delivered to Agent for Final Delivery", Milestone.DELIVERED),
        ("Awaiting Delivery", Milestone.HELD_AT_DEPOT),
        ("Awaiting Delivery Scan", Milestone.NOTICE),
        ("Accepted at USPS Destination Facility", Milestone.ACCEPTED),
        ("Out for Delivery, Expected Delivery by 9:00pm", Milestone.OUT_FOR_DELIVERY),
        ("Notice Left (No Authorized Recipient Available)", Milestone.DELIVERY_ATTEMPTED),
        ("Delivery Attempted - No Access to Delivery Location", Milestone.DELIVERY_ATTEMPTED),
        ("Reminder to Schedule Redelivery of your item", Milestone.NOTICE),
        ("Departed Shipping Partner Facility, USPS Awaiting Item", Milestone.DEPARTED_ORIGIN_FACILITY),
        ("Return to Sender", Milestone.RETURNING),
        ("发送给 USPS 的寄件前信息 ", Milestone.INFO_RECEIVED),
    ],
)
def test_a_wording_is_understood(description, milestone):
    found = means(description)
    assert found is not None
    assert found[0] is milestone


@pytest.mark.parametrize("description", ["In Transit to Next Facility", "In Transit, Arriving Late"])
def test_a_row_written_without_a_scan_is_not_physical(description):
    found = vocabulary.meaning("usps", code=None, description=description)
    assert found is not None
    assert (found.milestone, found.physical) == (Milestone.NOTICE, False)


@pytest.mark.parametrize("description", ["Processed", "Acceptance of the moon", "Departed", "Not Delivered"])
def test_an_unknown_wording_is_never_guessed(description):
    assert means(description) is None


def test_rows_without_a_place_are_read_in_eastern_time():
    facts = vocabulary.facts("usps")
    assert (facts.clock.kind, facts.clock.zone, facts.date_order) == ("place", "America/New_York", "mdy")
