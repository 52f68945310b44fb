"""The files for other programs: a spreadsheet, pipelines, Gradescope, Moodle and Canvas."""

from __future__ import annotations

import csv
import io
import json
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_cli.errors import BackpropError
from backprop_cli.homework.asking.key import Key, read_key
from backprop_cli.homework.marks import Mark, QuestionMarks, Remark, SheetMarks, Suspicion
from backprop_cli.numerals import decimal
from backprop_cli.render.canvas import canvas_gradebook
from backprop_cli.render.gradebook_csv import grades_csv
from backprop_cli.render.gradescope import gradescope
from backprop_cli.render.junit import junit
from backprop_cli.render.moodle import moodle_worksheet
from backprop_cli.render.worksheets import Filled, Worksheet, number_in

KEY: Key = read_key("title: HW3\nQ1 [6 pts] f = x*y\n at x=2 y=3\n ask f dx dy\n")
HOSTILE = ["=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\tx", "\rx", 'a"b,c\nd', "<b>&amp;"]


def mark(name: str, verdict: str, points: Fraction, **more: object) -> Mark:
    """A mark of at most two points."""
    values: dict[str, Any] = {"points": points, "most": Fraction(2), "expected": "6", **more}
    return Mark(name, "value", "n2", "5", verdict, **values)


def sheet(id: str, points: object = 6, status: str = "graded", **more: object) -> SheetMarks:
    """Marks of one question with so many points of six."""
    share = Fraction(str(points)) / 3
    verdict = "right" if share == 2 else "wrong"
    marks = tuple(mark(name, verdict, share) for name in ("f", "df/dx", "df/dy"))
    first = None if verdict == "right" else "f"
    question = QuestionMarks("Q1", "f = x*y", (), marks, Fraction(6), first)
    values: dict[str, Any] = {"name": "", "file": f"{id}.txt", "fingerprint": "a.b.c", **more}
    return SheetMarks(id=id, status=status, questions=(question,), **values)


# ------------------------------------------------------------------------------------------ numbers

DECIMALS = [
    ("0", "0"), ("1/3", "0.33"), ("2/3", "0.67"), ("0.125", "0.13"), ("0.375", "0.38"),
    ("1.005", "1.01"), ("2.5", "2.5"), ("10", "10"), ("0.004", "0"), ("-0.125", "-0.13"),
    ("-0.001", "0"), ("1234.5", "1234.5"), ("99.995", "100"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "text"), DECIMALS)
def test_points_are_rounded_half_up(value: str, text: str) -> None:
    """At most two decimals, exact halves upwards, no trailing zeros, no separator of thousands."""
    assert decimal(Fraction(value)) == text


@given(st.fractions(min_value=0, max_value=10**6))
def test_rounding_is_off_by_at_most_half_a_hundredth(value: Fraction) -> None:
    """What is written differs from the points by no more than rounding may."""
    assert abs(Fraction(decimal(value)) - value) <= Fraction(1, 200)


# ------------------------------------------------------------------------------------------- grades


def rows_of(text: str) -> list[dict[str, str]]:
    """The rows of a CSV, as a strict reader sees them."""
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


def test_grades_have_a_row_each() -> None:
    """Points, percent, questions and the first error; no points for who handed in nothing."""
    text = grades_csv(KEY, [sheet("ann", 6), sheet("bob", 1), sheet("cy", 0, "missing", file="")])
    assert text.endswith("\r\n") and text.count("\r\n") == 4
    ann, bob, cy = rows_of(text)
    assert (ann["points"], ann["max"], ann["percent"], ann["Q1"]) == ("6", "6", "100", "6")
    assert (bob["points"], bob["percent"], bob["first error"]) == ("1", "16.67", "Q1 f")
    assert (cy["points"], cy["percent"], cy["status"], cy["Q1"]) == ("", "", "missing", "")


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_is_a_formula(text: str) -> None:
    """Ids, names and files that a spreadsheet would calculate have an apostrophe before them, and
    otherwise come back as they were.
    """
    (row,) = rows_of(grades_csv(KEY, [sheet(text, name=text, file=text)]))
    for cell in (row["id"], row["name"], row["file"]):
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert cell.removeprefix("'") == text


