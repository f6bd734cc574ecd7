"""The views, on the rows of one parcel: the same SQL, with the tables narrowed by their indexes first.

A view that ranks or groups is made for the whole database before a condition on it holds; here the conditions
come first. Within the statement the narrowed tables stand under the tables' own names.
"""

from typing import Any

from sqlite_utils import Database

from collector.store.views import VIEWS

_NARROWED = "{name} as materialized (select * from main.{name} where parcel_id = :parcel)"
_TABLES = ("disagreements", "observations", "events", "readings")


def view_rows(db: Database, view: str, parcel_id: str) -> list[dict[str, Any]]:
    """The rows of a view that speak of the parcel, as `select * from VIEW where parcel_id = ...` gives them.

    For the views that read observations, events, disagreements and readings by their parcel.
    """
    narrowed = ", ".join(_NARROWED.format(name=name) for name in _TABLES)
    sql = f"with {narrowed} select * from ({VIEWS[view]}) where parcel_id = :parcel"  # noqa: S608 - constants
    return list(db.query(sql, {"parcel": parcel_id}))
