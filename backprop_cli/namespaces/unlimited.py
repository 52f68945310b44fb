"""What doubles must do with care is plain where numbers have no range: shared by balls, exact and
graphs.

The careful versions, and what they are for, stand in `floats`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def in_range(result: Any, formula: Callable[..., Any], *x: Any) -> Any:
    """The result: nothing has overflowed."""
    return result


def damp(x: Any, share: Any) -> Any:
    """The product."""
    return x * share


def wide(x: Any) -> Any:
    """x itself, as a factor of a long product."""
    return x


def narrow(product: Any) -> Any:
    """A long product itself."""
    return product
