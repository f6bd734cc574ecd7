"""What a portal sent, made harmless to look at: nothing in it runs, loads or leads away. Pure.

This is the second wall. The first one is the sandbox and the policy a page is served with, under which
no script runs and nothing is asked for; but a policy does not stop a link, or a name from being looked up.
"""

import json
from dataclasses import dataclass

from selectolax.lexbor import SelectolaxError

from scrapers.select import tree

#: Elements that run, load, refresh, embed, or hold a tree of their own that is not walked.
_GONE = (
    "script", "noscript", "template", "link", "meta", "base", "iframe", "frame", "frameset", "object",
    "embed", "applet", "portal", "fencedframe", "audio", "video", "source", "track", "animate",
    "animatemotion", "animatetransform", "set", "use", "foreignobject",
)  # fmt: skip
#: Attributes that say how something looks or what it is; no other one stays.
_KEPT = frozenset(
    {
        "abbr", "align", "alt", "bgcolor", "border", "cellpadding", "cellspacing", "checked", "class",
        "color", "cols", "colspan", "cx", "cy", "d", "datetime", "dir", "disabled", "fill", "fill-rule",
        "for", "headers", "height", "hidden", "id", "label", "lang", "nowrap", "open", "opacity",
        "placeholder", "points", "r", "role", "rows", "rowspan", "rx", "ry", "scope", "selected",
        "size", "span", "start", "stroke", "stroke-width", "style", "summary", "text-anchor", "title",
        "transform", "type", "valign", "value", "viewbox", "width", "x", "x1", "x2", "y", "y1", "y2",
    }
)  # fmt: skip
_KEPT_FAMILIES = ("aria-", "data-")
_PICTURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)
_HTML = ("text/html", "application/xhtml+xml")
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Shown:
    """What may be sent to a browser: its media type, with the character set, and its bytes."""

    media_type: str
    body: bytes

    @property
    def is_picture(self) -> bool:
        """Whether it is a picture in a form a browser draws."""
        return self.media_type.startswith("image/")


def harmless(media_type: str, body: bytes) -> Shown:
    """A stored page as it may be looked at. A picture is what begins like one, whatever it is called."""
    kind = media_type.partition(";")[0].strip().lower()
    if found := picture_type(body):
        return Shown(found, body)
    if kind in _HTML:
        return Shown("text/html; charset=utf-8", defused(body))
    return Shown(_TEXT, _laid_out(body) if kind == "application/json" else source(body).body)


def picture_type(body: bytes) -> str | None:
    """The media type of a picture, None for what is none."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for begin, kind in _PICTURES if body.startswith(begin)), None)


def source(body: bytes) -> Shown:
    """What is stored, letter by letter, as text."""
    if b"\0" in body[:4096]:
        return Shown(_TEXT, f"{len(body)} bytes that are no text".encode())
    return Shown(_TEXT, body.decode("utf-8-sig", errors="replace").encode())


def defused(body: bytes) -> bytes:
    """An HTML page without what runs, loads or leads away; empty when it is nested absurdly deep."""
    try:
        page = tree(body.decode("utf-8-sig", errors="replace"))
        for node in page.css(", ".join(_GONE)):
            node.decompose()
        for node in page.css("*"):
            for name, value in list(node.attributes.items()):
                if not _is_kept(name.lower(), value or ""):
                    del node.attrs[name]
        return (page.html or "").encode("utf-8", errors="replace")
    except SelectolaxError:
        return b""


def _is_kept(name: str, value: str) -> bool:
    if name == "src":
        return value.lstrip().lower().startswith("data:image/")
    return name in _KEPT or name.startswith(_KEPT_FAMILIES)


def _laid_out(body: bytes) -> bytes:
    """JSON on lines; what is none as it is."""
    text = source(body).body.decode()
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2).encode("utf-8", errors="replace")
    except (ValueError, RecursionError):
        return text.encode()
