"""Why a text was refused, and how to mend it. Lark says where; the words are ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BackpropError, Label, Span, refuse
from ..operations import FUNCTIONS
from .index_refusals import bad_range, of_index, range_with_equals, second_for
from .kinds import (
    CLOSERS,
    DIVISIONS,
    OPENERS,
    OPERAND_ENDS,
    OPERAND_STARTS,
    OPERATOR_TYPES,
    joined,
    operand_end,
    operand_start,
    quoted,
    span_of,
)
from .spelling import refuse_length, refuse_number, refuse_number_then_name, reserved

if TYPE_CHECKING:
    from lark import Token

INVERSES = {
    "log": "exp",
    "ln": "exp",
    "exp": "log",
    "erf": "erfinv",
    "sigmoid": "logit",
    "σ": "logit",
}
CLOSING_SIGN = {
    "LPAR": ")",
    "CALL": ")",
    "LBRACE": "}",
    "LSQB": "]",
    "SUBSCRIPT": "]",
    "OPEN_BAR": "|",
}
VALUE = "a number, a name or '('"


# --------------------------------------------------------------------- neighbours with two readings


def refuse_neighbours(seen: list[Token], token: Token) -> None:
    """Raise if `token`, coming after `seen`, is a number or neighbourhood that is never read."""
    kind = token.type
    if kind == "NUMBER":
        refuse_number(seen, token)
    elif kind == "SUPERSCRIPT":
        refuse_length(token)
    if not seen:
        return
    last = seen[-1]
    touching = last.end_pos == token.start_pos
    if last.type == "NUMBER" and touching and kind in ("NAME", "POWERED"):
        refuse_number_then_name(seen, token)
    if kind == last.type == "FACTORIAL" and touching:
        raise refuse(
            "factorial",
            "'!!' has two readings",
            Span(last.start_pos or 0, token.end_pos or 0),
            "write gamma(n + 1) for a factorial",
        )
    if last.type not in ("NUMBER", "NAME"):
        return
    before = seen[-2].type if len(seen) > 1 else ""
    if before == "ROOT" and (
        kind in OPERAND_STARTS or kind in ("POWER", "SUPERSCRIPT", "FACTORIAL")
    ):
        raise ambiguous_root(seen[-2], last, token)
    if kind in OPERAND_STARTS and touching:
        refuse_exponent_then_operand(seen, token)


def ambiguous_root(root: Token, operand: Token, token: Token) -> BackpropError:
    span = Span(root.start_pos or 0, token.end_pos or 0)
    rest = str(token)
    if token.type in ("POWER", "SUPERSCRIPT", "FACTORIAL"):
        fixes = f"write {root}({operand}{rest}…) or ({root}{operand}){rest}…"
        if token.type != "POWER":
            fixes = f"write {root}({operand}{rest}) or ({root}{operand}){rest}"
    else:
        rest = rest + "…" if token.type != "NAME" else rest
        fixes = f"write {root}({operand}*{rest}) or {root}({operand})*{rest}"
    return refuse("ambiguous-root", f"it is unclear where '{root}' ends", span, fixes)


def refuse_exponent_then_operand(seen: list[Token], token: Token) -> None:
    """`e^2x`: some mean e^(2x). After a name, as in x^2y, everybody means (x^2)*y."""
    exponent = seen[-1]
    at = len(seen) - 2
    sign = ""
    if at >= 0 and seen[at].type == "MINUS" and at >= 1 and seen[at - 1].type == "POWER":
        sign = "-"
        at -= 1
    if exponent.type != "NUMBER" or at < 1 or seen[at].type != "POWER":
        return
    base = seen[at - 1]
    if base.type != "NUMBER" and base != "e":
        return
    span = Span(base.start_pos or 0, token.end_pos or 0)
    tail = str(token) if token.type == "NAME" else f"{token}…"
    raise refuse(
        "ambiguous-power",
        f"'{base}^{sign}{exponent}{tail}' has two readings",
        span,
        f"write {base}^({sign}{exponent}*{tail}) or {base}^{sign}{exponent}*{tail}",
    )


# -------------------------------------------------------------------------------- brackets and bars


def unclosed(opener: Token, last: Token) -> BackpropError:
    end = last.end_pos or 0
    closer = CLOSING_SIGN[opener.type]
    shown = "|" if opener.type == "OPEN_BAR" else str(opener)
    return refuse(
        "unbalanced",
        f"'{shown}' is never closed",
        span_of(opener),
        f"add '{closer}'",
        related=(Label(Span(end, end), f"expected '{closer}' by here"),),
    )


def unopened(opener: Token | None, closer: Token) -> BackpropError:
    shown = quoted(closer)
    if opener is None:
        return refuse(
            "unbalanced",
            f"{shown} closes nothing",
            span_of(closer),
            f"remove {shown}, or open it before",
        )
    expected = CLOSING_SIGN[opener.type]
    if opener.type == "OPEN_BAR":
        return nested_bars(opener, closer)
    return refuse(
        "unbalanced",
        f"{shown} does not close {quoted(opener)}",
        span_of(closer),
        f"write '{expected}' here",
        related=(Label(span_of(opener), "opened here"),),
    )


def nested_bars(opener: Token | None, token: Token) -> BackpropError:
    related = (Label(span_of(opener), "opened here"),) if opener is not None else ()
    return refuse(
        "nested-bars",
        "it is unclear which bars belong together",
        span_of(token),
        "write abs(…) instead of bars, or a '*' between two of them",
        related=related,
    )


# ---------------------------------------------------------------------------------------- structure


def unexpected(
    tokens: list[Token], at: int, expected: frozenset[str], length: int
) -> BackpropError:
    """The parser's refusal at `tokens[at]` (`at == len(tokens)`: at the end of the text)."""
    previous = tokens[at - 1] if at else None
    if at >= len(tokens):
        return at_end(previous, length)
    token = tokens[at]
    span = span_of(token)
    kind = token.type
    if kind in ("FOR", "IN"):
        return second_for(tokens[:at], token) or reserved(token)
    if previous is not None and previous.type in ("FOR", "IN") and at > 1:
        return bad_range(previous, token)
    if kind == "RANGE":
        help = "write one point in a number; '..' is read behind 'in': k in 1..10"
        return refuse("number", "'..' is no part of a number", span, help)
    if kind == "REDUCE":
        return reduction_inside(previous, token)
    if previous is not None and previous.type == "ROLE":
        return role(previous)
    if kind == "MINUS" and at > 1 and tokens[at - 2].type == "POWERED":
        return inverse(tokens[at - 2], token)
    if kind == "SEPARATOR":
        return at_end(previous, span.start)
    if kind in ("COMPARE", "AND", "OR", "NOT") and (
        previous is None or previous.type in OPERAND_ENDS
    ):
        return comparison(tokens, at)
    if (
        previous is None
        or previous.type in OPERATOR_TYPES
        or previous.type in OPENERS | {"SEPARATOR"}
    ):
        return missing_operand(previous, token)
    if kind == "EQUALS" and of_index(tokens, at):
        return range_with_equals(tokens, at)
    if kind == "EQUALS":
        return refuse("syntax", "a second '=', or one inside brackets", span, "write == to compare")
    if kind == "COMMA":
        help = "separate the formulas: one at a time"
        if previous.isdigit() and at + 1 < len(tokens) and tokens[at + 1].isdigit():
            whole, part = previous, tokens[at + 1]
            help = f"write {whole}.{part} for a decimal number, {whole}{part} for a whole one"
        return refuse(
            "syntax", "a comma is only read between the arguments of a function", span, help
        )
    if kind == "PLUS_MINUS":
        help = "an uncertainty belongs to a value: --x '2±0.1'"
        return refuse("syntax", "'±' is not read in a formula", span, help)
    if kind in ("POWER", "SUPERSCRIPT", "FACTORIAL"):
        return power_of_power(tokens, at)
    if kind in OPERAND_STARTS:
        return side_by_side(tokens, at)
    return refuse("syntax", f"{quoted(token)} is not expected here", span, expected=named(expected))


