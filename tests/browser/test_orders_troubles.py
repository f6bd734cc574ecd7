"""What stands between a run and an account: a dead session, a check for people, orders that are not there.

Each is met once in a run, named, and left to a person; what was read before is kept, and the others go on.
"""

import os
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import sync_playwright

from collector.browser.finding import find_browser
from collector.errors import ExitStatus
from collector.read.offsets import iso_utc
from fixtures.shop import many_orders
from fixtures.shop import truth as true_orders
from fixtures.sites.aliexpress.settings import WALDO, Challenge
from tests.browser.ordering import NOW, Buyer, buyer, finished_orders, needs_browser
from tests.browser.ordering_truth import assert_complete, assert_single, expected_orders, found_orders

pytestmark = [pytest.mark.browser, needs_browser]

HOUR = timedelta(hours=1)
#: A number that was followed before, and the carrier's that Cainiao names for it.
FOLLOWED, NAMED = "LP00741203344556", "UX481203112ES"
#: A number of another country's carrier.
AMERICAN = "9290361234700188001127"
FORMS = ("page", "dialog", "api", "wall")


@pytest.fixture
def made(tmp_path):
    """An account with seven orders on three pages, while other portals show parcels of their own."""
    with buyer(tmp_path, many_orders(7)) as ready:
        ready.steer(page_size=3)
        yield ready


def outcomes(made: Buyer):
    """How often the shop's pages were answered otherwise than with what was asked."""
    return [
        (v["page"], v["outcome"], v["attempts"])
        for v in made.visits("outcome not in ('ok', 'no_events_yet')")
    ]


def others_were_asked(made):
    rows = made.rows("select distinct portal from visits where portal <> 'aliexpress' and outcome = 'ok'")
    return {row["portal"] for row in rows} == {"cainiao", "correos", "usps"}


# --- sessions ---------------------------------------------------------------------------------------------


def no_cookies(made):
    made.bring([])


def half(made):
    made.sign_in(half=True)


def ended(made):
    made.sign_in()
    made.shop.door.end_sessions()


@pytest.mark.fault(
    "The session has ended before the run",
    "`login_required` at the first page, no empty list; parcels are read all the same",
    layer="session",
    exit_status="3",
)
@pytest.mark.parametrize("dead", ["shell", "redirect"])
@pytest.mark.parametrize("session", [no_cookies, half, ended])
def test_a_session_that_is_none_is_found_out_at_once_and_costs_the_others_nothing(made, session, dead):
    made.steer(dead_session=dead)
    session(made)
    made.follow(FOLLOWED, AMERICAN)
    summary = made.collect(everything=True)
    assert summary.exit_status is ExitStatus.HUMAN_NEEDED
    assert outcomes(made) == [("list", "login_required", 1)]
    assert made.asked() == {"list": 1}
    assert made.rows("select * from orders where account is not null") == []
    assert made.shop.door.log.times("account", "password") == 0
    assert made.session().verified_at is None
    assert others_were_asked(made)


def test_without_a_session_the_shop_is_not_asked(made):
    made.follow(FOLLOWED, AMERICAN)
    assert made.collect(everything=True).exit_status is ExitStatus.DONE
    assert made.asked_shop() == []
    assert others_were_asked(made)


def test_an_empty_account_is_read_and_is_none_that_is_signed_out(tmp_path):
    with buyer(tmp_path, (), journeys={}) as made:
        made.sign_in()
        assert made.collect().exit_status is ExitStatus.DONE
        (visit,) = made.visits()
        assert (visit["outcome"], visit["complete"], visit["rows_read"]) == ("ok", 1, 0)
        assert made.session().verified_at is not None


@pytest.mark.fault(
    "The session dies between two pages of the list of orders",
    "The orders read so far stay; the rest is taken up after a login",
    layer="session",
    exit_status="3",
)
@pytest.mark.parametrize("dead", ["shell", "redirect"])
@pytest.mark.parametrize(("good_for", "orders"), [(1, 3), (2, 6)])
def test_a_session_that_dies_in_the_list_keeps_what_was_read(made, dead, good_for, orders):
    made.steer(dead_session=dead, session_dies_after=good_for)
    made.sign_in()
    summary = made.collect()
    assert summary.exit_status is ExitStatus.HUMAN_NEEDED
    assert outcomes(made) == [("list", "login_required", 1)]
    assert made.asked() == {"list": 1, "more": good_for}
    assert found_orders(made) == expected_orders(made.shop.orders_as_of(NOW)[:orders])
    assert made.state()["listed_to_end_at"] is None
    made.steer(session_dies_after=None)
    made.sign_in()
    assert made.collect(NOW + HOUR).exit_status is ExitStatus.DONE
    assert_complete(made, made.shop.orders_as_of(NOW))


