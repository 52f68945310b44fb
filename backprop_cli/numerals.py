"""Numbers as text: for a person (few digits) and for JSON (every digit). Knows floats, fractions, balls and bools."""

from __future__ import annotations

import math
from typing import Any

MINUS = "−"


def is_ball(value: Any) -> bool:
    """Whether a value is a python-flint ball (without importing python-flint)."""
    return type(value).__name__ == "arb"


def is_finite(value: Any) -> bool:
    """Whether a value is a finite number (or a condition)."""
    if is_ball(value):
        return bool(value.is_finite())
    return not isinstance(value, float) or math.isfinite(value)


def short(value: Any, digits: int | None = None) -> str:
    """A number for a person: at least four significant digits, or `digits` of a ball; whole numbers in full."""
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
    return pretty(str(value))


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
    text = str(value)
    return text if "/" not in text else f'"{text}"'
