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


def _data() -> Path:
    return platformdirs.user_data_path("crosstrack", appauthor=False)