@pytest.mark.fault(
    "The session dies between two orders",
    "What was read stays; no further page is asked for",
    layer="session",
    exit_status="3",
)
@pytest.mark.parametrize("dead", ["shell", "redirect"])
def test_a_session_that_dies_among_the_orders_keeps_what_was_read(made, dead):
    made.steer(dead_session=dead)
    made.sign_in()

    def die(visited):
        if visited.page == "tracking" and len(made.told) == 5:
            made.shop.door.end_sessions()

    summary = made.collect(after_visit=die)
    assert summary.exit_status is ExitStatus.HUMAN_NEEDED
    assert outcomes(made) == [("tracking", "login_required", 1)]
    assert made.asked() == {"list": 1, "more": 2, "tracking": 3}
    assert found_orders(made) == expected_orders(made.shop.orders_as_of(NOW))
    assert len(made.rows("select * from parcels")) > 0
    made.sign_in()
    assert made.collect(NOW + 2 * HOUR).exit_status is ExitStatus.DONE
    assert_complete(made, made.shop.orders_as_of(NOW))


# --- checks for people ------------------------------------------------------------------------------------


@pytest.mark.fault(
    "The shop puts up a check for people, in each of its forms, on each of its pages",
    "It is met once; the account is left alone for a day",
    layer="session",
    exit_status="3",
)
@pytest.mark.parametrize("on", ["list", "tracking", "detail"])
@pytest.mark.parametrize("form", FORMS)
def test_a_challenge_is_met_once_and_the_account_left_alone(made, form, on):
    made.steer(challenges=[Challenge(form, on)])
    made.sign_in()
    made.follow(FOLLOWED, AMERICAN)
    before = made.session_file().read_bytes()
    summary = made.collect(everything=True)
    assert summary.exit_status is ExitStatus.HUMAN_NEEDED
    assert outcomes(made) == [(on, "challenge", 1)]
    assert made.met() == ([form], 0)
    assert made.asked()[on] == 1
    (visit,) = made.visits("outcome = 'challenge'")
    assert made.state()["not_before_at"] == iso_utc(datetime.fromisoformat(visit["seen_at"]) + 24 * HOUR)
    assert made.session_file().read_bytes() == before
    assert others_were_asked(made)
    known = made.shop.orders_as_of(NOW) if on != "list" else ()
    assert found_orders(made) == expected_orders(known)


def test_a_challenge_in_the_middle_of_the_list_keeps_what_was_read(made):
    made.steer(challenges=[Challenge("api", "list", after=1)])
    made.sign_in()
    assert made.collect().exit_status is ExitStatus.HUMAN_NEEDED
    assert (outcomes(made), made.met()) == ([("list", "challenge", 1)], (["api"], 0))
    assert found_orders(made) == expected_orders(made.shop.orders_as_of(NOW)[:3])
    assert made.state()["listed_to_end_at"] is None
    assert made.asked() == {"list": 1, "more": 1}


def test_the_account_is_not_asked_until_its_rest_is_over_while_the_others_are(made):
    made.steer(challenges=[Challenge("page", "list")])
    made.sign_in()
    made.collect(everything=True)
    made.follow(FOLLOWED, AMERICAN)
    mark = made.mark
    summary = made.collect(NOW + 2 * HOUR, everything=True)
    assert made.asked_shop(mark) == []
    assert [
        line for line in summary.deferred if "aliexpress account default" in line and "left alone" in line
    ]
    assert summary.exit_status is ExitStatus.DONE
    assert others_were_asked(made)
    made.collect(NOW + 23 * HOUR)
    assert made.asked_shop(mark) == []
    made.collect(NOW + 25 * HOUR)  # nobody has solved it: it is met once more, and the rest begins anew
    assert made.met() == (["page", "page"], 0)
    mark = made.mark
    made.collect(NOW + 40 * HOUR)
    assert made.asked_shop(mark) == []


@pytest.mark.parametrize("form", ["page", "dialog", "api"])
def test_after_a_person_passed_the_check_the_account_is_read(made, form):
    made.steer(challenges=[Challenge(form, "list")])
    made.sign_in()
    made.collect()
    made.bring(passed(made))
    summary = made.collect(NOW + 25 * HOUR)
    assert summary.exit_status is ExitStatus.DONE
    assert made.met()[0] == [form, form]  # ours, and the person's
    assert_complete(made, made.shop.orders_as_of(NOW + 25 * HOUR))
    assert made.state()["not_before_at"] is None


