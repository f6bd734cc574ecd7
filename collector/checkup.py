"""What `doctor` looks at: each layer named, with what to do where it is broken."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from collector.account.sessions import accounts, likely_end, load_session, standing
from collector.drift import described
from collector.errors import CrosstrackError
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.store.drifts import drifts
from collector.store.opening import open_store
from scrapers.contract import Portal
from scrapers.outside import Broken
from scrapers.shop import Shop

_LEAST_FREE = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Check:
    """One layer: whether it works, what was seen, what to do if it does not."""

    layer: str
    works: bool
    seen: str
    advice: str = ""


def check_browser(explicit: str | None, environ: Mapping[str, str]) -> Check:
    """Whether a browser is there."""
    from collector.browser.finding import BrowserMissing, find_browser

    try:
        return Check("browser", True, find_browser(explicit, environ).description)
    except BrowserMissing as error:
        return Check("browser", False, "none found", str(error))


def check_portals(portals: Mapping[str, Portal], broken: tuple[Broken, ...]) -> Check:
    """Whether every portal could be loaded."""
    if not broken:
        return Check("portals", True, f"{len(portals)} loaded")
    names = ", ".join(one.entry_point for one in broken)
    return Check("portals", False, f"cannot load {names}", "update or remove the package it comes from")


def check_accounts(sessions: Path, shops: Mapping[str, Shop], now: datetime) -> Iterator[Check]:
    """Whether each stored session can be used: its age, when it was verified, its likely end."""
    for shop in shops.values():
        try:
            stored = accounts(sessions, shop.name)
        except CrosstrackError as error:
            yield Check("account", False, f"{shop.name}: {error}", "see the message")
            continue
        if not stored:
            yield Check("account", True, f"{shop.name}: no session is stored")
        for account in stored:
            yield _check_account(sessions, shop, account, now)


def _check_account(sessions: Path, shop: Shop, account: str, now: datetime) -> Check:
    who = f"{shop.name} {account}"
    sign_in = f"crosstrack login {shop.name} --account {account}"
    try:
        session = load_session(sessions, shop.name, account)
    except CrosstrackError as error:
        return Check("account", False, f"{who}: {error}", f"do what the message says, or {sign_in}")
    if session is None:  # it went while we looked
        return Check("account", False, f"{who}: no session is stored", sign_in)
    end = likely_end(session, shop)
    works = end is None or end > now
    return Check("account", works, f"{who}: {standing(session, shop, now)}", sign_in)


def check_disk(database: Path) -> Check:
    """Whether there is room to write."""
    folder = next(p for p in (database.parent, *database.parent.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    seen = f"{free // (1024 * 1024):,} MB free in {folder}"
    return Check("disk", free >= _LEAST_FREE, seen, "free some space: visits could not be stored")


def check_database(database: Path, now: datetime) -> Iterator[Check]:
    """Whether the database is sound, and what its content says of portals, words and this machine's clock."""
    if not database.exists():
        yield Check("database", True, f"{database} does not exist yet", "add a number first")
        return
    try:
        with open_store(database) as db:
            (sound,) = next(iter(db.execute("pragma quick_check(1)")))
            dangling = list(db.execute("pragma foreign_key_check"))
            works = sound == "ok" and not dangling
            seen = f"{database}: {'sound' if works else sound}"
            yield Check("database", works, seen, "restore a backup; keep the broken file")
            yield from _check_visits(db, now)
    except CrosstrackError as error:
        yield Check("database", False, str(error), "see the message")


def _check_visits(db: Database, now: datetime) -> Iterator[Check]:
    connection = db.conn
    newest = connection.execute("select max(seen_at) from visits").fetchone()[0]
    if newest is not None:
        is_past = parse_iso_utc(newest) <= now
        advice = "set this machine's clock: every time seen depends on it"
        yield Check("clock", is_past, f"now {iso_utc(now)}, last visit {newest}", advice)
    for drift in drifts(db):
        yield Check("portal layout", False, described(drift), "report it with the saved page")
    unknown = connection.execute("select count(*), sum(count) from unknown_phrases").fetchone()
    seen = f"{unknown[0]} wordings not understood, on {unknown[1] or 0} rows"
    yield Check("vocabulary", True, seen, "see the view unknown_phrases")
