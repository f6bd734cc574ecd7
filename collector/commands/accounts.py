"""`login`: a session of a shop's account, brought by the person in the way that suits them."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.completing import known_shops
from collector.commands.context import command, given, say
from collector.commands.ways_in import Way, check, obtained
from collector.errors import CrosstrackError, ExitStatus, HumanNeeded, UsageError

if TYPE_CHECKING:
    from collector.account.sessions import Session
    from collector.account.signing_in import NotSignedIn, SignedIn, SignIn
    from scrapers.shop import Shop

_Account = Annotated[
    str, typer.Option(metavar="NAME", help="What you call this account, if you have several.")
]
_FromBrowser = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="Take the session of an ordinary browser, such as firefox."),
]
_Profile = Annotated[
    str | None, typer.Option(metavar="NAME", help="With --from-browser: which of its profiles.")
]
_Cookies = Annotated[
    Path | None,
    typer.Option(metavar="FILE", exists=True, dir_okay=False, help="Take the session from exported cookies."),
]
_Credentials = Annotated[
    bool, typer.Option("--credentials", help="Ask for e-mail and password here, and fill in the shop's form.")
]
_Keyring = Annotated[
    bool, typer.Option("--keyring", help="With --credentials: take them from the system's keyring if there.")
]
_Remember = Annotated[
    bool, typer.Option("--remember", help="With --credentials: keep them in the system's keyring.")
]
_Browser = Annotated[
    str | None,
    typer.Option(envvar="CROSSTRACK_BROWSER", help="The browser to use.", show_default="the one installed"),
]
_Endpoint = Annotated[
    str | None,
    typer.Option(metavar="URL", help="Take the session of a running browser, such as http://127.0.0.1:9222."),
]


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    command(app)(login)


def login(
    context: typer.Context,
    portal: Annotated[str, typer.Argument(help="The shop, such as aliexpress.", autocompletion=known_shops)],
    account: _Account = "default",
    from_browser: _FromBrowser = None,
    profile: _Profile = None,
    cookies: _Cookies = None,
    credentials: _Credentials = False,
    keyring: _Keyring = False,
    remember: _Remember = False,
    encrypt: Annotated[bool, typer.Option("--encrypt", help="Store the session encrypted.")] = False,
    forget: Annotated[bool, typer.Option("--forget", help="Remove the stored session.")] = False,
    browser: _Browser = None,
    browser_endpoint: _Endpoint = None,
    wait: Annotated[float, typer.Option(metavar="MINUTES", min=0.1, help="How long to wait for you.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Sign in to a shop, so that `collect` can read your orders there.

    A window opens on the shop's sign-in page; sign in as always, it closes by itself. Where a shop
    refuses that window, bring the session of your ordinary browser. The session replaces the stored
    one only once the shop has shown your orders to it.

    Example: crosstrack login aliexpress

    Example: crosstrack login aliexpress --from-browser firefox

    Example: crosstrack login aliexpress --account work --cookies cookies.json
    """
    from collector.account.sessions import accounts, forget_session
    from collector.paths import default_sessions

    shop = _shop(portal)
    folder = default_sessions(os.environ)
    if forget:
        if not forget_session(folder, shop.name, account):
            known = ", ".join(accounts(folder, shop.name)) or "none"
            raise UsageError(f"there is no session of account {account} at {portal}; known accounts: {known}")
        say(f"the session of account {account} at {portal} is removed")
        return
    way = Way(from_browser, profile, cookies, credentials, keyring, remember, browser_endpoint)
    check(way)
    encrypt = _encryption(folder, shop, account, encrypt)
    asked = _asked(shop, account, browser, way, wait)
    database = given(context).database
    if way.credentials:
        _refuse_while_left_alone(database, shop, account)
    result = obtained(asked, way)
    raise typer.Exit(int(_end(result, asked, folder, database, encrypt=encrypt, as_json=as_json)))


