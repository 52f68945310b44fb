"""A sheet's marks as one line of results.jsonl (`backprop.check/1`), and such a line read back.

Points are numbers of four decimals; where that is not the whole truth, the fraction stands beside
them, as in `"points":0.3333,"points_exact":"1/3"`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, TypeVar

from ..bindings import Numeral, json_content
from ..errors import BackpropError, refuse
from ..homework.gradebook import STATUSES
from ..homework.marks import VERDICTS, Mark, QuestionMarks, Remark, SheetMarks, Suspicion
from .json import write_fraction, write_list, write_object, write_text

SCHEMA = "backprop.check/1"
KINDS = ("value", "gradient", "formula")
CODES = ("note", "problem")
DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,4})?")
FRACTION = re.compile(r"-?[0-9]{1,400}/[1-9][0-9]{0,399}")
WHOLE = re.compile(r"[0-9]{1,9}")

T = TypeVar("T")


def marks_json(marks: SheetMarks) -> str:
    """One sheet. Lone surrogates become U+FFFD; all other text is read back as it was."""
    return write_object(
        {
            "schema": write_text(SCHEMA),
            "ok": "true",
            "id": write_text(marks.id),
            "name": write_text(marks.name),
            "file": write_text(marks.file),
            "fingerprint": write_text(marks.fingerprint),
            "status": write_text(marks.status),
            **write_points("points", marks.points),
            **write_points("most", marks.most),
            "questions": write_list([question_json(question) for question in marks.questions]),
            "remarks": write_list([remark_json(remark) for remark in marks.remarks]),
            **write_points("override", marks.override),
            "comment": write_text(marks.comment),
        }
    )


def question_json(question: QuestionMarks) -> str:
    return write_object(
        {
            "label": write_text(question.label),
            "formula": write_text(question.formula),
            "inputs": write_pairs(question.inputs),
            **write_points("points", question.points),
            **write_points("most", question.most),
            "first_error": write_text(question.first_error),
            "hint": write_text(question.hint),
            "marks": write_list([mark_json(mark) for mark in question.marks]),
            **write_points("override", question.override),
            "comment": write_text(question.comment),
        }
    )


def mark_json(mark: Mark) -> str:
    suspicions = [
        write_object(
            {
                "kind": write_text(suspicion.kind),
                "says": write_text(suspicion.says),
                "certain": "true" if suspicion.certain else "false",
            }
        )
        for suspicion in mark.suspicions
    ]
    return write_object(
        {
            "name": write_text(mark.name),
            "kind": write_text(mark.kind),
            "node": write_text(mark.node),
            "written": write_text(mark.written),
            "verdict": write_text(mark.verdict),
            **write_points("points", mark.points),
            **write_points("most", mark.most),
            "expected": write_text(mark.expected),
            "follows": write_text(mark.follows),
            "reason": write_text(mark.reason),
            "suspicions": write_list(suspicions),
            "witness": write_pairs(mark.witness),
            "line": str(mark.line),
        }
    )


def remark_json(remark: Remark) -> str:
    return write_object(
        {
            "code": write_text(remark.code),
            "line": str(remark.line),
            "message": write_text(remark.message),
        }
    )


def write_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """Names and numerals as arrays of two, in their order."""
    return write_list([write_list([write_text(name), write_text(text)]) for name, text in pairs])


def write_points(member: str, points: Fraction | None) -> dict[str, str]:
    """One member, and a second one for a fraction that four decimals do not hold."""
    members = {member: write_fraction(points)}
    if points is not None and points != Fraction(members[member]):
        members[f"{member}_exact"] = write_text(f"{points.numerator}/{points.denominator}")
    return members


# ---------------------------------------------------------------------------------------- reading


def read_marks(line: str) -> SheetMarks:
    """The marks that a line says; `marks_json` writes the same line from them.

    Raises BackpropError for a line that is foreign or damaged. Members that are not known, and sums
    of points, are not read.
    """
    try:
        members = _Members(json_content(line, "the line"))
        if members.text("schema") != SCHEMA:
            raise _Damaged
        return SheetMarks(
            members.text("id"),
            members.text("name"),
            members.text("file"),
            members.text("fingerprint"),
            members.choice("status", STATUSES),
            members.list("questions", read_question),
            members.list("remarks", read_remark),
            members.points_or_none("override"),
            members.text("comment"),
        )
    except (BackpropError, _Damaged):
        raise refuse(
            "file-content",
            f"a line of the results is not of the schema {SCHEMA}",
            help="delete the file of results, and all sheets are marked again",
        ) from None


class _Damaged(Exception):
    """A line does not hold what it should."""


class _Members:
    """A JSON object whose members must be there, and of the right kind."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise _Damaged
        self.values: Mapping[str, Any] = value

    def get(self, member: str) -> Any:
        if member not in self.values:
            raise _Damaged
        return self.values[member]

    def text(self, member: str) -> str:
        return text_of(self.get(member))

    def text_or_none(self, member: str) -> str | None:
        return None if self.get(member) is None else self.text(member)

    def choice(self, member: str, allowed: Iterable[str]) -> str:
        found = self.text(member)
        if found not in allowed:
            raise _Damaged
        return found

    def flag(self, member: str) -> bool:
        found = self.get(member)
        if not isinstance(found, bool):
            raise _Damaged
        return found

    def whole(self, member: str) -> int:
        found = self.get(member)
        if not isinstance(found, Numeral) or not WHOLE.fullmatch(found):
            raise _Damaged
        return int(found)

    def points(self, member: str) -> Fraction:
        found = self.get(member)
        if not isinstance(found, Numeral) or not DECIMAL.fullmatch(found):
            raise _Damaged
        exact = self.values.get(f"{member}_exact")
        if exact is None:
            return Fraction(found)
        if not FRACTION.fullmatch(text_of(exact)):
            raise _Damaged
        return Fraction(exact)

    def points_or_none(self, member: str) -> Fraction | None:
        return None if self.get(member) is None else self.points(member)

    def list(self, member: str, read: Callable[[Any], T]) -> tuple[T, ...]:
        found = self.get(member)
        if not isinstance(found, list):
            raise _Damaged
        return tuple(map(read, found))


