"""A line of a sheet as people write it → the plain line that the grammar reads.

Only the spelling around an answer is taken off: bullets, Markdown, quotes, what NumPy and PyTorch
print. What a number or formula means is for the grammar alone.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from ..marks import Remark

LONGEST_LINE = 1 << 14
LONGEST_QUANTITY = 200

WORD = r"question|problem|exercise|task|aufgabe|frage|exercice|ejercicio|pregunta|esercizio|domanda"
HEADING = re.compile(
    rf"([\s*_`=~\[(-]*)(?:[Qq](?=\d)|Q[ .#]{{1,2}}|(?i:{WORD})[ .:#-]{{0,3}})"
    r"([0-9]{1,4})([A-Za-z]?)(?!_?[^\W_]|['’/]|\.\d|\.grad)"
)
BARE_VALUE = re.compile(r":[ \t]*[-+−–]?[0-9][0-9.,/eE]*")
POINTS = re.compile(r"[\[(]\s*[0-9.]+\s*(?:p|pts?|points?|marks?|punkte?)\.?\s*[\])].*", re.I)

BULLET = re.compile(
    r"(?:>[ \t]*)*(?:(?:[-*+–]|\d{1,3}[.)]|\(?[a-z]\))[ \t]+|[•‣▪●◦·][ \t]*)?(?:\[[ xX]?\][ \t]+)?"
)
LEAD = re.compile(
    r"(?:(?:so|then|thus|hence|therefore|and|we|get|have|answer|solution|finally)[\s,:]+)+", re.I
)
SIGN = re.compile(r":=|==|~=|=~|[=≈≃≅≒≔:]")
# A second answer behind a comma, semicolon or gap: q = 3, f = -12
SECOND = re.compile(
    r"(?:[;,]\s*|(?<!\s)(?:\s+and\s+|\s{3,}|\s*\t\s*))"
    r"(?=(?:so |and )?[^\W\d_∂][^=≈,;()\[\]{}]{0,40}(?::=|≈|=(?!=)))"
)
# Another answer, or a product in a chain: q = 3 f = -12, q = 3 where f = -12
FUNCTION = r"a?(?:sin|cos|tan)h?|exp|log|sqrt"
SHORT_WORDS = r"(?:an|as|at|by|if|in|is|on|or|so|to|we)(?!\w)"
CLOSE = re.compile(
    rf"(?:[0-9.]|(?<!\w)(?:{SHORT_WORDS}|(?!(?:{FUNCTION})\s)[^\W\d_]{{3,}}))[ \t]+"
    r"[^\W\d_][\w/∂.'’]*\s*(?:≈|=(?!=))"
)
# Where an answer holds, behind it: -4 at x=-2 y=5, -4 at (x=-2, y=5), -4 @ x=-2
SETTING = r"[^\W\d_]\w*\s*=(?!=)\s*[-+−–]?[^\s=,;()\[\]]+"
PLACE = re.compile(
    r"(?:(?<=[\s,;])at(?:\s+the\s+point)?(?=[\s(])|[@|])\s*"
    rf"(?:{SETTING}(?:\s+{SETTING})*|\(\s*{SETTING}(?:(?:\s*[,;]|\s)\s*{SETTING})*\s*\))[\s.]*$",
    re.I,
)
# What a chain of equals signs may answer on its way: df/dx = df/dy = -4
STEP = re.compile(
    r"∂?[^\W\d]\w*|d\w+/d\w+|∂\w+/∂\w+|[^\W\d]\w*(?:\.grad|['’′](?:\(\w+\))?)"
)
MOST_STEPS = 20
PROSE = re.compile(rf"(?<!\w)(?!(?:{FUNCTION})\s)[^\W\d_]{{2,}}[ \t]+[^\W\d_]{{2,}}")
LAST = re.compile(r"(?<![<>=!])=(?!=)")

SKIPS = frozenset(
    {"n/a", "na", "none", "tbd", "todo", "idk", "skip", "skipped", "unknown", "blank", "empty"}
    | {"don't know", "dont know", "i don't know", "no answer", "not answered"}
)
NOTHING = re.compile(r"[\s?_.…–—-]*")
SIMPLE = re.compile(r"[-+]?[0-9]{1,20}(?:\.[0-9]{0,20})?")
NUMBER = r"[-+−–]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+−]?[0-9]+)?"
NUMERAL = re.compile(NUMBER)
COMMENT = re.compile(r"#.*|(?:^|\s)//.*", re.S)
ARRAY = re.compile(
    r"(?:np\.|numpy\.|torch\.)?(?:array|tensor)\((.*?)(?:,\s*(?:dtype|requires_grad|grad_fn|device)"
    r"\s*=.*)?\)",
    re.S,
)
TUPLE = re.compile(rf"\(\s*({NUMBER}(?:\s*,\s+{NUMBER})+)\s*\)")
BETWEEN = re.compile(r"(?<=[0-9.\]])[ \t]+(?=[-+−–]?[0-9.\[])")
TRANSPOSED = re.compile(r"(\[[^\[\]]*\])\s*(?:\^\s*\{?T\}?|ᵀ|'|\.T)")

# How a quantity is spelled elsewhere, and here; in this order.
SPELLINGS = [
    (re.compile(r"[*`$]+|\\[()]|\\left|\\right|\\,"), ""),
    (re.compile(r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}"), r"\1/\2"),
    (re.compile(r"\\partial\s*"), "∂"),
    (re.compile(r"_\{(\w+)\}"), r"_\1"),
    (re.compile(r"([d∂])\s*/\s*\1\s*(\w+)\s*[\[(]?\s*(\w+)\s*[\])]?"), r"\1\3/\1\2"),  # d/dx f
    (re.compile(r"(?<!\w)d\s*\(\s*(\w+)\s*\)"), r"d\1"),  # d(f)/d(x)
    (re.compile(r"(?<!\w)d\s+(?=\w+\s*(?:/|$))"), "d"),
    (re.compile(r"^(\w+)\s*\([^()'’]*\)$"), r"\1"),  # f(x, y)
]

INVISIBLE = (0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF)
TIDY: dict[int, str | None] = {
    **dict.fromkeys(INVISIBLE),
    **{code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},  # full width
    **{code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x1D400, 0x1D800)},
    **dict.fromkeys((0x2010, 0x2011, 0x2012, 0xFE63), "-"),
    **dict.fromkeys((0x2018, 0x00B4, 0x02BC), "'"),
    **dict.fromkeys((0x201C, 0x201D), '"'),
    **dict.fromkeys((0x00A0, 0x2007, 0x202F, 0x3000), " "),
    0x210E: "h",
}


class Cell(NamedTuple):
    """An answer from a table or object: its question, what it answers, and its text.

    line  of the sheet, or the row of a table; 0 where there is none.
    """

    label: str | None
    name: str
    text: str
    line: int


class Record(NamedTuple):
    """One student's entries in a table of responses, or one object of a JSON file.

    line  the row of the table or line of the file, from 1; 0 where it is not known.
    """

    id: str
    name: str
    email: str
    cells: tuple[Cell, ...]
    remarks: tuple[Remark, ...] = ()
    line: int = 0


class Right(NamedTuple):
    """The right side of an answer.

    text     as it was written. plain: as the grammar reads it.
    steps    where `plain` is the last of several values: those before it.
    changed  whether its signs were read in a way worth saying: [1 2] as [1, 2].
    """

    text: str
    plain: str
    steps: tuple[str, ...] = ()
    changed: bool = False


class Heading(NamedTuple):
    """`## Q1: rest`: the label of a question and what follows; `apart` if a sign parts them."""

    label: str
    rest: str
    apart: bool


def tidy(line: str) -> str:
    """A line without invisible characters, its blanks and signs in their common spelling."""
    return (line if line.isascii() else line.translate(TIDY)).strip()


def heading(text: str) -> Heading | None:
    """The question that a line starts with: Q1, **Q1)**, Question 1: …; q1 = 3 is an answer."""
    found = HEADING.match(text)
    if found is None:
        return None
    decoration, number, letter = found.groups()
    tail = text[found.end() :]
    bare = tail.lstrip(" \t*_`)]")
    if bare.startswith(("=", ":=", "≈", "≔")) and "=" not in decoration:
        return None
    if BARE_VALUE.fullmatch(bare):
        return None
    rest = tail.lstrip(" \t*_`~=:.)]-–—")
    apart = len(tail.lstrip(" \t")) > len(rest) or rest.startswith(("[", "("))
    if not any(character.isalnum() for character in rest):
        rest = ""
    return Heading(f"Q{number}{letter.lower()}", rest, apart)


def column(title: str) -> tuple[str | None, str]:
    """The question and quantity that a column or key is about: `Q1: df/dx`, `Q2 [dg/dx]`, `q`."""
    text = tidy(title)
    found = heading(text.replace("_", " ", 1) if HEADING.match(text.replace("_", " ", 1)) else text)
    if found is None:
        return None, unbracketed(text)
    return found.label, unbracketed(found.rest)


def unbracketed(text: str) -> str:
    """A column's quantity without the brackets that forms put around it."""
    if text[:1] in "[(" and text[-1:] in ("]", ")"):
        text = text[1:-1]
    return text.strip(" :=?")


