"""What every command shares: the database it works on, errors in one line, text safe for a terminal."""

import functools
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from collector.errors import CrosstrackError, ExitStatus, UsageError
from collector.plain_text import json_text, one_line, plain

_F = TypeVar("_F", bound=Callable[..., Any])

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@dataclass(frozen=True, slots=True)
class Context:
    """The global options, as given."""

    database: Path
    debug: bool = False


def command(app: typer.Typer, name: str | None = None) -> Callable[[_F], _F]:
    """Register a command whose `CrosstrackError`s end it with one line and their exit status."""

    def register(function: _F) -> _F:
        @functools.wraps(function)
        def reported(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - it stands for any command
            try:
                try:
                    return function(*args, **kwargs)
                finally:
                    if sys.stdout is not None:
                        sys.stdout.flush()
            except CrosstrackError as error:
                if _is_debugging(kwargs):
                    traceback.print_exc()
                typer.echo(f"crosstrack: {one_line(str(error))}", err=True)
                raise typer.Exit(int(error.exit_status)) from None
            except BrokenPipeError:
                # The reader has gone (`| head`): nobody is left to tell.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise typer.Exit(0) from None
            except OSError as error:
                # What is left unwritten must not fail once more when the program ends.
                if sys.stdout is not None:
                    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
                typer.echo(f"crosstrack: cannot write the output: {error.strerror}", err=True)
                raise typer.Exit(int(ExitStatus.SOME_FAILED)) from None

        app.command(name)(reported)
        return function

    return register


def _is_debugging(arguments: dict[str, Any]) -> bool:
    options = getattr(arguments.get("context"), "obj", None)
    return isinstance(options, Context) and options.debug


def given(context: typer.Context) -> Context:
    """The global options of the running command."""
    if not isinstance(context.obj, Context):
        raise TypeError("the command was called without its context")
    return context.obj


def storable(text: str) -> str:
    """`text` as a database takes it: what the command line had in other bytes than UTF-8 becomes `?`."""
    return text.encode("utf-8", "replace").decode()


def say(text: str) -> None:
    """Talk to the person, on stderr."""
    typer.echo(plain(text), err=True)


def tell(data: Mapping[str, object], text: str, as_json: bool) -> None:
    """A result: one JSON object on stdout for programs, else a line on stderr for people."""
    if as_json:
        typer.echo(json_text(data, indent=2))
    else:
        say(text)


def put_json(rows: Iterable[Any]) -> None:
    """Data for programs, on stdout: one JSON array."""
    typer.echo(json_text(list(rows), indent=2))


def typed_numbers(texts: Iterable[str]) -> list[str]:
    """Tracking numbers as typed, each once. Raises UsageError for what cannot be one."""
    from scrapers.numbers import NumberError, tracking_number

    try:
        return list(dict.fromkeys(tracking_number(text) for text in texts))
    except NumberError as error:
        raise UsageError(str(error)) from None
