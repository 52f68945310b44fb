"""The loss over the steps as a small drawing of characters, and the scale that all drawings use."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite, log10

from ..numerals import short

WIDE = 100.0  # the ratio of losses from which on a logarithmic scale shows more
BRAILLE = 0x2800
DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # by row and column of a character
ROWS, COLUMNS = 4, 2


def is_logarithmic(losses: Sequence[float]) -> bool:
    """Whether losses are drawn on a logarithmic scale: all positive, and far apart."""
    lowest, highest = min(losses, default=0.0), max(losses, default=0.0)
    return lowest > 0 and highest > WIDE * lowest and isfinite(highest)


def buckets(losses: Sequence[float], count: int) -> list[tuple[float, float, float]]:
    """Losses in at most so many groups of neighbours: the mean, least and largest of each."""
    finite = [loss for loss in losses if isfinite(loss)]
    count = min(count, len(finite))
    groups = (
        finite[place * len(finite) // count : (place + 1) * len(finite) // count]
        for place in range(count)
    )
    return [(sum(group) / len(group), min(group), max(group)) for group in groups]


def curve(losses: Sequence[float], width: int, height: int, ascii_only: bool = False) -> list[str]:
    """Lines that draw losses in order, with the scale at the left; none for fewer than two.

    `width` and `height` are in characters, `width` without the scale.
    """
    across, down = (1, 1) if ascii_only else (COLUMNS, ROWS)
    means = [mean for mean, _, _ in buckets(losses, width * across)]
    if len(means) < 2:
        return []
    top, bottom = max(means), min(means)
    if is_logarithmic(means):
        means = [log10(mean) for mean in means]
    highest, lowest = max(means), min(means)
    if not isfinite(highest - lowest):
        return []
    cells = [[0] * width for _ in range(height)]
    last, span = height * down - 1, highest - lowest
    before: int | None = None
    for column, place in spread(len(means), width * across):
        row = round((highest - means[place]) / span * last) if span else last
        for between in steps_between(before, row):
            cell = DOTS[between % down][column % across] if down > 1 else 1
            cells[between // down][column // across] |= cell
        before = row
    scale = [short(top), *[""] * (height - 2), short(bottom)] if height > 1 else [short(top)]
    margin = max(map(len, scale))
    return [
        f"{label:>{margin}} {'|' if ascii_only else '│'}{drawn(line, ascii_only)}".rstrip()
        for label, line in zip(scale, cells, strict=True)
    ]


def spread(count: int, columns: int) -> list[tuple[int, int]]:
    """For each column the position among `count` values that is drawn there."""
    if count >= columns:
        return [(column, column) for column in range(columns)]
    return [(column, column * (count - 1) // (columns - 1)) for column in range(columns)]


def steps_between(before: int | None, row: int) -> range:
    """The rows that join a dot with the one before it."""
    if before is None or abs(row - before) < 2:
        return range(row, row + 1)
    return range(before + 1, row + 1) if row > before else range(row, before)


def drawn(cells: list[int], ascii_only: bool) -> str:
    """A line of cells as characters."""
    if ascii_only:
        return "".join("*" if cell else " " for cell in cells)
    return "".join(chr(BRAILLE + cell) if cell else " " for cell in cells)


def limits(losses: Sequence[float]) -> tuple[float, float]:
    """The least and the largest of the finite losses; (inf, -inf) where there are none."""
    finite = [loss for loss in losses if isfinite(loss)]
    return min(finite, default=inf), max(finite, default=-inf)
