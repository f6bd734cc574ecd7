"""Tracking numbers: one spelling for each, and what their form and check digit say about who issued them.

Advice, never a gate: a number of no known form is still followed. Sources: UPU S10 (13 characters, weighted
modulus 11), USPS IMpb (GS1 modulus 10, an optional 420+ZIP prefix outside the sum), Correos (modulus 23).
"""

import re
import unicodedata

MAX_LENGTH = 50

_SEPARATORS = re.compile(r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff.\-‐-―]+")
_SHAPE = re.compile(r"[A-Z0-9][A-Z0-9_/:()]*")
_S10 = re.compile(r"[A-Z]{2}\d{9}[A-Z]{2}")
_IMPB = re.compile(r"9[1-5]\d{18}(?:\d{2}|\d{6})?")
_ROUTED = re.compile(r"420(?:\d{9}|\d{5})(?=9[1-5])")
_CORREOS_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"


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
    prefix = _ROUTED.match(number)
    if prefix and is_impb(number[prefix.end() :]):
        return number[prefix.end() :]
    return number


def is_s10(number: str) -> bool:
    """Whether `number` has the form and the check digit of UPU S10 (two letters, nine digits, country)."""
    if not _S10.fullmatch(number):
        return False
    digits = [int(d) for d in number[2:11]]
    rest = 11 - sum(w * d for w, d in zip((8, 6, 4, 2, 3, 5, 9, 7), digits, strict=False)) % 11
    return {10: 0, 11: 5}.get(rest, rest) == digits[8]


def s10_country(number: str) -> str | None:
    """The issuing country's ISO code of an S10 number, None if it is none."""
    return number[-2:] if is_s10(number) else None


def is_impb(number: str) -> bool:
    """Whether `number` is a USPS IMpb: 20, 22 or 26 digits beginning 91 to 95, with its check digit."""
    return bool(_IMPB.fullmatch(number)) and _mod10(number)


def is_old_usps(number: str) -> bool:
    """Whether `number` is an older label's 20 digits; the check digit may count an unprinted 91."""
    return bool(re.fullmatch(r"\d{20}", number)) and (_mod10(number) or _mod10("91" + number))


def is_correos(number: str) -> bool:
    """Whether `number` is a Correos parcel (23) or expedition (16 characters) code with its check letter."""
    if not re.fullmatch(r"[A-Z]{2}[A-Z0-9]{13}(?:[A-Z0-9]{7})?[A-Z]", number):
        return False
    return _CORREOS_LETTERS[sum(map(ord, number[:-1])) % 23] == number[-1]


def _mod10(digits: str) -> bool:
    body, check = digits[:-1], int(digits[-1])
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(body)))
    return (10 - total % 10) % 10 == check
