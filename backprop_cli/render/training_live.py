"""The loss curve on standard error while a run goes on, where somebody is there to see it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from ..numerals import short
from ..training import Step
from ..training.outcome import Watch
from .plain import in_encoding
from .training_curve import curve

BETWEEN = 0.1  # seconds between two drawings
PATIENCE = 0.3  # seconds until the first one: a short run needs none
MOST = 4096  # losses that are kept; beyond, neighbours are merged
HEIGHT = 8


class LossTrail:
    """The losses so far, thinned out so that they never fill the memory."""

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.every = 1
        self.pending: list[float] = []

    def add(self, loss: float) -> None:
        self.pending.append(loss)
        if len(self.pending) < self.every:
            return
        self.losses.append(sum(self.pending) / len(self.pending))
        self.pending.clear()
        if len(self.losses) >= MOST:
            pairs = zip(self.losses[::2], self.losses[1::2], strict=True)
            self.losses = [(first + second) / 2 for first, second in pairs]
            self.every *= 2


def is_watched() -> bool:
    """Whether standard error is a terminal that can be drawn on."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


@contextmanager
def live_curve() -> Iterator[Watch]:
    """A function that takes each step and keeps the drawing up to date; gone at the end."""
    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    console = Console(stderr=True, highlight=False, markup=False, emoji=False)
    trail = LossTrail()
    ascii_only = not str(console.encoding).lower().startswith("utf")
    due = monotonic() + PATIENCE

    with Live(console=console, auto_refresh=False, transient=True) as live:

        def watch(step: Step) -> None:
            nonlocal due
            trail.add(step.loss)
            now = monotonic()
            if now < due:
                return
            due = now + BETWEEN
            lines = [
                *curve(trail.losses, max(min(console.width - 14, 100), 10), HEIGHT, ascii_only),
                in_encoding(status(step), console.encoding),
            ]
            live.update(Text("\n".join(lines), no_wrap=True), refresh=True)

        yield watch


def status(step: Step) -> str:
    """The line below the curve."""
    parts = [f"step {step.step:,}", f"loss {short(step.loss)}", f"gradient {short(step.norm)}"]
    if step.rate is not None:
        parts.append(f"rate {short(step.rate)}")
    if step.validation is not None:
        parts.append(f"validation {short(step.validation)}")
    return "   ".join([*parts, "Ctrl-C stops"])
