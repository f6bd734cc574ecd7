"""Tracking numbers: one spelling for each, and what their form and check digit say about who issued them.

Advice, never a gate: a number of no known form is still followed. `checks` are the check digits, `families`
which portals may know a number, from our own records in `forms/`, `published` which carriers' it may be, from
public data in `carriers/`.
"""

import re
import unicodedata

from scrapers.numbers.checks import is_correos, is_impb, is_old_usps, is_s10, s10_country
from scrapers.numbers.families import Advice, advice, may_know
from scrapers.numbers.published import carriers

__all__ = [
    "MAX_LENGTH",
    "Advice",
    "NumberError",
    "advice",
    "carriers",
    "is_correos",
    "is_impb",
    "is_old_usps",
    "is_s10",
    "may_know",
    "s10_country",
    "tracking_number",
    "without_routing",
]

MAX_LENGTH = 50

_SEPARATORS = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff.\-‐-―]+")
_SHAPE = re.compile(r"[A-Z0-9][A-Z0-9_/:()]*")
#: USPS' routing prefix, with the long and the short form of the ZIP.
_ROUTING = (re.compile(r"420\d{9}"), re.compile(r"420\d{5}"))


class NumberError(ValueError):
    """The text cannot be a tracking number; the message says why."""


def tracking_number(text: str) -> str:
    """The one spelling of `text`: full-width digits made plain, blanks and dashes removed, upper case.

    The routing prefix 420+ZIP of a USPS number is dropped: it says where the parcel goes, not which it is.
    Raises NumberError for a text that is empty, longer than 50 characters or has a character no number has.
    """
    number = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text)).upper()
    if not number:
        raise NumberError("no tracking number given")
    if len(number) > MAX_LENGTH:
        raise NumberError(f"a tracking number has at most {MAX_LENGTH} characters, this has {len(number)}")
    if not _SHAPE.fullmatch(number):
        bad = next((c for c in number if not _SHAPE.fullmatch("A" + c)), number[0])
        raise NumberError(f"{text!r} is no tracking number: it contains {bad!r}")
    return without_routing(number)


def without_routing(number: str) -> str:
    """`number` without USPS' 420+ZIP prefix, when what follows the prefix is a valid USPS number."""
    without = (number[found.end() :] for form in _ROUTING if (found := form.match(number)))
    return next((rest for rest in without if is_impb(rest)), number)
