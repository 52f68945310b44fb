"""How much a user's text may ask for. Each limit has a name, and a flag that raises it."""

from __future__ import annotations

from typing import NamedTuple

from .errors import BackpropError, Span, refuse


class Limits(NamedTuple):
    """Bounds on one formula; the defaults answer any text in about a second.

    elements  numbers in all arrays that a formula makes: of 8 bytes each 2 GiB.
    products  multiplications in its sums of products: some minutes on one core.
    """

    characters: int = 1 << 20
    tokens: int = 100_000
    depth: int = 1_000
    nodes: int = 200_000
    bindings: int = 10_000
    name_length: int = 250
    number_length: int = 1_000
    work: int = 200_000_000
    elements: int = 1 << 28
    products: int = 1 << 38


DEFAULT_LIMITS = Limits()

FLAGS = {
    "characters": "--max-characters",
    "tokens": "--max-tokens",
    "depth": "--max-depth",
    "nodes": "--max-nodes",
    "elements": "--max-elements",
    "products": "--max-products",
}


def over_limit(name: str, limit: int, what: str, span: Span | None = None) -> BackpropError:
    """The error for a text that exceeds the limit called `name`; `what` has the unit's plural."""
    flag = FLAGS.get(name)
    help = f"raise the limit with {flag} N" if flag else ""
    return refuse("limit", f"more than {limit:,} {what} (the limit '{name}')", span, help)
