"""Signing in to a synthetic shop with a real Chromium: every step of its forms, and all that ends them."""

import asyncio
import json
import logging
import os
import socket
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import playwright.async_api as pw
import pytest

from collector.account import signing_in
from collector.account.asked import SignedIn, SignIn
from collector.account.form import fill_in
from collector.account.steps import NotSignedIn
from collector.account.terminal import Secret
from collector.browser import BrowserOptions
from collector.browser.finding import BrowserMissing, find_browser, runs_as_root
from collector.limits import Limits
from fixtures.authority import issue
from fixtures.chromium import chromium_arguments
from fixtures.messages import Answer, data, page, redirect
from fixtures.server import Server
from scrapers.contract import Evidence, LayoutChanged, Politeness, Reading, State
from scrapers.orders import Order
from scrapers.shop import Shop, SignInForm
from scrapers.words import Outcome

pytestmark = pytest.mark.browser

LOGIN, HOME, PLAIN = "login.bazaar.test", "www.bazaar.test", "plain.bazaar.test"
LOOK_ALIKE = "login.bazaar-account.test"
ACCOUNT, PASSWORD, CODE = "ana@mail.test", "Tr0ub4dor&3-secret", "482913"
LIMITS = Limits(
    navigation_seconds=10,
    state_seconds=6,
    settle_seconds=0.8,
    call_seconds=10,
    close_seconds=5,
    consent_seconds=1,
    attempts=1,
)


class Bazaar(Shop):
    """A synthetic shop."""

    name = "bazaar"
    hosts = (HOME, LOGIN)
    states = {  # noqa: RUF012
        "orders": State(Outcome.OK, ("ul.orders",)),
        "signed out": State(Outcome.LOGIN_REQUIRED, ("#sign-in",)),
        "challenge": State(Outcome.CHALLENGE, ("#slider",)),
    }
    consent = ("button.refuse",)
    politeness = Politeness(1, 100, "synthetic")
    evidence = Evidence("documented", "2026")
    example = "1"
    sign_in_url = f"https://{LOGIN}/sign-in"
    sign_in_hosts = (LOGIN,)
    sign_in_form = SignInForm(
        account=("input[label='E-mail']", "input[name=account]"),
        password=("input#password",),
        next=("button:has-text('Continue')",),
        submit=("button:has-text('Sign in')",),
        other_account=("button:has-text('Switch account')",),
        code=("input.digit", "input#code"),
        code_submit=("button:has-text('Verify')",),
        several=(".several",),
        unknown_account=("button:has-text('Register')",),
        wrong_password=(".error",),
        challenge=("#check",),
    )
    cookie_domains = ("bazaar.test",)
    session_cookies = ("sid",)

    def list_url(self, language):
        return f"https://{HOME}/orders"

    def number_in(self, url):
        return None

    def looks_signed_in(self, cookies):
        return cookies.get("sid", "").startswith("in-")

    def scrub(self, pages):
        return tuple(pages)

    def parse(self, pages):
        if any("/punish" in one.url for one in pages):
            return (Reading(Outcome.CHALLENGE),)
        text = "".join(one.text for one in pages)
        if 'class="orders"' in text:
            return (Reading(orders=(Order("1001"),), has_more=False),)
        if 'id="sign-in"' in text:
            return (Reading(Outcome.LOGIN_REQUIRED),)
        if 'id="slider"' in text or "Unusual traffic" in text:
            return (Reading(Outcome.CHALLENGE),)
        raise LayoutChanged(self.name, "ul.orders")


class PlainToo(Bazaar):
    """The same with one more host of its own, which is reached without TLS."""

    hosts = (HOME, LOGIN, PLAIN)
    sign_in_hosts = (LOGIN, PLAIN)


