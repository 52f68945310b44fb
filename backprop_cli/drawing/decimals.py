"""The numbers of one picture, all with the same number of decimals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from ..numerals import is_ball, is_finite, pretty, short
from .metrics import cut

FEWEST, MOST = 2, 4  # decimals
LARGE, SMALL = 1e6, 1e-3  # beyond these a number is written with an exponent
LONGEST = 24  # characters of a fraction before it is written as a decimal
WIDEST = 60  # characters of a number, whatever was asked for
WHOLE = 1e-12  # what is so close to a whole number, in relation to its size, is meant to be one


def uniform(values: Iterable[Any], digits: int | None = None) -> Callable[[Any], str]:
    """A way to write numbers: whole ones in full, all others with as many decimals as give the
    smallest of `values` two significant digits, between two and four.

    With `digits`, each number has that many certified digits instead; fractions stay fractions.
    """
    if digits is not None:
        return lambda value: cut(short(value, digits), WIDEST)
    places = FEWEST
    for value in values:
        number = as_float(value)
        if number is not None and not is_whole(number) and SMALL <= abs(number) < LARGE:
            places = max(places, min(MOST, math.ceil(-math.log10(abs(number))) + 1))

    def written(value: Any) -> str:
        number = as_float(value)
        if number is None:
            text = short(value)
            return text if len(text) <= LONGEST else abbreviated(value)
        if is_whole(number) and abs(number) < LARGE:
            return pretty(str(round(number)))
        if SMALL <= abs(number) < LARGE:
            return pretty(f"{number:.{places}f}")
        return exponent(f"{number:.{FEWEST}e}")

    return written


def as_float(value: Any) -> float | None:
    """A number as a double if it is one, within the range of doubles; None for all others."""
    if isinstance(value, bool) or not is_finite(value):
        return None
    if is_ball(value):
        if value.contains(0):
            return 0.0
        number = float(value)
        return number if number and math.isfinite(number) else None
    return float(value) if isinstance(value, (int, float)) and abs(value) < 1e300 else None


def is_whole(number: float) -> bool:
    """Whether a number is whole, up to rounding errors."""
    nearest = round(number)
    return nearest == number or (nearest != 0 and abs(number - nearest) <= WHOLE * abs(number))


def exponent(text: str) -> str:
    """1.50e+07 as 1.50e7."""
    mantissa, _, power = text.partition("e")
    return pretty(f"{mantissa}e{int(power)}")


def abbreviated(value: Any) -> str:
    """A long fraction as a decimal number, anything else cut."""
    try:
        return short(float(value))
    except (TypeError, ValueError, OverflowError):
        return cut(short(value), LONGEST)
