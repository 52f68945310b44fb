"""One run of `backprop check` over a class: from the hand-ins to the marks, the files and the
summary.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from fractions import Fraction
from typing import NamedTuple

from ..bindings import LARGEST_FILE, decoded
from ..errors import EXIT_DONE, EXIT_NEGATIVE, refuse, similar
from ..homework.asking.key import Key
from ..homework.batches import journal, overrides, pseudonyms
from ..homework.batches.batch import mark_batch, usable_processors
from ..homework.batches.changes import changes
from ..homework.batches.journal import Record
from ..homework.batches.output_folder import Folder, output_folder
from ..homework.batches.worker import Task, unmarked
from ..homework.gradebook import Change, ClassStatistics, class_statistics
from ..homework.marking.marker import Marker
from ..homework.marks import Remark, SheetMarks
from . import check_outputs as outputs
from . import options
from .check_hand_ins import HandIns, hand_ins

Disguise = Callable[[SheetMarks], SheetMarks]  # what becomes of marks before they are kept
LONG = 200  # sheets; shorter batches are over before anybody could read a progress bar


class Asked(NamedTuple):
    """What the command line asks for."""

    submissions: tuple[str, ...]
    out: str | None = None
    roster: str | None = None
    jobs: int | None = None
    moodle: str | None = None
    canvas: str | None = None
    grade_column: str | None = None
    gradescope: bool = False
    junit: str | None = None
    anonymous: bool = False
    fail_under: float | None = None
    json: bool = False


class MarkedClass(NamedTuple):
    """Everybody's marks, and what was noticed on the way.

    marks     sorted by id, with the teacher's overrides.
    lines     what results.jsonl says of those without overrides, by id.
    before    the marks of the run before.
    problems  what could not be used: files, rows of overrides.csv.
    notes     what else there is to say.
    """

    marks: list[SheetMarks]
    lines: Mapping[str, str]
    before: list[SheetMarks]
    problems: list[str]
    notes: list[str]


def check_class(key: Key, asked: Asked) -> int:
    """Mark everybody, write the files, print the summary; returns the exit status."""
    wanted = exports(asked)
    if asked.junit is not None:
        outputs.check_place(asked.junit, "the JUnit report", asked.out)
    found = hand_ins(asked.submissions, asked.roster, asked.out)
    wanted = wanted._replace(participants=found.participants, users=found.users)
    with output_folder(asked.out) if asked.out is not None else nullcontext() as folder:
        marked = marked_class(key, asked, found, folder)
        stats = class_statistics(marked.marks, key.points)
        changed = changes(marked.before, marked.marks) if marked.before else []
        if folder is not None:
            written = outputs.write_outputs(
                folder, key, marked.marks, stats, marked.before, wanted
            )
            marked.notes.extend(written.notes)
            marked.problems.extend(written.problems)
        if asked.junit is not None:
            outputs.write_junit(asked.junit, key, marked.marks)
        if folder is not None:  # last: until the results are there, the run counts as interrupted
            outputs.write_results(folder, marked.marks, marked.lines)
            folder.remove(journal.NAME)
    show(key, asked, marked, stats, changed)
    tell([*marked.problems, *marked.notes])
    return exit_status(key, asked, marked.marks, marked.problems)


def exports(asked: Asked) -> outputs.Wanted:
    """The files of other systems, read before the work begins."""
    out = asked.out or ""
    moodle = asked.moodle and outputs.read_export(asked.moodle, "the Moodle worksheet", out)
    canvas = asked.canvas and outputs.read_export(asked.canvas, "the Canvas gradebook", out)
    if moodle and canvas and moodle.name == canvas.name:
        raise refuse("usage", f"both exports are called '{moodle.name}'", help="rename one of them")
    return outputs.Wanted(moodle or None, canvas or None, asked.grade_column, asked.gradescope)


def marked_class(
    key: Key, asked: Asked, found: HandIns, folder: Folder | None
) -> MarkedClass:
    """The marks of a class: those of an earlier run where nothing has changed, and new ones."""
    before = recorded(folder, outputs.RESULTS)
    aliases = known_aliases(asked, found, folder)
    disguise = aliases.anonymous if aliases is not None else undisguised
    tasks = found.tasks(key)
    if aliases is not None:
        tasks = [task._replace(fingerprint=aliases.fingerprint(task.fingerprint)) for task in tasks]
    done = reused(tasks, [*before, *recorded(folder, journal.NAME)], disguise)
    waiting = [task for task in tasks if task.id not in done]
    done |= mark_all(key, waiting, asked, folder, disguise)
    marker = Marker(key)
    for person in found.missing:
        absent = Task(person.id, person.name, "", "", None)
        done[person.id] = record(disguise(unmarked(marker, absent, "missing")))
    by_hand = overrides_in(folder, key)
    marks = [overrides.overridden(one.marks, by_hand.of(id)) for id, one in done.items()]
    marks.sort(key=lambda sheet: sheet.id)
    lines = {one.marks.id: one.line for id, one in done.items() if not by_hand.of(id)}
    problems = [*by_hand.problems, *overrides.strangers(by_hand, done)]
    return MarkedClass(
        marks,
        lines,
        [one.marks for one in before],
        [*found.problems, *said_of_overrides(problems)],
        [*found.notes, *said_of_overrides(overrides.surplus(by_hand, key))],
    )


def undisguised(marks: SheetMarks) -> SheetMarks:
    return marks


def reused(
    tasks: Iterable[Task], earlier: Iterable[Record], disguise: Disguise
) -> dict[str, Record]:
    """Marks of earlier runs that are still true, by id. A sheet may have moved to another file, or
    its student got a name.
    """
    known = {one.marks.fingerprint: one for one in earlier if journal.reusable(one.marks)}
    found: dict[str, Record] = {}
    for task in tasks:
        old = known.get(task.fingerprint)
        if old is not None:
            moved = disguise(old.marks._replace(id=task.id, name=task.name, file=task.file))
            found[task.id] = old if moved == old.marks else record(moved)
    return found


def record(marks: SheetMarks) -> Record:
    """Marks with their line."""
    from ..render.marks_json import marks_json

    return Record(marks, marks_json(marks))


def recorded(folder: Folder | None, name: str) -> list[Record]:
    """The marks in a file of the output folder."""
    from ..render.marks_json import read_marks

    return list(journal.recorded(folder.read(name), read_marks)) if folder is not None else []


def known_aliases(
    asked: Asked, found: HandIns, folder: Folder | None
) -> pseudonyms.Pseudonyms | None:
    """The pseudonyms of everybody, kept in the output folder, if they are wanted."""
    if not asked.anonymous or folder is None:
        return None
    data = folder.read(pseudonyms.NAME)
    secret = pseudonyms.read_secret(None if data is None else decoded(data, pseudonyms.NAME))
    aliases = pseudonyms.Pseudonyms(secret, found.names())
    folder.write(pseudonyms.NAME, aliases.table().encode("utf-8", "replace"), mode=0o600)
    return aliases


def mark_all(
    key: Key,
    tasks: Sequence[Task],
    asked: Asked,
    folder: Folder | None,
    disguise: Disguise,
) -> dict[str, Record]:
    """New marks by id, each written to the journal as soon as it is there."""
    done: dict[str, Record] = {}
    kept = journal.Journal(folder) if folder is not None and tasks else None
    jobs = asked.jobs or usable_processors()
    try:
        with progress(len(tasks)) as advance, closing(mark_batch(key, tasks, jobs=jobs)) as batch:
            for marks in batch:
                id, marks = marks.id, disguise(marks)
                done[id] = record(marks) if kept is not None else Record(marks, "")
                if kept is not None:
                    kept.add(done[id].line)
                advance()
    except KeyboardInterrupt:
        if kept is not None:
            tell(["interrupted; the same command goes on from here"])
        raise
    finally:
        if kept is not None:
            kept.close()
    return done


@contextmanager
def progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar on standard error, if somebody is there to see it and it takes a while."""
    if total < LONG or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    console = Console(stderr=True, highlight=False, markup=False)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=total)
        yield lambda: bar.advance(task)


