"""Which news is told: new, wanted, and not told before. Only reads."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlite_utils import Database

from collector.notices.gathering import gathered, learned_habits
from collector.notices.keeping import Kept, active_since, made, stored_subject, was_made
from collector.notices.model import News, ParcelFacts, Rule
from collector.notices.rules import JUDGES
from collector.notices.settings import NoticeSettings
from collector.notices.silence import Habits
from collector.notices.standing_facts import standing_facts
from collector.notices.standing_rules import drifting, waiting
from collector.notices.telling import Asked

#: What happened so long before a rule was on, or before the parcel was first looked at, is history.
_GRACE = timedelta(days=1)
#: What came to be longer ago than this is not news, whoever shows it first today.
_TOO_OLD = timedelta(days=30)


def untold(db: Database, settings: NoticeSettings, now: datetime) -> list[News]:
    """The news to tell now that was not told before, in the order it came to be."""
    begun, told = active_since(db), made(db)
    found = []
    for news, first_look in _all_news(db, settings, now):
        shown_by = settings.rules[news.rule].portals
        if shown_by and not shown_by & news.portals:
            continue
        if _is_history(news, begun.get(news.rule, now), first_look, now):
            continue
        known = told.setdefault((news.rule.value, news.subject), [])
        if not was_made(news, known):
            known.append(_as_kept(news, now))
            found.append(news)
    return sorted(found, key=lambda one: (one.since or now, one.parcel_id, one.rule, one.subject))


def _all_news(
    db: Database, settings: NoticeSettings, now: datetime
) -> Iterator[tuple[News, datetime | None]]:
    """All there is to tell by the rules that are on, with when its parcel was first looked at."""
    active = settings.active
    habits = learned_habits(db) if Rule.SILENT in active else Habits()
    for facts in gathered(db, now):
        for rule in active:
            if rule in JUDGES:
                yield from _judged(facts, rule, Asked(settings.rules[rule], now, habits))
    standing = standing_facts(db)
    about_none = {Rule.DRIFT: drifting, Rule.LOGIN_NEEDED: waiting}
    for rule, judge in about_none.items():
        if rule in active:
            yield from ((news, None) for news in judge(standing))


def _judged(facts: ParcelFacts, rule: Rule, asked: Asked) -> Iterator[tuple[News, datetime | None]]:
    yield from ((news, facts.first_seen_at) for news in JUDGES[rule](facts, asked))


def _is_history(news: News, on_since: datetime, first_look: datetime | None, now: datetime) -> bool:
    if news.since is None:
        return False
    # A moment that lies ahead was noted while this machine's clock was wrong: it must not silence anything.
    begin = min(max(on_since, first_look or on_since), now) - _GRACE
    return news.since < begin or now - news.since > _TOO_OLD


def _as_kept(news: News, now: datetime) -> Kept:
    return Kept(
        parcel_id=news.parcel_id,
        rule=news.rule.value,
        subject=stored_subject(news),
        numbers=frozenset(news.numbers),
        anchor_at=news.anchor_at,
        title=news.title,
        text=news.text,
        made_at=now,
        tries=0,
        reached=(),
    )


def described(news: Sequence[News]) -> list[str]:
    """News as lines for a person."""
    return [f"{one.rule}: {one.title} | {one.text}" for one in news]
