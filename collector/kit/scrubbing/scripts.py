"""What stays of a page's scripts: texts that the parser looks for in a whole page, and data that it reads."""

import json
import re

from selectolax.lexbor import LexborNode

from collector.kit.scrubbing.replies import Markup, NoReply, scrubbed_reply
from collector.kit.scrubbing.scrubber import Scrubber

_IN_SCRIPT = re.compile(r'([\w$.]{0,40}\s{0,3}[:=]?\s{0,3})JSON\.parse\(("(?:[^"\\\n]|\\.)*")\)')
_ASSIGNED = re.compile(r"([A-Za-z_$][\w$.]{0,60}\s{0,3}=\s{0,3})(?=[{\[])")
_PLAIN = re.compile(r"window|self|globalThis|document|var|let|const")
#: Blanks a script leaves behind: how large a page is tells an empty shell from a page.
_LONGEST_BLANK = 400


def scrubbed_script(node: LexborNode, scrubber: Scrubber, markup: Markup) -> str:
    """What of a script the parser may look for, and the data it reads; `markup` cleans HTML in them."""
    text = _literal(node)
    if not text.strip():
        return text[:_LONGEST_BLANK]
    scrubber.found["scripts"] += 1
    if "json" in (node.attributes.get("type") or "").lower():
        told = (node.attributes.get("id") or "", node.attributes.get("type") or "")
        pieces = [_reply(text, scrubber, markup)] if scrubber.allowed.names.intersection(told) else []
    else:
        pieces = [scrubber.marks(text)]
        pieces += [_parsed(match, scrubber, markup) for match in _IN_SCRIPT.finditer(text)]
        pieces += [_assigned(text, match, scrubber, markup) for match in _ASSIGNED.finditer(text)]
    kept = "\n".join(filter(None, pieces)).replace("</", "<\\/").replace("<!--", "")
    return kept.ljust(min(len(text), _LONGEST_BLANK))


def _parsed(match: re.Match[str], scrubber: Scrubber, markup: Markup) -> str:
    """JSON that a script reads from a string."""
    if not _is_known(match[1], scrubber):
        return ""
    try:
        value = json.loads(match[2])
    except ValueError:
        return ""
    reply = _reply(value, scrubber, markup) if isinstance(value, str) else ""
    return f"{match[1]}JSON.parse({json.dumps(reply)})" if reply else ""


def _assigned(text: str, match: re.Match[str], scrubber: Scrubber, markup: Markup) -> str:
    """JSON that a script gives a name."""
    if not _is_known(match[1], scrubber):
        return ""
    try:
        _, end = json.JSONDecoder().raw_decode(text, match.end())
    except (ValueError, RecursionError):
        return ""
    reply = _reply(text[match.end() : end], scrubber, markup)
    return f"{match[1]}{reply};" if reply else ""


def _is_known(name: str, scrubber: Scrubber) -> bool:
    """Whether the parser's code has the name that a script gives to data."""
    words = re.findall(r"[\w$]+", name)
    return bool(words) and words[-1] in scrubber.allowed.names and all(map(_PLAIN.fullmatch, words[:-1]))


def _reply(text: str, scrubber: Scrubber, markup: Markup) -> str:
    try:
        return scrubbed_reply(text, scrubber, markup, indent=False)
    except NoReply:
        return ""


def _literal(node: LexborNode) -> str:
    pieces, child = [], node.first_child
    while child is not None:
        pieces.append(child.text_content or "")
        child = child.next
    return "".join(pieces)
