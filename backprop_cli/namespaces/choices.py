"""Conditions and choices where a condition is a plain bool: shared by floats, balls and exact."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def both(a: bool, b: bool) -> bool:
    """Logical and."""
    return a and b


def either(a: bool, b: bool) -> bool:
    """Logical or."""
    return a or b


def no(a: bool) -> bool:
    """Logical not."""
    return not a


def choose(condition: bool, then: Callable[[], Any], otherwise: Callable[[], Any]) -> Any:
    """One of two values; the other is not computed."""
    return then() if condition else otherwise()


def gate(condition: bool, slope: Any) -> Any:
    """A slope where a condition holds, otherwise None: no gradient passes at all."""
    return slope if condition else None


def slopes(operation: Any, node: int) -> Any:
    """The slopes of `operation` (at `node`) as numbers run them: the form that keeps its digits."""
    return operation.slopes


def undefined(x: Any) -> bool:
    """Whether a value is NaN."""
    return bool(x != x)
