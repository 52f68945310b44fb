"""A report over arrays as a table: node, formula, shape, value, gradient."""

from __future__ import annotations

from typing import Any, NamedTuple

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..tensors.running.reporting import ArrayReport, ArrayRow
from .array_text import FOLDED, Texts, is_small, number, shape_text, whole_text
from .plain import in_encoding, safe, width
from .screen import GRADIENT, VALUE, show

Array = Any

GAP = 3  # columns between two columns of the table
NARROWEST, NARROW = 10, 18  # columns of formulas that make room, by their longest word
WIDE = 60  # columns that an array may take in a cell
MOST_ROWS = 500


def print_array_table(report: ArrayReport, console: Console, full: bool) -> None:
    """Parameters and data first, then every definition in the order of evaluation, then the output;
    with `full` every number.
    """
    rows = shown_rows(report)
    encoding = console.encoding
    texts = Texts()
    plan = planned(rows, report, console.width, texts)
    body: Table | str
    if full or not plan.widths:
        body = records(rows, report, console, texts, full)
    else:
        body = table(rows, plan, console, texts)
    parts: list[Table | str] = [in_encoding(headline(report, console), encoding), body]
    named = full or plan.named or not plan.widths
    parts += [in_encoding(line, encoding) for line in below(report, named)]
    hidden = len(report.rows) - len(rows)
    if hidden:
        total = len(report.rows)
        parts.append(f"{hidden:,} of {total:,} arrays are not shown; --json has them all")
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
    return f"{text}: {'×'.join(map(str, value.shape))} numbers"


def formula_text(row: ArrayRow) -> str:
    """What stands behind the equals sign; for inputs their role."""
    if not row.equations:
        return row.role if row.role in ("param", "data") else ""
    return "\n".join(safe(f"{left}: {text}" if left else text) for left, text in row.equations)


class Plan(NamedTuple):
    """How wide the columns with arrays may be (none: there is no room for columns), and whether
    shapes are written with their names.
    """

    named: bool
    widths: tuple[int, ...]


def table(rows: list[ArrayRow], plan: Plan, console: Console, known: Texts) -> Table:
    """One row for each array; formulas are folded, never cut."""
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="")
    drawn.add_column("node", no_wrap=True, overflow="fold")
    drawn.add_column("formula", overflow="fold")
    drawn.add_column("shape", no_wrap=True, overflow="fold")
    styles = (VALUE, GRADIENT)[: len(plan.widths)]
    texts = [
        [known.cell(arrays(row)[place], room, row.whole) for place, room in enumerate(plan.widths)]
        for row in rows
    ]
    for place, style in enumerate(styles):
        heading = ("value", "gradient")[place]
        most = max([len(heading), *(widest(cells[place]) for cells in texts)])
        drawn.add_column(heading.rjust(most), style=style, no_wrap=True, overflow="fold")
        for cells in texts:
            cells[place] = moved_right(cells[place], most)
    for row, cells in zip(rows, texts, strict=True):
        parts = [safe(row.title), formula_text(row), shape_text(row, plan.named), *cells]
        drawn.add_row(*[Text(in_encoding(part, console.encoding)) for part in parts])
    return drawn


def arrays(row: ArrayRow) -> tuple[Array, Array | None]:
    return row.value, row.gradient


def planned(rows: list[ArrayRow], report: ArrayReport, columns: int, known: Texts) -> Plan:
    """The widths of the columns for `columns` of a terminal: small arrays get what they need, and
    formulas are folded for them; where that is too much, they are summarised.
    """
    count = 2 if report.scalar else 1
    titles = max([4, *(width(safe(row.title)) for row in rows)])
    formulas = max([7, *(widest(formula_text(row)) for row in rows)])
    natural, least = (
        [max(needed(row, place, known, generous) for row in rows) for place in range(count)]
        for generous in (True, False)
    )
    words = [len(word) for row in rows for word in formula_text(row).split()]
    narrow = max(NARROWEST, min(NARROW, max(words, default=0)))
    room = 0
    for named, folded, wanted in (
        (True, 40, natural), (True, 24, natural), (True, 24, least), (False, 20, least),
        (False, narrow, least),
    ):  # fmt: skip
        shapes = max([5, *(width(shape_text(row, named)) for row in rows)])
        room = columns - 1 - titles - shapes - GAP * (2 + count) - min(folded, formulas)
        if sum(wanted) <= room:
            return Plan(named, tuple(wanted))
    widths = tuple(
        max(widest(known.cell(arrays(row)[place], FOLDED - 1, row.whole)) for row in rows)
        for place in range(count)
    )
    return Plan(False, widths if sum(widths) <= room else ())


def needed(row: ArrayRow, place: int, known: Texts, generous: bool) -> int:
    """The columns that an array takes in a cell: in one line for each row, but vectors may be
    folded if they must.
    """
    array = arrays(row)[place]
    if array is not None and array.ndim == 1 and is_small(array) and not generous:
        return FOLDED
    return widest(known.cell(array, WIDE, row.whole))


def widest(text: str) -> int:
    """The columns of the longest line."""
    return max(map(width, text.split("\n")))


def moved_right(text: str, columns: int) -> str:
    """A text at the right end of a column, its lines still below each other where they are those
    of one array.
    """
    lines = text.split("\n")
    if not text.startswith("["):
        return "\n".join(" " * (columns - width(line)) + line for line in lines)
    before = " " * (columns - widest(text))
    return "\n".join(before + line for line in lines)


def below(report: ArrayReport, plan_named: bool) -> list[str]:
    """What stands below the table."""
    lines = []
    if report.sizes and not plan_named:
        lines.append(", ".join(f"{safe(name)} = {size}" for name, size in report.sizes.items()))
    if report.numbers != "float64":
        lines.append(f"computed in single precision ({report.numbers}), like the arrays given")
    return lines


def records(
    rows: list[ArrayRow], report: ArrayReport, console: Console, known: Texts, full: bool
) -> str:
    """Some lines for each array: with all its numbers, or where columns would not fit."""
    lines: list[str] = []
    for row in rows:
        shape = shape_text(row) + (" numbers" if row.value.ndim == 1 else "")
        about = ", ".join(part for part in (row.role, shape) if part and part != "input")
        if row.equations:
            about = shape
            for left, text in row.equations:
                name = f"{row.name}{left}" if left else row.title
                lines += ["", f"{safe(name)} = {safe(text)}"]
        else:
            lines += ["", safe(row.title)]
        lines[-1] += f"   ({about})" if about else ""
        for heading, array in zip(("value", "gradient"), arrays(row), strict=True):
            if heading == "value" or report.scalar:
                lines += numbers(heading, array, console.width, known, full)
    return in_encoding("\n".join([*lines, ""]), console.encoding)


def numbers(
    heading: str, array: Array | None, columns: int, known: Texts, full: bool
) -> list[str]:
    """A heading with a number or a summary behind it, or an array below."""
    text = "–" if array is None else number(array) if not array.ndim else None
    if array is not None and text is None:
        shown = whole_text(array, columns - 4) if full or is_small(array) else None
        text = known.summary(array).replace("\n", ", ") if shown is None else shown
        if "\n" in text or len(text) > columns - 12:
            return [f"  {heading}", *(f"    {line}" for line in text.split("\n"))]
    return [f"  {heading:<10}{text}"]
