"""AliExpress, read through a buyer's account: the list of orders, one order, and what its parcels did.

Each page asks the site's data service and draws what it answers. The replies are what is read here; the
markup is held against them, and read alone where no reply was saved. One reply each of the list and of the
tracking page was seen (2026-09); the markup is known from other people's selectors and short quotes.

Times on the tracking page are those of the viewer's zone, as far as is known. `order.count`, another service
of the site, answers strangers too: that it answers proves no session, and nothing of it is read.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, quote, unquote

from scrapers.aliexpress import parsing, tracking_data, tracking_pages
from scrapers.aliexpress.mtop import NAME
from scrapers.aliexpress.states import CHALLENGE_BOX, CHALLENGE_DIALOG, STATES, order_id, order_in, parts_of
from scrapers.contract import Canonical, Evidence, Page, Politeness, Reading
from scrapers.payload import PayloadError, document, string_at
from scrapers.shop import Shop, SignInForm

_SITE = "https://www.aliexpress.com"
_LIST = f"{_SITE}/p/order/index.html"
#: Answers of the data service. The same account is served under both names.
_DATA_HOSTS = ("acs.aliexpress.com", "acs.aliexpress.us")
_COUNTRIES = ("de", "es", "fr", "it", "nl", "pl", "pt", "he", "ko", "ja", "ar", "tr")

SIGN_IN_FORM = SignInForm(
    account=(
        'input[name="account"]',
        'input[aria-label="Email or phone number"]',
        'input[label="Email or phone number"]',
        'input[label="Email"]',
        "#fm-login-id",
        'input[autocomplete~="username"]',
    ),
    password=("#fm-login-password", "#fm-history-login-password"),
    next=(
        'button[aria-label="Continue"]',
        'button:has(span:text-is("Continue"))',
        'button:text-is("Continue")',
    ),
    submit=(
        'button[aria-label="Sign in"]',
        ".fm-button.fm-submit",
        'button:has(span:text-is("Sign in"))',
        'button:text-is("Sign in")',
        'form button[type="submit"]',
    ),
    other_account=('button[aria-label="Switch account"]', 'button:has-text("Switch account")'),
    code=(
        "input[data-id]",
        'input[autocomplete~="one-time-code"]',
        'input[aria-label*="verification code" i]',
        'input[aria-label*="security code" i]',
    ),
    code_submit=("button#j-test", 'button:text-is("Verify")', 'button:has(span:text-is("Verify"))'),
    several=(".nfm-multiple-email-prompt",),
    unknown_account=('button[aria-label="Register"]', 'button:has(span:text-is("Register"))'),
    wrong_password=(".nfm-login-input-error-text", ".error-text"),
    challenge=(*CHALLENGE_BOX, *CHALLENGE_DIALOG[:2]),
)


class AliExpress(Shop):
    """AliExpress' order pages."""

    name = NAME
    hosts = (
        "www.aliexpress.com",
        "www.aliexpress.us",
        "m.aliexpress.com",
        "m.aliexpress.us",
        "login.aliexpress.com",
        "track.aliexpress.com",
        *(
            f"{country}.aliexpress.com" for country in _COUNTRIES
        ),  # de, he, pl and pt seen; the others presumed
    )
    resource_hosts = (
        *_DATA_HOSTS,
        # Presumed, from how the site's pages have been built for years: scripts, styles, texts.
        "assets.alicdn.com",
        "g.alicdn.com",
        "aeis.alicdn.com",
        "aeu.alicdn.com",
        "i.alicdn.com",
        "o.alicdn.com",
        "s.alicdn.com",
        "ae01.alicdn.com",
        "assets.aliexpress-media.com",
        "ae01.aliexpress-media.com",
        # The sign-in form's own service and frames (presumed; the second was named in 2026), and the check
        # for people, which a person has to be able to see and answer.
        "passport.aliexpress.com",
        "passport.alibaba.com",
        "bixi.alicdn.com",
        "cf.aliyun.com",
    )
    payloads = tuple(f"https://{host}/h5/{api}/*" for host in _DATA_HOSTS for api in parsing.KINDS)
    layouts = (tracking_data.LAYOUT, *tracking_pages.LAYOUTS)
    states = STATES
    consent = (
        "#gdpr-new-container .btn-reject",  # presumed
        'button:has-text("Reject cookies")',  # presumed
        'button:has-text("Reject all cookies")',  # presumed
        'button:has-text("Accept cookies")',
        'button:has-text("Cookies akzeptieren")',
        '[class*="cookie" i] button:has-text("Akceptuj")',
    )
    politeness = Politeness(
        12,
        150,
        "the wall came after 50 to 60 quick pages in one run, and an account can stay marked for weeks",
    )
    evidence = Evidence(
        "captured", "2026-09", "replies of list and tracking; markup, sign-in and walls documented only"
    )
    canonical = Canonical(
        attributes=("data-spm", "data-spm-anchor-id"),
        keys=("traceId", "curTime", "etaTimeStamp", "linkage"),
    )
    example = "8190000000000001"
    # Where protected pages have led for years: of all sign-in addresses it alone is known to come back.
    sign_in_url = f"https://login.aliexpress.com/?return_url={quote(_LIST, safe='')}"
    sign_in_hosts = ("www.aliexpress.com", "www.aliexpress.us", "m.aliexpress.com", "login.aliexpress.com")
    sign_in_form = SIGN_IN_FORM
    cookie_domains = ("aliexpress.com", "aliexpress.us")
    session_cookies = ("xman_us_t",)
    more = ('[data-pl="order_more"] button', ".order-more button")
    unfold = (
        '[class*="logistic-info-v2--viewMoreBtn"]',
        ".order-detail-order-info:has(.has-switch:not(.expand-info)) .switch-icon",
        ".order-price .comet-icon-arrowdown.switch-icon",
    )

    def list_url(self, language: str) -> str:
        """The list of orders; its language is the account's, no address changes it."""
        return _LIST

    def order_url(self, order_id: str, language: str) -> str:
        """The detail page of one order."""
        return f"{_SITE}/p/order/detail.html?orderId={quote(order_id, safe='')}"

    def url(self, number: str, language: str) -> str:
        """The tracking page of the order whose id is `number`, as the list links to it."""
        return f"{_SITE}/p/tracking/index.html?_addShare=no&_login=yes&tradeOrderId={quote(number, safe='')}"

    def number_in(self, url: str) -> str | None:
        """The order of a detail page, a tracking page, or of the data either asks for; None for a list."""
        host = _host(url)
        if host in self.hosts:
            return order_in(url)
        if host not in _DATA_HOSTS:
            return None
        try:
            asked = parse_qs(parts_of(url).query, max_num_fields=100).get("data", [])
            value = document(asked[0]) if len(asked) == 1 else None
        except (PayloadError, ValueError):
            return None
        return order_id(string_at(value, "tradeOrderId", "orderId")) if isinstance(value, dict) else None

    def looks_signed_in(self, cookies: Mapping[str, str]) -> bool:
        """Whether the member's cookie says so: signed out it can be there too, without `sign=y`."""
        return bool(re.search(r'(?:^|[&;"\s])sign=y(?:$|[&;"\s])', unquote(cookies.get("xman_us_t", ""))))

    def parse(self, pages: Sequence[Page]) -> tuple[Reading, ...]:
        """What the pages show: an order page its orders, a tracking page a reading for each parcel."""
        return parsing.parse(pages)

    def scrub(self, pages: Sequence[Page]) -> tuple[Page, ...]:
        """The pages without anything personal."""
        from scrapers.aliexpress.scrubbing import scrub  # noqa: PLC0415  scrubbing knows the same pages

        return scrub(pages)


def _host(url: str) -> str | None:
    try:
        return parts_of(url).hostname
    except ValueError:
        return None