def test_points_set_by_hand_are_grades() -> None:
    """An override gives points even to a sheet that cannot be read."""
    (row,) = rows_of(grades_csv(KEY, [sheet("ann", 0, "graded", override=Fraction("4.5"))]))
    assert row["points"] == "4.5" and row["percent"] == "75"


# -------------------------------------------------------------------------------------------- JUnit

VERDICTS = [
    ("right", None), ("carried", None), ("wrong", "failure"), ("coarse", "failure"),
    ("shape", "failure"), ("skipped", "skipped"), ("trivial", "error"), ("undecided", "error"),
    ("unreadable", "error"),
]  # fmt: skip


@pytest.mark.parametrize(("verdict", "element"), VERDICTS)
def test_junit_has_a_case_for_each_answer(verdict: str, element: str | None) -> None:
    """A wrong answer fails, a skipped one is skipped, one for a person is an error."""
    question = QuestionMarks("Q1", "f", (), (mark("f", verdict, Fraction(0)),), Fraction(2))
    root = ElementTree.fromstring(junit("HW", [sheet("a")._replace(questions=(question,))]))
    (suite,) = root
    (case,) = suite
    assert [child.tag for child in case] == ([element] if element else [])
    assert suite.get("tests") == "1" and case.get("name") == "f" and case.get("classname") == "Q1"
    counts = {"failure": "failures", "error": "errors", "skipped": "skipped"}
    for tag, plural in counts.items():
        assert suite.get(plural) == ("1" if tag == element else "0")


@given(st.text())
def test_junit_is_always_xml(text: str) -> None:
    """No id, remark or reason makes it ill-formed."""
    bad = sheet(text, 1, remarks=(Remark("note", 1, text),))
    marks = (mark(text, "wrong", Fraction(0), reason=text),)
    question = bad.questions[0]._replace(marks=marks)
    root = ElementTree.fromstring(junit(text, [bad._replace(questions=(question,))]).encode())
    assert len(root) == 1


def test_junit_turns_no_text_around() -> None:
    """Marks of direction and escapes of a student reach no reader of the report."""
    remark = Remark("problem", 3, "bad \u202e line\x1b[31m")
    text = junit("HW\u202e3", [sheet("ann", remarks=(remark,))])
    assert "\u202e" not in text and "\x1b" not in text and "line 3: bad" in text


# --------------------------------------------------------------------------------------- Gradescope


def test_gradescope_results() -> None:
    """The score is the points, a test stands for each answer, and all members are of its kinds."""
    guess = Suspicion("sign", "the sign was lost")
    marks = (
        mark("f", "right", Fraction(2)),
        mark("df/dx", "wrong", Fraction(0), suspicions=(guess,), reason="too small"),
        mark("df/dy", "carried", Fraction(1, 3)),
    )
    question = QuestionMarks("Q1", "f", (), marks, Fraction(6), "df/dx")
    one = sheet("a", remarks=(Remark("note", 3, "a decimal comma"),))._replace(
        questions=(question,)
    )
    found = json.loads(gradescope(one))
    assert found["score"] == 2.3333 and found["visibility"] == "visible"
    assert found["output"] == "line 3: a decimal comma"
    assert [test["name"] for test in found["tests"]] == ["Q1 f", "Q1 df/dx", "Q1 df/dy"]
    assert [test["status"] for test in found["tests"]] == ["passed", "failed", "failed"]
    assert all(test["max_score"] == 2 for test in found["tests"])
    assert "consistent with: the sign was lost" in found["tests"][1]["output"]
    by_hand = json.loads(gradescope(one._replace(override=Fraction(5), comment="well tried")))
    assert by_hand["score"] == 5 and by_hand["output"].startswith("well tried")


# ------------------------------------------------------------------------------------------- Moodle

