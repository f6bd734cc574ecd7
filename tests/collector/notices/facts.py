"""Facts of a parcel for rules to judge, and settings. All is invented."""

from datetime import UTC, date, datetime, timedelta

from collector.notices.model import Estimate, Happening, ParcelFacts
from collector.notices.rules import JUDGES
from collector.notices.settings import USUAL, notice_settings
from collector.notices.silence import Habits
from collector.notices.telling import Asked
from scrapers.words import Milestone

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
TODAY = NOW.date()


def ago(**how):
    return NOW - timedelta(**how)


def happening(milestone, at, *portals, **more):
    shown_by = frozenset(portals or ("cainiao",))
    return Happening(Milestone(milestone) if milestone else None, at, at, shown_by, **more)


def estimate(to_on, first, last=0, portal="cainiao", number="LP1"):
    return Estimate(portal, number, date.fromisoformat(to_on), ago(days=first), ago(days=last))


def parcel(*happenings, **changes):
    usual = {
        "id": "LP1",
        "title": "blue lamp",
        "number": "LP1",
        "numbers": ("LP1",),
        "stage": "line_haul",
        "origin": "CN",
        "destination": "ES",
        "first_seen_at": ago(days=40),
        "last_event_at": max((h.at for h in happenings if h.at), default=None),
        "answered_at": ago(hours=6),
        "happenings": happenings,
    }
    return ParcelFacts(**(usual | changes))


def news(rule, facts, *, now=NOW, habits=None, **changes):
    """What the rule makes of the facts."""
    from dataclasses import replace

    return list(JUDGES[rule](facts, Asked(replace(USUAL[rule], **changes), now, habits or Habits())))


def settings(*rules, **table):
    """Notices on, with these rules alone; all of them where none is named."""
    listed = [{"rule": rule.value, "enabled": rule in rules} for rule in USUAL] if rules else []
    return notice_settings({"urls": ["json://127.0.0.1"], "rule": listed, **table}, {})
