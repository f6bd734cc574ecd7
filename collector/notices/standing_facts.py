"""What is about no parcel, out of the database: portals in drift, accounts that wait. Only reads."""

from datetime import datetime

from sqlite_utils import Database

from collector.drift import Drift, Sign
from collector.notices.model import Standing
from collector.read.offsets import parse_iso_utc
from collector.store.drifts import drifts

#: Wordings nobody knows are named in every run's summary: they alone do not make a portal's rows doubtful.
_HARMLESS = frozenset({Sign.NEW_WORDINGS})

_ANSWERS = "('ok', 'no_events_yet', 'not_found', 'input_needed')"
_PEOPLE = "('challenge', 'login_required')"
#: Every portal and account whose newest telling visit needs a person: since when, with no answer between.
_WAITING = f"""
with told as (
    select portal, account, seen_at, outcome,
           max(case when outcome in {_ANSWERS} then seen_at end) over whole as answered_at
    from visits where source = 'browser' and outcome in ({_ANSWERS[1:-1]}, {_PEOPLE[1:-1]})
    window whole as (partition by portal, account)
)
select portal, account, min(seen_at) as since, outcome from told
where outcome in {_PEOPLE} and (answered_at is null or seen_at > answered_at)
group by portal, account order by portal, account
"""  # noqa: S608 - constants


def standing_facts(db: Database) -> Standing:
    """What stands now that is about no parcel."""
    by_portal: dict[str, list[Drift]] = {}
    for one in drifts(db):
        if one.sign not in _HARMLESS:
            by_portal.setdefault(one.portal, []).append(one)
    return Standing(
        drifting=tuple(_drifting(portal, signs) for portal, signs in by_portal.items()),
        waiting=tuple(
            (row["portal"], row["account"], parse_iso_utc(row["since"]), row["outcome"])
            for row in db.query(_WAITING)
        ),
    )


def _drifting(portal: str, signs: list[Drift]) -> tuple[str, datetime, str]:
    # A page nobody understands is worst: a lesser sign that has stood for long must not hide it.
    first = min(signs, key=lambda one: (one.sign is not Sign.LAYOUT_CHANGED, one.since, one.sign))
    return portal, first.since, "; ".join(f"{one.sign.replace('_', ' ')}: {one.detail}" for one in signs)
