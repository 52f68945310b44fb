"""What an element in an equation hands to the gradient of its array, and where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from ...syntax.tree import Call, Comparison, Expression, Indexed, Name, Operator, Reduction
from ..lowering.affine import Affine, symbol, whole
from .elements import Axes
from .index_forms import (
    NOWHERE,
    Extent,
    as_expression,
    call,
    comparison,
    count_of,
    everything,
    name,
    number,
    operation,
    replaced,
)
from .index_values import Solver
from .local_slopes import is_number
from .own_indices import own_indices
from .single_equations import SingleEquations

ANY = Extent(whole(0), whole(0))  # what stands for the whole array where there are no pieces


class Share(NamedTuple):
    """What one element u[subscripts] in an equation receives: `weight`, for all values of the
    indices `over` for which the conditions hold.
    """

    subscripts: tuple[Expression, ...]
    weight: Any
    over: tuple[str, ...]
    conditions: tuple[Expression, ...]


class Place(NamedTuple):
    """Where a share goes along one axis.

    solved  the index that the subscript fixes, and its value by the array's own indices.
    extent  the part of the axis that it reaches; None where only conditions can say that.
    """

    solved: tuple[str, Affine] | None
    extent: Extent | None


class Piece(NamedTuple):
    """A share as a formula over the axes' own indices, for a part of the axis of pieces."""

    extent: Extent
    value: Any


