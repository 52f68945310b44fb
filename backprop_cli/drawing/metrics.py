"""How wide a text is drawn, without a font library: the advance widths of DejaVu Sans, which is
wider than the other fonts that a picture asks for, so that what fits here fits everywhere.
"""

from __future__ import annotations

import unicodedata

HUNDREDTHS = {  # of an em
    27: "'", 28: "ijl", 29: "IJ", 32: " ,.·", 34: "/:;\\|", 35: "f", 36: "-", 39: "()[]t",
    40: "!²³₀₁₂₃", 41: "r", 46: '"', 50: "*_`", 52: "sz∂", 53: "?", 54: "ε", 55: "c", 56: "LΓ",
    58: "Fk", 59: "vxyγλ", 60: "Pπτ", 61: "TYaoδθ", 62: "e", 63: "ESbdghnpquσ",
    64: "$0123456789{}√∛βμ", 66: "Kφα", 68: "AV", 69: "BRXZ", 70: "C", 73: "U", 75: "HN", 77: "DG",
    78: "&", 79: "OQΦ", 82: "w", 83: "∞", 84: "#+<=>^~−×÷≤≥≠ω", 86: "M", 95: "%", 97: "m", 99: "W",
    100: "@…",
}  # fmt: skip
WIDTHS = {character: width for width, group in HUNDREDTHS.items() for character in group}
OTHER, WIDE = 80, 105
BOLDER = 1.12  # bold digits against regular ones


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of a text in pixels, set at `size` pixels to the em."""
    hundredths = 0
    for character in text:
        width = WIDTHS.get(character)
        hundredths += other_width(character) if width is None else width
    return hundredths * size / 100 * (BOLDER if bold else 1)


def other_width(character: str) -> int:
    """The width of a character outside the table, in hundredths of an em; never too small."""
    if unicodedata.combining(character):
        return 0
    return WIDE if unicodedata.east_asian_width(character) in "WF" else OTHER


def cut(text: str, most: int) -> str:
    """At most `most` characters of a text, the rest as `…`; a bracket that is open there is closed
    behind it, so that a label has no half of a pair: `mean(x, long_na…)`.
    """
    if len(text) <= most:
        return text
    for end in range(most - 1, 0, -1):
        kept = text[:end].rstrip(" …")
        closing = ")" * (kept.count("(") - kept.count(")"))
        if len(kept) + 1 + len(closing) <= most:
            return f"{kept}…{closing}"
    return "…"
