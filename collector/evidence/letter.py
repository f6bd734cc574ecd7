"""A draft of a message to the seller: the facts of one order and its parcels, in plain words."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from collector.deadline_rules import What
from collector.picture import Story
from collector.picture.story import Row
from collector.plain_text import one_line

_Data = Mapping[str, Any]

_ASKED = {
    "delivered": "I have not received it. Please ask the carrier for the proof of delivery (signature or"
    " photograph, place, name of who took it) and send it to me; if there is none, please send the goods"
    " again or refund them.",
    "back": "I have not received it. Please refund the order, or send the goods again.",
    "pickup": "I cannot collect it there. Please ask the carrier to deliver it, or refund the order.",
    "way": "Please ask the carrier where it is, and send the goods again or refund"
    " them if it cannot be found.",
}
_SAID = {
    "delivered": "Pages say that the parcel was delivered.",
    "back": "Pages say that the parcel goes or went back.",
    "pickup": "Pages say that the parcel waits to be collected.",
    "way": "The parcel has not arrived.",
}


def letter(orders: Sequence[_Data], items: Sequence[_Data], stories: Sequence[Story], now: datetime) -> str:
    """The draft, lines of text; for the buyer to change and to send."""
    lines = [f"Subject: {_subject(orders, stories)}", "", "Hello,", ""]
    for order in orders:
        lines += [_order(order), *_items(order, items), ""]
    if not stories:
        lines += ["No page shows a parcel for it yet. Please tell me when it was sent, and by whom.", ""]
    for story in stories:
        lines += [*_parcel(story, now), ""]
    lines += _protection(orders, stories, f"{now:%Y-%m-%d}")
    lines += [
        "The file with this message has what every page showed, when, and its checksums.",
        "",
        "Thank you.",
    ]
    return "\n".join(one_line(line) if line else "" for line in lines) + "\n"


def _protection(orders: Iterable[_Data], stories: Iterable[Story], today: str) -> list[str]:
    ends = min((order["protection_ends_on"] for order in orders if order["protection_ends_on"]), default=None)
    if ends is None:
        return []
    if ends < today:
        return [f"Buyer protection of this order ended on {ends}.", ""]
    write_by = What.WRITE_TO_SELLER.value
    by = min((due.due_on for story in stories for due in story.dues if due.what == write_by), default="")
    answer = f"Please answer by {by}." if by >= today else "Please answer soon."
    return [f"Buyer protection of this order ends on {ends}. {answer}", ""]


def _subject(orders: Sequence[_Data], stories: Sequence[Story]) -> str:
    ids = ", ".join(order["id"] for order in orders) or ", ".join(story.parcel_id for story in stories)
    return f"order {ids}" if orders else f"parcel {ids}"


def _order(order: _Data) -> str:
    placed = order["placed_on"] or order["placed_text"]
    parts = [f"this is about order {order['id']}"]
    parts += [f"placed on {placed}"] if placed else []
    parts += [f"at {order['store']}"] if order["store"] else []
    parts += [f"for {order['total']} {order['currency'] or ''}".rstrip()] if order["total"] else []
    return ", ".join(parts) + ":"


def _items(order: _Data, items: Iterable[_Data]) -> list[str]:
    own = [item for item in items if item["order_id"] == order["id"]]
    packed = [item for item in own if item["packed"] is not None]  # where pages say what is in the parcel
    return [_item(item) for item in packed or own]


def _item(item: _Data) -> str:
    variant = f" ({item['sku']})" if item["sku"] else ""
    return f"- {item['quantity'] or 1} x {item['title'] or 'an item'}{variant}"


def _parcel(story: Story, now: datetime) -> list[str]:
    numbers = ", ".join(f"{n.number}{f' ({n.carrier})' if n.carrier else ''}" for n in story.numbers)
    state = _state(story)
    lines = [f"It was sent under {numbers}. {_SAID[state]}", "What the pages show last:"]
    lines += [f"- {line}" for line in _last_rows(story)]
    if state == "way":
        lines += _waiting(story, now)
    if story.contradictions:
        lines.append("The pages contradict each other:")
        lines += [f"- {one.explanation}" for one in story.contradictions]
    return [*lines, _ASKED[state]]


def _state(story: Story) -> str:
    if story.stage in ("returning", "returned"):
        return "back"
    return story.stage if story.stage in ("delivered", "pickup") else "way"


def _last_rows(story: Story) -> list[str]:
    titles, sequence = story.titles(), {event.id: event.sequence for event in story.events}
    last: dict[str, Row] = {}
    for row in story.standing_rows():
        before = last.get(row.portal)
        if before is None or sequence.get(row.event_id or "", -1) >= sequence.get(before.event_id or "", -1):
            last[row.portal] = row
    shown = [last[portal.name] for portal in story.portals if portal.name in last]
    return [
        f"{titles[row.portal]}: {row.time_text or 'no time'}, {row.description}"
        + (f", {row.place}" if row.place else "")
        for row in shown
    ]


def _waiting(story: Story, now: datetime) -> list[str]:
    lines = []
    if story.last_event_at is not None:
        days = (now - story.last_event_at).days
        lines.append(f"Nothing has happened since {story.last_event_at:%Y-%m-%d}, {days} days ago.")
    if story.expected_to_on is not None:
        lines.append(f"It was expected by {story.expected_to_on}.")
    return lines
