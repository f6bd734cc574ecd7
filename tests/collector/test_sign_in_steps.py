"""The steps of a sign-in form as pure decisions, addresses where one may type, secrets, codes."""

import pickle
import re
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.account.places import is_on_this_machine, refusal, wrong_way
from collector.account.steps import NotSignedIn, Progress, Sight, Step, decide, stuck
from collector.account.terminal import Secret, account_name, tidy_code
from collector.errors import UsageError
from scrapers.shop import Shop, SignInForm
from scrapers.words import Outcome

PARTS = [part.name for part in fields(SignInForm)]
names = st.frozensets(st.sampled_from(PARTS))
sights = st.builds(
    lambda shown, enabled, **more: Sight(shown, shown & enabled, **more),
    names,
    names,
    signed_in=st.booleans(),
    challenge=st.booleans(),
    refused=st.none() | st.just("elsewhere"),
    code_empty=st.booleans(),
)
progresses = st.builds(
    Progress,
    switches=st.integers(0, 3),
    account=st.booleans(),
    next=st.booleans(),
    password=st.booleans(),
    submit=st.booleans(),
    codes=st.integers(0, 4),
    code_sent=st.booleans(),
)


def shown(*parts, **more):
    return Sight(frozenset(parts), frozenset(parts), **more)


@given(sights, progresses, st.booleans())
def test_nothing_is_done_before_a_challenge_or_elsewhere(sight, progress, settled):
    step = decide(sight, progress, settled)
    if sight.signed_in:
        assert step is Step.DONE
    elif sight.challenge or sight.refused:
        assert isinstance(step, NotSignedIn)


@given(sights, progresses, st.booleans())
def test_a_password_is_typed_once_after_the_account_and_sent_once(sight, progress, settled):
    step = decide(sight, progress, settled)
    if step is Step.TYPE_PASSWORD:
        assert progress.account
        assert not progress.password
        assert not progress.submit
    if step is Step.PRESS_SUBMIT:
        assert progress.password
        assert not progress.submit
    if step is Step.ENTER_CODE:
        assert progress.codes < 3


@given(sights, progresses, st.booleans())
def test_only_what_can_be_used_is_used(sight, progress, settled):
    used = {
        Step.TYPE_ACCOUNT: "account",
        Step.TYPE_PASSWORD: "password",
        Step.PRESS_NEXT: "next",
        Step.PRESS_SUBMIT: "submit",
        Step.PRESS_CODE_SUBMIT: "code_submit",
    }
    step = decide(sight, progress, settled)
    if step in used:
        assert used[step] in sight.enabled
    if step is Step.SWITCH_ACCOUNT:
        assert "other_account" in sight.shown


@given(sights, progresses)
def test_a_form_that_is_stuck_is_said_to_be_one_in_one_line(sight, progress):
    said = stuck(sight, progress, 30.0)
    assert said.outcome in (Outcome.CHALLENGE, Outcome.LOGIN_REQUIRED, Outcome.LAYOUT_CHANGED)
    assert "\n" not in said.reason


def test_both_fields_at_once_are_filled_in_that_order():
    both = shown("account", "password", "submit")
    assert decide(both, Progress(), False) is Step.TYPE_ACCOUNT
    assert decide(both, Progress(account=True), False) is Step.TYPE_PASSWORD
    assert decide(both, Progress(account=True, password=True), False) is Step.PRESS_SUBMIT


def test_a_remembered_account_is_left_before_anything_is_typed():
    remembered = shown("password", "submit", "other_account")
    assert decide(remembered, Progress(), False) is Step.SWITCH_ACCOUNT
    assert decide(remembered, Progress(switches=1), False) is Step.WAIT
    assert decide(remembered, Progress(switches=1), True) is Step.SWITCH_ACCOUNT
    assert decide(remembered, Progress(switches=2), True) is Step.WAIT


def test_a_disabled_button_is_waited_for():
    sight = Sight(frozenset({"account", "next"}), frozenset({"account"}))
    assert decide(sight, Progress(account=True), True) is Step.WAIT


def test_a_register_button_says_nothing_before_the_account_was_sent():
    sight = shown("account", "next", "unknown_account")
    assert decide(sight, Progress(), True) is Step.TYPE_ACCOUNT
    assert isinstance(decide(sight, Progress(account=True, next=True), True), NotSignedIn)


