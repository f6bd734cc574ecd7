"""What `doctor` looks at: each layer named, with what to do where it is broken."""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlite_utils import Database

from collector import name_servers
from collector.account.sessions import accounts, likely_end, load_session, standing
from collector.clock_slip import Stamp, in_words, slip
from collector.drift import described
from collector.errors import CrosstrackError
from collector.importing.dates import header_date
from collector.read.offsets import iso_utc, parse_iso_utc
from collector.store.drifts import drifts
from collector.store.opening import open_store
from collector.store.troubles import Trouble, troubles
from scrapers.contract import Portal
from scrapers.outside import Broken
from scrapers.shop import Shop
from scrapers.words import Outcome

_LEAST_FREE = 200 * 1024 * 1024
#: Some wordings are always new. So many rows, and this share of all, are a portal that speaks otherwise.
_LEAST_UNKNOWN, _MOST_UNKNOWN = 20, 0.25
_STAMPS = """
select portal, seen_at, server_date from visits
where source = 'browser' and server_date is not null order by seen_at desc, id limit 500
"""
_WAIT = "nothing: it is asked again by itself; look at the portal in a browser if this lasts"
_BY_HAND = "open the portal in an ordinary browser and settle what it asks; sign in again where it is a shop"
_ADVICE = {Outcome.LOGIN_REQUIRED: _BY_HAND, Outcome.CHALLENGE: _BY_HAND}


@dataclass(frozen=True, slots=True)
class Check:
    """One layer: whether it works, what was seen, what to do if it does not; whether it was put right now."""

    layer: str
    works: bool
    seen: str
    advice: str = ""
    fixed: bool = False


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


def check_network(portals: Mapping[str, Portal]) -> Check:
    """Whether the names of the portals are found. Nothing is asked of a portal: that is for its budget."""
    hosts = sorted({portal.hosts[0] for portal in portals.values() if portal.hosts})
    missing = name_servers.not_found(hosts)
    if not missing:
        return Check("network", True, f"the names of {len(hosts)} portals are found")
    if len(missing) == len(hosts):
        return Check("network", False, "no portal's name is found", "connect this machine, or mend its DNS")
    seen = f"{len(missing)} of {len(hosts)} portals' names are not found: {', '.join(missing)}"
    return Check("network", False, seen, "see whether a filter or the name server keeps them back")


def check_accounts(sessions: Path, shops: Mapping[str, Shop], now: datetime) -> Iterator[Check]:
    """Whether each stored session can be used: its age, when it was verified, its likely end."""
    for shop in shops.values():
        try:
            stored = accounts(sessions, shop.name)
        except CrosstrackError as error:
            yield Check("session", False, f"{shop.name}: {error}", "see the message")
            continue
        if not stored:
            yield Check("session", True, f"{shop.name}: no session is stored")
        for account in stored:
            yield _check_account(sessions, shop, account, now)


def _check_account(sessions: Path, shop: Shop, account: str, now: datetime) -> Check:
    who = f"{shop.name} {account}"
    sign_in = f"crosstrack login {shop.name} --account {account}"
    try:
        session = load_session(sessions, shop.name, account)
    except CrosstrackError as error:
        return Check("session", False, f"{who}: {error}", f"do what the message says, or {sign_in}")
    if session is None:  # it went while we looked
        return Check("session", False, f"{who}: no session is stored", sign_in)
    end = likely_end(session, shop)
    works = end is None or end > now
    return Check("session", works, f"{who}: {standing(session, shop, now)}", sign_in)


def check_disk(database: Path) -> Check:
    """Whether there is room to write."""
    folder = next(p for p in (database.parent, *database.parent.parents) if p.exists())
    if not os.access(folder, os.W_OK):
        return Check("disk", False, f"nothing can be written in {folder}", "mend its owner and its mode")
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
    yield from _check_clock(db, now)
    for drift in drifts(db):
        yield Check("portal layout", False, described(drift), "report it with the saved page")
    for trouble in troubles(db, now):
        if trouble.outcome is not Outcome.LAYOUT_CHANGED:  # that is drift, and said there
            yield _check_trouble(trouble)
    yield _check_words(db)


def _check_clock(db: Database, now: datetime) -> Iterator[Check]:
    """Whether this machine's clock stands where the last visits and the portals' servers put it."""
    newest = db.conn.execute("select max(seen_at) from visits").fetchone()[0]
    if newest is None:
        return
    advice = "set this machine's clock: every time seen depends on it"
    seen = f"now {iso_utc(now)}, last visit {newest}"
    if parse_iso_utc(newest) > now:
        yield Check("clock", False, seen, advice)
        return
    found = slip(_stamps(db))
    if found is None:
        yield Check("clock", True, seen)
    else:
        yield Check("clock", not found.is_wrong, f"{seen}; at the last visits {in_words(found)}", advice)


def _stamps(db: Database) -> Iterator[Stamp]:
    for portal, seen_at, date in db.execute(_STAMPS):
        server_date = header_date(date)
        if server_date is not None:
            yield Stamp(portal, parse_iso_utc(seen_at), server_date)


def _check_trouble(trouble: Trouble) -> Check:
    who = trouble.portal if trouble.account is None else f"{trouble.portal} {trouble.account}"
    outcome = trouble.outcome.replace("_", " ")
    visits = "1 visit" if trouble.visits == 1 else f"{trouble.visits} visits"
    until = "" if trouble.until is None else f"; left alone until {iso_utc(trouble.until)}"
    seen = f"{who}: no answer since {iso_utc(trouble.since)}, in {visits}, the last {outcome}{until}"
    return Check("portals", False, seen, _ADVICE.get(trouble.outcome, _WAIT))


def _check_words(db: Database) -> Check:
    """Whether most of what portals say is understood: a portal that changes its words makes rows mute."""
    phrases, unknown = db.execute("select count(*), coalesce(sum(count), 0) from unknown_phrases").fetchone()
    (all_rows,) = db.execute("select count(*) from observations where withdrawn_at is null").fetchone()
    works = unknown < max(_LEAST_UNKNOWN, all_rows * _MOST_UNKNOWN)
    seen = f"{phrases} wordings not understood, on {unknown} of {all_rows} rows"
    return Check("vocabulary", works, seen, "see the view unknown_phrases; crosstrack.toml takes new words")
