"""What is still to be derived, and why: kept in the database, so that no command's end loses any of it."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Literal

from sqlite_utils import Database

#: visit     a visit that is stored and not derived; the schema notes it with the visit
#: estimate  something else is believed of a clock that its rows use
#: order     an order it is part of has other parcels or items now
Because = Literal["visit", "estimate", "order"]

_ALL = """
insert into underived select distinct tracking_number, 'visit' from visits where tracking_number is not null
on conflict do update set because = excluded.because
"""
_STALE = """
select count(distinct t.parcel_id) from underived as u join tracking_numbers as t on t.number = u.number
where u.because = 'estimate' and not exists (
    select 1 from tracking_numbers as same join underived as other on other.number = same.number
    where same.parcel_id = t.parcel_id and other.because = 'visit')
"""


def still_waiting(db: Database, because: Because | None = None) -> list[str]:
    """The numbers that wait; those that wait for one reason where one is given.

    They come as they came to wait: visits to one parcel's numbers are often stored close to each other.
    """
    query = "select number from underived where ? is null or because = ? order by rowid"
    return [number for (number,) in db.conn.execute(query, (because, because))]


def stale_parcels(db: Database) -> int:
    """How many parcels wait for nothing but an estimate."""
    return int(db.conn.execute(_STALE).fetchone()[0])


def wait(db: Database, numbers: Iterable[str], because: Because) -> None:
    """Derive these numbers later. Call inside a transaction."""
    rows = [(number, because) for number in sorted(numbers)]
    db.conn.executemany("insert into underived values (?, ?) on conflict do nothing", rows)


def wait_all(db: Database) -> None:
    """Derive every number that was ever asked for later. Call inside a transaction."""
    db.execute(_ALL)


def done(db: Database, numbers: Iterable[str]) -> None:
    """Note that these numbers are derived. Call inside the transaction that wrote it."""
    db.conn.executemany("delete from underived where number = ?", [(number,) for number in numbers])


def bundles(numbers: Iterable[str], size: int) -> Iterator[list[str]]:
    """The numbers, `size` at a time; each is asked for when it is needed."""
    coming = iter(numbers)
    while some := list(islice(coming, size)):
        yield some
