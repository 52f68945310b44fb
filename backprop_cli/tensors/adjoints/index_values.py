"""The values of indices with sizes as letters: what `ranges` does with numbers, for formulas.

Where sizes are known by number, comparisons use the numbers; otherwise a size counts as large.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from ...errors import BackpropError, refuse
from ...syntax.tree import Call, Expression, Indexed, Name, Range, Reduction
from ..lowering.affine import Affine, affine, plain_key, symbol, whole
from .index_forms import Extent, base, children, everything

LARGE = 1_000_003  # what a size counts as that is not known, to compare the ends of ranges


class Fit(NamedTuple):
    """A subscript must stay within an extent."""

    subscript: Affine
    extent: Extent
    array: str


class Sizes:
    """What is known of sizes: numbers for some, and which of them are the same."""

    def __init__(self, known: Mapping[str, int]) -> None:
        self.known = dict(known)
        self.fresh: set[str] = set()
        self.same: dict[str, Affine] = {}

    def settled(self, form: Affine) -> Affine:
        """A form without sizes that turned out to be others."""
        while any(key in self.same for key, _ in form.terms):
            total = whole(0)
            total = total._replace(constant=form.constant)
            for key, by in form.terms:
                total = total.plus(self.same.get(key, symbol(key)).times(by))
            form = total
        return form

    def settled_extent(self, extent: Extent) -> Extent:
        return Extent(self.settled(extent.first), self.settled(extent.last))

    def unite(self, one: Extent, other: Extent) -> bool:
        """Whether two extents are the same; sizes that nothing else says are made so."""
        for a, b in zip(one, other, strict=True):
            left = self.settled(a).plus(self.settled(b), -1)
            for key, by in left.terms:
                if key in self.fresh and abs(by) == 1:
                    rest = left.plus(symbol(key).times(by), -1)
                    self.same[key] = rest.times(-1 / by)
                    break
            else:
                if self.sign(left):
                    return False
        return True

    def differ(self, one: Extent, other: Extent) -> bool:
        return any(self.sign(a.plus(b, -1)) for a, b in zip(one, other, strict=True))

    def sign(self, form: Affine) -> int:
        """Whether a form is negative, zero or positive."""
        form = self.settled(form)
        value = form.constant
        for place, (key, by) in enumerate(sorted(form.terms, key=str)):
            value += by * self.known.get(key, LARGE + 17 * place)
        return (value > 0) - (value < 0)

    def most(self, one: Affine, other: Affine) -> Affine:
        return one if self.sign(one.plus(other, -1)) >= 0 else other

    def least(self, one: Affine, other: Affine) -> Affine:
        return one if self.sign(one.plus(other, -1)) <= 0 else other

    def divided(self, form: Affine, by: Fraction, up: bool) -> Affine:
        """form/by, rounded to a whole number."""
        form = self.settled(form)
        if abs(by) == 1:
            return form.times(1 / by)
        if form.terms:
            numbers = [self.known.get(key) for key, _ in form.terms]
            if None in numbers:
                raise refuse(
                    "size",
                    "the values of an index in steps need the sizes as numbers",
                    help="give the arrays values, or write the values with 'for' and 'in'",
                )
            value = form.constant
            for (_, times), size in zip(form.terms, numbers, strict=True):
                value += times * (size or 0)
            form = Affine(value)
        quotient = form.constant / by
        return whole(ceil(quotient) if up else floor(quotient))


class Solver:
    """Finds the values of indices from the subscripts in which they stand.

    indices  the extents that are known: of indices by their own names.
    axes     the extents of an array's axes; None for one that is not known yet.
    strict   whether an index on two axes of different lengths is an error; else it is in `torn`.
    """

    def __init__(
        self,
        sizes: Sizes,
        indices: Mapping[str, Extent | None],
        axes: Callable[[str], tuple[Extent, ...] | None],
        strict: bool = True,
    ) -> None:
        self.sizes = sizes
        self.axes = axes
        self.known: dict[str, Extent] = {k: e for k, e in indices.items() if e is not None}
        self.fixed = set(self.known)
        self.indices = set(indices)
        self.fits: list[Fit] = []
        self.strict = strict
        self.torn: set[str] = set()

    def form(self, expression: Expression) -> Affine | None:
        """An expression as an affine form over indices and sizes."""

        def leaf(node: Name) -> Affine | None:
            if node.name in self.indices:
                return symbol(node.name)
            axes = self.axes(node.name)
            return symbol(node.name) if axes is None or not axes else None

        return affine(expression, leaf)

    def read(self, expression: Any) -> None:
        """Take in all subscripts. Where a condition guards x[i - 1], it may leave its axis and says
        nothing about i.
        """
        waiting: list[tuple[Any, bool]] = [(expression, False)]
        while waiting:
            node, guarded = waiting.pop()
            if isinstance(node, Indexed):
                self.subscripts(node, guarded)
            if isinstance(node, Reduction):
                conditions = [b for b in node.binders if not isinstance(b, (Name, Range))]
                waiting += [(each, guarded) for each in conditions]
                waiting.append((node.body, guarded or bool(conditions)))
                continue
            chooses = isinstance(node, Call) and node.function in ("if", "where")
            for place, part in enumerate(children(node)):
                waiting.append((part, guarded or (chooses and place > 0)))

    def subscripts(self, node: Indexed, guarded: bool) -> None:
        for subscript, extent in zip(node.subscripts, self.axes(node.name) or (), strict=False):
            form = self.form(subscript)
            if form is None or not any(key in self.indices for key, _ in form.terms):
                continue
            if not guarded or plain_key(form) is not None:
                self.fits.append(Fit(form, self.sizes.settled_extent(extent), node.name))

    def split(self, form: Affine) -> tuple[list[tuple[str, Fraction]], Affine]:
        """The terms of indices, and the rest."""
        own = [(key, by) for key, by in form.terms if key in self.indices]
        rest = tuple((key, by) for key, by in form.terms if key not in self.indices)
        return own, Affine(form.constant, rest)

    def bounds(self, form: Affine, without: str = "") -> Extent:
        """The least and greatest value, whatever the indices are but for one."""
        own, rest = self.split(form)
        low = high = rest
        for key, by in own:
            if key == without:
                continue
            extent = self.known[key]
            ends = (extent.first.times(by), extent.last.times(by))
            low = low.plus(ends[by < 0])
            high = high.plus(ends[by > 0])
        return Extent(self.sizes.settled(low), self.sizes.settled(high))

    def solve(self) -> dict[str, Extent]:
        """The extents of all indices that can be known."""
        for fit in self.fits:
            key = plain_key(fit.subscript)
            if key not in self.indices or key in self.fixed:
                continue
            if key not in self.known:
                self.known[key] = fit.extent
            elif self.strict:
                if not self.sizes.unite(self.known[key], fit.extent):
                    raise disagree(key, fit)
            elif self.sizes.differ(self.known[key], fit.extent):
                self.torn.add(key)
        moved = True
        while moved:
            moved = self.fitting()
        for fit in self.fits:
            own, _ = self.split(fit.subscript)
            if len(own) == 1 and own[0][0] not in self.fixed and own[0][0] in self.known:
                self.meet(own[0][0], self.solution(fit, own[0][0]), self.known)
        return {key: self.sizes.settled_extent(extent) for key, extent in self.known.items()}

    def fitting(self) -> bool:
        """Indices that are the only unknown one in some subscripts."""
        found: dict[str, Extent] = {}
        for fit in self.fits:
            unknown = [key for key, _ in self.split(fit.subscript)[0] if key not in self.known]
            if len(unknown) == 1:
                self.meet(unknown[0], self.solution(fit, unknown[0]), found)
        self.known |= found
        return bool(found)

    def meet(self, key: str, extent: Extent, found: dict[str, Extent]) -> None:
        known = found.get(key, extent)
        first = self.sizes.most(known.first, extent.first)
        last = self.sizes.least(known.last, extent.last)
        found[key] = Extent(first, last)

    def solution(self, fit: Fit, key: str) -> Extent:
        """The values of one index for which a subscript fits, whatever the others are."""
        by = dict(fit.subscript.terms)[key]
        others = self.bounds(fit.subscript, key)
        low = fit.extent.first.plus(others.first, -1)
        high = fit.extent.last.plus(others.last, -1)
        if by < 0:
            low, high = high, low
        return Extent(self.sizes.divided(low, by, True), self.sizes.divided(high, by, False))


class Solution:
    """The values of all indices in a line: first those on the left side, then those of each
    reduction, from the outside in, with what is known by then.

    known  the extents by index, None for one that nothing says; torn as in `Solver`.
    """

    def __init__(
        self,
        sizes: Sizes,
        known: Mapping[str, Extent | None],
        axes: Callable[[str], tuple[Extent, ...] | None],
        left: Sequence[str],
        body: Any,
        strict: bool = True,
    ) -> None:
        self.known = dict(known)
        self.torn: set[str] = set()
        stages: list[tuple[Sequence[str], Any]] = [(left, body)]
        sums = [node for node in everything(body) if isinstance(node, Reduction)]
        stages += [(own_names(node), node) for node in sums]
        for own, part in stages:
            solver = Solver(sizes, self.known, axes, strict)
            solver.read(part)
            found = solver.solve()
            for index in own:
                self.known[index] = found.get(index, self.known[index])
            self.torn |= solver.torn & set(own)


def own_names(node: Reduction) -> list[str]:
    """The indices that a reduction binds."""
    return [binder.name for binder in node.binders if isinstance(binder, Name)]


def disagree(key: str, fit: Fit) -> BackpropError:
    return refuse(
        "shape",
        f"the index '{base(key)}' runs over axes of different lengths, one of them in"
        f" '{fit.array}'",
        help="for a part of an axis, write its values: i in 0..9",
    )
