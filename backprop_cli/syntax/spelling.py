"""Numbers, names and characters that are refused, each with its fix."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ..errors import BackpropError, Span, refuse
from ..limits import DEFAULT_LIMITS
from ..operations import FUNCTIONS
from .kinds import OPERAND_ENDS, joined, operand_start, quoted, span_of

if TYPE_CHECKING:
    from lark import Token

LONGEST_NUMBER = DEFAULT_LIMITS.number_length


# ------------------------------------------------------------------------------------------ numbers


def refuse_length(token: Token) -> None:
    """Raise for a number that takes long to read; none has so many certain digits."""
    if len(token) > LONGEST_NUMBER:
        said = f"a number of more than {LONGEST_NUMBER:,} characters"
        raise refuse("number", said, span_of(token), "write it with fewer digits, or as 1e9")


def refuse_number(seen: list[Token], token: Token) -> None:
    """Raise for a numeral that is never read, or one behind another operand."""
    refuse_length(token)
    text = str(token)
    span = span_of(token)
    if len(text) > 1 and text[0] == "0" and text[1].isdigit():
        if len(seen) > 1 and seen[-1].type == "COMMA" and seen[-2].type == "NUMBER":
            return  # 1,000: the comma is what is wrong
        fixed = re.sub(r"^0+(?=[0-9])", "", text)
        raise refuse("number", f"{quoted(token)} starts with 0", span, f"write {fixed}")
    exponent = re.search(r"[eE][-+−–]?0*([0-9]+)$", text)
    if exponent and len(exponent[1]) > 6:
        raise refuse("number", f"the exponent of {quoted(token)} is beyond ±999,999", span)
    if not seen or seen[-1].type not in OPERAND_ENDS:
        return
    last = seen[-1]
    both = Span(last.start_pos or 0, span.end)
    if last.type == "NUMBER":
        grouped = len(text) == 3 and text.isdigit() and last.isdigit()
        help = (
            f"write {last}{text} for one number, or {last}*{text}"
            if grouped
            else f"write {last}*{text}"
        )
        raise refuse("implied-number", f"two numbers side by side: {last} {text}", both, help)
    if last.type == "NAME" and last in FUNCTIONS:
        raise refuse(
            "function-without-brackets",
            f"'{last}' is a function and needs brackets",
            both,
            f"write {last}({text}…)",
        )
    left = joined(seen[operand_start(seen, len(seen) - 1) :])
    raise refuse(
        "implied-number",
        f"a number after {quoted(last)}: a product needs its sign here",
        span,
        f"write {left}*{text}",
    )


def refuse_number_then_name(seen: list[Token], token: Token) -> None:
    number = seen[-1]
    span = Span(number.start_pos or 0, token.end_pos or 0)
    if number == "0" and re.fullmatch(r"[xX][0-9a-fA-F]*|[bBoO][0-9]+", token):
        raise refuse(
            "number",
            f"'0{token}' looks like a number in another base",
            span,
            f"write it in decimal, or 0*{token} for a product",
        )
    if re.search(r"[eE]", number):
        mantissa, exponent = re.split(r"[eE]", number)
        sign = "" if exponent[0] in "+-−–" else "+"
        raise refuse(
            "ambiguous-power",
            f"'{number}{token}' has two readings",
            span,
            f"write {number}*{token}, or {mantissa}*e{sign}{exponent}*{token}",
        )


# -------------------------------------------------------------------------------------------- names


def refuse_spelling(token: Token) -> None:
    """Raise if a name cannot be told from another one, or is no name."""
    text = str(token)
    if text.endswith("_"):
        stem = text.rstrip("_")
        help = (
            f"write {stem}_1 or {stem}1; braces do not make a subscript; an element of an array is"
            f" {stem}[t-1]"
        )
        raise refuse("character", f"the name {quoted(token)} ends with '_'", span_of(token), help)
    if text.isascii():
        return
    for offset, character in enumerate(text):
        start = (token.start_pos or 0) + offset
        if character in INVISIBLE_LETTERS:
            raise invisible(character, start)
        plain = unicodedata.normalize("NFKC", character)
        kind = unicodedata.decomposition(character).partition(" ")[0]
        if plain == character or character in "₀₁₂₃₄₅₆₇₈₉µ" or kind[:1] != "<":
            continue
        named = unicodedata.name(character, "a character").lower()
        raise refuse(
            "character",
            f"'{character}' is {named}, not a plain letter",
            Span(start, start + 1),
            instead_of(plain, kind),
        )
    if not text.translate({0x2080 + d: ord("0") + d for d in range(10)}).isidentifier():
        raise refuse("character", f"'{text}' cannot be a name", span_of(token))


def instead_of(plain: str, kind: str) -> str:
    """What to write for a character with the compatibility decomposition `<kind> plain`."""
    if kind == "<super>":
        return f"write ^{plain} for a power"
    return f"write ({plain.replace('⁄', '/')})" if kind == "<fraction>" else f"write {plain}"


def invisible(character: str, position: int) -> BackpropError:
    """The refusal of a character that nobody sees."""
    named = f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
    span = Span(position, position + 1)
    return refuse("character", f"an invisible character ({named})", span, "remove it")


def reserved(token: Token) -> BackpropError:
    return refuse(
        "reserved-word",
        f"'{token}' is a word of the language",
        span_of(token),
        f"rename it, for example {token}_1",
    )


# --------------------------------------------------------------------------------------- characters

CHARACTER_HELP: dict[str, tuple[str, str, str]] = {
    "%": ("character", "'%' is not read: percent or remainder?", "write /100, or mod(a, b)"),
    "'": (
        "character",
        "a prime is not read",
        "the gradients are worked out for you; call a second name x2; a matrix with rows and"
        " columns swapped is A^T",
    ),
    "?": ("character", "'?' is not an operator here", "write if(condition, a, b)"),
    ":": (
        "character",
        "':' is not read",
        "write = to define a name; if(condition, a, b) to choose",
    ),
    "&": ("character", "'&' is not read", "write and"),
    "~": ("character", "'~' is not read", "write not"),
    "_": (
        "character",
        "a name cannot start with '_'",
        "in numbers, leave the underscore out: 1000",
    ),
    "$": (
        "latex",
        "this looks like LaTeX, which is not read",
        "write the formula plainly: x^2/(1+x)",
    ),
    "\\": (
        "latex",
        "this looks like LaTeX, which is not read",
        "write (a)/(b) for \\frac{a}{b}, sqrt(x) for \\sqrt{x}",
    ),
    '"': ("character", "quotation marks are not read", "give the formula without them"),
    "@": ("character", "'@' is not read in a scalar formula", "write * for a product"),
    "°": ("character", "'°' is not read: angles are in radians", "write *pi/180"),
    "½": ("character", "'½' is not read", "write (1/2)"),
    "∑": ("character", "'∑' is not read in a scalar formula", "write the terms with +"),
    "∫": ("character", "'∫' is not read", "write the integral's formula"),
    "∂": ("character", "'∂' is not read", "backprop eval gives every derivative"),
    "!": ("syntax", "'!' belongs behind a whole number, or in !=", "write not, or 5!"),
    ".": ("syntax", "a '.' without a digit", "write 0.5 or .5; a product is *"),
    "`": ("character", "'`' is not read", "remove it"),
    "∞": ("character", "'∞' is not read here", "write inf"),
}
PRIMES = "’‘′″´"
QUOTES = "“”„«»"
INVISIBLE = {"Cf", "Cc", "Co", "Cn", "Cs", "Zl", "Zp"}
INVISIBLE_LETTERS = "\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0"


def bad_character(text: str, position: int) -> BackpropError:
    """The lexer's refusal: `text[position]` starts no token."""
    character = text[position]
    span = Span(position, position + 1)
    if character in PRIMES:
        character = "'"
    elif character in QUOTES:
        character = '"'
    if character == "." and position and text[position - 1].isdigit():
        return refuse("number", "a number has one decimal point", span, "remove one '.'")
    if character == "_" and position and text[position - 1].isdigit():
        return refuse(
            "number", "underscores inside a number are not read", span, "write 1000, not 1_000"
        )
    if character in CHARACTER_HELP:
        code, message, help = CHARACTER_HELP[character]
        return refuse(code, message, span, help)
    if unicodedata.category(character) in INVISIBLE or character in INVISIBLE_LETTERS:
        return invisible(character, position)
    named = f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
    plain = unicodedata.normalize("NFKC", character)
    if character.isdigit() or unicodedata.category(character) == "Nd":
        digit = unicodedata.digit(character, -1)
        return refuse(
            "number", f"'{character}' ({named}) is not read as a digit", span, f"write {digit}"
        )
    help = f"write {plain}" if plain != character and plain.isascii() else "remove it"
    return refuse("character", f"'{character}' ({named}) is not part of the language", span, help)
