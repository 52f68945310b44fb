"""Exact constants: whole numbers, fractions of them, and decimals that stay decimals.

A literal is what it says: 0.1 is a tenth. Arithmetic on literals is exact or does not happen.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import NamedTuple

LONGEST_DECIMAL = 17  # digits; a product of decimals that needs more stays a product
LARGEST = 10**300

_NUMERAL = re.compile(r"-?[0-9]*\.?[0-9]*(?:[eE]([+-]?[0-9]{1,3}))?")


class TooLarge(ArithmeticError):
    """A constant or an amount of work beyond the bounds: the derivative is returned as it is."""


class Num(NamedTuple):
    """A rational constant; `decimal` where it comes from numerals with a decimal point."""

    value: Fraction
    decimal: bool = False

    @property
    def with_point(self) -> bool:
        """Whether it is written as a decimal: 0.1, but 0.1/3 as 1/30."""
        return self.decimal and finite_digits(self.value) is not None


ZERO = Num(Fraction(0))
ONE = Num(Fraction(1))
MINUS_ONE = Num(Fraction(-1))
HALF = Num(Fraction(1, 2))


def whole(n: int) -> Num:
    """A whole number."""
    return Num(Fraction(n))


def from_literal(text: str) -> Num | None:
    """The constant that a numeral says; None for pi, inf and numerals too long to compute with."""
    matched = _NUMERAL.fullmatch(text)
    if matched is None or len(text) > 40 or abs(int(matched[1] or 0)) > LONGEST_DECIMAL:
        return None
    value = Fraction(text if text[-1] != "." else text[:-1])
    return normal(value, "." in text or matched[1] is not None)


def normal(value: Fraction, decimal: bool) -> Num | None:
    """A constant; None for a decimal of too many digits. Raises TooLarge."""
    decimal = decimal and value.denominator != 1
    digits = finite_digits(value) if decimal else None
    if digits is not None and digits > LONGEST_DECIMAL:
        return None
    if abs(value.numerator) > LARGEST or value.denominator > LARGEST:
        raise TooLarge
    return Num(value, decimal)


def finite_digits(value: Fraction) -> int | None:
    """How many significant digits a decimal fraction takes; None if they never end."""
    twos = (value.denominator & -value.denominator).bit_length() - 1
    rest, fives = value.denominator >> twos, 0
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return None
    places = max(twos, fives)
    return len(str(abs(value.numerator) * 10**places // value.denominator))


def plus(a: Num, b: Num) -> Num | None:
    """The sum, exactly."""
    return normal(a.value + b.value, a.decimal or b.decimal)


def times(a: Num, b: Num) -> Num | None:
    """The product, exactly."""
    if a.value == 1:
        return b
    if b.value == 1:
        return a
    return normal(a.value * b.value, a.decimal or b.decimal)


def power(a: Num, n: int) -> Num | None:
    """A whole power, exactly; None where it is no number or a long one."""
    if a.value == 0 and n <= 0:
        return None
    bits = max(a.value.numerator.bit_length(), a.value.denominator.bit_length())
    if abs(n) * bits > 256 and abs(a.value) != 1:
        return None
    return normal(a.value**n, a.decimal)


def root(a: Num, degree: int) -> Num | None:
    """The exact root of a positive constant, if it is rational."""
    if a.value <= 0 or a.decimal or degree > 64:
        return None
    parts = []
    for part in (a.value.numerator, a.value.denominator):
        guess = math.isqrt(part) if degree == 2 else round(part ** (1 / degree))
        if guess**degree != part:
            return None
        parts.append(guess)
    return Num(Fraction(*parts))


def decimal_text(value: Fraction) -> str:
    """A positive finite decimal in full, or with an exponent where that is shorter."""
    places = 0
    scaled = value
    while scaled.denominator != 1:
        scaled *= 10
        places += 1
    digits = str(scaled.numerator)
    if places > len(digits) + 3:
        mantissa = digits[0] + ("." + digits[1:] if digits[1:] else "")
        return f"{mantissa}e-{places - len(digits) + 1}"
    digits = digits.rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits
