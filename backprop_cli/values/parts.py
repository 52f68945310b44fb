"""Pieces of a value's text, and the numbers that they say."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from ..bindings import constant_graph, number
from ..errors import BackpropError, Span, refuse
from ..limits import Limits

Array = Any  # a NumPy array; NumPy is imported only where one is made

MOST_AXES = 32
NAMED = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}


class Part(NamedTuple):
    """A piece of a text and where it begins."""

    text: str
    start: int

    @property
    def span(self) -> Span:
        """Its place, without the white space around it."""
        left = len(self.text) - len(self.text.lstrip())
        return Span(self.start + left, self.start + max(len(self.text.rstrip()), left + 1))


def constant(part: Part, limits: Limits) -> float:
    """The double of a constant expression within a value."""
    from ..namespaces import floats
    from ..syntax import parse_binding

    text = part.text.strip()
    if text.lower() in NAMED:
        return NAMED[text.lower()]
    try:
        written = parse_binding(text, limits)
        if written.uncertainty is not None:
            raise refuse("bad-value", "an array has no uncertainties", help="leave the ± out")
        value = number(constant_graph("", text, written.value), floats)
    except BackpropError as error:
        found = error.diagnostic
        span, offset = found.span or Span(0, len(text)), part.span.start
        moved = Span(span.start + offset, span.end + offset)
        help = "write a number" if found.code == "bad-value" else found.help
        raise BackpropError(found._replace(span=moved, help=help, source="", related=())) from None
    return float(value)
