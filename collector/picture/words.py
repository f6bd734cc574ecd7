"""Days, sizes and names as the picture and the pages print them: English, short, safe. Pure."""

import re
from datetime import date, datetime
from html import escape

from collector.picture.story import Event, Finding
from collector.plain_text import one_line
from collector.report_words import WORDS
from scrapers.words import Milestone

#: What each kind of disagreement is called where there is no room for a sentence.
KIND_WORDS = {
    "conflict": "really different times",
    "lag": "one hears of it late",
    "unexplained": "differ, reason unknown",
    "zone_label": "wrong zone label",
    "timezone": "other clock, same moment",
    "precision": "one gives only the date",
    "revision": "changed its time",
}
LEG_WORDS = {"origin": "origin", "line_haul": "line haul", "import": "import", "last_mile": "last mile"}
_HARD = "\N{NO-BREAK SPACE}"
_INSTANT = re.compile(r"\b(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d(?:\.\d+)?Z")
_MILESTONES = frozenset(Milestone)


def safe(text: object, longest: int = 200) -> str:
    """A stranger's text for SVG and HTML: on one line, cut, nothing in it steers or is taken for markup."""
    return escape(one_line(str(text), longest))


def cut(text: str, longest: int) -> str:
    """`text` with at most so many characters, the last an ellipsis where some are missing."""
    return text if len(text) <= longest else text[: max(longest - 1, 0)].rstrip() + "…"


def milestone_words(milestone: str | None) -> str | None:
    """What a milestone is called, None where it says nothing or is not understood."""
    return WORDS.get(Milestone(milestone)) if milestone in _MILESTONES else None


def event_words(event: Event) -> str:
    """What happened: in our words where it is understood, else in the portal's."""
    said = milestone_words(event.milestone) or event.description or "no words"
    return said[:1].upper() + said[1:]


def size(seconds: int) -> str:
    """How far apart: "9 h", "7 h 15 min", "25 min", "40 s", "3 days 4 h"; its blanks do not break."""
    minutes, rest = divmod(abs(seconds), 60)
    if not minutes:
        return f"{rest}{_HARD}s"
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        parts = [(days, "days" if days > 1 else "day"), (hours, "h")]
    else:
        parts = [(hours, "h"), (minutes, "min")]
    return _HARD.join(f"{n}{_HARD}{unit}" for n, unit in parts if n)


def sizes(finding: Finding) -> str:
    """How far apart the disagreements of a finding are; empty where the kind has no size."""
    if finding.kind == "precision":
        return ""
    least, most = size(finding.smallest_s), size(finding.largest_s)
    return most if least == most else f"{least} to {most}"


def day(moment: date | datetime) -> str:
    """ "Sat 7 Mar"."""
    return f"{moment:%a} {moment.day} {moment:%b}"


def readable(text: str) -> str:
    """A sentence in which stored instants stand as "2026-03-07 22:31 UTC"."""
    return _INSTANT.sub(r"\1 \2 UTC", text)


def silence(seconds: float) -> str:
    """How long nothing happened: in days, from a day and a half on rounded."""
    days = round(seconds / 86400)
    return f"{days} days nothing" if days > 1 else "a day nothing"
