"""Notices: what happened to parcels, told once, where the person asked to be told.

A notice is stored in the transaction that decides on it, before anything is sent. A service that could not
be reached is tried again in the next runs, for a week; the others do not get it twice. Of a notice that was
being sent when the program died nobody knows whether it arrived: it is not sent again. So nothing is told
twice, except where a service took a message and its answer got lost.
"""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from collector.notices.deciding import untold
from collector.notices.keeping import Kept, keep, keep_active, mark, settle_interrupted, unsent
from collector.notices.sending import Sender
from collector.notices.settings import NoticeSettings
from collector.read.offsets import iso_utc
from collector.store.opening import writing

#: A run sends no more than this, the rest in the next ones.
AT_MOST = 50
#: What could not be sent for so long is news no more.
_GIVEN_UP_AFTER = timedelta(days=7)


@dataclass(slots=True)
class Announced:
    """What became of notices in a run.

    new       made in this run
    sent      taken by every address
    waiting   to be sent in the next run
    dropped   given up, after a week without success
    unsure    were being sent when an earlier run died
    troubles  why some were not sent, in lines for a person
    """

    new: int = 0
    sent: int = 0
    waiting: int = 0
    dropped: int = 0
    unsure: int = 0
    troubles: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The same as data."""
        return asdict(self)

    @property
    def lines(self) -> list[str]:
        """What to say at the end of a run; nothing when nothing was to be told."""
        counts = [
            f"{number} {word}"
            for number, word in (
                (self.sent, "sent"),
                (self.waiting, "to be sent in the next run"),
                (self.dropped, "given up after a week"),
                (self.unsure, "perhaps not sent: the run before was killed"),
            )
            if number
        ]
        return [*(["notices: " + ", ".join(counts)] if counts else []), *self.troubles]


def announce(
    db: Database, settings: NoticeSettings | None, now: datetime, sender: Sender | None
) -> Announced:
    """Decide what is news, keep it, and send what is unsent; failing to send is told, never raised.

    Without settings nothing is sent, and what happens until there are some is not news later.
    """
    done = Announced()
    with writing(db):
        if settings is None:
            keep_active(db, (), now)
            return done
        done.unsure = settle_interrupted(db)
        news = untold(db, settings, now)
        keep_active(db, settings.active, now)
        done.new = len([keep(db, one, now) for one in news])
        _give_up(db, now, done)
    _send_all(db, sender, now, done)
    return done


def _give_up(db: Database, now: datetime, done: Announced) -> None:
    for one in unsent(db):
        if now - one.made_at > _GIVEN_UP_AFTER:
            mark(db, one, "dropped")
            done.dropped += 1


def _send_all(db: Database, sender: Sender | None, now: datetime, done: Announced) -> None:
    """Give each notice to every target that lacks it; one that fails is not tried again in this run."""
    waiting = unsent(db)
    done.waiting = len(waiting)
    if sender is None or not sender.targets:
        if waiting:
            done.troubles.append("notices: there is no address to send them to; add urls to [notices]")
        return
    failing: dict[str, str] = {}
    for one in waiting[:AT_MOST]:
        left = [target for target in sender.targets if target not in one.reached]
        if left and all(target in failing for target in left):
            continue
        if _sent(db, sender, one, left, failing, now):
            done.sent += 1
            done.waiting -= 1
    done.troubles += [f"notices: {target}: {reason}" for target, reason in failing.items()]


def _sent(
    db: Database, sender: Sender, one: Kept, left: list[str], failing: dict[str, str], now: datetime
) -> bool:
    """Whether every target has the notice now. It is marked before and after."""
    with writing(db):
        mark(db, one, "sending", tries=one.tries + 1, tried_at=iso_utc(now))
    reached = list(one.reached)
    for target in left:
        if target in failing:
            continue
        reason = _given(sender, target, one)
        if reason is None:
            reached.append(target)
        else:
            failing[target] = reason
    missing = [target for target in left if target not in reached]
    with writing(db):
        error = "; ".join(f"{target}: {failing[target]}" for target in missing) or None
        mark(db, one, "failed" if missing else "sent", reached=json.dumps(reached), error=error)
    return not missing


def _given(sender: Sender, target: str, one: Kept) -> str | None:
    try:
        return sender.send(target, one.title, one.text)
    except Exception as error:  # a notice never fails a run, whatever a service does
        return type(error).__name__
