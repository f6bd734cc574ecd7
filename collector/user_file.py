"""The user's `crosstrack.toml`, found and read."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from collector.errors import UsageError
from collector.paths import CONFIG, settings_file
from collector.settings import Settings, SettingsError, read_settings
from scrapers.vocabulary import Additions


def user_settings(environ: Mapping[str, str]) -> Settings:
    """What the user's file says: the one the environment names, else that in the folder for configuration.

    The defaults where there is no such file, unless the environment names it. Raises UsageError, in one line.
    """
    named, file = environ.get(CONFIG), settings_file(environ)
    try:
        told = file.stat()
        return _read(file, told.st_ino, told.st_size, told.st_mtime_ns)
    except FileNotFoundError:
        if not named:
            return Settings()
        raise UsageError(f"{file}: no such file, but {CONFIG} names it; write it or unset that") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: it is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{file}: it cannot be read ({error.strerror}); mend that or name another") from None
    except SettingsError as error:
        raise UsageError(f"{file}: {error}") from None


@lru_cache(1)
def _read(file: Path, *_version: int) -> Settings:
    """The file as it stood then: a command asks several times, and must not be told different things."""
    return read_settings(file.read_text(encoding="utf-8"))


def user_additions(environ: Mapping[str, str]) -> Additions:
    """The words, places and portals of the user's file. Raises UsageError, in one line."""
    return user_settings(environ).additions
