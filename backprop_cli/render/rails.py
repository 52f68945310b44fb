"""A report drawn in the terminal: as a circuit where that fits, else as rails, one line for each
node from the output to the inputs, like the history of a repository.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any, NamedTuple

from rich.console import Console
from rich.text import Text

from ..circuit import Circuit, Gate, Input, circuit
from ..drawing.decimals import uniform
from ..drawing.diagram import ancestors, diagram
from ..numerals import MINUS
from ..operations import OPERATIONS
from ..reporting import Report
from .plain import in_encoding, safe, width
from .screen import GRADIENT, VALUE, show
from .tracks import Track, tracks
from .wires import ASCII_LINES, LINES, Part, wires

MOST_NODES = 300  # lines
MOST_GATES = 25  # of a circuit
MOST_INPUTS = 25
MOST_USES = 4
LONGEST_FORMULA = 24  # characters, in the place of a sign
WIDEST = 24  # columns that all titles, and all signs, keep free for the widest of them
NARROWEST_RAILS = 20
GAP = "   "

RAIL_LINES = "│─╭╮╰╯├┤┬●┊"
ASCII_RAILS = str.maketrans(RAIL_LINES, "|-+++++++*:")
SPELLED = str.maketrans(
    {
        "×": "*", "÷": "/", "²": "^2", "³": "^3", "√": "sqrt", "∛": "cbrt", "≤": "<=", "≥": ">=",
        "≠": "!=", "π": "pi", "τ": "tau", "∞": "inf", "σ": "sigmoid", "Φ": "normal_cdf",
        "φ": "normal_density", "Γ": "gamma",
    }
)  # fmt: skip
COMMUTING = {"add", "multiply", "max", "min", "sum", "prod", "mean", "hypot", "equal", "not_equal"}

Write = Callable[[str], str]


def print_drawing(report: Report, console: Console) -> None:
    """Draw in the terminal: the circuit if it has at most 25 gates and fits into the console's
    width, else rails for up to 300 nodes.
    """
    encoding = console.encoding
    lines = circuit_lines(report, console.width, encoding)
    if lines is None:
        lines = rail_lines(report, console.width, encoding)
    before = console.width
    console.width = max(before, *(line.cell_len for line in lines))  # rich would cut a long line
    try:
        show(console, *lines)
    finally:
        console.width = before


# ------------------------------------------------------------------------------------- the circuit


def circuit_lines(report: Report, columns: int, encoding: str) -> list[Text] | None:
    """The circuit, and below it the sum over each fork; None if it is too large."""
    if not few_gates(report):
        return None
    found = diagram(report)
    text = writer(encoding)
    commuting = {gate.node for gate in found.circuit.gates if gate.operation in COMMUTING}
    parts = [
        Part(
            text(vertex.title),
            vertex.named or count > 1,  # the sum below needs a name
            sign_in(encoding, vertex.sign),
            vertex.sources,
            vertex.node not in commuting,
            text(vertex.value),
            text(vertex.gradient),
        )
        for vertex, count in zip(found.vertices, found.use_counts(), strict=True)
    ]
    drawn = wires(parts, found.output, columns, LINES if can_show(encoding) else ASCII_LINES)
    if drawn is None:
        return None
    shares: list[list[str]] = [[] for _ in parts]
    for vertex in reversed(found.vertices):
        for source, share in zip(vertex.sources, vertex.shares, strict=True):
            shares[source].append(share or "0")
    title = parts[found.output].title
    sums = [
        fork_sum(title, part, own, text, columns)
        for part, own in zip(parts, shares, strict=True)
        if len(own) > 1
    ]
    return [*drawn, *([Text(), *sums] if sums else [])]


def few_gates(report: Report) -> bool:
    """Whether a report may be small enough for a circuit."""
    inputs = gates = 0
    for row in report.rows:
        inputs += row.operation == "input"
        gates += bool(row.inputs)
        if gates > 4 * MOST_GATES or inputs > MOST_INPUTS:
            return False
    return sum(not gate.constant for gate in circuit(report).gates) <= MOST_GATES


def fork_sum(output: str, part: Part, shares: list[str], text: Write, columns: int) -> Text:
    """`∂e/∂b = 3 + 2 = 5`: what the branches of a wire send back, as many as fit into a line."""
    for count in range(len(shares), -1, -1):
        line = Text(text(f"∂{output}/∂{part.title} = "))
        for place, share in enumerate(shares[:count]):
            minus = share.startswith(MINUS) and place > 0
            line.append(text(f" {MINUS if minus else '+'} ") if place else "")
            line.append(text(share[1:] if minus else share), style=GRADIENT)
        more = len(shares) - count
        if more:
            line.append(f"{' + ' if count else ''}{more} {'more' if count else 'parts'}")
        line.append(" = ")
        line.append(part.gradient, style=GRADIENT)
        if line.cell_len <= columns:
            break
    return line


# ----------------------------------------------------------------------------------------- encoding


def can_show(encoding: str) -> bool:
    """Whether an output shows lines and dots."""
    signs = RAIL_LINES + "┴┼"
    return in_encoding(signs, encoding) == signs


def writer(encoding: str) -> Write:
    """What makes any text safe to print in an encoding."""
    return lambda text: in_encoding(safe(text), encoding)


def sign_in(encoding: str, sign: str) -> str:
    """A gate's sign, spelled out where an output cannot show it."""
    shown = in_encoding(sign, encoding)
    return shown if shown == sign else in_encoding(safe(sign).translate(SPELLED), encoding)


# ------------------------------------------------------------------------------------------- rails