WORKSHEETS = {
    "en": "Identifier,Full name,Email address,Status,Grade,Maximum Grade,Grade can be changed,"
    "Last modified (submission),Last modified (grade),Feedback comments",
    "de": "ID,Vollständiger Name,E-Mail-Adresse,Status,Bewertung,Bestwertung,"
    "Bewertung kann geändert werden,Zuletzt geändert (Abgabe),Zuletzt geändert (Bewertung),"
    "Feedback als Kommentar",
    "fr": "Identifiant,Nom complet,Adresse de courriel,Statut,Note,Note maximale,"
    "La note peut être modifiée,Dernière modification (travail remis),"
    "Dernière modification (note),Feedback par commentaires",
    "it": "Identificativo,Nome,Email,Stato,Valutazione,Valutazione massima,A,B,C,Commenti",
    "ja": "ID番号,フルネーム,メールアドレス,ステータス,評点,最大評点,変更,提出,評定,コメント",
}
PARTICIPANTS = {
    "en": "Participant ", "de": "Teilnehmer/in", "fr": "Participant ", "it": "Partecipante",
    "ja": "参加者",
}  # fmt: skip
PEOPLE = [("101", "Ann Lee", "ann@x.org"), ("102", "Bob Ray", "bob@x.org"), ("7", "Cy Po", "cy@x")]


def worksheet(language: str = "en", most: str = "6.00", grade: str = "", end: str = "\r\n") -> str:
    """A class of three as Moodle exports it."""
    date = '"Monday, 3 March 2025, 9:00 AM"'
    lines = [WORKSHEETS[language]]
    for number, name, email in PEOPLE:
        person = PARTICIPANTS[language] + number
        lines.append(f'{person},"{name}",{email},"-",{grade},"{most}",Yes,{date},-,')
    return end.join(lines) + end


def cells(data: bytes) -> list[list[str]]:
    """The cells of a filled-in CSV."""
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True))


@pytest.mark.parametrize("language", WORKSHEETS)
def test_moodle_in_any_language(language: str) -> None:
    """The columns are known by what stands in them; every other cell stays."""
    text = worksheet(language)
    marks = [sheet("x", 5), sheet("bob@x.org", 1)]
    found = moodle_worksheet(text.encode(), KEY.points, marks, {"x": "101"})
    assert (found.filled, found.waiting, found.unmatched, found.notes) == (2, (), (), ())
    before, after = cells(text.encode()), cells(found.data)
    assert [row[4] for row in after[1:]] == ["5", "1", ""]
    for row, old in zip(after, before, strict=True):
        assert row[:4] + row[5:9] == old[:4] + old[5:9]
    if language != "ja":
        assert [bool(row[9]) for row in after[1:]] == [True, True, False]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_moodle_keeps_the_bytes(end: str, bom: bytes) -> None:
    """With nobody to fill in, the worksheet comes back byte for byte; with one, one row differs."""
    data = bom + worksheet(end=end).encode()
    assert moodle_worksheet(data, KEY.points, [], {}).data == data
    found = moodle_worksheet(data, KEY.points, [sheet("x", 1)], {"x": "7"}).data
    assert found.startswith(bom) and found.count(end.encode()) == data.count(end.encode())
    assert found.splitlines()[:3] == data.splitlines()[:3]


def test_moodle_decimals_and_scale() -> None:
    """Grades have the sign of the export's own maximum, are scaled to it, and it is said."""
    text = worksheet(most="100,00")
    found = moodle_worksheet(text.encode(), KEY.points, [sheet("x", 5)], {"x": "101"})
    assert cells(found.data)[1][4] == "83,33"
    assert found.notes == ("the worksheet grades out of 100, the key has 6 points: "
                           "grades are scaled",)  # fmt: skip


def test_moodle_leaves_out_whom_it_must() -> None:
    """Who is not in the worksheet is listed, and so is whose points are not settled; an old comment
    stays.
    """
    text = worksheet().replace("Yes,", "No,").replace("-,\r\n", '-,"mine, kept"\r\n')
    marks = [
        sheet("x", 5, "human"), sheet("nobody", 5), sheet("102", 3), sheet("gone", 0, "missing"),
        sheet("cy@x", 0, "unreadable", override=Fraction(2)),
    ]  # fmt: skip
    found = moodle_worksheet(text.encode(), KEY.points, marks, {"x": "101"})
    assert (found.filled, found.waiting, found.unmatched) == (2, ("x",), ("nobody",))
    after = cells(found.data)
    assert [row[4] for row in after[1:]] == ["", "3", "2"]
    assert {row[9] for row in after[1:]} == {"mine, kept"}
    assert "bob" not in found.said("Moodle")[0] and "nobody" in found.said("Moodle")[-1]


