"""What a run did, for the person who asked for it: counts, troubles, what was put off."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from collector.drift import Drift, described
from collector.errors import ExitStatus
from collector.politeness import FAILED, HUMAN
from collector.read.offsets import iso_utc
from collector.signed_in import SessionAge
from collector.store.phrases import UnknownPhrase
from collector.store.troubles import Trouble
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
    put_off     how many visits that were due were not made
    drift       signs that portals' pages are changing, with since when and the first visit that showed them
    in_trouble  portals and accounts of which no visit was answered since some moment
    deadlines   last safe days of parcels that are not there, the nearest first
    sessions    how the accounts' sessions stand
    next_due    when the next visit is due and may be made, None if none ever is
    locked      accounts whose session could not be used, and why
    unknown     wordings nobody understands that were never shown before
    redone      how many parcels were derived again because something else is believed of a portal's clock
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    new: dict[str, int] = field(default_factory=dict)
    suspicious: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)
    deferred: list[str] = field(default_factory=list)
    put_off: int = 0
    drift: list[Drift] = field(default_factory=list)
    in_trouble: list[Trouble] = field(default_factory=list)
    deadlines: list[str] = field(default_factory=list)
    sessions: list[SessionAge] = field(default_factory=list)
    next_due: datetime | None = None
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
            "put_off": self.put_off,
            "drift": [_plain(one) | {"said": described(one)} for one in self.drift],
            "in_trouble": [_plain(one) for one in self.in_trouble],
            "deadlines": self.deadlines,
            "sessions": [_plain(one) for one in self.sessions],
            "next_due": None if self.next_due is None else iso_utc(self.next_due),
            "locked": self.locked,
            "unknown_phrases": [asdict(one) for one in self.unknown],
            "redone": self.redone,
            "exit_status": int(self.exit_status),
        }

    def line(self) -> str:
        """The run in one line."""
        visits = ", ".join(f"{n} {outcome}" for outcome, n in sorted(self.outcomes.items())) or "none due"
        new = ", ".join(f"{n:+d} {what}" for what, n in self.new.items())
        parts = [f"visits: {visits}", new, *self._asides()]
        return "; ".join(filter(None, parts))

    def _asides(self) -> Iterable[str]:
        if self.redone:
            yield f"parcels redone: {self.redone}"
        if self.put_off:
            yield f"put off: {self.put_off}"
        if self.in_trouble:
            yield f"in trouble: {', '.join(_since(one) for one in self.in_trouble)}"
        if self.drift:
            yield f"changing: {', '.join(dict.fromkeys(one.portal for one in self.drift))}"
        if self.next_due is not None:
            yield f"next due {self.next_due:%Y-%m-%d %H:%M} UTC"


def _since(one: Trouble) -> str:
    account = f" account {one.account}" if one.account else ""
    return f"{one.portal}{account} ({one.outcome.value} since {one.since:%Y-%m-%d %H:%M})"


def _plain(one: Drift | Trouble | SessionAge) -> dict[str, Any]:
    """Its fields as JSON takes them: instants as ISO 8601."""
    return {k: iso_utc(v) if isinstance(v, datetime) else v for k, v in asdict(one).items()}
