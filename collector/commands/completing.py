"""What a shell offers when Tab is pressed: names of portals, kinds, numbers and orders that are known.

It only reads, starts no browser, and never fails: without a database there is nothing to offer. What
strangers wrote is not offered, for some shells run what they are given: letters and digits only.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path

import typer

from collector.paths import default_database

_MOST = 100
#: What may be offered: nothing in it means anything to a shell.
_HARMLESS = re.compile(r"[A-Za-z0-9@_.-]+")

_NUMBERS = """
select number from tracking_numbers where number >= :begin and substr(number, 1, length(:begin)) = :begin
union select number from followed
where number >= :begin and substr(number, 1, length(:begin)) = :begin and forgotten_at is null
order by 1 limit :most
"""
_ORDERS = """
select id from orders where id >= :begin and substr(id, 1, length(:begin)) = :begin order by 1 limit :most
"""


def known_portals(incomplete: str) -> Iterator[str]:
    """The portals known here."""
    from scrapers import portals

    return _beginning(portals(), incomplete.lower())


def known_shops(incomplete: str) -> Iterator[str]:
    """The shops one can sign in to."""
    from scrapers import shops

    return _beginning(shops(), incomplete.lower())


def known_kinds(incomplete: str) -> Iterator[str]:
    """The kinds of disagreement."""
    from collector.reconcile.kinds import SEVERITY

    return _beginning(SEVERITY, incomplete.lower())


def known_numbers(context: typer.Context, incomplete: str) -> list[str]:
    """The numbers followed or seen in the database."""
    return _rows(context, _NUMBERS, incomplete.upper())


def known_orders(context: typer.Context, incomplete: str) -> list[str]:
    """The orders in the database."""
    return _rows(context, _ORDERS, incomplete)


def known_ids(context: typer.Context, incomplete: str) -> list[str]:
    """Numbers and orders."""
    return [*known_numbers(context, incomplete), *known_orders(context, incomplete)][:_MOST]


def _beginning(names: Iterable[str], incomplete: str) -> Iterator[str]:
    return (name for name in names if name.startswith(incomplete) and _HARMLESS.fullmatch(name))


def _rows(context: typer.Context, sql: str, begin: str) -> list[str]:
    named = context.find_root().params.get("db")
    database = Path(str(named)).expanduser() if named else default_database()
    try:
        # Immutable: it makes no file beside the database, and waits for nobody.
        address = f"{database.resolve().as_uri()}?immutable=1"
        with closing(sqlite3.connect(address, uri=True, timeout=0)) as db:
            found = db.execute(sql, {"begin": begin, "most": _MOST}).fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return []
    return [row[0] for row in found if _HARMLESS.fullmatch(str(row[0]))]
