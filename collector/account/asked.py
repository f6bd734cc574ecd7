"""What every way of signing in is given, and how it ends."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from collector.account.sessions import Session
from collector.account.steps import OWN_WINDOW, NotSignedIn
from collector.browser import BrowserOptions
from collector.limits import Limits
from collector.visit import Visited
from scrapers.shop import Shop
from scrapers.words import Outcome

_OUTCOMES_OF_A_SESSION = frozenset({Outcome.OK, Outcome.NO_EVENTS_YET})


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session that has just opened the shop's list of orders."""

    session: Session


@dataclass(frozen=True, slots=True)
class SignIn:
    """What every way of signing in is given.

    title             the shop's name for people
    account           the name of the session
    options           the browser for pages that are opened by the program
    window            the browser for the person: headed, and free to go where signing in leads
    patience_seconds  how long a person has
    look_seconds      how often is looked whether the person has signed in
    """

    shop: Shop
    title: str
    account: str
    options: BrowserOptions
    window: BrowserOptions
    clock: Callable[[], datetime]
    patience_seconds: float = 600.0
    look_seconds: float = 1.0
    limits: Limits = field(default_factory=Limits)


def judge(visited: Visited, title: str) -> NotSignedIn | None:
    """Why the list of orders shows no session, None where it does."""
    if visited.outcome in _OUTCOMES_OF_A_SESSION:
        return None
    if visited.outcome is Outcome.LOGIN_REQUIRED:
        return NotSignedIn(Outcome.LOGIN_REQUIRED, f"the session is not signed in to {title}")
    if visited.outcome is Outcome.CHALLENGE:
        said = f"{title} asks for proof that a person looks at the orders; {OWN_WINDOW}"
        return NotSignedIn(Outcome.CHALLENGE, said)
    error = visited.error or visited.outcome.value
    return NotSignedIn(visited.outcome, f"the session could not be tried on {title}: {error}")
