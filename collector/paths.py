"""Where things are kept when nobody says otherwise."""

from collections.abc import Mapping
from pathlib import Path

import platformdirs

DATABASE = "CROSSTRACK_DB"
SESSIONS = "CROSSTRACK_SESSIONS"
CONFIG = "CROSSTRACK_CONFIG"


def default_database() -> Path:
    """The database in the platform's data directory."""
    return _data() / "crosstrack.db"


def default_sessions(environ: Mapping[str, str]) -> Path:
    """The folder of session files: the one the environment names, else in the platform's data directory."""
    named = environ.get(SESSIONS)
    return Path(named).expanduser() if named else _data() / "sessions"


def default_config() -> Path:
    """The user's file of words, places and portals, in the platform's folder for configuration."""
    return platformdirs.user_config_path("crosstrack", appauthor=False) / "crosstrack.toml"


def settings_file(environ: Mapping[str, str]) -> Path:
    """Where the user's file is, if there is one."""
    named = environ.get(CONFIG)
    return Path(named).expanduser() if named else default_config()


def has_config(environ: Mapping[str, str]) -> bool:
    """False where the file is neither there nor named: there is nothing to read, or to complain of."""
    try:
        return CONFIG in environ or bool(default_config().stat())
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _data() -> Path:
    return platformdirs.user_data_path("crosstrack", appauthor=False)