SHELL = """<!doctype html><title>Sign in</title>
<style>input, button { height: 24px } #check:empty { height: 40px; background: #eee }</style>
<div id=sign-in></div><script>
const root = document.getElementById('sign-in');
const asked = (path, what) => fetch(path, {method: 'POST', body: JSON.stringify(what)}).then(r => r.json());
const show = html => { root.innerHTML = html };
const one = selector => document.querySelector(selector);
let account = '';
const stepOne = () => {
  show(`<input label="E-mail"><ul id=mails hidden>suggestions</ul>
    <button id=next disabled>Continue</button>`);
  const field = one('input');
  field.oninput = () => { one('#mails').hidden = false };
  field.onblur = () => { one('#mails').hidden = true; one('#next').disabled = !field.value };
  one('#next').onclick = () => { account = field.value; asked('/account', {account}).then(go) };
};
const passwordBox = `<input id=password type=password maxlength=40><div id=check></div>
  <button id=submit disabled>Sign in</button><p class=error hidden></p>`;
const stepTwo = () => {
  const field = one('#password');
  field.oninput = () => { one('#submit').disabled = !field.value };
  one('#submit').onclick = () => {
    account = one('[name=account]')?.value || account;
    asked('/password', {account, password: field.value}).then(go);
  };
};
const stepCode = boxes => {
  show((boxes > 1 ? '<input class=digit maxlength=1>'.repeat(boxes) : '<input id=code>') +
    '<button id=verify>Verify</button><p class=error hidden></p>');
  one('#verify').onclick = () => {
    const code = [...document.querySelectorAll('input')].map(i => i.value).join('');
    asked('/code', {code}).then(go);
  };
};
const go = told => {
  if (told.to) location.href = told.to;
  if (told.show === 'password') { show(passwordBox); stepTwo() }
  if (told.show === 'code') stepCode(told.boxes);
  if (told.html) show(told.html);
  if (told.check) one('#check').innerHTML = told.check;
  if (told.error) {
    const error = one('.error'); error.hidden = false; error.textContent = told.error;
    for (const box of document.querySelectorAll('input')) box.value = '';
  }
};
START
</script>"""
TWO_STEPS = SHELL.replace("START", "stepOne()")
REMEMBERED = SHELL.replace(
    "START",
    "show('<p>b***@mail.test</p>' + passwordBox + '<button id=switch>Switch account</button>'); stepTwo();"
    "one('#switch').onclick = () => setTimeout(stepOne, 150);",
)
ONE_STEP = SHELL.replace("START", "show('<input name=account>' + passwordBox); stepTwo();")
ORDERS = '<!doctype html><ul class="orders"><li>1001</ul>'
SPY = """<!doctype html><input label="E-mail" autofocus><input id=password type=password>
<button>Continue</button><button>Sign in</button><script>
for (const field of document.querySelectorAll('input'))
  field.oninput = () => fetch('/spied?typed=' + encodeURIComponent(field.value));
</script>"""


class Site:
    """The shop's servers: what the form is, what it answers, who is signed in."""

    def __init__(self):
        self.reset()

    def reset(self):
        self.form = TWO_STEPS
        self.after_account = {"show": "password"}
        self.after_password = {"to": "/done"}
        self.codes = {CODE: {"to": "/done"}}
        self.orders = page(ORDERS)
        self.pages = {}
        self.session = "in-1"
        self.passwords = 0

    def answer(self, request):
        known = self.pages.get((request.host, request.path))
        if known is not None:
            return known
        if request.host == HOME:
            is_in = request.cookies.get("sid") == self.session
            return self.orders if is_in else redirect(Bazaar.sign_in_url)
        if request.host != LOGIN:
            return page(SPY)
        said = json.loads(request.body) if request.method == "POST" else {}
        match request.path:
            case "/sign-in":
                return page(self.form, headers=(("Set-Cookie", "sid=out; Domain=bazaar.test; Secure"),))
            case "/account":
                return data(self.after_account)
            case "/password":
                self.passwords += 1
                right = (said["account"], said["password"]) == (ACCOUNT, PASSWORD)
                return data(self.after_password if right else {"error": "wrong"})
            case "/code":
                return data(self.codes.get(said["code"], {"error": "wrong code"}))
            case "/done":
                end = datetime.now(UTC) + timedelta(days=90)
                cookie = f"sid={self.session}; Domain=bazaar.test; Path=/; Secure; HttpOnly; Expires="
                headers = (("Set-Cookie", cookie + f"{end:%a, %d %b %Y %H:%M:%S} GMT"),)
                return replace(
                    redirect(f"https://{HOME}/orders"),
                    headers=(*redirect(f"https://{HOME}/orders").headers, *headers),
                )
        return page("none", 404)


