"""What every tracking portal of the common shape does alike."""

import pytest

from scrapers.contract import LayoutChanged, Page, Reading, Recipient, Row, State
from scrapers.select import collapse
from scrapers.tracking import Address, TrackingPortal, document_of, one_per_number, rows_of
from scrapers.words import Outcome, Role


class Depot(TrackingPortal):
    name = "depot"
    hosts = ("depot.test",)
    resource_hosts = ("api.depot.test",)
    states = {"missing": State(Outcome.NOT_FOUND, ("p.missing",))}  # noqa: RUF012
    address = Address(
        "https://depot.test/{number}?l={language}",
        languages={"es": "es_ES"},
        keys=("n", "numbers"),
        to_postcode="https://depot.test/{number}/{postcode}?l={language}",
    )
    walls = ("are you a robot",)
    refused = (403,)
    looked_for = "rows"

    def read_reply(self, answer, page):
        if answer.text == "no such number":
            return (Reading(Outcome.NOT_FOUND),)
        if "busy" in answer.record:
            return tuple(Reading(Outcome.UNAVAILABLE, one) for one in answer.record["busy"])
        if "rows" not in answer.record:
            raise LayoutChanged("depot", "rows in the reply")
        rows = tuple(Row(text) for text in answer.record["rows"])
        outcome = Outcome.OK if rows else Outcome.NO_EVENTS_YET
        return (Reading(outcome, answer.record.get("number"), rows),)

    def read_page(self, document):
        rows, problems = rows_of(document, "li", lambda node: Row(collapse(node.text()) or "-"))
        if not rows:
            raise LayoutChanged("depot", "li")
        return (Reading(rows=rows, problems=problems, rows_bad=len(problems)),)


def data(text, status=200):
    return Page(Role.PAYLOAD, "https://api.depot.test/x", "application/json", text.encode(), status)


def html(text, status=200):
    return Page(Role.DOM, "https://depot.test/AA1", "text/html", text.encode(), status)


def parsed(*pages):
    return Depot().parse(pages)


def document(text):
    return document_of(html(text), text)


def test_data_goes_before_the_document():
    (reading,) = parsed(html("<ul><li>Old</li></ul></html>"), data('{"number": "AA1", "rows": ["New"]}'))
    assert [row.description for row in reading.rows] == ["New"]


def test_the_document_is_read_where_data_was_not_understood():
    (reading,) = parsed(data('{"else": 1}'), html("<ul><li>Shown</li></ul></html>"))
    assert [row.description for row in reading.rows] == ["Shown"]


def test_what_denies_a_number_does_not_count_beside_data_that_was_not_understood():
    with pytest.raises(LayoutChanged, match="rows in the reply"):
        parsed(data('{"else": 1}'), html('<p class="missing">Unknown</p></html>'))
    assert parsed(html('<p class="missing">Unknown</p></html>'))[0].outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    ("shown", "outcome"),
    [
        (data("{}", 429), Outcome.RATE_LIMITED),
        (html("<p>Bad gateway</p>", 502), Outcome.UNAVAILABLE),
        (html("<h1>Are you a robot?</h1></html>"), Outcome.CHALLENGE),
        (
            html('<script src="https://challenges.cloudflare.com/turnstile/v0/api.js"></script>'),
            Outcome.CHALLENGE,
        ),
        (html("<h1>No</h1></html>", 403), Outcome.CHALLENGE),
        (data('{"no": 1}', 403), Outcome.CHALLENGE),
        (data('{"url": "https://geo.captcha-delivery.com/captcha/"}'), Outcome.CHALLENGE),
        (data('{"error": "database"}', 500), Outcome.UNAVAILABLE),
        (data("are you a robot"), Outcome.CHALLENGE),
    ],
)
def test_a_refusal_is_an_outcome(shown, outcome):
    assert parsed(shown)[0].outcome is outcome


def test_the_script_of_a_wall_in_an_ordinary_page_is_no_wall():
    script = '<script src="/cdn-cgi/challenge-platform/scripts/jsd/main.js"></script>'
    assert parsed(html(f"<ul><li>Shown</li></ul>{script}</html>"))[0].outcome is Outcome.OK
    assert parsed(html(f'<p class="missing">Unknown</p>{script}</html>'))[0].outcome is Outcome.NOT_FOUND
    assert parsed(html(f"<p>One moment</p>{script}</html>"))[0].outcome is Outcome.CHALLENGE


@pytest.mark.parametrize("status", [403, 500])
def test_data_of_a_known_shape_is_read_whatever_its_status(status):
    assert parsed(data('{"rows": ["A"]}', status))[0].outcome is Outcome.OK


def test_a_reply_that_is_plain_text_is_read_as_a_reply():
    assert parsed(data("no such number", 400))[0].outcome is Outcome.NOT_FOUND
    with pytest.raises(LayoutChanged, match="rows in the reply"):
        parsed(data('{"rows": ["A"'))


def test_a_refusal_of_one_number_stands_beside_the_answer_about_another():
    busy, answer = data('{"busy": ["AA1", "BB2"]}'), data('{"number": "AA1", "rows": ["A"]}')
    assert [(one.number, one.outcome) for one in parsed(busy, answer)] == [
        ("BB2", Outcome.UNAVAILABLE),
        ("AA1", Outcome.OK),
    ]
    assert [one.number for one in parsed(busy)] == ["AA1", "BB2"]
    # An answer that names no number may be about any.
    assert [one.outcome for one in parsed(busy, data('{"rows": ["A"]}'))] == [Outcome.OK]


