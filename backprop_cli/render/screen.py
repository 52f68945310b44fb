"""A terminal or pipe to draw on: width, colours and characters that it can show."""

from __future__ import annotations

import os
import sys

from rich.console import Console, RenderableType

VALUE = "bold color(30)"
GRADIENT = "italic color(130)"
PIPED_WIDTH = 80
NARROWEST = 40


def screen() -> Console:
    """The standard output. Colour only at a terminal that wants it; 80 columns where there is no
    terminal.
    """
    terminal = sys.stdout.isatty()
    dumb = os.environ.get("TERM") == "dumb"
    columns = os.environ.get("COLUMNS", "")
    asked = int(columns) if columns.isdecimal() and len(columns) < 5 else 0
    width = None if terminal else max(asked or PIPED_WIDTH, NARROWEST)
    return Console(
        file=sys.stdout,
        width=width,
        force_terminal=False if dumb else None,
        no_color=True if dumb or os.environ.get("NO_COLOR") else None,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )


def show(console: Console, *parts: RenderableType) -> None:
    """Print the parts, without the blanks that rich leaves at line ends."""
    with console.capture() as captured:
        for part in parts:
            console.print(part, soft_wrap=isinstance(part, str))
    text = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    sys.stdout.write(text)
