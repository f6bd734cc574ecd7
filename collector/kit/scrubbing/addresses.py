"""What of a web address may stay: host and path as the portal declares them, and the number asked for."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from collector.kit.scrubbing.invented import Numbers
from collector.kit.scrubbing.masking import mask

_DOMAINS = ("www", "com", "net", "org")
UNKNOWN_HOST = "host.invalid"
_WORD = re.compile(r"[^\W_]+")
_HOST = re.compile(r"(?:[a-z0-9-]{1,40}\.){1,5}[a-z]{2,24}")
_VERSION = re.compile(r"v?[0-9]{1,2}(?:\.[0-9])?")
#: A language, a kind of file, or how pages that lead to a parcel are called everywhere.
_PLAIN = re.compile(
    r"[A-Za-z]{2}|html?|json|jsp|php|aspx?|js|css|png|svg|ico|api|track|tracking|trace|search|parcel"
    r"|parcels|shipment|shipments|package|item|result|results|detail|details|status|www|index|home|number|lang|language"
    r"|login|captcha|challenge|verify|error"
)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Cleans addresses. `names` are parts of the portal's own; `telling` what its parser looks for."""

    hosts: frozenset[str]
    names: frozenset[str]
    telling: tuple[str, ...]
    numbers: Numbers

    def cleaned(self, url: str) -> str:
        """`url` without what is not known to be harmless; "" if it is no web address."""
        try:
            parts = urlsplit(url.strip())
            host = (parts.hostname or "").lower()
            pairs = parse_qsl(parts.query, keep_blank_values=True, max_num_fields=200)
        except ValueError:
            return ""
        if parts.scheme.lower() not in ("", "http", "https") or (parts.scheme and not host):
            return ""
        start = f"{parts.scheme.lower()}:" if parts.scheme else ""
        start += f"//{self._host(host)}" if host else ""
        path = "/".join(
            quote(self._part(unquote(part)), safe=",;:@!$()~*'") for part in parts.path.split("/")
        )
        path = path if host else re.sub("^//+", "/", path)
        query = urlencode([(key, self._part(value)) for key, value in pairs if self._stays(key, value)])
        fragment = re.sub(r"[^&=,;/?]+", lambda m: self._part(unquote(m[0])), parts.fragment)
        return start + path + (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")

    def _host(self, host: str) -> str:
        if not _HOST.fullmatch(host):
            return UNKNOWN_HOST
        if host in self.hosts or host in self.telling:
            return host
        parts = host.split(".")
        named = [part in self.names or part in self.telling for part in parts]
        if not any(named):
            return UNKNOWN_HOST
        shown = zip(parts, named, strict=True)
        return ".".join(part if is_named or part in _DOMAINS else mask(part) for part, is_named in shown)

    def _stays(self, key: str, value: str) -> bool:
        """Whether a parameter stays: one the parser names, or one with a number."""
        return self._part(key) == key and (
            key in self.names or self.numbers.replaced(value) != value or self.numbers.is_invented(value)
        )

    def _part(self, text: str) -> str:
        """One part of a path, or a value: what is known of it stays."""
        text = self.numbers.replaced(text)
        if text in self.names or _VERSION.fullmatch(text):
            return text
        spans = [match.span() for match in self.numbers.spaced.finditer(text)] if self.numbers.spaced else []

        def shown(match: re.Match[str]) -> str:
            start, stop = match.span()
            is_known = match[0] in self.names or _PLAIN.fullmatch(match[0])
            return match[0] if is_known or any(a <= start and stop <= b for a, b in spans) else mask(match[0])

        return _WORD.sub(shown, text)
