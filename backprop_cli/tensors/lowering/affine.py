"""Indices, and whole-number expressions of them: what stands in subscripts and ranges."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

from ...syntax.tree import Expression, Name, Number, Operator, Vector


class Label(NamedTuple):
    """An index with its values `first` to `last`. `uid` is another one for every binding, and
    grows from the outside in.
    """

    uid: int
    name: str
    first: int
    last: int

    @property
    def size(self) -> int:
        """How many values it has."""
        return self.last - self.first + 1


class Affine(NamedTuple):
    """constant + Σ coefficient · index, over whatever stands for an index."""

    constant: Fraction
    terms: tuple[tuple[Any, Fraction], ...] = ()

    @property
    def whole(self) -> int | None:
        """The whole number that it is, if it has no index."""
        if self.terms or self.constant.denominator != 1:
            return None
        return int(self.constant)

    @property
    def integral(self) -> bool:
        """Whether it is whole for whole indices."""
        numbers = (self.constant, *(by for _, by in self.terms))
        return all(number.denominator == 1 for number in numbers)

    def plus(self, other: Affine, sign: int = 1) -> Affine:
        """The sum, or with sign -1 the difference."""
        terms = dict(self.terms)
        for index, by in other.terms:
            terms[index] = terms.get(index, Fraction(0)) + sign * by
        kept = tuple((index, by) for index, by in terms.items() if by)
        return Affine(self.constant + sign * other.constant, kept)

    def times(self, factor: Fraction) -> Affine:
        kept = tuple((index, by * factor) for index, by in self.terms if factor)
        return Affine(self.constant * factor, kept)

    def bounds(self, values: Mapping[Any, tuple[int, int]]) -> tuple[int, int] | None:
        """The least and the greatest value; None if the values of an index are not known."""
        low = high = self.constant
        for index, by in self.terms:
            known = values.get(index)
            if known is None:
                return None
            ends = (by * known[0], by * known[1])
            low, high = low + min(ends), high + max(ends)
        return int(low), int(high)


def whole(number: int) -> Affine:
    return Affine(Fraction(number))


def symbol(key: Any) -> Affine:
    """An index, or a size, by itself."""
    return Affine(Fraction(0), ((key, Fraction(1)),))


def plain_key(form: Affine) -> Any:
    """The index that a form is, if it is one and nothing else; None otherwise."""
    if form.constant == 0 and len(form.terms) == 1 and form.terms[0][1] == 1:
        return form.terms[0][0]
    return None


def over_names(expression: Expression) -> Affine | None:
    """An expression as an affine form over all of its names."""
    return affine(expression, lambda name: symbol(name.name))


def affine(expression: Expression, leaf: Callable[[Name], Affine | None]) -> Affine | None:
    """An expression as an affine form; None if it is none. `leaf` says what a name stands for.

    Multiplication needs a factor without indices; division and `mod` numbers without any.
    """
    done: list[Affine | None] = []
    waiting: list[tuple[Expression, bool]] = [(expression, False)]
    while waiting:
        node, ready = waiting.pop()
        if isinstance(node, Number):
            done.append(numeral(node.text))
        elif isinstance(node, Name):
            done.append(leaf(node))
        elif isinstance(node, Vector) and len(node.items) == 1:
            waiting.append((node.items[0], False))
        elif isinstance(node, Operator) and node.operation in OPERATORS:
            count = len(node.operands)
            if not ready:
                waiting.append((node, True))
                waiting.extend((operand, False) for operand in reversed(node.operands))
                continue
            operands = done[len(done) - count :]
            del done[len(done) - count :]
            found = [operand for operand in operands if operand is not None]
            done.append(OPERATORS[node.operation](*found) if len(found) == count else None)
        else:
            done.append(None)
    return done[0]


@lru_cache(maxsize=4096)
def numeral(text: str) -> Affine | None:
    """A literal; None for one that no subscript could be."""
    if len(text) > 18 or "e" in text or "E" in text:
        try:
            value = float(text)
        except ValueError:
            return None
        return Affine(Fraction(int(value))) if value == value // 1 and abs(value) < 2**53 else None
    return Affine(Fraction(text))


def multiplied(x: Affine, y: Affine) -> Affine | None:
    if not y.terms:
        return x.times(y.constant)
    return y.times(x.constant) if not x.terms else None


def divided(x: Affine, y: Affine) -> Affine | None:
    return x.times(1 / y.constant) if not y.terms and y.constant else None


def remainder(x: Affine, y: Affine) -> Affine | None:
    if x.terms or y.terms or not y.constant:
        return None
    return Affine(x.constant % y.constant)


def raised(x: Affine, y: Affine) -> Affine | None:
    exponent = y.whole
    if x.terms or exponent is None or not 0 <= exponent <= 64 or abs(x.constant) > 2**32:
        return None
    return Affine(x.constant**exponent)


OPERATORS: dict[str, Callable[..., Affine | None]] = {
    "add": lambda x, y: x.plus(y),
    "subtract": lambda x, y: x.plus(y, -1),
    "negate": lambda x: x.times(Fraction(-1)),
    "multiply": multiplied,
    "divide": divided,
    "mod": remainder,
    "power": raised,
}


__all__ = ["Affine", "Label", "affine", "over_names", "plain_key", "symbol", "whole"]
