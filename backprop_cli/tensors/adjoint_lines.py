"""Shares of a gradient, put together to lines of index equations that a person can read."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import cmp_to_key
from typing import Any, NamedTuple

from ..syntax.tree import (
    Call,
    Comparison,
    Definition,
    Expression,
    Indexed,
    Name,
    Operator,
    Range,
    Reduction,
)
from .affine import Affine
from .elements import Axes, Elements
from .index_forms import (
    NOWHERE,
    Extent,
    Solution,
    Solver,
    as_expression,
    call,
    comparison,
    count_of,
    everything,
    name,
    number,
    operation,
    replaced,
    symbol,
    whole,
)
from .local_slopes import Slopes, is_number
from .single_equations import Equation, SingleEquations

LETTERS = "ijklmnpqrstuvabcdefghow"


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

    solved  the index that the subscript fixes, and its value by the axis's own index.
    extent  the part of the axis that it reaches; None where only a condition can say that.
    """

    solved: tuple[str, Affine] | None
    extent: Extent | None


class Piece(NamedTuple):
    """A share as a formula over the axes' own indices, for a part of the axis of pieces."""

    extent: Extent
    value: Any


class AdjointLines:
    """Makes the lines of adjoints. `names` has the name of each array's adjoint."""

    def __init__(
        self, single: SingleEquations, slopes: Slopes, names: Mapping[str, str]
    ) -> None:
        self.single = single
        self.sizes = single.sizes
        self.extents = single.extents
        self.elements = single.elements
        self.slopes = slopes
        self.names = names
        self.arrays = {adjoint: array for array, adjoint in names.items()}

    def axes_of(self, label: str) -> Axes | None:
        """The axes of an array, or of its adjoint."""
        return self.single.axes.get(self.arrays.get(label, label))

    # ------------------------------------------------------------------------------------- adjoints

    def lines_of(self, label: str, shares: Sequence[Share]) -> tuple[Definition, ...]:
        """The lines of one array's adjoint."""
        axes = tuple(map(self.sizes.settled_extent, self.single.axes[label]))
        shares = [self.renewed(share) for share in shares]
        letters = self.letters(label, shares, len(axes))
        target = [self.elements.index(a, axis) for a, axis in zip(letters, axes, strict=True)]
        places = [self.places(share, target, axes) for share in shares]
        main = self.axis_of_pieces(places, axes)
        pieces = [
            self.piece(share, own, target, axes, main)
            for share, own in zip(shares, places, strict=True)
        ]
        pieces = [p for p in pieces if self.sizes.sign(count_of(p.extent)) > 0]
        if main is None:
            body = self.total([piece.value for piece in pieces])
            return (self.definition(self.names[label], tuple(target), body, ()),)
        return tuple(self.split(label, target, axes[main], main, pieces))

    def letters(self, label: str, shares: Sequence[Share], rank: int) -> list[str]:
        """How the indices of an array are called: as on its own left side, or where it stands."""
        found = [""] * rank
        lefts = [equation.left for equation in self.single.equations.get(label, ())]
        for left in [*lefts, *(share.subscripts for share in shares)]:
            for axis, each in enumerate(left):
                if not found[axis] and isinstance(each, Name) and "#" in each.name:
                    letter = each.name.partition("#")[0]
                    if letter not in found:
                        found[axis] = letter
        spare = (letter for letter in LETTERS if letter not in found)
        return [letter or next(spare) for letter in found]

    def renewed(self, share: Share) -> Share:
        """A share whose indices are its own."""
        new = {own: name_again(own, self.elements) for own in share.over}

        def other(node: Any) -> Any:
            return new.get(node.name) if isinstance(node, Name) else None

        return Share(
            tuple(replaced(each, other) for each in share.subscripts),
            replaced(share.weight, other),
            tuple(new[own].name for own in share.over),
            tuple(replaced(each, other) for each in share.conditions),
        )

    def form(self, expression: Expression) -> Affine | None:
        return Solver(self.sizes, self.extents, self.axes_of).form(expression)

    def extent_of(self, own: str) -> Extent:
        extent = self.extents[own]
        assert extent is not None
        return self.sizes.settled_extent(extent)

    def same(self, one: Extent, other: Extent) -> bool:
        a, b = self.sizes.settled_extent(one), self.sizes.settled_extent(other)
        return not any(self.sizes.sign(x.plus(y, -1)) for x, y in zip(a, b, strict=True))

    def places(self, share: Share, target: Sequence[Name], axes: Axes) -> list[Place]:
        """Where a share goes along each axis."""
        used: set[str] = set()
        found = []
        for subscript, own, axis in zip(share.subscripts, target, axes, strict=True):
            form = self.form(subscript)
            moving = [] if form is None else [t for t in form.terms if t[0] in self.extents]
            if form is not None and not moving and self.is_fixed(form):
                form = self.sizes.settled(form)
                found.append(Place(None, Extent(form, form)))
                continue
            index, by = moving[0] if len(moving) == 1 else ("", Fraction(0))
            fixed = form is not None and self.is_fixed(form)
            if form is None or not fixed or abs(by) != 1 or index in used or index not in share.over:
                found.append(Place(None, None))
                continue
            used.add(index)
            rest = form.plus(symbol(index).times(by), -1)
            value = symbol(own.name).plus(rest, -1).times(by)
            ends = [rest.plus(end.times(by)) for end in self.extent_of(index)]
            first, last = self.sizes.settled_extent(Extent(*(ends if by > 0 else ends[::-1])))
            first = self.sizes.most(first, axis.first)  # outside, a condition rules it out
            last = self.sizes.least(last, axis.last)
            found.append(Place((index, value), Extent(first, last)))
        return found

    def is_fixed(self, form: Affine) -> bool:
        """Whether all but the indices in a subscript are numbers and sizes."""
        return all(key in self.extents or key in self.single.lengths for key, _ in form.terms)

    def axis_of_pieces(self, places: Sequence[list[Place]], axes: Axes) -> int | None:
        """The axis along which a gradient has several lines; None if one line says all."""
        counts = [0] * len(axes)
        for own in places:
            for axis, place in enumerate(own):
                if place.extent is not None and not self.same(place.extent, axes[axis]):
                    counts[axis] += 1
        most = max(counts, default=0)
        return counts.index(most) if most else None

    def piece(
        self,
        share: Share,
        places: Sequence[Place],
        target: Sequence[Name],
        axes: Axes,
        main: int | None,
    ) -> Piece:
        """A share in terms of the indices of the adjoint."""
        values: dict[str, Expression] = {}
        conditions: list[Expression] = []
        for axis, place in enumerate(places):
            fits = place.extent is not None and (
                axis == main or self.same(place.extent, axes[axis])
            )
            if fits and place.solved is not None:
                values[place.solved[0]] = as_expression(place.solved[1])
            elif not fits:
                conditions.append(comparison("equal", share.subscripts[axis], target[axis]))

        def put(node: Any) -> Any:
            return values.get(node.name) if isinstance(node, Name) else None

        def solved(node: Any) -> Any:
            if isinstance(node, Operator) and node.operation in ("add", "subtract"):
                if own_indices(node) & values.keys():
                    form = self.form(replaced(node, put))
                    return None if form is None or not form.integral else as_expression(form)
            return put(node)

        weight = replaced(share.weight, solved)
        conditions = [replaced(each, solved) for each in (*share.conditions, *conditions)]
        conditions = [each for each in conditions if not self.always(each)]
        left = [own for own in share.over if own not in values]
        value = self.summed(weight, left, conditions)
        extent = None if main is None else places[main].extent
        return Piece(extent or (axes[main] if main is not None else ANY), value)

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

    def total(self, values: Sequence[Any]) -> Any:
        """The sum of all shares."""
        result: Any = None
        for value in values:
            result = value if result is None else operation("add", result, value)
        return number(0) if result is None else self.slopes.simplified(result)

    # --------------------------------------------------------------------------------------- pieces

    def split(
        self,
        label: str,
        target: Sequence[Name],
        axis: Extent,
        main: int,
        pieces: Sequence[Piece],
    ) -> list[Definition]:
        """A line for each part of an axis that has shares of its own."""
        cuts = [axis.first, axis.last.plus(whole(1))]
        for piece in pieces:
            cuts += [piece.extent.first, piece.extent.last.plus(whole(1))]
        sign = self.sizes.sign
        cuts.sort(key=cmp_to_key(lambda a, b: sign(a.plus(b, -1))))
        distinct = [cut for k, cut in enumerate(cuts) if not k or sign(cut.plus(cuts[k - 1], -1))]
        lines = []
        for start, after in zip(distinct, distinct[1:], strict=False):
            part = Extent(start, after.plus(whole(1), -1))
            values = [
                piece.value
                for piece in pieces
                if sign(piece.extent.first.plus(start, -1)) <= 0
                and sign(piece.extent.last.plus(part.last, -1)) >= 0
            ]
            lines.append(self.one_part(label, target, main, part, self.total(values)))
        return lines

    def one_part(
        self, label: str, target: Sequence[Name], main: int, part: Extent, body: Any
    ) -> Definition:
        """The line for one part; a single value stands on the left side itself."""
        own = target[main].name
        left: list[Expression] = list(target)
        single = self.sizes.settled(part.last.plus(part.first, -1)) == whole(0)
        new = as_expression(part.first) if single else self.elements.index(base(own), part)

        def other(node: Any) -> Any:
            return new if isinstance(node, Name) and node.name == own else None

        left[main] = new
        body = self.tidied(replaced(body, other))
        said = () if single else (new.name,)  # type: ignore[union-attr]
        return self.definition(self.names[label], tuple(left), body, said)

    def tidied(self, body: Any) -> Any:
        """Subscripts such as (T - 1) + 1 worked out."""

        def shorter(node: Any) -> Any:
            if not isinstance(node, Operator) or node.operation not in ("add", "subtract"):
                return None
            form = self.form(node)
            return None if form is None or not form.integral else as_expression(form)

        return replaced(body, shorter)

    # ------------------------------------------------------------------------------ as people write

    def forward(self, equation: Equation) -> Definition:
        """An equation of the program itself."""
        said = [each.name for each in equation.left if isinstance(each, Name)]
        return self.definition(equation.name, equation.left, equation.body, said)

    def definition(
        self, label: str, left: tuple[Expression, ...], body: Any, said: Collection[str]
    ) -> Definition:
        """A definition with letters for its indices, and with values only where they are needed.

        `said` are the indices whose values are written anyway.
        """
        own = [each.name for each in left if isinstance(each, Name) and each.name in self.extents]
        body = everything_once(
            body, lambda node: refreshed(node, self.elements) if is_reduction(node) else None
        )
        explicit = self.needed(own, body, set(said))
        letters = self.lettered(own, body)

        def shown(node: Any) -> Any:
            if isinstance(node, Name) and node.name in letters:
                return name(letters[node.name])
            return None

        def with_values(node: Any) -> Any:
            if isinstance(node, Name) and node.name in explicit:
                return self.ranged(node.name)
            return None

        def finished(node: Any) -> Any:
            if not isinstance(node, Reduction):
                return None
            binders = tuple(
                with_values(binder) or binder if isinstance(binder, Name) else binder
                for binder in node.binders
            )
            return None if binders == node.binders else node._replace(binders=binders)

        inside = everything_once(body, finished)
        ranges = tuple(replaced(self.ranged(each), shown) for each in own if each in explicit)
        return Definition(
            label, None, replaced(inside, shown), NOWHERE, NOWHERE,
            tuple(replaced(each, shown) for each in left) or None, ranges,
        )  # fmt: skip

    def ranged(self, own: str) -> Range:
        extent = self.extent_of(own)
        return Range(name(own), as_expression(extent.first), as_expression(extent.last), NOWHERE)

    def needed(self, left: list[str], body: Any, said: set[str]) -> set[str]:
        """The indices whose values must be written: their subscripts do not say the same."""
        used = {*left, *own_indices(body)}
        explicit = set(said)
        while explicit != used:
            known = {own: self.extent_of(own) if own in explicit else None for own in used}
            solution = Solution(self.sizes, known, self.axes_of, left, body, strict=False)
            wrong = {
                own
                for own in used - explicit
                if own in solution.torn
                or solution.known[own] is None
                or not self.same(solution.known[own], self.extent_of(own))
            }
            if not wrong:
                break
            explicit |= wrong
        return explicit

    def lettered(self, left: list[str], body: Any) -> dict[str, str]:
        """A letter for each index, another one than those of the indices around it."""
        letters: dict[str, str] = {}
        bases = {base(own) for own in own_indices(body)} | set(map(base, left))

        def choose(own: str, around: Collection[str]) -> None:
            taken = {letters[other] for other in around}
            near = LETTERS[LETTERS.find(base(own)[0]) + 1 :] + LETTERS
            options = [base(own), *(a for a in near if a not in bases), *near]
            options += [f"{base(own)}{k}" for k in range(1, 100)]
            letters[own] = next(
                a for a in options if a not in taken and not self.single.is_taken(a)
                and a not in self.arrays
            )  # fmt: skip

        for place, own in enumerate(left):
            choose(own, left[:place])
        waiting: list[tuple[Any, tuple[str, ...]]] = [(body, tuple(left))]
        while waiting:
            node, around = waiting.pop()
            inner = around
            if isinstance(node, Reduction):
                for binder in node.binders:
                    if isinstance(binder, Name):
                        choose(binder.name, inner)
                        inner = (*inner, binder.name)
            waiting.extend((part, inner) for part in reversed(inside_of(node)))
        return letters


