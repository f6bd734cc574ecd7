"""The notices that were made: what was told already, what is still to be sent. Writes only its own tables.

A notice is kept before it is sent. It is marked as being sent first and as sent after: of one that was being
sent when the program died nobody knows whether it arrived, and it is not sent again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from collector.notices.model import News, Rule
from collector.read.offsets import iso_utc, parse_iso_utc

#: How far the moment of one and the same thing may move: a clock is understood better, a date is refined.
#: Rules that are not here tell of a subject once.
MAY_MOVE = {
    Rule.OUT_FOR_DELIVERY: timedelta(hours=18),
    Rule.SILENT: timedelta(days=2),
    Rule.ETA_SLIPPED: timedelta(hours=47),
    Rule.PROTECTION_ENDS: timedelta(days=3),
    Rule.CONFLICT: timedelta(days=1),
    Rule.DRIFT: timedelta(days=30),
    Rule.LOGIN_NEEDED: timedelta(),
}
#: A number that is used again after so long is another parcel.
_ANOTHER_LIFE = timedelta(days=300)


@dataclass(frozen=True, slots=True)
class Kept:
    """A notice that was made."""

    parcel_id: str
    rule: str
    subject: str
    numbers: frozenset[str]
    anchor_at: datetime | None
    title: str
    text: str
    made_at: datetime
    tries: int
    reached: tuple[str, ...]


def active_since(db: Database) -> dict[Rule, datetime]:
    """Since when each rule is on."""
    known = list(Rule)
    return {
        Rule(row["rule"]): parse_iso_utc(row["active_since"])
        for row in db.query("select * from notice_rules")
        if row["rule"] in known
    }


def keep_active(db: Database, rules: Iterable[Rule], now: datetime) -> None:
    """Remember which rules are on from now. A rule that was off in between begins anew. In a transaction."""
    names = [rule.value for rule in rules]
    off = f"delete from notice_rules where rule not in ({','.join('?' * len(names))})"  # noqa: S608
    db.execute(off, names)
    for name in names:
        db.execute("insert or ignore into notice_rules values (?, ?)", [name, iso_utc(now)])


def stored_subject(news: News) -> str:
    """The subject as it is stored: with its moment, where there can be several."""
    return news.subject if news.anchor_at is None else f"{news.subject}@{iso_utc(news.anchor_at)}"


def made(db: Database) -> dict[tuple[str, str], list[Kept]]:
    """Every notice that was made, by rule and by subject without its moment."""
    found: dict[tuple[str, str], list[Kept]] = {}
    for row in db.query("select * from notices order by made_at, parcel_id, subject"):
        found.setdefault((row["rule"], _bare(row)), []).append(_kept(row))
    return found


def was_made(news: News, known: Sequence[Kept]) -> bool:
    """Whether one of `known` (of the same rule and subject) told this already.

    A parcel is the same if it shares a number with what it was then: parcels get further numbers, are joined
    and parted, and may be called by another of their numbers.
    """
    reach = MAY_MOVE.get(news.rule)
    return any(_same_parcel(news, one) and _same_moment(news, one, reach) for one in known)


def _same_parcel(news: News, one: Kept) -> bool:
    if not news.parcel_id or not one.parcel_id:
        return news.parcel_id == one.parcel_id
    if news.parcel_id == one.parcel_id:
        return True
    if not one.numbers.intersection(news.numbers):
        return False
    lives = [_begin_of_life(one_id) for one_id in (news.parcel_id, one.parcel_id)]
    if lives[0] is None or lives[1] is None:
        return lives[0] is lives[1]
    return abs(lives[0] - lives[1]) < _ANOTHER_LIFE


def _begin_of_life(parcel_id: str) -> datetime | None:
    """When the later life of a number that was used again began; the id of such a parcel tells."""
    _, mark, day = parcel_id.partition("@")
    return datetime.fromisoformat(f"{day}T00:00:00+00:00") if mark else None


def _same_moment(news: News, one: Kept, reach: timedelta | None) -> bool:
    if reach is None or news.anchor_at is None or one.anchor_at is None:
        return True
    return abs(news.anchor_at - one.anchor_at) <= reach


def keep(db: Database, news: News, now: datetime) -> Kept:
    """Store a notice that is to be sent. Call inside a transaction."""
    row = {
        "parcel_id": news.parcel_id,
        "rule": news.rule.value,
        "subject": stored_subject(news),
        "made_at": iso_utc(now),
        "numbers": json.dumps(news.numbers),
        "anchor_at": iso_utc(news.anchor_at) if news.anchor_at else None,
        "title": news.title,
        "text": news.text,
        "state": "pending",
        "tries": 0,
        "reached": "[]",
    }
    db.execute(
        f"insert or ignore into notices ({', '.join(row)}) values ({', '.join(f':{k}' for k in row)})",  # noqa: S608
        row,
    )
    return _kept(row)


def settle_interrupted(db: Database) -> int:
    """Mark what was being sent when a run died; how many there were. Call inside a transaction."""
    return int(db.execute("update notices set state = 'unsure' where state = 'sending'").rowcount)


def unsent(db: Database) -> list[Kept]:
    """What is to be sent, the oldest first."""
    sql = "select * from notices where state in ('pending', 'failed') order by made_at, rule, parcel_id"
    return [_kept(row) for row in db.query(f"{sql}, subject")]


def mark(db: Database, one: Kept, state: str, **more: object) -> None:
    """Note what became of a notice. Call inside a transaction."""
    columns = {"state": state, **more}
    sets = ", ".join(f"{name} = :{name}" for name in columns)
    key = {"the_parcel": one.parcel_id, "the_rule": one.rule, "the_subject": one.subject}
    db.execute(
        f"update notices set {sets} where parcel_id = :the_parcel and rule = :the_rule"  # noqa: S608
        " and subject = :the_subject",
        {**columns, **key},
    )


def _bare(row: Mapping[str, Any]) -> str:
    subject = str(row["subject"])
    return subject if row["anchor_at"] is None else subject.rpartition("@")[0]


def _kept(row: Mapping[str, Any]) -> Kept:
    return Kept(
        parcel_id=row["parcel_id"],
        rule=row["rule"],
        subject=row["subject"],
        numbers=frozenset(json.loads(row["numbers"] or "[]")),
        anchor_at=parse_iso_utc(row["anchor_at"]) if row["anchor_at"] else None,
        title=row["title"] or "",
        text=row["text"] or "",
        made_at=parse_iso_utc(row["made_at"]),
        tries=row["tries"],
        reached=tuple(json.loads(row["reached"] or "[]")),
    )
