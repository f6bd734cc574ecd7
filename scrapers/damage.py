"""Whether an element of a page is whole: what a broken page leaves in it, and no portal prints.

Bytes lost on the way, or two pages run together, make one row of the halves of two. Nothing here knows a
portal; pure.
"""

import re

from selectolax.lexbor import LexborNode

from scrapers.contract import Row

#: What stands in no row: where it does, the rest of a page was put together with one.
PAGE_PARTS = "script, meta, main, head"
#: Letters.
LONGEST_TIME = 60
LONGEST_PLACE = 120

#: A tag whose name lost bytes is text, a comment or an unknown element; one whose attribute lost its closing
#: quote has tags in it.
_BROKEN_TAG = re.compile(
    '<(?:!--|/)?[a-zA-Z0-9]*\ufffd|\\b(?:class|src|href|id)="[^"]*(?:<|&lt;)', re.IGNORECASE
)
#: What a row has in its markup if it holds a part of a page, and if a tag of it is broken. Whole rows rarely
#: have either, and are not looked into.
_PART = re.compile("<(?:script|meta|main|head|title)")
_MARKED_ATTRIBUTE = re.compile('="[^"<&]*+[<&]')


def holds_another_page(node: LexborNode) -> bool:
    """Whether parts of a page, or broken tags, are inside the element or in its own tag."""
    html = node.html or ""
    if _PART.search(html) and _holds_part(node):
        return True
    may_be_broken = "\ufffd" in html or _MARKED_ATTRIBUTE.search(html)
    return bool(may_be_broken and _BROKEN_TAG.search(html))


def _holds_part(node: LexborNode) -> bool:
    if node.css_first(PAGE_PARTS) is not None:
        return True
    # A picture's title names it, a page's title does not.
    return any(title.parent is not None and title.parent.tag != "svg" for title in node.css("title"))


def is_printed(row: Row) -> bool:
    """Whether the words hold a letter, and time and place are no markup and no longer than any."""
    time, place = row.time_text or "", row.place or ""
    is_short = len(time) <= LONGEST_TIME and len(place) <= LONGEST_PLACE
    return is_short and "<" not in time + place and any(map(str.isalpha, row.description))
