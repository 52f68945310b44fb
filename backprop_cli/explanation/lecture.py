"""Formulas as on a blackboard: q·z, 1/v6², ∂f/∂x. Other notations override what differs."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from ..circuit import CONSTANT_SIGNS, pretty_piece, pretty_title
from ..notation import (
    ATOM,
    COMPARE,
    PRODUCT,
    SUM,
    UNARY,
    call_pieces,
    operator_pieces,
)
from ..numerals import MINUS, short

Written = tuple[str, int]  # a text and the precedence with which it stands in a larger one

SCALED = ("add", "subtract", "multiply")  # where 2/3 may stand first without brackets
TIGHT = ("negate", "square", "power", "whole_power")  # where a negative number needs brackets


class Lecture:
    """The notation of a blackboard, in Unicode.

    `inline` marks a formula inside a sentence, `prose` a sentence that may hold anything.
    """

    times = " · "
    plus = " + "
    room = 1  # how many characters it needs for one

    def name(self, title: str) -> str:
        """A variable's or gate's name."""
        return title

    def constant(self, literal: str) -> str:
        """A constant as the formula has it: π, −2, 0.1."""
        return CONSTANT_SIGNS.get(literal) or pretty_title(literal)

    def numeral(self, text: str) -> str:
        """A number that is written for a person already."""
        return text

    def number(self, value: Any, digits: int | None = None) -> str:
        """A computed number."""
        return self.numeral(short(value, digits))

    def operation(self, name: str, operands: list[Written]) -> Written:
        """An operation on operands that are already written."""
        if name == "negate" and operands[0][1] in (PRODUCT, UNARY):
            text, precedence = operands[0]
            return (f"{MINUS}{text}", SUM) if precedence == PRODUCT else (f"{MINUS}({text})", UNARY)
        precedence, pieces = operator_pieces(name) or call_pieces(name, len(operands))
        return "".join(pretty_piece(piece, operands) for piece in pieces), precedence

    def partial(self, output: str, source: str) -> str:
        """∂output/∂source, of names that are already written."""
        return f"∂{output}/∂{source}"

    def bracketed(self, text: str) -> str:
        """Brackets around a formula."""
        return f"({text})"

    def more(self, count: int) -> str:
        """What stands for the terms of a sum that are not shown."""
        return f"… ({count:,} more)"

    def inline(self, text: str) -> str:
        """A formula inside a sentence."""
        return text

    def in_words(self, title: str) -> str:
        """A name or numeral in a formula that is written out in words."""
        return self.prose(title)

    def prose(self, text: str) -> str:
        """A sentence with nothing to keep apart from its formulas."""
        return text

    # ------------------------------------------------------------------------ from the above

    def equals(self, text: str, precedence: int) -> str:
        """A side of an equation; a comparison stands in brackets there."""
        return self.bracketed(text) if precedence <= COMPARE else text

    def factor(self, text: str) -> str:
        """The second factor of a product."""
        return self.bracketed(text) if text.startswith((MINUS, "-")) else text

    def numbers(self, name: str, values: list[Any], digits: int | None) -> Written:
        """An operation on numbers: a negative one stands in brackets unless it comes first."""
        called = operator_pieces(name) is None
        operands = []
        for place, value in enumerate(values):
            text = self.number(value, digits)
            precedence = ATOM
            if name == "negate":
                return self.operation(name, [(self.bracketed(text), ATOM)])
            if text.startswith((MINUS, "-")) and not (place == 0 and name not in TIGHT):
                precedence = SUM
            if isinstance(value, Fraction) and value.denominator > 1:
                precedence = min(precedence, PRODUCT if name in SCALED else SUM)
            if self.times in text:
                precedence = min(precedence, PRODUCT)
            operands.append((text, ATOM if called else precedence))
        return self.operation(name, operands)


LECTURE = Lecture()
