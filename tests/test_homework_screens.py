"""What teacher and student are shown: lines of results, statistics, screens and feedback."""

from __future__ import annotations

import json
import random
import re
from fractions import Fraction
from pathlib import Path

import classes
import jsonschema
import pytest
from commandline import backprop
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from rich.console import Console

from backprop_cli.errors import BackpropError
from backprop_cli.homework.commentary import out_of, points_text
from backprop_cli.homework.gradebook import Change, class_statistics
from backprop_cli.homework.marks import (
    VERDICTS,
    Mark,
    QuestionMarks,
    Remark,
    SheetMarks,
    Suspicion,
)
from backprop_cli.render.feedback import feedback
from backprop_cli.render.gradebook import in_common, print_explained, print_summary
from backprop_cli.render.marks_json import CODES, KINDS, marks_json, read_marks
from backprop_cli.render.plain import width

ROOT = Path(__file__).parent.parent
SCHEMA = json.loads((ROOT / "backprop_cli/schemas/check-1.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
KEY = classes.key()
CLASS = classes.students()
STATISTICS = class_statistics(CLASS, KEY.points)
HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[here](https://evil.example)",
    "![x](//evil.example/a.png)",
    "https://evil.example www.evil.example me@evil.example",
    "a | b |\n|---|---|",
    "``` `x` `` \\` | \\| \\\\|",
    "# title\n\n- item\n> quote\n---\n===",
    "\x1b[31mred\x1b]8;;https://evil.example\x07",
    "\u202egnp.exe\u2066\u2028\u2029\x00",
    "&lt;b&gt; &#60;b&#62; <!-- ",
    "$x$ ~~y~~ *a* __b__ ${7*7} {{7*7}} {% raw %}",
    "</script><!--<script>",
)

# --------------------------------------------------------------------------------- lines of results

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
POINTS = st.fractions(min_value=-20, max_value=10_000, max_denominator=10**9)
PAIRS = st.lists(st.tuples(TEXTS, TEXTS), max_size=2).map(tuple)
SUSPICIONS = st.lists(st.builds(Suspicion, TEXTS, TEXTS, st.booleans()), max_size=2).map(tuple)
MARKS = st.builds(
    Mark, TEXTS, st.sampled_from(KINDS), TEXTS, st.none() | TEXTS, st.sampled_from(list(VERDICTS)),
    POINTS, POINTS, TEXTS, st.none() | TEXTS, TEXTS, SUSPICIONS, PAIRS, st.integers(0, 10**6),
)  # fmt: skip
QUESTIONS = st.builds(
    QuestionMarks, TEXTS, TEXTS, PAIRS, st.lists(MARKS, max_size=3).map(tuple), POINTS,
    st.none() | TEXTS, TEXTS, st.none() | POINTS, TEXTS,
)  # fmt: skip
REMARKS = st.builds(Remark, st.sampled_from(CODES), st.integers(0, 10**6), TEXTS)
SHEETS = st.builds(
    SheetMarks, TEXTS, TEXTS, TEXTS, TEXTS,
    st.sampled_from(["graded", "human", "unreadable", "missing"]),
    st.lists(QUESTIONS, max_size=2).map(tuple), st.lists(REMARKS, max_size=2).map(tuple),
    st.none() | POINTS, TEXTS,
)  # fmt: skip


@given(SHEETS)
def test_a_line_is_read_back_as_it_was(sheet: SheetMarks) -> None:
    """Any marks survive being written, on one line that is of the schema."""
    line = marks_json(sheet)
    assert line.isprintable()
    assert read_marks(line) == sheet
    VALIDATOR.validate(json.loads(line))


def test_points_are_numbers_and_exact_where_needed() -> None:
    """A third is 0.3333 and, beside it, 1/3; half a point is 0.5 alone."""
    mark = CLASS[0].questions[0].marks[0]
    found = json.loads(marks_json(CLASS[0]))["questions"][2]["marks"][0]
    assert found["points"] == 0.8571 and found["points_exact"] == "6/7"
    half = CLASS[0].questions[0]._replace(marks=(mark._replace(points=Fraction(1, 2)),))
    found = json.loads(marks_json(CLASS[0]._replace(questions=(half,))))
    assert found["points"] == 0.5 and "points_exact" not in found


GOOD = marks_json(CLASS[0])
DAMAGED = [
    "", "null", "[]", "1", '"text"', "{}", "{" * 100_000, "[" * 100_000, GOOD[:-1], GOOD[1:],
    GOOD + "x", GOOD.replace("backprop.check/1", "backprop.check/2"),
    GOOD.replace('"status":"graded"', '"status":"excellent"'),
    GOOD.replace('"status":"graded"', '"status":null'),
    GOOD.replace('"verdict":"wrong"', '"verdict":"fine"'),
    GOOD.replace('"points":0,', '"points":1e999999999,'),
    GOOD.replace('"points":0,', '"points":NaN,'),
    GOOD.replace('"points":0,', '"points":"0",'),
    GOOD.replace('"points_exact":"6/7"', '"points_exact":"6/0"'),
    GOOD.replace('"points_exact":"6/7"', f'"points_exact":"{"9" * 5000}/7"'),
    GOOD.replace('"line":3', '"line":-3'), GOOD.replace('"line":3', '"line":true'),
    GOOD.replace('"id":"s01"', '"id":"s01","id":"s02"'),
    GOOD.replace('"remarks":[]', '"remarks":{}'), GOOD.replace('"certain":false', '"certain":0'),
    GOOD.replace('["x","-2"]', '["x"]'), GOOD.replace('"comment":""}', '"note":""}'),
]  # fmt: skip


@pytest.mark.parametrize("line", DAMAGED, ids=range(len(DAMAGED)))
def test_foreign_and_damaged_lines_are_refused(line: str) -> None:
    """A line that is not what was written is refused as such, however deep or long it is."""
    with pytest.raises(BackpropError) as caught:
        read_marks(line)
    assert caught.value.diagnostic.code == "file-content"


def test_new_members_are_no_damage() -> None:
    """A later version may add members."""
    assert read_marks(GOOD.replace('"ok":true', '"ok":true,"new":[1,{}]')) == CLASS[0]


def test_the_schema_is_listed() -> None:
    """`backprop schema check` prints the schema."""
    assert json.loads(backprop("schema", "check").out) == SCHEMA


# --------------------------------------------------------------------------------------- statistics


def one(number: int, *verdicts: str) -> SheetMarks:
    """A sheet of one question, whose answers a, b, … have these verdicts."""
    marks = tuple(
        Mark(
            name, "value", f"n{place}", "7", verdict,
            Fraction(verdict in ("right", "carried")), Fraction(1), "1",
        )
        for place, (name, verdict) in enumerate(zip("abcdef", verdicts, strict=False))
    )  # fmt: skip
    first = next((mark.name for mark in marks if mark.verdict == "wrong"), None)
    question = QuestionMarks("Q1", "f = a", (), marks, Fraction(len(marks)), first)
    status = "human" if question.human else "graded"
    return SheetMarks(f"s{number}", "", "", "", status, (question,))


MISSING = SheetMarks("s9", "", "", "", "missing", ())


def test_points_of_those_who_handed_in() -> None:
    """Median, mean and quartiles are exact, and without those who are missing or unreadable."""
    sheets = [
        one(1, "right", "right", "right"), one(2, "right", "wrong", "carried"),
        one(3, "skipped", "wrong", "wrong"), one(4, "right", "right", "wrong"), MISSING,
    ]  # fmt: skip
    found = class_statistics(sheets, Fraction(3))
    assert (found.students, found.counts["graded"], found.counts["missing"]) == (5, 4, 1)
    assert (found.median, found.mean) == (2, Fraction(7, 4))
    assert found.quartiles == (Fraction(3, 2), Fraction(9, 4))
    (question,) = found.questions
    assert question.mean == Fraction(7, 12) and found.hardest == "Q1"
    assert [answer.right for answer in question.answers] == [
        Fraction(3, 4), Fraction(1, 2), Fraction(1, 4)
    ]  # fmt: skip
    assert [(error.name, error.students) for error in question.first_errors] == [("b", 2), ("c", 1)]


@pytest.mark.parametrize("sheets", [[], [MISSING]], ids=["empty", "all missing"])
def test_nobody_has_no_mean(sheets: list[SheetMarks]) -> None:
    """A class without a readable sheet has no median, mean or hardest question."""
    found = class_statistics(sheets, Fraction(3))
    assert (found.median, found.mean, found.quartiles, found.hardest) == (None, None, None, None)
    assert found.questions == ()


def test_points_by_hand_count() -> None:
    """A sheet that could not be read has points once a teacher sets them, and needs no look."""
    lost = MISSING._replace(status="unreadable")
    assert [look.id for look in class_statistics([lost], Fraction(3)).look] == ["s9"]
    found = class_statistics([lost._replace(override=Fraction(2))], Fraction(3))
    assert found.median == 2 and found.look == ()


def test_misconceptions_count_students() -> None:
    """A kind counts once for each student, and is certain where one of these errors is."""
    by_kind = {found.kind: found for found in STATISTICS.misconceptions}
    swapped = by_kind["swapped-multiply"]
    having = [
        sheet
        for sheet in CLASS
        for question in sheet.questions
        for mark in question.marks
        if any(suspicion.kind == "swapped-multiply" for suspicion in mark.suspicions)
    ]
    assert swapped.students == len(having) and 0 < swapped.certain < swapped.students
    twice = one(1, "wrong", "wrong")
    marks = tuple(
        mark._replace(suspicions=(Suspicion("sign", "x", place == 1),))
        for place, mark in enumerate(twice.questions[0].marks)
    )
    twice = twice._replace(questions=(twice.questions[0]._replace(marks=marks),))
    (found,) = class_statistics([twice], Fraction(2)).misconceptions
    assert (found.students, found.certain, found.title) == (1, 1, "a sign lost")


def test_whom_to_look_at() -> None:
    """Everybody whose sheet waits for a person, with the places, and nobody else."""
    assert [(look.id, len(look.places)) for look in STATISTICS.look] == [
        ("s11", 1), ("s14", 2), ("s17", 1), ("s20", 0)
    ]  # fmt: skip


def written(sheet: SheetMarks, text: str) -> SheetMarks:
    question = sheet.questions[0]
    marks = tuple(mark._replace(written=text) for mark in question.marks)
    return sheet._replace(questions=(question._replace(marks=marks),))


def inputs(sheet: SheetMarks) -> SheetMarks:
    question = sheet.questions[0]._replace(inputs=(("x", sheet.id),))
    return sheet._replace(questions=(question,))


PAIR = (one(1, "wrong", "wrong"), one(2, "wrong", "wrong"))
ALIKE = [
    ("two wrong numbers", PAIR, 1),
    ("one wrong number", (one(1, "wrong", "right"), one(2, "wrong", "right")), 0),
    ("one, and what follows", (one(1, "wrong", "carried"), one(2, "wrong", "carried")), 0),
    ("the same with another minus", (written(PAIR[0], "-7"), written(PAIR[1], "− 7")), 1),
    ("other numbers", (PAIR[0], written(PAIR[1], "8")), 0),
    ("other inputs", (inputs(PAIR[0]), inputs(PAIR[1])), 1),
    ("one is right", (inputs(PAIR[0]), inputs(one(2, "right", "right"))), 1),
    ("one is right, and wrote more", (PAIR[0], inputs(one(2, "right", "right", "right"))), 0),
    ("both are right", (inputs(one(1, "right", "right")), inputs(one(2, "right", "right"))), 0),
    ("a set inside another", (PAIR[0], one(2, "wrong", "wrong", "wrong")), 0),
    ("alone", PAIR[:1], 0),
]


@pytest.mark.parametrize(("case", "sheets", "groups"), ALIKE, ids=[case[0] for case in ALIKE])
def test_the_same_wrong_numbers(case: str, sheets: tuple[SheetMarks, ...], groups: int) -> None:
    """Only the same set of two wrong numbers or more is worth a hint, and the more if the inputs
    differ: then even if one of the two has them rightly.
    """
    found = class_statistics(sheets, Fraction(2)).alike
    assert len(found) == groups, case
    differ = len({sheet.questions[0].inputs for sheet in sheets}) > 1
    assert all(group.despite == differ for group in found)


def test_a_copied_sheet_is_the_first_hint() -> None:
    """Students with the same wrong numbers for different inputs stand before those with the same
    inputs, and the screen says so.
    """
    copied = [inputs(sheet) for sheet in (one(1, "wrong", "wrong"), one(2, "right", "right"))]
    shared = [written(one(n, "wrong", "wrong", "wrong"), "8") for n in (3, 4)]
    first, second = class_statistics([*shared, *copied], Fraction(2)).alike
    assert (first.ids, second.ids) == (
        tuple(sheet.id for sheet in copied), tuple(sheet.id for sheet in shared)
    )  # fmt: skip
    assert "although their inputs differ" in in_common(first)
    assert "differ" not in in_common(second)


def test_a_known_misconception_is_no_hint() -> None:
    """What many get by the same known error is not suspicious."""
    explained = [
        sheet._replace(questions=tuple(
            question._replace(marks=tuple(
                mark._replace(suspicions=(classes.SWAPPED,)) for mark in question.marks))
            for question in sheet.questions))
        for sheet in PAIR
    ]  # fmt: skip
    assert class_statistics(explained, Fraction(2)).alike == ()


# -------------------------------------------------------------------------------------- the screens


def console(columns: int = 80) -> Console:
    return Console(width=columns, highlight=False, markup=False, emoji=False, legacy_windows=False)


def summary(
    sheets: list[SheetMarks], capsys: pytest.CaptureFixture[str], columns: int = 80
) -> str:
    found = class_statistics(sheets, KEY.points)
    capsys.readouterr()
    changed = [Change(sheets[3].id, None, Fraction(3), sheets[3].name)]
    print_summary(KEY, sheets, found, changed, console(columns))
    return capsys.readouterr().out


def explained(
    sheet: SheetMarks, capsys: pytest.CaptureFixture[str], columns: int = 80
) -> str:
    capsys.readouterr()
    print_explained(KEY, sheet, console(columns))
    return capsys.readouterr().out


def test_the_summary_says_what_counts(capsys: pytest.CaptureFixture[str]) -> None:
    """How many, the median, the hardest question, the commonest error, and whom to look at."""
    text = summary(CLASS, capsys)
    for part in (
        "30 students", "24 graded, 3 to look at, 1 unreadable, 2 missing", "median 12 of 16",
        "Q2, 48 %", "df/dq 9, q 1, f 1", "the gradient from above, without the local slope: 10",
        "Q1 f and df/dz: trivial after an error", "s04 and s09", "a hint, never a verdict",
    ):  # fmt: skip
        assert part in text, part
    assert "\x1b" not in text


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_ids_are_never_cut(capsys: pytest.CaptureFixture[str], columns: int) -> None:
    """Long ids are folded where there is no room; no line is wider than the screen."""
    ids = {"s04": "matriculation-" + "4" * 46, "s11": "x" * 64}
    sheets = [sheet._replace(id=ids.get(sheet.id, sheet.id)) for sheet in CLASS]
    whole, sheet = summary(sheets, capsys, columns), explained(sheets[3], capsys, columns)
    for text in (whole, sheet):
        assert "…" not in text
        assert max(map(width, text.split("\n"))) <= columns
    assert ids["s04"] in re.sub(r"\s", "", sheet)
    assert whole.count("x") >= 64 and whole.count("4") >= 46


@pytest.mark.parametrize("sheet", CLASS, ids=[sheet.id for sheet in CLASS])
def test_every_sheet_is_explained(
    sheet: SheetMarks, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every question, every first error with what was written and what is right, every remark."""
    text = " ".join(explained(sheet, capsys).split())
    assert sheet.id in text
    for question in sheet.questions:
        assert question.label in text
        for mark in question.marks:
            if mark.name == question.first_error:
                assert f"The first error is at {mark.name}: {mark.written}".replace(
                    ": -", ": −"
                ) in text
                assert all(suspicion.says in text for suspicion in mark.suspicions)
    assert all(remark.message in text for remark in sheet.remarks)


def hostile_sheet(text: str) -> SheetMarks:
    """A sheet on which everything that a student writes, and more, is hostile."""
    place = ("q", "value", "n2", "3")
    marks = (
        classes.mark(place, "wrong", text, follows=text, reason=text,
                     suspicions=(Suspicion("sign", f"q {text}"), Suspicion("seed", f"q {text}"))),
        classes.mark(("f", "value", "n4", "1"), "unreadable", text, witness=((text, text),)),
        classes.mark(("g", "formula", "n4", "x|y|"), "wrong", text, witness=((text, text),)),
    )  # fmt: skip
    question = QuestionMarks(
        "Q1", "f = |x|", (("x", text),), marks, Fraction(3), "q", text, comment=text
    )
    return SheetMarks(
        text, text, text, "", "human", (question,), (Remark("problem", 3, text),), None, text
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_on_the_screen(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No control character, escape sequence or direction mark reaches the terminal."""
    sheet = hostile_sheet(text)
    shown = summary([sheet, *CLASS], capsys) + explained(sheet, capsys)
    assert all(character.isprintable() or character == "\n" for character in shown)


def test_a_terminal_without_signs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where only ASCII can be shown, ASCII is."""
    monkeypatch.setattr(Console, "encoding", "ascii")
    sheets = [sheet._replace(name="") for sheet in CLASS]
    text = summary(sheets, capsys) + explained(sheets[3], capsys)
    assert set(text) - set("─") <= set(map(chr, range(128)))


# ----------------------------------------------------------------------------------------- feedback

MARKDOWN = MarkdownIt("commonmark").enable("table")
HARMLESS = {
    "heading_open", "heading_close", "inline", "paragraph_open", "paragraph_close", "table_open",
    "table_close", "thead_open", "thead_close", "tbody_open", "tbody_close", "tr_open", "tr_close",
    "th_open", "th_close", "td_open", "td_close", "bullet_list_open", "bullet_list_close",
    "list_item_open", "list_item_close",
}  # fmt: skip
NASTY = st.lists(
    st.sampled_from([*"`|\\<>[]()!*_~#&$-=+.\n\t 1ax:/@", "``", "://", "www.", "|\n|-|", "<b>"])
).map("".join)


def assert_harmless(text: str) -> None:
    """Only our own structure: no HTML, no link, no image, a table of five columns a question."""
    tokens = MARKDOWN.parse(text)
    assert {token.type for token in tokens} <= HARMLESS
    rows = [token for token in tokens if token.type == "tr_open"]
    cells = [token for token in tokens if token.type in ("td_open", "th_open")]
    assert len(cells) == 5 * len(rows)
    assert len([token for token in tokens if token.type == "table_open"]) == 1
    for token in tokens:
        for child in token.children or ():
            assert child.type in ("text", "code_inline", "strong_open", "strong_close"), child
            if child.type == "text":
                assert not re.search(r"://|www\.|@", child.content, re.IGNORECASE)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_feedback(text: str) -> None:
    """No text of a student is HTML, a link, an image, or a piece of a table."""
    assert_harmless(feedback(KEY, hostile_sheet(text)))


@given(NASTY)
def test_no_text_leaves_its_place_in_markdown(text: str) -> None:
    """The same for any sequence of the signs that mean something."""
    assert_harmless(feedback(KEY, hostile_sheet(text)))


@pytest.mark.parametrize("sheet", CLASS, ids=[sheet.id for sheet in CLASS])
def test_feedback_says_everything(sheet: SheetMarks) -> None:
    """Each answer with its right value, the points, and that a teacher will look where one will."""
    text = feedback(KEY, sheet)
    if sheet.status in ("graded", "human"):
        assert f"**{out_of(sheet.points, KEY.points)} points**" in text
    else:
        assert "No sheet of yours" in text or "A teacher will look at it" in text
    for question in sheet.questions:
        assert f"## {question.label}: {out_of(question.points, question.most)} points" in text
        for mark in question.marks:
            assert f"| `{mark.name}` |" in text and f"| `{mark.expected}` |" in text
        if question.human:
            assert "A teacher will look at `" in text
    assert "may change" in text if sheet.status == "human" else "may change" not in text


def test_feedback_is_careful() -> None:
    """A suspicion is called one; only where two numbers agree is more said."""
    assert "It looks as if df/dq took its own value 3" in feedback(KEY, CLASS[0])
    assert "Two of your numbers say the same: df/dq" in feedback(KEY, CLASS[18])


POINT_TEXTS = [
    (Fraction(0), "0"), (Fraction(1, 3), "0.33"), (Fraction(15, 2), "7.5"), (Fraction(100), "100"),
    (Fraction(-1, 2), "−0.5"), (Fraction(1, 1000), "0"), (Fraction(2, 3), "0.67"),
]  # fmt: skip


@pytest.mark.parametrize(("points", "text"), POINT_TEXTS)
def test_points_as_text(points: Fraction, text: str) -> None:
    """At most two decimals, and none without need."""
    assert points_text(points) == text


def test_the_order_of_sheets_changes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """The same marks in another order give the same statistics and the same screen."""
    mixed = CLASS[:]
    random.Random(1).shuffle(mixed)
    assert class_statistics(mixed, KEY.points) == STATISTICS
    print_summary(KEY, mixed, STATISTICS, [], console())
    first = capsys.readouterr().out
    print_summary(KEY, CLASS, STATISTICS, [], console())
    assert capsys.readouterr().out == first
