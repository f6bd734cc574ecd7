"""Growth to 100,000 parcels and five million observations: more than an hour of work."""

from benchmarks.bench import Options
from benchmarks.growing import as_table, grown

_PARCELS = 100_000
_ROWS_EACH = 50


def measured(options: Options) -> str:
    """The chapter on a large file."""
    found = grown(100 if options.quick else _PARCELS, workers=0, rows_each=_ROWS_EACH)
    said = "The same for a large file, its parcels with twice as many rows."
    return f"## Growth to a large file\n\n{said}\n\n{as_table([found])}"
