"""Derivatives of formulas of single elements, by the machinery for scalar formulas.

Elements of arrays, indices and whole reductions stand as names there (`atoms`); what comes back is
simplified, with the elements in their places again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ...lowering import CONSTANTS, lower
from ...namespaces.graphs import differentiate
from ...simplify import simplify
from ...simplify.printing import formula_text
from ...syntax import parse
from ...syntax.printer import print_expression
from ...syntax.tree import Expression, Indexed, Name, Number, Program, Reduction, Result
from .index_forms import NOWHERE, everything, replaced

OWN_INDEX = re.compile(r"\w+#\d+")


def canonical(node: Any) -> str:
    """A text that is the same for two expressions that differ in the names of bound indices."""
    bound: set[str] = set()
    for inner in everything(node):
        if isinstance(inner, Reduction):
            bound |= {binder.name for binder in inner.binders if isinstance(binder, Name)}
    text = print_expression(node)
    if not bound:
        return text
    order: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        own = found[0]
        return order.setdefault(own, f"_{len(order)}") if own in bound else own

    return OWN_INDEX.sub(numbered, text)


class Atoms:
    """What stands as a name in a scalar formula.

    `rank` says for an atom how far in front it is written: gradients before elements before sums.
    """

    def __init__(self, is_constant: Callable[[str], bool], rank: Callable[[Any], int]) -> None:
        self.is_constant = is_constant
        self.rank = rank
        self.names: dict[str, str] = {}
        self.found: dict[str, Any] = {}

    def scalar(self, expression: Any) -> Any:
        """The expression with names in place of its atoms."""

        def atom(node: Any) -> Any:
            if not isinstance(node, (Indexed, Name, Reduction)):
                return None
            if isinstance(node, Name) and self.is_constant(node.name):
                return None
            key = canonical(node)
            if key not in self.names:
                self.names[key] = f"{'ABCDEFG'[self.rank(node)]}{len(self.names):04d}"
                self.found[self.names[key]] = node
            return Name(self.names[key], NOWHERE)

        return replaced(expression, atom)

    def back(self, text: str) -> Any:
        """A formula of the scalar machinery with the atoms in their places."""
        statement = parse(text).statements[0]
        assert isinstance(statement, Result)

        def original(node: Any) -> Any:
            return self.found.get(node.name) if isinstance(node, Name) else None

        return replaced(statement.body, original)


class Slopes:
    """Derivatives of formulas in which the names of `taken` are no constants."""

    def __init__(self, taken: Callable[[str], bool], is_adjoint: Callable[[str], bool]) -> None:
        self.taken = taken
        self.is_adjoint = is_adjoint
        self.known: dict[str, Any] = {}

    def is_constant(self, label: str) -> bool:
        return label in CONSTANTS and not self.taken(label)

    def rank(self, node: Any) -> int:
        if isinstance(node, Reduction):
            return 4
        if self.is_adjoint(node.name):
            return 0
        return 2 if isinstance(node, Indexed) else 1

    def atoms(self) -> Atoms:
        return Atoms(self.is_constant, self.rank)

    def simplified(self, expression: Expression) -> Any:
        """A shorter form of the same."""
        key = print_expression(expression)
        if key not in self.known:
            atoms = self.atoms()
            graph, output = graph_of(atoms.scalar(expression))
            found = simplify(graph, [output])
            self.known[key] = atoms.back(formula_text(found.graph, found.outputs[0]))
        return self.known[key]

    def derivatives(
        self, body: Expression, itself: Any, wanted: Callable[[Any], bool]
    ) -> list[tuple[Any, Any]]:
        """The atoms of a formula with the derivative by each that is wanted; zeros are left out.

        `itself` is what stands for the whole formula elsewhere, None if nothing does.
        """
        atoms = self.atoms()
        graph, output = graph_of(atoms.scalar(body))
        derived, nodes = differentiate(graph, output)
        found = [(name, atom) for name, atom in atoms.found.items() if wanted(atom)]
        kept: dict[int, str] = {}
        if itself is not None and graph.inputs[output]:
            name = f"{'ABCDEFG'[self.rank(itself)]}9999"
            atoms.found[name] = itself
            kept = {output: name}
        results = []
        outputs = [nodes[name] for name, _ in found]
        plain = simplify(derived, outputs, len(graph))
        short = simplify(derived, outputs, len(graph), kept) if kept else plain
        for (_, atom), one, other in zip(found, plain.outputs, short.outputs, strict=True):
            texts = formula_text(plain.graph, one), formula_text(short.graph, other)
            text = min(texts, key=len)
            if text != "0":
                results.append((atom, atoms.back(text)))
        return results


def graph_of(expression: Any) -> tuple[Any, int]:
    """The graph of a scalar expression, and its output."""
    lowered = lower(Program((Result(expression, False, NOWHERE),), ""))
    return lowered.graph, lowered.output


def is_number(expression: Any, text: str) -> bool:
    return isinstance(expression, Number) and expression.text == text
