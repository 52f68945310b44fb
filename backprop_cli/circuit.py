"""A report as the circuit that a person draws: gates with titles and signs, constants folded into
the gates.

What `explain` and `draw` share. Numbers and text, no layout and no styling.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from .notation import ATOM, UNARY, Piece, call_pieces, operator_pieces
from .numerals import MINUS, short
from .operations import OPERATIONS
from .reporting import Report, Use

PRETTY_SIGNS = {
    " * ": "·",
    " / ": "/",
    " - ": f" {MINUS} ",
    "-": MINUS,
    "^2": "²",
    " <= ": " ≤ ",
    " >= ": " ≥ ",
    " != ": " ≠ ",
    " == ": " = ",
}
CONSTANT_SIGNS = {"pi": "π", "tau": "τ", "inf": "∞", "-inf": f"{MINUS}∞"}
CIRCLE_SIGNS = {
    "add": "+", "subtract": MINUS, "multiply": "×", "divide": "÷", "negate": f"×{MINUS}1",
    "square": "x²", "reciprocal": "1/x", "power": "^", "sqrt": "√", "cbrt": "∛", "abs": "|x|",
    "where": "if", "factorial": "!", "less": "<", "less_equal": "≤", "greater": ">",
    "greater_equal": "≥", "equal": "=", "not_equal": "≠",
    "sigmoid": "σ", "normal_cdf": "Φ", "normal_density": "φ", "gamma": "Γ", "log_base": "log",
}  # fmt: skip


class Gate(NamedTuple):
    """One operation of the circuit.

    title      its name, or v1, v2, … ; the output without a name is f.
    sign       what stands in its circle: +, ×, exp, and with a constant folded in +1, ×0.1, 1/x.
    sources    the nodes it reads that are no constants, in the order of its arguments; one may
               stand twice.
    slopes     the local derivative along each of `sources`; None where nothing passes.
    formula    in terms of titles: `q·z`, `1/v6`.
    numbers    the same with the values put in: `3·(−4)`.
    constant   whether it depends on no input at all; such a gate passes no gradient on.
    uses       by which gates, and what each sends back.
    """

    node: int
    title: str
    operation: str
    sign: str
    sources: tuple[int, ...]
    slopes: tuple[Any, ...]
    formula: str
    numbers: str
    value: Any
    gradient: Any
    reached: bool
    constant: bool
    uses: tuple[Use, ...]

    @property
    def plain(self) -> bool:
        """Whether the sign is the operation's alone, with no constant folded in."""
        return self.sign == CIRCLE_SIGNS.get(self.operation, self.operation)


class Input(NamedTuple):
    """A variable of the circuit. `reached` says whether the output depends on it."""

    node: int
    title: str
    value: Any
    gradient: Any
    reached: bool
    uses: tuple[Use, ...]


class Circuit(NamedTuple):
    """Inputs in order of first use, gates in order of evaluation. `titles` has every node's,
    constants too.
    """

    inputs: tuple[Input, ...]
    gates: tuple[Gate, ...]
    output: int
    titles: tuple[str, ...]


def circuit(report: Report, digits: int | None = None) -> Circuit:
    """The circuit of a report; numbers in texts have at least four significant digits."""
    rows = report.rows
    names = [pretty_title(row.title) for row in rows]
    constant = [row.operation == "constant" for row in rows]
    inputs, gates = [], []
    for row in rows:
        node = row.node
        reached = row.reached
        if row.operation == "input":
            inputs.append(Input(node, names[node], row.value, row.gradient, reached, row.uses))
            continue
        if row.operation == "constant":
            continue
        constant[node] = all(constant[source] for source in row.inputs)
        moving = [place for place, source in enumerate(row.inputs) if not constant[source]]
        texts = [(names[source], titled_precedence(names[source])) for source in row.inputs]
        numbers = [short(rows[source].value, digits) for source in row.inputs]
        gates.append(
            Gate(
                node,
                names[node],
                row.operation,
                circle_sign(row.operation, row.inputs, constant, numbers),
                tuple(row.inputs[place] for place in moving),
                tuple(row.slopes[place] for place in moving),
                pretty(row.operation, texts),
                with_numbers(row.operation, numbers),
                row.value,
                row.gradient,
                reached,
                constant[node],
                row.uses,
            )
        )
    return Circuit(tuple(inputs), tuple(gates), report.output, tuple(names))


def pretty_title(title: str) -> str:
    """A title with a true minus and π for pi."""
    return CONSTANT_SIGNS.get(title, title.replace("-", MINUS))


def titled_precedence(title: str) -> int:
    return UNARY if title.startswith(MINUS) else ATOM


def pretty(operation: str, operands: list[tuple[str, int]]) -> str:
    """An operation as in a lecture: `q·z`, `1/v6`, `−s`, `v1²`; operands with their precedence."""
    _, pieces = operator_pieces(operation) or call_pieces(operation, len(operands))
    return "".join(pretty_piece(piece, operands) for piece in pieces)


def pretty_piece(piece: Piece, operands: list[tuple[str, int]]) -> str:
    if isinstance(piece, str):
        return PRETTY_SIGNS.get(piece, piece)
    text, precedence = operands[piece[0]]
    return text if precedence >= piece[1] else f"({text})"


def with_numbers(operation: str, numbers: list[str]) -> str:
    """An operation on numbers; a negative one stands in brackets unless it comes first."""
    called = operator_pieces(operation) is None
    first_free = operation not in ("negate", "square", "power", "whole_power")
    shown = []
    for place, text in enumerate(numbers):
        bare = called or not text.startswith(MINUS) or (place == 0 and first_free)
        shown.append(text if bare else f"({text})")
    if operation == "negate":
        shown = [f"({numbers[0]})"]
    return pretty(operation, [(text, ATOM) for text in shown])


def circle_sign(
    operation: str, inputs: tuple[int, ...], constant: list[bool], numbers: list[str]
) -> str:
    """What stands in a gate's circle; with one constant operand it is part of the sign."""
    sign = CIRCLE_SIGNS.get(operation, operation)
    if operation == "whole_power":
        return f"x^{numbers[1]}" if numbers[1] != "3" else "x³"
    fixed = [place for place, source in enumerate(inputs) if constant[source]]
    if len(inputs) != 2 or len(fixed) != 1:
        return sign
    number = numbers[fixed[0]]
    first = fixed[0] == 0
    if operation == "multiply":
        return f"×{number}"
    if operation == "add":
        return f"{MINUS}{number[1:]}" if number.startswith(MINUS) else f"+{number}"
    if operation == "subtract":
        if first:
            return f"{number}{MINUS}x"
        return f"+{number[1:]}" if number.startswith(MINUS) else f"{MINUS}{number}"
    if operation == "divide":
        return f"{number}/x" if first else f"÷{number}"
    if operation == "power":
        return f"{number}^x" if first else f"x^{number}"
    if operation in ("max", "min"):
        return f"{operation} {number}"
    return sign


def operation_pattern(gate: Gate) -> str:
    """The gate's one line on what it does to a gradient, from the table of operations."""
    return OPERATIONS[gate.operation].pattern
