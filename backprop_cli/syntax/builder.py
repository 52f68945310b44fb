"""Builds the syntax tree while Lark parses: one method for each rule or alias of the grammar.

Lark hands each method the children of its rule, tokens and finished nodes, from left to right. No
method looks further than its children, so nothing recurses however deep the text nests.
"""

from __future__ import annotations

from typing import Any

from lark import Token

from ..errors import Span, refuse
from . import refusals
from .kinds import span_of
from .tree import (
    RELATIONS,
    Binding,
    Call,
    Comparison,
    Declaration,
    Definition,
    Expression,
    Indexed,
    Name,
    Number,
    Operator,
    Program,
    Range,
    Reduction,
    Result,
    Vector,
)

SUPERSCRIPT_DIGITS = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
MINUS_SIGNS = str.maketrans("−–", "--")
ROOTS = {"√": "sqrt", "∛": "cbrt"}


def across(first: Any, last: Any) -> Span:
    """The span from the start of one node or token to the end of another."""
    start = span_of(first) if isinstance(first, Token) else first.span
    end = span_of(last) if isinstance(last, Token) else last.span
    return Span(start.start, end.end)


def infix(operation: str, method: str = "") -> Any:
    """A method for `left SIGN right`; it knows its own name, by which saved tables find it."""

    def build(self: Builder, children: list[Any]) -> Operator:
        left, _, right = children
        return Operator(operation, (left, right), across(left, right))

    build.__name__ = method or operation
    return build