class TalkativeServer(Server):
    """A server that answers without TLS as it does with it."""

    async def _serve_plain(self, reader, writer):
        await self._serve(reader, writer, secure=True)


@pytest.fixture(scope="module")
def module_site():
    return Site()


@pytest.fixture(scope="module")
def server(module_site, tmp_path_factory):
    certificate = issue((LOGIN, HOME, PLAIN, LOOK_ALIKE), tmp_path_factory.mktemp("authority"))
    with TalkativeServer(module_site.answer, certificate) as running:
        yield running


@pytest.fixture
def site(module_site, server):
    module_site.reset()
    server.requests.clear()
    return module_site


@pytest.fixture(scope="module", autouse=True)
def _browser():
    try:
        find_browser(None, os.environ)
    except BrowserMissing as missing:
        pytest.skip(str(missing))


class Anybody:
    """A person who has these codes, one after the other."""

    def __init__(self, *codes):
        self.codes = list(codes)
        self.asked = []

    async def code(self, shop, *, again):
        self.asked.append(again)
        return self.codes.pop(0) if self.codes else None


@pytest.fixture
def asked(server):
    options = BrowserOptions(arguments=tuple(chromium_arguments(server)))
    return SignIn(
        shop=Bazaar(),
        title="Bazaar",
        account="default",
        options=options,
        window=options,
        clock=lambda: datetime.now(UTC),
        patience_seconds=60,  # a busy machine may take long to open a window
        look_seconds=0.05,
        limits=LIMITS,
    )


@pytest.fixture
def sign_in(asked):
    def sign_in(*codes, person=None, password=PASSWORD, account=ACCOUNT, shop=None):
        secret = Secret(password)
        given = asked if shop is None else replace(asked, shop=shop)
        result = asyncio.run(signing_in.by_credentials(given, account, secret, person or Anybody(*codes)))
        with pytest.raises(ValueError, match="dropped"):
            secret.reveal()
        return result

    return sign_in


def is_signed_in(result):
    assert isinstance(result, SignedIn), result
    return {c["name"]: c["value"] for c in result.session.cookies}["sid"] == "in-1"


def sent(server, text, beyond=LOGIN):
    """Hosts other than `beyond` that a request with `text` in it went to."""
    return {
        one.host
        for one in server.requests
        if one.host != beyond and text.encode() in (one.target + repr(one.headers)).encode() + one.body
    }


# --- the forms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", [TWO_STEPS, REMEMBERED, ONE_STEP])
def test_every_form_is_filled_in_to_its_end(site, sign_in, server, form):
    site.form = form
    result = sign_in()
    assert is_signed_in(result)
    assert result.session.source == "credentials"
    assert result.session.verified_at is not None
    assert site.passwords == 1
    assert sent(server, PASSWORD) == sent(server, ACCOUNT) == set()


def test_only_the_shops_cookies_make_up_the_session(site, sign_in):
    result = sign_in()
    assert {c["domain"] for c in result.session.cookies} == {".bazaar.test"}
    assert "in-1" not in repr(result)


def test_a_banner_is_refused_and_an_overlay_does_not_stop_the_form(site, sign_in):
    over = "position:fixed;inset:0;z-index:9;background:#fffc"
    site.form = TWO_STEPS + (
        f'<div id=banner style="{over}"><button class=refuse onclick="banner.remove()">No</button></div>'
        f'<div style="{over};z-index:8">loading</div>'
    )
    assert is_signed_in(sign_in())


def test_a_password_that_the_form_does_not_take_is_not_sent(site, sign_in):
    result = sign_in(password="x" * 41)
    assert (result.outcome, site.passwords) == (Outcome.LOGIN_REQUIRED, 0)


