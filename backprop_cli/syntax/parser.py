"""Text → syntax tree, or an error that says where and why."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from lark import Lark, Token, UnexpectedCharacters, UnexpectedToken

from ..errors import BackpropError, Span
from ..limits import DEFAULT_LIMITS, Limits, over_limit
from . import refusals, spelling
from .builder import Builder
from .tables import Language
from .tokens import Arrangement
from .tree import Binding, Program

EXPRESSION = Language("expression", ("program", "binding"), Builder, Arrangement)
_loaded: list[Lark] = []


def parser() -> Lark:
    """The parser of the language, loaded at the first call."""
    if not _loaded:
        _loaded.append(EXPRESSION.load())
    return _loaded[0]


def parse(text: str, limits: Limits = DEFAULT_LIMITS) -> Program:
    """The program that `text` says.

    Raises BackpropError with the text's position, reason and fix where it cannot be read in one
    way.
    """
    program: Program = _parse(text, "program", limits, text)
    return program._replace(source=text)


def parse_binding(text: str, limits: Limits = DEFAULT_LIMITS) -> Binding:
    """The value that a binding's text says: a constant expression, with an uncertainty behind `±`
    or `+-`.
    """
    # In a value, and only there, +- and +/- are ±; neither spelling moves what follows.
    spelled = text.replace("+/-", " ± ").replace("+-", "± ")
    binding: Binding = _parse(spelled, "binding", limits, text)
    return binding._replace(source=text)


def _parse(text: str, start: str, limits: Limits, shown: str) -> Any:
    """What `text` says; errors show the user's own spelling of it, `shown`."""
    if len(text) > limits.characters:
        raise over_limit("characters", limits.characters, "characters")
    lark = parser()
    assert isinstance(lark.options.postlex, Arrangement)
    lark.options.postlex.limits = limits
    try:
        return lark.parse(text, start=start)
    except UnexpectedCharacters as error:
        raise spelling.bad_character(text, error.pos_in_stream or 0).located(shown) from None
    except UnexpectedToken as error:
        raise _explain(lark, text, start, error).located(shown) from None
    except BackpropError as error:
        raise error.located(shown) from None


def _explain(lark: Lark, text: str, start: str, error: UnexpectedToken) -> BackpropError:
    """Lark's refusal in our words. Lexes again, since the parser keeps no tokens."""
    tokens: list[Token] = []
    with suppress(UnexpectedCharacters, BackpropError):  # a second fault behind the first
        # Not lark.lex, which builds a lexer at each call.
        lexer = lark.parse_interactive(text, start=start).lexer_thread
        tokens.extend(lexer.lex(None))  # type: ignore[no-untyped-call]
    failed = error.token
    at = len(tokens)
    if failed.type != "$END":
        at = next(i for i, token in enumerate(tokens) if token.start_pos == failed.start_pos)
    expected = frozenset(error.accepts or error.expected or ())
    return refusals.unexpected(tokens, at, expected, len(text.rstrip()))


__all__ = ["Span", "parse", "parse_binding", "parser"]
