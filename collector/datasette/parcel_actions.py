"""What a parcel asks of its owner, in plain words, the most pressing first. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from collector.datasette.parcel_words import named
from collector.deadline_rules import SAID, What, days_left
from collector.deadlines import AHEAD_DAYS
from collector.picture.story import Due, Story
from collector.picture.words import day, milestone_words
from collector.urgency import Line, Urgency

#: Why a line stands where it does, as a sentence.
_ASKED = {
    Urgency.PICKUP: "Fetch it: it is ready for pickup",
    Urgency.TROUBLE: "It is held up",
    Urgency.OUT_FOR_DELIVERY: "It is out for delivery: expect it today",
}
_REFUSED = {
    "challenge": "asks whether you are a person",
    "login_required": "asks you to sign in",
    "input_needed": "asks for something more, such as a postcode",
    "layout_changed": "shows a page that is not understood",
    "unavailable": "did not answer",
    "rate_limited": "wants to be asked less often",
    "not_found": "does not know the number",
}
#: Of these visits a person should know even if nothing else is wrong.
_HUMAN = ("challenge", "login_required", "input_needed")


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do or to know. `severity` is `warning`, `notice` or `info`."""

    severity: str
    text: str


def actions(
    story: Story, line: Line, visits: Sequence[Mapping[str, Any]], pickup_point: str | None, today: date
) -> list[Action]:
    """What the parcel asks; `visits` are the newest of each portal and number."""
    found = [*_of_dues(story.dues, today), *_of_urgency(story, line, pickup_point)]
    if story.contradictions:
        more = f" (and {len(story.contradictions) - 1} more)" if len(story.contradictions) > 1 else ""
        said = named(story.contradictions[0].explanation, story.titles())
        found.append(Action("warning", f"Portals contradict each other: {said}{more}"))
    conflicts = sum(f.count for f in story.findings if f.kind == "conflict")
    if conflicts and line.urgency is not Urgency.FINISHED:
        times = "one time" if conflicts == 1 else f"{conflicts} times"
        found.append(Action("notice", f"Portals give really different times: {times}, see the findings"))
    found += _of_visits(story, visits)
    return sorted(found, key=lambda action: action.severity != "warning")


def refusal(outcome: str) -> str:
    """What a portal did instead of showing rows."""
    return _REFUSED.get(outcome, outcome.replace("_", " "))


def _of_dues(dues: Iterable[Due], today: date) -> Iterable[Action]:
    for due in dues:
        on = date.fromisoformat(due.due_on)
        left = days_left(on, today)
        if due.has_arrived or due.what == What.PROTECTION_LATEST or not 0 <= left <= AHEAD_DAYS:
            continue
        when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
        said = SAID[What(due.what)]
        yield Action("warning", f"{said[:1].upper()}{said[1:]}: {day(on)}, {when} (order {due.order_id})")


def _of_urgency(story: Story, line: Line, pickup_point: str | None) -> Iterable[Action]:
    said = _ASKED.get(line.urgency)
    left = line.protection_days_left
    if line.urgency is Urgency.PROTECTION and left is not None and left < 0:
        yield Action(
            "warning", f"Buyer protection ended on {line.protection_ends_on}, and it has not arrived"
        )
    if said is None:
        return
    if line.urgency is Urgency.TROUBLE and (words := milestone_words(story.milestone)):
        said = f"{said}: {words}"
    if line.urgency is Urgency.PICKUP and pickup_point:
        said = f"{said} at {pickup_point}"
    yield Action("warning" if line.urgency is not Urgency.OUT_FOR_DELIVERY else "notice", said)


def _of_visits(story: Story, visits: Iterable[Mapping[str, Any]]) -> Iterable[Action]:
    titles = story.titles()
    for visit in visits:
        if visit["outcome"] in _HUMAN:
            who = titles.get(visit["portal"], visit["portal"])
            yield Action("notice", f"{who} {refusal(visit['outcome'])} (seen {visit['seen_at'][:10]})")
