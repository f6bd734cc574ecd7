"""Words and small pieces the templates of our pages call. Pure."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from collector.deadline_rules import SAID, What
from collector.picture.story import Finding
from collector.picture.words import KIND_WORDS, LEG_WORDS, event_words, milestone_words, readable, size, sizes
from collector.picture.words import day as day_words
from collector.plain_text import one_line
from collector.read.offsets import iso_utc

#: The stages a parcel passes, as steps of a bar; the others are where it left the way.
STEPS = ("label_only", "origin", "line_haul", "customs", "last_mile", "delivered")
_STEP_OF = {"pickup": "last_mile"}
_BACK = ("returning", "returned", "closed")
_OFFSET_SOURCES = {
    "stated": "as the row says",
    "payload": "as the page's data say",
    "viewer": "the zone the page was made for",
    "portal": "as this portal always prints",
    "place": "by the place",
    "inferred": "inferred from other portals",
    "corrected": "corrected: the row says otherwise",
    "unknown": "clock unknown",
}
SEVERITY_WORDS = {"warning": "wrong", "notice": "notice", "info": "harmless"}
MARKS = {"warning": "▲", "notice": "◆", "info": "○"}


def line(text: object, longest: int = 200) -> str:
    """A stranger's text on one line, without what steers; empty for None. The template escapes it."""
    return "" if text is None else one_line(str(text), longest)


def stamp(at: datetime | str | None) -> str | None:
    """An instant as it is stored."""
    return iso_utc(at) if isinstance(at, datetime) else at


def day(on: str | date | None) -> str:
    """A day as "Sat 7 Mar 2026"; of anything else the text."""
    if on is None:
        return ""
    try:
        known = date.fromisoformat(str(on)[:10])
    except ValueError:
        return line(on, 40)
    return f"{day_words(known)} {known.year}"


def days(from_on: str | None, to_on: str | None) -> str:
    """Two days as a stretch, one as itself."""
    ends = list(dict.fromkeys(day(on) for on in (from_on, to_on) if on))
    return " – ".join(ends)


def step(stage: str) -> int:
    """How many of the steps of the bar a stage has done, 0 for a stage off the way."""
    reached = _STEP_OF.get(stage, stage)
    return STEPS.index(reached) + 1 if reached in STEPS else 0


def is_back(stage: str) -> bool:
    """Whether a parcel of this stage has left the way to its owner."""
    return stage in _BACK


def later(seconds: int) -> str:
    """How far a row is from its event: "7 h later", "25 min earlier"."""
    return f"{size(seconds)} {'later' if seconds > 0 else 'earlier'}"


def offset(minutes: int | None, source: str) -> str:
    """What is believed of a row's zone, and why."""
    why = _OFFSET_SOURCES.get(source, source)
    if minutes is None:
        return why
    hours, rest = divmod(abs(minutes), 60)
    sign = "−" if minutes < 0 else "+"
    return f"UTC{sign}{hours}" + (f":{rest:02d}" if rest else "") + f", {why}"


def named(text: str, titles: Mapping[str, str]) -> str:
    """A sentence of ours in which portals stand by their titles, and instants as people read them."""
    known = {name: title for name, title in titles.items() if name != title}
    if known:
        either = "|".join(re.escape(name) for name in sorted(known, key=len, reverse=True))
        text = re.sub(rf"(?<![\w-])(?:{either})(?![\w-])", lambda found: known[found[0]], text)
    return readable(text)


def pair(finding: Finding, titles: dict[str, str]) -> str:
    """The portals of a finding by name."""
    return " and ".join(
        dict.fromkeys(titles.get(name, name) for name in (finding.portal_a, finding.portal_b))
    )


def deadline(what: str) -> str:
    """What a day is the last one for."""
    said = SAID[What(what)]
    return said[:1].upper() + said[1:]


def item(one: Mapping[str, Any]) -> str:
    """An item of an order in a line."""
    parts = (one["title"] or "an item without a name", one["sku"])
    many = f" × {one['quantity']}" if (one["quantity"] or 1) > 1 else ""
    return line(" · ".join(str(part) for part in parts if part), 160) + many


WORDS_OF_PAGES: dict[str, Any] = {
    "KIND_WORDS": KIND_WORDS,
    "LEG_WORDS": LEG_WORDS,
    "MARKS": MARKS,
    "SEVERITY_WORDS": SEVERITY_WORDS,
    "STEPS": STEPS,
    "day": day,
    "days": days,
    "deadline": deadline,
    "event_words": event_words,
    "is_back": is_back,
    "item": item,
    "later": later,
    "line": line,
    "milestone_words": milestone_words,
    "offset": offset,
    "pair": pair,
    "named": named,
    "size": size,
    "sizes": sizes,
    "step": step,
}
