"""The gradient of a program of index equations as equations in any notation."""

from __future__ import annotations

from typing import NamedTuple

from .equations import Equations
from .errors import BackpropError
from .syntax.tree import Definition
from .tensors.adjoints.equations import AdjointProgram, differentiated
from .tensors.outlines.outline import Outline

Sides = tuple[str, ...]


class Line(NamedTuple):
    """One equation, and the values of the indices for which it holds, if it says them."""

    sides: Sides
    values: tuple[str, ...]

    @property
    def text(self) -> str:
        """`a = b for i in 0..9`."""
        return " = ".join(self.sides) + (f" for {', '.join(self.values)}" if self.values else "")


class GradientEquations(NamedTuple):
    """For each array the lines of its gradient. `helpers` are the definitions in them that the
    program has not; `refusal` says why there are none.
    """

    lines: dict[str, tuple[Line, ...]]
    helpers: tuple[Line, ...]
    refusal: str


def line(definition: Definition, style: Equations) -> Line:
    """A definition as an equation."""
    sides = (style.left(definition), style.expression(definition.body))
    return Line(sides, tuple(style.ranges(definition)))


def gradient_equations(outline: Outline, style: Equations) -> GradientEquations:
    """The equations of all gradients; none where no index equation can say one of them. `style`
    writes dW as ∂f/∂W from then on.
    """
    shapes = None
    wanted = []
    if outline.run is not None:
        inputs = [item for item in outline.items if item.kind == "input"]
        shapes = {item.name: item.value.shape for item in inputs}
        wanted = [item.name for item in inputs if item.gradient is not None]
        declared = [item.name for item in inputs if item.role == "param"]
        wanted = [name for name in wanted if name in declared or not declared]
        if not wanted:
            return GradientEquations({}, (), "")
    try:
        found: AdjointProgram = differentiated(outline.program, shapes, wanted)
    except BackpropError as error:
        return GradientEquations({}, (), error.diagnostic.message)
    style.adjoints = {adjoint.name: adjoint.of for adjoint in found.adjoints}
    style.output = outline.output
    own = {item.name for item in outline.items}
    return GradientEquations(
        {each.of: tuple(line(d, style) for d in each.lines) for each in found.adjoints},
        tuple(line(each, style) for each in found.changed if each.name not in own),
        "",
    )


__all__ = ["GradientEquations", "Line", "gradient_equations", "line"]
