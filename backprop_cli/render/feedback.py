"""A student's marks as Markdown (CommonMark with GitHub's tables), in words for the student.

A sheet is hostile text: what it says stands in code spans, which know neither HTML nor links, and
all prose is escaped.
"""

from __future__ import annotations

import re

from ..homework.asking.key import Key
from ..homework.commentary import NOTHING, Account, Error, Row, accounts, listed, out_of
from ..homework.marks import SheetMarks
from .markdown import SPECIAL, code
from .plain import safe

# GitHub makes links of these, escaped or not; inside a code span it does not.
LINKED = re.compile(r"://|www\.|@|mailto:|xmpp:", re.IGNORECASE)
# A bar ends a table's cell even inside a code span, and a backslash before it does not always help.
BAR = str.maketrans("|", "∣")
UNREAD = {
    "missing": "No sheet of yours was found.",
    "unreadable": "Your sheet could not be read. A teacher will look at it.",
}


def feedback(key: Key, marks: SheetMarks) -> str:
    """One student's feedback."""
    student = f"{code(marks.id)} {prose(marks.name)}".rstrip() if marks.id else prose(marks.name)
    lines = [f"# Feedback: {prose(key.title or 'homework')}", "", f"For {student}", ""]
    if marks.status in UNREAD and marks.override is None:
        lines += [f"**{UNREAD[marks.status]}**", ""]
    else:
        lines += [f"**{out_of(marks.points, key.points)} points**", ""]
    if marks.override is not None:
        lines += ["Your teacher set these points by hand.", ""]
    if marks.comment:
        lines += [f"Your teacher says: {prose(marks.comment)}", ""]
    if marks.status == "human" and marks.override is None:
        lines += ["A teacher will look at some of your answers, so these points may change.", ""]
    for account in accounts(marks):
        lines += question(account)
    if marks.remarks:
        lines += ["## How your sheet was read", ""]
        for remark in marks.remarks:
            place = f"Line {remark.line}: " if remark.line else "Note: "
            lines.append(f"- {place}{prose(remark.message)}")
        lines.append("")
    return "\n".join(lines)


def question(account: Account) -> list[str]:
    """One question: its answers in a table, and what there is to say of them."""
    heading = f"## {prose(account.label)}: {account.points} points"
    given = f" at {code(account.inputs)}" if account.inputs else ""
    lines = [heading, "", f"{code(account.formula)}{given}", ""]
    if account.rows:
        lines += ["| answer | yours | right | points | why |", "|---|---|---|--:|---|"]
        lines += [table_row(row) for row in account.rows]
        lines.append("")
    lines += [line for error in account.errors for line in error_lines(error)]
    if account.carried:
        lines += [f"Then {prose(account.carried)}", ""]
    if account.waiting:
        names = [cell(name) for name in account.waiting]
        lines += [f"A teacher will look at {listed(names)}.", ""]
    if account.hint:
        lines += [f"Hint: {prose(account.hint)}", ""]
    if account.by_hand:
        lines += ["Your teacher set the points of this question by hand.", ""]
    if account.comment:
        lines += [f"Your teacher says: {prose(account.comment)}", ""]
    if account.all_right:
        lines += ["All right. Well done!", ""]
    return lines


def table_row(row: Row) -> str:
    """One answer as a row of the table."""
    cells = [cell(row.name), cell(row.yours), cell(row.right), row.points]
    why = prose(row.why) if row.why else "✓"
    return f"| {' | '.join(cells)} | {why} |"


def error_lines(error: Error) -> list[str]:
    """Where an error starts, and what it looks like."""
    lead = "Two of your numbers say the same:" if error.certain else "It looks as if"
    lines = [prose(error.says)]
    if len(error.suspicions) == 1:
        lines += ["", f"{lead} {prose(error.suspicions[0])}"]
    elif error.suspicions:
        lines += ["", "It looks like one of these:", ""]
        lines += [f"- {prose(text)}" for text in error.suspicions]
    return [*lines, ""]


def cell(text: str) -> str:
    """A text in the cell of a table."""
    if text in ("", NOTHING):
        return NOTHING
    return code(text.translate(BAR))


def prose(text: str) -> str:
    """A text inside a sentence; in a code span where somebody might make a link of it."""
    text = safe(text).translate(BAR)
    if LINKED.search(text):
        return code(text)
    return SPECIAL.sub(r"\\\1", text)
