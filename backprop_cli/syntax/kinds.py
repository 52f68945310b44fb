"""The kinds of tokens, and small questions about a row of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Span

if TYPE_CHECKING:
    from lark import Token

OPERATOR_TYPES = frozenset(
    {"PLUS", "MINUS", "TIMES", "DIVIDE", "POWER", "MOD", "ROOT", "EQUALS", "COMMA", "COMPARE"}
    | {"AND", "OR", "NOT", "PLUS_MINUS", "MINIMIZE", "ROLE", "MATMUL", "RANGE", "FOR", "IN"}
)
OPENERS = frozenset({"LPAR", "CALL", "LBRACE", "LSQB", "SUBSCRIPT", "OPEN_BAR"})
CLOSERS = frozenset({"RPAR", "RBRACE", "RSQB", "CLOSE_BAR"})
DIVISIONS = ("DIVIDE", "MOD", "MATMUL")
OPERAND_ENDS = CLOSERS | {"NUMBER", "NAME", "FACTORIAL", "SUPERSCRIPT"}
OPERAND_STARTS = (OPENERS - {"CALL", "SUBSCRIPT"}) | {
    "NUMBER",
    "NAME",
    "POWERED",
    "ROOT",
    "REDUCE",
}


def span_of(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


def quoted(token: Token) -> str:
    """A token's text for a message, shortened if it is long."""
    text = str(token)
    return f"'{text}'" if len(text) <= 30 else f"'{text[:27]}…'"


def operand_end(tokens: list[Token], start: int) -> int:
    """The index behind the operand that starts at `tokens[start]`; brackets as far as the tokens
    go.
    """
    depth = 0
    for at in range(start, len(tokens)):
        kind = tokens[at].type
        depth += (kind in OPENERS) - (kind in CLOSERS)
        following = tokens[at + 1].type if at + 1 < len(tokens) else ""
        if (
            depth == 0
            and following not in ("CALL", "SUBSCRIPT", "SUPERSCRIPT", "FACTORIAL")
            and kind not in ("ROOT", "POWERED", "REDUCE")
        ):
            return at + 1
    return len(tokens)


def operand_start(tokens: list[Token], end: int) -> int:
    """The index at which the operand that ends at `tokens[end]` starts."""
    depth = 0
    at = end
    while at >= 0:
        kind = tokens[at].type
        if kind in CLOSERS:
            depth += 1
        elif kind in OPENERS:
            depth -= 1
        if depth == 0 and kind not in ("SUPERSCRIPT", "FACTORIAL"):
            if at and tokens[at - 1].type == "POWER":
                at -= 2
                continue
            if kind in ("CALL", "SUBSCRIPT"):
                at -= 1
            break
        at -= 1
    return max(at, 0)


def joined(tokens: list[Token]) -> str:
    """The text of a few tokens, shortened."""
    text = "".join(str(token) for token in tokens)
    return text if len(text) <= 24 else f"{text[:10]}…{text[-10:]}"
