"""Index equations as on a blackboard: s[i,j] = sum[d] W[j,d]·X[i,d].

Expressions of the syntax tree are written from the leaves up, with a stack in place of recursion;
other notations override how the pieces look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .circuit import CONSTANT_SIGNS, PRETTY_SIGNS, pretty, pretty_title
from .notation import ATOM, COMPARE, POWER, SUM, TERM, numeral_precedence, relation
from .numerals import MINUS
from .syntax.tree import (
    Call,
    Comparison,
    Definition,
    Expression,
    Indexed,
    Name,
    Number,
    Operator,
    Range,
    Reduction,
    parts,
)

Written = tuple[str, int]  # a text and the precedence with which it stands in a larger one


class Equations:
    """The notation of a blackboard, in Unicode.

    adjoints  for names that stand for gradients the arrays whose gradients they are: with dW for W
              and f as the `output`, dW[j,d] is written ∂f/∂W[j,d].
    """

    adjoints: Mapping[str, str] = {}
    output = ""

    def partial(self, output: str, source: str) -> str:
        """∂output/∂source, of names that are already written."""
        return f"∂{output}/∂{source}"

    def name(self, title: str) -> str:
        """A variable's or definition's name."""
        return pretty_title(title)

    def constant(self, literal: str) -> str:
        """A constant as the formula has it: π, −2, 0.1."""
        return CONSTANT_SIGNS.get(literal) or pretty_title(literal)

    def operation(self, name: str, operands: list[Written]) -> Written:
        """An operation on operands that are already written."""
        if name == "negate" and operands[0][1] == TERM:
            return f"{MINUS}{operands[0][0]}", SUM
        if name == "power" and operands[1][0] == "2":
            return pretty("square", operands[:1]), POWER
        return pretty(name, operands), precedence_of(name)

    def element(self, name: str, subscripts: list[str]) -> str:
        """An element of an array: h[t−1,j]."""
        return f"{name}[{','.join(map(close, subscripts))}]"

    def reduction(self, name: str, binders: list[str], body: str) -> str:
        """A reduction, its binders and its body already written."""
        plain = all(binder.isidentifier() for binder in binders)
        return f"{name}[{(',' if plain else ', ').join(binders)}] {body}"

    def values(self, index: str, first: str, last: str) -> str:
        """The values of an index, as a binder: p in 0..1."""
        return f"{index} in {close(first)}..{close(last)}"

    def relation(self, name: str) -> str:
        """The sign of a comparison, with its blanks."""
        sign = relation(name)
        return PRETTY_SIGNS.get(sign, sign)

    def vector(self, items: list[str]) -> str:
        """Some numbers in brackets."""
        return f"[{', '.join(items)}]"

    def shape(self, sizes: Sequence[str]) -> str:
        """`N×C`, `(T+1)×10`; nothing for a single number."""
        if len(sizes) == 1:
            return sizes[0]
        return "×".join(f"({size})" if set("+−") & set(size) else size for size in sizes)

    def percent(self, text: str) -> str:
        """A part of a hundred."""
        return f"{text} %"

    def grouped(self, text: str) -> str:
        """Brackets around a formula."""
        return f"({text})"

    def named(self, name: str, subscripts: list[str] | None = None) -> str:
        """A name, or an element of an array."""
        of = self.adjoints.get(name)
        shown = self.name(name if of is None else of)
        if subscripts is not None:
            shown = self.element(shown, subscripts)
        return shown if of is None else self.partial(self.name(self.output), shown)

    # ------------------------------------------------------------------------------- from the above

    def expression(self, root: Expression) -> str:
        """A whole expression."""
        return self.written(root)[0]

    def left(self, definition: Definition) -> str:
        """The left side of a definition: s[i,j], or cosine(u, v)."""
        if definition.parameters is not None:
            called = ", ".join(self.name(parameter.name) for parameter in definition.parameters)
            return f"{self.name(definition.name)}({called})"
        if definition.subscripts is None:
            return self.named(definition.name)
        return self.named(definition.name, [self.expression(s) for s in definition.subscripts])

    def ranges(self, definition: Definition) -> list[str]:
        """What stands behind `for`."""
        return [
            self.values(self.name(r.index.name), self.expression(r.first), self.expression(r.last))
            for r in definition.ranges
        ]

    def written(self, root: Expression) -> Written:
        """An expression with the precedence that it stands with."""
        done: list[Written] = []
        waiting: list[tuple[Any, bool]] = [(root, False)]
        while waiting:
            node, ready = waiting.pop()
            operands = operands_of(node)
            if ready or not operands:
                count = len(operands)
                parts = done[len(done) - count :]
                del done[len(done) - count :]
                done.append(self.node(node, parts))
            else:
                waiting.append((node, True))
                waiting.extend((operand, False) for operand in reversed(operands))
        return done[0]

    def node(self, node: Any, parts: list[Written]) -> Written:
        """One node with its operands already written."""
        texts = [text for text, _ in parts]
        if isinstance(node, Number):
            return self.constant(node.text), numeral_precedence(node.text)
        if isinstance(node, Name):
            return self.constant_or_name(node.name), ATOM
        if isinstance(node, Indexed):
            return self.named(node.name, texts), ATOM
        if isinstance(node, Operator):
            return self.operation(node.operation, parts)
        if isinstance(node, Call):
            return self.operation(node.function, parts)[0], ATOM
        if isinstance(node, Range):
            return self.values(self.name(node.index.name), texts[0], texts[1]), SUM
        if isinstance(node, Reduction):
            *binders, (body, precedence) = parts
            inside = body if precedence >= TERM else self.grouped(body)
            return self.reduction(node.operation, [text for text, _ in binders], inside), TERM
        if isinstance(node, Comparison):
            text = texts[0] if parts[0][1] >= SUM else self.grouped(texts[0])
            for name, (operand, precedence) in zip(node.relations, parts[1:], strict=True):
                shown = operand if precedence >= SUM else self.grouped(operand)
                text += self.relation(name) + shown
            return text, COMPARE
        return parts[0] if len(parts) == 1 else (self.vector(texts), ATOM)

    def constant_or_name(self, name: str) -> str:
        return self.constant(name) if name in CONSTANT_SIGNS else self.named(name)


def operands_of(node: Any) -> tuple[Any, ...]:
    """What a node is written of, in the order of the text."""
    if isinstance(node, Range):
        return (node.first, node.last)
    return (*node.binders, node.body) if isinstance(node, Reduction) else parts(node)


def precedence_of(name: str) -> int:
    """The precedence of an operation's result."""
    from .notation import call_pieces, operator_pieces

    return (operator_pieces(name) or call_pieces(name, 0))[0]


def close(text: str) -> str:
    """A subscript without the blanks around its signs: i+p, t−1."""
    return text.replace(" + ", "+").replace(f" {MINUS} ", MINUS)


BLACKBOARD = Equations()

__all__ = ["BLACKBOARD", "Equations", "Written", "close"]
