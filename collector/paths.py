"""Where things are kept when nobody says otherwise."""

from collections.abc import Mapping
from pathlib import Path

import platformdirs

DATABASE = "CROSSTRACK_DB"
SESSIONS = "CROSSTRACK_SESSIONS"


def default_database() -> Path:
    """The database in the platform's data directory."""
    return _data() / "crosstrack.db"


def default_sessions(environ: Mapping[str, str]) -> Path:
    """The folder of session files: the one the environment names, else in the platform's data directory."""
    named = environ.get(SESSIONS)
    return Path(named).expanduser() if named else _data() / "sessions"


def _data() -> Path:
    return platformdirs.user_data_path("crosstrack", appauthor=False)