def plain_left(left: str) -> str:
    """The left side of an answer in the grammar's spelling."""
    left = left.strip(' \t*_`$>"')
    if left.isalnum() or len(left) > LONGEST_QUANTITY:
        return left
    left = LEAD.sub("", left)
    for pattern, plain in SPELLINGS:
        left = pattern.sub(plain, left)
    return left.strip()


def plain_right(right: str) -> Right:
    """The right side of an answer in the grammar's spelling; nothing becomes `?`."""
    right = right.strip()
    if SIMPLE.fullmatch(right):
        return Right(right, right)
    if "#" in right or "//" in right:
        right = COMMENT.sub("", right).strip()
    text = unwrapped(right)
    plain = text
    steps: tuple[str, ...] = ()
    if array := ARRAY.fullmatch(plain):
        plain = array[1].strip()
    for sign in ("≈", "≃", "≅", "≒", "~="):
        plain = plain.replace(sign, "=")
    if "=" in plain and (members := LAST.split(plain))[1:]:
        plain, steps = unwrapped(members[-1]), tuple(members[:-1])
    if NOTHING.fullmatch(plain) or plain.lower().replace("’", "'").strip(".!() ") in SKIPS:
        return Right(text or right, "?", steps)
    spelled = plain
    if "," in plain and (listed := TUPLE.fullmatch(plain)):
        spelled = f"[{listed[1]}]"
    elif "[" in plain:
        spelled = vector(plain)
    elif plain.startswith("—"):  # what word processors make of a hyphen
        spelled = f"-{plain[1:]}"
    return Right(text, spelled, steps, spelled != plain)


