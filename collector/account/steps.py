"""Which step of a sign-in form comes next: pure decisions over what it shows and what was done so far."""

from dataclasses import dataclass
from enum import Enum, auto

from scrapers.words import Outcome

#: A first code, and two more where the form refuses it.
CODES = 3
_SWITCHES = 2
#: What a person who is turned away can do instead.
OWN_WINDOW = (
    "sign in by hand: leave out --credentials, or take your own browser's session with --from-browser"
)


@dataclass(frozen=True, slots=True)
class NotSignedIn:
    """A sign-in that failed. `reason` is one line for the person and holds no secret."""

    outcome: Outcome
    reason: str


_CHALLENGED = NotSignedIn(Outcome.CHALLENGE, f"the shop asks for proof that a person signs in; {OWN_WINDOW}")


class Step(Enum):
    """What is to be done to the form now."""

    WAIT = auto()
    SWITCH_ACCOUNT = auto()
    TYPE_ACCOUNT = auto()
    PRESS_NEXT = auto()
    TYPE_PASSWORD = auto()
    PRESS_SUBMIT = auto()
    ENTER_CODE = auto()
    PRESS_CODE_SUBMIT = auto()
    DONE = auto()


@dataclass(frozen=True, slots=True)
class Sight:
    """What the form shows now.

    shown       the parts of `scrapers.shop.SignInForm` that are visible, by name
    enabled     those of them that can be used
    signed_in   whether the cookies look like a session's
    challenge   whether a check for people stands in the way
    refused     why nothing may be typed where the page lies, None where it may
    code_empty  whether the boxes for a code hold nothing
    """

    shown: frozenset[str] = frozenset()
    enabled: frozenset[str] = frozenset()
    signed_in: bool = False
    challenge: bool = False
    refused: str | None = None
    code_empty: bool = True


@dataclass(frozen=True, slots=True)
class Progress:
    """What was done so far. `codes` and `switches` are counts; `code_sent` is about the last code."""

    switches: int = 0
    account: bool = False
    next: bool = False
    password: bool = False
    submit: bool = False
    codes: int = 0
    code_sent: bool = False


def decide(sight: Sight, progress: Progress, settled: bool) -> Step | NotSignedIn:
    """The next step, or why there is none.

    `settled` says that the page had time to react to the last step. The password is sent once: no form gets a
    second attempt, whatever it shows afterwards.
    """
    if sight.signed_in:
        return Step.DONE
    if sight.challenge:
        return _CHALLENGED
    if sight.refused is not None:
        return NotSignedIn(Outcome.UNAVAILABLE, sight.refused)
    if "several" in sight.shown:
        return NotSignedIn(
            Outcome.LOGIN_REQUIRED, f"the shop asks which of several accounts is meant; {OWN_WINDOW}"
        )
    if "code" in sight.shown:
        return _code_step(sight, progress, settled)
    step = _refusal(sight, progress) or _password_step(sight, progress) or _account_step(sight, progress)
    is_hasty = step is Step.SWITCH_ACCOUNT and progress.switches > 0 and not settled
    return Step.WAIT if is_hasty else step


def stuck(sight: Sight, progress: Progress, seconds: float) -> NotSignedIn:
    """What to say of a form that shows nothing further for `seconds`."""
    if sight.challenge:
        return _CHALLENGED
    if progress.codes:
        said = "the shop took the code and then showed nothing further"
    elif progress.submit:
        said = "the shop took the password and then showed nothing further"
    elif progress.password:
        said = "the sign-in form cannot be sent"
    elif "password" in sight.shown:
        said = "the sign-in form asks for a password without saying for which account"
    elif progress.account:
        said = "the sign-in form did not go on after the account"
    else:
        said = "the sign-in page shows no form that is known"
    outcome = Outcome.LOGIN_REQUIRED if progress.submit else Outcome.LAYOUT_CHANGED
    return NotSignedIn(outcome, f"{said} within {seconds:g} s; {OWN_WINDOW}")


def _code_step(sight: Sight, progress: Progress, settled: bool) -> Step | NotSignedIn:
    """A code is refused where the page had time to go on and says so, or shows its boxes empty again.

    Some forms send a code by themselves once it is complete.
    """
    if not progress.submit:  # a code in place of a password, or a page nobody led to
        return NotSignedIn(Outcome.LOGIN_REQUIRED, f"the shop asks for a code at once; {OWN_WINDOW}")
    if progress.codes:
        if not progress.code_sent and not sight.code_empty and "code_submit" in sight.enabled:
            return Step.PRESS_CODE_SUBMIT
        refused = "wrong_password" in sight.shown or sight.code_empty
        if not settled or not refused:
            return Step.WAIT
    if progress.codes >= CODES:
        return NotSignedIn(Outcome.LOGIN_REQUIRED, f"the shop took none of {CODES} codes")
    return Step.ENTER_CODE


def _refusal(sight: Sight, progress: Progress) -> NotSignedIn | None:
    """What the form says against the account or the password."""
    if progress.submit and "wrong_password" in sight.shown:
        said = "the shop refuses this account and password; no second attempt was made"
        return NotSignedIn(Outcome.LOGIN_REQUIRED, said)
    if progress.next and not progress.password and "password" not in sight.shown:
        if "unknown_account" in sight.shown:
            return NotSignedIn(Outcome.LOGIN_REQUIRED, "the shop knows no account of this name")
        if "wrong_password" in sight.shown:
            return NotSignedIn(Outcome.LOGIN_REQUIRED, "the shop refuses the name of the account")
    return None


def _password_step(sight: Sight, progress: Progress) -> Step | None:
    if progress.submit:
        return Step.WAIT
    if progress.password:
        return Step.PRESS_SUBMIT if "submit" in sight.enabled else Step.WAIT
    if "password" not in sight.shown:
        return None
    if progress.account:
        return Step.TYPE_PASSWORD if "password" in sight.enabled else Step.WAIT
    if "account" in sight.shown:
        return None
    # The page remembers an account; whether it is the one that is meant it does not have to say.
    if "other_account" in sight.shown and progress.switches < _SWITCHES:
        return Step.SWITCH_ACCOUNT
    return Step.WAIT


def _account_step(sight: Sight, progress: Progress) -> Step:
    if not progress.account:
        if "account" in sight.enabled:
            return Step.TYPE_ACCOUNT
        is_remembered = "account" not in sight.shown and "other_account" in sight.shown
        return Step.SWITCH_ACCOUNT if is_remembered and progress.switches < _SWITCHES else Step.WAIT
    return Step.PRESS_NEXT if not progress.next and "next" in sight.enabled else Step.WAIT