BAD_WORKSHEETS = [
    ("", "is empty"),
    ("a,b\n1,2\n", "participant numbers"),
    ("Identifier,Grade\nParticipant 1,\nParticipant 1,\n", "participant numbers"),
    ("Identifier,Punkte,Feedback\nParticipant 1,,\n", "surely the grade"),
    ("Identifier,Grade,Scale\nParticipant 1,,\nParticipant 2,,\n", "no maximum grade"),
    ("Identifier,Grade,Max\nParticipant 1,,5\nParticipant 2,,6\n", "no maximum grade"),
    ('Identifier,Grade\n"Participant" 1,\n', "no CSV: see line 2"),
    ('Identifier,"Grade\nParticipant 1,\n', "no CSV: see line 1"),
]


@pytest.mark.parametrize(("text", "reason"), BAD_WORKSHEETS)
def test_what_is_not_recognised_is_refused(text: str, reason: str) -> None:
    """A worksheet whose columns are not clear is refused, with its headers."""
    with pytest.raises(BackpropError) as caught:
        moodle_worksheet(text.encode(), KEY.points, [], {})
    assert reason in caught.value.diagnostic.message


def test_moodle_grade_column_by_name() -> None:
    """--grade-column decides where headers do not."""
    text = "Identifier,A,Max,B,Max B\nParticipant 1,,5,,6\nParticipant 2,,5,,6\n"
    with pytest.raises(BackpropError, match="surely the grade"):
        moodle_worksheet(text.encode(), KEY.points, [], {})
    found = moodle_worksheet(text.encode(), KEY.points, [sheet("1", 3)], {}, "b")
    assert cells(found.data)[1] == ["Participant 1", "", "5", "3", "6"]
    with pytest.raises(BackpropError) as caught:
        moodle_worksheet(text.encode(), KEY.points, [], {}, "C")
    assert "'Max B'" in caught.value.diagnostic.help


def test_moodle_comments_are_plain_text() -> None:
    """Moodle reads comments as HTML: a teacher's own signs are escaped, too."""
    one = sheet("x", 5)
    question = one.questions[0]._replace(comment="a < b & <script>")
    found = moodle_worksheet(
        worksheet().encode(), KEY.points, [one._replace(questions=(question,))], {"x": "101"}
    )
    assert cells(found.data)[1][9] == ("Q1 5/6, first error at f (a &lt; b &amp; &lt;script&gt;).")


COMMENTS = [
    ("Well done", False), ("Q1 is fine.", False), ("Q1 5/6, first error at f.", True),
    ("Q1 0.25/6, first error at f (a (b); c).", True), ("Q1 6/6.", True),
    ("Q1 6/6. But why?", False), ("Q1 6/6; Q2 1/1.", False), ("Q1 1/6 (a &lt; b).", True),
]  # fmt: skip


@pytest.mark.parametrize(("text", "replaced"), COMMENTS)
def test_moodle_comments_of_an_earlier_run_are_replaced(text: str, replaced: bool) -> None:
    """What an earlier run wrote gives way to what is true now; a teacher's own words stay."""
    lines = worksheet().splitlines()
    lines[1] += f'"{text}"'
    data = "\r\n".join(lines).encode()
    found = moodle_worksheet(data, KEY.points, [sheet("x", 4)], {"x": "101"})
    now = "Q1 4/6, first error at f."
    assert cells(found.data)[1][9] == (now if replaced else text)


# ------------------------------------------------------------------------------------------- Canvas

GRADEBOOK = (
    "Student,ID,SIS User ID,SIS Login ID,Section,HW3 (4711),HW4 (4712),Final Score\n"
    "    Points Possible,,,,,6.00,1200,(read only)\n"
    '"Lee, Ann",11,s100,ann,L1,,"3",88\n'
    '"Ray, Bob",12,s101,bob,L1,2,"4",77\n'
    '"Student, Test",13,,abc,L1,,,\n'
)


