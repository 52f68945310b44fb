"""Names, numbers and formulas in LaTeX. Only ASCII comes out, so that every TeX engine reads it."""

from __future__ import annotations

import re
import unicodedata

from ..explanation import Lecture
from ..explanation.lecture import Written
from ..notation import ATOM, POWER, PRODUCT, SUM, UNARY, call_pieces, operator_pieces
from ..numerals import MINUS

GREEK = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\epsilon",
    "ζ": r"\zeta", "η": r"\eta", "θ": r"\theta", "ι": r"\iota", "κ": r"\kappa", "λ": r"\lambda",
    "μ": r"\mu", "ν": r"\nu", "ξ": r"\xi", "ο": "o", "π": r"\pi", "ρ": r"\rho", "σ": r"\sigma",
    "τ": r"\tau", "υ": r"\upsilon", "φ": r"\phi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega",
    "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi",
    "Σ": r"\Sigma", "Υ": r"\Upsilon", "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega",
    "ς": r"\varsigma", "ϵ": r"\epsilon", "ϑ": r"\vartheta", "ϕ": r"\phi", "µ": r"\mu",
    "∂": r"\partial", "∇": r"\nabla",
}  # fmt: skip
SPELLED = {command[1:]: command for command in GREEK.values() if command[1:].isalpha()}
ACCENTS = {
    "\u0300": r"\grave", "\u0301": r"\acute", "\u0302": r"\hat", "\u0303": r"\tilde",
    "\u0304": r"\bar", "\u0306": r"\breve", "\u0307": r"\dot", "\u0308": r"\ddot",
    "\u030a": r"\mathring", "\u030c": r"\check",
}  # fmt: skip
FUNCTIONS = {
    "sin": r"\sin", "cos": r"\cos", "tan": r"\tan", "sec": r"\sec", "csc": r"\csc",
    "cot": r"\cot", "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh", "coth": r"\coth",
    "asin": r"\arcsin", "acos": r"\arccos", "atan": r"\arctan", "exp": r"\exp", "log": r"\ln",
    "log10": r"\log_{10}", "log2": r"\log_{2}", "max": r"\max", "min": r"\min",
    "sigmoid": r"\sigma", "normal_cdf": r"\Phi", "normal_density": r"\varphi",
    "gamma": r"\Gamma", "digamma": r"\psi",
}  # fmt: skip
AROUND = {
    "sqrt": (r"\sqrt{", "}"), "cbrt": (r"\sqrt[3]{", "}"), "abs": (r"\left|", r"\right|"),
    "floor": (r"\left\lfloor ", r"\right\rfloor"), "ceil": (r"\left\lceil ", r"\right\rceil"),
}  # fmt: skip
SIGNS = {
    " * ": r" \cdot ", " <= ": r" \le ", " >= ": r" \ge ", " != ": r" \ne ", " == ": " = ",
    " mod ": r" \bmod ", " and ": r" \land ", " or ": r" \lor ", "not ": r"\lnot ",
}  # fmt: skip
ESCAPED = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
    "<": r"\ensuremath{<}", ">": r"\ensuremath{>}", "|": r"\ensuremath{|}", '"': "''",
    "’": "'", "–": "--", "…": r"\dots{}", "\u00a0": "~",
}  # fmt: skip
MATHEMATICAL = {
    MINUS: "-", "·": r"\cdot ", "×": r"\times ", "±": r"\pm ", "²": "^2", "→": r"\to ",
    "∞": r"\infty ", "≤": r"\le ", "≥": r"\ge ", "≠": r"\ne ", "√": r"\surd ",
}  # fmt: skip
TALL = re.compile(r"\\(frac|tfrac|sqrt|left)|\^\{.*\^")
SAFE = (r"\_", r"\&", r"\%", r"\#", r"\$", r"\{", r"\}")  # in mathematics and in text
COMMAND = re.compile(r"\\[A-Za-z]+")
TRAILING = re.compile(r"(.*\D)(\d+)", re.DOTALL)


def latex_name(text: str) -> str:
    """A name in a formula: θ is \\theta, w0 is w_{0}, data_loss is data with the index loss."""
    stem, underscore, index = text.partition("_")
    digits = None if underscore else TRAILING.fullmatch(stem)
    if digits:
        stem, index = digits[1], digits[2]
    if not stem or (underscore and not index):
        return latex_word(text)
    return f"{latex_word(stem)}_{{{latex_word(index)}}}" if index else latex_word(stem)


