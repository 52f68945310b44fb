"""The values of an index that no `for` and no `in` says: those for which every subscript fits."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from ...errors import BackpropError, Span, refuse
from ...errors import Label as Mark
from ...syntax.tree import Call, Comparison, Expression, Indexed, Name, Range, Reduction, parts
from .affine import Affine, affine, plain_key, symbol

Bounds = tuple[int, int]


class Fit(NamedTuple):
    """A subscript must stay between `first` and `last`."""

    subscript: Affine
    first: int
    last: int
    array: str
    span: Span


class Ranges:
    """Collects what the subscripts of some expressions say, and solves it.

    constant  what a name stands for that is no index here: a whole number, or None.
    taken     whether a name means something else than an index.
    shape_of  the first values and lengths of an array's axes that a subscript list meets, None if
              they are not known.
    """

    def __init__(
        self,
        constant: Callable[[Name], Affine | None],
        taken: Callable[[str], bool],
        shape_of: Callable[[Indexed], list[tuple[Expression, int, int]] | None],
    ) -> None:
        self.constant = constant
        self.taken = taken
        self.steps: frozenset[str] = frozenset()  # indices that ends of ranges take as numbers
        self.shape_of = shape_of
        self.fits: list[Fit] = []
        self.known: dict[Any, Bounds] = {}
        self.fixed: set[Any] = set()
        self.pending: list[tuple[Any, Affine, Affine]] = []

    def say(self, key: Any, bounds: Bounds) -> None:
        """An index whose values are given."""
        self.known[key] = bounds
        self.fixed.add(key)

    def read(
        self, expression: Expression, keys: dict[str, Any], guarded: bool = False
    ) -> None:
        """Take in all subscripts of an expression, in which `keys` are the indices by name.

        Where a condition guards a subscript, x[i - 1] may leave its axis and says nothing about i.
        """
        waiting: list[tuple[Any, dict[str, Any], bool]] = [(expression, keys, guarded)]
        while waiting:
            node, local, loose = waiting.pop()
            if isinstance(node, Reduction):
                inner, conditional = self.enter(node, local)
                waiting.append((node.body, inner, loose or conditional))
                conditions = (b for b in node.binders if not isinstance(b, (Name, Range)))
                waiting.extend((b, inner, loose) for b in conditions)
                continue
            if isinstance(node, Indexed):
                self.subscripts(node, local, loose)
            chooses = isinstance(node, Call) and node.function in ("if", "where")
            for place, part in enumerate(parts(node)):
                waiting.append((part, local, loose or (chooses and place > 0)))

    def form(self, expression: Expression, keys: dict[str, Any]) -> Affine | None:
        def leaf(name: Name) -> Affine | None:
            if name.name in keys:
                return symbol(keys[name.name])
            return self.constant(name)

        return affine(expression, leaf)

    def enter(self, node: Reduction, keys: dict[str, Any]) -> tuple[dict[str, Any], bool]:
        """The indices inside a reduction, and whether it has conditions."""
        conditional = any(not isinstance(b, (Name, Range)) for b in node.binders)
        inner = dict(keys)
        for name in bound_names(node.binders, lambda name: name in keys or self.taken(name)):
            if name.name in keys:
                raise refuse(
                    "index",
                    f"the index '{name.name}' already runs outside of this sum",
                    name.span,
                    "give the inner index a letter of its own",
                )
            inner[name.name] = (name.name, name.span)
        ends = {name: key for name, key in inner.items() if name not in self.steps}
        for binder in node.binders:
            if not isinstance(binder, Range):
                continue
            first, last = self.form(binder.first, ends), self.form(binder.last, ends)
            if first is not None and last is not None:
                key = inner[binder.index.name]
                self.fixed.add(key)
                self.pending.append((key, first, last))
                conditional = conditional or bool(first.terms or last.terms)
        return inner, conditional

    def subscripts(self, node: Indexed, keys: dict[str, Any], guarded: bool) -> None:
        for subscript, first, length in self.shape_of(node) or ():
            form = self.form(subscript, keys)
            if form is None or not form.terms or not form.integral:
                continue
            if not guarded or plain_key(form) is not None:
                self.fits.append(Fit(form, first, first + length - 1, node.name, subscript.span))

    # ---------------------------------------------------------------------------------------- solve

    def solve(self) -> dict[Any, Bounds]:
        """The values of each index that can be known."""
        self.resolve_pending()
        self.plain_subscripts()
        moved = True
        while moved:
            moved = self.resolve_pending()
            moved |= self.fitting()
        self.narrow()
        return self.known

    def resolve_pending(self) -> bool:
        """Ranges whose ends have become known."""
        left = []
        for key, first, last in self.pending:
            ends = first.bounds(self.known), last.bounds(self.known)
            if ends[0] is None or ends[1] is None:
                left.append((key, first, last))
            else:
                self.known[key] = (ends[0][0], ends[1][1])
        found = len(left) < len(self.pending)
        self.pending = left
        return found

    def plain_subscripts(self) -> None:
        """An index that stands alone as a subscript runs along that whole axis."""
        where: dict[Any, Fit] = {}
        for fit in self.fits:
            key = plain_key(fit.subscript)
            if key is None or key in self.fixed:
                continue
            earlier = where.setdefault(key, fit)
            if (earlier.first, earlier.last) != (fit.first, fit.last):
                raise disagree(key, earlier, fit)
            self.known[key] = (fit.first, fit.last)

    def fitting(self) -> bool:
        """Indices that are the only unknown one in some subscripts."""
        found: dict[Any, Bounds] = {}
        for fit in self.fits:
            unknown = [key for key, _ in fit.subscript.terms if key not in self.known]
            if len(unknown) != 1 or unknown[0] in self.fixed:
                continue
            key = unknown[0]
            bounds = self.solution(fit, key)
            low, high = found.get(key, bounds)
            found[key] = (max(low, bounds[0]), min(high, bounds[1]))
        self.known |= found
        return bool(found)

    def solution(self, fit: Fit, key: Any) -> Bounds:
        """The values of one index for which a subscript fits, whatever the others are."""
        by = dict(fit.subscript.terms)[key]
        others = Affine(
            fit.subscript.constant, tuple(t for t in fit.subscript.terms if t[0] != key)
        )
        low, high = others.bounds(self.known) or (0, 0)
        ends = (Fraction(fit.first - low) / by, Fraction(fit.last - high) / by)
        first, last = ends if by > 0 else ends[::-1]
        return ceil(first), floor(last)

    def narrow(self) -> None:
        """An index that also stands in x[i + 1] stops where that does."""
        for fit in self.fits:
            if len(fit.subscript.terms) != 1:
                continue
            key = fit.subscript.terms[0][0]
            if key in self.fixed or key not in self.known:
                continue
            low, high = self.solution(fit, key)
            known = self.known[key]
            self.known[key] = (max(low, known[0]), min(high, known[1]))


def bound_names(binders: Iterable[Any], taken: Callable[[str], bool]) -> list[Name]:
    """The indices that a reduction binds: plain names, ranges, and the left side of a condition
    that names nothing else.
    """
    listed = [binder for binder in binders if isinstance(binder, Name)]
    listed += [binder.index for binder in binders if isinstance(binder, Range)]
    names = {name.name for name in listed}
    for binder in binders:
        if not isinstance(binder, Comparison) or not isinstance(binder.operands[0], Name):
            continue
        name = binder.operands[0]
        if name.name not in names and not taken(name.name):
            listed.append(name)
            names.add(name.name)
    return listed


def disagree(key: Any, one: Fit, other: Fit) -> BackpropError:
    name = key if isinstance(key, str) else key[0]
    return refuse(
        "shape",
        f"the index '{name}' runs over {one.first}..{one.last} in '{one.array}' and over"
        f" {other.first}..{other.last} in '{other.array}'",
        other.span,
        "the two axes must have the same length; for a part of one, write its values:"
        f" {name} in {max(one.first, other.first)}..{min(one.last, other.last)}",
        related=(Mark(one.span, f"{one.last - one.first + 1} values here"),),
    )
