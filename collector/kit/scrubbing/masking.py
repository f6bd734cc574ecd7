"""Texts in words, and words made unreadable: letters x, digits 0, punctuation and white space as they are."""

import re

from scrapers.scrubbing import fold

#: Scripts that put no blanks between words: every character is a word.
_UNSPACED = r"\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_SHOWN = r"\s!-/:-@\[-`{-~、。，．：；！？（）「」【】《》〔〕·•…–—‐‘’“”«»¿¡、"
_WORD = re.compile(rf"[{_UNSPACED}]|[^{_SHOWN}{_UNSPACED}]+")
_UNSPACED_RUN = re.compile(rf"[{_UNSPACED}]+")
_MASKED = re.compile(r"[x0]+")
_MONTH = (
    "jan|january|januar|janvier|enero|ene|januari|janeiro|gennaio|stycznia|feb|february|februar|fevrier|febrero"
    "|februari|fevereiro|febbraio|mar|march|marz|mars|marzo|maart|marco|apr|april|avr|avril|abr|abril|aprile"
    "|may|mai|mayo|mei|maio|maggio|jun|june|juni|juin|junio|junho|giugno|jul|july|juli|juil|juillet|julio"
    "|julho|luglio|aug|august|aout|ago|agosto|augustus|sep|sept|september|septembre|septiembre|setembro"
    "|settembre|oct|october|oktober|okt|octobre|octubre|outubro|ottobre|nov|november|novembre|noviembre"
    "|novembro|dec|december|dez|dezember|decembre|dic|diciembre|dezembro|dicembre"
)
_DAY = (
    "mon|monday|tue|tues|tuesday|wed|wednesday|thu|thur|thurs|thursday|fri|friday|sat|saturday|sun|sunday"
    "|lunes|martes|miercoles|jueves|viernes|sabado|domingo|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche"
    "|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag"
    "|lunedi|martedi|mercoledi|giovedi|venerdi|sabato|domenica|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag"
)
#: What may stand beside the numbers of dates and times.
_BESIDE = re.compile(
    rf"{_MONTH}|{_DAY}|am|pm|a|p|m|t|z|at|um|uhr|kl|h|de|del|utc|gmt|est|edt|cst|cdt|mst|mdt|pst|pdt|cet|cest"
)
_YEAR, _D, _M = r"(?:19|20)\d\d", r"(?:0?[1-9]|[12]\d|3[01])", rf"(?:{_MONTH}|février|août|décembre|märz)"
_PIECES = re.compile(
    rf"(?:(?<![\d.])(?:{_YEAR}[-/.]{_D}[-/.]{_D}|{_D}[-/.]{_D}[-/.](?:{_YEAR}|[0-3]\d)(?![-/.]?\d)|0001-01-01"
    rf"|{_YEAR}年{_D}月{_D}日|{_YEAR}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:T?\d{{6}}|T?\d{{4}})?"
    rf"|{_D}(?:st|nd|rd|th)?\.? (?:de )?{_M}\.?,?(?: (?:de )?{_YEAR})?"
    rf"|{_M}\.? {_D}(?:st|nd|rd|th)?,?(?: {_YEAR})?"
    r"|[0-2]?\d:[0-5]\d(?::[0-6]\d)?|[0-2]?\d(?:\.|h)[0-5]\d(?= ?(?:uhr|h)?$)|[0-2]?\d(?= ?[ap]\.?m)"
    r")|(?<=[\d TMm])[+-][01]?\d(?::?[0-5]\d)?|(?:gmt|utc) ?[+-]?[01]?\d(?::?[0-5]\d)?)(?!\d)",
    re.IGNORECASE,
)
#: A day of this century within a longer text.
_DAYS = re.compile(
    r"(?<![\d./-])(?:20\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.]20\d\d"
    rf"|\d{{1,2}}\.? (?:de )?(?:{_MONTH}|février|août|décembre|märz)\.?,? (?:de )?20\d\d"
    rf"|(?:{_MONTH})\.? \d{{1,2}},? 20\d\d)(?![\w/-])",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"(?<=:\d\d)[.,]\d{1,9}")
_OFFSET = re.compile(r"(?:gmt|utc)? ?[+-]\d{1,2}(?::?\d{2})?|gmt|utc", re.IGNORECASE)
#: Longer texts are no date, and more pieces no span of time with its offsets.
_LONGEST_DATE, _MOST_PIECES = 60, 6


def words_of(text: str) -> list[tuple[int, int, str]]:
    """Where each word of `text` begins and ends, and the word without case and accents."""
    return [(match.start(), match.end(), fold(match[0])) for match in _WORD.finditer(text)]


def folded(text: str) -> tuple[str, ...]:
    """The words of `text` for comparison."""
    return tuple(word for _, _, word in words_of(text))


def unspaced(text: str) -> list[str]:
    """The stretches of `text` in scripts that put no blanks between words."""
    return _UNSPACED_RUN.findall(text)


def mask(text: str) -> str:
    """`text` with every letter made x and every digit 0. Masking again changes nothing more."""
    return _WORD.sub(lambda match: "".join("0" if c.isdigit() else "x" for c in match[0]), text)


def is_clock(text: str) -> bool:
    """Whether `text` may be what a row has for its time: little stands beside dates and times."""
    rest, pieces = _PIECES.subn(" ", _FRACTION.sub("", text))
    words = folded(rest)
    digits = "".join(word for word in words if word.isdigit())
    return (
        pieces > 0
        and len(digits) <= 4
        and all(_BESIDE.fullmatch(word) or word.isdigit() or len(word) < 4 for word in words)
    )


def without_words(text: str, kept: frozenset[str]) -> str:
    """`text` with every word masked that belongs to no time and is none of `kept`."""
    pieces, end = [], 0
    for start, stop, word in words_of(text):
        if not (word in kept or _BESIDE.fullmatch(word) or word.isdigit() or len(word) < 4):
            pieces += [text[end:start], mask(text[start:stop])]
            end = stop
    return "".join([*pieces, text[end:]])


def days_in(text: str) -> list[tuple[int, int]]:
    """Where `text` holds a whole date."""
    return [match.span() for match in _DAYS.finditer(text)]


def is_masked(word: str) -> bool:
    """Whether nothing of a word can be read."""
    return _MASKED.fullmatch(word) is not None


def is_moment(text: str) -> bool:
    """Whether `text` is a date, a time, an offset, or several of them, and nothing else."""
    text = _FRACTION.sub("", text.strip())
    if not text or len(text) > _LONGEST_DATE:
        return False
    if _OFFSET.fullmatch(text):
        return True
    rest, pieces = _PIECES.subn(" ", text)
    return 0 < pieces <= _MOST_PIECES and all(map(_BESIDE.fullmatch, folded(rest)))


def is_short_number(text: str) -> bool:
    """Whether `text` is a number that identifies nothing: three digits at most."""
    return re.fullmatch(r"\s*[-+]?[0-9]{1,3}(?:\.[0-9])?%?\s*", text) is not None
