"""A report as a tree: the output at the root, each gate's inputs below it; a shared node is drawn
once.
"""

from __future__ import annotations

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from ..numerals import short
from ..reporting import Report, Row
from .plain import in_encoding, safe
from .screen import GRADIENT, VALUE, show
from .table import headline, how, uncertainty_lines

MOST_ROWS = 500


def print_tree(report: Report, console: Console) -> None:
    """Each node with its value, its gradient and how that came about."""
    encoding = console.encoding
    drawn: set[int] = set()
    root = Tree("", hide_root=True)
    waiting: list[tuple[int, Tree]] = [(report.output, root)]
    while waiting and len(drawn) < MOST_ROWS:
        node, parent = waiting.pop()
        row = report.rows[node]
        branch = parent.add(line(row, report, node in drawn, encoding))
        if node not in drawn:
            waiting.extend((source, branch) for source in reversed(row.inputs))
        drawn.add(node)
    below = uncertainty_lines(report)
    if waiting:
        below.insert(0, f"only {MOST_ROWS} nodes are drawn; --json has them all")
    texts = [in_encoding(text, encoding) for text in below]
    show(console, in_encoding(headline(report), encoding), root, *texts)


def line(row: Row, report: Report, again: bool, encoding: str) -> Text:
    """One node of the tree."""
    label = row.formula if row.operation in ("input", "constant") and not row.name else row.title
    if row.operation not in ("input", "constant"):
        label = f"{row.title} = {row.formula}"
    if again and row.operation != "constant":
        return Text(in_encoding(f"{safe(row.title)}  (see above)", encoding))
    text = Text(in_encoding(safe(label), encoding))
    if row.operation == "constant" and row.name is None:
        return text
    text.append("  ")
    text.append(in_encoding(short(row.value, report.digits), encoding), style=VALUE)
    text.append("  ")
    text.append(in_encoding(short(row.gradient, report.digits), encoding), style=GRADIENT)
    text.append(in_encoding(f"  {how(row, report)}", encoding))
    return text
