"""What one visit's pages are scrubbed with, and the rule for one text of them."""

import json
import re
from collections import Counter
from dataclasses import dataclass

from collector.kit.scrubbing.addresses import Addresses
from collector.kit.scrubbing.allowed import Allowed
from collector.kit.scrubbing.invented import Numbers
from collector.kit.scrubbing.masking import is_moment, mask
from collector.kit.scrubbing.rules import Rules

#: A class, an id or a key as programs have them: no blanks, no long number.
_NAME = re.compile(r"(?!.*\d{5})[A-Za-z_$@][\w$@.:/-]{0,80}", re.ASCII)
#: A name alone, as people have one: no class is called so but by chance.
_CAPITALISED = re.compile(r"[A-Z][a-z]+")


@dataclass(frozen=True, slots=True)
class Scrubber:
    """All that is known of one visit's pages. `found` counts what was replaced, by kind."""

    allowed: Allowed
    numbers: Numbers
    rules: Rules
    addresses: Addresses
    found: Counter[str]

    def text(self, text: str, *, strict: bool = False) -> str:
        """`text` with nothing left that may not be read. `strict`: it says something of a person."""
        replaced = self.numbered(text)
        if not is_moment(replaced) and not self.allowed.is_read(replaced):
            replaced = self.rules.cleaned(replaced, self.found)
        shown = self.allowed.shown(replaced, strict=strict)
        self.found["texts"] += shown != replaced
        return shown

    def numbered(self, text: str) -> str:
        """`text` with invented tracking numbers."""
        text = text.encode("utf-8", "replace").decode("utf-8")
        replaced = self.numbers.replaced(text)
        self.found["tracking numbers"] += replaced != text
        return replaced

    def name(self, name: str) -> str:
        """A class, an id or the like: itself if a program may have such a name, else masked."""
        name = self.numbered(name)
        if name in self.allowed.names:
            return name
        bare = self.numbers.spaced.sub("", name) if self.numbers.spaced else name
        is_name = not bare or _NAME.fullmatch(bare) or (bare.isdigit() and len(bare) < 4)
        if is_name and not _CAPITALISED.fullmatch(name) and self.rules.hide(name) == name:
            return name
        masked = mask(name)
        self.found["attributes"] += masked != name
        return masked

    def key(self, key: str) -> str:
        """A key of a reply: a program's name stays, any other is a text."""
        key = self.numbered(key)
        bare = self.numbers.spaced.sub("", key) if self.numbers.spaced else key
        is_name = not bare or _NAME.fullmatch(bare) is not None
        return key if is_name and self.rules.hide(key) == key else self.text(key)

    def marks(self, script: str) -> str:
        """Of a script or comment what the parser may look for: the texts of its own code."""
        lowered = script.casefold()
        return " ".join(text for text in self.allowed.telling if text in lowered)

    def literal(self, text: str) -> str:
        """`text` as a string of JSON."""
        return json.dumps(text, ensure_ascii=False).replace("</", "<\\/")