ANY = Extent(whole(0), whole(0))  # what stands for the whole array where there are no pieces


def is_reduction(node: Any) -> bool:
    return isinstance(node, Reduction)


def inside_of(node: Any) -> tuple[Any, ...]:
    from .index_forms import children

    return children(node)


def everything_once(root: Any, found: Any) -> Any:
    """`replaced`, and inside of what has been replaced once more."""
    from .index_forms import children, rebuilt

    done: list[Any] = []
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        if ready:
            count = len(children(node))
            new = tuple(done[len(done) - count :])
            del done[len(done) - count :]
            done.append(rebuilt(node, new))
            continue
        node = found(node) or node
        inside = children(node)
        if inside:
            waiting.append((node, True))
            waiting.extend((part, False) for part in reversed(inside))
        else:
            done.append(node)
    return done[0]


def base(own: str) -> str:
    """The letter that an index was written with."""
    return own.partition("#")[0]


def own_indices(node: Any) -> set[str]:
    """The indices in an expression."""
    return {n.name for n in everything(node) if isinstance(n, Name) and "#" in n.name}


def free_indices(node: Any, extents: Mapping[str, Any]) -> list[str]:
    """The indices in an expression that it does not bind itself, in order."""
    nodes = everything(node)
    bound = {
        binder.name
        for each in nodes
        if isinstance(each, Reduction)
        for binder in each.binders
        if isinstance(binder, Name)
    }
    found = [n.name for n in nodes if isinstance(n, Name) and n.name in extents]
    return [own for own in dict.fromkeys(found) if own not in bound]


def name_again(own: str, elements: Elements) -> Name:
    """A new index with the same letter and the same values."""
    return elements.index(base(own), elements.extents[own])


def refreshed(node: Reduction, elements: Elements) -> Reduction:
    """A reduction whose bound indices, and those of the reductions in it, are its own."""
    bound = {
        binder.name
        for each in everything(node)
        if isinstance(each, Reduction)
        for binder in each.binders
        if isinstance(binder, Name)
    }
    new = {own: name_again(own, elements) for own in sorted(bound)}

    def other(each: Any) -> Any:
        return new.get(each.name) if isinstance(each, Name) else None

    return replaced(node, other)  # type: ignore[no-any-return]


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
    """Whether a subscript in a condition is more than an index."""
    return any(
        not isinstance(subscript, Name)
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
