"""A terminal or pipe to draw on: width, colours and characters that it can show."""

from __future__ import annotations

import os
import sys

from rich.console import Console, RenderableType

VALUE = "bold color(30)"
GRADIENT = "italic color(130)"
PIPED_WIDTH = 80


def screen() -> Console:
    """The standard output. Colour only at a terminal that wants it; 80 columns where there is no terminal."""
    terminal = sys.stdout.isatty()
    dumb = os.environ.get("TERM") == "dumb"
    width = None if terminal else int(os.environ.get("COLUMNS") or PIPED_WIDTH)
    return Console(
        file=sys.stdout,
        width=width,
        force_terminal=False if dumb else None,
        no_color=True if dumb or "NO_COLOR" in os.environ else None,
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
