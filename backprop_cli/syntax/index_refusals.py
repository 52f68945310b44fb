"""Why an index, its values or a subscript was refused, and how to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import BackpropError, Label, Span, refuse
from .kinds import joined, quoted, span_of

if TYPE_CHECKING:
    from lark import Token


def second_subscript(closer: Token, opener: Token) -> BackpropError:
    """The refusal of `M[1][2]`."""
    return refuse(
        "syntax",
        "a subscript behind a subscript",
        Span(closer.start_pos or 0, opener.end_pos or 0),
        "write all of them in one pair of brackets: M[1, 2]; for a product, write '*' between",
    )


def subscript_of_call(closer: Token, opener: Token) -> BackpropError:
    """The refusal of `softmax(x)[1]`: an element, or a product?"""
    return refuse(
        "syntax",
        "a bracket behind a call has two readings: an element of an array, or a product",
        Span(closer.start_pos or 0, opener.end_pos or 0),
        "for an element give the array a name: p = softmax(x), then p[1]; for a product write '*'",
    )


def bad_range(word: Token, token: Token) -> BackpropError:
    """The refusal of `for 3`, `for t = 1`."""
    return refuse(
        "syntax",
        f"{quoted(token)} is not expected after '{word}'",
        span_of(token),
        "write the values of an index as: for t in 1..T",
    )


def of_index(tokens: list[Token], at: int) -> bool:
    """Whether the '=' at a place stands for the 'in' of an index: `sum[k=0..3]`, `for k = 0..1`."""
    before = tokens[at - 2].type if at > 1 else ""
    end = span_end(tokens, at)
    ranged = any(each.type == "RANGE" for each in tokens[at:end])
    return tokens[at - 1].type == "NAME" and (before in ("FOR", "REDUCE") or ranged)


def span_end(tokens: list[Token], at: int) -> int:
    """Where the range of values ends that stands behind the '=' at a place."""
    stops = ("COMMA", "RSQB", "SEPARATOR", "EQUALS", "FOR", "IN")
    ends = (k for k in range(at + 1, len(tokens)) if tokens[k].type in stops)
    return next(ends, len(tokens))


def range_with_equals(tokens: list[Token], at: int) -> BackpropError:
    index, values = tokens[at - 1], joined(tokens[at + 1 : span_end(tokens, at)])
    return refuse(
        "syntax",
        "the values of an index stand behind 'in'",
        span_of(tokens[at]),
        f"write {index} in {values}",
    )


def second_for(before: list[Token], token: Token) -> BackpropError | None:
    """The refusal of `s[i] = … for i in 0..9 for j in 0..9`; None for anything else."""
    starts = [k for k, each in enumerate(before) if each.type == "SEPARATOR"]
    statement = before[starts[-1] + 1 :] if starts else before
    first = next((each for each in statement if each.type == "FOR"), None)
    if first is None or token.type != "FOR":
        return None
    return refuse(
        "syntax",
        "a second 'for' behind a definition",
        span_of(token),
        "write one, with commas: s[i, j] = … for i in 0..9, j in 0..9",
        related=(Label(span_of(first), "the first one"),),
    )