# --- codes ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("boxes", [1, 6])
def test_a_code_is_asked_for_and_typed_into_one_box_or_one_per_digit(site, sign_in, boxes):
    site.after_password = {"show": "code", "boxes": boxes}
    assert is_signed_in(sign_in(CODE))


def test_a_wrong_code_is_asked_again_at_most_twice(site, sign_in, server):
    site.after_password = {"show": "code", "boxes": 6}
    person = Anybody("000000", "000001", "000002", CODE)
    result = sign_in(person=person)
    assert (result.outcome, person.asked) == (Outcome.LOGIN_REQUIRED, [False, True, True])
    assert sum(r.path == "/code" for r in server.requests) == 3
    site.reset()
    site.after_password = {"show": "code", "boxes": 6}
    assert is_signed_in(sign_in("000000", CODE))


def test_no_code_given_ends_it(site, sign_in):
    site.after_password = {"show": "code", "boxes": 1}
    assert "none was given" in sign_in().reason


# --- refusals ------------------------------------------------------------------------------------------


def test_a_wrong_password_is_tried_once(site, sign_in):
    result = sign_in(password="guess")
    assert (result.outcome, site.passwords) == (Outcome.LOGIN_REQUIRED, 1)
    assert "no second attempt" in result.reason
    assert "guess" not in result.reason


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        ("<button>Register</button>", "knows no account"),
        ("<p class=several>Which?</p><button>Continue</button>", "several accounts"),
    ],
)
def test_an_unknown_account_and_several_of_one_name_end_it(site, sign_in, shown, said):
    site.after_account = {"html": shown}
    result = sign_in()
    assert (result.outcome, site.passwords) == (Outcome.LOGIN_REQUIRED, 0)
    assert said in result.reason


def test_a_form_nobody_knows_is_said_to_be_one(site, sign_in):
    site.form = "<!doctype html><h1>All new!</h1>"
    result = sign_in()
    assert result.outcome is Outcome.LAYOUT_CHANGED
    assert "no form that is known" in result.reason


# --- challenges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "challenge",
    [
        {"check": "<span>slide</span>"},
        {"html": "<div id=slider>slide</div>"},
        {"to": f"https://{LOGIN}/punish?x=1"},
    ],
)
@pytest.mark.parametrize("after", ["after_account", "after_password"])
def test_a_challenge_ends_it_at_once(site, sign_in, challenge, after):
    if "check" in challenge and after == "after_account":
        challenge = {"show": "password", **challenge}
    site.pages[LOGIN, "/punish"] = page("<!doctype html><h1>Unusual traffic")
    setattr(site, after, challenge)
    result = sign_in()
    assert (result.outcome, site.passwords) == (Outcome.CHALLENGE, after == "after_password")
    assert "--from-browser" in result.reason


def test_a_challenge_that_only_its_words_tell_is_one(site, sign_in):
    site.form = "<!doctype html><h1>Unusual traffic"
    assert sign_in().outcome is Outcome.CHALLENGE


# --- where nothing is typed ----------------------------------------------------------------------------


def test_a_look_alike_between_account_and_password_is_never_reached(site, sign_in, server):
    site.after_account = {"to": f"https://{LOOK_ALIKE}/sign-in?for=ana"}
    result = sign_in()
    assert result.outcome is Outcome.UNAVAILABLE
    assert f"led to {LOOK_ALIKE}, which is no host of the shop" in result.reason
    assert LOOK_ALIKE not in {r.host for r in server.requests}


def test_a_page_of_the_shop_without_tls_gets_nothing(site, sign_in, server):
    site.after_account = {"to": f"http://{PLAIN}/sign-in"}
    site.pages[PLAIN, "/sign-in"] = page(SPY)
    result = sign_in(shop=PlainToo())
    assert result.outcome is Outcome.UNAVAILABLE
    assert f"http://{PLAIN}, which is not protected by TLS" in result.reason
    assert PLAIN in {r.host for r in server.requests}
    assert sent(server, PASSWORD) == set()
    assert "/spied" not in {r.path for r in server.requests}


