"""What one visit asks of a portal: about a number, or of a shop about an order or its list of orders."""

from dataclasses import dataclass, field
from typing import Literal

from collector.answer import Answer, read_pages
from collector.browser.contexts import SignedIn
from scrapers.contract import NOBODY, Page, Portal, Recipient
from scrapers.shop import Shop
from scrapers.words import Outcome

ShopPage = Literal["list", "detail", "tracking"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question.

    number         the tracking number asked for; empty where a shop is asked
    order_id       the order a shop is asked about; empty for its list
    page           which page of a shop, None on portals that are asked numbers
    session        whose account the shop's page is opened with
    keep_personal  whether pages of an account are kept as received, and pictures of them taken
    """

    portal: Portal
    url: str
    number: str = ""
    order_id: str = ""
    page: ShopPage | None = None
    session: SignedIn | None = field(default=None, repr=False)
    keep_personal: bool = False

    @property
    def subject(self) -> str:
        """What the answer must be about: the number, or the order; empty where there is none."""
        return self.number or self.order_id

    @property
    def is_private(self) -> bool:
        """Whether what comes is scrubbed before anything else is done with it."""
        return self.page is not None and not self.keep_personal

    def prepared(self, pages: tuple[Page, ...]) -> tuple[Page, ...]:
        """The pages as they may be kept."""
        if self.is_private and isinstance(self.portal, Shop):
            return self.portal.scrub(pages)
        return pages

    def answer(self, pages: tuple[Page, ...]) -> Answer:
        """What `pages` answer to the question; those of another order answer nothing."""
        answer = read_pages(self.portal, self.number or None, pages)
        named = {order for r in answer.readings for order in (*r.order_ids, *(o.id for o in r.orders))}
        if self.order_id and named and self.order_id not in named:
            error = f"{self.portal.name}: page speaks of order {min(named)}, not {self.order_id}"
            return Answer(Outcome.LAYOUT_CHANGED, complete=False, error=error)
        return answer


def about_number(portal: Portal, number: str, language: str, recipient: Recipient = NOBODY) -> Asked:
    """The question what `portal` knows of a number that goes to `recipient`."""
    return Asked(portal, portal.url_for(number, language, recipient), number=number)


def about_order(
    shop: Shop,
    order_id: str,
    page: Literal["detail", "tracking"],
    session: SignedIn,
    language: str,
    *,
    keep_personal: bool = False,
) -> Asked:
    """The question what `shop` says of one order."""
    url = shop.url(order_id, language) if page == "tracking" else shop.order_url(order_id, language)
    return Asked(shop, url, order_id=order_id, page=page, session=session, keep_personal=keep_personal)


def about_orders(shop: Shop, session: SignedIn, language: str, *, keep_personal: bool = False) -> Asked:
    """The question which orders there are."""
    return Asked(shop, shop.list_url(language), page="list", session=session, keep_personal=keep_personal)