def _shop(name: str) -> "Shop":
    from scrapers import shops

    known = shops()
    if name not in known:
        raise UsageError(f"no shop named {name}; known are {', '.join(known) or 'none'}")
    return known[name]


def _encryption(folder: Path, shop: "Shop", account: str, wanted: bool) -> bool:
    """Whether the session is to be encrypted: on request, or as the one it replaces, whose age is said.

    What would keep it from being stored is raised now, not after the person has signed in.
    """
    from collector.account.encryption import encrypted
    from collector.account.sessions import load_session, standing

    try:
        stored = load_session(folder, shop.name, account)
    except UsageError:
        raise
    except CrosstrackError as error:
        say(f"the stored session cannot be used: {error}")
        stored = None
    if stored is not None:
        say(f"the stored session of account {account}: {standing(stored, shop, utc_now())}")
    wanted = wanted or (stored is not None and stored.encrypted)
    if wanted:
        encrypted(b"")
    return wanted


def _asked(shop: "Shop", account: str, browser: str | None, way: Way, minutes: float) -> "SignIn":
    from collector.account.signing_in import SignIn
    from collector.browser import BrowserOptions, check_options
    from scrapers import vocabulary

    hosts = sorted({*shop.hosts, *shop.resource_hosts, *shop.sign_in_hosts})
    asked = SignIn(
        shop=shop,
        title=vocabulary.facts(shop.name).title,
        account=account,
        options=BrowserOptions(executable=browser, endpoint=way.endpoint, hosts=tuple(hosts)),
        window=BrowserOptions(executable=browser, headed=True),
        clock=utc_now,
        patience_seconds=minutes * 60,
    )
    check_options(asked.options, os.environ)
    return asked


def _refuse_while_left_alone(database: Path, shop: "Shop", account: str) -> None:
    """Raises HumanNeeded while the account is left alone after a challenge: a form filled in is no person."""
    from collector.account.cool_down import left_alone_until

    until = left_alone_until(database, shop.name, account)
    if until is not None and until > utc_now():
        raise HumanNeeded(
            f"account {account} at {shop.name} is left alone until {until:%Y-%m-%d %H:%M} UTC; "
            "sign in by hand: leave out --credentials"
        )


def _end(
    result: "SignedIn | NotSignedIn",
    asked: "SignIn",
    folder: Path,
    database: Path,
    *,
    encrypt: bool,
    as_json: bool,
) -> ExitStatus:
    """Stores what is to be stored, says how it ended, and gives the exit status."""
    from collector.account import cool_down
    from collector.account.sessions import likely_end, save_session
    from collector.account.signing_in import SignedIn
    from collector.politeness import HUMAN
    from scrapers.words import Outcome

    end: datetime | None = None
    if isinstance(result, SignedIn):
        save_session(folder, result.session, encrypt=encrypt)
        cool_down.clear(database, asked.shop.name, asked.account)
        end = likely_end(result.session, asked.shop)
        outcome, status = Outcome.OK, ExitStatus.DONE
        say(f"signed in to {asked.title} as {asked.account}; {_how_long(result.session, end)}")
    else:
        outcome = result.outcome
        status = ExitStatus.HUMAN_NEEDED if outcome in HUMAN else ExitStatus.SOME_FAILED
        if outcome is Outcome.CHALLENGE:
            cool_down.begin(database, asked.shop.name, asked.account, utc_now())
        say(f"crosstrack: {result.reason}")
    if as_json:
        told = {
            "portal": asked.shop.name,
            "account": asked.account,
            "outcome": outcome.value,
            "likely_end": None if end is None else f"{end:%Y-%m-%dT%H:%M:%SZ}",
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
    return status


def _how_long(session: "Session", end: datetime | None) -> str:
    if end is None:
        return "the shop does not say how long this session is good"
    days = max((end - session.saved_at).days, 0)
    return f"likely good until {end:%Y-%m-%d} ({days} days)"
