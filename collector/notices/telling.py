"""What every rule about parcels shares: what it is asked, and the form of its answer. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from collector.notices.model import News, ParcelFacts, Rule, RuleSettings
from collector.notices.silence import Habits
from collector.notices.wording import LONGEST_TEXT, said


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule is given beside the facts."""

    settings: RuleSettings
    now: datetime
    habits: Habits


Judge = Callable[[ParcelFacts, Asked], Iterator[News]]


def begin_of(day: date) -> datetime:
    """The begin of a day whose zone nobody names, as an instant."""
    return datetime.combine(day, time(), tzinfo=UTC)


def news_of(
    facts: ParcelFacts,
    rule: Rule,
    *,
    subject: str,
    headline: str,
    text: str,
    anchor_at: datetime | None = None,
    since: datetime | None = None,
    portals: frozenset[str] = frozenset(),
) -> News:
    """News of a parcel, its texts made harmless and its number named."""
    return News(
        rule=rule,
        subject=subject,
        title=f"{said(facts.title, 60)}: {said(headline)}",
        text=said(text if facts.number in text else f"{text} Number: {facts.number}.", LONGEST_TEXT),
        parcel_id=facts.id,
        numbers=facts.numbers,
        anchor_at=anchor_at,
        since=since,
        portals=portals,
    )
