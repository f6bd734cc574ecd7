"""The user's `crosstrack.toml`: words, places and portals added to the vocabulary."""

from collections.abc import Mapping
from pathlib import Path

from collector.errors import UsageError
from collector.paths import CONFIG, default_config
from scrapers.vocabulary import Additions, AdditionsError, read_additions


def user_additions(environ: Mapping[str, str]) -> Additions:
    """What the user's file adds: the one the environment names, else that in the folder for configuration.

    Nothing where there is no such file, unless the environment names it. Raises UsageError, in one line.
    """
    named = environ.get(CONFIG)
    file = Path(named).expanduser() if named else default_config()
    try:
        return read_additions(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not named:
            return Additions()
        raise UsageError(f"{file}: no such file, but {CONFIG} names it; write it or unset that") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: it is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise UsageError(f"{file}: it cannot be read ({error.strerror}); mend that or name another") from None
    except AdditionsError as error:
        raise UsageError(f"{file}: {error}") from None
