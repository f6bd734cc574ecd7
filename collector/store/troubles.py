"""Portals, and accounts there, that have not answered for a while: read from the visits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from collector.cadence import ANSWERS
from collector.read.offsets import parse_iso_utc
from collector.store.portal_states import portal_state
from scrapers.words import Outcome

_ANSWERS = ", ".join(f"'{outcome}'" for outcome in sorted(ANSWERS))
_UNANSWERED = f"""
with answered as (
    select portal, account, max(seen_at) as at from visits
    where source = 'browser' and outcome in ({_ANSWERS}) group by portal, account
)
select v.portal, v.account, min(v.seen_at) as since, count(*) as visits,
       max(v.seen_at || ' ' || v.outcome) as last
from visits as v left join answered as a on a.portal = v.portal and a.account is v.account
where v.source = 'browser' and v.outcome not in ({_ANSWERS}) and (a.at is null or v.seen_at > a.at)
group by v.portal, v.account order by v.portal, v.account
"""  # noqa: S608 - outcomes are words of ours


@dataclass(frozen=True, slots=True)
class Trouble:
    """A portal that has not answered since a moment, in how many visits.

    outcome  of the last visit
    until    when it is asked again at the earliest, None where nothing prevents it
    """

    portal: str
    account: str | None
    since: datetime
    visits: int
    outcome: Outcome
    until: datetime | None


def troubles(db: Database, now: datetime) -> list[Trouble]:
    """The portals and accounts of which no visit was answered since some moment."""
    return [_trouble(db, row, now) for row in db.query(_UNANSWERED)]


def _trouble(db: Database, row: Mapping[str, Any], now: datetime) -> Trouble:
    until = portal_state(db, row["portal"], row["account"]).not_before_at
    return Trouble(
        portal=row["portal"],
        account=row["account"],
        since=parse_iso_utc(row["since"]),
        visits=row["visits"],
        outcome=Outcome(row["last"].split(" ")[1]),
        until=until if until is not None and until > now else None,
    )
