"""Every formula of a program as a formula of single elements: W @ x becomes sum[k] W[i,k]*x[k].

Functions are written out, functions of whole arrays become sums over indices, every index has a
name of its own (i#7) and every reduction says its values. What is left are index equations on
single numbers, which can be differentiated one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Any, NamedTuple

from ...errors import BackpropError, Span, refuse
from ...operations import FUNCTIONS
from ...syntax.tree import (
    Call,
    Comparison,
    Expression,
    Indexed,
    Name,
    Number,
    Operator,
    Range,
    Reduction,
    Vector,
)
from ..lowering.affine import Affine, whole
from ..lowering.blocks import WHOLE
from ..lowering.ranges import bound_names
from .arguments import check_arguments, unknown_axes
from .index_forms import (
    Extent,
    as_expression,
    axis_of_length,
    base,
    call,
    comparison,
    count_of,
    element,
    from_zero,
    is_one,
    name,
    number,
    operation,
    plus,
)
from .index_values import Sizes, Solver

Axes = tuple[Extent, ...]
Step = Generator[Any, Any, Any]
MOST_STEPS = 200_000
LETTERS = "klmnpqrs"
ELEMENTWISE = {*FUNCTIONS, "if"}


def finished(task: Step) -> Any:
    """The result of a task that yields the tasks which it needs; a stack in place of recursion."""
    stack: list[Step] = [task]
    value: Any = None
    while stack:
        try:
            following = stack[-1].send(value)
        except StopIteration as end:
            stack.pop()
            value = end.value
        else:
            stack.append(following)
            value = None
    return value


class Scope(NamedTuple):
    """indices   what an index stands for.
    arguments  the arguments of the function that is written out, each with its own scope.
    """

    indices: Mapping[str, Expression] = {}
    arguments: Mapping[str, tuple[Expression, Scope]] = {}


class Elements:
    """Formulas as formulas of elements.

    axes       the axes of each array that is known; () for single numbers.
    functions  the functions that the program defines.
    taken      whether a name means something else than an index.
    transposes whether ^T is the transposed matrix.
    extents    the values of each index that has been made; None as long as they are not known.
    """

    def __init__(
        self,
        axes: Mapping[str, Axes],
        functions: Mapping[str, Any],
        taken: Callable[[str], bool],
        sizes: Sizes,
        transposes: bool = False,
    ) -> None:
        self.known = axes
        self.functions = functions
        self.taken = taken
        self.sizes = sizes
        self.transposes = transposes
        self.extents: dict[str, Extent | None] = {}
        self.steps = MOST_STEPS
        self.open: list[str] = []

    def index(self, letter: str, extent: Extent | None = None) -> Name:
        """A new index."""
        own = f"{letter}#{len(self.extents)}"
        self.extents[own] = extent
        return name(own)

    # ----------------------------------------------------------------------------------------- axes

    def axes(self, node: Any, scope: Scope) -> Step:
        """The axes of an expression."""
        self.steps -= 1
        if self.steps < 0:
            raise refuse("limit", "the program is too long to be written out (the limit 'nodes')")
        if isinstance(node, Name):
            if node.name in scope.arguments:
                return (yield self.axes(*scope.arguments[node.name]))
            return () if node.name in scope.indices else self.known.get(node.name, ())
        if isinstance(node, Indexed):
            inner = Name(node.name, node.name_span)
            return (yield self.axes(inner, scope))[len(node.subscripts) :]
        if isinstance(node, Reduction):
            return (yield self.axes(node.body, scope))
        if isinstance(node, (Operator, Comparison)):
            if isinstance(node, Operator) and node.operation == "matmul":
                left, right = yield self.axes_of_all(node.operands, scope)
                return (*left[:-1], *right[1:])
            if self.is_transpose(node):
                own = yield self.axes(node.operands[0], scope)
                return tuple(reversed(own))
            each = yield self.axes_of_all(node.operands, scope)
            return self.together(each)
        if isinstance(node, Vector):
            inner_axes = yield self.axes(node.items[0], scope)
            if len(node.items) == 1:
                return inner_axes
            return (axis_of_length(whole(len(node.items))), *map(from_zero, inner_axes))
        if isinstance(node, Call):
            return (yield self.axes_of_call(node, scope))
        return ()

    def axes_of_all(self, nodes: Sequence[Any], scope: Scope) -> Step:
        found = []
        for node in nodes:
            found.append((yield self.axes(node, scope)))
        return found

    def together(self, each: Sequence[Axes]) -> Axes:
        """The axes of operands that are lined up from behind."""
        rank = max(map(len, each), default=0)
        axes = []
        for place in range(-rank, 0):
            found = [own[place] for own in each if len(own) >= -place]
            longer = [axis for axis in found if not is_one(axis)]
            axes.append(from_zero((longer or found)[0]))
        return tuple(axes)

    def axes_of_call(self, node: Call, scope: Scope) -> Step:
        own = self.functions.get(node.function)
        if own is not None:
            inner = self.entered(own, node, scope)
            return (yield self.axes(own.body, inner))
        each = yield self.axes_of_all(node.arguments, scope)
        kind = node.function
        check_arguments(node, each)
        if (kind in WHOLE and len(each) == 1) or kind in ("dot", "trace"):
            return ()
        if kind == "matmul":
            return (*each[0][:-1], *each[1][1:])
        if kind == "outer":
            return (*map(from_zero, each[0]), *map(from_zero, each[1]))
        if kind == "transpose":
            return tuple(reversed(each[0]))
        if kind in ("softmax", "log_softmax", "cumsum"):
            return tuple(map(from_zero, each[0]))
        if kind == "cross_entropy":
            return tuple(map(from_zero, each[1]))
        if kind == "flat":
            length = self.length_of(each[0], node.span)
            return (axis_of_length(length),)
        if kind == "concat":
            total = whole(0)
            for axes in each:
                total = total.plus(count_of(axes[0]) if axes else whole(1))
            return (axis_of_length(total), *each[0][1:])
        if kind in ("conv", "maxpool", "avgpool"):
            return self.windowed(node, each)
        if kind not in ELEMENTWISE:
            raise unsayable(kind, node.span)
        return self.together(each)

    def length_of(self, axes: Axes, span: Span) -> Affine:
        total = whole(1)
        for axis in axes:
            count = self.sizes.settled(count_of(axis))
            if count.terms and total.terms:
                raise unsayable("flat", span, "of sizes that are not known by number")
            longer, factor = (count, total) if count.terms else (total, count)
            total = longer.times(factor.constant)
        return total

    def windowed(self, node: Call, each: Sequence[Axes]) -> Axes:
        """The axes of conv(x, K, stride, pad), maxpool(x, size, stride)."""
        from .element_forms import settings

        stride, pad, size = settings(node)
        if pad:
            raise unsayable("conv", node.span, "with zeros around the array")
        axes = []
        for place, axis in enumerate(each[0][-2:]):
            wide = count_of(each[1][2 + place]) if node.function == "conv" else whole(size)
            room = count_of(axis).plus(wide, -1)
            axes.append(Extent(whole(0), self.sizes.divided(room, whole(stride).constant, False)))
        front = each[1][:1] if node.function == "conv" else each[0][:-2]
        return (*map(from_zero, front), *axes)

    # ------------------------------------------------------------------------------------- elements

    def at(self, node: Any, place: tuple[Expression, ...], scope: Scope) -> Step:
        """The element of an expression at a place along its axes."""
        self.steps -= 1
        if self.steps < 0:
            raise refuse("limit", "the program is too long to be written out (the limit 'nodes')")
        if isinstance(node, Number):
            return node
        if isinstance(node, Name):
            if node.name in scope.indices:
                return scope.indices[node.name]
            if node.name in scope.arguments:
                argument, inner = scope.arguments[node.name]
                return (yield self.at(argument, place, inner))
            return element(node.name, place)
        if isinstance(node, Indexed):
            return (yield self.element(node, place, scope))
        if isinstance(node, Reduction):
            return (yield self.reduction(node, place, scope))
        if isinstance(node, (Operator, Comparison)):
            return (yield self.operator(node, place, scope))
        if isinstance(node, Vector):
            return (yield self.vector(node, place, scope))
        return (yield self.call(node, place, scope))

    def element(self, node: Indexed, place: tuple[Expression, ...], scope: Scope) -> Step:
        subscripts = []
        for each in node.subscripts:
            subscripts.append((yield self.at(each, (), scope)))
        whole_place = (*subscripts, *place)
        if node.name in scope.arguments:
            argument, inner = scope.arguments[node.name]
            return (yield self.at(argument, whole_place, inner))
        return Indexed(node.name, whole_place, node.span, node.name_span)

    def aligned(self, node: Any, place: tuple[Expression, ...], scope: Scope) -> Step:
        """An operand's element, for a place along the axes of the whole operation."""
        own: Axes = yield self.axes(node, scope)
        behind = place[len(place) - len(own) :] if own else ()
        shifted = tuple(
            as_expression(axis.first) if is_one(axis) else plus(where, axis.first)
            for where, axis in zip(behind, own, strict=True)
        )
        return (yield self.at(node, shifted, scope))

    def operator(
        self, node: Operator | Comparison, place: tuple[Expression, ...], scope: Scope
    ) -> Step:
        if isinstance(node, Operator) and node.operation == "matmul":
            return (yield self.product(node.operands, place, scope))
        if self.is_transpose(node):
            return (yield self.at(node.operands[0], place[::-1], scope))
        operands = []
        for each in node.operands:
            operands.append((yield self.aligned(each, place, scope)))
        return node._replace(operands=tuple(operands))

    def is_transpose(self, node: Any) -> bool:
        if not isinstance(node, Operator) or node.operation != "power":
            return False
        exponent = node.operands[1]
        return self.transposes and isinstance(exponent, Name) and exponent.name == "T"

    def product(self, operands: Sequence[Any], place: tuple[Expression, ...], scope: Scope) -> Step:
        """A @ B: sum[k] A[i,k]*B[k,j]."""
        left, right = operands
        first, second = yield self.axes_of_all((left, right), scope)
        if not (1 <= len(first) <= 2 and 1 <= len(second) <= 2):
            raise unknown_axes("'@' takes vectors and matrices", getattr(left, "span", None))
        self.sizes.unite(from_zero(first[-1]), from_zero(second[0]))
        k, split = self.index("k", from_zero(first[-1])), len(first) - 1
        one = yield self.at(left, (*place[:split], plus(k, first[-1].first)), scope)
        other = yield self.at(right, (plus(k, second[0].first), *place[split:]), scope)
        return self.summed("sum", [k], operation("multiply", one, other))

    def vector(self, node: Vector, place: tuple[Expression, ...], scope: Scope) -> Step:
        if len(node.items) == 1:
            return (yield self.at(node.items[0], place, scope))
        items = []
        for item in node.items:
            items.append((yield self.aligned(item, place[1:], scope)))
        result = items[-1]
        for position in range(len(items) - 2, -1, -1):
            here = comparison("equal", place[0], number(position))
            result = call("if", here, items[position], result)
        return result

    # ----------------------------------------------------------------------------------- reductions

    def summed(
        self, kind: str, over: Sequence[Name], body: Expression, *conditions: Expression
    ) -> Expression:
        """A reduction over indices whose values are known, or are to be found."""
        binders: list[Any] = [*over, *conditions]
        return Reduction(kind, tuple(binders), body, Span(0, 0), Span(0, 0))

    def reduction(self, node: Reduction, place: tuple[Expression, ...], scope: Scope) -> Step:
        names = bound_names(node.binders, lambda n: n in scope.indices or self.taken(n))
        given = [each for each in node.binders if isinstance(each, Range)]
        indices = dict(scope.indices)
        for each in names:
            indices[each.name] = self.index(each.name)
        inner = scope._replace(indices=indices)
        conditions: list[Expression] = []
        for said in given:
            first = yield self.at(said.first, (), inner)
            last = yield self.at(said.last, (), inner)
            conditions += self.bounded(indices[said.index.name], first, last)
        for binder in node.binders:
            if not isinstance(binder, (Name, Range)):
                conditions.append((yield self.at(binder, (), inner)))
        body = yield self.at(node.body, place, inner)
        over = [indices[each.name] for each in names]
        return self.summed(node.operation, over, body, *conditions)  # type: ignore[arg-type]

    def bounded(self, index: Any, first: Expression, last: Expression) -> list[Expression]:
        """Give an index its values; conditions where they depend on other indices."""
        ends, conditions = [], []
        for end, relation in ((first, "greater_equal"), (last, "less_equal")):
            form = self.form(end)
            if form is None:
                raise refuse(
                    "size",
                    "an end of a range must be a whole number, a size or an index",
                    getattr(end, "span", None),
                )
            moving = [(key, by) for key, by in form.terms if key in self.extents]
            for key, by in moving:
                extent = self.extents[str(key)]
                if extent is None:
                    raise refuse("index", f"nothing says over which values '{base(str(key))}' runs")
                side = (by > 0) == (relation == "less_equal")
                value = extent.last if side else extent.first
                form = form.plus(Affine(whole(0).constant, ((key, by),)), -1).plus(value.times(by))
            if moving:
                conditions.append(comparison(relation, index, end))
            ends.append(form)
        self.extents[index.name] = Extent(*ends)
        return conditions

    def form(self, expression: Expression) -> Affine | None:
        return Solver(self.sizes, self.extents, self.known.get).form(expression)

    # ---------------------------------------------------------------------------------------- calls

    def entered(self, own: Any, node: Call, scope: Scope) -> Scope:
        """The scope inside a function that the program defines."""
        names = [parameter.name for parameter in own.parameters or ()]
        if len(names) != len(node.arguments):
            raise refuse(
                "arguments",
                f"'{node.function}' takes {len(names)} arguments, not {len(node.arguments)}",
                node.span,
            )
        arguments = {
            label: (each, scope) for label, each in zip(names, node.arguments, strict=True)
        }
        return Scope({}, arguments)

    def call(self, node: Call, place: tuple[Expression, ...], scope: Scope) -> Step:
        own = self.functions.get(node.function)
        if own is not None:
            return (yield self.at(own.body, place, self.entered(own, node, scope)))
        each = yield self.axes_of_all(node.arguments, scope)
        kind = node.function
        check_arguments(node, each)
        if kind in WHOLE and len(each) == 1:
            return (yield self.whole(kind, node.arguments[0], each[0], scope))
        from .element_forms import FORMS

        build = FORMS.get(kind)
        if build is not None and not (kind == "softmax" and len(each) != 1):
            return (yield build(self, node, each, place, scope))
        yield self.axes(node, scope)  # refuses what has no form
        arguments = []
        for argument in node.arguments:
            arguments.append((yield self.aligned(argument, place, scope)))
        return node._replace(arguments=tuple(arguments))

    def whole(self, kind: str, node: Any, axes: Axes, scope: Scope) -> Step:
        """A reduction of all elements of an array."""
        if not axes:
            return (yield self.at(node, (), scope))
        own = [self.index(letter, axis) for letter, axis in zip(LETTERS, axes, strict=False)]
        body = yield self.at(node, tuple(own), scope)
        if kind == "norm":
            square = operation("power", body, number(2))
            return call("sqrt", self.summed("sum", own, square))
        if kind == "logsumexp":
            return call("log", self.summed("sum", own, call("exp", body)))
        if kind in ("var", "std"):
            again = [self.index(letter, axis) for letter, axis in zip(LETTERS, axes, strict=False)]
            other = yield self.at(node, tuple(again), scope)
            middle = self.summed("mean", again, other)
            square = operation("power", operation("subtract", body, middle), number(2))
            variance = self.summed("mean", own, square)
            return call("sqrt", variance) if kind == "std" else variance
        return self.summed(kind, own, body)


def unsayable(kind: str, span: Span, what: str = "") -> BackpropError:
    return refuse(
        "not-scalar",
        f"the derivative of {f'{kind} {what}'.strip()} cannot be written as index equations",
        span,
        "backprop eval has its gradient as numbers",
    )
