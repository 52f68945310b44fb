"""A class's summary as JSON (`backprop.summary/1`)."""

from __future__ import annotations

from collections.abc import Sequence

from ..homework.asking.key import Key
from ..homework.gradebook import Change, ClassStatistics, Look, QuestionStatistics
from .json import write_fraction, write_list, write_object, write_text


def summary_json(
    key: Key, stats: ClassStatistics, changes: Sequence[Change], problems: Sequence[str]
) -> str:
    """The numbers of the summary on the screen. The marks themselves are in results.jsonl."""
    return write_object(
        {
            "schema": '"backprop.summary/1"',
            "ok": "true",
            "title": write_text(key.title),
            "students": str(stats.students),
            **{status: str(count) for status, count in stats.counts.items()},
            "most": write_fraction(stats.most),
            "median": write_fraction(stats.median),
            "mean": write_fraction(stats.mean),
            "hardest": write_text(stats.hardest),
            "questions": write_list([question_json(question) for question in stats.questions]),
            "misconceptions": write_list(
                [
                    write_object(
                        {
                            "kind": write_text(found.kind),
                            "title": write_text(found.title),
                            "students": str(found.students),
                            "certain": str(found.certain),
                        }
                    )
                    for found in stats.misconceptions
                ]
            ),
            "look": write_list([look_json(look) for look in stats.look]),
            "changes": write_list([change_json(change) for change in changes]),
            "problems": write_list([write_text(problem) for problem in problems]),
        }
    )


def question_json(question: QuestionStatistics) -> str:
    starts = [
        write_object({"name": write_text(error.name), "students": str(error.students)})
        for error in question.first_errors
    ]
    return write_object(
        {
            "label": write_text(question.label),
            "formula": write_text(question.formula),
            "most": write_fraction(question.most),
            "mean": write_fraction(question.mean),
            "first_errors": write_list(starts),
        }
    )


def look_json(look: Look) -> str:
    places = [
        write_object(
            {
                "question": write_text(label),
                "name": write_text(name),
                "verdict": write_text(verdict),
            }
        )
        for label, name, verdict in look.places
    ]
    return write_object(
        {
            "id": write_text(look.id),
            "status": write_text(look.status),
            "places": write_list(places),
        }
    )


def change_json(change: Change) -> str:
    return write_object(
        {
            "id": write_text(change.id),
            "before": write_fraction(change.before),
            "after": write_fraction(change.after),
            "why": write_text(change.why),
        }
    )
