"""The syntax tree: immutable, with the span of each node in the source text."""

from __future__ import annotations

from typing import Any, NamedTuple, Union

from ..errors import Span


class Number(NamedTuple):
    """A numeral, kept as written so that every namespace reads it with its own precision."""

    text: str
    span: Span


class Name(NamedTuple):
    """A variable, constant or definition; `w₀` is stored as `w0`."""

    name: str
    span: Span


class Operator(NamedTuple):
    """An operation written with a sign: `operation` is its name in the table of operations."""

    operation: str
    operands: tuple[Expression, ...]
    span: Span


class Comparison(NamedTuple):
    """`a < b <= c`: relations between neighbouring operands, all of which must hold."""

    relations: tuple[str, ...]
    operands: tuple[Expression, ...]
    span: Span


class Call(NamedTuple):
    """A function with its arguments; `name_span` covers the function's name alone."""

    function: str
    arguments: tuple[Expression, ...]
    span: Span
    name_span: Span


class Vector(NamedTuple):
    """`[a, b]`. With one item the brackets only group."""

    items: tuple[Expression, ...]
    span: Span


class Indexed(NamedTuple):
    """`x[i, j + 1]`: an element of an array, or with fewer subscripts than axes a part of it."""

    name: str
    subscripts: tuple[Expression, ...]
    span: Span
    name_span: Span


class Range(NamedTuple):
    """`i in first..last`: the values of an index, `last` included."""

    index: Name  # type: ignore[assignment]
    first: Expression
    last: Expression
    span: Span


class Reduction(NamedTuple):
    """`sum[i, j in 1..3, j != y[i]] body`: over all values of the indices that satisfy the
    conditions.

    A binder is a Name, a Range, or a condition.
    """

    operation: str
    binders: tuple[Binder, ...]
    body: Expression
    span: Span
    name_span: Span


class Definition(NamedTuple):
    """`name = body`, `name(parameters) = body` where `parameters` is not None, or
    `name[subscripts] = body for ranges` where `subscripts` is not None.
    """

    name: str
    parameters: tuple[Name, ...] | None
    body: Expression
    span: Span
    name_span: Span
    subscripts: tuple[Expression, ...] | None = None
    ranges: tuple[Range, ...] = ()


class Declaration(NamedTuple):
    """`param w, b` or `data X[N, D]`: roles, which do not change the meaning of the formula.

    `sizes` has the length of each axis for each name, None for a name that says none.
    """

    role: str
    names: tuple[Name, ...]
    span: Span
    sizes: tuple[tuple[Expression, ...] | None, ...] = ()


class Result(NamedTuple):
    """An expression as a statement; `objective` where it is written with `minimize`."""

    body: Expression
    objective: bool
    span: Span


class Program(NamedTuple):
    """Statements in order; the last one gives the output. `source` is the text of all spans."""

    statements: tuple[Statement, ...]
    source: str


class Binding(NamedTuple):
    """The value of a binding and its standard uncertainty, both constant expressions."""

    value: Expression
    uncertainty: Expression | None
    source: str


Expression = Union[Number, Name, Operator, Comparison, Call, Vector, Indexed, Reduction]
Binder = Union[Expression, Range]
Statement = Union[Definition, Declaration, Result]

RELATIONS = {
    "<": "less",
    "<=": "less_equal",
    ">": "greater",
    ">=": "greater_equal",
    "==": "equal",
    "!=": "not_equal",
}


def whole_literal(node: Expression) -> int | None:
    """The whole number that an exponent says, if it is written as one."""
    sign = 1
    if isinstance(node, Operator) and node.operation == "negate":
        sign, node = -1, node.operands[0]
    if not isinstance(node, Number):
        return None
    digits, _, decimals = node.text.partition(".")
    if not digits.isdigit() or decimals.strip("0") or len(digits) > 15:
        return None
    return sign * int(digits)


def parts(node: Any) -> tuple[Any, ...]:
    """The expressions directly inside of one; none of a reduction or range, which bind indices."""
    if isinstance(node, (Operator, Comparison)):
        return node.operands
    if isinstance(node, Call):
        return node.arguments
    if isinstance(node, Indexed):
        return node.subscripts
    return node.items if isinstance(node, Vector) else ()


def rebuilt(node: Any, inside: tuple[Any, ...]) -> Any:
    """A node with other expressions inside, in the order of `parts`."""
    if isinstance(node, (Operator, Comparison)):
        return node._replace(operands=inside)
    if isinstance(node, Call):
        return node._replace(arguments=inside)
    if isinstance(node, Indexed):
        return node._replace(subscripts=inside)
    return node._replace(items=inside) if isinstance(node, Vector) else node
