"""What the script of the report on a class works with, as JSON that can stand inside HTML.

Rows and sentences that many sheets share are written once and referred to by their number.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from ..homework.commentary import account, notes, points_text
from ..homework.gradebook import ClassStatistics, QuestionStatistics, counted
from ..homework.marks import VERDICTS, QuestionMarks, SheetMarks
from .gradebook import STATUS_WORDS
from .plain import safe

SIGNS = {
    "right": "✓", "carried": "↳", "wrong": "✗", "coarse": "≈", "shape": "⊞", "skipped": "–",
    "trivial": "△", "undecided": "?", "unreadable": "!",
}  # fmt: skip
VERDICT_CODES = {verdict: str(number) for number, verdict in enumerate(VERDICTS)}
ABSENT = " "
TOP_LEVEL = 4
INTO_HTML = {sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


class Shared:
    """Rows of texts by number, each kept once."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[str, ...], int] = {}

    def number(self, *texts: str) -> int:
        """The number of a row."""
        return self.numbers.setdefault(texts, len(self.numbers))

    def rows(self) -> list[list[str]]:
        """All of them, safe to show."""
        return [list(map(safe, texts)) for texts in self.numbers]


def class_data(sheets: Sequence[SheetMarks], stats: ClassStatistics) -> dict[str, Any]:
    """The whole class."""
    rows, sentences = Shared(), Shared()
    return {
        "verdicts": [[SIGNS[verdict], text] for verdict, text in VERDICTS.items()],
        "words": list(STATUS_WORDS.values()),
        "questions": [
            {
                "label": safe(question.label),
                "formula": safe(question.formula),
                "answers": [safe(answer.name) for answer in question.answers],
            }
            for question in stats.questions
        ],
        "students": [student(sheet, stats, rows, sentences) for sheet in sheets],
        "rows": rows.rows(),
        "notes": sentences.rows(),
    }


def json_in_html(data: dict[str, Any]) -> str:
    """JSON that a script element can hold: no sign of it means anything in HTML."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for sign, escape in INTO_HTML.items():
        text = text.replace(sign, escape)
    return text


def student(
    sheet: SheetMarks, stats: ClassStatistics, rows: Shared, sentences: Shared
) -> dict[str, Any]:
    """One student: what the table shows, and what the panel says."""
    asked = {question.label: question for question in sheet.questions}
    points = sheet.points if counted(sheet) else None
    found: dict[str, Any] = {
        "id": safe(sheet.id),
        "name": safe(sheet.name),
        "status": list(STATUS_WORDS).index(sheet.status),
        "points": None if points is None else float(points),
        "earned": "" if points is None else points_text(points),
        "most": points_text(stats.most),
        "questions": [
            answered(asked[one.label], one, rows, sentences) if one.label in asked else None
            for one in stats.questions
        ],
    }
    kinds = {
        suspicion.kind
        for question in sheet.questions
        for mark in question.marks
        for suspicion in mark.suspicions
    }
    order = [kind.kind for kind in stats.misconceptions]
    optional = {
        "file": safe(sheet.file),
        "comment": safe(sheet.comment),
        "byHand": sheet.override is not None,
        "kinds": [place for place, kind in enumerate(order) if kind in kinds],
        "remarks": [[remark.line, safe(remark.message)] for remark in sheet.remarks],
    }
    return found | {name: value for name, value in optional.items() if value}


def answered(
    question: QuestionMarks, statistics: QuestionStatistics, rows: Shared, sentences: Shared
) -> dict[str, Any]:
    """One question of one student."""
    told = account(question)
    points = question.points
    marks = {mark.name: mark for mark in question.marks}
    codes = [
        VERDICT_CODES[marks[answer.name].verdict] if answer.name in marks else ABSENT
        for answer in statistics.answers
    ]
    found: dict[str, Any] = {
        "points": float(points),
        "earned": points_text(points),
        "of": told.points,
        "level": level(points, question.most),
        "codes": "".join(codes),
        "rows": [
            rows.number(
                row.name, row.yours, row.right, row.points, VERDICT_CODES[row.verdict], row.why
            )
            for row in told.rows
        ],
    }
    first = marks.get(question.first_error or "")
    optional = {
        "inputs": safe(told.inputs),
        "notes": [sentences.number(role, text) for role, text in notes(told)],
        "first": safe(first.name) if first else "",
        "node": safe(first.node) if first else "",
    }
    return found | {name: value for name, value in optional.items() if value}


def level(points: Fraction, most: Fraction) -> int:
    """A share of the points for a colour: 0 for none, TOP_LEVEL for all."""
    if points >= most:
        return TOP_LEVEL
    return 0 if points <= 0 else 1 + int(points / most * (TOP_LEVEL - 1))


def shared_inputs(sheets: Iterable[SheetMarks], label: str) -> tuple[tuple[str, str], ...]:
    """The inputs of a question that all sheets have alike; none where they differ."""
    different = {
        question.inputs
        for sheet in sheets
        for question in sheet.questions
        if question.label == label
    }
    return different.pop() if len(different) == 1 else ()
