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
    with run_lock(database), open_store(database, must_exist=True) as db:
        say(f"rebuilt {_parcels(Deriver(db, portals()).rebuild())}")


def _parcels(n: int) -> str:
    return "1 parcel" if n == 1 else f"{n} parcels"
