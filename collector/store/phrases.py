"""Wordings nobody understands, each told to the person once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlite_utils import Database

from collector.read.offsets import iso_utc

_RULE = "unknown_phrase"
#: What is said of no parcel stands under none. (The notice is looked up by its key, the rest in an index.)
_NEW = """
select portal, description, count(*) from observations where milestone is null and not exists (
    select 1 from notices where parcel_id = '' and rule = ? and subject = portal || ': ' || description)
group by portal, description order by count(*) desc, portal, description
"""
_NOTE = "insert into notices (parcel_id, rule, subject, made_at) values ('', ?, ?, ?)"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class UnknownPhrase:
    """A wording as a portal prints it, and on how many rows it does."""

    portal: str
    text: str
    count: int

    def __str__(self) -> str:
        return f"{self.portal}: {self.text}"


def new_unknown_phrases(db: Database, now: datetime) -> list[UnknownPhrase]:
    """The wordings nobody understands that were never given here before. Call inside a transaction."""
    found = [UnknownPhrase(*row) for row in db.conn.execute(_NEW, (_RULE,))]
    db.conn.executemany(_NOTE, [(_RULE, str(one), iso_utc(now)) for one in found])
    return found


def told(phrases: Sequence[UnknownPhrase]) -> list[str]:
    """Lines that tell a person of them: a few of them, and where the others are."""
    lines = [f"not understood: {one} (× {one.count})" for one in phrases[:_SHOWN]]
    more = len(phrases) - _SHOWN
    return [*lines, f"not understood: {more} more; see unknown_phrases"] if more > 0 else lines
