"""Credentials in the operating system's keyring, read and kept only on request.

Under the service "crosstrack:PORTAL" each sign-in name has its password, as `keyring set` stores it; the
entry "account:NAME" holds the sign-in name of the account a person calls NAME. The package `keyring` is
imported only here, when asked for.
"""

import importlib
from typing import Any

from collector.account.encryption import INSTALL
from collector.account.terminal import Secret
from collector.errors import HumanNeeded


class NoKeyring(HumanNeeded):
    """The keyring cannot be used; the text says why and never what it holds."""


def stored_login(portal: str, account: str) -> str | None:
    """The sign-in name kept for `account`, None if there is none. Raises NoKeyring."""
    text = _call("get_password", _service(portal), f"account:{account}")
    return None if text is None else str(text)


def stored_password(portal: str, login: str) -> Secret | None:
    """The password kept for a sign-in name, None if there is none. Raises NoKeyring."""
    text = _call("get_password", _service(portal), login)
    return None if text is None else Secret(str(text))


def remember(portal: str, account: str, login: str, password: Secret) -> None:
    """Keep sign-in name and password. Raises NoKeyring, also where it would be no safe place."""
    backend = _call("get_keyring")
    if backend.priority < 1:  # keyring's own mark of a backend such as a plain file
        raise NoKeyring(f"the keyring found here ({type(backend).__name__}) is no safe place for a password")
    _call("set_password", _service(portal), login, password.reveal())
    _call("set_password", _service(portal), f"account:{account}", login)


def _service(portal: str) -> str:
    return f"crosstrack:{portal}"


def _call(function: str, *arguments: str) -> Any:  # noqa: ANN401 - whatever that function of keyring returns
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise NoKeyring(f"the keyring needs more packages: {INSTALL}") from None
    try:
        return getattr(keyring, function)(*arguments)
    except Exception as error:  # each backend raises its own; their texts may hold anything
        kind = type(error).__name__
    raise NoKeyring(f"no keyring can be used here ({kind}): is a desktop session running and unlocked?")
