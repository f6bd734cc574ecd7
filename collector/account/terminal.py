"""Asking the person on the terminal: account, password, a code that was sent. Nothing asked is ever shown."""

import asyncio
import getpass
import re
import sys
import threading
from contextlib import suppress
from typing import NoReturn, Protocol

import typer

from collector.errors import UsageError

_CODE = re.compile(r"[0-9A-Za-z]{4,10}")
_LONGEST = 320


class Secret:
    """Text that no repr, log line or traceback shows, to be dropped once it was used."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text: str | None = text

    def reveal(self) -> str:
        """The text itself. Raises ValueError once it was dropped."""
        if self._text is None:
            raise ValueError("the secret was dropped")
        return self._text

    def drop(self) -> None:
        """Forgets the text."""
        self._text = None

    def __repr__(self) -> str:
        return "Secret(...)"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")


class Person(Protocol):
    """Whoever can be asked while a sign-in goes on."""

    def account(self, shop: str) -> str:
        """The name an account has with `shop`: an e-mail address or a phone number."""
        ...

    def password(self, shop: str, account: str) -> Secret:
        """The password of `account`."""
        ...

    async def code(self, shop: str, *, again: bool) -> str | None:
        """The code the shop has sent, None where the person has none; `again` where the last was refused."""
        ...


class Terminal:
    """The person at the terminal this program runs in."""

    def account(self, shop: str) -> str:
        """Asked for openly. Raises UsageError without a terminal, or for what cannot be an account."""
        _must_be_terminal()
        text: str = typer.prompt(f"e-mail or phone number at {shop}", err=True)
        return account_name(text)

    def password(self, shop: str, account: str) -> Secret:
        """Asked for without showing it. Raises UsageError without a terminal, or for an empty one."""
        _must_be_terminal()
        text = getpass.getpass(f"password of {account} at {shop} (not shown): ", stream=sys.stderr)
        if not text:
            raise UsageError("no password was given")
        return Secret(text)

    async def code(self, shop: str, *, again: bool) -> str | None:
        """Asked for openly; waiting for it can be cancelled."""
        _must_be_terminal()
        was = "that code was not taken; another" if again else "the"
        return tidy_code(await _in_thread(f"{was} code {shop} has sent you (Enter for none)"))


def account_name(text: str) -> str:
    """`text` without blanks around it. Raises UsageError for what no form takes."""
    name = text.strip()
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise UsageError("that is no e-mail address or phone number")
    return name


def tidy_code(text: str) -> str | None:
    """The code in what was typed, without blanks and dashes; None if there is none."""
    code = re.sub(r"[\s-]", "", text)
    return code if _CODE.fullmatch(code) else None


def _must_be_terminal() -> None:
    if sys.stdin is None or not sys.stdin.isatty():
        raise UsageError("there is no terminal to ask for account and password on")


async def _in_thread(question: str) -> str:
    """The answer to `question`.

    Asked in a thread of its own that nobody waits for: after Ctrl-C the program must not hang until Enter.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str] = loop.create_future()

    def put(text: str) -> None:
        if not answer.done():
            answer.set_result(text)

    def ask() -> None:
        try:
            text: str = typer.prompt(question, default="", show_default=False, err=True)
        except (typer.Abort, EOFError):
            text = ""
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(put, text)

    threading.Thread(target=ask, name="asking", daemon=True).start()
    return await answer