def test_a_code_is_asked_for_again_only_where_the_page_had_time_to_go_on():
    sent = Progress(account=True, password=True, submit=True, codes=1)
    assert decide(shown("code", "wrong_password"), sent, False) is Step.WAIT
    assert decide(shown("code", "wrong_password", code_empty=False), sent, True) is Step.ENTER_CODE
    assert decide(shown("code", code_empty=False), sent, True) is Step.WAIT


def test_a_code_is_sent_once_and_never_empty():
    sent = Progress(account=True, password=True, submit=True, codes=1)
    full, empty = shown("code", "code_submit", code_empty=False), shown("code", "code_submit")
    assert decide(full, sent, False) is Step.PRESS_CODE_SUBMIT
    assert decide(full, replace(sent, code_sent=True), True) is Step.WAIT
    assert decide(empty, sent, False) is Step.WAIT


def test_a_code_in_place_of_a_password_is_not_asked_for():
    assert isinstance(decide(shown("code"), Progress(account=True, next=True), True), NotSignedIn)


class Kiosk(Shop):
    """A synthetic shop."""

    name = "kiosk"
    hosts = ("www.kiosk.test", "login.kiosk.test")
    sign_in_hosts = ("login.kiosk.test",)


@pytest.mark.parametrize(
    "url",
    [
        "http://login.kiosk.test/",
        "https://www.kiosk.test/",
        "https://login.kiosk.test.evil.test/",
        "https://login.kiosk.test@evil.test/",
        "https://evil.test/https://login.kiosk.test/",
        "https://login.kiosk.test./",
        "https://xn--lgin-kiosk-9za.test/",
        "about:blank",
        "about:srcdoc",
        "data:text/html,login.kiosk.test",
        "blob:https://login.kiosk.test/1",
        "",
    ],
)
def test_one_types_only_on_the_shops_own_host_over_tls(url):
    said = refusal(url, Kiosk())
    assert "nothing was typed" in said
    assert "?" not in said


def test_the_shops_own_host_over_tls_is_fit_for_typing():
    assert refusal("https://login.kiosk.test/?return=https://evil.test", Kiosk()) is None


def test_the_way_home_is_no_wrong_way():
    assert wrong_way("https://www.kiosk.test/orders", Kiosk(), None) is None
    assert "http://www.kiosk.test" in wrong_way("http://www.kiosk.test/orders", Kiosk(), None)
    assert "evil.test" in wrong_way("https://login.kiosk.test/", Kiosk(), "evil.test")


@pytest.mark.parametrize(
    ("endpoint", "is_here"),
    [
        ("http://127.0.0.1:9222", True),
        ("ws://[::1]:9222/devtools", True),
        ("http://LOCALHOST:9222", True),
        ("http://127.0.0.1.evil.test:9222", False),
        ("http://127.0.0.1@evil.test:9222", False),
        ("http://localhost.evil.test", False),
        ("http://192.168.1.5:9222", False),
        ("http://[::ffff:192.168.1.5]:9222", False),
        ("http://[", False),
        ("9222", False),
    ],
)
def test_an_endpoint_on_this_machine_is_told_from_any_other(endpoint, is_here):
    assert is_on_this_machine(endpoint) is is_here


def test_a_secret_shows_itself_nowhere_and_can_be_dropped():
    secret = Secret("hunter2")
    assert "hunter2" not in f"{secret} {secret!r} {[secret]}"
    assert secret.reveal() == "hunter2"
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    secret.drop()
    with pytest.raises(ValueError, match="dropped"):
        secret.reveal()


@given(st.text())
def test_a_code_is_letters_and_digits_or_none(text):
    code = tidy_code(text)
    assert code is None or re.fullmatch("[0-9A-Za-z]{4,10}", code)


def test_blanks_and_dashes_in_a_code_do_not_matter():
    assert tidy_code(" 482 913\n") == tidy_code("482-913") == "482913"


@pytest.mark.parametrize("text", ["", "  ", "a\x1bb", "x" * 321])
def test_what_is_no_account_is_refused(text):
    with pytest.raises(UsageError):
        account_name(text)
