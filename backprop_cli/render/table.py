"""A report as a table: node, formula, value, gradient, and how the gradient came about."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..numerals import short
from ..reporting import Report, Row
from .plain import in_encoding, safe
from .screen import GRADIENT, VALUE, show

MOST_ROWS = 500
MOST_USES = 3
WIDEST_NUMBER = 20  # characters; longer numbers do not fit into columns


def print_table(report: Report, console: Console) -> None:
    """Inputs first, then every gate in the order of evaluation, the output last."""
    rows = [row for row in report.rows if row.operation != "constant" or row.name]
    shown = rows if len(rows) <= MOST_ROWS else important(rows, report.output)
    shown.sort(key=lambda row: (row.operation != "input", row.node == report.output, row.node))
    lines = [headline(report)]
    if any(len(number) > WIDEST_NUMBER for row in shown for number in numbers(row, report)):
        body: Table | str = records(shown, report, console.encoding)
    else:
        body = table(shown, report, console.encoding)
    below = uncertainty_lines(report)
    if len(shown) < len(rows):
        hidden = len(rows) - len(shown)
        below.insert(0, f"{hidden:,} of {len(rows):,} nodes are not shown; --json has them all")
    texts = [in_encoding(line, console.encoding) for line in below]
    show(console, in_encoding(lines[0], console.encoding), body, *texts)


def numbers(row: Row, report: Report) -> tuple[str, str]:
    """A row's value and gradient."""
    return short(row.value, report.digits), short(row.gradient, report.digits)


def cells(row: Row, report: Report) -> tuple[str, str, str, str, str]:
    """The five texts of a row."""
    return (
        safe(row.title),
        "" if row.operation == "input" else safe(row.formula),
        *numbers(row, report),
        how(row, report),
    )


def table(rows: list[Row], report: Report, encoding: str) -> Table:
    """One line for each node; formulas are folded, never cut."""
    drawn = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="")
    drawn.add_column("node", no_wrap=True, overflow="fold")
    drawn.add_column("formula", overflow="fold")
    drawn.add_column("value", justify="right", style=VALUE, no_wrap=True, overflow="fold")
    drawn.add_column("gradient", justify="right", style=GRADIENT, no_wrap=True, overflow="fold")
    drawn.add_column("how", overflow="fold")
    for row in rows:
        drawn.add_row(*[Text(in_encoding(cell, encoding)) for cell in cells(row, report)])
    return drawn


def records(rows: list[Row], report: Report, encoding: str) -> str:
    """Three lines for each node: for numbers too long for columns."""
    lines = []
    for row in rows:
        title, formula, value, gradient, _ = cells(row, report)
        lines += [
            "",
            f"{title} = {formula}" if formula else title,
            f"  value     {value}",
            f"  gradient  {gradient}",
        ]
    return in_encoding("\n".join([*lines, ""]), encoding)


def important(rows: list[Row], output: int) -> list[Row]:
    """The inputs, the named nodes and the output, as many as may be shown."""
    chosen = [row for row in rows if row.name or row.node == output]
    return chosen if len(chosen) <= MOST_ROWS else [*chosen[: MOST_ROWS - 1], chosen[-1]]


def headline(report: Report) -> str:
    """What was computed, and the result; a program of several lines by its output's name."""
    row = report.rows[report.output]
    text = report.output_name or row.formula
    return f"{safe(text)} = {short(report.value, report.digits)}"


def how(row: Row, report: Report) -> str:
    """Each product (gradient at the output)·(local slope), and the sum over a fork."""
    if row.node == report.output and not row.uses:
        return "seed"
    if not row.uses:
        return "no path to the output"
    products = [f"{short(use.upstream)}·{short(use.slope)}" for use in row.uses[:MOST_USES]]
    more = len(row.uses) - len(products)
    return " + ".join(products) + (f" + {more} more" if more else "")


def uncertainty_lines(report: Report) -> list[str]:
    """The output with its standard uncertainty, and where that comes from, largest share first."""
    found = report.uncertainty
    if found is None:
        return []
    name = report.output_name or "result"
    lines = [f"{safe(name)} = {short(report.value)} ± {short(found.output)}"]
    for variable, share in sorted(found.shares.items(), key=lambda item: -float(item[1])):
        size = f"{100 * float(share):.1f}".rjust(5)
        lines.append(f"  {size} % from {safe(variable)} ± {short(found.inputs[variable])}")
    return lines
