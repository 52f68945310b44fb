"""The files that `backprop check` leaves in its output folder."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from ..bindings import read_bytes
from ..errors import refuse
from ..homework.asking.key import Key
from ..homework.batches import overrides, pseudonyms
from ..homework.batches.output_folder import Folder, output_folder
from ..homework.gradebook import ClassStatistics
from ..homework.marks import SheetMarks
from ..homework.reading.identity import file_name

if TYPE_CHECKING:
    from ..render.worksheets import Filled

GRADES, RESULTS, PAGE = "grades.csv", "results.jsonl", "gradebook.html"
FEEDBACK, GRADESCOPE, ONE_RESULT = "feedback", "gradescope", "results.json"
OURS = (GRADES, RESULTS, PAGE, ONE_RESULT, overrides.NAME, pseudonyms.NAME)
LARGEST_TABLE = 32 << 20  # bytes; a whole class stands in one


class Export(NamedTuple):
    """Another system's file, to be filled in: its own name, and what it holds."""

    name: str
    data: bytes


class Written(NamedTuple):
    """What the teacher should know about the exports: what could not be done, and what was."""

    problems: Sequence[str]
    notes: Sequence[str]


class Wanted(NamedTuple):
    """Which files are wanted besides the usual ones, and what filling them in takes.

    participants, users  the numbers that Moodle and Canvas know students by, by id.
    """

    moodle: Export | None = None
    canvas: Export | None = None
    grade_column: str | None = None
    gradescope: bool = False
    participants: Mapping[str, str] = {}
    users: Mapping[str, str] = {}


def read_export(path: str, what: str, out: str) -> Export:
    """An export. It is never written over, so it must lie somewhere else than the results."""
    data = read_bytes(path, what, LARGEST_TABLE)
    folder = os.path.dirname(os.path.abspath(path))
    if os.path.realpath(folder) == os.path.realpath(out):
        raise refuse(
            "usage", f"{what}, '{path}', lies in the output folder and would be overwritten",
            help="move it out of there",
        )  # fmt: skip
    name = os.path.basename(path)
    if name.startswith(".") or name in OURS:
        name = f"filled-{name.lstrip('.')}"
    return Export(name, data)


def write_outputs(
    folder: Folder,
    key: Key,
    marks: Sequence[SheetMarks],
    stats: ClassStatistics,
    before: Iterable[SheetMarks],
    wanted: Wanted,
) -> Written:
    """Write everything but the results.

    `before` are the marks of the run before, whose files are removed where the student is gone.
    """
    from ..render.feedback import feedback
    from ..render.gradebook_csv import grades_csv
    from ..render.gradebook_page import gradebook_page

    notes: list[str] = []
    problems: list[str] = []
    exports: list[tuple[str, bytes]] = []
    for export, what, found in filled_in(key, marks, wanted):
        exports.append((export.name, found.data))
        notes += found.said(what)
        if not found.filled and found.unmatched and not found.waiting:
            say = f"nobody in {export.name} was found among the hand-ins"
            problems.append(f"{say}; a roster says whose ids they are: --roster FILE")
    gone = {file_name(sheet.id) for sheet in before} - {file_name(sheet.id) for sheet in marks}
    with folder.inside(FEEDBACK) as inside:
        inside.write_all(
            (f"{file_name(sheet.id)}.md", encoded(feedback(key, sheet))) for sheet in marks
        )
        for name in sorted(gone):
            inside.remove(f"{name}.md")
    if wanted.gradescope:
        write_gradescope(folder, marks, gone)
    folder.write_all(
        [
            *exports,
            (PAGE, encoded(gradebook_page(key, marks, stats))),
            (GRADES, encoded(grades_csv(key, marks))),
        ]
    )
    return Written(problems, notes)


def write_results(folder: Folder, marks: Iterable[SheetMarks], lines: Mapping[str, str]) -> None:
    """Write results.jsonl, a line a student; `lines` are those that are known already, by id."""
    from ..render.marks_json import marks_json

    texts = (lines.get(sheet.id) or marks_json(sheet) for sheet in marks)
    folder.write(RESULTS, encoded("".join(text + "\n" for text in texts)))


def write_gradescope(folder: Folder, marks: Sequence[SheetMarks], gone: Iterable[str]) -> None:
    """results.json for one sheet, as in Gradescope's own container; a folder of them for more."""
    from ..render.gradescope import gradescope

    if len(marks) == 1:
        folder.write(ONE_RESULT, encoded(gradescope(marks[0]) + "\n"))
        return
    with folder.inside(GRADESCOPE) as inside:
        inside.write_all(
            (f"{file_name(sheet.id)}.json", encoded(gradescope(sheet) + "\n")) for sheet in marks
        )
        for name in gone:
            inside.remove(f"{name}.json")


def check_place(path: str, what: str, out: str | None) -> None:
    """Refuse a file in a folder that does not exist, before the work begins; the output folder will
    be there by then.
    """
    parent = os.path.dirname(os.path.abspath(path))
    made = out is not None and os.path.realpath(parent) == os.path.realpath(out)
    if not made and not os.path.isdir(parent):
        raise refuse(
            "output", f"{what} could not be written: there is no folder '{parent}'",
            help="check the path",
        )  # fmt: skip


def write_junit(path: str, key: Key, marks: Sequence[SheetMarks]) -> None:
    """Write the JUnit report where the teacher wants it."""
    from ..render.junit import junit

    parent, name = os.path.split(os.path.abspath(path))
    with output_folder(parent, lock=False) as folder:
        folder.write(name, encoded(junit(key.title, marks)))


def filled_in(
    key: Key, marks: Sequence[SheetMarks], wanted: Wanted
) -> Iterable[tuple[Export, str, Filled]]:
    """The exports of other systems, what each is called, and what it is with the grades in it."""
    from ..render.canvas import canvas_gradebook
    from ..render.moodle import moodle_worksheet

    column = wanted.grade_column
    if wanted.moodle is not None:
        found = moodle_worksheet(
            wanted.moodle.data, key.points, marks, wanted.participants, column
        )
        yield wanted.moodle, "the Moodle worksheet", found
    if wanted.canvas is not None:
        found = canvas_gradebook(
            wanted.canvas.data, key.title, key.points, marks, wanted.users, column
        )
        yield wanted.canvas, "the Canvas gradebook", found


def encoded(text: str) -> bytes:
    """A file's text as UTF-8; what UTF-8 cannot hold becomes a question mark."""
    return text.encode("utf-8", "replace")
