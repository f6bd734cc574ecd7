"""Colours, strokes and fonts of the picture, for light, dark and paper. Pure.

A kind of disagreement has its dashes and a severity its colour and width, so that colour alone tells nothing.
"""

from typing import Literal

Theme = Literal["auto", "light", "dark"]

#: The class of every picture: nothing of its style reaches beyond it.
CLASS = "parcel-picture"
DASHES = {
    "conflict": "",
    "lag": "9 4",
    "unexplained": "3 3",
    "zone_label": "9 3 2 3",
    "timezone": "5 5",
    "precision": "1.5 3.5",
    "revision": "2 2",
}
WIDTHS = {"warning": 2.8, "notice": 2.2, "info": 1.8}

_LIGHT = {
    "ink": "#1c2026",
    "soft": "#5a6270",
    "paper": "#ffffff",
    "line": "#d5d9e0",
    "agree": "#6f7784",
    "warning": "#b3261e",
    "notice": "#8a5200",
    "info": "#1d5fa8",
    "good": "#1b6e3c",
    "origin": "#f3f0e6",
    "line_haul": "#e9eff7",
    "import": "#f4eaf1",
    "last_mile": "#e8f3ea",
}
_DARK = {
    "ink": "#e8eaee",
    "soft": "#a8b0bd",
    "paper": "#15181d",
    "line": "#3a414c",
    "agree": "#98a1af",
    "warning": "#ff8a80",
    "notice": "#f2b35b",
    "info": "#8bbcf5",
    "good": "#7fd39b",
    "origin": "#25231b",
    "line_haul": "#1a232f",
    "import": "#2a1f28",
    "last_mile": "#1a281e",
}
_RULES = """
.P{color:var(--ink);background:var(--paper);font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",
"Liberation Sans",Arial,sans-serif}
.P text{fill:var(--ink)}
.P .soft{fill:var(--soft)}
.P .bold{font-weight:650}
.P .warning{fill:var(--warning)} .P .notice{fill:var(--notice)} .P .info{fill:var(--info)}
.P .good{fill:var(--good)}
.P .leg-origin{fill:var(--origin)} .P .leg-line_haul{fill:var(--line_haul)}
.P .leg-import{fill:var(--import)} .P .leg-last_mile{fill:var(--last_mile)}
.P .paper{fill:var(--paper)}
.P .rule{stroke:var(--line);fill:none}
.P .lane{stroke:var(--line);stroke-width:1.5;fill:none}
.P .silent{stroke:var(--soft);fill:none;stroke-width:1.3}
.P .hush{fill:var(--paper);fill-opacity:.6}
.P .join{fill:none;stroke:var(--agree);stroke-width:1.8}
.P .join.s-warning{stroke:var(--warning)} .P .join.s-notice{stroke:var(--notice)}
.P .join.s-info{stroke:var(--info)}
.P .mark{fill:var(--ink);stroke:var(--paper);stroke-width:1.2}
.P .mark.s-warning{fill:var(--warning)} .P .mark.s-notice{fill:var(--notice)}
.P .mark.s-info{fill:var(--info)}
.P .mark.hollow{fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
.P .mark.more{fill:var(--agree)}
.P .mark.span{fill:var(--agree);fill-opacity:.45;stroke:var(--ink);stroke-width:1}
.P .mark.delivered{fill:var(--good)}
.P .ring{fill:none;stroke:var(--warning);stroke-width:1.8;stroke-dasharray:3 2}
.P .tag{fill:var(--paper);stroke-width:1.4}
.P .tag.s-warning{stroke:var(--warning)} .P .tag.s-notice{stroke:var(--notice)}
.P .tag.s-info{stroke:var(--info)}
.P .takes{stroke:var(--ink);stroke-width:1;stroke-dasharray:1 3;fill:none}
"""


def css(theme: Theme) -> str:
    """The picture's style sheet. On paper every theme is the light one."""
    chosen = _DARK if theme == "dark" else _LIGHT
    parts = [_variables(chosen)]
    if theme == "auto":
        parts.append(f"@media (prefers-color-scheme:dark){{{_variables(_DARK)}}}")
    parts += [f"@media print{{{_variables(_LIGHT)}}}", _RULES.replace(".P", f".{CLASS}")]
    return "".join(parts).replace("\n", "")


def _variables(values: dict[str, str]) -> str:
    return f".{CLASS}{{" + "".join(f"--{name}:{value};" for name, value in values.items()) + "}"