class Shares:
    """Turns shares to formulas over the own indices of the array that receives them."""

    def __init__(self, single: SingleEquations, axes_of: Callable[[str], Axes | None]) -> None:
        self.single = single
        self.sizes = single.sizes
        self.extents = single.extents
        self.axes_of = axes_of

    def form(self, expression: Expression) -> Affine | None:
        return Solver(self.sizes, self.extents, self.axes_of).form(expression)

    def extent_of(self, own: str) -> Extent:
        extent = self.extents[own]
        assert extent is not None
        return self.sizes.settled_extent(extent)

    def same(self, one: Extent, other: Extent) -> bool:
        return not self.sizes.differ(one, other)

    def places(self, share: Share, target: Sequence[Name], axes: Axes) -> list[Place]:
        """Where a share goes along each axis. Subscripts with a single index are solved first; in
        x[i + p] then the longer of both: i = k - p.
        """
        forms = [self.form(subscript) for subscript in share.subscripts]
        values: dict[str, Affine] = {}
        found: dict[int, Place] = {}
        rounds = [axis for axis, form in enumerate(forms) if len(self.moving(form)) < 2]
        rounds += [axis for axis in range(len(axes)) if axis not in rounds]
        for axis in rounds:
            form = forms[axis]
            if form is None or not self.is_fixed(form):
                found[axis] = Place(None, None)
                continue
            form = substituted(form, values)
            found[axis] = self.place(form, target, axis, axes, share)
            solved = found[axis].solved
            if solved is not None:
                values = {k: substituted(v, dict([solved])) for k, v in values.items()}
                values[solved[0]] = solved[1]
        return [
            place._replace(solved=(place.solved[0], values[place.solved[0]]))
            if place.solved is not None
            else place
            for place in (found[axis] for axis in range(len(axes)))
        ]

    def moving(self, form: Affine | None) -> list[tuple[str, Fraction]]:
        return [] if form is None else [term for term in form.terms if term[0] in self.extents]

    def place(
        self, form: Affine, target: Sequence[Name], axis: int, axes: Axes, share: Share
    ) -> Place:
        """Where an affine subscript goes along its axis."""
        moving = self.moving(form)
        if not moving:
            form = self.sizes.settled(form)
            return Place(None, Extent(form, form))
        free = [(k, by) for k, by in moving if abs(by) == 1 and k in share.over]
        if not free:
            return Place(None, None)
        longest = free[0]
        for each in free[1:]:
            lengths = (count_of(self.extent_of(k)) for k, _ in (longest, each))
            one, other = lengths
            longest = longest if self.sizes.sign(other.plus(one, -1)) <= 0 else each
        index, by = longest
        rest = form.plus(symbol(index).times(by), -1)
        value = symbol(target[axis].name).plus(rest, -1).times(by)
        if len(moving) > 1:
            return Place((index, value), None)
        ends = [rest.plus(end.times(by)) for end in self.extent_of(index)]
        first, last = self.sizes.settled_extent(Extent(*(ends if by > 0 else ends[::-1])))
        first = self.sizes.most(first, axes[axis].first)  # outside, a condition rules it out
        last = self.sizes.least(last, axes[axis].last)
        return Place((index, value), Extent(first, last))

    def is_fixed(self, form: Affine) -> bool:
        """Whether all but the indices in a subscript are numbers and sizes."""
        return all(key in self.extents or key in self.single.lengths for key, _ in form.terms)

    def piece(
        self,
        share: Share,
        places: Sequence[Place],
        target: Sequence[Name],
        axes: Axes,
        main: int | None,
    ) -> Piece:
        """A share in terms of the indices of the adjoint, `main` being its axis of pieces."""
        values: dict[str, Expression] = {}
        conditions: list[Expression] = []
        for axis, place in enumerate(places):
            fits = place.extent is not None and (
                axis == main or self.same(place.extent, axes[axis])
            )
            if place.solved is not None:
                index, value = place.solved
                values[index] = as_expression(value)
                if not fits:
                    extent = self.extent_of(index)
                    low, high = as_expression(extent.first), as_expression(extent.last)
                    conditions.append(comparison("less_equal", low, values[index]))
                    conditions.append(comparison("less_equal", values[index], high))
            elif not fits:
                conditions.append(comparison("equal", share.subscripts[axis], target[axis]))

        def put(node: Any) -> Any:
            return values.get(node.name) if isinstance(node, Name) else None

        def solved(node: Any) -> Any:
            if is_sum(node) and own_indices(node) & values.keys():
                form = self.form(replaced(node, put))
                return None if form is None or not form.integral else as_expression(form)
            return put(node)

        weight = replaced(share.weight, solved)
        conditions = [replaced(each, solved) for each in (*share.conditions, *conditions)]
        conditions = chained([each for each in conditions if not self.always(each)])
        left = [own for own in share.over if own not in values]
        value = self.summed(weight, left, conditions)
        if main is None:
            return Piece(ANY, value)
        return Piece(places[main].extent or axes[main], value)

    def always(self, condition: Any) -> bool:
        """Whether a comparison of indices holds for all their values."""
        if not isinstance(condition, Comparison):
            return False
        for place, relation in enumerate(condition.relations):
            forms = [self.form(each) for each in condition.operands[place : place + 2]]
            if None in forms or relation not in ("less_equal", "greater_equal"):
                return False
            used = own_indices(condition)
            known = {own: self.extent_of(own) for own in used}
            difference = forms[1].plus(forms[0], -1)  # type: ignore[union-attr, arg-type]
            least, most = Solver(self.sizes, known, self.axes_of).bounds(difference)
            if relation == "less_equal" and self.sizes.sign(least) < 0:
                return False
            if relation == "greater_equal" and self.sizes.sign(most) > 0:
                return False
        return True

    def summed(self, weight: Any, over: list[str], conditions: list[Expression]) -> Any:
        """sum[over, conditions] weight, with outside of the sum what does not depend on it."""
        weight, conditions = unwrapped(weight, list(conditions), set(over))
        mentioned = set().union(*(own_indices(each) for each in (weight, *conditions)))
        times: Any = None
        for own in over:
            if own not in mentioned:
                count = as_expression(count_of(self.extent_of(own)))
                times = count if times is None else operation("multiply", times, count)
        over = [own for own in over if own in mentioned]
        inner = [each for each in conditions if own_indices(each) & set(over)]
        outer = [each for each in conditions if each not in inner]
        for each in [each for each in inner if is_moved(each) and len(inner) > 1]:
            inner.remove(each)  # the other conditions guard it only inside of the sum
            weight = call("if", each, weight, number(0))
        value = weight
        if over:
            held = set(over)
            around, inside = hoisted(weight, held)
            binders = (*(name(own) for own in over), *inner)
            value = around(Reduction("sum", binders, inside, NOWHERE, NOWHERE))
        if times is not None:
            value = operation("multiply", times, value)
        if outer:
            holds = outer[0]
            for each in outer[1:]:
                holds = operation("and", holds, each)
            value = call("if", holds, value, number(0))
        return value


