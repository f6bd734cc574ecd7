"""What there is to tell of one parcel: a pure function for each rule, from facts to news.

A subject never holds a portal's words: rows get reworded, and what was told once is not told again.
"""

from collections.abc import Iterator
from datetime import datetime

from collector.notices.lateness import eta_slipped, label_only, protection_ends, silent
from collector.notices.model import Happening, News, ParcelFacts, Rule
from collector.notices.telling import Asked, Judge, news_of
from collector.notices.wording import said
from scrapers.words import Milestone


def handoff(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """The next carrier's number is known."""
    for one in facts.handoffs:
        carrier = said(one.carrier) if one.carrier else "the next carrier"
        yield news_of(
            facts,
            Rule.HANDOFF,
            subject=one.number,
            headline=f"handed to {carrier}",
            text=f"{carrier} has it under the number {one.number}.",
            since=one.since,
            portals=frozenset({one.found_on} if one.found_on else ()),
        )


def out_for_delivery(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """It is out for delivery, once a tour; not when it has arrived since, or waits to be fetched."""
    if facts.is_over or facts.stage == "pickup":
        return
    for one in _of(facts, Milestone.OUT_FOR_DELIVERY):
        yield _happened(facts, Rule.OUT_FOR_DELIVERY, one, "out for delivery", one.at)


def ready_for_pickup(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """It waits to be fetched; reminders of the same are not told again."""
    if not facts.is_over:
        yield from _first(facts, Rule.READY_FOR_PICKUP, Milestone.AVAILABLE_FOR_PICKUP, "ready for pickup")


def delivered(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """It is delivered; told once, whoever says so again."""
    yield from _first(facts, Rule.DELIVERED, Milestone.DELIVERED, "delivered")


def delivered_contradicted(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """One portal says delivered, and another does not agree; once for each way of not agreeing."""
    for one in facts.contradictions:
        yield news_of(
            facts,
            Rule.DELIVERED_CONTRADICTED,
            subject=one.kind,
            headline="delivered, but contradicted",
            text=one.explanation,
            since=one.at,
            portals=frozenset(one.portals),
        )


def conflict(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """Two portals give times for one event that cannot both be right."""
    for one in facts.conflicts:
        yield news_of(
            facts,
            Rule.CONFLICT,
            subject="+".join(one.portals),
            headline="portals contradict each other",
            text=one.explanation,
            anchor_at=one.at,
            since=one.at,
            portals=frozenset(one.portals),
        )


JUDGES: dict[Rule, Judge] = {
    Rule.HANDOFF: handoff,
    Rule.OUT_FOR_DELIVERY: out_for_delivery,
    Rule.READY_FOR_PICKUP: ready_for_pickup,
    Rule.DELIVERED: delivered,
    Rule.DELIVERED_CONTRADICTED: delivered_contradicted,
    Rule.LABEL_ONLY: label_only,
    Rule.SILENT: silent,
    Rule.ETA_SLIPPED: eta_slipped,
    Rule.PROTECTION_ENDS: protection_ends,
    Rule.CONFLICT: conflict,
}


def _of(facts: ParcelFacts, milestone: Milestone) -> list[Happening]:
    return [one for one in facts.happenings if one.milestone is milestone]


def _first(facts: ParcelFacts, rule: Rule, milestone: Milestone, headline: str) -> Iterator[News]:
    """News of the latest event of a kind, of which there is only one for a parcel."""
    found = _of(facts, milestone)
    if found:
        yield _happened(facts, rule, found[-1], headline, None)


def _happened(
    facts: ParcelFacts, rule: Rule, one: Happening, headline: str, anchor_at: datetime | None
) -> News:
    where = f" at {said(one.place)}" if one.place else ""
    when = f", {one.at:%Y-%m-%d %H:%M} UTC" if one.at else ""
    by = ", ".join(sorted(one.portals))
    return news_of(
        facts,
        rule,
        subject=rule.value,
        headline=headline,
        text=f"{headline[0].upper()}{headline[1:]}{where}{when}, as {by} shows.",
        anchor_at=anchor_at,
        since=one.at or one.seen_at,
        portals=one.portals,
    )
