"""Signing in to the simulated AliExpress: every generation of its form, and all that stands in the way."""

import asyncio
import os
from datetime import UTC, datetime

import pytest

import fixtures
from collector.account import signing_in
from collector.account.asked import SignedIn, SignIn
from collector.account.terminal import Secret
from collector.browser import BrowserOptions
from collector.browser.finding import BrowserMissing, find_browser
from collector.limits import Limits
from fixtures.sites.aliexpress.settings import WALDO, XIMENA, Challenge
from scrapers.aliexpress import AliExpress
from scrapers.words import Outcome

pytestmark = pytest.mark.browser

FORMS = ["label", "cosmos", "drawer", "remembered", "one_step"]
CODE = "482913"
LIMITS = Limits(state_seconds=8, settle_seconds=0.5, call_seconds=15, close_seconds=5, attempts=1)


class Anybody:
    """A person who has these codes, one after the other."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.asked = []

    async def code(self, shop, *, again):
        self.asked.append(again)
        return self.codes.pop(0) if self.codes else None


@pytest.fixture
def portals():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))
    with fixtures.simulated_shop() as running:
        running.shop.settings.busy_s = 0.02
        yield running


@pytest.fixture
def given(portals):
    arguments = tuple(portals.chromium_arguments)
    return SignIn(
        shop=AliExpress(),
        title="AliExpress",
        account="default",
        options=BrowserOptions(arguments=arguments),
        window=BrowserOptions(arguments=arguments),
        clock=lambda: datetime.now(UTC),
        patience_seconds=20,
        look_seconds=0.1,
        limits=LIMITS,
    )


@pytest.fixture
def sign_in(portals, given):
    def sign_in(*codes, buyer=XIMENA, login=None, password=None, person=None, **settings):
        for name, value in settings.items():
            assert hasattr(portals.shop.settings, name)
            setattr(portals.shop.settings, name, value)
        secret = Secret(password or buyer.password)
        work = signing_in.by_credentials(given, login or buyer.email, secret, person or Anybody(*codes))
        return asyncio.run(work)

    return sign_in


def happened(portals):
    """What was done at the door, in its order."""
    return [one.what for one in portals.shop.door.log]


def sent_elsewhere(portals):
    return portals.shop.door.log.of("typed elsewhere", "sent elsewhere")


@pytest.mark.parametrize("form", FORMS)
def test_every_generation_of_the_form_leads_to_a_session_that_opens_the_list(portals, sign_in, form):
    result = sign_in(form=form)
    assert isinstance(result, SignedIn), result
    assert result.session.verified_at is not None
    assert (happened(portals).count("password"), happened(portals)[-1]) == (1, "signed in")
    asked = " ".join(request.target for request in portals.requests)
    assert XIMENA.password not in asked


def test_a_remembered_account_that_is_another_ones_is_left(portals, sign_in):
    result = sign_in(buyer=WALDO, form="remembered", others=(WALDO,))
    assert isinstance(result, SignedIn), result
    assert {one.account for one in portals.shop.door.log.of("account", "password")} == {WALDO.email}


@pytest.mark.parametrize(
    "settings",
    [
        {"signed_out": "ug_page"},
        {"returns": "home"},
        {"banner": True, "overlay_s": 2.0},
        {"busy_s": 1.0},
    ],
)
def test_what_lies_on_the_way_does_not_stop_it(sign_in, settings):
    assert isinstance(sign_in(**settings), SignedIn)


@pytest.mark.parametrize("boxes", ["six", "one"])
def test_a_code_is_asked_for_again_where_the_first_was_wrong(portals, sign_in, boxes):
    person = Anybody("000000", CODE)
    assert isinstance(sign_in(person=person, code=CODE, code_boxes=boxes), SignedIn)
    assert person.asked == [False, True]
    assert portals.shop.door.log.times("password") == 1


def test_three_wrong_codes_are_the_end(portals, sign_in):
    result = sign_in("000000", "000001", "000002", CODE, code=CODE)
    assert (result.outcome, portals.shop.door.log.times("code")) == (Outcome.LOGIN_REQUIRED, 3)


@pytest.mark.parametrize("form", ["label", "one_step"])
def test_a_wrong_password_is_sent_once(portals, sign_in, form):
    result = sign_in(form=form, password="not-it")
    assert (result.outcome, portals.shop.door.log.times("password")) == (Outcome.LOGIN_REQUIRED, 1)
    assert "not-it" not in result.reason


def test_an_unknown_account_and_several_of_one_address_get_no_password(portals, sign_in):
    unknown = sign_in(login="nobody@buyer.invalid")
    several = sign_in(several=True)
    assert [one.outcome for one in (unknown, several)] == [Outcome.LOGIN_REQUIRED] * 2
    assert portals.shop.door.log.times("password") == 0


@pytest.mark.parametrize("form", ["drawer", "remembered"])
def test_a_challenge_within_the_form_is_left_to_the_human(portals, sign_in, form):
    result = sign_in(form=form, challenges=[Challenge("form", "login")])
    assert result.outcome is Outcome.CHALLENGE
    assert portals.shop.door.log.times("password") == 1
    assert portals.shop.door.log.times("slider touched", "reload", "solved") == 0


def test_a_wall_that_says_nothing_is_told_as_an_unknown_form_and_gets_nothing(portals, sign_in):
    result = sign_in(challenges=[Challenge("wall", "login")])
    assert result.outcome is Outcome.LAYOUT_CHANGED
    assert portals.shop.door.log.times("challenge") == 1
    assert portals.shop.door.log.times("account", "password") == 0


@pytest.mark.parametrize("challenge", ["page", "dialog"])
def test_a_challenge_in_place_of_the_form_is_left_to_the_human(portals, sign_in, challenge):
    result = sign_in(challenges=[Challenge(challenge, "login")])
    assert result.outcome is Outcome.CHALLENGE
    assert portals.shop.door.log.times("challenge") == 1
    assert portals.shop.door.log.times("account", "password", "slider touched", "reload") == 0


@pytest.mark.parametrize("at", ["start", "password"])
def test_a_twin_of_the_sign_in_page_hears_nothing(portals, sign_in, at):
    result = sign_in(detour="twin", detour_at=at)
    assert result.outcome is Outcome.UNAVAILABLE
    assert "which is no host of the shop" in result.reason
    assert sent_elsewhere(portals) == []
    assert portals.shop.door.log.times("password") == 0


@pytest.mark.parametrize("challenge", ["page", "dialog", "api"])
def test_a_challenge_over_the_list_keeps_the_session_from_being_taken(portals, sign_in, challenge):
    result = sign_in(challenges=[Challenge(challenge, "list")])
    assert result.outcome is Outcome.CHALLENGE
    assert portals.shop.door.log.times("signed in") == 1


@pytest.mark.parametrize("dead", ["shell", "redirect"])
def test_cookies_of_a_session_that_ended_are_not_taken(portals, given, dead):
    portals.shop.settings.dead_session = dead
    cookies = portals.shop.cookies()
    assert isinstance(asyncio.run(signing_in.by_cookies(given, cookies, "file")), SignedIn)
    portals.shop.door.end_sessions()
    result = asyncio.run(signing_in.by_cookies(given, cookies, "file"))
    assert result.outcome is Outcome.LOGIN_REQUIRED
