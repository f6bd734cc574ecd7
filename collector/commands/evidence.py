"""`evidence`: a bundle for a dispute, and whether one is as it was made."""

import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from collector.clock import utc_now
from collector.commands.completing import known_ids
from collector.commands.context import command, given, put_json, say, storable
from collector.errors import ExitStatus, UsageError
from collector.plain_text import file_name, plain

if TYPE_CHECKING:
    from datetime import datetime

    from collector.evidence.making import Made, Printer

_VERIFY = "verify"


def register(app: typer.Typer) -> None:
    """Add this command to `app`."""
    command(app)(evidence)


def evidence(
    context: typer.Context,
    about: Annotated[
        str,
        typer.Argument(
            metavar="ID|verify",
            help="A number or an order; or the word verify, and FILE.",
            autocompletion=known_ids,
        ),
    ],
    file: Annotated[
        Path | None, typer.Argument(metavar="FILE", help="With verify: the bundle to check.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The ZIP to write.", show_default="by ID and day"
        ),
    ] = None,
    keep_personal: Annotated[
        bool, typer.Option("--keep-personal", help="Keep names, addresses, pictures and pages as they came.")
    ] = False,
    no_pdf: Annotated[bool, typer.Option("--no-pdf", help="Do not print the report as PDF.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write what portals claimed, and when, as one ZIP for a dispute; or check such a ZIP.

    `crosstrack evidence ID` writes a report that opens and prints anywhere, the pages behind it, tables, and
    checksums. The SHA-256 of its manifest goes to stdout: leave it with somebody else. Names and addresses
    are masked unless --keep-personal is given.

    `crosstrack evidence verify FILE` names everything that is not as it was made (status 1).

    Example: crosstrack evidence 8190000000000001 -o dispute.zip
    """
    if about == _VERIFY:
        if file is None:
            raise UsageError("verify what? say crosstrack evidence verify FILE")
        _verify(file, as_json=as_json)
        return
    if file is not None:
        raise UsageError(f"to write to {file}, say -o {file}")
    now = utc_now()
    target = output or Path(f"evidence-{file_name(about)}-{now:%Y-%m-%d}.zip")
    made = _write(given(context).database, storable(about), target, now, keep_personal, no_pdf, force)
    _tell(made, target, as_json=as_json)


def _write(
    database: Path, name: str, target: Path, now: "datetime", keep: bool, no_pdf: bool, force: bool
) -> "Made":
    from collector.copies.snapshots import failures_of, flush, publish, refuse_target, unfinished
    from collector.evidence.making import make
    from collector.store.opening import open_store
    from scrapers import portals

    refuse_target(target, database, force=force)
    with (
        open_store(database, must_exist=True) as db,
        failures_of(target),
        unfinished(target.absolute()) as part,
    ):
        printer = None if no_pdf else _printer(now)
        made = make(db, name, portals(), part, now, keep=keep, printer=printer)
        flush(part)
        publish(part, target, force=force)
    return made


def _printer(now: "datetime") -> "Printer":
    from collector.evidence.printing import printed

    return lambda html: printed(html, now, os.environ)


def _tell(made: "Made", target: Path, *, as_json: bool) -> None:
    """The root for programs and for keeping, what is in the bundle and what is not for the person."""
    if made.no_pdf is not None:
        say(f"without report.pdf: {made.no_pdf}")
    for because in sorted(set(made.left_out)):
        say(f"left out: {made.left_out.count(because)} pages, for {because} (--keep-personal)")
    if as_json:
        put_json([{"file": str(target), **asdict(made)}])
        return
    say(f"{target}: {made.visits} visits, {made.files} files; the SHA-256 of its manifest:")
    typer.echo(made.root)


def _verify(file: Path, *, as_json: bool) -> None:
    from collector.evidence.verifying import chain_root, verify

    found = verify(file)
    chain = chain_root(found.manifest) if found.manifest else None
    if as_json:
        faults = [asdict(fault) for fault in found.faults]
        put_json(
            [{"file": str(file), "sound": not faults, "faults": faults, "root": found.root, "chain": chain}]
        )
    else:
        for fault in found.faults:
            typer.echo(plain(f"{fault.member or file.name}: {fault.what}"))
        if found.root is not None and not found.faults:
            typer.echo(found.root)
    if found.faults:
        say(f"{file} is damaged, or was changed")
        raise typer.Exit(int(ExitStatus.SOME_FAILED))
    say(
        f"{file} is as it was made; whether what it says was true then, only a digest kept elsewhere can show"
    )
