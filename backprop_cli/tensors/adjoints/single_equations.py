"""A program as equations on single numbers, with the values of every index: what is differentiated.

Works on the text alone. Sizes that no declaration says get a letter; where the arrays are given,
their lengths are used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from ...errors import BackpropError, refuse
from ...syntax.tree import (
    Declaration,
    Definition,
    Expression,
    Indexed,
    Name,
    Program,
    Range,
    Reduction,
    Result,
)
from ..lowering.affine import symbol, whole
from ..lowering.names import Names, strongly_connected
from .elements import Axes, Elements, Scope, finished
from .index_forms import (
    Extent,
    as_expression,
    axis_of_length,
    base,
    everything,
    from_zero,
    names_of,
)
from .index_values import Sizes, Solution, Solver


class Equation(NamedTuple):
    """name[left…] = body, where each of `left` is an index or a number, and body is one number."""

    name: str
    left: tuple[Expression, ...]
    body: Expression


class SingleEquations:
    """The equations of a program, in the order in which they can be worked out.

    equations  by name; the output is the one called `output`.
    axes       the axes of every array.
    extents    the values of every index.
    fresh      the declarations of sizes that the program itself does not say.
    """

    output = ""

    def __init__(self, program: Program, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.program = program
        self.names = Names(program, set(shapes))
        self.shapes = shapes
        self.sizes = Sizes({})
        self.axes: dict[str, Axes] = {}
        self.equations: dict[str, list[Equation]] = {}
        self.fresh: dict[str, tuple[Expression, ...]] = {}
        self.elements = Elements(
            self.axes, self.names.functions, self.is_taken, self.sizes, not self.names.is_known("T")
        )
        self.extents = self.elements.extents
        self.inputs()
        self.lengths = self.said_lengths()
        for group in strongly_connected(self.names.needs):
            self.define(group)
        self.result()

    def said_lengths(self) -> set[str]:
        """The names that stand as sizes or in the ends of ranges."""
        found = {*self.names.size_names, *self.sizes.fresh}
        for lines in [*self.names.equations.values()]:
            for line in lines:
                for each in (*line.ranges, *everything(line.body), *(line.subscripts or ())):
                    if isinstance(each, Range):
                        found |= names_of(each.first) | names_of(each.last)
        return found

    def is_taken(self, label: str) -> bool:
        return label in self.axes or self.names.is_known(label) or label in self.names.free

    # --------------------------------------------------------------------------------------- inputs

    def inputs(self) -> None:
        """The axes of all inputs: as declared, as given, or as many as they have subscripts."""
        declared: dict[str, tuple[Expression, ...] | None] = {}
        for statement in self.program.statements:
            if isinstance(statement, Declaration):
                sizes = statement.sizes or (None,) * len(statement.names)
                declared |= {n.name: s for n, s in zip(statement.names, sizes, strict=True)}
        for label in self.names.free:
            if label == "T" and self.names.transposes and label not in self.shapes:
                continue  # W^T
            if label not in self.names.functions and label not in self.names.equations:
                self.axes[label] = self.input_axes(label, declared.get(label))

    def input_axes(self, label: str, declared: tuple[Expression, ...] | None) -> Axes:
        shape = self.shapes.get(label)
        if declared is not None:
            if shape is not None and len(shape) == len(declared):
                for size, length in zip(declared, shape, strict=True):
                    if isinstance(size, Name):
                        self.sizes.known.setdefault(size.name, length)
            solver = Solver(self.sizes, {}, lambda _: None)
            lengths = [solver.form(size) for size in declared]
            if None in lengths:
                raise refuse("size", f"a size of '{label}' is no whole number", declared[0].span)
            return tuple(axis_of_length(form) for form in lengths if form is not None)
        if shape is not None:
            return tuple(axis_of_length(whole(length)) for length in shape)
        rank = self.rank_in_text(label)
        axes: list[Extent] = []
        for place in range(rank):
            letter = f"{label}{place + 1}"
            while self.names.is_known(letter) or letter in self.names.free:
                letter += "_"
            self.sizes.fresh.add(letter)
            axes.append(axis_of_length(symbol(letter)))
        if axes:
            self.fresh[label] = tuple(as_expression(axis.last.plus(whole(1))) for axis in axes)
        return tuple(axes)

    def rank_in_text(self, label: str) -> int:
        """The number of subscripts with which an input stands."""
        bodies = [getattr(s, "body", None) for s in self.program.statements]
        ranks = set()
        for node in (n for body in bodies if body is not None for n in everything(body)):
            if isinstance(node, Indexed) and node.name == label:
                ranks.add(len(node.subscripts))
        return max(ranks, default=0)

    # ---------------------------------------------------------------------------------- definitions

    def define(self, group: list[str]) -> None:
        """Definitions that need each other, or one alone: those with numbers on the left first."""
        lines = [line for label in group for line in self.names.equations[label]]
        found: dict[str, list[Axes]] = {label: [] for label in group}
        pending = sorted(lines, key=lambda line: not self.is_base(line))
        if len(lines) > 1:
            self.guess_axes(group)
        made: dict[int, Equation] = {}
        held = 0
        while pending:
            line = pending.pop(0)
            try:
                equation, axes = self.line(line)
            except BackpropError:
                held += 1
                if held > len(pending):
                    raise
                pending.append(line)  # perhaps another line of the group says its values
                continue
            held = 0
            made[line.span.start] = equation
            found[line.name].append(axes)
            self.axes[line.name] = self.hull(found[line.name])
        for label in group:
            self.equations[label] = [made[s.span.start] for s in self.names.equations[label]]

    def is_base(self, line: Definition) -> bool:
        return any(not names_of(s) - set(self.axes) for s in line.subscripts or ())

    def guess_axes(self, group: list[str]) -> None:
        """What the ranges on the left sides say, so that steps know what they reach."""
        for label in group:
            for line in self.names.equations[label]:
                if all(s for s in self.said(line)):
                    axes = [axis for axis in self.said(line) if axis is not None]
                    known = [self.axes[label]] if label in self.axes else []
                    self.axes[label] = self.hull([*known, tuple(axes)])

    def said(self, line: Definition) -> list[Extent | None]:
        """The values of each axis that a left side says by itself."""
        ranges = {each.index.name: each for each in line.ranges}
        solver = Solver(self.sizes, {}, self.axes.get)
        found: list[Extent | None] = []
        for subscript in line.subscripts or ():
            form = solver.form(subscript)
            if isinstance(subscript, Name) and subscript.name in ranges:
                each = ranges[subscript.name]
                ends = solver.form(each.first), solver.form(each.last)
                found.append(None if None in ends else Extent(*ends))  # type: ignore[arg-type]
            elif form is not None and not (
                isinstance(subscript, Name) and not self.is_taken(subscript.name)
            ):
                found.append(Extent(form, form))
            else:
                found.append(None)
        return found

    def hull(self, found: list[Axes]) -> Axes:
        """The axes that hold all pieces."""
        axes = found[0]
        for other in found[1:]:
            axes = tuple(
                Extent(self.sizes.least(a.first, b.first), self.sizes.most(a.last, b.last))
                for a, b in zip(axes, other, strict=True)
            )
        return axes

    def line(self, line: Definition) -> tuple[Equation, Axes]:
        """One line, with the values of its indices, and the axes of what it defines."""
        indices: dict[str, Expression] = {}
        left: list[Expression] = []
        for subscript, extent in zip(line.subscripts or (), self.said(line), strict=True):
            if isinstance(subscript, Name) and not self.is_taken(subscript.name):
                indices[subscript.name] = self.elements.index(subscript.name, extent)
                left.append(indices[subscript.name])
            elif extent is not None and extent.first == extent.last:
                left.append(as_expression(extent.first))
            else:
                raise refuse(
                    "bad-definition",
                    "diff takes single indices and whole numbers on the left side",
                    subscript.span,
                    "write h[0], h[t], and h[t-1] on the right side",
                )
        scope = Scope(indices)
        behind = finished(self.elements.axes(line.body, scope))
        if line.subscripts:
            behind = tuple(map(from_zero, behind))
        own = [self.elements.index(a, axis) for a, axis in zip("ijklmn", behind, strict=False)]
        body = finished(self.elements.at(line.body, tuple(own), scope))
        left += own
        self.solve(left, body)
        axes = []
        for subscript, said in zip(left, [*self.said(line), *behind], strict=True):
            extent = self.extents.get(getattr(subscript, "name", ""), said)
            if extent is None:
                raise self.unbounded(subscript)
            axes.append(self.sizes.settled_extent(extent))
        self.check_bounds(body)
        return Equation(line.name, tuple(left), body), tuple(axes)

    def solve(self, left: Sequence[Expression], body: Expression) -> None:
        """Find the values of the indices in a formula."""
        used = {n.name for n in everything(body) if isinstance(n, Name) and n.name in self.extents}
        outer = [each.name for each in left if isinstance(each, Name) and each.name in self.extents]
        known = {key: self.extents[key] for key in (*outer, *used)}
        self.extents.update(Solution(self.sizes, known, self.axes.get, outer, body).known)

    def check_bounds(self, body: Expression) -> None:
        """Refuse a reduction over an index whose values nothing says."""
        for node in everything(body):
            if isinstance(node, Reduction):
                for binder in node.binders:
                    if isinstance(binder, Name) and self.extents[binder.name] is None:
                        raise self.unbounded(binder)

    def unbounded(self, index: Any) -> BackpropError:
        letter = base(str(getattr(index, "name", "")))
        return refuse(
            "index",
            f"nothing says over which values the index '{letter}' runs",
            None,
            f"write them: {letter} in 0..9, or for {letter} in 0..9",
        )

    # --------------------------------------------------------------------------------------- output

    def result(self) -> None:
        """The output as an equation of its own."""
        last = self.program.statements[-1]
        if isinstance(last, Result):
            line = Definition(self.output, None, last.body, last.span, last.span)
            equation, axes = self.line(line)
            self.equations[self.output] = [equation]
        elif isinstance(last, Definition) and last.name in self.axes:
            axes = self.axes[last.name]
            self.output = last.name
        else:
            raise refuse("bad-definition", "the last line must give the output", last.span)
        if axes:
            raise refuse(
                "not-scalar",
                "the output is an array, and gradients need a single number",
                last.span,
                "write minimize sum(…), or the element that is meant: s[0]",
            )


__all__ = ["Equation", "SingleEquations"]
