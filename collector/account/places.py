"""What the address of a sign-in page says: whether one may type there, whether it is a check for people."""

from urllib.parse import urlsplit

from scrapers.contract import LayoutChanged, Page
from scrapers.shop import Shop
from scrapers.words import Outcome, Role

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def refusal(url: str, shop: Shop) -> str | None:
    """Why nothing may be typed on a page at `url`, in one line; None where the shop itself is, over TLS."""
    parts = urlsplit(url)
    led = f"the sign-in led to {place(url)}"
    if parts.hostname not in shop.sign_in_hosts:
        return f"{led}, which is none of the shop's sign-in hosts; nothing was typed there"
    if parts.scheme != "https":
        return f"{led}, which is not protected by TLS; nothing was typed there"
    return None


def wrong_way(url: str, shop: Shop, led_to: str | None) -> str | None:
    """Why the sign-in ends where the page lies now; None on the shop's own hosts, which may be on its way.

    `led_to` is a foreign host that the page was kept from.
    """
    if led_to is not None:
        return f"the sign-in led to {led_to}, which is no host of the shop; nothing was typed there"
    parts = urlsplit(url)
    if url == "about:blank" or (parts.scheme == "https" and parts.hostname in shop.hosts):
        return None
    return refusal(url, shop)


def place(url: str) -> str:
    """Scheme and host of `url`: what else it holds is nobody's business."""
    parts = urlsplit(url)
    return (
        f"{parts.scheme}://{parts.hostname}" if parts.hostname else f"a page without a host ({parts.scheme}:)"
    )


def is_challenge(url: str, shop: Shop, body: bytes = b"") -> bool:
    """Whether the shop tells a check for people by the page's address, or by what it holds."""
    if not url.startswith("http"):
        return False
    try:
        readings = shop.parse([Page(Role.DOM, url, "text/html", body)])
    except LayoutChanged:
        return False
    return any(reading.outcome is Outcome.CHALLENGE for reading in readings)


def is_on_this_machine(endpoint: str) -> bool:
    """Whether a browser's endpoint is this machine, by a name or address that can mean nothing else."""
    try:
        return urlsplit(endpoint).hostname in _LOOPBACK
    except ValueError:
        return False
