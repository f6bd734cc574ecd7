"""`backup`, `restore`, `check`, `prune`, `redact`: copies of the database, and what leaves it."""

import re
import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.context import Json, command, given, put_json, say, tell
from collector.commands.progress import progress
from collector.errors import ExitStatus, UsageError
from collector.plain_text import plain

if TYPE_CHECKING:
    from collector.copies.pruning import Pruned

_AGE = re.compile(r"([0-9]{1,5})([dwy])")
_DAYS = {"d": 1, "w": 7, "y": 365}

_Force = Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")]
_Target = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")]
_Age = Annotated[str | None, typer.Option(metavar="AGE", help="Such as 90d, 26w or 2y.")]


def register(app: typer.Typer) -> None:
    """Add these commands to `app`."""
    for function in (backup, restore, check, prune, redact):
        command(app)(function)


def backup(context: typer.Context, file: _Target, force: _Force = False, as_json: Json = False) -> None:
    """Write a complete copy of the database, also while a run is at work.

    The copy is checked before it gets its name, and readable by you alone.

    Example: crosstrack backup ~/backups/crosstrack.db
    """
    from collector.copies.backups import back_up

    database = given(context).database
    with progress("copying") as watch:
        size = back_up(database, file, force=force, progress=watch)
    tell({"file": str(file), "bytes": size}, f"backup of {_megabytes(size)} written to {file}", as_json)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The backup to bring back.")],
    as_json: Json = False,
) -> None:
    """Bring a backup back, after checking it. The database it replaces stays beside it, renamed.

    Example: crosstrack restore ~/backups/crosstrack.db
    """
    from collector.copies.backups import restore as bring_back
    from collector.lock import run_lock

    database = given(context).database
    with run_lock(database), progress("copying") as watch:
        done = bring_back(database, file, utc_now(), watch)
    kept = "" if done.kept is None else f"; what was there is {done.kept}"
    told = {"database": str(database), "bytes": done.bytes, "kept": done.kept and str(done.kept)}
    tell(told, f"restored {_megabytes(done.bytes)} from {file}{kept}", as_json)


def check(context: typer.Context, as_json: Json = False) -> None:
    """Check the file, its references, every stored page, and that everything derived follows from the facts.

    Nothing is changed; a run may be at work meanwhile.

    Example: crosstrack check
    """
    from collector.copies.checks import check as results_of
    from scrapers import portals

    results = list(results_of(given(context).database, portals(), _step))
    if as_json:
        put_json(asdict(result) for result in results)
    else:
        for result in results:
            typer.echo(plain(f"{'ok  ' if result.works else 'FAIL'} {result.check}: {result.seen}"))
            for line in result.differences:
                typer.echo(plain(f"     {line}"))
    if not results[0].works:
        say("crosstrack: the file is damaged: keep it, and restore a backup")
        raise typer.Exit(int(ExitStatus.DATABASE))
    raise typer.Exit(int(ExitStatus.DONE if all(r.works for r in results) else ExitStatus.SOME_FAILED))


def prune(
    context: typer.Context,
    screenshots_older_than: _Age = None,
    pages_older_than: _Age = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
    as_json: Json = False,
) -> None:
    """Drop old screenshots, and on request old pages, whose records take their place.

    A screenshot stays if it is the first or last of its portal and number, or stands behind a disagreement,
    a page that was not understood, or a notice. Nothing derived changes.

    Example: crosstrack prune --screenshots-older-than 90d --dry-run
    """
    from collector.copies.pruning import prune_pages, prune_pictures
    from collector.lock import run_lock
    from collector.store.opening import open_store
    from scrapers import portals

    if screenshots_older_than is None and pages_older_than is None:
        raise UsageError("say --screenshots-older-than or --pages-older-than, such as 90d")
    now, database = utc_now(), given(context).database
    pictures_before, pages_before = _before(screenshots_older_than, now), _before(pages_older_than, now)
    done: dict[str, Pruned] = {}
    with run_lock(database):
        before = _size(database)
        with open_store(database, must_exist=True) as db:
            if pictures_before:
                done["screenshots"] = prune_pictures(db, pictures_before, dry_run=dry_run)
            if pages_before:
                done["pages"] = prune_pages(db, portals(), pages_before, dry_run=dry_run)
        has_shrunk = dry_run or not any(one.pages for one in done.values()) or _shrunk(database)
    _tell_pruned(done, before - _size(database), dry_run=dry_run, as_json=as_json)
    if not has_shrunk:
        say("crosstrack: the file keeps its size: shrinking takes as much room again; free some, repeat")
        raise typer.Exit(int(ExitStatus.SOME_FAILED))


def redact(
    context: typer.Context,
    file: _Target,
    force: _Force = False,
    keep_prices: Annotated[bool, typer.Option("--keep-prices", help="Keep what was paid.")] = False,
    no_places: Annotated[bool, typer.Option("--no-places", help="Leave out the towns of scans.")] = False,
    as_json: Json = False,
) -> None:
    """Write a copy of the database that is fit to share.

    Accounts, order ids, tracking numbers, titles, stores, postcodes and notes are replaced or left out; pages
    are replaced by records of cleaned rows. The finished file is searched for what must not be in it.

    Example: crosstrack redact shareable.db
    """
    from collector.copies.clean_records import Cleaner
    from collector.copies.redaction import redact as write_clean
    from scrapers import portals

    cleaner = Cleaner(prices=keep_prices, places=not no_places)
    done = write_clean(given(context).database, file, portals(), cleaner, force=force, step=_step)
    rest = f"; {done.left_out} visits without what their pages said" if done.left_out else ""
    text = f"{file}: {done.visits} visits{rest}; none of {done.checked} words of the original is in it"
    tell({"file": str(file), **asdict(done)}, text, as_json)


def _before(age: str | None, now: datetime) -> datetime | None:
    """The moment that long ago. Raises UsageError for a text that is no age."""
    if age is None:
        return None
    found = _AGE.fullmatch(age.strip().lower())
    if found is None:
        raise UsageError(f"{age!r} is no age such as 90d, 26w or 2y")
    try:
        return now - timedelta(days=int(found[1]) * _DAYS[found[2]])
    except OverflowError:
        raise UsageError(f"{age!r} is before any calendar") from None


def _shrunk(database: Path) -> bool:
    from collector.copies.pruning import shrink
    from collector.copies.snapshots import failures_of

    with failures_of(database):
        return shrink(database)


def _tell_pruned(done: "dict[str, Pruned]", freed: int, *, dry_run: bool, as_json: bool) -> None:
    would = "would go" if dry_run else "went"
    parts = []
    for what, one in done.items():
        kept = f", those of {one.kept} visits stay: no record says the same" if one.kept else ""
        parts.append(f"{one.pages} {what} of {one.visits} visits {would} ({_megabytes(one.bytes)}){kept}")
    size = "" if dry_run else f"; the file is {_megabytes(freed)} smaller"
    told = {what: asdict(one) for what, one in done.items()}
    tell(
        {"dry_run": dry_run, **told, "file_smaller_by": 0 if dry_run else freed},
        "; ".join(parts) + size,
        as_json,
    )


def _size(database: Path) -> int:
    """The size of the file, 0 if there is none."""
    return database.stat().st_size if database.exists() else 0


def _step(what: str) -> None:
    """Say on a terminal what is done now; it may take a while."""
    if sys.stderr.isatty():
        say(f"{what} ...")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"
