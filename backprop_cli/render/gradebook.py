"""A class on the screen, and one student's sheet explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..homework.asking.key import Key
from ..homework.commentary import (
    NOTHING,
    Account,
    accounts,
    counted_noun,
    listed,
    notes,
    out_of,
    percent,
    points_text,
)
from ..homework.gradebook import Alike, Change, ClassStatistics, Look, QuestionStatistics
from ..homework.marks import SheetMarks
from .plain import in_encoding, safe
from .screen import show

HEADING = "bold"
SOFT = "dim"
BAD = "bold color(130)"
GOOD = "color(30)"
STYLES = {"right": GOOD, "wrong": BAD}
STATUS_WORDS = {
    "graded": "graded", "human": "to look at", "unreadable": "unreadable", "missing": "missing",
}  # fmt: skip
LOOK_WORDS = {
    "trivial": "trivial after an error",
    "undecided": "cannot be decided by a program",
    "unreadable": "cannot be read",
}
ALL_RIGHT = "all right"
MOST_STARTS = 3  # first errors named in a question's line
MOST_KINDS = 5
MOST_LISTED = 20  # sheets to look at, groups and changes; the files have them all

Cells = Sequence[Text]


def print_summary(
    key: Key,
    marks: Sequence[SheetMarks],
    stats: ClassStatistics,
    changes: Sequence[Change],
    console: Console,
) -> None:
    """A class in one screen: how many, how well, what was hard, whom to see first."""
    title = Text.assemble(
        (safe(key.title) or "Homework", HEADING), f": {counted_noun(stats.students, 'student')}\n"
    )
    names = {sheet.id: safe(sheet.name) for sheet in marks}
    parts: list[RenderableType] = [in_signs(title, console), grid(facts(stats), console)]
    if any(question.mean is not None for question in stats.questions):
        parts.append(question_table(stats, console))
    sections = (
        ("Look at first", [look_cells(look, names) for look in stats.look]),
        ("The same wrong numbers: a hint, never a verdict", list(map(alike_cells, stats.alike))),
        ("Changed since the last run", list(map(change_cells, changes))),
    )
    for heading, rows in sections:
        parts += section(heading, rows, console)
    show(console, *parts)


def facts(stats: ClassStatistics) -> Iterator[Cells]:
    """How many sheets have which status, the points, the hardest question, what errors look like;
    each behind a label.
    """
    counts = stats.counts
    said = [f"{counts[status]:,} {word}" for status, word in STATUS_WORDS.items() if counts[status]]
    yield Text("students", SOFT), Text(", ".join(said) or NOTHING)
    if stats.median is not None and stats.mean is not None and stats.quartiles is not None:
        low, high = map(points_text, stats.quartiles)
        yield (
            Text("points", SOFT),
            Text.assemble(
                (f"median {points_text(stats.median)} of {points_text(stats.most)}", HEADING),
                f", mean {points_text(stats.mean)}, the middle half {low} to {high}",
            ),
        )
    for question in stats.questions:
        if question.label == stats.hardest and question.mean is not None:
            formula = f"{safe(question.label)}, {percent(question.mean)}: {safe(question.formula)}"
            yield Text("hardest", SOFT), Text(formula)
    for place, found in enumerate(stats.misconceptions[:MOST_KINDS]):
        sure = f" (certain for {found.certain:,})" if found.certain else ""
        students = counted_noun(found.students, "student")
        text = f"{safe(found.title)}: {students}{sure}"
        yield Text("" if place else "errors like", SOFT), Text(text)


def question_table(stats: ClassStatistics, console: Console) -> Table:
    """One line a question, with the answers where first errors are."""
    table = Table(box=SIMPLE_HEAD, header_style=SOFT, padding=(0, 2, 0, 1))
    table.add_column("question", overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("mean", justify="right", no_wrap=True)
    table.add_column("first errors start at", overflow="fold")
    for question in stats.questions:
        hard = question.label == stats.hardest
        cells = (
            Text(safe(question.label), HEADING if hard else ""),
            Text(points_text(question.most)),
            Text("" if question.mean is None else percent(question.mean), BAD if hard else ""),
            Text(starts(question)),
        )
        table.add_row(*[in_signs(cell, console) for cell in cells])
    return table


def starts(question: QuestionStatistics) -> str:
    """`df/dq 9, q 3, 2 elsewhere`."""
    found = question.first_errors
    named = [f"{safe(error.name)} {error.students:,}" for error in found[:MOST_STARTS]]
    more = sum(error.students for error in found[MOST_STARTS:])
    return ", ".join([*named, f"{more:,} elsewhere"] if more else named) or NOTHING


def look_cells(look: Look, names: dict[str, str]) -> Cells:
    """Who has to be looked at, and what is in the way."""
    return Text(safe(look.id), HEADING), Text(names.get(look.id, "")), Text(reasons(look))


def reasons(look: Look) -> str:
    """What is in the way: `Q1 f and df/dz: trivial after an error`, or the first bad line."""
    if not look.places and not look.problems:
        return LOOK_WORDS["unreadable"]
    if not look.places:
        first, more = look.problems[0], len(look.problems) - 1
        place = f"line {first.line}: " if first.line else ""
        rest = f", and {counted_noun(more, 'more line')}" if more else ""
        return f"{place}{safe(first.message.partition(';')[0])}{rest}"
    found: dict[tuple[str, str], list[str]] = {}
    for label, name, verdict in look.places:
        found.setdefault((label, verdict), []).append(safe(name))
    return "; ".join(
        f"{safe(label)} {listed(names)}: {LOOK_WORDS[verdict]}"
        for (label, verdict), names in found.items()
    )


def alike_cells(group: Alike) -> Cells:
    """One group, and what it has in common."""
    ids = listed([safe(id) for id in group.ids])
    return Text(ids, HEADING), Text(safe(group.label)), Text(in_common(group))


def in_common(group: Alike) -> str:
    """The numbers that a group shares."""
    numbers = ", ".join(f"{safe(name)} = {safe(text)}" for name, text in group.numbers)
    return f"{numbers}, although their inputs differ" if group.despite else numbers


def change_cells(change: Change) -> Cells:
    """Whose points are others now, and why."""
    was, now = (
        NOTHING if points is None else points_text(points)
        for points in (change.before, change.after)
    )
    return Text(safe(change.id), HEADING), Text(f"{was}, now {now}"), Text(safe(change.why))


# ------------------------------------------------------------------------------ one student's sheet


def print_explained(key: Key, sheet_marks: SheetMarks, console: Console) -> None:
    """One sheet: what it earns, where its first errors are and what they look like."""
    sheet = sheet_marks
    title = Text.assemble((safe(sheet.id), HEADING), f"  {safe(sheet.name)}" if sheet.name else "")
    title.append("   ")
    title.append(standing(key, sheet), GOOD if sheet.status == "graded" else BAD)
    if sheet.file:
        title.append(f"\n{safe(sheet.file)}", SOFT)
    parts: list[RenderableType] = [in_signs(title, console)]
    if sheet.comment:
        parts.append(paragraph(f"Comment: {sheet.comment}", "", console))
    parts.append("")
    for account in accounts(sheet):
        parts += explained(account, console)
    remarks = [
        (Text(f"line {remark.line}" if remark.line else "", SOFT), Text(safe(remark.message)))
        for remark in sheet.remarks
    ]
    if remarks:
        parts += [Text("How the sheet was read", HEADING), grid(remarks, console)]
    show(console, *parts)


def standing(key: Key, sheet: SheetMarks) -> str:
    """The points, and what is to be done."""
    if sheet.override is not None:
        return f"{out_of(sheet.points, key.points)} points, set by hand"
    if sheet.status == "missing":
        return "no sheet was found"
    if sheet.status == "unreadable":
        return "the sheet cannot be read"
    waits = ", and somebody has to look" if sheet.status == "human" else ""
    return f"{out_of(sheet.points, key.points)} points{waits}"


def explained(account: Account, console: Console) -> Iterator[RenderableType]:
    """One question: its first error, what else there is to say, and the table of its answers."""
    heading = Text.assemble(
        (safe(account.label), HEADING), f"  {account.points}   ", safe(account.formula)
    )
    if account.all_right:
        heading.append(f"   {ALL_RIGHT}", GOOD)
    given = f"at {safe(account.inputs)}" if account.inputs else ""
    fits = heading.cell_len + len(given) + 3 <= console.width
    if given and fits:
        heading.append(f"   {given}", SOFT)
    yield in_signs(heading, console)
    if given and not fits:
        yield paragraph(given, SOFT, console)
    for role, text in notes(account):
        yield paragraph(text, BAD if role in ("error", "waiting") else "", console)
    yield "" if account.all_right or not account.rows else answer_table(account, console)


def answer_table(account: Account, console: Console) -> Table:
    """The answers of a question."""
    table = Table(box=SIMPLE_HEAD, header_style=SOFT, padding=(0, 2, 0, 1))
    for heading in ("answer", "yours", "right"):
        table.add_column(heading, overflow="fold")
    table.add_column("points", justify="right", no_wrap=True)
    table.add_column("why", overflow="fold")
    for row in account.rows:
        cells = (
            Text(safe(row.name)),
            Text(safe(row.yours), STYLES.get(row.verdict, "")),
            Text(safe(row.right)),
            Text(row.points),
            Text(safe(row.why)),
        )
        table.add_row(*[in_signs(cell, console) for cell in cells])
    return table


# ------------------------------------------------------------------------------------------- layout


def section(heading: str, rows: Sequence[Cells], console: Console) -> list[RenderableType]:
    """A heading and the first rows below it; nothing where there are none."""
    if not rows:
        return []
    more = len(rows) - MOST_LISTED
    parts: list[RenderableType] = [
        Text(heading, HEADING),
        grid(rows[:MOST_LISTED], console),
        paragraph(f"and {more:,} more", SOFT, console) if more > 0 else "",
    ]
    return parts if more <= 0 else [*parts, ""]


def grid(rows: Iterable[Cells], console: Console) -> RenderableType:
    """Rows in columns without lines, indented; texts are folded, never cut."""
    table = Table.grid(padding=(0, 3, 0, 0))
    for cells in rows:
        while len(table.columns) < len(cells):
            table.add_column(overflow="fold")
        table.add_row(*[in_signs(cell, console) for cell in cells])
    return Padding(table, (0, 0, 0, 2))


def paragraph(text: str, style: str, console: Console) -> RenderableType:
    """A sentence, indented and folded between words."""
    return Padding(in_signs(Text(safe(text), style), console), (0, 0, 0, 2))


def in_signs(text: Text, console: Console) -> Text:
    """A text in signs that the output has, with its styles where no sign changed its length."""
    found = Text(in_encoding(text.plain, console.encoding), text.style)
    if len(found.plain) == len(text.plain):
        found.spans = text.spans
    return found
