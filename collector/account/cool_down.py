"""How long an account is left alone after a challenge: stored, so that every run and sign-in heeds it."""

from datetime import datetime
from pathlib import Path

from collector.politeness import answered
from collector.store.opening import open_store, writing
from collector.store.portal_states import clear_cool_down, keep_portal_state, portal_state
from scrapers.words import Outcome


def left_alone_until(database: Path, portal: str, account: str) -> datetime | None:
    """Before which instant the account is not to be asked, None if it may be. Raises DatabaseError."""
    if not database.exists():
        return None
    with open_store(database) as db:
        return portal_state(db, portal, account).not_before_at


def begin(database: Path, portal: str, account: str, now: datetime) -> None:
    """Leave the account alone from `now` on: it met a challenge. Raises DatabaseError."""
    with open_store(database) as db, writing(db):
        state = portal_state(db, portal, account)
        keep_portal_state(db, answered(state, Outcome.CHALLENGE, 1, now, None), account)


def clear(database: Path, portal: str, account: str) -> None:
    """The account may be asked again: a person has signed in to it. Raises DatabaseError."""
    if database.exists():
        with open_store(database) as db:
            clear_cool_down(db, portal, account)