def test_a_challenge_is_told_before_an_outage_and_rows_before_both():
    wall, outage = html("are you a robot"), html("oops", 503)
    assert parsed(outage, wall)[0].outcome is Outcome.CHALLENGE
    assert parsed(outage, wall, data('{"rows": ["A"]}'))[0].outcome is Outcome.OK


def test_nothing_known_is_a_changed_layout_that_names_what_was_looked_for():
    with pytest.raises(LayoutChanged, match="looked for rows"):
        parsed()
    with pytest.raises(LayoutChanged, match="looked for li"):
        parsed(html("<p>Welcome</p></html>"))


def test_a_page_that_was_cut_is_not_whole_and_its_last_row_is_none():
    (reading,) = parsed(html("<ul><li>One</li><li>Two</li><li>Thr"))
    assert [row.description for row in reading.rows] == ["One", "Two"]
    assert not reading.complete
    (part,) = parsed(html("<ul><li>One</li><li>Two</li></ul>"))
    assert len(part.rows) == 2
    assert part.complete


ROWS = "<table><tbody><tr><td>One</td><td>x</td></tr><tr><td>Two</td><td>y</td></tr>"


@pytest.mark.parametrize(
    ("cut", "read"),
    [
        (ROWS, ["Onex", "Twoy"]),
        (f"{ROWS} ", ["Onex", "Twoy"]),
        (f"{ROWS}</tbo", ["Onex", "Twoy"]),
        (f"{ROWS}<!-- more", ["Onex", "Twoy"]),
        (f"{ROWS}</tbody><script>if (1 < 2", ["Onex", "Twoy"]),
        (f"{ROWS}<tr", ["Onex", "Twoy"]),
        (f"{ROWS}<tr>", ["Onex", "Twoy"]),
        (f"{ROWS}<tr><td>Thr", ["Onex", "Twoy"]),
        (ROWS.removesuffix(">"), ["Onex"]),
        (ROWS.removesuffix("</tr>"), ["Onex"]),
        (ROWS.removesuffix("y</td></tr>"), ["Onex"]),
        (ROWS.removesuffix("<td>y</td></tr>"), ["Onex"]),
        (ROWS.removesuffix("<td>y</td></tr>") + '<td title="', ["Onex"]),
        (ROWS.removesuffix("y</td></tr>") + "<textarea>", ["Onex"]),
        (ROWS.removesuffix("y</td></tr>") + "<!--", ["Onex"]),
    ],
)
def test_of_a_page_that_was_cut_the_rows_count_that_are_closed(cut, read):
    rows, problems = rows_of(document(cut), "tr", lambda row: Row(row.text()))
    assert [row.description for row in rows] == read
    assert all("the page ends inside it" in one for one in problems)


def test_rows_are_looked_for_in_a_part_of_the_page():
    page = document("<ul><li>A</li></ul><ul><li>B</li></ul>")
    rows, _ = rows_of(page, "li", _row, within=page.root.css("ul")[1])
    assert [row.description for row in rows] == ["B"]


def test_a_row_that_holds_another_is_none():
    rows, problems = rows_of(document("<ul><li>A<ul><li>B</li></ul></li><li>C</li></ul>"), "li", _row)
    assert [row.description for row in rows] == ["B", "C"]
    assert problems == ("row 1 holds other rows",)


def test_thousands_of_rows_one_within_the_other_are_looked_through_once():
    rows, problems = rows_of(document("<div>" * 4_000 + "</div>" * 4_000), "div", _row)
    assert (len(rows), len(problems)) == (1, 3_999)


def _row(node):
    return Row(collapse(node.text(deep=False)) or "none")


def test_of_several_readings_of_one_number_the_last_with_rows_counts():
    old, new, nothing = (Reading(number="A", rows=(Row(text),)) for text in ("old", "new", "-"))
    nothing = Reading(Outcome.NO_EVENTS_YET, "A")
    other = Reading(number="B", rows=(Row("x"),))
    assert one_per_number([old, other, new, nothing]) == (new, other)


def test_addresses_and_the_number_in_them():
    depot = Depot()
    assert depot.url("AA1", "es") == "https://depot.test/AA1?l=es_ES"
    assert depot.url("A/1?", "en") == "https://depot.test/A%2F1%3F?l=en"
    assert depot.url_for("AA1", "en", Recipient("28 013")) == "https://depot.test/AA1/28013?l=en"
    assert depot.url_for("AA1", "en", Recipient(None, "ES")) == depot.url("AA1", "en")
    assert depot.batch_url(("AA1", "BB2"), "es") == "https://depot.test/AA1%2CBB2?l=es_ES"
    assert depot.number_in("https://depot.test/?n=aa-1") == "AA1"
    assert depot.number_in("https://api.depot.test/?numbers=AA1") == "AA1"
    assert depot.number_in("https://depot.test/?numbers=AA1,BB2") is None
    assert depot.number_in("https://elsewhere.test/?n=AA1") is None
    assert depot.number_in("https://[broken") is None
