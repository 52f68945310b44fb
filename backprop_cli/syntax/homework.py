"""Keys and answer sheets → trees: the rules of grammar/homework.lark, over those of the language.

`parse_key` reads a whole key and raises at the first fault; `parse_answer` reads one line of a
sheet.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from lark import Lark, Token, UnexpectedCharacters, UnexpectedToken
from lark.visitors import merge_transformers

from ..errors import BackpropError, Span, refuse
from ..limits import DEFAULT_LIMITS, Limits, over_limit
from . import refusals, spelling
from .builder import MINUS_SIGNS, Builder, across
from .homework_tree import (
    Accept,
    Answer,
    AnswerLine,
    Array,
    Ask,
    At,
    Draw,
    Field,
    Heading,
    Key,
    Let,
    Named,
    Quantity,
    Question,
    Rule,
    Written,
)
from .kinds import OPERAND_ENDS, quoted, span_of
from .tables import Language
from .tokens import Arranger, plain_name
from .tree import Definition, Name, Number, Operator

PREFIX = "expression__"  # what Lark puts before rules and declared terminals of an imported grammar
BORROWED = frozenset({"OPEN_BAR", "CLOSE_BAR", "CALL", "MOD"})
LABEL = re.compile(r"[Qq][0-9]{1,4}[a-z]?")

# word at the start of a line: (its token, how such a line is written)
LINES = {
    "let": ("LET", "let q = x + y"),
    "at": ("AT", "at x=-2 y=5"),
    "draw": ("DRAW", "draw x,y in -9..9 nonzero"),
    "ask": ("ASK", "ask q f df/dq df/dx"),
    "accept": ("ACCEPT", "accept x in -3..3"),
    "tol": ("TOLERANCE", "tol 1%"),
    "sf": ("FIGURES", "sf 3"),
    "carry": ("CARRY", "carry 100%"),
}
OWN = frozenset({"FIELD", "POINTS", "RANGE", "PERCENT", "SKIPPED", "PARTIAL", "GRAD", "PRIME"})
LINE_ENDS = OPERAND_ENDS | OWN | {"QUESTION", "WORD"}
DRAW_WORDS = ("nonzero", "distinct", "step")  # behind the range of a draw line


class LineArranger(Arranger):
    """The arranger of formulas, which also knows the words of homework lines."""

    def __init__(self, limits: Limits, words: bool) -> None:
        super().__init__(limits)
        self.words = words
        self.head = 0  # where in `seen` the line starts

    def separates(self, token: Token) -> bool:
        ends = bool(self.seen) and self.seen[-1].type in LINE_ENDS - OPERAND_ENDS
        return super().separates(token) or (ends and not self.open)

    def first(self) -> str:
        """The kind of token that the line starts with."""
        self.place()
        return self.seen[self.head].type if self.head < len(self.seen) else ""

    def has_equals(self) -> bool:
        """Whether the line has had an equals sign."""
        self.place()
        return any(token.type == "EQUALS" for token in self.seen[self.head : self.head + 6])

    def place(self) -> None:
        """Find the start of the line: behind the last separator."""
        for at in range(len(self.seen) - 1, self.head - 1, -1):
            if self.seen[at].type == "SEPARATOR":
                self.head = at + 1
                break

    def retype(self, token: Token) -> Token:
        kind = token.type
        if kind in OWN:
            return token
        if self.at_statement_start():
            if kind == "NAME" and LABEL.fullmatch(token):
                return token.update(type="QUESTION", value=token.upper()[0] + token[1:].lower())
            if kind == "NAME" and self.words and token in LINES:
                return token.update(type=LINES[token][0])
        if self.words and kind == "NAME" and token == "in":
            return token.update(type="IN")
        if self.words and token in DRAW_WORDS and self.first() == "DRAW":
            return token.update(type="WORD")
        if kind == "NAMED" and self.first() not in ("AT", "ASK") and self.has_equals():
            token, kind = token.update(type="NAME"), "NAME"  # x + y = 3, behind q =
        if kind == "NAMED" or self.at_statement_start():
            if token in ("for", "in"):
                raise spelling.reserved(token)
            spelling.refuse_spelling(token)
            if len(token) <= self.limits.name_length:
                return token.update(value=plain_name(token))
        return super().retype(token)


class LineArrangement:
    """Lark's postlex hook; limits and the kind of text are set per parse."""

    always_accept = ("BAR", "INFINITY", "SEPARATOR")
    limits: Limits = DEFAULT_LIMITS
    words = True

    def process(self, stream: Iterator[Token]) -> Iterator[Token]:
        """The tokens that the parser sees."""
        for token in LineArranger(self.limits, self.words).arrange(stream):
            borrowed = token.type in BORROWED
            yield token.update(type=PREFIX + token.type) if borrowed else token


