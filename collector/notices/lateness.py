"""What there is to tell of a parcel that does not come: rules about days that pass. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from collector.notices.model import Estimate, News, ParcelFacts, Rule
from collector.notices.silence import is_export_clear
from collector.notices.telling import Asked, begin_of, news_of
from collector.notices.wording import said

#: A parcel that portals did not answer about for so long is not silent: we are.
_DEAF_AFTER = timedelta(days=3)
_DAY = timedelta(days=1)


def label_only(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """The seller announced it, and for days nobody has had it in hand."""
    begun = min((h.at for h in facts.happenings if h.at), default=facts.first_seen_at)
    if facts.stage != "label_only" or begun is None:
        return
    since = begun + timedelta(days=asked.settings.after_days)
    if since <= asked.now:
        days = (asked.now - begun).days
        yield news_of(
            facts,
            Rule.LABEL_ONLY,
            subject="label_only",
            headline="announced, but not sent",
            text=f"It was announced {days} days ago, and no carrier has had it in hand.",
            since=since,
            portals=_shown_by(facts),
        )


def silent(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """No news for longer than nearly all parcels needed at this stage; not while it may wait for export."""
    last = _last_news(facts)
    usual = asked.habits.longest_usual(facts.stage, facts.origin, facts.destination)
    if last is None or usual is None or facts.is_over or not is_export_clear(facts):
        return
    since = last + max(usual, timedelta(days=asked.settings.after_days))
    if since > asked.now or facts.answered_at is None or asked.now - facts.answered_at > _DEAF_AFTER:
        return
    days = (asked.now - last).days
    yield news_of(
        facts,
        Rule.SILENT,
        subject="silent",
        headline=f"no news for {days} days",
        text=f"Its last scan is of {last:%Y-%m-%d}; parcels at this stage ({facts.stage.replace('_', ' ')}) "
        f"seldom go without one for more than {max(usual, _DAY).days} days.",
        anchor_at=last,
        since=since,
        portals=_shown_by(facts),
    )


def _last_news(facts: ParcelFacts) -> datetime | None:
    """The last scan; of one whose clock nobody knows, when it was first shown."""
    shown = [one.seen_at for one in facts.happenings if one.at is None and one.seen_at is not None]
    return max((at for at in (facts.last_event_at, *shown) if at is not None), default=None)


def eta_slipped(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """A portal expects it days later than at first, or its last expected day is over."""
    if facts.is_over or facts.stage in ("pickup", "returning"):
        return
    least = timedelta(days=asked.settings.after_days)
    for first, latest in _moved(facts):
        if latest.to_on - first.to_on >= least:
            yield _slip(
                facts,
                latest,
                kind="moved",
                text=f"{said(latest.portal)} expects it by {latest.to_on}, at first by {first.to_on}.",
                since=latest.first_seen_at,
            )
    newest = max(facts.estimates, key=lambda e: (e.last_seen_at, e.first_seen_at, e.portal), default=None)
    if newest is not None and begin_of(newest.to_on) + least <= asked.now:
        text = f"{said(newest.portal)} expected it by {newest.to_on}, and it is not there."
        yield _slip(facts, newest, kind="passed", text=text, since=begin_of(newest.to_on) + least)


def protection_ends(facts: ParcelFacts, asked: Asked) -> Iterator[News]:
    """The buyer's protection is about to end and the parcel is not there: once at each number of days."""
    if facts.stage == "delivered":
        return
    today = asked.now.date()
    for one in facts.protected:
        left = (one.ends_on - today).days
        step = min((day for day in asked.settings.days if day >= left), default=None)
        if step is not None and left >= 0:
            when = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
            yield news_of(
                facts,
                Rule.PROTECTION_ENDS,
                subject=f"{one.order_id}:{step}",
                headline=f"buyer protection ends {when}",
                text=f"The protection of order {one.order_id} ends on {one.ends_on}, and it is not there.",
                anchor_at=begin_of(one.ends_on),
            )


def _moved(facts: ParcelFacts) -> Iterator[tuple[Estimate, Estimate]]:
    """For each portal and number the first estimate and the present one, where that is the latest so far."""
    tracks: dict[tuple[str, str], list[Estimate]] = {}
    for one in sorted(facts.estimates, key=lambda e: (e.first_seen_at, e.to_on)):
        tracks.setdefault((one.portal, one.number), []).append(one)
    for shown in tracks.values():
        present = max(shown, key=lambda e: (e.last_seen_at, e.first_seen_at))
        if present.to_on >= max(e.to_on for e in shown):
            yield shown[0], present


def _slip(facts: ParcelFacts, one: Estimate, *, kind: str, text: str, since: datetime) -> News:
    return news_of(
        facts,
        Rule.ETA_SLIPPED,
        subject=kind,
        headline="later than expected",
        text=text,
        anchor_at=begin_of(one.to_on),
        since=since,
        portals=frozenset({one.portal}),
    )


def _shown_by(facts: ParcelFacts) -> frozenset[str]:
    return frozenset(portal for one in facts.happenings for portal in one.portals)
