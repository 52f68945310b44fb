"""Why a text was refused, and how to mend it. Lark says where; the words are ours."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from ..errors import BackpropError, Label, Span, refuse

if TYPE_CHECKING:
    from lark import Token

OPERATOR_TYPES = frozenset(
    {"PLUS", "MINUS", "TIMES", "DIVIDE", "POWER", "MOD", "ROOT", "EQUALS", "COMMA", "COMPARE"}
    | {"AND", "OR", "NOT", "PLUS_MINUS", "MINIMIZE", "ROLE"}
)
OPENERS = frozenset({"LPAR", "CALL", "LBRACE", "LSQB", "OPEN_BAR"})
CLOSERS = frozenset({"RPAR", "RBRACE", "RSQB", "CLOSE_BAR"})
DIVISIONS = ("DIVIDE", "MOD")
OPERAND_ENDS = CLOSERS | {"NUMBER", "NAME", "FACTORIAL", "SUPERSCRIPT"}
OPERAND_STARTS = (OPENERS - {"CALL"}) | {"NUMBER", "NAME", "POWERED", "ROOT"}
VALUE = "a number, a name or '('"


def span_of(token: Token) -> Span:
    return Span(token.start_pos or 0, token.end_pos or 0)


def quoted(token: Token) -> str:
    """A token's text for a message, shortened if it is long."""
    text = str(token)
    return f"'{text}'" if len(text) <= 30 else f"'{text[:27]}…'"


# ------------------------------------------------------------------------- neighbours with two readings


def refuse_neighbours(seen: list[Token], token: Token) -> None:
    """Raise if `token`, coming after `seen`, is a number or neighbourhood that is never read."""
    kind = token.type
    if kind == "NUMBER":
        refuse_number(seen, token)
    if not seen:
        return
    last = seen[-1]
    touching = last.end_pos == token.start_pos
    if last.type == "NUMBER" and touching and kind in ("NAME", "POWERED"):
        refuse_number_then_name(seen, token)
    if kind == "LSQB" and last.type == "NAME":
        raise refuse(
            "not-scalar",
            f"'{last}[…]' is an element of an array; here every name is a single number",
            Span(last.start_pos or 0, token.end_pos or 0),
            f"write {last}*(…) for a product, or a name of its own such as {last}0",
        )
    if last.type not in ("NUMBER", "NAME"):
        return
    before = seen[-2].type if len(seen) > 1 else ""
    if before == "ROOT" and (kind in OPERAND_STARTS or kind in ("POWER", "SUPERSCRIPT", "FACTORIAL")):
        raise ambiguous_root(seen[-2], last, token)
    if kind in OPERAND_STARTS and touching:
        refuse_exponent_then_operand(seen, token)


def refuse_number(seen: list[Token], token: Token) -> None:
    text = str(token)
    span = span_of(token)
    if len(text) > 1_000:
        raise refuse("number", "a number of more than 1,000 characters", span)
    if len(text) > 1 and text[0] == "0" and text[1].isdigit():
        if len(seen) > 1 and seen[-1].type == "COMMA" and seen[-2].type == "NUMBER":
            return  # 1,000: the comma is what is wrong
        fixed = re.sub(r"^0+(?=[0-9])", "", text)
        raise refuse("number", f"{quoted(token)} starts with 0", span, f"write {fixed}")
    exponent = re.search(r"[eE]([+-]?[0-9]+)$", text)
    if exponent and len(exponent[1].lstrip("+-0")) > 6:
        raise refuse("number", f"the exponent of {quoted(token)} is beyond ±999,999", span)
    if not seen or seen[-1].type not in OPERAND_ENDS:
        return
    last = seen[-1]
    both = Span(last.start_pos or 0, span.end)
    if last.type == "NUMBER":
        grouped = len(text) == 3 and text.isdigit() and last.isdigit()
        help = f"write {last}{text} for one number, or {last}*{text}" if grouped else f"write {last}*{text}"
        raise refuse("implied-number", f"two numbers side by side: {last} {text}", both, help)
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
        sign = "" if exponent[0] in "+-" else "+"
        raise refuse(
            "ambiguous-power",
            f"'{number}{token}' has two readings",
            span,
            f"write {number}*{token}, or {mantissa}*e{sign}{exponent}*{token}",
        )


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


# ----------------------------------------------------------------------------------- spelling of names


