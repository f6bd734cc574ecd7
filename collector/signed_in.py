"""The accounts a run reads, and how their sessions stand."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from collector.account.sessions import accounts, likely_end, load_session
from collector.errors import CrosstrackError
from collector.plan import Wanted
from scrapers.contract import Portal
from scrapers.shop import Shop


@dataclass(frozen=True, slots=True)
class SessionAge:
    """How a stored session stands.

    saved_at     when the person signed in, None where the file cannot be used
    verified_at  when the shop last showed its orders to it
    likely_end   None where it is not known
    """

    portal: str
    account: str
    saved_at: datetime | None = None
    verified_at: datetime | None = None
    likely_end: datetime | None = None


def accounts_asked(
    portals: Mapping[str, Portal], wanted: Wanted, folder: Path | None
) -> Iterator[tuple[Shop, str]]:
    """The accounts to read within what is wanted: none where single numbers are asked for."""
    if folder is None or wanted.numbers:
        return
    for shop in portals.values():
        if isinstance(shop, Shop) and (not wanted.portals or shop.name in wanted.portals):
            yield from ((shop, account) for account in accounts(folder, shop.name))


def session_ages(portals: Mapping[str, Portal], folder: Path | None) -> list[SessionAge]:
    """How every stored session stands."""
    return [_age(folder, shop, name) for shop, name in accounts_asked(portals, Wanted(), folder) if folder]


def _age(folder: Path, shop: Shop, account: str) -> SessionAge:
    try:
        session = load_session(folder, shop.name, account)
    except CrosstrackError:
        session = None
    if session is None:
        return SessionAge(shop.name, account)
    end = likely_end(session, shop)
    return SessionAge(shop.name, account, session.saved_at, session.verified_at, end)
