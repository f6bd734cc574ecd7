"""Encryption of sessions, on request: the key lies in the operating system's keyring, under one name.

The packages `cryptography` and `keyring` come with the extra `crosstrack[keyring]`, and are imported only
where a session is encrypted or read. Nothing here falls back to a key anywhere else.
"""

from collector.errors import CrosstrackError, HumanNeeded

INSTALL = "pip install 'crosstrack[keyring]'"

_SERVICE = "crosstrack"
_KEY_NAME = "session key"


class CannotEncrypt(CrosstrackError):
    """The key could not be made or kept; nothing was written."""


class SessionLocked(HumanNeeded):
    """The session is encrypted and its key cannot be had here: nobody is there to unlock it, for instance."""


def encrypted(plain: bytes) -> str:
    """`plain`, encrypted with the key in the keyring, made if there is none. Raises CannotEncrypt."""
    try:
        from cryptography.fernet import Fernet
    except ImportError:
        raise CannotEncrypt(f"encrypting a session needs more packages: {INSTALL}") from None
    key = _kept_key()
    if key is None:
        key = _keep_key(Fernet.generate_key().decode("ascii"))
    try:
        return Fernet(key).encrypt(plain).decode("ascii")
    except ValueError:
        raise CannotEncrypt(_foreign_key()) from None


def decrypted(token: str) -> bytes:
    """What `encrypted` made `token` of. Raises SessionLocked."""
    try:
        from cryptography.fernet import Fernet, InvalidToken
    except ImportError:
        raise SessionLocked(f"the session is encrypted; reading it needs more packages: {INSTALL}") from None
    try:
        key = _kept_key()
    except CannotEncrypt as error:
        raise SessionLocked(f"the session is encrypted and cannot be unlocked: {error}") from None
    if key is None:
        raise SessionLocked("the session is encrypted and its key is not in the keyring; sign in again")
    try:
        return Fernet(key).decrypt(token.encode())
    except InvalidToken:
        raise SessionLocked("the session was encrypted with another key; sign in again") from None
    except ValueError:
        raise SessionLocked(_foreign_key()) from None


def _kept_key() -> str | None:
    try:
        import keyring
    except ImportError:
        raise CannotEncrypt(f"the keyring needs more packages: {INSTALL}") from None
    try:
        return keyring.get_password(_SERVICE, _KEY_NAME)
    except (
        Exception
    ) as error:  # each backend raises its own; the text may be anything, so only the kind is told
        raise CannotEncrypt(_no_keyring(error)) from None


def _keep_key(key: str) -> str:
    """The key the keyring holds afterwards: another process may have put one there first."""
    import keyring

    backend = type(keyring.get_keyring()).__name__
    try:
        if keyring.get_keyring().priority < 1:
            # keyring's own mark of a backend that is no safe place, such as a plain file
            raise CannotEncrypt(f"the keyring found here ({backend}) is no safe place for a key")
        keyring.set_password(_SERVICE, _KEY_NAME, key)
        kept = keyring.get_password(_SERVICE, _KEY_NAME)
    except CannotEncrypt:
        raise
    except Exception as error:
        raise CannotEncrypt(_no_keyring(error)) from None
    if not kept:
        raise CannotEncrypt(f"the keyring found here ({backend}) does not keep what it is given")
    return kept


def _no_keyring(error: Exception) -> str:
    return f"no keyring can be used here ({type(error).__name__}): is a desktop session running and unlocked?"


def _foreign_key() -> str:
    return (
        f"the keyring's entry {_SERVICE!r}, {_KEY_NAME!r} is no key of Crosstrack's; remove it, sign in again"
    )
