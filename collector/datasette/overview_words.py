"""Words of the overview: why a line stands where it does, when, until when."""

from datetime import date

from collector.datasette.parcel_actions import refusal
from collector.picture.words import day as day_words
from collector.picture.words import milestone_words
from collector.plain_text import one_line
from collector.store.troubles import Trouble
from collector.urgency import Line, Urgency

#: How a line looks, and what it asks; of the others only how far they are.
_WORDS = {
    Urgency.PROTECTION: ("warning", "buyer protection"),
    Urgency.PICKUP: ("warning", "fetch it"),
    Urgency.TROUBLE: ("warning", "held up"),
    Urgency.OUT_FOR_DELIVERY: ("notice", "out for delivery"),
    Urgency.CONFLICT: ("notice", "portals contradict each other"),
    Urgency.NO_PARCEL: ("info", "no parcel yet"),
    Urgency.FINISHED: ("calm", "finished"),
}


def urgency_words(line: Line) -> tuple[str, str] | None:
    """How a line looks and what it asks, None for one that is merely under way."""
    return _WORDS.get(line.urgency)


def happened(line: Line) -> str:
    """The newest event in words."""
    return milestone_words(line.milestone) or one_line(line.description or "nothing yet", 80)


def expected(line: Line, today: date) -> str:
    """The day it is expected on at the latest, and whether that is past."""
    last = line.estimated_to_on or line.estimated_from_on
    if line.urgency is Urgency.FINISHED or not last:
        return ""
    on = date.fromisoformat(last)
    return short(last, today) + (", late" if on < today else "")


def protected(line: Line, today: date) -> str:
    """The last day of the buyer's protection and how many are left."""
    left = line.protection_days_left
    if left is None or line.protection_ends_on is None or line.urgency is Urgency.FINISHED:
        return ""
    days = "today" if left == 0 else f"{left} day{'' if left == 1 else 's'} left" if left > 0 else "ended"
    return f"{short(line.protection_ends_on, today)}, {days}"


def short(on: str | None, today: date) -> str:
    """A day, with its year where that is another one."""
    if not on:
        return ""
    day = date.fromisoformat(on)
    return day_words(day) + (f" {day.year}" if day.year != today.year else "")


def trouble_words(trouble: Trouble) -> str:
    """What is wrong with a portal, since when, and until when it is left alone."""
    who = trouble.portal if trouble.account is None else f"{trouble.portal}, account {trouble.account},"
    until = f", left alone until {trouble.until:%Y-%m-%d %H:%M} UTC" if trouble.until else ""
    visits = "once" if trouble.visits == 1 else f"{trouble.visits} times"
    return f"{who} {refusal(trouble.outcome)} ({visits} since {trouble.since:%Y-%m-%d}{until})"
