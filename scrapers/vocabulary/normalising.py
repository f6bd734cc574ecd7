"""Texts made comparable. Pure string work: nothing here knows what a word means.

`normal` is cheap and keeps every word. `bare` also takes out what is printed around a wording (markup, dates
and times, parcel numbers, a wording printed twice); `without_brackets` and `without_place` take out more.
"""

import html
import re
import unicodedata
from collections.abc import Callable

#: Texts longer than this are compared as they stand: no wording of a row is so long.
LONGEST = 600

_BRACKETED = re.compile(r"^\s*[\[【]([^\]】]*)[\]】]\s*")
_NOT_WORD = re.compile(r"[^\w]+")
_MARKUP = re.compile(r"<[^<>]{1,300}>")
_BRACKETS = re.compile(r"[\[【(〔《{]([^\[\]【】()〔〕《》{}]{0,120})[\]】)〕》}]")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_MOMENTS = re.compile(
    r"(?<![\w.])(?:"
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}(?:t(?=\d))?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{4}|\d{2})"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th|\.)? {_MONTH},? \d{{4}}"
    r"|\d{4} ?年 ?\d{1,2} ?月 ?\d{1,2} ?日"
    r"|\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?: ?(?:[ap]\.?m\b\.?|uhr\b))?"
    r"(?: ?z\b| ?(?:gmt|utc)?[+-]\d{1,2}(?::?\d{2})?\b)?"
    r"|(?:gmt|utc)[+-]\d{1,2}(?::?\d{2})?"
    r")(?!\w)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b(?:(?=[A-Z0-9]{0,39}\d{5})[A-Z0-9]{9,40}|\d{4,12}|(?=[A-Z]{1,8}\d{2})[A-Z0-9]{5,40})(?:-\d{3,4})?\b",
    re.IGNORECASE,
)
_NOTE = re.compile(r"[\s,;.(]*\bcarrier(?:'s|’s)? (?:note|remark)s?\s*:\s*", re.IGNORECASE)
_PLACE_PARTS = re.compile(r"[,;/|()\[\]【】]+|\s[-–]\s")


def normal(text: str) -> str:
    """`text` for comparison: no accents, case, punctuation or leading `[Town]`; words parted by one space."""
    text = _BRACKETED.sub("", unicodedata.normalize("NFKD", text))
    text = "".join(c for c in text if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", text.casefold().replace("ı", "i")).strip()


def in_leading_brackets(text: str) -> str:
    """What stands in brackets before a text and `normal` leaves out; empty if nothing does."""
    found = _BRACKETED.match(text)
    return found[1] if found else ""


def leading_brackets_opened(text: str) -> str:
    """A text whose leading brackets are no brackets, so that `normal` keeps what stands in them."""
    return _BRACKETED.sub(lambda found: f"{found[1]} ", text)


def normal_code(code: str) -> str:
    """A portal's event code in upper case, with `_` for spaces."""
    return "_".join(code.upper().split())


def parted(text: str) -> tuple[str, str | None]:
    """A wording and the remark that universal trackers print behind it ("TEXT, Carrier note: REMARK")."""
    found = _NOTE.search(text)
    if found is None or not text[: found.start()].strip():
        return text, None
    return text[: found.start()], text[found.end() :].strip(" )") or None


def without_moments(text: str) -> str:
    """`text` in plain characters, without markup, dates, times and parcel numbers."""
    text = unicodedata.normalize("NFKC", html.unescape(text))
    text = _MARKUP.sub(" ", text) if "<" in text else text
    return _NUMBER.sub(" ", _MOMENTS.sub(" ", text))


def undoubled(normalised: str) -> str:
    """A normal text that is one wording printed twice, with or without a space, printed once."""
    middle, odd = divmod(len(normalised), 2)
    if odd and normalised[middle] == " " and normalised[:middle] == normalised[middle + 1 :]:
        return normalised[:middle]
    long_enough = middle >= (3 if normalised.isascii() else 2)
    if not odd and long_enough and normalised[:middle] == normalised[middle:]:
        return normalised[:middle]
    return normalised


def bare(text: str) -> str:
    """`text` normalised, without what is printed around its wording. Idempotent."""
    while (found := undoubled(normal(without_moments(text)))) != text:
        text = found
    return found


def without_brackets(text: str, matters: Callable[[str], bool]) -> str:
    """`text` without what stands in brackets, which is mostly a place; what `matters` keeps its words."""

    def kept(match: re.Match[str]) -> str:
        return f" {match[1]} " if matters(match[1]) else " "

    text = unicodedata.normalize("NFKC", text)
    for _ in range(4):
        found = _BRACKETS.sub(kept, text)
        if found == text:
            break
        text = found
    return text


def without_place(normalised: str, place: str, matters: Callable[[str], bool]) -> str:
    """A normal text without the row's own place or parts of it, except parts whose words `matters` keeps."""
    for part in sorted({normal(p) for p in (place, *_PLACE_PARTS.split(place))}, key=len, reverse=True):
        if len(part) >= (3 if part.isascii() else 2) and part in normalised and not matters(part):
            edge = r"(?<!\w){}(?!\w)" if part.isascii() else "{}"
            normalised = re.sub(edge.format(re.escape(part)), " ", normalised)
    return " ".join(normalised.split())