def comparison(tokens: list[Token], at: int) -> BackpropError:
    """The refusal of a sign of a condition where none is read."""
    token = tokens[at]
    if token.type == "COMPARE" and at and tokens[at - 1].type == "RPAR":
        start = operand_start(tokens, at - 1)
        inside = tokens[start + 1 : at - 1]
        if tokens[start].type == "LPAR" and any(each.type == "COMPARE" for each in inside):
            return compared_comparison(inside, token)
    if token.type == "COMPARE" and at + 1 < len(tokens) and tokens[at + 1].type in OPERAND_STARTS:
        start, end = operand_start(tokens, at - 1), operand_end(tokens, at + 1)
        kinds = [each.type for each in tokens[max(start - 2, 0) : start]]
        if kinds == ["COMPARE", "LPAR"]:  # y == (p > 0.5)
            return compared_comparison(tokens[start:end], tokens[start - 2])
    return refuse(
        "comparison",
        f"{quoted(token)} belongs inside if(condition, a, b)",
        span_of(token),
        "write if(x > 0, a, b); to define a name, write =",
    )


def compared_comparison(inside: list[Token], token: Token) -> BackpropError:
    """The refusal of `(p > 0.5) == label`, and of `label == (p > 0.5)`."""
    number = f"if({joined(inside)}, 1, 0)"
    return refuse(
        "comparison",
        "a comparison has no value that could be compared",
        span_of(token),
        f"make a number of it: if({number} {token} …, a, b)",
    )


