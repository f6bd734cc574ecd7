"""Whether a schedule can open the sessions it needs: an encrypted one hangs on the system's keyring."""

from collections.abc import Iterable
from pathlib import Path

from collector.account.sessions import SessionLocked, accounts, load_session
from collector.errors import HumanNeeded, UsageError


def refuse_locked(method: str, sessions: Path, shops: Iterable[str]) -> None:
    """Raises UsageError where cron would need an encrypted session: it runs in nobody's desktop session."""
    if method != "cron":
        return
    locked = [f"{shop} {account}" for shop in shops for account in _encrypted(sessions, shop)]
    if locked:
        raise UsageError(
            f"the session of {locked[0]} is encrypted, and cron cannot open the keyring: use --with systemd, "
            "or sign in again without --encrypt"
        )


def _encrypted(sessions: Path, shop: str) -> list[str]:
    found = []
    for account in accounts(sessions, shop):
        try:
            session = load_session(sessions, shop, account)
        except SessionLocked:
            found.append(account)
        except HumanNeeded:  # broken or open to others: `doctor` and the run itself say so
            continue
        else:
            if session is not None and session.encrypted:
                found.append(account)
    return found
