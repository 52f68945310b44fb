"""Programs of index equations → graphs: declarations, definitions, recurrences.

A definition is worked out when all it needs has been. Definitions that need each other are a
recurrence: they are written out along the index that moves, and each step again is whole arrays.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from ...errors import BackpropError, Span, refuse
from ...errors import Label as Mark
from ...graph import Graph, Section
from ...limits import DEFAULT_LIMITS, Limits
from ...lowering import CONSTANTS, Note
from ...operations import FUNCTIONS
from ...syntax.tree import (
    Declaration,
    Definition,
    Expression,
    Name,
    Program,
    Range,
    Result,
)
from .arrays import Value, axes_text, given_text, ordered
from .calls import Calls
from .left_sides import ranged, said_range
from .names import Names, strongly_connected
from .recurrences import Recurrences
from .reductions import Reductions
from .scope import Scope, Stored, Unrolled


class Given(NamedTuple):
    """What is known of an input before the run: its shape, and its value if that is one whole
    number.
    """

    shape: tuple[int, ...]
    whole: int | None = None


class LoweredArrays(NamedTuple):
    """The graph of a program over arrays.

    inputs   the inputs by name.
    defined  the definitions by name, in order, as nodes with their axes.
    sizes    the sizes that were read off the arrays.
    roles    param or data, for the names that are declared.
    steps    the definitions that are written out step by step, with the nodes of each step.
    """

    graph: Graph
    output: Value
    output_name: str | None
    inputs: dict[str, Value]
    defined: dict[str, Stored]
    sizes: dict[str, int]
    roles: dict[str, str]
    notes: tuple[Note, ...]
    dtype: str
    steps: Mapping[str, Unrolled] = {}


def lower_arrays(
    program: Program,
    given: Mapping[str, Given],
    limits: Limits = DEFAULT_LIMITS,
    dtype: str = "float64",
) -> LoweredArrays:
    """The graph of a program whose inputs have the shapes `given`, for numbers of type `dtype`.

    Raises BackpropError for ranks, sizes and subscripts that do not fit, indices that nothing
    bounds, and names that mean nothing here.
    """
    try:
        return Lowering(program, given, limits, dtype).lower()
    except BackpropError as error:
        raise error.located(program.source) from None


class Lowering(Recurrences, Reductions, Calls):
    """One program."""

    def __init__(
        self, program: Program, given: Mapping[str, Given], limits: Limits, dtype: str
    ) -> None:
        super().__init__(program, limits, dtype)
        self.given = given
        self.names = Names(program, given)
        self.functions = self.names.functions
        self.arrays: dict[str, Stored] = {}
        self.inputs: dict[str, Value] = {}
        self.wholes: dict[str, int] = {}  # definitions of whole numbers
        self.sizes: dict[str, int] = {}
        self.size_spans: dict[str, tuple[Span, str]] = {}
        self.unrolled: dict[str, Unrolled] = {}
        self.output: Value | None = None

    # ----------------------------------------------------------------------------------- statements

    def lower(self) -> LoweredArrays:
        """All statements, each after what it needs."""
        self.note_names()
        self.declare()
        for group in strongly_connected(self.names.needs):
            self.define_group(group)
        output_name = None
        for position, statement in enumerate(self.program.statements):
            last = position == len(self.program.statements) - 1
            if isinstance(statement, Result):
                self.result(statement, last)
            elif last:
                output_name = self.last_definition(statement)
        assert self.output is not None
        defined = {name: self.arrays[name] for name in self.names.equations if name in self.arrays}
        roles = dict(self.names.roles)
        return LoweredArrays(
            self.graph, self.output, output_name, self.inputs, defined, self.sizes, roles,
            tuple(self.notes.values()), self.space.dtype, self.unrolled,
        )  # fmt: skip

    def note_names(self) -> None:
        for name, definition in self.names.functions.items():
            if name in FUNCTIONS:
                said = f"'{name}' is the function defined here, not the one of the table"
                self.note("function", name, said, definition.name_span)
        for name in self.names.unused:
            span = self.names.equations[name][0].name_span
            self.note("unused-definition", name, f"'{name}' is defined and not used", span)

    def result(self, statement: Result, last: bool) -> None:
        if not last:
            raise refuse(
                "unused-statement",
                "nothing uses the result of this line",
                statement.span,
                "name it (q = …); to go on with a formula on the next line, end this one with"
                " the operator",
            )
        self.output = self.expression(statement.body, Scope())

    def last_definition(self, statement: Any) -> str:
        if isinstance(statement, Declaration):
            raise refuse(
                "bad-definition",
                "the last line must give the output",
                statement.span,
                "add a line with the formula",
            )
        name = str(statement.name)
        if statement.parameters is not None:
            raise refuse(
                "bad-definition",
                f"the last line defines the function '{name}' and nothing uses it",
                statement.span,
                f"add a line that calls it, or write {name} = …",
            )
        found = self.stored(name)
        assert found is not None
        self.output = found.value
        return name

    # --------------------------------------------------------------------------------- declarations

    def declare(self) -> None:
        """The sizes that declarations name, read off the arrays that are given."""
        later: list[tuple[Name, int, Expression, int]] = []
        for statement in self.program.statements:
            if not isinstance(statement, Declaration):
                continue
            for name, sizes in zip(statement.names, statement.sizes, strict=True):
                given = self.given.get(name.name)
                if given is None or sizes is None:
                    continue
                if len(sizes) != len(given.shape):
                    raise refuse(
                        "shape",
                        f"'{name.name}' is declared with {axes_text(len(sizes))} and given"
                        f" {given_text(given.shape)}",
                        name.span,
                        "give it an array with as many axes as it is declared with",
                    )
                for axis, (size, length) in enumerate(zip(sizes, given.shape, strict=True)):
                    if isinstance(size, Name) and self.is_size(size.name):
                        self.size(name, size, length)
                    else:
                        later.append((name, axis, size, length))
        for name, axis, expression, length in later:
            wanted = self.whole(expression, Scope(), "a size")
            if wanted != length:
                raise self.other_size(name, axis, expression.span, wanted, length)

    def is_size(self, name: str) -> bool:
        return name not in self.names.equations and name not in self.given

    def size(self, name: Name, size: Name, length: int) -> None:
        """Read a size off an axis; another axis of the same size must agree."""
        known = self.sizes.setdefault(size.name, length)
        where = self.size_spans.setdefault(size.name, (size.span, name.name))
        if known != length:
            raise refuse(
                "shape",
                f"{size.name} is {known} in '{where[1]}' and {length} in '{name.name}'",
                size.span,
                "one size name means one length: give arrays that agree, or use another name",
                related=(Mark(where[0], f"{known} here"),),
            )

    def other_size(
        self, name: Name, axis: int, span: Span, wanted: int, length: int
    ) -> BackpropError:
        return refuse(
            "shape",
            f"axis {axis + 1} of '{name.name}' is declared with {wanted} and given {length}",
            span,
            f"give it {wanted} there, or declare {length}",
        )

    # ------------------------------------------------------------------------ what names stand for

    def stored(self, name: str) -> Stored | None:
        found = self.arrays.get(name)
        if found is not None:
            return found
        if name in self.unrolled:
            value = self.whole_of(self.unrolled[name])
            self.arrays[name] = Stored(value, self.unrolled[name].equations[0].name_span)
            return self.arrays[name]
        given = self.given.get(name)
        if given is None or name in self.names.equations or name not in self.names.free:
            return None
        span = self.names.free[name]
        value = Value(self.graph.input(name, span), (), given.shape)
        if name in CONSTANTS:
            self.note("constant", name, f"'{name}' is the value given, not the constant", span)
        self.inputs[name] = value
        self.arrays[name] = Stored(value, span, self.names.roles.get(name, "input"))
        return self.arrays[name]

    def constant_of(self, name: str) -> int | None:
        if name in self.sizes:
            return self.sizes[name]
        if name in self.wholes:
            return self.wholes[name]
        given = self.given.get(name)
        return None if given is None or name in self.names.equations else given.whole

    def taken(self, name: str) -> Span | None:
        equations = self.names.equations.get(name)
        if equations:
            return equations[0].name_span
        if name in self.size_spans:
            return self.size_spans[name][0]
        return self.names.free.get(name)

    # ---------------------------------------------------------------------------------- definitions

    def define_group(self, group: list[str]) -> None:
        """One definition, or several that need each other."""
        name = group[0]
        equations = self.names.equations[name]
        recurrent = len(group) > 1 or name in self.names.needs[name]
        if recurrent:
            self.unroll(group)
        elif len(equations) > 1:
            self.arrays[name] = Stored(self.pieces(name, equations), equations[0].name_span)
        else:
            start = len(self.graph)
            value = self.equation(equations[0])
            self.arrays[name] = Stored(value, equations[0].name_span)
            self.finish(name, value, start)

    def finish(self, name: str, value: Value, start: int) -> None:
        """Name a definition's node."""
        if value.node >= start and value.node not in self.graph.names:
            self.graph.names[value.node] = name
        self.graph.scopes.append(Section(name, None, start, len(self.graph)))
        definition = self.names.equations[name][0]
        if not value.shape and definition.subscripts is None:
            form = self.whole_form(definition.body, Scope())
            if form is not None and form.whole is not None:
                self.wholes[name] = form.whole

    def equation(self, definition: Definition) -> Value:
        """The array of a definition: an axis for each index on its left side."""
        if definition.subscripts is None:
            return self.expression(definition.body, Scope())
        return self.indexed_equation(definition, list(definition.subscripts), Scope())

    def indexed_equation(
        self, definition: Definition, left: list[Expression], scope: Scope
    ) -> Value:
        """The array over the indices of `left`; `scope` holds those that are written out."""
        names = [self.left_index(each) for each in left]
        for place, name in enumerate(names):
            self.check_index(name, scope, name.name in [n.name for n in names[:place]])
        ranges: dict[str, Range] = {}
        listed = {name.name for name in names}
        for each in definition.ranges:
            earlier = ranges.setdefault(each.index.name, each)
            if earlier is not each:
                raise refuse(
                    "index",
                    f"'for' says the values of '{each.index.name}' twice",
                    each.span,
                    "keep one of the two",
                    related=(Mark(earlier.span, "first said here"),),
                )
            if each.index.name not in listed and each.index.name not in scope.indices:
                raise refuse(
                    "index",
                    f"'{each.index.name}' is no index of '{definition.name}'",
                    each.span,
                    f"write {definition.name}[…, {each.index.name}] = …, or remove it",
                )
        used = {name: each for name, each in ranges.items() if name in listed}
        solved, masks = self.values_of_indices(names, used, [definition.body], scope)
        if masks:
            raise refuse(
                "size",
                "the values of an index on the left side cannot depend on another index",
                masks[0].span,
                "write a number or a size, and if(…) in the formula",
            )
        indices = dict(scope.indices)
        labels = []
        for name in names:
            label = self.label(name.name, *solved[name.name])
            if label.size <= 0:
                said = name.name in ranges
                raise refuse(
                    "index",
                    f"the index '{name.name}' has no value: {label.first}..{label.last}",
                    ranges[name.name].span if said else name.span,
                    "write the smaller value first"
                    if said
                    else "no subscript of the right side fits; write its values with 'for'",
                )
            indices[name.name] = label
            labels.append(label)
        value = self.expression(definition.body, scope._replace(indices=indices))
        value = self.space.expanded(value, ordered(labels), value.shape, definition.span)
        firsts = (*(label.first for label in labels), *value.starts)
        return Value(value.node, (), value.full, None, firsts)

    def left_index(self, expression: Expression) -> Name:
        """The index that a subscript on the left side is."""
        if isinstance(expression, Name) and self.constant_of(expression.name) is None:
            return expression
        raise refuse(
            "bad-definition",
            "a subscript on the left side is an index, or in a recurrence a whole number",
            expression.span,
            "write name[i] = … and compute the subscript on the right side",
        )

    def pieces(self, name: str, equations: list[Definition]) -> Value:
        """A definition in several lines without recurrence: a[0] = …, a[i] = … for i in 1..9."""
        axis = self.moving_axis(name, equations)
        found: list[tuple[int, int, Value, Definition]] = []
        for equation in equations:
            left = list(equation.subscripts or ())
            form = self.whole_form(left[axis], Scope())
            if form is not None and form.whole is not None:
                rest = self.indexed_equation(equation, left[:axis] + left[axis + 1 :], Scope())
                shape = (*rest.shape[:axis], 1, *rest.shape[axis:])
                order = (*range(axis), None, *range(axis, len(rest.shape)))
                value = self.space.read(rest)
                node = self.space.rearranged(value, order, shape, equation.span)
                firsts = (*rest.starts[:axis], form.whole, *rest.starts[axis:])
                found.append((form.whole, 1, Value(node, (), shape, None, firsts), equation))
            else:
                value = self.indexed_equation(equation, left, Scope())
                found.append((value.starts[axis], value.shape[axis], value, equation))
        found.sort(key=lambda piece: piece[:2])
        self.check_pieces(name, found)
        joined = self.space.concatenated([piece[2] for piece in found], axis, found[0][3].span)
        return joined._replace(firsts=found[0][2].starts)

    def check_pieces(self, name: str, found: list[tuple[int, int, Value, Definition]]) -> None:
        """Pieces must follow each other without gaps."""
        for one, other in pairwise(found):
            after = one[0] + one[1]
            if other[0] < after:
                raise refuse(
                    "defined-twice",
                    f"'{name}' is defined twice at {other[0]}",
                    other[3].name_span,
                    "let the ranges of its lines not overlap",
                    related=(Mark(one[3].name_span, "first defined here"),),
                )
            if other[0] > after:
                raise refuse(
                    "index",
                    f"'{name}' has no value at {after}",
                    other[3].name_span,
                    "let the lines of a definition follow each other without a gap",
                )

    def moving_axis(self, name: str, equations: list[Definition]) -> int:
        """The axis along which the lines of a definition differ: where one has a whole number."""
        counts = {len(equation.subscripts or ()) for equation in equations}
        if len(counts) > 1:
            raise refuse(
                "shape",
                f"'{name}' has different numbers of subscripts",
                equations[-1].name_span,
                "give it the same number in each line",
                related=(Mark(equations[0].name_span, "and here"),),
            )
        for axis in range(counts.pop()):
            for equation in equations:
                form = self.whole_form((equation.subscripts or ())[axis], Scope())
                if form is not None and form.whole is not None:
                    return axis
        axes = range(len(equations[0].subscripts or ()))
        said = [axis for axis in axes if all(ranged(equation, axis) for equation in equations)]
        for axis in said:
            if len({said_range(equation, axis) for equation in equations}) > 1:
                return axis
        if said:
            return said[0]
        raise refuse(
            "defined-twice",
            f"'{name}' is defined twice",
            equations[1].name_span,
            "names are equations, not memory: give the second one another name, or say with 'for'"
            " which values each line is for",
            related=(Mark(equations[0].name_span, "first defined here"),),
        )


__all__ = ["Given", "LoweredArrays", "lower_arrays"]
