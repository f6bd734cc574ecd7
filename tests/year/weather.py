"""What goes wrong: portals in one of their states, a session that ends, a clock that jumps, runs killed.

All of it follows from the seed and the number of the run.
"""

import random
from dataclasses import dataclass, field
from datetime import timedelta

from fixtures.messages import Request
from fixtures.play import Player
from fixtures.play.acts import State
from fixtures.play.stage import Stage
from fixtures.play.world import everyone

#: Of so many runs a portal is in one of its states, whatever it is asked.
_STATE_ONE_IN = 25
#: Of so many runs the machine's clock is wrong.
_SLIP_ONE_IN = 60
#: Every week one run is killed among its visits, and one while it tells of them, if it comes so far.
_KILLED_EVERY, _KILLED_VISITING, _KILLED_TELLING = 29, 11, 25
_SLIPS = tuple(timedelta(hours=hours) for hours in (-30, -7, -1, 1, 5, 26))
#: Runs after which the account's session is dead, and after which its owner signs in again.
_SESSION_RUNS, _OWNER_RUNS = 220, 10


class Weathered(Stage):
    """A stage on which whole portals can be in a state, for everybody."""

    weather: dict[str, State]

    def _state(self, player: Player, request: Request) -> State | None:
        found = self.weather.get(player.PORTAL)
        return super()._state(player, request) if found is None else found


@dataclass(frozen=True, slots=True)
class Day:
    """What happens to one run.

    states        by portal
    slip          how wrong the machine's clock is
    killed_after  the run is killed after so many attempts to load a page, None: it is not
    killed_telling  ... after so many notices were sent
    session_ends, signs_in   whether the account's session is dead from now on, whether a new one is brought
    """

    states: dict[str, State] = field(default_factory=dict)
    slip: timedelta = timedelta()
    killed_after: int | None = None
    killed_telling: int | None = None
    session_ends: bool = False
    signs_in: bool = False

    @property
    def is_killed(self) -> bool:
        """Whether the run is to be killed."""
        return self.killed_after is not None or self.killed_telling is not None


def weather(run: int, seed: int) -> Day:
    """What happens to the run of that number."""
    dice = random.Random(f"{seed} {run}")  # noqa: S311 - no secret
    states = {}
    for name, player in sorted(everyone().items()):
        if dice.randrange(_STATE_ONE_IN) == 0:
            states[name] = dice.choice([s for s in player.STATES if s.name != "ordinary"])
    kill = run % _KILLED_EVERY
    return Day(
        states=states,
        slip=dice.choice(_SLIPS) if dice.randrange(_SLIP_ONE_IN) == 0 else timedelta(),
        killed_after=dice.randrange(1, 6) if kill == _KILLED_VISITING else None,
        killed_telling=dice.randrange(2) if kill == _KILLED_TELLING else None,
        session_ends=run % _SESSION_RUNS == _SESSION_RUNS - 1,
        signs_in=run % _SESSION_RUNS == _OWNER_RUNS,
    )


def is_signed_in(run: int) -> bool:
    """Whether the account's session is alive at that run."""
    since = run % _SESSION_RUNS
    return since != _SESSION_RUNS - 1 and (run < _SESSION_RUNS or since >= _OWNER_RUNS)
