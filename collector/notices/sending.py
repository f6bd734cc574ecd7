"""Sending through Apprise. Addresses hold secrets: nothing here logs, raises or returns one.

A target is called by its place in the settings and its service, such as "2 (ntfy)".
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from collector.account.terminal import Secret
from collector.errors import UsageError
from collector.notices.wording import said

if TYPE_CHECKING:
    import apprise

#: One service may take so long; then it is left, and what it was given may or may not have arrived.
_SECONDS = 30
#: Their lines can hold addresses with tokens in them.
_TALKATIVE = ("apprise", "requests", "urllib3", "smtplib")


class Sender(Protocol):
    """Where notices are given to. `send` gives the reason it failed, None when the target took it."""

    @property
    def targets(self) -> Sequence[str]: ...

    def send(self, target: str, title: str, text: str) -> str | None: ...


class AppriseSender:
    """Sends to the addresses in the settings, to each by itself."""

    def __init__(self, urls: Sequence[Secret]) -> None:
        """Raises UsageError, which names the place of an address that is none, never the address."""
        self._services: dict[str, apprise.Apprise] = {}
        with _silence():
            for place, url in enumerate(urls, start=1):
                name, service = _service(url, place)
                self._services[name] = service

    @property
    def targets(self) -> Sequence[str]:
        """The names of the addresses, in order."""
        return list(self._services)

    def send(self, target: str, title: str, text: str) -> str | None:
        """Why `target` did not take the message, None when it did."""
        with _silence():
            import apprise

            try:
                taken = self._services[target].notify(
                    title=title, body=text, body_format=apprise.NotifyFormat.TEXT, timeout=_SECONDS
                )
            except Exception as error:  # each service raises its own; their texts may hold the address
                return type(error).__name__
        return None if taken else "it was not taken; is the service reachable, and the address right?"


def _service(url: Secret, place: int) -> "tuple[str, apprise.Apprise]":
    import apprise

    asset = apprise.AppriseAsset(
        app_id="Crosstrack",
        app_desc="Crosstrack",
        app_url="",
        storage_mode="memory",
        service_timeout=_SECONDS,
    )
    service = apprise.Apprise(asset=asset)
    try:
        is_known = service.add(url.reveal())
    except Exception as error:  # a malformed address can fail anywhere in it
        is_known, why = False, f" ({type(error).__name__})"
    else:
        why = ""
    if not is_known or len(service) != 1:
        raise UsageError(f"[notices]: address no. {place} is none that Apprise understands{why}") from None
    return f"{place} ({said(str(service[0].service_name), 30)})", service


@contextmanager
def _silence() -> Iterator[None]:
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    before = [(one.level, one.propagate) for one in loggers]
    for one in loggers:
        one.setLevel(logging.CRITICAL + 1)
        one.propagate = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # theirs, about the Python they run on
            yield
    finally:
        for one, (level, propagate) in zip(loggers, before, strict=True):
            one.setLevel(level)
            one.propagate = propagate
