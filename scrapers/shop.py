"""The second kind of portal: a marketplace, read through a buyer's account.

A tracking portal is asked for a number. A shop is asked for the list of orders, which is read page by page to
its end, for the detail page of one order, and for the tracking page of one order, which may show several
parcels or none. Whatever page it was, `parse` reads it: an order page gives a reading with `orders`, a
tracking page one reading per parcel with `rows`, `items` and `order_ids`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from scrapers.contract import Confidence, Page, Portal


@dataclass(frozen=True, slots=True)
class SignInForm:
    """Selectors (CSS, or Playwright's) of the shop's sign-in form, in all its generations.

    The first that is shown counts.

    account, password     the fields
    next                  leads from the account to the password; absent on one-step forms
    submit                sends the password
    other_account         leaves a remembered account that is not the one wanted
    code, code_submit     boxes for a code sent by mail or message (one box per digit, or one for all)
    several               asks which of several accounts with one address is meant
    unknown_account, wrong_password   shown in their case
    challenge             a check for people within the form
    """

    account: tuple[str, ...]
    password: tuple[str, ...]
    next: tuple[str, ...]
    submit: tuple[str, ...]
    other_account: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    code_submit: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    unknown_account: tuple[str, ...] = ()
    wrong_password: tuple[str, ...] = ()
    challenge: tuple[str, ...] = ()


class Shop(Portal):
    """A marketplace with an account. Beside what every portal declares:

    sign_in_url      the page to sign in on
    sign_in_hosts    the only hosts credentials may be typed on, over TLS
    sign_in_form     how its form is made
    cookie_domains   cookies of these domains (and below) make up a session; no others are ever taken
    session_cookies  names of those cookies whose end is the session's likely end
    more             selectors of the button that makes the list longer, best first
    unfold           selectors of what hides rows or lines until it is pressed
    """

    sign_in_url: ClassVar[str]
    sign_in_hosts: ClassVar[tuple[str, ...]]
    sign_in_form: ClassVar[SignInForm]
    cookie_domains: ClassVar[tuple[str, ...]]
    session_cookies: ClassVar[tuple[str, ...]] = ()
    more: ClassVar[tuple[str, ...]] = ()
    unfold: ClassVar[tuple[str, ...]] = ()

    def accepts(self, number: str) -> Confidence:
        """Never: a shop is asked about orders."""
        return Confidence(0.0, "is asked about orders, not about numbers")

    def list_url(self, language: str) -> str:
        """The list of orders, newest first."""
        raise NotImplementedError

    def order_url(self, order_id: str, language: str) -> str:
        """The detail page of one order."""
        raise NotImplementedError

    def url(self, number: str, language: str) -> str:
        """The tracking page of the order whose id is `number`."""
        raise NotImplementedError

    def number_in(self, url: str) -> str | None:
        """The id of the order a URL of this shop (page or payload) asks for, None if it asks for none."""
        raise NotImplementedError

    def looks_signed_in(self, cookies: Mapping[str, str]) -> bool:
        """Whether cookies (name to value) may be a session's: advice before a page is asked, never proof."""
        raise NotImplementedError

    def scrub(self, pages: Sequence[Page]) -> tuple[Page, ...]:
        """The pages with everything personal replaced, addresses of pages included.

        `parse` reads the same from them. On a page that is not known every text that is not the shop's own is
        made unreadable. Scrubbing twice changes nothing more. Raises nothing, whatever the pages hold.
        """
        raise NotImplementedError