@pytest.fixture
def fill_in_unguarded(server):
    """Fills in the form in a page that may go anywhere: then only the form's own care is left."""

    def run(shop, password=PASSWORD):
        async def work():
            async with pw.async_playwright() as playwright:
                browser = await playwright.chromium.launch(
                    executable_path=find_browser(None, os.environ).path,
                    chromium_sandbox=not runs_as_root(),
                    args=chromium_arguments(server),
                )
                opened = await browser.new_page()
                await opened.goto(shop.sign_in_url)

                async def no_code(again):
                    return None

                result = await fill_in(opened, shop, ACCOUNT, Secret(password), no_code, LIMITS)
                await browser.close()
                return result

        return asyncio.run(work())

    return run


def test_a_look_alike_that_is_reached_gets_nothing(site, fill_in_unguarded, server):
    site.after_account = {"to": f"https://{LOOK_ALIKE}/sign-in"}
    result = fill_in_unguarded(Bazaar())
    assert (result.outcome, LOOK_ALIKE in result.reason) == (Outcome.UNAVAILABLE, True)
    assert LOOK_ALIKE in {r.host for r in server.requests}
    assert "/spied" not in {r.path for r in server.requests}
    assert sent(server, PASSWORD) == set()


def test_a_page_that_leaves_under_the_typing_takes_nothing_along(site, fill_in_unguarded, server):
    leave = f"location.replace('https://{LOOK_ALIKE}/sign-in')"
    site.form = TWO_STEPS.replace(
        "const stepTwo = () => {", f"const stepTwo = () => {{ one('#password').onfocus = () => {leave};"
    )
    result = fill_in_unguarded(Bazaar())
    assert isinstance(result, NotSignedIn)
    assert LOOK_ALIKE in {r.host for r in server.requests}
    assert "/spied" not in {r.path for r in server.requests}
    assert sent(server, PASSWORD) == set()


def test_a_field_in_a_foreign_frame_gets_nothing(site, fill_in_unguarded, server):
    site.after_account = {"html": f"<iframe src='https://{LOOK_ALIKE}/frame' width=400 height=300></iframe>"}
    result = fill_in_unguarded(Bazaar())
    assert (result.outcome, LOOK_ALIKE in result.reason) == (Outcome.UNAVAILABLE, True)
    assert "/spied" not in {r.path for r in server.requests}
    assert sent(server, PASSWORD) == set()


def test_a_form_in_a_frame_of_the_shop_is_filled_in(site, sign_in):
    site.form = "<!doctype html><iframe src=/frame width=600 height=400></iframe>"
    site.pages[LOGIN, "/frame"] = page(TWO_STEPS)
    assert is_signed_in(sign_in())


def test_what_is_typed_reaches_no_log(site, sign_in, monkeypatch, capfd, caplog):
    for name in ("DEBUG", "DEBUGP"):
        monkeypatch.setenv(name, "pw:*")
    site.after_password = {"show": "code", "boxes": 6}
    with caplog.at_level(logging.DEBUG):
        assert is_signed_in(sign_in("000000", CODE))
    out, err = capfd.readouterr()
    for secret in (PASSWORD, ACCOUNT, CODE, "in-1"):
        assert secret not in out + err + caplog.text
    assert os.environ["DEBUG"] == "pw:*"


# --- the session is tried before it is given back ----------------------------------------------------------


def test_cookies_that_open_the_list_are_a_session(site, asked):
    cookie = {"name": "sid", "value": "in-1", "domain": ".bazaar.test", "path": "/", "secure": True}
    others = {"name": "id", "value": "x", "domain": ".bank.test", "path": "/"}
    result = asyncio.run(signing_in.by_cookies(asked, [cookie, others], "file"))
    assert is_signed_in(result)
    assert [c["name"] for c in result.session.cookies] == ["sid"]


