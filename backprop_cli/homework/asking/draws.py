"""`draw x,y in -9..9 nonzero`: numbers of each student's own, from the seed of the key and the id.

The same seed, id, question and name give the same number on every machine and in every version, so
a blank sheet and its marking agree though no file says which numbers were drawn.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from ...errors import Span, refuse
from ...numerals import fraction
from ...syntax import homework_tree as tree

MOST_CHOICES = 10**9


class Draw(NamedTuple):
    """One line of draws: `low`, `low + step`, … up to `high`, each as likely.

    distinct  whether no two of the names have the same number.
    """

    names: tuple[str, ...]
    low: Fraction
    step: Fraction
    choices: int
    nonzero: bool
    distinct: bool

    def values(self) -> list[Fraction]:
        """All that can be drawn; only for few choices."""
        every = (self.low + self.step * place for place in range(self.choices))
        return [value for value in every if value or not self.nonzero]

    def numeral(self, value: Fraction) -> str:
        """A number as students see it: with a decimal point, without zeros at the end."""
        if value.denominator == 1:
            return fraction(value)
        return format(Decimal(value.numerator) / value.denominator, "f")


def draw_of(line: tree.Draw) -> Draw:
    """The draw that a line of the key says; raises BackpropError for one that cannot be made."""
    low, high = decimal(line.low, line.span), decimal(line.high, line.span)
    step = Fraction(1)
    nonzero = distinct = False
    for word, number in line.modifiers:
        if word.name == "step" and number is not None and decimal(number, word.span) > 0:
            step = decimal(number, word.span)
        elif word.name == "nonzero" and number is None:
            nonzero = True
        elif word.name == "distinct" and number is None:
            distinct = True
        else:
            help = "write draw x in -2..2 step 0.5, with nonzero or distinct behind it"
            raise refuse("key", f"'{word.name}' cannot be used like this", word.span, help)
    choices = (high - low) // step + 1
    usable = choices - (nonzero and low <= 0 <= high and (low / step).denominator == 1)
    if usable < 1 or (distinct and usable < len(line.names)):
        raise refuse("key", "there is nothing to draw between the two ends", line.span)
    if choices > MOST_CHOICES:
        raise refuse("key", f"more than {MOST_CHOICES:,} numbers to draw from", line.span)
    names = tuple(name.name for name in line.names)
    return Draw(names, low, step, int(choices), nonzero, distinct)


def decimal(text: str, span: Span) -> Fraction:
    """A numeral of a key as a fraction; those with an exponent have no use there."""
    if "e" in text.lower():
        raise refuse("key", "this number is written without an exponent here", span)
    return Fraction(text)


def drawn(draws: tuple[Draw, ...], seed: str, id: str, label: str, attempt: int) -> dict[str, str]:
    """One student's numbers by name, as numerals. Another attempt gives other numbers."""
    values: dict[str, str] = {}
    for draw in draws:
        taken: set[Fraction] = set()
        for name in draw.names:
            for number in stream(f"{seed}\n{id}\n{label}\n{name}\n{attempt}"):
                value = draw.low + draw.step * (number % draw.choices)
                if (draw.nonzero and not value) or (draw.distinct and value in taken):
                    continue
                taken.add(value)
                values[name] = draw.numeral(value)
                break
    return values


def stream(text: str) -> Iterator[int]:
    """Whole numbers of 64 bits that depend on a text alone (SHA-256 of it and a counter)."""
    place = 0
    while True:
        digest = hashlib.sha256(f"{text}\n{place}".encode("utf-8", "surrogatepass")).digest()
        yield int.from_bytes(digest[:8], "big")
        place += 1
