"""`reconcile`, `rebuild`: derive again from what portals showed."""

import typer

from collector.commands.context import command, given, say


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    command(app)(reconcile)
    command(app)(rebuild)


def reconcile(context: typer.Context) -> None:
    """Work out events and disagreements again, for all parcels.

    Example: crosstrack reconcile
    """
    from collector.derive import Deriver
    from collector.lock import run_lock
    from collector.store.opening import open_store
    from scrapers import portals

    database = given(context).database
    with run_lock(database), open_store(database, must_exist=True) as db:
        say(f"reconciled {_parcels(Deriver(db, portals()).reconcile_all())}")


def rebuild(context: typer.Context) -> None:
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
        say(f"rebuilt {_parcels(Deriver(db, known).rebuild())}")
        for row in db.query(_OF_PAGES):
            if row["portal"] not in known:
                said = "their pages cannot be read without the package of its module; install it, and rebuild"
                say(f"{row['portal']}: {row['visits']} of its visits say nothing now: {said}")


#: Visits of which there are pages, not records: only a portal's own module can read those.
_OF_PAGES = """
select v.portal, count(distinct v.id) as visits from visits as v join visit_pages as p on p.visit_id = v.id
where p.role in ('dom', 'payload') group by v.portal order by v.portal
"""


def _parcels(n: int) -> str:
    return "1 parcel" if n == 1 else f"{n} parcels"