@pytest.mark.parametrize(
    ("orders", "outcome"),
    [
        (redirect(Bazaar.sign_in_url), Outcome.LOGIN_REQUIRED),
        (page('<!doctype html><div id="slider"></div>'), Outcome.CHALLENGE),
        (page("down", 503), Outcome.UNAVAILABLE),
        (Answer(ending="cut"), Outcome.UNAVAILABLE),
    ],
)
def test_cookies_that_do_not_open_the_list_are_none(site, asked, orders, outcome):
    site.orders = orders
    cookie = {"name": "sid", "value": "in-1", "domain": ".bazaar.test", "path": "/", "secure": True}
    result = asyncio.run(signing_in.by_cookies(asked, [cookie], "file"))
    assert result.outcome is outcome


def test_without_a_cookie_of_the_shop_it_is_not_even_asked(site, asked, server):
    others = {"name": "id", "value": "x", "domain": ".bank.test", "path": "/"}
    result = asyncio.run(signing_in.by_cookies(asked, [others], "file"))
    assert (result.outcome, server.requests) == (Outcome.LOGIN_REQUIRED, [])


# --- by hand -------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return held.getsockname()[1]


async def connected(playwright, port):
    """A second line to a browser that listens on `port`."""
    deadline = time.monotonic() + 20
    while True:
        try:
            return await playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}")
        except pw.Error:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


async def the_page(browser):
    """The one page on the sign-in form."""
    async with asyncio.timeout(20):
        while True:
            for context in browser.contexts:
                for opened in context.pages:
                    if opened.url.startswith(Bazaar.sign_in_url):
                        return opened
            await asyncio.sleep(0.05)


def by_hand(asked, person):
    """How the window ends in which `person` acts on the page."""
    port = free_port()
    window = replace(asked.window, arguments=(*asked.window.arguments, f"--remote-debugging-port={port}"))

    async def play():
        async with pw.async_playwright() as playwright:
            browser = await connected(playwright, port)
            await person(await the_page(browser))

    async def both():
        playing = asyncio.ensure_future(play())
        result = await signing_in.by_window(replace(asked, window=window))
        await asyncio.gather(playing, return_exceptions=True)
        return result

    return asyncio.run(both())


def test_a_person_signs_in_in_the_window(site, asked):
    async def person(opened):
        await opened.fill("input", ACCOUNT)
        await opened.press("input", "Tab")
        await opened.click("#next")
        await opened.fill("#password", PASSWORD)
        await opened.click("#submit")

    result = by_hand(asked, person)
    assert is_signed_in(result)
    assert result.session.source == "window"


def test_a_window_that_is_closed_is_given_up(site, asked):
    async def person(opened):
        await opened.close()

    result = by_hand(asked, person)
    assert (result.outcome, "was closed" in result.reason) == (Outcome.LOGIN_REQUIRED, True)


def test_nobody_is_waited_for_for_ever(site, asked, server):
    result = asyncio.run(signing_in.by_window(replace(asked, patience_seconds=0.3)))
    assert (result.outcome, "nobody signed in" in result.reason) == (Outcome.LOGIN_REQUIRED, True)
    assert HOME not in {r.host for r in server.requests}


def test_a_sign_in_page_that_does_not_open_is_said(site, asked):
    site.pages[LOGIN, "/sign-in"] = Answer(ending="cut")
    result = asyncio.run(signing_in.by_window(asked))
    assert (result.outcome, "cannot be opened" in result.reason) == (Outcome.UNAVAILABLE, True)


def test_the_session_of_a_running_browser_is_taken_and_its_tabs_stay(site, asked, server, tmp_path):
    port = free_port()

    async def work():
        async with pw.async_playwright() as playwright:
            own = await playwright.chromium.launch_persistent_context(
                tmp_path,
                executable_path=find_browser(None, os.environ).path,
                chromium_sandbox=not runs_as_root(),
                args=[*asked.options.arguments, f"--remote-debugging-port={port}"],
            )
            tab = own.pages[0]
            await tab.goto(f"https://{LOGIN}/done")
            given = replace(asked, options=BrowserOptions(endpoint=f"http://127.0.0.1:{port}"))
            result = await signing_in.by_running_browser(given)
            assert [one.url for one in own.pages] == [f"https://{HOME}/orders"]
            await own.close()
            return result

    result = asyncio.run(work())
    assert is_signed_in(result)
    assert result.session.source == "browser"
