"""What a portal's page may not load, as data, and the forms Chromium's own URL blocking takes it in.

Blocking in the browser keeps its cache; intercepting requests would switch that off. It holds for what a
document loads; what else can lead away from a portal is kept by `guarding`.
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unneeded:
    """What no portal needs to show its rows. `ending` ends a path, `host` is a host with its subdomains."""

    because: str
    ending: str | None = None
    host: str | None = None


_PICTURE, _FONT, _MEDIA = "a picture", "a font", "sound or film"
_MEASURE = "counts visitors; nothing on the page waits for it"

UNNEEDED: tuple[Unneeded, ...] = (
    *(Unneeded(_PICTURE, ending=e) for e in ("png", "jpg", "jpeg", "gif", "webp", "avif", "ico", "svg")),
    *(Unneeded(_FONT, ending=e) for e in ("woff", "woff2", "ttf", "otf", "eot")),
    *(Unneeded(_MEDIA, ending=e) for e in ("mp4", "webm", "mp3", "ogg")),
    Unneeded(_MEASURE, host="google-analytics.com"),
    Unneeded(_MEASURE, host="googletagmanager.com"),
    Unneeded(_MEASURE, host="doubleclick.net"),
    Unneeded(_MEASURE, host="facebook.net"),
    Unneeded(_MEASURE, host="hotjar.com"),
    Unneeded(_MEASURE, host="clarity.ms"),
    Unneeded(_MEASURE, host="nr-data.net"),
)


def url_patterns(allowed: Iterable[str]) -> list[dict[str, object]]:
    """Parameter `urlPatterns` of Network.setBlockedURLs: what is unneeded, then all but the `allowed` hosts.

    Chromium takes the first pattern that fits.
    """
    rules: list[tuple[str, bool]] = []
    for unneeded in UNNEEDED:
        if unneeded.host is None:
            rules.append((f"*://*:*/*.{unneeded.ending}", True))
        else:
            rules.append((f"*://*.{unneeded.host}:*/*", True))
    rules.extend((f"*://{host}:*/*", False) for host in allowed)
    rules.append(("*://*:*/*", True))
    return [{"urlPattern": pattern, "block": block} for pattern, block in rules]


def wildcards() -> list[str]:
    """Parameter `urls` of Network.setBlockedURLs, for browsers that lack `urlPatterns`: what is unneeded."""
    return [
        f"*://*.{unneeded.ending}*" if unneeded.host is None else f"*://*.{unneeded.host}/*"
        for unneeded in UNNEEDED
    ]
