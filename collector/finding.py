"""Which parcel a person means: by any of its numbers, its own id, or an order's."""

from contextlib import suppress

from sqlite_utils import Database

from collector.errors import UsageError
from scrapers.numbers import NumberError, tracking_number

_BY_NUMBER = "select distinct parcel_id as id from tracking_numbers where number = ? order by 1"
_BY_ID = "select id from parcels where id = ?"
_BY_ORDER = "select distinct parcel_id as id from parcel_orders where order_id = ? order by 1"


def parcels_named(db: Database, text: str) -> list[str]:
    """The ids of the parcels `text` names, never none. Raises UsageError for a name of nothing."""
    attempts = [(_BY_ID, text.strip()), (_BY_ORDER, text.strip())]
    with suppress(NumberError):  # it may still be an order's id
        attempts.insert(0, (_BY_NUMBER, tracking_number(text)))
    for sql, name in attempts:
        found = [row["id"] for row in db.query(sql, [name])]
        if found:
            return found
    followed = "select 1 from followed where number = ? and forgotten_at is null"
    if any(list(db.query(followed, [name])) for _, name in attempts):
        raise UsageError(f"{text!r} has not been looked up yet: run `crosstrack collect`")
    raise UsageError(f"nothing is known of {text!r}; add the number and collect, or import something first")
