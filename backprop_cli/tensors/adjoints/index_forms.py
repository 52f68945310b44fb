"""Pieces of index equations, and what is inside of an expression.

An extent is the first and last value of an index or an axis, each an affine form over names of
sizes: 0..N-1.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ...errors import Span
from ...syntax.tree import (
    Call,
    Comparison,
    Expression,
    Indexed,
    Name,
    Number,
    Operator,
    Range,
    Reduction,
    parts,
    rebuilt,
)
from ..lowering.affine import Affine, whole

NOWHERE = Span(0, 0)


class Extent(NamedTuple):
    """The first and last value of an index or an axis."""

    first: Affine
    last: Affine


def axis_of_length(length: Affine) -> Extent:
    return Extent(whole(0), length.plus(whole(1), -1))


def count_of(extent: Extent) -> Affine:
    """How many values it has."""
    return extent.last.plus(extent.first, -1).plus(whole(1))


def base(own: str) -> str:
    """The letter that an index with a name of its own was written with: i of i#7."""
    return own.partition("#")[0]


# ------------------------------------------------------------------------------------- expressions


def name(text: str) -> Name:
    return Name(text, NOWHERE)


def number(value: int | Fraction) -> Expression:
    """A whole number or fraction as an expression."""
    value = Fraction(value)
    if value < 0:
        return Operator("negate", (number_text(-value),), NOWHERE)
    return number_text(value)


def number_text(value: Fraction) -> Expression:
    top = Number(str(value.numerator), NOWHERE)
    if value.denominator == 1:
        return top
    return Operator("divide", (top, Number(str(value.denominator), NOWHERE)), NOWHERE)


def operation(kind: str, *operands: Expression) -> Expression:
    return Operator(kind, operands, NOWHERE)


def comparison(relation: str, left: Expression, right: Expression) -> Expression:
    return Comparison((relation,), (left, right), NOWHERE)


def call(function: str, *arguments: Expression) -> Expression:
    return Call(function, arguments, NOWHERE, NOWHERE)


def element(array: str, subscripts: tuple[Expression, ...]) -> Expression:
    return Indexed(array, subscripts, NOWHERE, NOWHERE) if subscripts else name(array)


def as_expression(form: Affine) -> Expression:
    """An affine form as it is written: T - 1."""
    result: Expression | None = None
    for key, by in sorted(form.terms, key=lambda term: term[1] < 0):
        part: Expression = name(str(key))
        if abs(by) != 1:
            part = operation("multiply", number(abs(by)), part)
        if result is None:
            result = operation("negate", part) if by < 0 else part
        else:
            result = operation("subtract" if by < 0 else "add", result, part)
    if result is None:
        return number(form.constant)
    if form.constant:
        sign = "subtract" if form.constant < 0 else "add"
        result = operation(sign, result, number(abs(form.constant)))
    return result


def children(node: Any) -> tuple[Any, ...]:
    """All expressions directly inside of one, those of a reduction too."""
    if isinstance(node, Range):
        return (node.index, node.first, node.last)
    if isinstance(node, Reduction):
        return (*node.binders, node.body)
    return parts(node)


def with_children(node: Any, inside: tuple[Any, ...]) -> Any:
    """A node with other expressions inside, in the order of `children`."""
    if isinstance(node, Range):
        return node._replace(index=inside[0], first=inside[1], last=inside[2])
    if isinstance(node, Reduction):
        return node._replace(binders=inside[:-1], body=inside[-1])
    return rebuilt(node, inside)


def replaced(root: Any, found: Callable[[Any], Any]) -> Any:
    """An expression in which every node for which `found` gives another one is that, outermost
    first; equal parts stay the same objects.
    """
    done: list[Any] = []
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        inside = children(node)
        if ready:
            new = tuple(done[len(done) - len(inside) :])
            del done[len(done) - len(inside) :]
            same = all(a is b for a, b in zip(new, inside, strict=True))
            done.append(node if same else with_children(node, new))
            continue
        other = found(node)
        if other is not None:
            done.append(other)
        elif not inside:
            done.append(node)
        else:
            waiting.append((node, True))
            waiting.extend((part, False) for part in reversed(inside))
    return done[0]


def everything(root: Any) -> list[Any]:
    """All nodes of an expression, from the outside in, from left to right."""
    found, waiting = [], [root]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting.extend(reversed(children(node)))
    return found


def names_of(root: Any) -> set[str]:
    """All names that stand alone in an expression."""
    return {node.name for node in everything(root) if isinstance(node, Name)}


def plus(where: Expression, by: Affine) -> Expression:
    """A subscript further on."""
    if by == whole(0):
        return where
    if not by.terms and by.constant < 0:
        return operation("subtract", where, number(-by.constant))
    return operation("add", where, as_expression(by))


def from_zero(axis: Extent) -> Extent:
    """The same length, from 0 on."""
    return axis_of_length(count_of(axis))


def is_one(axis: Extent) -> bool:
    return count_of(axis) == whole(1)


def shifted(place: tuple[Expression, ...], axes: Sequence[Extent]) -> tuple[Expression, ...]:
    return tuple(plus(where, axis.first) for where, axis in zip(place, axes, strict=False))
