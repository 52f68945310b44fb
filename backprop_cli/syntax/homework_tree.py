"""What a homework key and an answer sheet say, line by line: immutable, with spans."""

from __future__ import annotations

from typing import NamedTuple, Union

from ..errors import Span
from .tree import Definition, Expression, Name


class Field(NamedTuple):
    """`title: HW3`: a word, a colon and free text. `word` is in small letters."""

    word: str
    text: str
    span: Span


class Question(NamedTuple):
    """`Q1 [6 pts] f = (x+y)*z`: its label, its points as written, and the formula."""

    label: str
    points: str | None
    definition: Definition
    span: Span


class Let(NamedTuple):
    """`let q = x + y`: a name for a part of the formula, or a function."""

    definition: Definition
    span: Span


class At(NamedTuple):
    """`at x=-2 y=5`: the inputs' values."""

    settings: tuple[tuple[Name, Expression], ...]
    span: Span


class Draw(NamedTuple):
    """`draw x,y in -9..9 nonzero`: values drawn for each student, as numerals and words."""

    names: tuple[Name, ...]
    low: str
    high: str
    modifiers: tuple[tuple[Name, str | None], ...]
    span: Span


class Quantity(NamedTuple):
    """What an answer is about: the value of the node `of`, or the gradient of `of` along `by`.

    `of` is None for the gradient of the output (`dx`, `x.grad`), and `by` for a value. `primed` is
    f'(x): the gradient of `of` along its only input. A plain `dx` is both until a key decides:
    `of` is "dx", and `by` None.
    """

    of: str | None
    by: str | None
    span: Span
    primed: bool = False


class Array(NamedTuple):
    """Quantities in brackets: a vector, or a matrix row by row."""

    items: tuple[Quantity | Array, ...]
    span: Span


class Named(NamedTuple):
    """`g = [df/dx, df/dy]`: an answer that is a vector or matrix."""

    name: str
    array: Array
    span: Span


class Ask(NamedTuple):
    """`ask q f df/dx`: what the student is to answer."""

    items: tuple[Quantity | Named, ...]
    span: Span


class Accept(NamedTuple):
    """`accept x in -3..3`: where a formula is compared."""

    ranges: tuple[tuple[Name, str, str], ...]
    span: Span


class Rule(NamedTuple):
    """`tol 1%`, `sf 3`, `carry 50%`: `word` is tol, sf or carry."""

    word: str
    number: str
    percent: bool
    span: Span


KeyLine = Union[Field, Question, Let, At, Draw, Ask, Accept, Rule]


class Key(NamedTuple):
    """A key, line by line. `source` is the text of all spans."""

    lines: tuple[KeyLine, ...]
    source: str


class Heading(NamedTuple):
    """A line that says which question follows."""

    label: str


class Written(NamedTuple):
    """The right side of an answer.

    expression     what was written, behind the last equals sign; None where it was skipped.
    decimal_comma  whether it was a number with a comma for its point.
    chain          whether more than one equals sign stood there.
    """

    expression: Expression | None
    decimal_comma: bool = False
    chain: bool = False


class Answer(NamedTuple):
    """`df/dx = -4`, with the question if the line has it."""

    label: str | None
    quantity: Quantity
    written: Written
    source: str


AnswerLine = Union[Field, Heading, Answer]
