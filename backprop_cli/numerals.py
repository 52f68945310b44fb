"""Numbers as text: for a person (few digits) and for JSON (every digit). Knows floats, fractions,
balls and bools.
"""

from __future__ import annotations

import math
from typing import Any

MINUS = "−"
LONGEST_EXPONENT = 20_000  # bits
LONGEST_SHORT = 130  # bits of a fraction that a person gets in full
LONGEST_TOKEN = 4_000  # digits of a whole number in JSON


def is_ball(value: Any) -> bool:
    """Whether a value is a python-flint ball (without importing python-flint)."""
    return type(value).__name__ == "arb"


def plain(value: Any) -> Any:
    """A value for a test on plain numbers: a ball's middle as a fraction, or as the double next to
    it where that fraction would be long.
    """
    if not is_ball(value):
        return value
    if not value.is_finite():
        return float(value)
    mantissa, exponent = value.mid().man_exp()
    if abs(exponent) > LONGEST_EXPONENT:
        return float(value.mid())
    from fractions import Fraction

    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def is_number(value: Any) -> bool:
    """Whether a value is a number at all: --exact has places without one."""
    return type(value).__name__ != "NotFraction"


def length(value: Any) -> int:
    """The bits of a fraction; 1 for anything else."""
    if type(value).__name__ != "Fraction":
        return 1
    return int(value.numerator.bit_length() + value.denominator.bit_length())


def whole(value: int) -> str:
    """A whole number in full; Python's own conversion stops at 4,300 digits."""
    if value.bit_length() < 10_000:
        return str(value)
    from decimal import Decimal

    return f"{Decimal(value):f}"


def fraction(value: Any) -> str:
    """A whole number or fraction in full."""
    if value.denominator == 1:
        return whole(value.numerator)
    return f"{whole(value.numerator)}/{whole(value.denominator)}"


def rounded(value: Any) -> str:
    """Four significant digits of a fraction of any size."""
    from decimal import Context, Decimal

    shift = value.denominator.bit_length() - value.numerator.bit_length() + 100
    scaled = value.numerator * 2 ** max(shift, 0) // (value.denominator * 2 ** max(-shift, 0))
    context = Context(prec=30, Emin=-(10**9), Emax=10**9)
    number = context.multiply(Decimal(scaled), context.power(Decimal(2), -shift))
    return f"≈{Context(prec=4, Emin=-(10**9), Emax=10**9).plus(number):e}"


def is_finite(value: Any) -> bool:
    """Whether a value is a finite number (or a condition)."""
    if is_ball(value):
        return bool(value.is_finite())
    return math.isfinite(value) if isinstance(value, float) else is_number(value)


def short(value: Any, digits: int | None = None) -> str:
    """A number for a person: at least four significant digits, or `digits` of a ball; whole numbers
    in full.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_ball(value):
        return pretty(ball(value, digits or 4))
    if isinstance(value, float):
        if math.isnan(value):
            return "NaN"
        if math.isinf(value):
            return "inf" if value > 0 else f"{MINUS}inf"
        if value == int(value) and abs(value) < 1e15:
            return pretty(str(int(value)))
        size = abs(value)
        return pretty(f"{value:.4g}" if size < 1000 or size >= 1e6 else f"{value:.7g}")
    if not is_number(value):
        return "no fraction"
    if length(value) <= LONGEST_SHORT:
        return pretty(fraction(value))
    return pretty(rounded(value))


def decimal(value: Any, places: int = 2) -> str:
    """A fraction with at most so many decimals, half rounded away from zero: 0.125 is 0.13."""
    scaled, rest = divmod(abs(value.numerator) * 10**places, value.denominator)
    scaled += 2 * rest >= value.denominator
    text = f"{scaled // 10**places}.{scaled % 10**places:0{places}d}".rstrip("0").rstrip(".")
    return f"-{text}" if value < 0 and scaled else text


def pretty(text: str) -> str:
    """A numeral with a true minus sign and a plain exponent: 1.5e-07 becomes 1.5e−7."""
    mantissa, e, exponent = text.partition("e")
    if e:
        mantissa += f"e{int(exponent)}"
    return mantissa.replace("-", MINUS)


def ball(value: Any, digits: int) -> str:
    """The certified digits of a ball, at most `digits` of them."""
    if not value.is_finite():
        return "NaN"
    if value.is_exact() and value.is_integer() and abs(value) < 10**15:
        return str(int(value.unique_fmpz()))
    if value.contains(0):
        return "0"
    text = str(value.str(digits, radius=False))
    mantissa, e, exponent = text.partition("e")
    if "." in mantissa and value.is_exact():
        mantissa = mantissa.rstrip("0").rstrip(".")
    return mantissa + e + exponent


def token(value: Any, digits: int | None = None) -> str:
    """A number as a JSON token: every digit; fractions, NaN and infinities as strings."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_ball(value):
        text = ball(value, digits or 17)
        return '"NaN"' if text == "NaN" else text
    if isinstance(value, float):
        if math.isnan(value):
            return '"NaN"'
        if math.isinf(value):
            return '"Infinity"' if value > 0 else '"-Infinity"'
        if value == int(value) and abs(value) < 2**53 and (value or math.copysign(1, value) > 0):
            return str(int(value))
        return repr(value)
    if not is_number(value):
        return '"NaN"'
    text = fraction(value)
    if "/" not in text and len(text) > LONGEST_TOKEN:
        text += "/1"  # most readers refuse so long a number
    return text if "/" not in text else f'"{text}"'
