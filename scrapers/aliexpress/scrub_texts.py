"""How much of a text stays readable, by its kind: one set of rules for the data and for the page.

own     one of the shop's labels stays, any other text is hidden but for words that tell what page it is
tab     the same, and a count in brackets at its end
row     a line with a date, or the number of an order or parcel, stays; of any other its label
plain   dates, prices, numbers: all stays but names
named   titles, shops, carriers, places: all stays but names, e-mail addresses, telephone numbers, postcodes
said    prose: the same, and single parts of names, and whatever follows "signed by" or "left at"
town    "Town,XX" is as `named`, any other text is hidden
mask    nothing stays
"""

import re
from collections.abc import Sequence

from scrapers.aliexpress.scrub_labels import is_fact, is_label, is_spot
from scrapers.scrubbing import Personal, mask

#: In such words, whatever stands around them, a page tells that it checks for people, or has nothing to show.
TELLING = re.compile(
    r"slide to verify|unusual traffic from your network|drag the slider|向右滑动|请拖动滑块|安全验证"
    r"|logistics information has not been updated yet|there is no updated logistics information",
    re.IGNORECASE,
)
#: What follows may name a person, a neighbour or a door.
_LEADS = re.compile(
    r"\b(?:left (?:at|with)|signed(?: for)? by|signatory|signature|recipient|receiver|collected in person by"
    r"|firmado por|assinado por|sign[eé] par|firmato da|unterschrieben von|entgegengenommen von)\b[\s:]*"
    r"|签收人[\s:：]*",
    re.IGNORECASE,
)
_TOWN = re.compile(r"[^\W\d][\w .'’()-]{1,60},\s?[A-Z]{2,3}")
_COUNT = re.compile(r"[(（]\s?[0-9]{1,6}\s?[)）]\s*$")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_NUMBER = re.compile(r"(?<!\d)\d{14,22}(?!\d)")
_CARD_TAIL = re.compile(r"[*•·xX]{2,}[\s-]*\d")


def shown(kind: str, text: str, personal: Personal) -> str:
    """What of `text` may be read."""
    return hidden(kind, [text], personal)[0]


def hidden(kind: str, pieces: Sequence[str], personal: Personal) -> list[str]:
    """`pieces` of one text, of which what may not be read is made x's."""
    if kind in ("own", "tab"):
        return [_own(piece, keep_count=kind == "tab") for piece in pieces]
    if kind == "row":
        return _row(pieces, personal)
    if kind == "mask" or (kind == "town" and not _TOWN.fullmatch("".join(pieces).strip())):
        return [mask(piece) for piece in pieces]
    found = personal.hide_run(pieces, parts=kind == "said", numbers=kind != "plain")
    found = [personal.hide(piece, parts=kind == "said", numbers=kind != "plain") for piece in found]
    return _without_persons(found) if kind == "said" else found


def _own(text: str, *, keep_count: bool) -> str:
    if is_label(text):
        return text
    kept = [match.span() for match in TELLING.finditer(text)]
    count = _COUNT.search(text) if keep_count else None
    if count:
        kept.append(count.span())
    return _masked_but(text, kept)


def _row(pieces: Sequence[str], personal: Personal) -> list[str]:
    whole = "".join(pieces)
    dated = bool(_YEAR.search(whole) or _NUMBER.search(whole)) and not _CARD_TAIL.search(whole)
    if dated or is_fact(whole):
        return personal.hide_run(pieces)
    made = []
    for piece in pieces:
        head, colon, rest = (
            re.split("([:：])", piece, maxsplit=1) if re.search("[:：]", piece) else (piece, "", "")
        )
        made.append("".join(part if is_label(part) else mask(part) for part in (head, colon, rest)))
    return made


def _without_persons(pieces: list[str]) -> list[str]:
    """`pieces` with what follows a word such as "signed by" hidden, unless it is a usual place."""
    whole = "".join(pieces)
    lead = _LEADS.search(whole)
    if lead is None or is_spot(whole[lead.end() :]):
        return pieces
    masked = whole[: lead.end()] + mask(whole[lead.end() :])
    made, start = [], 0
    for piece in pieces:
        made.append(masked[start : start + len(piece)])
        start += len(piece)
    return made


def _masked_but(text: str, kept: Sequence[tuple[int, int]]) -> str:
    pieces, end = [], 0
    for start, stop in sorted(kept):
        pieces += [mask(text[end:start]), text[start:stop]]
        end = stop
    return "".join([*pieces, mask(text[end:])])
