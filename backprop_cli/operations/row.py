"""What a row of the table of operations says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

Value = Any  # a number, array or symbol of whichever namespace runs the row


class Where(NamedTuple):
    """A set of arguments: in words, and as a test on plain numbers. `says` is what holds there."""

    text: str
    holds: Callable[..., bool]
    says: str = ""


class Pullback:
    """A local slope that is no elementwise factor: the transpose of a row's Jacobian matrix.

    `pull` takes the gradient at the row's value to the gradient at one input. Both have the shapes
    of the value and of that input; `pull` is linear, changes nothing in place and never raises.
    """

    __slots__ = ("pull",)

    def __init__(self, pull: Callable[[Value], Value]) -> None:
        self.pull = pull


EVERYWHERE = Where("all real numbers", lambda *x: True)


class Operation:
    """One operation, written once for every namespace `xp`.

    name, aliases  what a formula calls it.
    parameters     "x, y"; "x, slope=0.01" where one has a default; "*x" for any number of them.
    forward        (xp, *inputs) -> the value.
    slopes         (xp, out, *inputs) -> the local derivative along each input, in a form that
                   keeps its digits. None means that no gradient passes along that input,
                   whatever comes from above. A row of whole arrays gives a `Pullback`.
    textbook       the same derivatives as a person would write them, where `slopes` is written
                   for accuracy; these are what a derivative formula shows, and what is
                   differentiated again.
    pattern        one line on what the gate does to a gradient.
    domain, kink   where it is defined, and where its derivative is a matter of convention.
    flat           what a zero slope means for learning, if it has a name: "dead", "saturated"
                   or "flat".
    positive       whether the value is never zero in exact arithmetic (a zero is underflow).
    symbol         the sign it is written with, if it is no function call.
    source         where the formulas stand.
    shape          for a row of whole arrays: the trailing shapes of its inputs -> that of its
                   value; a ValueError says why shapes do not fit. Any axes before those, such as a
                   batch, are the same for all inputs and for the value. None for an elementwise
                   row.
    """

    __slots__ = (  # noqa: RUF023  (in the order of a row)
        "name", "parameters", "forward", "slopes", "textbook", "pattern", "domain", "kink",
        "flat", "positive", "symbol", "source", "aliases", "shape",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        parameters: str,
        forward: Callable[..., Value],
        slopes: Callable[..., tuple[Value, ...]],
        pattern: str,
        *,
        textbook: Callable[..., tuple[Value, ...]] | None = None,
        domain: Where = EVERYWHERE,
        kink: Where | None = None,
        flat: str = "",
        positive: bool = False,
        symbol: str = "",
        source: str = "",
        aliases: tuple[str, ...] = (),
        shape: Callable[..., tuple[int, ...]] | None = None,
    ) -> None:
        self.name = name
        self.parameters = parameters
        self.forward = forward
        self.slopes = slopes
        self.textbook = textbook or slopes
        self.pattern = pattern
        self.domain = domain
        self.kink = kink
        self.flat = flat
        self.positive = positive
        self.symbol = symbol
        self.source = source
        self.aliases = aliases
        self.shape = shape

    def vjp(self, xp: Any, upstream: Value, out: Value, *inputs: Value) -> tuple[Value, ...]:
        """(gradient at the output) · (local slope) for each input, None where nothing passes."""
        return tuple(
            None if slope is None else xp.chain(upstream, slope)
            for slope in xp.slopes(self, 0)(xp, out, *inputs)
        )

    @property
    def variadic(self) -> bool:
        """Whether it takes any number of arguments."""
        return self.parameters.startswith("*")

    def signature(self) -> tuple[list[str], list[str]]:
        """The parameters' names, and the default values of the last of them."""
        names, defaults = [], []
        for part in self.parameters.split(", ") if self.parameters else []:
            name, _, default = part.partition("=")
            names.append(name)
            if default:
                defaults.append(default)
        return names, defaults

    def __repr__(self) -> str:
        return f"<operation {self.name}({self.parameters})>"
