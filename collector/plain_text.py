"""Text from strangers, made safe where it comes out: terminal, JSON, spreadsheet, the name of a file.

What is stored stays as it was shown; each way out makes safe what it gives away.
"""

import json
import re
import unicodedata

#: What steers a terminal or turns its reading order: controls, format characters with the bidi overrides and
#: zero widths, lone surrogates, private characters, line and paragraph separators.
_STEERING = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
#: More of a text, or of one line or cell, tells a person nothing and fills the screen.
LONGEST = 20_000
LONGEST_LINE = 1_000
#: A spreadsheet cuts a longer cell, or spills it into the next.
LONGEST_CELL = 32_000
_LONGEST_NAME = 80
_NOT_OF_NAMES = re.compile(r"[^A-Za-z0-9_-]+")
#: Windows gives these to devices, whatever ending they have.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_NOT_PLAIN_JSON = re.compile(r"[^\n\x20-\x7e]")


def plain(text: str, *, kept: str = "\n", longest: int = LONGEST) -> str:
    """`text` without what steers a terminal or turns its reading order, cut to `longest` characters."""
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    if text.isprintable():
        return text
    return "".join(" " if _steers(c) and c not in kept else c for c in text)


def one_line(text: str, longest: int = LONGEST_LINE) -> str:
    """`text` as `plain` gives it, on one line: nobody can add a line of his own to what we say."""
    line = " ".join(plain(text[: 4 * longest], longest=4 * longest).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def cell_text(text: str) -> str:
    """`text` for a cell of CSV: line ends and tabs stay, what steers goes, no more than a cell holds."""
    return plain(text, kept="\n\r\t", longest=LONGEST_CELL)


def json_text(value: object, indent: int | None = None) -> str:
    """`value` as JSON that reads back the same, where what steers a terminal is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _NOT_PLAIN_JSON.sub(lambda match: _escaped(match[0]), text)


def file_name(text: str) -> str:
    """A name for a file that is no path, no option, no hidden file and no device, whatever `text` is.

    Without an ending. Different texts may get the same name.
    """
    folded = unicodedata.normalize("NFKD", text[: 4 * _LONGEST_NAME])
    name = _NOT_OF_NAMES.sub("_", folded).strip("_-")[:_LONGEST_NAME]
    return f"_{name}" if not name or _DEVICES.fullmatch(name) else name


def _steers(character: str) -> bool:
    return unicodedata.category(character) in _STEERING


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1] if _steers(character) else character
