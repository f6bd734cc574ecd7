"""Making derived rows be exactly what they should be, touching only those that differ."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlite_utils import Database

Row = Mapping[str, Any]
_Values = tuple[Any, ...]

#: How many ids go into one statement (SQLite's own limit is far higher).
_BATCH = 500


def sync(
    db: Database, table: str, key: Sequence[str], scope: str | None, ids: Iterable[str], wanted: Iterable[Row]
) -> int:
    """Make the rows of `table` within `scope` equal `wanted`; how many changed.

    All rows have the same columns. `scope` is a condition with `{marks}` where the ids go, None: the table.
    """
    rows = list(wanted)
    columns = tuple(rows[0]) if rows else tuple(key)
    new = {tuple([row[k] for k in key]): tuple([row[c] for c in columns]) for row in rows}
    standing = _standing(db, table, (*key, *columns), scope, ids)
    found = {values[: len(key)]: values[len(key) :] for values in standing}
    gone = [k for k in found if k not in new]
    changed = [values for k, values in new.items() if found.get(k) != values]
    if gone:
        where = " and ".join(f"{column} = ?" for column in key)
        db.conn.executemany(f"delete from {table} where {where}", gone)  # noqa: S608 - our own names
    if changed:
        db.conn.executemany(_upsert(table, key, columns), changed)
    return len(gone) + len(changed)


def _standing(
    db: Database, table: str, columns: Sequence[str], scope: str | None, ids: Iterable[str]
) -> Iterable[_Values]:
    select = f"select {', '.join(columns)} from {table}"  # noqa: S608
    if scope is None:
        yield from db.conn.execute(select)
        return
    for batch in _batches(sorted(ids)):
        where = scope.format(marks=",".join("?" * len(batch)))
        yield from db.conn.execute(f"{select} where {where}", batch)


def _upsert(table: str, key: Sequence[str], columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    update = ", ".join(f"{c} = excluded.{c}" for c in columns if c not in key)
    then = f"do update set {update}" if update else "do nothing"
    return (
        f"insert into {table} ({', '.join(columns)}) values ({marks}) "  # noqa: S608
        f"on conflict ({', '.join(key)}) {then}"
    )


def _batches(ids: Sequence[str]) -> Iterable[list[str]]:
    for start in range(0, len(ids), _BATCH):
        yield list(ids[start : start + _BATCH])
