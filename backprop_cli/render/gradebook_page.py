"""The report on a class: one HTML file without a network, which tells the essentials without its
script, too.

With it the rows can be sorted and filtered, and a chosen student's sheet is explained, the guilty
node marked in the graphs. The script gets all of it as JSON and writes it as text, never as HTML.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple

from ..homework.asking.key import Key
from ..homework.commentary import counted_noun, equations, listed, percent, points_text
from ..homework.gradebook import ClassStatistics, QuestionStatistics
from ..homework.marks import VERDICTS, SheetMarks
from .gradebook import STATUS_WORDS, in_common, reasons
from .gradebook_data import SIGNS, VERDICT_CODES, class_data, json_in_html, shared_inputs
from .gradebook_graph import question_graph
from .html import digest, resource
from .plain import safe
from .svg import DARK, STYLE

MOST_BARS = 12
MOST_KINDS = 12
MOST_LOOKS = 100
CHUNK = 100  # rows that a browser lays out together


class Bar(NamedTuple):
    """A bar with what stands at it; `size` in percent of the longest."""

    label: str
    students: int
    size: int
    says: str
    code: str = ""


class AnswerPart(NamedTuple):
    """One answer over the class: the share that is right, and a piece for each verdict."""

    name: str
    right: str
    pieces: tuple[Bar, ...]


class QuestionPart(NamedTuple):
    """One question; `graph` is SVG, or "" where there is none."""

    number: int
    label: str
    formula: str
    points: str
    mean: str
    graph: str
    caption: str
    answers: tuple[AnswerPart, ...]
    starts: tuple[tuple[str, str], ...]


class StudentRow(NamedTuple):
    """One row of the table; a cell of a question has its level and its points."""

    id: str
    name: str
    status: str
    points: str
    cells: tuple[tuple[str, str], ...]


def gradebook_page(key: Key, marks: Iterable[SheetMarks], stats: ClassStatistics) -> str:
    """The whole page."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    sheets = sorted(marks, key=lambda sheet: sheet.id)
    script = resource("gradebook.js")
    data = class_data(sheets, stats)
    rows = list(map(student_row, data["students"]))
    parts = question_parts(key, sheets, stats)
    names = {sheet.id: sheet.name for sheet in sheets}
    dark = f"@media screen and (prefers-color-scheme:dark){{{DARK}}}"
    page = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).from_string(resource("gradebook.html"))
    return page.render(
        title=safe(key.title) or "Homework",
        hash=digest(script),
        style=Markup(f"{STYLE}\n{dark}\n{resource('gradebook.css')}"),
        script=Markup(script),
        data=Markup(json_in_html(data)),
        students=counted_noun(stats.students, "student"),
        cards=cards(stats),
        bars=point_bars([row["points"] for row in data["students"]], stats.most),
        kinds=kind_bars(stats),
        looks=[
            (safe(look.id), safe(names.get(look.id, "")), reasons(look))
            for look in stats.look[:MOST_LOOKS]
        ],
        more_looks=max(len(stats.look) - MOST_LOOKS, 0),
        alike=[
            (
                listed([safe(id) for id in group.ids]),
                safe(group.label),
                in_common(group),
            )
            for group in stats.alike[:MOST_LOOKS]
        ],
        legend=[(VERDICT_CODES[verdict], SIGNS[verdict], VERDICTS[verdict]) for verdict in SIGNS],
        statuses=list(STATUS_WORDS.items()),
        questions=[part._replace(graph=Markup(part.graph)) for part in parts],
        chunks=[rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK)],
    )


def cards(stats: ClassStatistics) -> list[tuple[str, str, str]]:
    """The numbers at the top: what, how much, and a tone."""
    found = [
        (word, f"{stats.counts[status]:,}", status if stats.counts[status] else "")
        for status, word in STATUS_WORDS.items()
    ]
    if stats.median is not None and stats.mean is not None and stats.quartiles is not None:
        low, high = map(points_text, stats.quartiles)
        found += [
            (f"median of {points_text(stats.most)}", points_text(stats.median), ""),
            ("mean", points_text(stats.mean), ""),
            ("middle half", f"{low}–{high}", ""),
        ]
    return found