def placeless(right: str) -> tuple[str, str]:
    """The right side of an answer, and what stands behind it on where it holds: `at x=-2`."""
    found = PLACE.search(COMMENT.sub("", right)) if "=" in right else None
    if found is None:
        return right, ""
    return right[: found.start()].rstrip(" \t,;"), found[0].strip()


def unwrapped(text: str) -> str:
    """A right side without quotes and emphasis around it, and without the sentence's end."""
    text = text.strip(" \t`$\"")
    if text.startswith("*") or text.endswith("**"):
        text = text.strip("*").strip(" \t`$")
    text = text.rstrip(" \t,;")
    if text.endswith(".") and (text[:-1].count(".") or not text[-2:-1].isdigit()):
        text = text[:-1] if not NOTHING.fullmatch(text) else text
    return text


def vector(text: str) -> str:
    """A vector or matrix with commas, where NumPy and MATLAB print blanks: [1 2] is [1, 2]."""
    if transposed := TRANSPOSED.fullmatch(text):
        text = transposed[1]
    if "," in text:
        return text
    text = BETWEEN.sub(", ", text.replace("[ ", "[").replace(" ]", "]"))
    if ";" in text and text.count("[") == 1 and text.endswith("]") and "," in text:
        rows = text[1:-1].split(";")
        return f"[{', '.join(f'[{row.strip()}]' for row in rows)}]"
    return text


def answers_in(text: str) -> list[str]:
    """The answers of a line that has several behind commas or semicolons: q = 3, f = -12."""
    if text.count("=") + text.count("≈") < 2:
        return [text]
    pieces = SECOND.split(text)
    return [text] if any(map(still_open, pieces)) else pieces


def still_open(text: str) -> bool:
    """Whether a bracket is open at the end of a line."""
    if "[" not in text and "(" not in text:
        return False
    text = COMMENT.sub("", text)
    return text.count("[") + text.count("(") > text.count("]") + text.count(")")
