"""Which reading answers, and what is said when none does. Portals and pages here are synthetic."""

from dataclasses import replace

import pytest

from collector.answer import read_pages, same_number
from scrapers.contract import LayoutChanged, Page, Portal, Reading, Row
from scrapers.words import Outcome, Role

PAGES = (Page(Role.DOM, "https://x.test/", "text/html", b"<p>"),)
ROW = Row("Accepted")


class Canned(Portal):
    """Gives the readings it was made with; remembers nothing else."""

    name = "canned"

    def __init__(self, *readings, error=None):
        self.readings, self.error = readings, error
        self.seen_roles = None

    def parse(self, pages):
        self.seen_roles = [page.role for page in pages]
        if self.error:
            raise self.error
        return self.readings


def test_the_reading_for_the_number_asked_comes_first_and_the_others_are_kept():
    other, wanted = Reading(number="AA1", rows=(ROW,)), Reading(number="BB2", rows=(ROW,), rows_claimed=1)
    answer = read_pages(Canned(other, wanted), "BB2", PAGES)
    assert answer.outcome is Outcome.OK
    assert answer.readings == (wanted, other)
    assert answer.complete
    assert answer.error is None


@pytest.mark.parametrize(
    ("shown", "asked"),
    [
        ("rr 123-456-785 es", "RR123456785ES"),
        ("420900019400100000000000000006", "9400100000000000000006"),
        ("n° é", "N° É"),
    ],
)
def test_spelling_and_a_routing_prefix_do_not_make_another_number(shown, asked):
    assert read_pages(Canned(Reading(number=shown)), asked, PAGES).outcome is Outcome.OK
    assert not same_number(shown, asked + "1")


def test_a_reading_without_a_number_is_about_the_number_asked_for():
    reading = Reading(outcome=Outcome.NOT_FOUND)
    assert read_pages(Canned(reading), "BB2", PAGES).outcome is Outcome.NOT_FOUND


def test_a_page_about_another_number_answers_nothing_and_names_both():
    answer = read_pages(Canned(Reading(number="AA1", rows=(ROW,))), "BB2", PAGES)
    assert answer.outcome is Outcome.LAYOUT_CHANGED
    assert answer.readings == ()
    assert not answer.complete
    assert answer.error == "canned: page speaks of AA1, not BB2"


def test_without_a_number_all_readings_are_given_and_the_first_is_the_answer():
    one, two = Reading(number="AA1", outcome=Outcome.NO_EVENTS_YET), Reading(number="BB2")
    answer = read_pages(Canned(one, two), None, PAGES)
    assert (answer.outcome, answer.readings) == (Outcome.NO_EVENTS_YET, (one, two))


def test_a_layout_the_parser_does_not_know_names_what_was_missing():
    answer = read_pages(Canned(error=LayoutChanged("canned", "ul.rows")), "BB2", PAGES)
    assert answer.outcome is Outcome.LAYOUT_CHANGED
    assert "ul.rows" in answer.error


def test_a_parser_that_breaks_costs_no_page_and_is_reported(caplog):
    answer = read_pages(Canned(error=KeyError("rows")), "BB2", PAGES)
    assert answer.outcome is Outcome.LAYOUT_CHANGED
    assert "KeyError" in answer.error
    assert "report" in caplog.text


def test_no_reading_at_all_is_no_answer():
    assert read_pages(Canned(), "BB2", PAGES).outcome is Outcome.LAYOUT_CHANGED


@pytest.mark.parametrize(
    "change", [{"complete": False}, {"rows_bad": 1, "problems": ("row 2: no text",)}, {"rows_claimed": 2}]
)
def test_a_bad_or_missing_row_makes_the_answer_incomplete_and_costs_no_other(change):
    answer = read_pages(Canned(replace(Reading(number="BB2", rows=(ROW,)), **change)), "BB2", PAGES)
    assert answer.outcome is Outcome.OK
    assert not answer.complete
    assert answer.readings[0].rows == (ROW,)
    assert answer.error == ("; ".join(change.get("problems", ())) or None)


def test_pictures_are_not_given_to_the_parser():
    portal = Canned(Reading())
    read_pages(portal, "BB2", (*PAGES, Page(Role.SCREENSHOT, "", "image/png", b"")))
    assert portal.seen_roles == [Role.DOM]


class Dated(Portal):
    """A synthetic portal whose pages always date some row."""

    name = "dated"
    dates_rows = True

    def __init__(self, *times):
        self.times = times

    def parse(self, pages):
        return (Reading(rows=tuple(Row("Arrived", time) for time in self.times)),)


@pytest.mark.parametrize("times", [(None, None), ("11:48:03", None), ("9:14 am",)])
def test_a_list_in_which_no_row_has_a_date_is_a_changed_layout(times):
    answer = read_pages(Dated(*times), "AA1", [])
    assert answer.outcome is Outcome.LAYOUT_CHANGED
    assert answer.error == "dated: no row has a date"


def test_rows_without_a_date_beside_one_with_a_date_are_kept():
    answer = read_pages(Dated("08/09/2025 11:48:03", None), "AA1", [])
    assert (answer.outcome, len(answer.readings[0].rows)) == (Outcome.OK, 2)


def test_twenty_digits_without_their_check_digit_are_the_same_number():
    assert same_number("0015900773312345678", "00159007733123456789")
    assert same_number("00159007733123456789", "0015900773312345678")
    assert not same_number("0015900773312345678", "00159007733123456780")
