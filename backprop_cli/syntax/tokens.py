"""Between lexer and parser: what a context-free grammar cannot see.

`Arrangement` runs over the tokens once, in order. It decides which bar opens and which closes,
drops line ends inside brackets and after an operator, recognises the words of the language (`and`,
`mod`, `param` …), brings names to one spelling, enforces the limits on tokens and depth, and
refuses neighbours that have two readings (`√2x`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from lark import Token

from ..limits import DEFAULT_LIMITS, Limits, over_limit
from ..operations import FUNCTIONS
from . import index_refusals, refusals, spelling
from .kinds import CLOSERS, OPERAND_ENDS, OPERAND_STARTS, span_of

WORDS = {"and": "AND", "or": "OR", "not": "NOT", "mod": "MOD", "for": "FOR", "in": "IN"}
ROLES = ("param", "data")

CLOSER_OF = {
    "LPAR": "RPAR",
    "CALL": "RPAR",
    "LBRACE": "RBRACE",
    "LSQB": "RSQB",
    "SUBSCRIPT": "RSQB",
    "OPEN_BAR": "CLOSE_BAR",
}
BEHIND_A_NAME = {"LPAR": "CALL", "LSQB": "SUBSCRIPT"}
TOUCHY = OPERAND_STARTS | OPERAND_ENDS | {"POWER"}  # what neighbours can make ambiguous
LINE_END = re.compile(r"[\n\r]")
SUBSCRIPT_DIGITS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def plain_name(text: str) -> str:
    """The one spelling of a name: `w₀` is w0, composed accents, the micro sign is the letter mu."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.translate(SUBSCRIPT_DIGITS).replace("µ", "μ"))


class Arrangement:
    """Lark's postlex hook. Stateless, so that the parser tables can hold it; limits are set per
    parse.
    """

    always_accept = ("BAR", "INFINITY", "SEPARATOR")
    limits: Limits = DEFAULT_LIMITS

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens that the parser sees."""
        return Arranger(self.limits).arrange(stream)


class Arranger:
    """One pass over one text. `seen` are the tokens handed on so far, the last one first to look
    at.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.seen: list[Token] = []
        self.open: list[Token] = []
        self.bar_needs_sign = False  # since the last closing bar there was no sign: |a|b…
        self.outside: list[bool] = []  # the same outside of each open bracket
        self.call_end = -1  # how many tokens there were when the last call closed
        self.subscript_end = -1  # how many tokens there were when the last subscript closed
        self.binders: Token | None = None  # what opened the last indices of a reduction
        self.binders_end = -1  # how many tokens there were when they closed

    def arrange(self, stream: Iterator[Token]) -> Iterator[Token]:
        """Hand on each token as the parser should see it."""
        held: Token | None = None  # a separator, handed on only if a statement follows
        limit = self.limits.tokens
        seen = self.seen
        for token in stream:
            kind = token.type
            if kind == "SEPARATOR":
                if self.separates(token):
                    held = held or token
                continue
            if held is not None:
                if seen:
                    seen.append(held)
                    yield held
                held = None
            if kind in BEHIND_A_NAME and seen and seen[-1].type == "NAME":
                kind = BEHIND_A_NAME[kind]
                token = token.update(type=kind)
            elif kind not in PLAIN:
                token = self.retype(token)
                kind = token.type
            if kind in TOUCHY and self.binders_end != len(seen):
                refusals.refuse_neighbours(seen, token)
                if kind == "LSQB" and seen and self.subscript_end == len(seen):
                    raise index_refusals.second_subscript(seen[-1], token)
                if kind == "LSQB" and seen and self.call_end == len(seen):
                    raise index_refusals.subscript_of_call(seen[-1], token)
            if kind in CLOSER_OF:
                self.open.append(token)
                if seen and seen[-1].type == "REDUCE":
                    self.binders = token
                self.outside.append(self.bar_needs_sign)
                self.bar_needs_sign = False
                if len(self.open) > self.limits.depth:
                    raise over_limit("depth", self.limits.depth, "nested brackets", span_of(token))
            elif kind in CLOSERS:
                self.close(token)
            elif kind not in OPERAND_ENDS:
                self.bar_needs_sign = False
            seen.append(token)
            if len(seen) > limit:
                raise over_limit("tokens", limit, "tokens", span_of(token))
            yield token
        if self.open:
            raise refusals.unclosed(self.open[-1], seen[-1])

    def separates(self, token: Token) -> bool:
        """Whether a line end or semicolon ends a statement here."""
        if ";" in token and any(";" in line.split("#")[0] for line in LINE_END.split(token)):
            if self.open:
                raise refusals.unclosed(self.open[-1], token)
            return True
        return not self.open and bool(self.seen) and self.seen[-1].type in OPERAND_ENDS

    def retype(self, token: Token) -> Token:
        """Names, words of the language, bars and signs with a meaning of their own."""
        kind = token.type
        if kind == "BAR":
            return token.update(type=self.bar(token))
        if kind == "INFINITY":
            return token.update(type="NAME", value="inf")
        if token in WORDS and (token != "mod" or self.after_operand()):
            return token.update(type=WORDS[token])
        if self.at_statement_start():
            if token in ROLES and kind == "NAME":
                return token.update(type="ROLE")
            if token == "minimize":
                return token.update(type="MINIMIZE")
        if len(token) > self.limits.name_length:
            limit = self.limits.name_length
            raise over_limit("name_length", limit, "characters in a name", span_of(token))
        spelling.refuse_spelling(token)
        name = plain_name(token)
        if kind == "POWERED":
            kind = "POWERED" if name in FUNCTIONS else "NAME"
        return token.update(type=kind, value=name)

    def at_statement_start(self) -> bool:
        return not self.seen or self.seen[-1].type == "SEPARATOR"

    def after_operand(self) -> bool:
        return bool(self.seen) and self.seen[-1].type in OPERAND_ENDS

    def bar(self, token: Token) -> str:
        """Whether a bar opens or closes. Bars do not nest, so they alternate within a bracket."""
        previous = self.seen[-1].type if self.seen else "SEPARATOR"
        if self.open and self.open[-1].type == "OPEN_BAR":
            if previous not in OPERAND_ENDS:
                raise refusals.nested_bars(self.open[-1], token)
            return "CLOSE_BAR"
        if self.bar_needs_sign and previous != "CLOSE_BAR":
            raise refusals.nested_bars(None, token)
        return "OPEN_BAR"

    def close(self, token: Token) -> None:
        """Match a closing bracket with its partner."""
        if not self.open or CLOSER_OF[self.open[-1].type] != token.type:
            raise refusals.unopened(self.open[-1] if self.open else None, token)
        opener = self.open.pop()
        if opener.type == "CALL":
            self.call_end = len(self.seen) + 1
        elif opener.type == "SUBSCRIPT":
            self.subscript_end = len(self.seen) + 1
        elif opener is self.binders:
            self.binders_end = len(self.seen) + 1
        self.bar_needs_sign = self.outside.pop() or token.type == "CLOSE_BAR"


# Tokens that `retype` would hand back as they are.
PLAIN = frozenset(
    {
        "NUMBER",
        "PLUS",
        "MINUS",
        "TIMES",
        "DIVIDE",
        "POWER",
        "SUPERSCRIPT",
        "FACTORIAL",
        "ROOT",
        "COMPARE",
    }
    | {"EQUALS", "PLUS_MINUS", "COMMA", "AND", "OR", "NOT", "MATMUL", "RANGE", "REDUCE"}
    | {"LPAR", "RPAR", "LBRACE", "RBRACE", "LSQB", "RSQB"}
)