def latex_word(text: str) -> str:
    """A name without an index: letters of one symbol in italics, of several upright."""
    if text in SPELLED:
        return SPELLED[text]
    letters = latex_letters(text)
    if len(letters) == 1 or text.isdigit():
        return "".join(letters)
    apart = [f"{letter} " if COMMAND.fullmatch(letter) else letter for letter in letters]
    return rf"\mathrm{{{''.join(apart).strip()}}}"


def latex_letters(text: str) -> list[str]:
    """Each letter with its accents; one that TeX may not have by its number."""
    found: list[str] = []
    for character in unicodedata.normalize("NFD", text):
        if character in ACCENTS and found:
            found[-1] = f"{ACCENTS[character]}{{{found[-1]}}}"
        elif character.isascii() and character.isalnum():
            found.append(character)
        elif character.isascii():
            shown = text_character(character) if character.isprintable() else "?"
            found.append(shown if shown in SAFE else rf"\text{{{shown}}}")
        else:
            found.append(GREEK.get(character) or rf"\mathrm{{U{ord(character):04X}}}")
    return found


def latex_text(text: str) -> str:
    """A sentence with everything escaped that TeX would take for its own."""
    return "".join(map(text_character, text))


def text_character(character: str) -> str:
    if character in ESCAPED:
        return ESCAPED[character]
    if character in MATHEMATICAL:
        return rf"\ensuremath{{{MATHEMATICAL[character].strip()}}}"
    if character.isascii():
        return character if character.isprintable() else " "
    return rf"\ensuremath{{{latex_word(character)}}}"


class Latex(Lecture):
    """The notation of LaTeX's mathematics (amsmath)."""

    times = r" \cdot "
    room = 4

    def name(self, title: str) -> str:
        return latex_name(title)

    def constant(self, literal: str) -> str:
        named = {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{NaN}"}.get(literal)
        if named is None and literal.isalpha():
            return latex_word(literal)
        return named or self.numeral(literal)

    def numeral(self, text: str) -> str:
        text = text.replace(MINUS, "-")
        sign, size = ("-", text[1:]) if text.startswith("-") else ("", text)
        mantissa, e, exponent = size.partition("e")
        over, slash, under = size.partition("/")
        if size == "inf":
            return rf"{sign}\infty"
        if size.isalpha():
            return rf"\mathrm{{{size}}}"
        if slash:
            return rf"{sign}\tfrac{{{over}}}{{{under}}}"
        if e:
            return rf"{sign}{mantissa} \cdot 10^{{{exponent.removeprefix('+')}}}"
        return sign + size

    def operation(self, name: str, operands: list[Written]) -> Written:
        texts = [text for text, _ in operands]
        if name in ("divide", "reciprocal"):
            over, under = texts if len(texts) == 2 else ("1", texts[0])
            return rf"\frac{{{over}}}{{{under}}}", UNARY
        if name in ("power", "whole_power", "square"):
            base = texts[0] if operands[0][1] >= ATOM else self.bracketed(texts[0])
            return f"{base}^{{{texts[1] if len(texts) == 2 else 2}}}", POWER
        if name == "negate":
            text, precedence = operands[0]
            bare = precedence >= PRODUCT and not text.startswith("-")
            return f"-{text if bare else self.bracketed(text)}", SUM
        if name in AROUND:
            opening, closing = AROUND[name]
            return f"{opening}{texts[0]}{closing}", ATOM
        if name == "log_base":
            return rf"\log_{{{texts[1]}}}{self.bracketed(texts[0])}", ATOM
        written = operator_pieces(name)
        if written is None:
            return self.called(name, texts), ATOM
        precedence, pieces = written
        parts = []
        for piece in pieces:
            if isinstance(piece, str):
                parts.append(SIGNS.get(piece, piece))
            else:
                text, own = operands[piece[0]]
                parts.append(text if own >= piece[1] else self.bracketed(text))
        return "".join(parts), precedence

    def called(self, name: str, texts: list[str]) -> str:
        """name(…), its name upright."""
        written = str(call_pieces(name, 0)[1][0]).rstrip("(")
        function = FUNCTIONS.get(name) or rf"\operatorname{{{latex_text(written)}}}"
        return function + self.bracketed(", ".join(texts))

    def partial(self, output: str, source: str) -> str:
        return rf"\frac{{\partial {output}}}{{\partial {source}}}"

    def bracketed(self, text: str) -> str:
        return rf"\left({text}\right)" if TALL.search(text) else f"({text})"

    def more(self, count: int) -> str:
        return rf"\dots \text{{ ({count:,} more)}}"

    def inline(self, text: str) -> str:
        return f"${text}$"

    def in_words(self, title: str) -> str:
        named = title.isalpha() or title[:1].isalpha()
        return self.inline(latex_name(title)) if named else self.prose(title)

    def prose(self, text: str) -> str:
        return latex_text(text)