def refuse_spelling(token: Token) -> None:
    """Raise if a name cannot be told from another one, or is no name."""
    text = str(token)
    if text.isascii():
        if text.endswith("_"):
            help = f"write {text.rstrip('_')}_1 or {text.rstrip('_')}1; braces do not make a subscript"
            raise refuse("character", f"the name '{text}' ends with '_'", span_of(token), help)
        return
    for offset, character in enumerate(text):
        plain = unicodedata.normalize("NFKC", character)
        if plain == character or character in "₀₁₂₃₄₅₆₇₈₉µ" or unicodedata.decomposition(character)[:1] != "<":
            continue
        at = (token.start_pos or 0) + offset
        raise refuse(
            "character",
            f"'{character}' is {unicodedata.name(character, 'a character').lower()}, not a plain letter",
            Span(at, at + 1),
            f"write '{plain}'",
        )
    if not text.translate({0x2080 + d: ord("0") + d for d in range(10)}).isidentifier():
        raise refuse("character", f"'{text}' cannot be a name", span_of(token))


def reserved(token: Token) -> BackpropError:
    return refuse(
        "reserved-word", f"'{token}' is a word of the language", span_of(token), f"rename it, for example {token}_"
        "1"
    )


# ------------------------------------------------------------------------------------ brackets and bars


def unclosed(opener: Token, last: Token) -> BackpropError:
    end = last.end_pos or 0
    closer = {"LPAR": ")", "CALL": ")", "LBRACE": "}", "LSQB": "]", "OPEN_BAR": "|"}[opener.type]
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
        return refuse("unbalanced", f"{shown} closes nothing", span_of(closer), f"remove {shown}, or open it before")
    expected = {"LPAR": ")", "CALL": ")", "LBRACE": "}", "LSQB": "]", "OPEN_BAR": "|"}[opener.type]
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


# ------------------------------------------------------------------------------------------- characters

