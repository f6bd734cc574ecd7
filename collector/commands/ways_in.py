"""The ways to bring a session that `login` offers: which one is meant, and taking it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from collector.clock import utc_now
from collector.commands.context import say
from collector.errors import UsageError

if TYPE_CHECKING:
    from collector.account.signing_in import NotSignedIn, SignedIn, SignIn


@dataclass(frozen=True, slots=True)
class Way:
    """How the person wants to sign in; with nothing given, by hand in a window."""

    from_browser: str | None = None
    profile: str | None = None
    cookies: Path | None = None
    credentials: bool = False
    keyring: bool = False
    remember: bool = False
    endpoint: str | None = None


def check(way: Way) -> None:
    """Raises UsageError for what cannot be meant together."""
    from collector.account.places import is_on_this_machine

    named = {
        "--from-browser": way.from_browser is not None,
        "--cookies": way.cookies is not None,
        "--credentials": way.credentials,
        "--browser-endpoint": way.endpoint is not None,
    }
    chosen = [option for option, is_given in named.items() if is_given]
    if len(chosen) > 1:
        raise UsageError(f"{' and '.join(chosen)} are different ways to sign in: give one")
    if (way.keyring or way.remember) and not way.credentials:
        raise UsageError("--keyring and --remember go with --credentials")
    if way.profile is not None and way.from_browser is None:
        raise UsageError("--profile goes with --from-browser")
    if way.endpoint is not None and not is_on_this_machine(way.endpoint):
        raise UsageError(
            "a session is taken from a browser on this machine only, such as http://127.0.0.1:9222"
        )


def obtained(asked: "SignIn", way: Way) -> "SignedIn | NotSignedIn":
    """The session, by the way chosen. Questions are asked first: Ctrl-C ends them only outside the loop."""
    import asyncio

    from collector.account import browser_cookies, cookie_files, signing_in
    from collector.browser import check_options

    if way.cookies is not None:
        found = cookie_files.read_cookies(way.cookies, asked.shop, utc_now())
        return asyncio.run(signing_in.by_cookies(asked, found, "file"))
    if way.from_browser is not None:
        found = browser_cookies.read(way.from_browser, asked.shop, utc_now(), profile=way.profile)
        return asyncio.run(signing_in.by_cookies(asked, found, "browser"))
    if way.credentials:
        return _with_credentials(asked, way)
    minutes = f"{asked.patience_seconds / 60:g} minutes"
    if way.endpoint is not None:
        say(f"waiting up to {minutes} for a session of {asked.title} in the running browser")
        return asyncio.run(signing_in.by_running_browser(asked))
    check_options(asked.window, os.environ)
    say(
        f"a window opens on the sign-in page of {asked.title}: sign in there as always, it closes by itself; "
        f"nothing you type is read; waiting up to {minutes}"
    )
    return asyncio.run(signing_in.by_window(asked))


def _with_credentials(asked: "SignIn", way: Way) -> "SignedIn | NotSignedIn":
    import asyncio

    from collector.account import keyring_passwords, signing_in, terminal

    portal, person = asked.shop.name, terminal.Terminal()
    name = keyring_passwords.stored_login(portal, asked.account) if way.keyring else None
    name = name or person.account(asked.title)
    password = keyring_passwords.stored_password(portal, name) if way.keyring else None
    password = password or person.password(asked.title, name)
    kept = terminal.Secret(password.reveal()) if way.remember else None
    try:
        result = asyncio.run(signing_in.by_credentials(asked, name, password, person))
        if kept is not None and isinstance(result, signing_in.SignedIn):
            keyring_passwords.remember(portal, asked.account, name, kept)
    finally:
        if kept is not None:
            kept.drop()
    return result
