"""The one function that makes a user's text safe to print, and what a terminal can show."""

from __future__ import annotations

import unicodedata

REPLACEMENT = "\ufffd"
LOOK_ALIKES = str.maketrans(
    {"−": "-", "·": "*", "±": "+-", "…": "...", "≈": "~", "’": "'", "∂": "d"}
)


def safe(text: str) -> str:
    """`text` without control characters, escape sequences or direction marks; every character keeps
    its place.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character
        if character.isprintable() or character == " "
        else " "
        if character in "\t\n\r"
        else REPLACEMENT
        for character in text
    )


def width(text: str) -> int:
    """How many columns a terminal gives to `text`: two for wide characters, none for combining
    marks.
    """
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.category(c) in ("Mn", "Me")
        else 2
        if unicodedata.east_asian_width(c) in "WF"
        else 1
        for c in text
    )


def in_encoding(text: str, encoding: str | None) -> str:
    """`text` for an output that cannot show every character: signs by their ASCII look-alikes."""
    if encoding is None or encoding.lower().replace("-", "") in ("utf8", "utf16", "utf32"):
        return text
    plain = text.translate(LOOK_ALIKES)
    return plain.encode(encoding, "backslashreplace").decode(encoding)
