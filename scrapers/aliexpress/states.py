"""Which of AliExpress' pages a saved document is, and how one shows that it is none of the buyer's pages.

Recognised here: the sign-in form in its generations, and the site's checks for people: a whole page, a dialog
over a page, a box within the sign-in form, and a page that is large and says nothing. None of them is ever
answered. Class names of order pages are plain; those of tracking pages end in a hash that changes.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from urllib.parse import SplitResult, parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scrapers.contract import Page, State
from scrapers.select import tree
from scrapers.words import Outcome

_SHOWN = ':not([style*="display: none" i], [style*="display:none" i])'

#: A check for people that takes the place of the page.
CHALLENGE_PAGE = (
    "punish-component",
    'script[src*="bixi.alicdn.com/punish"]',
    '[class*="punish-page"]',
    "#nocaptcha",
    ".nc-container",
    "#nc_1_wrapper",
)
#: A check for people that lies over the page.
CHALLENGE_DIALOG = (
    "iframe#baxia-dialog-content",
    "iframe#sufei-dialog-content",
    'iframe[src*="_____tmd_____"]',
    'iframe[src*="/punish?"]',
    ".baxia-dialog",
    "#baxia-dialog",
    "#baxia-dialog-mask",
)
#: A check for people within the sign-in form: its box is empty otherwise.
CHALLENGE_BOX = ("#baxia-login-check-code > *", ".fm-baxia-box > *")
CHALLENGES = (*CHALLENGE_PAGE, *CHALLENGE_DIALOG, *CHALLENGE_BOX)

#: Newest generation of the form first; then a remembered account, a code, several accounts, frames.
SIGN_IN = (
    'input[name="account"]',
    'input[aria-label="Email or phone number"]',
    'input[label="Email or phone number"]',
    'input[label="Email"]',
    "#fm-login-password",
    "#fm-history-login-password",
    "#fm-login-id",
    ".nfm-multiple-email-prompt",
    ".subTitle_field_item",
    'input[autocomplete~="one-time-code"]',
    'iframe[src*="login.aliexpress.com"]',
    'iframe[src*="mini_login"]',
    "#alibaba-login-box",
)
#: What stands around the cards of the list, also while there are none.
LIST_SKELETON = (".order-nav", ".order-wrap", ".order-main", ".order-content", '[data-spm="order_list_main"]')
CARDS = (".order-item",)
DETAIL = (".order-detail-order-info", ".order-detail-item")
TRACKING = (
    '[class*="logistic-info-v2--node"]',
    '[class*="logistic-info--node"]',
    ".tracking-module ul.ship-steps > li",
)
#: Stands in the place of the headline where the tracking page has nothing to show, for whatever reason.
ERROR_TITLE = '[class*="error--title"]'

STATES = {
    "challenge": State(Outcome.CHALLENGE, tuple(s + _SHOWN for s in CHALLENGES)),
    "sign_in": State(Outcome.LOGIN_REQUIRED, SIGN_IN),
    "orders": State(None, CARDS),
    "order": State(None, DETAIL),
    "tracking": State(None, TRACKING),
    "nothing_to_track": State(None, (ERROR_TITLE,)),
}

_BEGINNING = re.compile(r"<html[\s>]", re.IGNORECASE)
_END = re.compile(r"</html\s*>", re.IGNORECASE)
_CHALLENGE_PATH = "_____tmd_____/punish"
_CHALLENGE_TITLES = frozenset({"captcha interception", "验证码拦截"})
_CHALLENGE_SCRIPT = re.compile(r"NCTOKENSTR|_____tmd_____/verify")
_CHALLENGE_WORDS = re.compile(
    r"slide to verify|unusual traffic from your network|drag the slider|向右滑动|请拖动滑块|安全验证",
    re.IGNORECASE,
)
_SIGN_IN_HOST = "login.aliexpress.com"
_SIGN_IN_PATH = re.compile(
    r"/(?:ug-login-page|mini_login|(?:account|member)/login|passport|signin|login(?:\.html?)?)(?:[/.]|$)"
)
_SITE = re.compile(r"(?:[a-z0-9-]+\.)*aliexpress\.(?:com|us)")
_ORDER_ID = re.compile(r"[0-9]{10,22}")
_ORDER_KEYS = ("tradeOrderId", "orderId", "tradeId")

#: Characters. A page that is larger than the one and says less than the other is a wall without a sign on it.
_WALL_LENGTH, _WALL_WORDS = 20_000, 80
#: No challenge page has more text; a page that has may quote its words.
_LONGEST_CHALLENGE = 2_000
_MOST_HIDDEN = 20
_UNSEEN = frozenset({"script", "style", "noscript", "template", "title", "head", "textarea"})


class Kind(StrEnum):
    """A page of the buyer's account."""

    LIST = "list"
    DETAIL = "detail"
    TRACKING = "tracking"