def point_bars(every: Iterable[float | None], most: Fraction) -> list[Bar]:
    """How many students have how many points, in equal ranges."""
    points = [one for one in every if one is not None]
    if not points or most <= 0:
        return []
    step = next(step for step in steps() if most / step <= MOST_BARS)
    count = ceil(most / step)
    places = [min(max(int(one / step), 0), count - 1) for one in points]
    counts = [places.count(place) for place in range(count)]
    ends = [points_text(min(step * place, most)) for place in range(count + 1)]
    return [
        Bar(ends[place], number, 100 * number // max(counts),
            f"{ends[place]} to {ends[place + 1]} points: {counted_noun(number, 'student')}")
        for place, number in enumerate(counts)
    ]  # fmt: skip


def steps() -> Iterator[Fraction]:
    """1/2, 1, 2, 5, 10, 20, …: widths of ranges that people can read."""
    yield Fraction(1, 2)
    size = Fraction(1)
    while True:
        yield from (size, 2 * size, 5 * size)
        size *= 10


def kind_bars(stats: ClassStatistics) -> list[Bar]:
    """What errors look like, most frequent first."""
    found = stats.misconceptions[:MOST_KINDS]
    return [
        Bar(
            safe(kind.title),
            kind.students,
            100 * kind.students // found[0].students,
            f"certain for {kind.certain:,}" if kind.certain else "",
            safe(kind.kind),
        )
        for kind in found
    ]


def question_parts(
    key: Key, sheets: Sequence[SheetMarks], stats: ClassStatistics
) -> list[QuestionPart]:
    """The questions of the class, in the key's order."""
    asked = {question.label: question for question in key.questions}
    parts = []
    for number, found in enumerate(stats.questions):
        inputs = shared_inputs(sheets, found.label)
        question = asked.get(found.label)
        graph, caption = "", ""
        if question is not None:
            graph = question_graph(question, dict(inputs), found.first_errors, f"g{number}-")
            caption = graph_caption(inputs, bool(question.draws))
        starts = tuple(
            (safe(error.name), counted_noun(error.students, "student"))
            for error in found.first_errors
        )
        parts.append(
            QuestionPart(
                number,
                safe(found.label),
                safe(found.formula),
                points_text(found.most),
                "" if found.mean is None else percent(found.mean),
                graph,
                safe(caption),
                answer_parts(found),
                starts,
            )
        )
    return parts


def graph_caption(inputs: Sequence[tuple[str, str]], draws: bool) -> str:
    """What the numbers in a graph are."""
    if inputs:
        return f"At {equations(inputs)}."
    return "Every student has other numbers." if draws else ""


def answer_parts(question: QuestionStatistics) -> tuple[AnswerPart, ...]:
    """The answers of a question, each with the shares of its verdicts."""
    parts = []
    for answer in question.answers:
        total = sum(answer.counts.values())
        pieces = tuple(
            Bar(SIGNS[verdict], count, round(100 * count / total),
                f"{VERDICTS[verdict]}: {count:,}", VERDICT_CODES[verdict])
            for verdict, count in answer.counts.items()
        )  # fmt: skip
        parts.append(AnswerPart(safe(answer.name), percent(answer.right), pieces))
    return tuple(parts)


def student_row(student: Mapping[str, Any]) -> StudentRow:
    """One student, of whom the script knows the same."""
    return StudentRow(
        student["id"],
        student["name"],
        list(STATUS_WORDS.values())[student["status"]],
        student["earned"],
        tuple(
            (f"l{question['level']}", question["earned"]) if question else ("", "")
            for question in student["questions"]
        ),
    )
