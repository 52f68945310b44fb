"""The lengths of arrays by name, as far as a program says them: N×C for scores of N rows and
C classes.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ...operations import ARRAY_FUNCTIONS, BLOCKS
from ...syntax.tree import (
    Declaration,
    Definition,
    Expression,
    Indexed,
    Name,
    Program,
    Reduction,
    parts,
)
from ..lowering.affine import Affine, over_names, whole
from ..lowering.names import Names

Sizes = tuple[str, ...]


class Extents:
    """Sizes of inputs as they are declared, and of definitions as their subscripts say.

    An axis about which nothing is known is called after its index.
    """

    def __init__(self, program: Program, names: Names, order: Sequence[str]) -> None:
        self.names = names
        self.known: dict[str, Sizes | None] = {}
        self.forms: dict[str, list[Affine | None]] = {}
        for statement in program.statements:
            if isinstance(statement, Declaration):
                self.declare(statement)
        for name in order:
            self.define(name)

    def of(self, name: str) -> Sizes | None:
        """The length of each axis; None if not even their number is known."""
        return self.known.get(name)

    def declare(self, statement: Declaration) -> None:
        sizes = statement.sizes or (None,) * len(statement.names)
        for name, axes in zip(statement.names, sizes, strict=True):
            forms = [over_names(axis) for axis in axes or ()]
            self.forms[name.name] = forms
            self.known[name.name] = tuple("·" if f is None else text(f) for f in forms)

    def define(self, name: str) -> None:
        """The axes of a definition, from its lines together."""
        lines = self.names.equations[name]
        first = lines[0]
        inner = whole_sizes(first.body, self.known, self.names.functions)
        if first.subscripts is None:
            self.known[name] = inner
            return
        sizes: list[str] = []
        forms: list[Affine | None] = []
        for axis in range(len(first.subscripts)):
            low: list[Affine] = []
            high: list[Affine] = []
            called = ""
            for line in lines:
                subscript = (line.subscripts or ())[axis : axis + 1]
                ends = self.ends(line, subscript[0]) if subscript else None
                if ends is not None:
                    low.append(ends[0])
                    high.append(ends[1])
                elif subscript and isinstance(subscript[0], Name):
                    called = called or subscript[0].name
            size = together(low, high) if low else None
            forms.append(size)
            sizes.append(text(size) if size is not None else called or "·")
        self.known[name] = (*sizes, *(inner or ()))
        self.forms[name] = forms

    def ends(self, line: Definition, subscript: Expression) -> tuple[Affine, Affine] | None:
        """The first and the last value at one axis of a line."""
        for each in line.ranges:
            if isinstance(subscript, Name) and each.index.name == subscript.name:
                first, last = over_names(each.first), over_names(each.last)
                return None if first is None or last is None else (first, last)
        form = over_names(subscript)
        if form is not None and not form.terms:
            return form, form
        if not isinstance(subscript, Name):
            return None
        length = self.length_of(subscript.name, line.body)
        if length is None:
            return None
        return whole(0), length.plus(whole(1), -1)

    def length_of(self, index: str, body: Expression) -> Affine | None:
        """The length of an axis that an index alone runs along."""
        waiting: list[Any] = [body]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Indexed):
                forms = self.forms.get(node.name, [])
                for subscript, form in zip(node.subscripts, forms, strict=False):
                    if form is not None and isinstance(subscript, Name) and subscript.name == index:
                        return form
            waiting.extend(reversed(parts(node)))
            if isinstance(node, Reduction):
                waiting.append(node.body)
        return None


def whole_sizes(
    root: Expression, known: Mapping[str, Sizes | None], functions: Container[str]
) -> Sizes | None:
    """The axes of an expression beyond its indices; None where they cannot be known."""
    done: list[Sizes | None] = []
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        node, ready = waiting.pop()
        if isinstance(node, Reduction):
            waiting.append((node.body, False))
            continue
        inside = () if isinstance(node, Indexed) else parts(node)
        if ready or not inside:
            count = len(inside)
            operands = done[len(done) - count :]
            del done[len(done) - count :]
            done.append(sizes_of(node, operands, known, functions))
        else:
            waiting.append((node, True))
            waiting.extend((part, False) for part in reversed(inside))
    return done[0]


def sizes_of(
    node: Any,
    operands: list[Sizes | None],
    known: Mapping[str, Sizes | None],
    functions: Container[str],
) -> Sizes | None:
    """The axes of one node, from those of its operands."""
    if isinstance(node, (Name, Indexed)):
        own = known.get(node.name, ())
        return None if own is None else own[len(getattr(node, "subscripts", ())) :]
    if None in operands:
        return None
    found = [each for each in operands if each is not None]
    kind = getattr(node, "operation", getattr(node, "function", ""))
    if kind == "matmul":
        return (*found[0][:-1], *(found[1][:-2] + found[1][-1:] if len(found[1]) > 1 else ()))
    if kind == "transpose" or (
        kind == "power" and isinstance(node.operands[1], Name) and node.operands[1].name == "T"
    ):
        return found[0][::-1]
    if kind in functions:
        return ()
    if kind in ("cross_entropy", "argmax"):
        return found[0][:-1]
    if kind in REDUCING and (len(found) == 1 or kind not in ("max", "min", "sum", "mean", "prod")):
        return ()
    if kind in ("conv", "maxpool", "avgpool"):
        return (found[-1][:1] if kind == "conv" else found[0][:1]) + ("·", "·")
    if kind == "flat":
        return ("·",)
    if kind == "outer":
        return (*found[0], *found[1])
    if kind == "concat":
        return ("·", *found[0][1:])
    if (kind in ARRAY_FUNCTIONS or kind in BLOCKS) and kind not in SAME:
        return None
    return max(found, key=len, default=())


REDUCING = {
    "sum", "mean", "prod", "max", "min", "var", "std", "norm", "logsumexp", "dot",
    "det", "logdet", "trace",
}  # fmt: skip
SAME = {"softmax", "log_softmax", "cumsum", "inverse", "inv", "stop_gradient"}


def together(low: list[Affine], high: list[Affine]) -> Affine | None:
    """The length from the lowest to the highest end; None where they cannot be compared."""
    spread: list[Fraction] = []
    for start in low[1:]:
        apart = start.plus(low[0], -1)
        if apart.terms:
            return None
        spread.append(apart.constant)
    first = low[0].plus(Affine(min([Fraction(0), *spread])))
    top = high[0]
    for end in high[1:]:
        apart = end.plus(top, -1)
        # A size is at least 1: of ends that differ by one, that with the size is the later one.
        if apart.constant > 0 or any(by > 0 for _, by in apart.terms):
            top = end
    return top.plus(first, -1).plus(whole(1))


def text(form: Affine) -> str:
    """T+1, 2·K, 10."""
    pieces: list[str] = []
    for name, by in form.terms:
        sign = "−" if by < 0 else "+" if pieces else ""
        pieces.append(f"{sign}{'' if abs(by) == 1 else f'{abs(by)}·'}{name}")
    if form.constant or not pieces:
        sign = "−" if form.constant < 0 else "+" if pieces else ""
        pieces.append(f"{sign}{abs(form.constant)}")
    return "".join(pieces)


__all__ = ["Extents"]
