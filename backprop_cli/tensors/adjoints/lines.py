"""Shares of a gradient, put together to lines of index equations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cmp_to_key
from itertools import pairwise
from typing import Any

from ...syntax.tree import Definition, Expression, Name, Operator
from ..lowering.affine import Affine, whole
from .elements import Axes
from .index_forms import Extent, as_expression, base, count_of, number, operation, replaced
from .index_letters import LETTERS, Lettering
from .local_slopes import Slopes
from .own_indices import name_again
from .single_equations import SingleEquations
from .terms import Piece, Place, Share, Shares


class AdjointLines:
    """Makes the lines of adjoints. `names` has the name of each array's adjoint."""

    def __init__(self, single: SingleEquations, slopes: Slopes, names: Mapping[str, str]) -> None:
        self.single = single
        self.sizes = single.sizes
        self.extents = single.extents
        self.elements = single.elements
        self.slopes = slopes
        self.names = names
        self.arrays = {adjoint: array for array, adjoint in names.items()}
        self.shares = Shares(single, self.axes_of)
        self.lettering = Lettering(single, self.axes_of, self.arrays)

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
        places = [self.shares.places(share, target, axes) for share in shares]
        main = self.axis_of_pieces(places, axes)
        pieces = [
            self.shares.piece(share, own, target, axes, main)
            for share, own in zip(shares, places, strict=True)
        ]
        pieces = [p for p in pieces if self.sizes.sign(count_of(p.extent)) > 0]
        if main is None:
            body = self.total([piece.value for piece in pieces])
            return (self.lettering.definition(self.names[label], tuple(target), body, ()),)
        return tuple(self.split(label, target, axes[main], main, pieces))

    def letters(self, label: str, shares: Sequence[Share], rank: int) -> list[str]:
        """How the indices of an array are called: as on its own left side, or where it stands."""
        found = [""] * rank
        lefts = [equation.left for equation in self.single.equations.get(label, ())]
        for left in [*lefts, *(share.subscripts for share in shares)]:
            for axis, each in enumerate(left):
                if not found[axis] and isinstance(each, Name) and "#" in each.name:
                    letter = base(each.name)
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

    def axis_of_pieces(self, places: Sequence[list[Place]], axes: Axes) -> int | None:
        """The axis along which a gradient has several lines; None if one line says all."""
        counts = [0] * len(axes)
        for own in places:
            for axis, place in enumerate(own):
                if place.extent is not None and not self.shares.same(place.extent, axes[axis]):
                    counts[axis] += 1
        most = max(counts, default=0)
        return counts.index(most) if most else None

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

        def order(one: Affine, other: Affine) -> int:
            return sign(one.plus(other, -1))

        cuts.sort(key=cmp_to_key(order))
        distinct = [cut for k, cut in enumerate(cuts) if not k or sign(cut.plus(cuts[k - 1], -1))]
        lines = []
        for start, after in pairwise(distinct):
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
        return self.lettering.definition(self.names[label], tuple(left), body, said)

    def tidied(self, body: Any) -> Any:
        """Subscripts such as (T - 1) + 1 worked out."""

        def shorter(node: Any) -> Any:
            if not isinstance(node, Operator) or node.operation not in ("add", "subtract"):
                return None
            form = self.shares.form(node)
            return None if form is None or not form.integral else as_expression(form)

        return replaced(body, shorter)