class LineBuilder:
    """Callbacks for the rules of grammar/homework.lark."""

    # ----------------------------------------------------------------------------------------- keys

    def key(self, children: list[Any]) -> Key:
        return Key(tuple(children[::2]), "")

    def field(self, children: list[Token]) -> Field:
        word, _, text = children[0].partition(":")
        head, *rest = word.split()
        return Field(" ".join([head.lower(), *rest]), text.strip(), span_of(children[0]))

    def question(self, children: list[Any]) -> Question:
        points = str(children[1]) if len(children) == 3 else None
        span = Span(children[0].start_pos or 0, children[-1].span.end)
        return Question(str(children[0]), points, children[-1], span)

    def definition(self, children: list[Any]) -> Definition:
        left, _, body = children
        if isinstance(left, Token):
            return Definition(str(left), None, body, across(left, body), span_of(left))
        built: Definition = Builder().definition(children)
        return built

    def let(self, children: list[Any]) -> Let:
        return Let(children[1], across(children[0], children[1]))

    def setting(self, children: list[Any]) -> tuple[Name, Any]:
        return name_of(children[0]), children[2]

    def at(self, children: list[Any]) -> At:
        settings = tuple(child for child in children if isinstance(child, tuple))
        return At(settings, across(children[0], settings[-1][1]))

    def bound(self, children: list[Token]) -> Token:
        last: Token = children[-1]
        text = last.translate(MINUS_SIGNS)
        return last.update(value=text if len(children) == 1 else f"-{text}")

    def modifier(self, children: list[Any]) -> tuple[Name, str | None]:
        return name_of(children[0]), str(children[1]) if len(children) == 2 else None

    def draw(self, children: list[Any]) -> Draw:
        at = next(i for i, child in enumerate(children) if kind_of(child) == "IN")
        names = tuple(name_of(child) for child in children[1:at:2])
        low, _, high, *modifiers = children[at + 1 :]
        end = modifiers[-1][0].span.end if modifiers else span_of(high).end
        span = Span(children[0].start_pos or 0, end)
        return Draw(names, str(low), str(high), tuple(modifiers), span)

    def accepted(self, children: list[Any]) -> tuple[Name, str, str]:
        return name_of(children[0]), str(children[2]), str(children[4])

    def accept(self, children: list[Any]) -> Accept:
        ranges = tuple(child for child in children if isinstance(child, tuple))
        return Accept(ranges, span_of(children[0]))

    def array(self, children: list[Any]) -> Array:
        return Array(tuple(children[1:-1:2]), across(children[0], children[-1]))

    def asked(self, children: list[Any]) -> Named:
        return Named(str(children[0]), children[2], across(children[0], children[2]))

    def ask(self, children: list[Any]) -> Ask:
        items = tuple(child for child in children[1:] if not isinstance(child, Token))
        return Ask(items, across(children[0], items[-1]))

    def rule(self, children: list[Token]) -> Rule:
        span = Span(children[0].start_pos or 0, children[-1].end_pos or 0)
        return Rule(str(children[0]), str(children[1]), len(children) == 3, span)

    # -------------------------------------------------------------------------------------- answers

    def heading(self, children: list[Token]) -> Heading:
        return Heading(str(children[0]))

    def answer(self, children: list[Any]) -> Answer:
        label = str(children[0]) if isinstance(children[0], Token) else None
        return Answer(label, children[-3], children[-1], "")

    def skipped(self, children: list[Token]) -> Written:
        return Written(None)

    def values(self, children: list[Any]) -> Written:
        return Written(children[-1], chain=len(children) > 1)

    def decimal_comma(self, children: list[Token]) -> Written:
        """`0,73`; with three digits behind the comma it may be a thousand, with blanks a list."""
        whole, comma, decimals = children[-3:]
        span = Span(children[0].start_pos or 0, decimals.end_pos or 0)
        touching = whole.end_pos == comma.start_pos and comma.end_pos == decimals.start_pos
        if not touching or not whole.isdigit() or not decimals[:1].isdigit() or "." in decimals:
            raise refuse(
                "number", "two numbers where one is expected", span, "write a vector as [1, 2]"
            )
        if len(decimals) == 3 and whole != "0":
            said = f"{whole},{decimals}"
            help = f"write {whole}.{decimals} or {whole}{decimals}"
            raise refuse("number", f"'{said}' has two readings", span, help)
        number = Number(f"{whole}.{decimals}", span)
        signed = Operator("negate", (number,), span) if len(children) == 4 else number
        return Written(signed, decimal_comma=True)

    # ----------------------------------------------------------------------------------- quantities

    def plain(self, children: list[Token]) -> Quantity:
        return Quantity(str(children[0]), None, span_of(children[0]))

    def quotient(self, children: list[Token]) -> Quantity:
        of, _, by = children
        span = across(of, by)
        if of[0] != "d" or by[0] != "d" or len(by) == 1:
            raise refuse(
                "syntax", f"'{of}/{by}' is no gradient", span, "write df/dx for a gradient"
            )
        return Quantity(str(of[1:]) or None, str(by[1:]), span)

    def partial(self, children: list[Token]) -> Quantity:
        return Quantity(str(children[1]), str(children[4]), across(children[0], children[4]))

    def differential(self, children: list[Token]) -> Quantity:
        return Quantity(None, str(children[1]), across(children[0], children[1]))

    def grad(self, children: list[Token]) -> Quantity:
        return Quantity(None, str(children[0]), across(children[0], children[1]))

    def prime(self, children: list[Token]) -> Quantity:
        by = str(children[3]) if len(children) == 5 else None
        return Quantity(str(children[0]), by, across(children[0], children[-1]), primed=True)