def overrides_in(folder: Folder | None, key: Key) -> overrides.Overrides:
    """The teacher's overrides."""
    data = folder.read(overrides.NAME) if folder is not None else None
    if data is None:
        return overrides.Overrides({}, ())
    if len(data) > LARGEST_FILE:
        raise refuse("file", f"{overrides.NAME} is larger than 1 MiB")
    return overrides.read_overrides(decoded(data, overrides.NAME), key)


def said_of_overrides(remarks: Iterable[Remark]) -> list[str]:
    """Remarks on the file of overrides, each with its line."""
    return [f"{overrides.NAME}, line {remark.line}: {remark.message}" for remark in remarks]


def show(
    key: Key, asked: Asked, marked: MarkedClass, stats: ClassStatistics, changed: Sequence[Change]
) -> None:
    """Print the summary."""
    if asked.json:
        from ..render.summary_json import summary_json

        options.write_utf8(summary_json(key, stats, changed, marked.problems) + "\n")
    else:
        from ..render.gradebook import print_summary
        from ..render.screen import screen

        print_summary(key, marked.marks, stats, changed, screen())


def tell(lines: Iterable[str]) -> None:
    """Write remarks to standard error, behind the result."""
    from ..render.plain import safe

    sys.stdout.flush()
    sys.stderr.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    for line in lines:
        print(f"note: {safe(line)}", file=sys.stderr)


def exit_status(
    key: Key, asked: Asked, marks: Sequence[SheetMarks], problems: Sequence[str] = ()
) -> int:
    """Negative where somebody has to look, or has less than --fail-under."""
    unsettled = any(sheet.status in ("human", "unreadable") for sheet in marks)
    least = Fraction(asked.fail_under or 0) / 100 * key.points
    low = any(sheet.points < least for sheet in marks if sheet.status != "missing")
    return EXIT_NEGATIVE if unsettled or low or problems else EXIT_DONE


def explain_one(key: Key, asked: Asked, id: str) -> int:
    """Mark one student's sheet and print why; nothing is written."""
    from ..render.gradebook import print_explained
    from ..render.screen import screen

    found = hand_ins(asked.submissions, asked.roster, asked.out)
    wanted = id.casefold()
    tasks = [task for task in found.tasks(key) if task.id.casefold() == wanted]
    if not tasks:
        if wanted in map(str.casefold, found.names()):
            raise refuse("usage", f"{id} has handed in nothing")
        near = similar(id, [*found.names()])
        help = f"did you mean {' or '.join(near)}?" if near else ""
        raise refuse("usage", f"nobody has the id '{id}'", help=help)
    (marks,) = mark_batch(key, tasks, jobs=1)
    if asked.out is not None and os.path.isdir(asked.out):
        with output_folder(asked.out, lock=False) as folder:
            by_hand = overrides_in(folder, key)
        marks = overrides.overridden(marks, by_hand.of(id))
    if asked.json:
        from ..render.marks_json import marks_json

        options.write_utf8(marks_json(marks) + "\n")
    else:
        print_explained(key, marks, screen())
    return exit_status(key, asked, [marks])
