"""What a reconciler says of a world's rows, in one shape for all of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one row. `event` and `parcel` are the reconciler's own names for what it belongs to."""

    parcel: str | None
    event: str | None
    instant: datetime | None
    milestone: str | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two rows said to be one event and to differ. `suspect` is the row whose time is said to be wrong."""

    row_a: str
    row_b: str
    kind: str
    confidence: float
    suspect: str | None = None
    explanation: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """A row said to have changed its time: what it printed before and after."""

    row: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """Everything that is scored.

    rows       by row id, what is said of the rows that stand at the last visits
    sequence   by event, its place among the events of its parcel
    parcels    by number, the parcels it is put in
    times      by event, when it is said to have happened
    revisions, withdrawn   None where the reconciler does not look at several visits
    seconds, memory_mb     what it took; None where that is not measured
    """

    rows: Mapping[str, Said]
    sequence: Mapping[str, int]
    parcels: Mapping[str, frozenset[str]]
    disagreements: Sequence[Disagreement]
    times: Mapping[str, datetime] = field(default_factory=dict)
    revisions: Sequence[Revision] | None = None
    withdrawn: frozenset[str] | None = None
    seconds: float | None = None
    memory_mb: float | None = None
