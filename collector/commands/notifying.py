"""`notify`: what there is to tell, shown or sent."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.context import command, given, put_json, say
from collector.errors import ExitStatus, UsageError
from collector.plain_text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collector.notices.keeping import Kept
    from collector.notices.model import News
    from collector.notices.sending import Sender
    from collector.notices.settings import NoticeSettings
    from collector.settings import Settings


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    command(app)(notify)


def notify(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print what would be sent.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send a test message to every address.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Send what there is to tell, as `collect` does at its end. Each thing is told once.

    Example: crosstrack notify --dry-run
    """
    settings = _settings()
    if settings is None:
        raise UsageError("nothing says what to tell: write [notices] into crosstrack.toml")
    if dry_run and test:
        raise UsageError("--dry-run sends nothing and --test sends: say one of them")
    if dry_run:
        _show(context, settings, as_json=as_json)
    elif test:
        _test(_sender(settings), as_json=as_json)
    else:
        _send(context, settings, as_json=as_json)


def _show(context: typer.Context, settings: "NoticeSettings", *, as_json: bool) -> None:
    """What is new, and what earlier runs could not send."""
    from collector.notices.deciding import untold
    from collector.notices.keeping import unsent
    from collector.store.opening import open_store

    with open_store(given(context).database, must_exist=True) as db:
        unsaid: list[Kept | News] = [*unsent(db), *untold(db, settings, utc_now())]
    found = [
        {"rule": str(one.rule), "parcel_id": one.parcel_id or None, "title": one.title, "text": one.text}
        for one in unsaid
    ]
    if as_json:
        put_json(found)
        return
    for one in found:
        typer.echo(one_line(f"{one['rule']}: {one['title']} | {one['text']}"))
    if not found:
        say("there is nothing to tell")


def _test(sender: "Sender", *, as_json: bool) -> None:
    told: dict[str, str | None] = {}
    for target in sender.targets:
        told[target] = sender.send(target, "Crosstrack", "This is a test. Notices will arrive here.")
        if not as_json:
            say(f"{target}: {told[target] or 'sent'}")
    if as_json:
        put_json({"target": target, "error": reason} for target, reason in told.items())
    if any(told.values()):
        raise typer.Exit(int(ExitStatus.SOME_FAILED))


def _send(context: typer.Context, settings: "NoticeSettings", *, as_json: bool) -> None:
    from collector.lock import run_lock
    from collector.notices import announce
    from collector.store.opening import open_store

    sender, database = _sender(settings), given(context).database
    with run_lock(database), open_store(database, must_exist=True) as db:
        done = announce(db, settings, utc_now(), sender)
    if as_json:
        put_json([done.as_json()])
    for line in done.lines or ["there is nothing to tell"]:
        say(line)
    if done.troubles:
        raise typer.Exit(int(ExitStatus.SOME_FAILED))


def notices_wanted(
    settings: "Settings", environ: "Mapping[str, str]"
) -> "tuple[NoticeSettings | None, Sender | None] | None":
    """How a run is to tell, and through what; None where that cannot be had now, which is said.

    A keyring that is locked while nobody is there costs the run nothing, and what there is to tell waits for
    the next. Raises UsageError where the settings cannot be meant.
    """
    from collector.account.keyring_passwords import NoKeyring
    from collector.notices.sending import AppriseSender
    from collector.notices.settings import notice_settings

    try:
        how = notice_settings(settings.notices, environ)
    except NoKeyring as error:
        say(f"no notices are sent: {error}")
        return None
    return how, AppriseSender(how.urls) if how and how.urls else None


def _settings() -> "NoticeSettings | None":
    from collector.notices.settings import notice_settings
    from collector.user_file import user_settings

    return notice_settings(user_settings(os.environ).notices, os.environ)


def _sender(settings: "NoticeSettings") -> "Sender":
    from collector.notices.sending import AppriseSender

    if not settings.urls:
        raise UsageError("[notices] has no address: add urls, keyring = true or CROSSTRACK_NOTICE_URLS")
    return AppriseSender(settings.urls)