_PATHS = {
    "/p/order/index.html": Kind.LIST,
    "/p/order/detail.html": Kind.DETAIL,
    "/p/tracking/index.html": Kind.TRACKING,
    "/logisticsdetail.htm": Kind.TRACKING,
}


@dataclass(frozen=True)
class Document:
    """A saved page with its tree."""

    page: Page

    @cached_property
    def root(self) -> LexborHTMLParser:
        return tree(self.page.text)

    @cached_property
    def words(self) -> str:
        """What of it a person could read, up to a few thousand characters."""
        return _words(self.root)

    @property
    def is_whole(self) -> bool:
        """Whether it ends as it began: browsers end every page they write; a piece of one has no frame."""
        text = self.page.text
        return _BEGINNING.search(text) is None or _END.search(text) is not None

    @property
    def kind(self) -> Kind | None:
        """What its address says it is."""
        return _PATHS.get(parts_of(self.page.url).path)


def parts_of(url: str) -> SplitResult:
    """The parts of a URL; those of an empty one for what is no URL."""
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")


def order_in(url: str) -> str | None:
    """The order id in the query of a URL, None if there is none."""
    try:
        asked = parse_qs(parts_of(url).query, max_num_fields=100)
    except ValueError:
        return None
    found = (value for key in _ORDER_KEYS for value in asked.get(key, ()))
    return next((value for value in found if _ORDER_ID.fullmatch(value)), None)


def order_id(text: str | None) -> str | None:
    """`text` if it has the form of an order id, else None."""
    return text if text is not None and _ORDER_ID.fullmatch(text) else None


def is_challenge(document: Document) -> bool:
    """Whether the page is, or has over it, a check for people. A dialog that is hidden was answered."""
    page, root = document.page, document.root
    if _CHALLENGE_PATH in parts_of(page.url).path:
        return True
    title = root.css_first("title")
    if title is not None and title.text().strip().casefold() in _CHALLENGE_TITLES:
        return True
    if _shows(root, CHALLENGES):
        return True
    if len(document.words) > _LONGEST_CHALLENGE or _any(document, (*CARDS, *DETAIL, *TRACKING)):
        return False
    scripts = (node.text() for node in root.css("script:not([src])"))
    return bool(_CHALLENGE_WORDS.search(document.words)) or any(map(_CHALLENGE_SCRIPT.search, scripts))


def is_sign_in_address(url: str) -> bool:
    """Whether a URL is one the site sends people to who are not signed in."""
    parts = parts_of(url)
    try:
        host = parts.hostname or ""
    except ValueError:
        return False
    return host == _SIGN_IN_HOST or bool(_SITE.fullmatch(host) and _SIGN_IN_PATH.search(parts.path))


def is_sign_in(document: Document) -> bool:
    """Whether the page is a sign-in page, or asks for it where something else should be."""
    if is_sign_in_address(document.page.url):
        return True
    return _shows(document.root, SIGN_IN)


def is_list_skeleton(document: Document) -> bool:
    """Whether the page is the list of orders without a single order on it."""
    return _any(document, LIST_SKELETON) and not _any(document, CARDS)


def is_quiet_wall(document: Document) -> bool:
    """Whether the page is large and says next to nothing: a refusal the site gives no reason for."""
    return len(document.page.body) > _WALL_LENGTH and len(document.words) < _WALL_WORDS


def _any(document: Document, selectors: Iterable[str]) -> bool:
    return any(document.root.css_first(selector) is not None for selector in selectors)


def _shows(root: LexborHTMLParser, selectors: Iterable[str]) -> bool:
    """Whether one of the first matches of a selector is not hidden; nobody hides many of these."""
    return any(_is_shown(node) for selector in selectors for node in root.css(selector)[:_MOST_HIDDEN])


def _is_shown(node: LexborNode) -> bool:
    current: LexborNode | None = node
    while current is not None:
        style = (current.attributes.get("style") or "").replace(" ", "").lower()
        if "hidden" in current.attributes or "display:none" in style or "visibility:hidden" in style:
            return False
        current = current.parent
    return True


def _words(root: LexborHTMLParser) -> str:
    """The texts outside of scripts and the like, as far as they matter here."""
    body, found, length = root.body, [], 0
    for node in () if body is None else body.traverse(include_text=True):
        if not node.is_text_node or (node.parent is not None and node.parent.tag in _UNSEEN):
            continue
        if text := " ".join((node.text() or "").split()):
            found.append(text)
            length += len(text)
            if length > _LONGEST_CHALLENGE:
                break
    return " ".join(found)
