"""Acting on a shop's sign-in form, one step at a time: look, decide (see `steps`), do.

What is typed is put into one element of one document that was just seen to lie on the shop's own host over
TLS; a page that leads elsewhere at that moment gets nothing. Nothing of a sign-in page is kept.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace

import playwright.async_api as pw

from collector.account.sight import Elements, Found, holds_challenge, look, refused_at
from collector.account.steps import NotSignedIn, Progress, Sight, Step, decide, stuck
from collector.account.terminal import Secret
from collector.limits import Limits
from collector.visit.consent import close_consent
from scrapers.shop import Shop
from scrapers.words import Outcome

_LOG = logging.getLogger(__name__)

_POLL_S = 0.1
_CLICK_S = 2.0
#: As a person would put it in: the element's own editing, its input events, then the focus leaves it.
_PUT = """(element, text) => {
  if (!element.isConnected) throw new Error('the field has gone');
  if (element.maxLength >= 0 && text.length > element.maxLength) return false;
  element.focus(); element.select();
  if (document.activeElement === element) document.execCommand('insertText', false, text);
  if (element.value !== text) {
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(element, text);
    element.dispatchEvent(new Event('input', {bubbles: true}));
    element.dispatchEvent(new Event('change', {bubbles: true}));
  }
  const taken = element.value === text;
  element.blur();
  return taken;
}"""
#: Asks the person for the code that was sent; the flag says that the last one was refused.
AskCode = Callable[[bool], Awaitable[str | None]]


class _Ended(Exception):
    """A step that ends the sign-in."""

    def __init__(self, outcome: Outcome, reason: str) -> None:
        super().__init__(reason)
        self.result = NotSignedIn(outcome, reason)


async def fill_in(
    page: pw.Page,
    shop: Shop,
    account: str,
    password: Secret,
    ask_code: AskCode,
    limits: Limits,
    led_to: Callable[[], str | None] = lambda: None,
) -> NotSignedIn | None:
    """Takes the open sign-in page through its steps; None once the cookies look like a session's.

    `led_to` names a foreign host that the page was kept from. The password is dropped in any case. Raises
    Playwright's errors and TimeoutError where the browser fails.
    """
    try:
        return await _Filling(page, shop, account, password, ask_code, limits, led_to, _now()).run()
    finally:
        password.drop()


@dataclass(slots=True)
class _Filling:
    """One form on its way: what was done so far, and since when it shows nothing further."""

    page: pw.Page
    shop: Shop
    account: str
    password: Secret
    ask_code: AskCode
    limits: Limits
    led_to: Callable[[], str | None]
    acted_at: float
    progress: Progress = field(default_factory=Progress)
    blocked: set[Step] = field(default_factory=set)
    asked_consent: bool = False

    async def run(self) -> NotSignedIn | None:
        """Looks and acts until the form has led somewhere, or nowhere for too long."""
        sight = Sight()
        while True:
            found = await self._look()
            if found is not None:
                sight = found.sight
                step = decide(sight, self.progress, self._idle() >= self.limits.settle_seconds)
                if step is Step.DONE:
                    return None
                if isinstance(step, NotSignedIn):
                    return step
                failure = await self._do(step, found)
                if failure is not None:
                    return failure
            if self._idle() >= self.limits.state_seconds:
                return await self._stuck(sight)
            await asyncio.sleep(_POLL_S)

    async def _stuck(self, sight: Sight) -> NotSignedIn:
        """Why nothing further is shown; a page may be a check for people and show nothing at all."""
        if not sight.shown:
            with suppress(pw.Error):
                is_challenge = await holds_challenge(self.page, self.shop, self.limits)
                sight = replace(sight, challenge=is_challenge)
        return stuck(sight, self.progress, self.limits.state_seconds)

    def _idle(self) -> float:
        return _now() - self.acted_at

    async def _look(self) -> Found | None:
        """What the page shows; None while it is on its way to another."""
        try:
            async with asyncio.timeout(self.limits.call_seconds):
                if not self.asked_consent:
                    seconds = self.limits.consent_seconds
                    self.asked_consent = await close_consent(self.page, self.shop, seconds)
                return await look(self.page, self.shop, self.led_to())
        except pw.Error as error:
            if self.page.is_closed():
                raise
            _LOG.debug("the sign-in page moves: %s", type(error).__name__)
            return None

    async def _do(self, step: Step, found: Found) -> NotSignedIn | None:
        """Does `step`; an element that went away meanwhile is looked for again."""
        if step is Step.WAIT:
            return None
        if step is Step.ENTER_CODE:
            return await self._enter_code()
        try:
            async with asyncio.timeout(self.limits.call_seconds):
                self.progress = await self._done(step, found.elements)
        except _Ended as error:
            return error.result
        except pw.Error as error:
            if self.page.is_closed():
                raise
            _LOG.debug("%s: %s", step.name, type(error).__name__)  # its text may hold what was typed
            self.blocked.add(step)
            return None
        self.acted_at = _now()
        return None

    async def _done(self, step: Step, elements: Elements) -> Progress:
        """The progress once `step` is done."""
        progress = self.progress
        match step:
            case Step.TYPE_ACCOUNT:
                await self._put(elements["account"][0], self.account)
                return replace(progress, account=True)
            case Step.TYPE_PASSWORD:
                if not await self._put(elements["password"][0], self.password.reveal()):
                    raise _Ended(Outcome.LOGIN_REQUIRED, "the sign-in form does not take such a password")
                self.password.drop()
                return replace(progress, password=True)
            case Step.SWITCH_ACCOUNT:
                await self._press(step, elements["other_account"][0])
                return replace(progress, switches=progress.switches + 1)
            case Step.PRESS_NEXT:
                await self._press(step, elements["next"][0])
                return replace(progress, next=True)
            case Step.PRESS_CODE_SUBMIT:
                await self._press(step, elements["code_submit"][0])
                return replace(progress, code_sent=True)
            case _:
                if step not in self.blocked:
                    await elements["submit"][0].click(trial=True, timeout=_CLICK_S * 1000)
                # Sent from here on, whatever becomes of the click: nothing is ever sent twice.
                self.progress = replace(progress, submit=True)
                await self._press(step, elements["submit"][0])
                return self.progress

    async def _enter_code(self) -> NotSignedIn | None:
        """Asks for the code, looks again, for time has passed, and types it if it is still asked for."""
        code = await self.ask_code(self.progress.codes > 0)
        if code is None:
            return NotSignedIn(Outcome.LOGIN_REQUIRED, "the shop asks for a code, and none was given")
        found = await self._look()
        self.acted_at = _now()
        if found is None or "code" not in found.sight.shown or found.sight.challenge:
            return None
        self.progress = replace(self.progress, codes=self.progress.codes + 1, code_sent=False)
        try:
            async with asyncio.timeout(self.limits.call_seconds):
                await self._type_code(found.elements["code"], code)
        except _Ended as error:
            return error.result
        except pw.Error as error:
            if self.page.is_closed():
                raise
            _LOG.debug("the code: %s", type(error).__name__)
        self.acted_at = _now()
        return None

    async def _type_code(self, boxes: list[pw.ElementHandle], code: str) -> None:
        if len(boxes) > 1:
            if len(boxes) < len(code):
                said = f"the shop's code has {len(boxes)} characters, the one given {len(code)}"
                raise _Ended(Outcome.LOGIN_REQUIRED, said)
            for box, character in zip(boxes, code, strict=False):
                await self._put(box, character)
        elif await boxes[0].get_attribute("maxlength") == "1":
            await self._check_place(boxes[0])  # the first of several: the page itself moves on to the next
            await boxes[0].type(code)
        else:
            await self._put(boxes[0], code)

    async def _put(self, element: pw.ElementHandle, text: str) -> bool:
        """Whether the field took all of `text`. Raises _Ended unless the place is fit for it now.

        The element belongs to one document for good: if the page left it after the look at its address, this
        fails, and nothing is put anywhere else.
        """
        await self._check_place(element)
        return bool(await element.evaluate(_PUT, text))

    async def _check_place(self, element: pw.ElementHandle) -> None:
        refused = await refused_at(element, self.shop)
        if refused is not None:
            raise _Ended(Outcome.UNAVAILABLE, refused)

    async def _press(self, step: Step, element: pw.ElementHandle) -> None:
        """Presses a button; by keyboard where something lay over it the last time.

        What lies over it is looked at first in between: it may be a challenge.
        """
        if step in self.blocked:
            await element.press("Enter", no_wait_after=True)
        else:
            await element.click(timeout=_CLICK_S * 1000, no_wait_after=True)


def _now() -> float:
    return asyncio.get_running_loop().time()
