"""Equations with letters for their indices, as a person would write them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from ...syntax.tree import Definition, Expression, Name, Range, Reduction
from .elements import Axes
from .index_forms import NOWHERE, Extent, as_expression, base, children, name, replaced
from .index_values import Solution
from .own_indices import own_indices, refreshed, replaced_inside
from .single_equations import Equation, SingleEquations

LETTERS = "ijklmnpqrstuvabcdefghow"


class Lettering:
    """Writes equations; `other` are names besides those of the program that no index may have."""

    def __init__(
        self,
        single: SingleEquations,
        axes_of: Callable[[str], Axes | None],
        other: Collection[str],
    ) -> None:
        self.single = single
        self.sizes = single.sizes
        self.extents = single.extents
        self.elements = single.elements
        self.axes_of = axes_of
        self.other = other

    def extent_of(self, own: str) -> Extent:
        extent = self.extents[own]
        assert extent is not None
        return self.sizes.settled_extent(extent)

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
        body = replaced_inside(
            body,
            lambda node: refreshed(node, self.elements) if isinstance(node, Reduction) else None,
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

        inside = replaced_inside(body, finished)
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
            wrong = set()
            for own in used - explicit:
                found = solution.known[own]
                differs = found is None or self.sizes.differ(found, self.extent_of(own))
                if differs or own in solution.torn:
                    wrong.add(own)
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
                and a not in self.other
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
            waiting.extend((part, inner) for part in reversed(children(node)))
        return letters