CHARACTER_HELP: dict[str, tuple[str, str, str]] = {
    "%": ("character", "'%' is not read: percent or remainder?", "write /100, or mod(a, b)"),
    "'": ("character", "a prime is not read", "the gradients are worked out for you; call a second name x2"),
    "?": ("character", "'?' is not an operator here", "write if(condition, a, b)"),
    ":": ("character", "':' is not read", "write = to define a name; if(condition, a, b) to choose"),
    "&": ("character", "'&' is not read", "write and"),
    "~": ("character", "'~' is not read", "write not"),
    "_": ("character", "a name cannot start with '_'", "in numbers, leave the underscore out: 1000"),
    "$": ("latex", "this looks like LaTeX, which is not read", "write the formula plainly: x^2/(1+x)"),
    "\\": ("latex", "this looks like LaTeX, which is not read", "write (a)/(b) for \\frac{a}{b}, sqrt(x) for \\sqrt{x}"),
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
INVISIBLE = {"Cf", "Cc", "Co", "Cn", "Cs"}


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
        return refuse("number", "underscores inside a number are not read", span, "write 1000, not 1_000")
    if character in CHARACTER_HELP:
        code, message, help = CHARACTER_HELP[character]
        return refuse(code, message, span, help)
    name = unicodedata.name(character, "")
    named = f"U+{ord(character):04X} {name}".rstrip()
    if unicodedata.category(character) in INVISIBLE:
        return refuse("character", f"an invisible character ({named})", span, "remove it")
    plain = unicodedata.normalize("NFKC", character)
    if character.isdigit() or unicodedata.category(character) == "Nd":
        digit = unicodedata.digit(character, -1)
        return refuse("number", f"'{character}' ({named}) is not read as a digit", span, f"write {digit}")
    help = f"write {plain}" if plain != character and plain.isascii() else "remove it"
    return refuse("character", f"'{character}' ({named}) is not part of the language", span, help)


# -------------------------------------------------------------------------------------- structure


def unexpected(tokens: list[Token], at: int, expected: frozenset[str], length: int) -> BackpropError:
    """The parser's refusal at `tokens[at]` (`at == len(tokens)`: at the end of the text)."""
    previous = tokens[at - 1] if at else None
    if at >= len(tokens):
        return at_end(previous, length)
    token = tokens[at]
    span = span_of(token)
    kind = token.type
    if kind == "MINUS" and at > 1 and tokens[at - 2].type == "POWERED":
        return inverse(tokens[at - 2], token)
    if kind == "SEPARATOR":
        return at_end(previous, span.start)
    if kind in ("COMPARE", "AND", "OR", "NOT") and (previous is None or previous.type in OPERAND_ENDS):
        return refuse(
            "comparison",
            f"{quoted(token)} belongs inside if(condition, a, b)",
            span,
            "write if(x > 0, a, b); to define a name, write =",
        )
    if kind in ("COMPARE", "AND", "OR") and previous is not None and previous.type in OPERAND_ENDS:
        return refuse("comparison", f"{quoted(token)} is not expected here", span)
    if previous is None or previous.type in OPERATOR_TYPES or previous.type in OPENERS | {"SEPARATOR"}:
        return missing_operand(previous, token)
    if kind == "EQUALS":
        return refuse("syntax", "a second '=', or one inside brackets", span, "write == to compare")
    if kind == "COMMA":
        help = "separate the formulas: one at a time"
        if previous.type == "NUMBER" and at + 1 < len(tokens) and tokens[at + 1].type == "NUMBER":
            whole, part = previous, tokens[at + 1]
            help = f"write {whole}.{part} for a decimal number, {whole}{part} for a whole one"
        return refuse("syntax", "a comma is only read between the arguments of a function", span, help)
    if kind == "PLUS_MINUS":
        help = "an uncertainty belongs to a value: --x '2±0.1'"
        return refuse("syntax", "'±' is not read in a formula", span, help)
    if kind in ("POWER", "SUPERSCRIPT", "FACTORIAL"):
        return power_of_power(tokens, at)
    if kind in OPERAND_STARTS:
        return side_by_side(tokens, at)
    return refuse("syntax", f"{quoted(token)} is not expected here", span, expected=named(expected))


def at_end(previous: Token | None, length: int) -> BackpropError:
    if previous is None:
        return refuse("empty", "there is no formula", Span(0, 0), 'write one: "(x+y)*z"')
    return refuse(
        "missing-operand",
        f"expected {VALUE} after {quoted(previous)}",
        Span(length, length),
        f"write a value behind it, or remove {quoted(previous)}",
        expected=("NUMBER", "NAME", "LPAR"),
    )


def missing_operand(previous: Token | None, token: Token) -> BackpropError:
    where = f"after {quoted(previous)}" if previous is not None and previous.type != "SEPARATOR" else "here"
    if token.type in CLOSERS:
        help = f"write a value between them, or remove {quoted(previous) if previous is not None else 'both'}"
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
    return refuse(
        "inverse-function",
        f"'{callee}^-1' has two readings: the inverse function or the reciprocal",
        Span(callee.start_pos or 0, exponent.end_pos or 0),
        f"write a{callee}(…) for the inverse function, or 1/{callee}(…)",
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
    while start > 1 and tokens[start - 1].type in ("PLUS", "MINUS") and tokens[start - 2].type in DIVISIONS:
        start -= 1
        divisor = f"{tokens[start]}{divisor}"
    if not start or tokens[start - 1].type not in DIVISIONS:
        return refuse("syntax", f"{quoted(token)} is not expected after {divisor}", span_of(token))
    sign = f" {tokens[start - 1]} " if tokens[start - 1].type == "MOD" else "/"
    first = operand_start(tokens, start - 2)
    longer = first > 0 and tokens[first - 1].type not in (*OPENERS, "SEPARATOR", "COMMA", "EQUALS", "PLUS", "MINUS")
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


def operand_end(tokens: list[Token], start: int) -> int:
    """The index behind the operand that starts at `tokens[start]`; brackets as far as the tokens go."""
    depth = 0
    for at in range(start, len(tokens)):
        kind = tokens[at].type
        depth += (kind in OPENERS) - (kind in CLOSERS)
        following = tokens[at + 1].type if at + 1 < len(tokens) else ""
        if depth == 0 and following not in ("CALL", "SUPERSCRIPT", "FACTORIAL") and kind not in ("ROOT", "POWERED"):
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
            if kind == "CALL":
                at -= 1
            break
        at -= 1
    return max(at, 0)


def joined(tokens: list[Token]) -> str:
    """The text of a few tokens, shortened."""
    text = "".join(str(token) for token in tokens)
    return text if len(text) <= 24 else f"{text[:10]}…{text[-10:]}"


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
