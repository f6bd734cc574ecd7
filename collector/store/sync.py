"""Making derived rows be exactly what they should be, touching only those that differ."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

Row = Mapping[str, Any]

#: How many ids go into one statement (SQLite's own limit is far higher).
_BATCH = 500


def sync(
    db: Database, table: str, key: Sequence[str], scope: str | None, ids: Iterable[str], wanted: Iterable[Row]
) -> int:
    """Make the rows of `table` within `scope` equal `wanted`; how many changed.

    `scope` is a condition with `{marks}` where the ids go; None means the whole table.
    """
    standing: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for batch in [[]] if scope is None else _batches(sorted(ids)):
        where = "1" if scope is None else scope.format(marks=",".join("?" * len(batch)))
        for found in db.query(f"select * from {table} where {where}", batch):  # noqa: S608 - our own names
            standing[tuple(found[k] for k in key)] = found
    new = {tuple(row[k] for k in key): row for row in wanted}
    gone = [k for k in standing if k not in new]
    changed = [row for k, row in new.items() if standing.get(k) != row]
    where = " and ".join(f"{column} = ?" for column in key)
    for values in gone:
        db.execute(f"delete from {table} where {where}", list(values))  # noqa: S608
    for row in changed:
        _put(db, table, key, row)
    return len(gone) + len(changed)


def _put(db: Database, table: str, key: Sequence[str], row: Row) -> None:
    columns = list(row)
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    update = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in key)
    then = f"do update set {update}" if update else "do nothing"
    db.execute(
        f"insert into {table} ({names}) values ({marks}) on conflict ({', '.join(key)}) {then}",  # noqa: S608
        [row[c] for c in columns],
    )


def _batches(ids: Sequence[str]) -> Iterable[list[str]]:
    for start in range(0, len(ids), _BATCH):
        yield list(ids[start : start + _BATCH])
