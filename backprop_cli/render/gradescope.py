"""The marks as the results.json that Gradescope's autograder reads: a test for each answer."""

from __future__ import annotations

from fractions import Fraction

from ..homework.marks import HUMAN, VERDICTS, Mark, SheetMarks
from ..numerals import decimal
from .json import write_list, write_object, write_text

PLACES = 4


def gradescope(marks: SheetMarks) -> str:
    """One sheet. Its score is not the sum of the tests' where a teacher has set it by hand."""
    tests = [
        write_object(
            {
                "name": write_text(f"{question.label} {mark.name}"),
                "score": points(mark.points),
                "max_score": points(mark.most),
                "status": write_text("passed" if mark.points == mark.most else "failed"),
                "output": write_text(said(mark)),
                "output_format": '"text"',
                "visibility": '"visible"',
            }
        )
        for question in marks.questions
        for mark in question.marks
    ]
    remarks = [
        f"line {remark.line}: {remark.message}" if remark.line else remark.message
        for remark in marks.remarks
    ]
    comments = [
        f"{question.label}: {question.comment}" for question in marks.questions if question.comment
    ]
    return write_object(
        {
            "score": points(marks.points),
            "output": write_text("\n".join(filter(None, [marks.comment, *comments, *remarks]))),
            "output_format": '"text"',
            "visibility": '"visible"',
            "tests": write_list(tests),
        }
    )


def said(mark: Mark) -> str:
    """A mark in words: what was written, what is right, and why."""
    lines = [VERDICTS[mark.verdict] + (f": {mark.reason}" if mark.reason else "")]
    if mark.written is not None and mark.verdict != "right":
        lines.append(f"written: {mark.written}")
        if mark.verdict not in HUMAN:
            lines.append(f"right: {mark.expected}")
    if mark.suspicions:
        lines.append(f"consistent with: {mark.suspicions[0].says}")
    return "\n".join(lines)


def points(value: Fraction) -> str:
    """A JSON number."""
    return decimal(value, PLACES)
