"""Printed amounts of money to decimal text, in the writing of any country. Pure; what is ambiguous is None.

The last point or comma with one or two digits after it is the decimal sign. With three digits after it, it is
one only where another separator stands before it or the number could not be grouped so; else `1.234` may be
a thousand or not, and only a currency without a fraction tells (ISO 4217).
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

import pycountry

#: Of a shop's amounts none is longer; digits before the decimal sign.
LONGEST, MOST_DIGITS = 60, 12

NO_FRACTION = frozenset({
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
})  # fmt: skip

#: Signs as printed, blanks left out and in lower case; None where several countries use one.
_SIGNS: Mapping[str, str | None] = {
    "€": "EUR", "£": "GBP", "￡": "GBP", "₩": "KRW", "₽": "RUB", "₴": "UAH", "₪": "ILS", "₺": "TRY",
    "₫": "VND", "฿": "THB", "₹": "INR", "₱": "PHP", "₦": "NGN", "₸": "KZT", "₡": "CRC", "₲": "PYG",
    "₵": "GHS", "₾": "GEL", "֏": "AMD", "₼": "AZN", "₭": "LAK", "៛": "KHR", "₮": "MNT", "৳": "BDT",
    "r$": "BRL", "us$": "USD", "$us": "USD", "au$": "AUD", "a$": "AUD", "ca$": "CAD", "nz$": "NZD",
    "hk$": "HKD", "nt$": "TWD", "sg$": "SGD", "s$": "SGD", "mx$": "MXN", "mex$": "MXN", "cl$": "CLP",
    "clp$": "CLP", "cop$": "COP", "co$": "COP", "ar$": "ARS", "zł": "PLN", "zl": "PLN", "kč": "CZK",
    "ft": "HUF", "руб.": "RUB", "руб": "RUB", "р.": "RUB", "грн": "UAH", "грн.": "UAH", "лв": "BGN",
    "лв.": "BGN", "tl": "TRY", "rm": "MYR", "rp": "IDR", "원": "KRW", "円": "JPY", "đ": "VND", "元": "CNY",
    "ر.س": "SAR", "ر.س.": "SAR", "د.إ": "AED", "د.إ.": "AED", "د.ك": "KWD", "ر.ق": "QAR", "د.ب": "BHD",
    "kn": "HRK", "bs.": None, "$": None, "c$": None, "¥": None, "kr": None, "kr.": None, "lei": None,
    "fr.": None, "fr": None, "rs": None, "rs.": None, "₨": None, "s/": "PEN", "s/.": "PEN", "b/.": "PAB",
    "q": "GTQ", "₿": None, "dh": None, "dhs": None, "din.": None, "дин.": None, "сом": None, "сум": None,
}  # fmt: skip

_ALIKE = str.maketrans({
    "’": "'", "‘": "'", "ʼ": "'", "´": "'", "`": "'", "＇": "'", "˙": "'", "٬": "'", "−": "-", "–": "-",
    "‑": "-", "－": "-", "，": ",", "．": ".", "＄": "$", "￥": "¥", "￦": "₩",
})  # fmt: skip
_INVISIBLE = re.compile(r"[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_NUMBER = re.compile(r"[0-9](?:[0-9.,'٫ ]*[0-9])?")
_IN_THREES = re.compile(r"[1-9][0-9]{0,2}(?:,[0-9]{3})+")
_INDIAN = re.compile(r"[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}")


def amount(text: str, currency: str | None = None) -> str | None:
    """The amount `text` prints, as decimal text ("-1234.50"); None where it is none or cannot be told.

    `currency` is an ISO code known from elsewhere, used where the text names none.
    """
    parts = _parts(text)
    if parts is None:
        return None
    sign, number, named = parts
    read = _number(number, has_fraction=(named or currency) not in NO_FRACTION)
    if read is None:
        return None
    return f"-{read}" if sign and read.strip("0.") else read


def currency_in(text: str) -> str | None:
    """The ISO code of the currency `text` names, beside an amount or alone; None where no sign settles it."""
    parts = _parts(text) if any(c.isdecimal() for c in text[:LONGEST]) else ("", "", _named(text))
    return parts[2] if parts else None


def _parts(text: str) -> tuple[str, str, str | None] | None:
    """The minus sign if there is one, the number and the currency; None where anything else is there."""
    plain = _plain(text)
    found = _NUMBER.search(plain)
    if found is None or len(plain) > LONGEST:
        return None
    before, after = plain[: found.start()].replace(" ", ""), plain[found.end() :].replace(" ", "")
    sign = next((s for s in ("-", "+") if before.startswith(s) or before.endswith(s)), "")
    before = before.removeprefix(sign) if before.startswith(sign) else before.removesuffix(sign)
    if not (_is_currency(before) and _is_currency(after)):
        return None
    codes = {code for code in (_named(before), _named(after)) if code is not None}
    if len(codes) > 1:
        return None
    return sign.replace("+", ""), found[0], next(iter(codes), None)


def _plain(text: str) -> str:
    """`text` with digits of any script made ASCII, look-alikes made one, and every blank a plain one."""
    characters = _INVISIBLE.sub("", text[: 2 * LONGEST]).translate(_ALIKE)
    digits = (str(unicodedata.decimal(c)) if c.isdecimal() else c for c in characters)
    return re.sub(r"\s", " ", "".join(digits)).strip()


def _number(printed: str, *, has_fraction: bool) -> str | None:
    """The decimal text of a number alone."""
    separators = re.findall(r"[^0-9]", printed)
    if not separators:
        return _whole(printed)
    last = separators[-1]
    whole, _, fraction = printed.rpartition(last)
    others = set(separators[:-1])
    is_decimal = last in ".,٫" and last not in others and len(others) <= 1
    if is_decimal and (last == "٫" or _could_be_fraction(whole, fraction, bool(others), has_fraction)):
        groups = _whole(whole)
        return f"{groups}.{fraction}" if groups is not None and len(fraction) <= 3 else None
    if others - {last} or (len(separators) == 1 and last in ".," and has_fraction):
        return None
    return _whole(printed)


def _could_be_fraction(whole: str, fraction: str, other_before: bool, has_fraction: bool) -> bool:
    if len(fraction) != 3:
        return len(fraction) < 3
    return has_fraction and (other_before or len(whole) > 3 or whole.startswith("0"))


def _whole(printed: str) -> str | None:
    """A whole number, its digits grouped in threes, the Indian way, or not at all."""
    one = re.sub(r"[^0-9]", ",", printed)
    is_grouped = "," in one
    if is_grouped and not (_IN_THREES.fullmatch(one) or ("," in printed and _INDIAN.fullmatch(one))):
        return None
    digits = one.replace(",", "")
    is_padded = len(digits) > 1 and digits.startswith("0")
    return None if is_padded or len(digits) > MOST_DIGITS else digits


def _is_currency(token: str) -> bool:
    return not token or token.lower() in _SIGNS or token.upper() in _codes()


def _named(token: str) -> str | None:
    token = _plain(token).replace(" ", "")
    if token.upper() in _codes():
        return token.upper()
    return _SIGNS.get(token.lower())


@cache
def _codes() -> frozenset[str]:
    return frozenset(currency.alpha_3 for currency in pycountry.currencies)