def reduction_inside(previous: Token | None, token: Token) -> BackpropError:
    """The refusal of `a/sum[i] x[i]`: a reduction stands last in a product, or in brackets."""
    before = quoted(previous) if previous is not None else "here"
    return refuse(
        "syntax",
        f"'{token}[…]' behind {before} needs brackets of its own",
        span_of(token),
        f"write ({token}[…] …), since it takes everything up to the next + or -",
    )


def at_end(previous: Token | None, length: int) -> BackpropError:
    if previous is not None and previous.type == "ROLE":
        return role(previous)
    if previous is None:
        return refuse("empty", "there is no formula", Span(0, 0), 'write one: "(x+y)*z"')
    return refuse(
        "missing-operand",
        f"expected {VALUE} after {quoted(previous)}",
        Span(length, length),
        f"write a value behind it, or remove {quoted(previous)}",
        expected=("NUMBER", "NAME", "LPAR"),
    )


def role(word: Token) -> BackpropError:
    """The refusal of `data*x`."""
    return refuse(
        "reserved-word",
        f"'{word}' at the start of a line declares names",
        span_of(word),
        f"write {word} x, or give the variable another name",
    )


def missing_operand(previous: Token | None, token: Token) -> BackpropError:
    where = (
        f"after {quoted(previous)}"
        if previous is not None and previous.type != "SEPARATOR"
        else "here"
    )
    if token.type in CLOSERS:
        removed = quoted(previous) if previous is not None else "both"
        help = f"write a value between them, or remove {removed}"
    elif token.type in OPERAND_STARTS:
        help = ""
    else:
        help = f"remove {quoted(token)}, or write a value before it"
    return refuse(
        "missing-operand",
        f"expected {VALUE} {where}",
        span_of(token),
        help,
        expected=("NUMBER", "NAME", "LPAR"),
    )


def inverse(callee: Token, exponent: Token) -> BackpropError:
    """The refusal of `sin^-1(x)` and `sin⁻¹(x)`."""
    other = f"a{callee}" if f"a{callee}" in FUNCTIONS else INVERSES.get(str(callee))
    return refuse(
        "inverse-function",
        f"'{callee}^-1' has two readings: the inverse function or the reciprocal",
        Span(callee.start_pos or 0, exponent.end_pos or 0),
        f"write {other}(…) for the inverse function, or 1/{callee}(…)"
        if other
        else f"write 1/{callee}(…) for the reciprocal; the inverse has a name of its own",
    )


def power_of_power(tokens: list[Token], at: int) -> BackpropError:
    token = tokens[at]
    start = operand_start(tokens, at - 1)
    root = start > 0 and tokens[start - 1].type == "ROOT"
    if root:
        return ambiguous_root(tokens[start - 1], tokens[at - 1].update(value="(…)"), token)
    return refuse(
        "ambiguous-power",
        f"{quoted(token)} after {quoted(tokens[at - 1])} has two readings",
        span_of(token),
        "write brackets: (x^2)^3 or x^(2^3)",
    )


def side_by_side(tokens: list[Token], at: int) -> BackpropError:
    """Two operands without a sign where no product is read: after a division, or in a condition."""
    token = tokens[at]
    start = operand_start(tokens, at - 1)
    divisor = joined(tokens[start:at])
    while (
        start > 1
        and tokens[start - 1].type in ("PLUS", "MINUS")
        and tokens[start - 2].type in DIVISIONS
    ):
        start -= 1
        divisor = f"{tokens[start]}{divisor}"
    if not start or tokens[start - 1].type not in DIVISIONS:
        return refuse("syntax", f"{quoted(token)} is not expected after {divisor}", span_of(token))
    sign = f" {tokens[start - 1]} " if tokens[start - 1].type == "MOD" else "/"
    first = operand_start(tokens, start - 2)
    longer = first > 0 and tokens[first - 1].type not in (
        *OPENERS,
        "SEPARATOR",
        "COMMA",
        "EQUALS",
        "PLUS",
        "MINUS",
    )
    left = ("…" if longer else "") + joined(tokens[first : start - 1])
    last = operand_end(tokens, at)
    right = joined(tokens[at:last])
    touching = tokens[at - 1].end_pos == token.start_pos
    return refuse(
        "ambiguous-division",
        f"'{left}{sign}{divisor}{'' if touching else ' '}{right}' has two readings",
        Span(tokens[first].start_pos or 0, tokens[last - 1].end_pos or 0),
        f"write {left}{sign}({divisor}*{right}) or ({left}{sign}{divisor})*{right}",
    )


TOKEN_NAMES = {
    "PLUS": "'+'",
    "MINUS": "'-'",
    "TIMES": "'*'",
    "DIVIDE": "'/'",
    "POWER": "'^'",
    "RPAR": "')'",
    "COMMA": "','",
    "EQUALS": "'='",
    "SEPARATOR": "a new line",
    "$END": "the end",
}


def named(expected: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(TOKEN_NAMES[name] for name in expected if name in TOKEN_NAMES))
