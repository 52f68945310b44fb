"""Which index moves in definitions that need themselves: the one along which each step reaches only
earlier or later values.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from ...errors import BackpropError, refuse
from ...syntax.tree import Expression, Indexed, Name, Range, Reduction, parts
from .affine import Affine
from .expressions import Expressions
from .names import Names, names_in
from .scope import Scope


class Moving(Expressions):
    """How definitions that need each other are told to be recurrences."""

    names: Names

    def moving_axes(self, group: list[str]) -> dict[str, tuple[int, ...]]:
        """For each name the axes along which it is written out: one, if each step reaches only
        earlier or later values of that index; else all that its lines name.
        """
        for strict in (True, False):
            for index in (*self.step_indices(group), ""):
                axes = self.axes_of_index(group, index, strict)
                if axes is not None:
                    return {name: (axis,) for name, axis in axes.items()}
        if len(group) == 1:
            name = group[0]
            counts = {len(e.subscripts or ()) for e in self.names.equations[name]}
            count = counts.pop()
            if count and not counts and len(self.step_indices(group)) > 1:
                return {name: tuple(range(count))}
        raise self.cyclic([*group, group[0]])

    def step_indices(self, group: list[str]) -> list[str]:
        """The indices on the left sides of a group, in order."""
        found: dict[str, None] = {}
        for name in group:
            for equation in self.names.equations[name]:
                for subscript in equation.subscripts or ():
                    found |= dict.fromkeys(self.indices_in(subscript))
        return list(found)

    def indices_in(self, subscript: Expression) -> list[str]:
        form = self.left_form(subscript)
        return [] if form is None else [name for name, _ in form.terms]

    def left_form(self, subscript: Expression) -> Affine | None:
        """A subscript of a left side over the names of indices."""
        problem = self.problem(Scope())
        names = {n: n for n in names_in(subscript) if not self.is_constant(n)}
        return problem.form(subscript, names)

    def is_constant(self, name: str) -> bool:
        return self.constant_of(name) is not None

    def axes_of_index(self, group: list[str], index: str, strict: bool) -> dict[str, int] | None:
        """The axis of each name at which `index` moves; None if it does not order the steps.

        Strictly, each reference is a fixed number of steps away; else it may also be to one place
        or to a range of places, which the parts themselves must then turn out to allow. A name
        whose lines have whole numbers only, h[0] and h[1], moves along those.
        """
        axes: dict[str, int] = {}
        for name in group:
            for equation in self.names.equations[name]:
                for axis, subscript in enumerate(equation.subscripts or ()):
                    if index in self.indices_in(subscript) and axes.setdefault(name, axis) != axis:
                        return None
            if name not in axes:
                axis_ = self.axis_of_numbers(name)
                if axis_ is None:
                    return None
                axes[name] = axis_
        same: dict[str, set[str]] = {name: set() for name in group}
        for name in group:
            for equation in self.names.equations[name]:
                left = (equation.subscripts or ())[axes[name]]
                for reference, ranges in references(equation.body, set(group)):
                    if isinstance(reference, Name):
                        return None
                    if len(reference.subscripts) <= axes[reference.name]:
                        return None
                    right = reference.subscripts[axes[reference.name]]
                    moved = self.difference(right, left)
                    if moved == 0:
                        same[name].add(reference.name)
                    elif moved is None and (
                        strict or not self.is_bounded(right, left, ranges)
                    ):
                        return None
        return axes if acyclic(same) else None

    def axis_of_numbers(self, name: str) -> int | None:
        """The axis at which every line of a definition has a whole number."""
        lefts = [equation.subscripts or () for equation in self.names.equations[name]]
        for axis in range(min(map(len, lefts))):
            forms = [self.left_form(left[axis]) for left in lefts]
            if all(form is not None and form.whole is not None for form in forms):
                return axis
        return None

    def difference(self, right: Expression, left: Expression) -> int | None:
        """How far a reference is from the step that it stands in; None if it is not fixed."""
        one, other = self.left_form(right), self.left_form(left)
        if one is None or other is None:
            return None
        return one.plus(other, -1).whole

    def is_bounded(self, right: Expression, left: Expression, ranges: Mapping[str, Range]) -> bool:
        """Whether a reference stays at one place, or has only indices with ranges of their own:
        h[0], sum[s in 0..t-1] h[s].
        """
        form = self.left_form(right)
        own = {name for name, _ in (self.left_form(left) or Affine(Fraction(0))).terms}
        return form is not None and all(n in ranges and n not in own for n, _ in form.terms)

    def cyclic(self, steps: list[str]) -> BackpropError:
        name = steps[0].partition("[")[0]
        equations = self.names.equations[name]
        return refuse(
            "cycle",
            f"'{steps[0]}' is defined by itself: {' → '.join(steps[:8])}",
            equations[-1].name_span,
            "names are equations, not memory; a recurrence needs a first value and steps that"
            " lead to it: h[0] = …; h[t] = … h[t-1] …",
        )


def references(expression: Expression, names: set[str]) -> list[tuple[Any, dict[str, Range]]]:
    """Where an expression names one of `names`, as Name or Indexed nodes, each with the ranges of
    the sums around it.
    """
    found = []
    waiting: list[tuple[Any, dict[str, Range]]] = [(expression, {})]
    while waiting:
        node, ranges = waiting.pop()
        if isinstance(node, (Name, Indexed)) and node.name in names:
            found.append((node, ranges))
        waiting.extend((part, ranges) for part in parts(node))
        if isinstance(node, Reduction):
            inner = dict(ranges)
            for binder in node.binders:
                if isinstance(binder, Range):
                    inner[binder.index.name] = binder
                elif not isinstance(binder, Name):
                    waiting.append((binder, ranges))
            waiting.append((node.body, inner))
    return found


def acyclic(graph: dict[str, set[str]]) -> bool:
    """Whether no name reaches itself."""
    left = {name: set(needs) for name, needs in graph.items()}
    while left:
        free = [name for name, needs in left.items() if not needs & left.keys()]
        if not free:
            return False
        for name in free:
            del left[name]
    return True