def passed(made):
    """The cookies of a browser in which a person opened the list and passed the check."""
    with sync_playwright() as playwright:
        arguments = [*made.sites.chromium_arguments, "--no-sandbox"]
        browser = playwright.chromium.launch(
            executable_path=find_browser(None, os.environ).path, args=arguments
        )
        context = browser.new_context()
        context.add_cookies([dict(cookie) for cookie in made.session().cookies])
        page = context.new_page()
        made.shop.door.human_solves()
        page.goto("https://www.aliexpress.com/p/order/index.html")
        page.wait_for_selector(".order-item")
        cookies = context.cookies()
        browser.close()
    return cookies


# --- several accounts -------------------------------------------------------------------------------------


def test_of_two_accounts_the_one_that_is_challenged_keeps_the_other_from_nothing(tmp_path):
    mine, hers = finished_orders(3), many_orders(4, seed=9)
    with buyer(tmp_path, mine, journeys={}, others=hers) as made:
        made.sign_in("home")
        made.sign_in("work", who=WALDO)
        made.steer(challenges=[Challenge("page", "list", times=1)])
        summary = made.collect()
        assert summary.exit_status is ExitStatus.HUMAN_NEEDED
        (challenged,) = made.visits("outcome = 'challenge'")
        assert made.met() == (["page"], 0)
        other = {"home": "work", "work": "home"}[challenged["account"]]
        truths = {"home": made.shop.orders_as_of(NOW), "work": true_orders(hers, NOW)}
        assert found_orders(made, challenged["account"]) == {}
        assert found_orders(made, other) == expected_orders(truths[other])
        assert made.state(challenged["account"])["not_before_at"] is not None
        assert made.state(other)["not_before_at"] is None
        assert [made.session(name).verified_at is None for name in (challenged["account"], other)] == [
            True,
            False,
        ]
        # The next run reads both: of the one the rest is over, of the other little is left to ask.
        made.collect(NOW + 25 * HOUR)
        assert found_orders(made, "home") == expected_orders(truths["home"])
        assert found_orders(made, "work") == expected_orders(true_orders(hers, NOW + 25 * HOUR))
        assert_single(made)


@pytest.mark.fault(
    "Of two accounts one is signed out",
    "The other is read",
    layer="session",
    exit_status="3",
)
def test_of_two_accounts_the_one_whose_session_ended_keeps_the_other_from_nothing(tmp_path):
    mine, hers = finished_orders(2), finished_orders(4)[2:]
    with buyer(tmp_path, mine, journeys={}, others=hers) as made:
        made.sign_in("home")
        made.shop.door.end_sessions()
        made.sign_in("work", who=WALDO)
        assert made.collect().exit_status is ExitStatus.HUMAN_NEEDED
        assert [(v["account"], v["outcome"]) for v in made.visits("page = 'list'")] in (
            [("home", "login_required"), ("work", "ok")],
            [("work", "ok"), ("home", "login_required")],
        )
        assert found_orders(made, "work") == expected_orders(true_orders(hers, NOW))
        assert found_orders(made, "home") == {}


# --- orders that are not there ----------------------------------------------------------------------------


def test_an_order_that_is_named_and_has_no_data_leaves_the_list_unfinished(made):
    truth = made.shop.orders_as_of(NOW)
    lost = truth[4].id
    made.steer(lose_component=frozenset({lost}))
    made.sign_in()
    assert made.collect().exit_status is ExitStatus.DONE
    (visit,) = made.visits("page = 'list' and complete = 0")
    assert (visit["outcome"], visit["rows_read"]) == ("ok", 2)
    assert visit["error"] is not None
    assert "is named and has no data" in visit["error"]
    assert made.state()["listed_to_end_at"] is None
    assert found_orders(made) == expected_orders(order for order in truth if order.id != lost)
    made.steer(lose_component=frozenset())
    assert made.collect(NOW + HOUR).new["orders"] == 1
    assert made.state()["listed_to_end_at"] is not None
    assert_complete(made, truth)


def test_an_order_whose_card_is_gone_costs_no_other(made):
    truth = made.shop.orders_as_of(NOW)
    lost = truth[4].id
    made.steer(lose_card=frozenset({lost}), tab_counts=True)
    made.sign_in()
    assert made.collect().exit_status is ExitStatus.DONE
    assert found_orders(made) == expected_orders(order for order in truth if order.id != lost)
    made.steer(lose_card=frozenset())
    assert made.collect(NOW + HOUR, full=True).new["orders"] == 1
    assert_complete(made, truth)


def test_a_list_with_fewer_orders_than_its_tabs_count_is_unfinished(made):
    lost = made.shop.orders_as_of(NOW)[4].id
    made.steer(lose_card=frozenset({lost}), tab_counts=True)
    made.sign_in()
    made.collect()
    assert made.visits("page = 'list' and complete = 0 and error is not null") != []
    assert made.state()["listed_to_end_at"] is None
