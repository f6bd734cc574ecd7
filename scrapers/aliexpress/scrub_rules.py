"""What is kept of AliExpress' pages, by where it stands, as data. Elsewhere only labels stay.

A rule names a class (or the value of `data-pl`) and the kind of text below it: `scrub_texts` has the kinds.
The nearest rule above a text counts, but the last three hold for everything below them. Classes of the
tracking page go by their parts: `logistic-info-v2--nodeDesc--2U3A3Yt` is `logistic-info-v2--nodeDesc`.

rows       every child is a line of its own: kind `row`
event      the first in a row is the event, `said`; of further ones only a town is kept, for the rest are
           remarks of the carrier, which can name the receiver
account    `mask`, and looked for on all other pages of the visit: as a name
contact    `mask`, and looked for on all other pages: a name, then lines of an address
address    the same, where a name may be missing
"""

import re

CLASSES: dict[str, str] = {
    # list of orders
    "order-item-header-status": "said",
    "order-item-header-status-text": "said",
    "order-item-header-right-info": "rows",
    "order-item-header-right-copy": "own",
    "order-item-store": "own",
    "order-item-store-name": "named",
    "order-item-content-info-name": "named",
    "order-item-content-info-sku": "named",
    "order-item-content-info-number": "plain",
    "order-item-content-opt-price-total": "plain",
    "order-item-tag": "said",
    "order-item-bottom-action": "said",
    "expose-info": "said",
    "order-item-btns": "own",
    "order-track-popover-title": "rows",
    "comet-tabs-nav-item": "tab",
    # one order
    "order-status": "said",
    "order-status-content": "said",
    "order-status-title": "said",
    "contact-info": "contact",
    "order-detail-info-item": "address",
    "order-detail-order-info": "own",
    "info-row": "row",
    "order-detail-item-store": "own",
    "store-name": "named",
    "item-title": "named",
    "item-sku-attr": "named",
    "item-price": "plain",
    "item-price-quantity": "plain",
    "item-tags": "said",
    "order-detail-item-track": "said",
    "order-detail-item-track-eta-text": "said",
    "order-detail-item-track-info-desc": "said",
    "order-price-item": "plain",
    # tracking
    "arrival-time-v2--title": "said",
    "arrival-time--title": "said",
    "tab-list-v2--tab": "tab",
    "package-items-v2--productTitle": "named",
    "package-items-v2--skuText": "named",
    "logistic-info-v2--carrierTitle": "named",
    "logistic-info-v2--carrierValue": "named",
    "logistic-info-v2--mailNo": "plain",
    "logistic-info-v2--mailNoValue": "plain",
    "logistic-info-v2--nodeTitle": "said",
    "logistic-info-v2--nodeDesc": "event",
    "logistic-info-v2--nodeTime": "plain",
    "logistic-info--carrierTitle": "named",
    "logistic-info--carrierValue": "named",
    "logistic-info--mailNo": "plain",
    "logistic-info--mailNo-pc": "plain",
    "logistic-info--mailNoValue": "plain",
    "logistic-info--nodeTitle": "said",
    "logistic-info--nodeDesc": "event",
    "logistic-info--nodeTime": "plain",
    "error--title": "said",
    # tracking, the page of 2022
    "title-eclp": "named",
    "status-title-text": "said",
    "service-item-flex": "said",
    "full-number": "plain",
    "ship-steps": "said",
    "address-detail": "address",
    # whose account it is
    "welcome-name": "account",
}

#: By `data-pl`, where a class is missing.
PLACES: dict[str, str] = {
    "order_item_header_status": "said",
    "order_item_header_info": "rows",
    "order_item_store_name": "named",
    "order_item_content_info_name": "named",
    "order_item_content_price_total": "plain",
}
IDS: dict[str, str] = {"nav-user-account": "account"}
#: By `aria-label`, folded to lower case.
ARIA: dict[str, str] = {"saved account": "account"}

#: Where several rules fit one element, the one that stands first here counts: narrow before wide.
NARROW = ("order-detail-order-info", "info-row")
#: Below these no rule of another kind counts.
HOLDING = frozenset({"account", "contact", "address"})

PART = re.compile(r"([a-z][a-z0-9-]{0,40}?)--([A-Za-z][A-Za-z-]{0,40}?)(?:--[\w-]*)?")
#: What holds one event with all its texts, and what holds all events.
ROW, ROWS = re.compile(r".*--node(?:--.*)?"), re.compile(r".*--track(?:Wrap)?(?:--.*)?")

_TAGS = """
a abbr address area article aside audio b base blockquote body br button canvas caption center cite code col
colgroup dd del details dialog div dl dt em embed fieldset figcaption figure font footer form frame frameset
h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins label legend li link main map mark math menu meta
nav noembed noframes noscript object ol optgroup option p param picture pre progress punish-component q s
script section select small source span strike strong style sub summary sup svg table tbody td template
textarea tfoot th thead time title tr track tt u ul var video wbr
"""
_VOID = "area base br col embed frame hr img input link meta param source track wbr"
_EMPTIED = "audio canvas iframe math noembed noframes object svg template textarea video"
_WORDS = "role type name for data-pl data-spm charset scope method"
_COUNTS = "width height colspan rowspan maxlength data-id tabindex data-index"
_FLAGS = """
disabled hidden checked selected readonly required multiple open aria-hidden aria-selected aria-disabled
aria-expanded aria-checked
"""

#: Any other tag becomes `x-x`.
TAGS = frozenset(_TAGS.split())
#: Have no end tag.
VOID = frozenset(_VOID.split())
#: Nothing below is kept: what was typed, frames of other pages, what a browser does not show as text.
EMPTIED = frozenset(_EMPTIED.split())
#: Elements whose text is taken literally: another name makes it a text like any other.
RENAMED = {"plaintext": "pre", "xmp": "pre", "listing": "pre"}

#: In inline scripts only these words are kept: that a page checks for people is told by them.
MARKS = (
    "NCTOKENSTR",
    "_____tmd_____/verify",
    "_____tmd_____/punish",
    "baxia-punish",
    "punish-page",
    "slidetounlock",
    "x5secdata",
)

_WORD = re.compile(r"[A-Za-z_][\w-]{0,63}", re.ASCII)
_SMALL = re.compile(r"[0-9]{0,4}%?")
_FLAG = re.compile(r"true|false|", re.IGNORECASE)

#: Attributes kept as they are where the whole value fits. Others that are kept: see `scrub_markup`.
ATTRIBUTES: dict[str, re.Pattern[str]] = {
    **dict.fromkeys(_WORDS.split(), _WORD),
    **dict.fromkeys(_COUNTS.split(), _SMALL),
    **dict.fromkeys(_FLAGS.split(), _FLAG),
    "lang": re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z]{2,4})?"),
    "dir": re.compile(r"ltr|rtl|auto"),
    "rel": re.compile(r"canonical|stylesheet|icon|alternate"),
    "autocomplete": re.compile(
        r"(?:(?:on|off|username|webauthn|email|tel|current-password|new-password|one-time-code)\s?){1,4}"
    ),
}
#: Attributes whose values are names of a design, word by word.
NAMES = frozenset({"class", "id"})
ADDRESSES = frozenset({"href", "src", "action", "data-src"})
#: Attributes that are kept as texts: where they are no labels they become x's.
LABELS = frozenset({"label", "aria-label", "placeholder"})
