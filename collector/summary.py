"""What a run did, for the person who asked for it: counts, troubles, what was put off."""

from collections import Counter
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from collector.errors import ExitStatus
from collector.politeness import FAILED, HUMAN
from collector.store.phrases import UnknownPhrase
from collector.visit import Visited


class Progress(Protocol):
    """Told of every visit, for a person who watches."""

    def __call__(self, done: int, due: int, last: Visited | None) -> None: ...


@dataclass(slots=True)
class Summary:
    """What a run did.

    suspicious  visits that did not find a number their portal has shown before
    troubles    visits that failed or need a person
    deferred    why portals were not asked all that was due
    drift       signs that portals' pages are changing, with since when and the first visit that showed them
    locked      accounts whose session could not be used, and why
    unknown     wordings nobody understands that were never shown before
    redone      how many parcels were derived again because something else is believed of a portal's clock
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    new: dict[str, int] = field(default_factory=dict)
    suspicious: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    deferred: list[str] = field(default_factory=list)
    drift: list[str] = field(default_factory=list)
    locked: list[str] = field(default_factory=list)
    unknown: list[UnknownPhrase] = field(default_factory=list)
    redone: int = 0

    @property
    def exit_status(self) -> ExitStatus:
        """3 where a human is needed, else 1 where a visit failed, else 0."""
        if self.locked or any(self.outcomes[o] for o in HUMAN):
            return ExitStatus.HUMAN_NEEDED
        return ExitStatus.SOME_FAILED if any(self.outcomes[o] for o in FAILED) else ExitStatus.DONE

    def as_json(self) -> dict[str, Any]:
        """The summary as data."""
        return {
            "visits": dict(sorted(self.outcomes.items())),
            "new": self.new,
            "suspicious": self.suspicious,
            "troubles": self.troubles,
            "deferred": self.deferred,
            "drift": self.drift,
            "locked": self.locked,
            "unknown_phrases": [asdict(one) for one in self.unknown],
            "redone": self.redone,
            "exit_status": int(self.exit_status),
        }
