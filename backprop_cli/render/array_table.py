"""A report over arrays as a table: node, formula, shape, value, gradient."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..tensors.reporting import ArrayReport, ArrayRow
from .array_text import cell, is_small, number, shape_text, summary_text, whole_text
from .plain import in_encoding, safe, width
from .screen import GRADIENT, VALUE, show

Array = Any

GAP = 3  # columns between two columns of the table
LEAST_FORMULA = 24
LEAST_CELL, MOST_CELL = 13, 44
MOST_ROWS = 500


def print_array_table(report: ArrayReport, console: Console, full: bool) -> None:
    """Parameters and data first, then every definition in the order of evaluation, then the output;
    with `full` every number.
    """
    rows = shown_rows(report)
    encoding = console.encoding
    body: Table | str
    if full:
        body = records(rows, report, console)
    else:
        body = table(rows, report, console)
    parts: list[Table | str] = [in_encoding(headline(report, console), encoding), body]
    hidden = len(report.rows) - len(rows)
    if hidden:
        parts.append(f"{hidden:,} of {len(report.rows):,} arrays are not shown; --json has them all")
    show(console, *parts)


def shown_rows(report: ArrayReport) -> list[ArrayRow]:
    rows = list(report.rows)
    return rows if len(rows) <= MOST_ROWS else [*rows[: MOST_ROWS - 1], rows[-1]]


def headline(report: ArrayReport, console: Console) -> str:
    """What was computed, and the result."""
    text = safe(report.headline)
    value = report.value
    if not value.ndim:
        return f"{text} = {number(value)}"
    said = whole_text(value, console.width) if is_small(value) else None
    if said is not None and "\n" not in said:
        return f"{text} = {said}"
    return f"{text} = {'×'.join(map(str, value.shape))} numbers"


def formula_text(row: ArrayRow) -> str:
    """What stands behind the equals sign; for inputs their role."""
    if not row.equations:
        return row.role if row.role in ("param", "data") else ""
    return "\n".join(f"{left}: {text}" if left else text for left, text in row.equations)


def table(rows: list[ArrayRow], report: ArrayReport, console: Console) -> Table:
    """One row for each array; formulas are folded, never cut, and arrays take the room that is
    left.
    """
    encoding = console.encoding
    columns = 2 if report.scalar else 1
    left = [(safe(row.title), safe(formula_text(row)), shape_text(row)) for row in rows]
    titles, formulas, shapes = (
        max((width(line) for texts in left for line in texts[place].split("\n")), default=0)
        for place in range(3)
    )
    room = console.width - 2 - titles - shapes - GAP * (2 + columns)
    inside = max(LEAST_CELL, min(MOST_CELL, (room - min(formulas, LEAST_FORMULA)) // columns))
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="")
    drawn.add_column("node", no_wrap=True, overflow="fold")
    drawn.add_column("formula", overflow="fold")
    drawn.add_column("shape", no_wrap=True, overflow="fold")
    drawn.add_column("value", style=VALUE, no_wrap=True, overflow="fold", justify="right")
    if columns == 2:
        drawn.add_column("gradient", style=GRADIENT, no_wrap=True, overflow="fold", justify="right")
    for row, texts in zip(rows, left, strict=True):
        cells = [*texts, cell(row.value, inside, row.whole)]
        if columns == 2:
            cells.append(cell(row.gradient, inside))
        drawn.add_row(*[Text(in_encoding(block(text), encoding)) for text in cells])
    return drawn


def block(text: str) -> str:
    """Lines of one length, so that a matrix stays in line where a column is set to the right."""
    lines = text.split("\n")
    if len(lines) < 2 or not lines[0].startswith("["):
        return text
    longest = max(map(len, lines))
    return "\n".join(line.ljust(longest) for line in lines)


def records(rows: list[ArrayRow], report: ArrayReport, console: Console) -> str:
    """Each array with all its numbers."""
    lines: list[str] = []
    for row in rows:
        about = ", ".join(part for part in (formula_text(row), shape_text(row)) if part)
        if row.equations:
            about = shape_text(row)
            for left, text in row.equations:
                name = f"{row.name}{left}" if left else row.title
                lines += ["", f"{safe(name)} = {safe(text)}"]
        else:
            lines += ["", safe(row.title)]
        lines[-1] += f"   ({about})" if about else ""
        lines += numbers("value", row.value, console.width)
        if report.scalar:
            lines += numbers("gradient", row.gradient, console.width)
    return in_encoding("\n".join([*lines, ""]), console.encoding)


def numbers(heading: str, array: Array | None, columns: int) -> list[str]:
    """A heading with a number behind it, or an array below."""
    if array is None or not array.ndim:
        return [f"  {heading:<10}{'–' if array is None else number(array)}"]
    text = whole_text(array, columns - 4) or summary_text(array)
    return [f"  {heading}", *(f"    {line}" for line in text.split("\n"))]
