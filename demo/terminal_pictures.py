"""A command's output as a picture of a terminal: the real program runs, and what it prints is drawn as SVG.

The pictures refer to nothing outside themselves, no font either: any monospaced one will do, since the width
of every text is given.
"""

import io
import os
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from collector.errors import CrosstrackError

_PATIENCE_SECONDS = 60.0
_ROOT = Path(__file__).parents[1]
#: What would change what the program prints, or whether it prints colours.
_NOT_PASSED_ON = ("NO_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE", "PYTHONHOME")
#: As `rich` has it, without the fonts it would fetch.
_FORMAT = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px;
}}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: Arial, Helvetica, sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


class PictureFailed(CrosstrackError):
    """A picture cannot be made; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Screen:
    """A terminal that shows one command.

    name       the picture's, without suffix
    arguments  what stands after `crosstrack`
    lines      the most that are shown; where output is longer, the picture says so
    """

    name: str
    arguments: tuple[str, ...]
    columns: int
    lines: int = 45

    @property
    def command(self) -> str:
        """What a person would type."""
        return shlex.join(("crosstrack", *self.arguments))


def drawn(screen: Screen, database: Path) -> str:
    """The SVG of a terminal on which the command has run. Raises PictureFailed."""
    return picture(printed(screen, database), screen)


def printed(screen: Screen, database: Path) -> str:
    """What the command prints on such a terminal, colours included. Raises PictureFailed."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "collector", *screen.arguments],
            capture_output=True,
            check=False,
            cwd=_ROOT,
            encoding="utf-8",
            env=_environment(screen, database),
            stdin=subprocess.DEVNULL,
            timeout=_PATIENCE_SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired, UnicodeDecodeError) as error:
        raise PictureFailed(f"`{screen.command}` could not be run: {type(error).__name__}") from error
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise PictureFailed(f"`{screen.command}` ended with status {done.returncode}: {last}")
    if not done.stdout.strip():
        raise PictureFailed(f"`{screen.command}` prints nothing: there is nothing to show")
    return done.stdout


def picture(ansi: str, screen: Screen) -> str:
    """The SVG of a terminal that shows `ansi`: text with the escape sequences for colours."""
    console = Console(
        record=True,
        width=screen.columns,
        height=len(ansi),  # with both given, nothing is asked of the terminal this runs in
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        no_color=False,
        legacy_windows=False,
        highlight=False,
    )
    for line in (
        *_cut(ansi.rstrip().splitlines(), screen.lines),
        Text(),
    ):  # the last one keeps descenders whole
        console.print(line, soft_wrap=True)
    svg = console.export_svg(title=screen.command, code_format=_FORMAT, unique_id="t")
    return svg.replace("&#160;", "\N{NO-BREAK SPACE}")


def _environment(screen: Screen, database: Path) -> Mapping[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    terminal = {"COLUMNS": str(screen.columns), "LINES": "50", "TERM": "xterm-256color", "FORCE_COLOR": "1"}
    return kept | terminal | {"CROSSTRACK_DB": str(database.absolute()), "PYTHONUTF8": "1"}


def _cut(lines: list[str], most: int) -> list[Text]:
    kept = lines if len(lines) <= most else lines[: most - 2]
    shown = [Text.from_ansi(line.rstrip()) for line in kept]
    left = len(lines) - len(kept)
    return [*shown, Text(), Text(f"... {left} more lines", "dim")] if left else shown