def name_of(token: Token) -> Name:
    return Name(str(token), span_of(token))


def kind_of(child: Any) -> str:
    return child.type if isinstance(child, Token) else ""


def line_builder() -> Any:
    """The callbacks of homework's lines, and of the formulas in them."""
    return merge_transformers(LineBuilder(), expression=Builder())  # type: ignore[no-untyped-call]


HOMEWORK = Language(
    "homework",
    ("key", "answer_line"),
    line_builder,
    LineArrangement,
    ("expression",),
)
_loaded: list[Lark] = []


def parser() -> Lark:
    """The parser of homework, loaded at the first call."""
    if not _loaded:
        _loaded.append(HOMEWORK.load())
    return _loaded[0]


def parse_key(text: str, limits: Limits = DEFAULT_LIMITS) -> Key:
    """The lines of a key. Raises BackpropError with the place, the reason and a fix."""
    if not text.strip():
        raise refuse("empty", "the key is empty", help="write a question: Q1 f = (x+y)*z")
    key: Key = _parse(text, "key", limits)
    return key._replace(source=text)


def parse_answer(line: str, limits: Limits = DEFAULT_LIMITS) -> AnswerLine:
    """One line of a sheet. Raises BackpropError where it cannot be read in one way."""
    found: AnswerLine = _parse(line, "answer_line", limits)
    return found._replace(source=line) if isinstance(found, Answer) else found


def _parse(text: str, start: str, limits: Limits) -> Any:
    if len(text) > limits.characters:
        raise over_limit("characters", limits.characters, "characters")
    lark = parser()
    arrangement = lark.options.postlex
    assert isinstance(arrangement, LineArrangement)
    arrangement.limits, arrangement.words = limits, start == "key"
    try:
        return lark.parse(text, start=start)
    except UnexpectedCharacters as error:
        raise spelling.bad_character(text, error.pos_in_stream or 0).located(text) from None
    except UnexpectedToken as error:
        raise _explain(lark, text, error, start).located(text) from None
    except BackpropError as error:
        raise error.located(text) from None


def _explain(lark: Lark, text: str, error: UnexpectedToken, start: str) -> BackpropError:
    """Lark's refusal in our words: of the formula, or of the line around it."""
    tokens: list[Token] = []
    with suppress(UnexpectedCharacters, BackpropError):  # a second fault behind the first
        # Not lark.lex, which builds a lexer at each call: a sheet may have many bad lines.
        lexer = lark.parse_interactive(text, start=start).lexer_thread
        for token in lexer.lex(None):  # type: ignore[no-untyped-call]
            tokens.append(token.update(type=token.type.removeprefix(PREFIX)))
    failed = error.token
    at = len(tokens)
    if failed.type != "$END":
        at = next(i for i, token in enumerate(tokens) if token.start_pos == failed.start_pos)
    head = next((i for i in range(at - 1, -1, -1) if tokens[i].type == "SEPARATOR"), -1) + 1
    equals = any(token.type == "EQUALS" for token in tokens[head:at])
    words = dict(LINES.values())
    if tokens and head < len(tokens) and tokens[head].type in words and not (
        equals and tokens[head].type == "LET"
    ):
        where = span_of(tokens[at]) if at < len(tokens) else Span(len(text.rstrip()), len(text))
        word = str(tokens[head])
        form = words[tokens[head].type]
        help = f"write, for example: {form}"
        return refuse("key", f"this '{word}' line cannot be read", where, help)
    if not equals:
        where = span_of(tokens[min(at, len(tokens) - 1)]) if tokens else Span(0, 0)
        return _no_line(tokens, head, where, start)
    expected = frozenset(
        kind.removeprefix(PREFIX) for kind in (error.accepts or error.expected or ())
    )
    return refusals.unexpected(tokens, at, expected, len(text.rstrip()))


def _no_line(tokens: list[Token], head: int, where: Span, start: str) -> BackpropError:
    """The refusal of a line that is neither an answer nor a line of a key."""
    if start != "key":
        return refuse("syntax", "this line is no answer", where, "write name = value: df/dx = -4")
    first = tokens[head] if head < len(tokens) else None
    if first is not None and first.type == "QUESTION":
        help = f"write {first} [6 pts] f = (x+y)*z"
        return refuse("key", f"question {first} has no formula", where, help)
    what = f" at {quoted(first)}" if first is not None else ""
    help = f"a line starts with Q1, {', '.join(LINES)}, title:, seed: or hint …:"
    return refuse("key", f"a line that a key does not have{what}", where, help)
