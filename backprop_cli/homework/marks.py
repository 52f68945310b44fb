"""What marking says: verdicts on numbers and formulas, gathered by answer, question and sheet.

Plain data. One sheet's marks are one line of results.jsonl (schema `backprop.check/1`), and every
output, the gradebook, the feedback and the report, is made from such lines and from nothing else.
Points are fractions, so that a third of a point stays one.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import lcm
from typing import NamedTuple

# verdict: what it means. The order is that of the legend in the report.
VERDICTS = {
    "right": "right, or rounded rightly",
    "carried": "follows from an earlier error",
    "wrong": "wrong, and the error starts here",
    "coarse": "too few figures to tell",
    "shape": "a vector or matrix of another shape",
    "skipped": "not answered",
    "trivial": "follows from an earlier error that made this step trivial",
    "undecided": "cannot be decided by a program",
    "unreadable": "cannot be read",
}
HUMAN = frozenset({"trivial", "undecided", "unreadable"})  # somebody has to look


def total(parts: Iterable[Fraction]) -> Fraction:
    """The sum of fractions, reduced once."""
    above, below = 0, 1
    for part in parts:
        numerator, denominator = part.as_integer_ratio()
        common = lcm(below, denominator)
        above = above * (common // below) + numerator * (common // denominator)
        below = common
    return Fraction(above, below)


class Suspicion(NamedTuple):
    """A misconception that a wrong number is consistent with.

    kind     its name in the catalogue.
    says     what it looks like, as a sentence with the numbers: "q received z's gradient …".
    certain  whether two nodes agree on it.
    """

    kind: str
    says: str
    certain: bool = False


class Mark(NamedTuple):
    """The verdict on one number or formula.

    name       what was asked: q, df/dx; an element of a vector has its index: g[0], H[1,0].
    kind       "value", "gradient" or "formula".
    node       the node's id in the question's graph, as in JSON elsewhere: n4.
    written    as the student wrote it; None where nothing was.
    verdict    one of VERDICTS.
    points     earned, and `most` that could be.
    expected   the true number or formula, for a person.
    follows    what follows from the student's own earlier numbers, where that is another number.
    reason     one sentence, "" where the verdict says it all. Speaks to the student.
    suspicions what a wrong number is consistent with; all of them, the simplest first.
    witness    for a formula that differs: the point where, name and numeral.
    line       of the sheet, from 1; 0 where there is none.
    """

    name: str
    kind: str
    node: str
    written: str | None
    verdict: str
    points: Fraction
    most: Fraction
    expected: str
    follows: str | None = None
    reason: str = ""
    suspicions: tuple[Suspicion, ...] = ()
    witness: tuple[tuple[str, str], ...] = ()
    line: int = 0


class QuestionMarks(NamedTuple):
    """One question of one sheet.

    inputs       the numbers that this student had, name and numeral; empty for a formula question.
    first_error  the name of the mark where the first error starts; None where there is no error.
    override     the points that the teacher set by hand, which win; None where there are none.
    comment      the teacher's words with them.
    """

    label: str
    formula: str
    inputs: tuple[tuple[str, str], ...]
    marks: tuple[Mark, ...]
    most: Fraction
    first_error: str | None = None
    hint: str = ""
    override: Fraction | None = None
    comment: str = ""

    @property
    def points(self) -> Fraction:
        """What the question earns."""
        return earned(self.override, self.marks)

    @property
    def human(self) -> bool:
        """Whether somebody has to look."""
        return self.override is None and any(mark.verdict in HUMAN for mark in self.marks)


class Remark(NamedTuple):
    """Something about a sheet: a line that cannot be read, a decimal comma, a second sheet.

    code  "note" for what was read all the same and "problem" for what was not.
    """

    code: str
    line: int
    message: str


def earned(override: Fraction | None, parts: Iterable[Mark | QuestionMarks]) -> Fraction:
    """What the parts of something earn together; what the teacher set by hand wins."""
    return total(part.points for part in parts) if override is None else override


class SheetMarks(NamedTuple):
    """One student's sheet, marked.

    id          the student's; unique in a class.
    name        from a roster or the hand-in folder; "" where unknown.
    file        where the sheet was found, relative to the hand-ins.
    fingerprint of key, sheet, options and version: the same one means the same marks.
    status      "graded", "human" (somebody has to look), "unreadable" or "missing".
    """

    id: str
    name: str
    file: str
    fingerprint: str
    status: str
    questions: tuple[QuestionMarks, ...]
    remarks: tuple[Remark, ...] = ()
    override: Fraction | None = None
    comment: str = ""

    @property
    def points(self) -> Fraction:
        """What the sheet earns."""
        return earned(self.override, self.questions)

    @property
    def most(self) -> Fraction:
        """What it could earn."""
        return total(question.most for question in self.questions)