def is_sum(node: Any) -> bool:
    return isinstance(node, Operator) and node.operation in ("add", "subtract")


def chained(conditions: list[Any]) -> list[Any]:
    """0 <= k, k <= 9 as 0 <= k <= 9."""
    found: list[Any] = []
    for each in conditions:
        before = found[-1] if found else None
        if (
            isinstance(before, Comparison)
            and isinstance(each, Comparison)
            and (before.relations, each.relations) == (("less_equal",),) * 2
            and before.operands[1] == each.operands[0]
        ):
            operands = (*before.operands, each.operands[1])
            found[-1] = Comparison(("less_equal",) * 2, operands, NOWHERE)
        else:
            found.append(each)
    return found


def substituted(form: Affine, values: dict[str, Affine]) -> Affine:
    """A form with other forms in place of some indices."""
    for index, by in form.terms:
        if index in values:
            form = form.plus(symbol(index).times(by), -1).plus(values[index].times(by))
    return form


def unwrapped(
    weight: Any, conditions: list[Expression], over: set[str]
) -> tuple[Any, list[Expression]]:
    """if(c, w, 0) within a sum is w under one condition more.

    But one with x[i + 1] may rely on the others, which guard a sum's body and not each other.
    """
    while (
        isinstance(weight, Call)
        and weight.function == "if"
        and is_number(weight.arguments[2], "0")
        and own_indices(weight.arguments[0]) & over
        and not (conditions and is_moved(weight.arguments[0]))
    ):
        holds = [weight.arguments[0]]
        while holds:
            each = holds.pop()
            if isinstance(each, Operator) and each.operation == "and":
                holds += each.operands[::-1]
            elif each not in conditions:
                conditions.append(each)
        weight = weight.arguments[1]
    return weight, conditions


def is_moved(condition: Any) -> bool:
    """Whether a subscript in a condition is worked out, and so may leave its axis."""
    return any(
        isinstance(subscript, (Operator, Call))
        for node in everything(condition)
        if isinstance(node, Indexed)
        for subscript in node.subscripts
    )


def hoisted(weight: Any, over: set[str]) -> tuple[Any, Any]:
    """A product as what depends on some indices, and a function that puts the rest around it."""
    outside: list[tuple[Any, bool]] = []
    inside: list[tuple[Any, bool]] = []
    negative = False
    waiting = [(weight, False)]
    while waiting:
        node, divides = waiting.pop()
        if isinstance(node, Operator) and node.operation in ("multiply", "divide"):
            left, right = node.operands
            waiting += [(right, divides != (node.operation == "divide")), (left, divides)]
        elif isinstance(node, Operator) and node.operation == "negate":
            negative = not negative
            waiting.append((node.operands[0], divides))
        else:
            (inside if own_indices(node) & over else outside).append((node, divides))

    def product(parts: list[tuple[Any, bool]], first: Any) -> Any:
        result = first
        for node, divides in sorted(parts, key=lambda part: part[1]):
            if result is None:
                result = operation("divide", number(1), node) if divides else node
            else:
                result = operation("divide" if divides else "multiply", result, node)
        return result

    def around(value: Any) -> Any:
        tops = [part for part in outside if not part[1]]
        bottoms = [part for part in outside if part[1]]
        front = product(tops, None)
        value = value if front is None else operation("multiply", front, value)
        value = product(bottoms, value)
        return operation("negate", value) if negative else value

    body = product(inside, None)
    return around, number(1) if body is None else body