class Builder:
    """Callbacks for the rules of grammar/expression.lark."""

    # ----------------------------------------------------------------------------------- statements

    def program(self, children: list[Any]) -> Program:
        return Program(tuple(children[::2]), "")

    def binding(self, children: list[Any]) -> Binding:
        return Binding(children[0], children[2] if len(children) == 3 else None, "")

    def result(self, children: list[Any]) -> Result:
        return Result(children[0], False, children[0].span)

    def objective(self, children: list[Any]) -> Result:
        return Result(children[1], True, across(children[0], children[1]))

    def declaration(self, children: list[Any]) -> Declaration:
        declared = children[1::2]
        names = tuple(
            Name(item.name, item.name_span if isinstance(item, Indexed) else item.span)
            for item in declared
        )
        sizes = tuple(item.subscripts if isinstance(item, Indexed) else None for item in declared)
        return Declaration(str(children[0]), names, across(children[0], children[-1]), sizes)

    def range(self, children: list[Any]) -> Range:
        name, _, first, _, last = children
        return Range(Name(str(name), span_of(name)), first, last, across(name, last))

    def definition(self, children: list[Any]) -> Definition:
        left, _, body, *tail = children
        span = across(left, children[-1])
        ranges = tuple(tail[1::2])
        if isinstance(left, Indexed):
            return Definition(
                left.name, None, body, span, left.name_span, left.subscripts, ranges
            )
        if ranges:
            raise refuse(
                "bad-definition",
                "'for' says the values of an index, and there is none to the left of '='",
                ranges[0].span,
                f"write name[{ranges[0].index.name}] = …, or remove 'for'",
            )
        if isinstance(left, Name):
            return Definition(left.name, None, body, span, left.span)
        if not isinstance(left, Call):
            raise refuse(
                "bad-definition",
                "only a name can stand to the left of '='",
                left.span,
                "write name = …, name(u) = …, name[i] = …, or move everything to one side",
            )
        seen: dict[str, Expression] = {}
        for parameter in left.arguments:
            if not isinstance(parameter, Name) or parameter.name in seen:
                raise refuse(
                    "bad-definition",
                    f"the parameters of '{left.function}' must be different names",
                    parameter.span,
                    f"write {left.function}(u) = … or {left.function}(u, v) = …",
                )
            seen[parameter.name] = parameter
        parameters = tuple(argument for argument in left.arguments if isinstance(argument, Name))
        return Definition(left.function, parameters, body, span, left.name_span)

    # ------------------------------------------------------------------------------------ operators

    add = infix("add")
    subtract = infix("subtract")
    multiply = infix("multiply")
    divide = infix("divide")
    mod = infix("mod")
    matmul = infix("matmul")
    power = infix("power")
    conjunction = infix("and", "conjunction")
    disjunction = infix("or", "disjunction")

    def implied(self, children: list[Any]) -> Operator:
        left, right = children
        return Operator("multiply", (left, right), across(left, right))

    def negate(self, children: list[Any]) -> Operator:
        return Operator("negate", (children[1],), across(children[0], children[1]))

    def inversion(self, children: list[Any]) -> Operator:
        return Operator("not", (children[1],), across(children[0], children[1]))

    def plus(self, children: list[Any]) -> Expression:
        operand: Expression = children[1]
        return operand._replace(span=across(children[0], operand))

    def superscript(self, children: list[Any]) -> Operator:
        base, sign = children
        exponent = self.exponent_of(sign)
        return Operator("power", (base, exponent), across(base, sign))

    def exponent_of(self, sign: Token) -> Expression:
        text = sign.translate(SUPERSCRIPT_DIGITS)
        number = Number(text.lstrip("-").lstrip("0") or "0", span_of(sign))
        return Operator("negate", (number,), number.span) if text[0] == "-" else number

    def factorial(self, children: list[Any]) -> Operator:
        operand, sign = children
        return Operator("factorial", (operand,), across(operand, sign))

    def comparison(self, children: list[Any]) -> Comparison:
        signs = tuple(RELATIONS[UNICODE_RELATIONS.get(sign, sign)] for sign in children[1::2])
        return Comparison(signs, tuple(children[::2]), across(children[0], children[-1]))

    def reduction(self, children: list[Any]) -> Reduction:
        word, body = children[0], children[-1]
        return Reduction(
            str(word), tuple(children[2:-2:2]), body, across(word, body), span_of(word)
        )

    # ---------------------------------------------------------------------------------------- atoms

    def number(self, children: list[Token]) -> Number:
        return Number(children[0].translate(MINUS_SIGNS), span_of(children[0]))

    def name(self, children: list[Token]) -> Name:
        return Name(str(children[0]), span_of(children[0]))

    def indexed(self, children: list[Any]) -> Indexed:
        name = children[0]
        subscripts = tuple(children[2:-1:2])
        return Indexed(str(name), subscripts, across(name, children[-1]), span_of(name))

    def group(self, children: list[Any]) -> Expression:
        inner: Expression = children[1]
        return inner._replace(span=across(children[0], children[2]))

    def vector(self, children: list[Any]) -> Vector:
        return Vector(tuple(children[1:-1:2]), across(children[0], children[-1]))

    def bars(self, children: list[Any]) -> Call:
        opener, inner, closer = children
        return Call("abs", (inner,), across(opener, closer), span_of(opener))

    def root(self, children: list[Any]) -> Call:
        sign, inner = children
        return Call(ROOTS[sign], (inner,), across(sign, inner), span_of(sign))

    def call(self, children: list[Any]) -> Call:
        callee = children[0]
        arguments = tuple(children[2:-1:2])
        return Call(str(callee), arguments, across(callee, children[-1]), span_of(callee))

    def powered_call(self, children: list[Any]) -> Operator:
        """`sin^2(x)` is sin(x)^2."""
        callee = children[0]
        if children[1].type == "POWER":
            exponent: Expression = Number(str(children[2]), span_of(children[2]))
            arguments = tuple(children[4:-1:2])
        else:
            exponent = self.exponent_of(children[1])
            arguments = tuple(children[3:-1:2])
        if not isinstance(exponent, Number):
            raise refusals.inverse(callee, children[1])
        span = across(callee, children[-1])
        return Operator(
            "power", (Call(str(callee), arguments, span, span_of(callee)), exponent), span
        )


UNICODE_RELATIONS = {"≤": "<=", "≥": ">=", "≠": "!="}