def text_of(value: object) -> str:
    """A JSON string."""
    if not isinstance(value, str) or isinstance(value, Numeral):
        raise _Damaged
    return value


def read_question(value: object) -> QuestionMarks:
    members = _Members(value)
    return QuestionMarks(
        members.text("label"),
        members.text("formula"),
        members.list("inputs", read_pair),
        members.list("marks", read_mark),
        members.points("most"),
        members.text_or_none("first_error"),
        members.text("hint"),
        members.points_or_none("override"),
        members.text("comment"),
    )


def read_mark(value: object) -> Mark:
    members = _Members(value)
    return Mark(
        members.text("name"),
        members.choice("kind", KINDS),
        members.text("node"),
        members.text_or_none("written"),
        members.choice("verdict", VERDICTS),
        members.points("points"),
        members.points("most"),
        members.text("expected"),
        members.text_or_none("follows"),
        members.text("reason"),
        members.list("suspicions", read_suspicion),
        members.list("witness", read_pair),
        members.whole("line"),
    )


def read_suspicion(value: object) -> Suspicion:
    members = _Members(value)
    return Suspicion(members.text("kind"), members.text("says"), members.flag("certain"))


def read_remark(value: object) -> Remark:
    members = _Members(value)
    return Remark(members.choice("code", CODES), members.whole("line"), members.text("message"))


def read_pair(value: object) -> tuple[str, str]:
    if not isinstance(value, list) or len(value) != 2:
        raise _Damaged
    return text_of(value[0]), text_of(value[1])