class Cells(NamedTuple):
    """What stands behind the rails; `how` in pieces between which a line may be broken."""

    title: str
    sign: str
    value: str
    gradient: str
    how: list[str]


def rail_lines(report: Report, columns: int, encoding: str) -> list[Text]:
    """One line for each node, and between them which node reads which. Rails that need more than
    half of the width are left out; then each line names what its node reads.
    """
    found = circuit(report, report.digits)
    order = from_output(report, found)
    shown = dict(islice(order.items(), MOST_NODES))
    text = writer(encoding)
    write = uniform(numbers(shown.values()), report.digits)
    cells = {node: cells_of(item, found, text, write, encoding) for node, item in shown.items()}
    drawn = list(tracks({node: sources(item) for node, item in shown.items()}))
    if max(len(track.line) for track in drawn) > max(columns // 2, NARROWEST_RAILS):
        drawn = [Track(node, "●", "") for node in shown]
        for node, item in shown.items():
            cells[node].how.extend(reads(item, found, text))
    if not can_show(encoding):
        drawn = [track.translated(ASCII_RAILS) for track in drawn]
    lines = rows(drawn, cells, columns)
    hidden = len(order) - len(shown)
    if hidden:
        note = f"{hidden:,} of {len(order):,} nodes are not shown; eval --json has them all"
        lines += [Text(), Text(note)]
    return lines


def from_output(report: Report, found: Circuit) -> dict[int, Gate | Input]:
    """What is drawn: the inputs, and the gates that the output reads and that depend on an input;
    each before all that it reads.
    """
    used = ancestors(report)
    items: list[Gate | Input] = [
        gate
        for gate in found.gates
        if gate.node == found.output or (not gate.constant and gate.node in used)
    ]
    items += found.inputs
    row = report.rows[found.output]
    if row.operation == "constant":
        title = found.titles[row.node]
        items.append(Input(row.node, title, row.value, row.gradient, True, ()))
    return {item.node: item for item in sorted(items, key=lambda item: -item.node)}


def sources(item: Gate | Input) -> tuple[int, ...]:
    """The nodes that an item reads, in the order of its arguments."""
    return item.sources if isinstance(item, Gate) else ()


def numbers(items: Iterable[Gate | Input]) -> Iterator[Any]:
    """Every number that the lines show."""
    for item in items:
        yield item.value
        yield item.gradient
        for use in item.uses[:MOST_USES]:
            yield use.upstream
            yield use.slope


def cells_of(
    item: Gate | Input, found: Circuit, text: Write, write: Callable[[Any], str], encoding: str
) -> Cells:
    """The texts of a node."""
    return Cells(
        text(item.title),
        sign_in(encoding, sign(item)) if isinstance(item, Gate) else "",
        text(write(item.value)),
        "" if isinstance(item.value, bool) else text(write(item.gradient)),
        [text(piece) for piece in how(item, found, write)],
    )


def sign(gate: Gate) -> str:
    """A gate's sign; the formula where the sign leaves open what is constant, or which input comes
    first.
    """
    order_counts = len(gate.sources) > 1 and gate.operation not in COMMUTING
    arguments = len(OPERATIONS[gate.operation].signature()[0])
    folded = gate.plain and len(gate.sources) < arguments
    if gate.constant or order_counts or folded:
        return gate.formula if len(gate.formula) <= LONGEST_FORMULA else gate.sign
    return gate.sign


def how(item: Gate | Input, found: Circuit, write: Callable[[Any], str]) -> list[str]:
    """How the gradient came about: each product (gradient at the output)·(local slope)."""
    if item.node == found.output:
        return ["seed"]
    if not item.uses:
        return [] if isinstance(item.value, bool) else ["no path to the output"]
    uses = item.uses[:MOST_USES]
    more = len(item.uses) - len(uses)
    products = [f"{write(use.upstream)}·{write(use.slope)}" for use in uses]
    products += [f"{more:,} more"] if more else []
    return [products[0], *(f"+ {product}" for product in products[1:])]


def reads(item: Gate | Input, found: Circuit, text: Write) -> list[str]:
    """The names of what a node reads: in place of rails."""
    names = [text(found.titles[source]) for source in sources(item)]
    return [f"  reads {names[0]}", *names[1:]] if names else []


def rows(drawn: list[Track], cells: dict[int, Cells], columns: int) -> list[Text]:
    """The lines, in columns; a very wide cell pushes what follows it to the right."""
    rail_width = max(width(track.line) for track in drawn)
    widths = [
        max((size for cell in cells.values() if (size := width(str(cell[at]))) <= most), default=0)
        for at, most in enumerate((WIDEST, WIDEST, columns, columns))
    ]
    lines = []
    for node, line, below in drawn:
        text = Text(line)
        lines.append(text)
        if node is None:
            continue
        title, sign, value, gradient, pieces = cells[node]
        text.append(" " * (rail_width - width(line) + 1) + padded(title, widths[0]) + GAP)
        text.append((padded(sign, widths[1]) + GAP) if widths[1] else "")
        text.append(" " * (widths[2] - width(value)))
        text.append(value, style=VALUE)
        text.append(GAP + " " * (widths[3] - width(gradient)))
        text.append(gradient, style=GRADIENT)
        text.append(GAP)
        start = text.cell_len
        for place, piece in enumerate(pieces):
            if place and text.cell_len + 1 + width(piece) > columns and start < columns - 1:
                text = Text(below.ljust(start))
                lines.append(text)
            text.append(piece if text.cell_len == start else f" {piece}")
    return lines


def padded(text: str, columns: int) -> str:
    """`text` with blanks behind it."""
    return text + " " * (columns - width(text))