def filled(marks: list[SheetMarks], text: str = GRADEBOOK, **more: object) -> Filled:
    """The gradebook with marks in it."""
    values: dict[str, Any] = {"title": "HW3", "users": {}, **more}
    return canvas_gradebook(text.encode(), most=KEY.points, marks=marks, **values)


@pytest.mark.parametrize(
    ("id", "users"), [("ann", {}), ("ANN", {}), ("s100", {}), ("11", {}), ("x", {"x": "11"})]
)
def test_canvas_finds_students(id: str, users: dict[str, str]) -> None:
    """By login, SIS id or Canvas's own number; one cell changes and nothing else."""
    found = filled([sheet(id, 5)], users=users)
    assert found.filled == 1
    assert found.data.decode() == GRADEBOOK.replace('ann,L1,,"3"', 'ann,L1,5,"3"')


def test_canvas_numbers() -> None:
    """Points are scaled to what Canvas has, with a point and nothing between thousands."""
    found = filled([sheet("bob", "5.5")], grade_column="HW4")
    assert cells(found.data)[3][6] == "1100" and cells(found.data)[1][6] == "1200"
    assert "out of 1200" in found.notes[0]
    assert b'"1100"' in found.data  # the old cell had quotes


BAD_CANVAS = [
    ({"title": "HW9"}, "no column 'HW9'"), ({"title": ""}, "no title"),
    ({"grade_column": "Final Score"}, "does not import"), ({"grade_column": "ID"}, "not import"),
    (
        {"text": GRADEBOOK.replace("HW4 (4712)", "HW3 (4713)")},
        "2 columns 'HW3': 'HW3 (4711)', 'HW3 (4713)'",
    ),
    ({"text": "Name,Grade\na,b\n"}, "no column 'ID'"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "reason"), BAD_CANVAS)
def test_canvas_makes_no_new_column(options: dict[str, str], reason: str) -> None:
    """A column that is not there, not clear, or not Canvas's to import is refused."""
    with pytest.raises(BackpropError) as caught:
        filled([sheet("ann")], **options)  # type: ignore[arg-type]
    assert reason in caught.value.diagnostic.message


def test_canvas_does_not_guess() -> None:
    """An id that two rows have is listed, not filled in."""
    twice = GRADEBOOK.replace(",bob,", ",ann,")
    found = filled([sheet("ann"), sheet("zoe")], twice)
    assert (found.filled, found.unmatched) == (0, ("ann", "zoe")) and found.data == twice.encode()


def test_two_students_of_one_row_are_left_out() -> None:
    """Where the ids of two sheets mean the same row, neither is filled in, and both are listed."""
    found = filled([sheet("ann", 5), sheet("s100", 1), sheet("bob", 2)])
    assert (found.filled, found.unmatched) == (1, ("ann", "s100"))
    marks = [sheet("ann@x.org", 5), sheet("x", 1)]
    moodle = moodle_worksheet(worksheet().encode(), KEY.points, marks, {"x": "101"})
    assert (moodle.filled, moodle.unmatched) == (0, ("ann@x.org", "x"))


# --------------------------------------------------------------------------------------- worksheets

CELLS = st.text(alphabet="ab,;\t\"'\n\r é", max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=5), st.booleans())
def test_a_worksheet_comes_back_as_it_was(rows: list[list[str]], quoted: bool) -> None:
    """Whatever a CSV holds, reading and writing it changes no byte, and cells are read as they are
    meant.
    """
    file = io.StringIO(newline="")
    style = csv.QUOTE_ALL if quoted else csv.QUOTE_MINIMAL
    csv.writer(file, quoting=style).writerows([["head", "line"], *rows])
    data = file.getvalue().encode()
    found = Worksheet(data, "the file")
    assert found.data() == data
    assert [[found.text(r + 1, c) for c in range(len(row))] for r, row in enumerate(rows)] == rows


@pytest.mark.parametrize(
    ("text", "value"),
    [("5", "5"), ("5.00", "5"), ("7,5", "7.5"), ("-1", None), ("", None), ("1e3", None)],
)
def test_numbers_in_cells(text: str, value: str | None) -> None:
    """A maximum grade has a point or a comma; what is no plain number is none."""
    assert number_in(text) == (None if value is None else Fraction(value))
