"""`reconcile`, `rebuild`: derive again from what portals showed."""

import typer

from collector.commands.context import Json, command, given, say, tell
from collector.commands.progress import progress


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app)(reconcile)
    command(app)(rebuild)


def reconcile(context: typer.Context, as_json: Json = False) -> None:
    """Work out events and disagreements again, for all parcels.

    Example: crosstrack reconcile
    """
    from collector.derive import Deriver
    from collector.lock import run_lock
    from collector.store.opening import open_store
    from scrapers import portals

    database = given(context).database
    with run_lock(database), open_store(database, must_exist=True) as db:
        with progress("reconciling") as told:
            parcels = Deriver(db, portals(), progress=told).reconcile_all()
        tell({"parcels": parcels}, f"reconciled {_parcels(parcels)}", as_json)


def rebuild(context: typer.Context, as_json: Json = False) -> None:
    """Forget everything derived, and derive it again from the stored pages.

    Example: crosstrack rebuild
    """
    from collector.derive import Deriver
    from collector.lock import run_lock
    from collector.store.opening import open_store
    from scrapers import portals

    database = given(context).database
    known = portals()
    with run_lock(database), open_store(database, must_exist=True) as db:
        with progress("rebuilding") as told:
            parcels = Deriver(db, known, progress=told).rebuild()
        unread = {row["portal"]: row["visits"] for row in db.query(_OF_PAGES) if row["portal"] not in known}
        tell({"parcels": parcels, "visits_unread": unread}, f"rebuilt {_parcels(parcels)}", as_json)
        for portal, visits in unread.items():
            said = "their pages cannot be read without the package of its module; install it, and rebuild"
            say(f"{portal}: {visits} of its visits say nothing now: {said}")


#: Visits of which there are pages, not records: only a portal's own module can read those.
_OF_PAGES = """
select v.portal, count(distinct v.id) as visits from visits as v join visit_pages as p on p.visit_id = v.id
where p.role in ('dom', 'payload') group by v.portal order by v.portal
"""


def _parcels(n: int) -> str:
    return "1 parcel" if n == 1 else f"{n} parcels"
