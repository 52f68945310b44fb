"""What a student handed in: answers as they were written, and what could not be read.

A sheet is read line by line. A bad line costs that line, and a remark says how to mend it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from ...errors import BackpropError, Diagnostic, Span, refuse
from ...syntax import homework_tree as tree
from ...syntax.homework import parse_answer
from ...syntax.tree import Expression, Number, Operator
from ..limits import LIMITS, MOST_LINES
from ..marks import Remark
from .identity import clean_name, role
from .lines import (
    BULLET,
    CLOSE,
    LAST,
    LONGEST_LINE,
    MOST_STEPS,
    NOTHING,
    NUMERAL,
    POINTS,
    PROSE,
    SIGN,
    STEP,
    Heading,
    Record,
    answers_in,
    heading,
    placeless,
    plain_left,
    plain_right,
    still_open,
    tidy,
)
from .tables import Table, table_answers, table_at

MOST_JOINED = 50  # lines of one matrix
MOST_CHARACTERS = 1 << 17  # of all answers together; to parse them takes some seconds
MOST_REMARKS = 100
SHORT = 80
MINUS_SIGNS = frozenset("-−–")
DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,15})(?:\.[0-9]{0,20})?")
LINE_END = re.compile(r"\r\n|[\n\r\u2028\u2029]")
MESSAGE_ENDS = re.compile(r"\s+")


class Answer(NamedTuple):
    """One answer of a sheet.

    label     of the question (Q1), None where the sheet has no heading for it.
    quantity  what is answered.
    written   its right side, read; `text` the same as it was written.
    line      of the sheet, from 1 (the row of a table, the line of JSON where it is known, or 0).
    step      whether it stands on the way of a chain, as df/dy in df/dx = df/dy = -4: an answer if
              it is asked and has no line of its own.
    """

    label: str | None
    quantity: tree.Quantity
    written: tree.Written
    text: str
    line: int
    step: bool = False


class Sheet(NamedTuple):
    """One sheet. `id` and `name` are what the sheet itself says, "" where it says nothing."""

    id: str
    name: str
    answers: tuple[Answer, ...]
    remarks: tuple[Remark, ...]


def read_sheet(text: str) -> Sheet:
    """The sheet that a text says.

    Raises BackpropError for a text without a single answer.
    """
    reader = _Reader()
    lines = LINE_END.split(text.removeprefix("\ufeff"))
    reader.read(lines[:MOST_LINES])
    if len(lines) > MOST_LINES and any(map(str.strip, lines[MOST_LINES:])):
        reader.problem(MOST_LINES + 1, f"only the first {MOST_LINES:,} lines are read")
    return reader.sheet()


def read_record(record: Record) -> Sheet:
    """The sheet that a row of responses, or a JSON object, says."""
    reader = _Reader()
    reader.id, reader.name, reader.email = record.id, record.name, record.email
    reader.remarks += record.remarks
    for cell in record.cells:
        reader.label = cell.label
        reader.answer(cell.name, " ".join(LINE_END.split(cell.text)), cell.line)
    return reader.sheet()


def said_id(text: str) -> str:
    """The id that a sheet says it belongs to, without reading its answers."""
    for line in LINE_END.split(text[: 2 * LONGEST_LINE].removeprefix("\ufeff")):
        if ":" in line or "=" in line:
            found = header(BULLET.sub("", tidy(line[:LONGEST_LINE]), count=1))
            if found and found[0] == "id" and found[1]:
                return found[1]
    return ""


def header(text: str) -> tuple[str, str] | None:
    """What the head of a sheet says: its role (see `identity.HEADINGS`) and text."""
    sign = SIGN.search(text)
    if sign is None:
        return None
    found = role(text[: sign.start()])
    said = text[sign.end() :].strip(" \t*_`$\"'")
    if not found or (sign[0] != ":" and found not in ("id", "name", "email")):
        return None
    return found, "" if NOTHING.fullmatch(said) else said


@lru_cache(maxsize=8192)
def parsed(line: str) -> tree.AnswerLine:
    """A short line, parsed: a class gives the same answers again and again."""
    return parse_answer(line, LIMITS)


def parsed_answer(name: str, right: str) -> tree.AnswerLine:
    """`name = right`, parsed. Most right sides are decimal numbers, which need no parser."""
    sign, digits = right[:1], right[1:]
    if sign not in MINUS_SIGNS:
        sign, digits = "", right
    start, end = len(name) + 3, len(name) + 3 + len(right)
    if end > SHORT:
        return parse_answer(f"{name} = {right}", LIMITS)
    if not DECIMAL.fullmatch(digits):
        return parsed(f"{name} = {right}")
    found = parsed(f"{name} = ?")
    if not isinstance(found, tree.Answer):
        return found
    number: Expression = Number(digits, Span(start + len(sign), end))
    if sign:
        number = Operator("negate", (number,), Span(start, end))
    return found._replace(written=tree.Written(number))


def in_words(found: Diagnostic) -> str:
    """A refusal and its fix as one sentence of a remark."""
    help = "" if found.code == "limit" else found.help
    said = f"{found.message}; {help}" if help else found.message
    return MESSAGE_ENDS.sub(" ", said)


def clipped(text: str) -> str:
    """A student's text for a remark, shortened if it is long."""
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


class _Reader:
    """Reads a sheet: keeps the question that it is in, and what was found so far."""

    def __init__(self) -> None:
        self.id = ""
        self.name = ""
        self.email = ""
        self.label: str | None = None
        self.started = False  # whether a question or an answer came already
        self.size = 0  # characters of all answers so far
        self.answers: list[Answer] = []
        self.remarks: list[Remark] = []

    def sheet(self) -> Sheet:
        """What was read; raises BackpropError where there is no answer."""
        problems = [remark for remark in self.remarks if remark.code == "problem"]
        if not self.answers:
            if not problems:
                help = "write each answer on a line of its own: df/dx = -4"
                raise refuse("file-content", "it has no answers", help=help)
            first = problems[0]
            where = f" (line {first.line})" if first.line else ""
            raise refuse("file-content", f"none of its answers can be read: {first.message}{where}")
        remarks = self.remarks[:MOST_REMARKS]
        if len(self.remarks) > MOST_REMARKS:
            more = len(self.remarks) - MOST_REMARKS
            code = "problem" if len(problems) > MOST_REMARKS else "note"
            remarks.append(Remark(code, 0, f"{more:,} more remarks on this sheet are left out"))
        id = self.id or self.email
        return Sheet(id, clean_name(self.name), tuple(self.answers), tuple(remarks))

    def note(self, line: int, message: str) -> None:
        self.remarks.append(Remark("note", line, message))

    def problem(self, line: int, message: str) -> None:
        self.remarks.append(Remark("problem", line, message))

    # ---------------------------------------------------------------------------------------- lines

    def read(self, lines: list[str]) -> None:
        """All lines, in order."""
        at = 0
        while at < len(lines):
            if len(lines[at]) > LONGEST_LINE:
                self.problem(at + 1, f"a line has at most {LONGEST_LINE:,} characters")
                at += 1
                continue
            if ("|" in lines[at] or "\t" in lines[at]) and (table := table_at(lines, at)):
                self.table(table)
                at = table.end
                continue
            text, end = joined(lines, at)
            self.line(text, at + 1)
            at = end

    def line(self, text: str, line: int) -> None:
        """One line: a heading, an answer, a line of the sheet's head, or none of these."""
        if not any(map(str.isalnum, text)) and "=" not in text:
            return
        if text.startswith(("```", "~~~", "//", "<!--")):
            return
        if text[0] == "#":
            self.hashed(text, line)
            return
        text = BULLET.sub("", text, count=1)
        if found := heading(text):
            self.heading(found, line)
            return
        if len(text) <= 4 and text[:-1].isdecimal() and text[-1] in ".):":
            self.heading(Heading(f"Q{text[:-1]}", "", True), line)
            self.note(line, f"'{text}' is read as Q{text[:-1]}")
            return
        self.statement(text, line)

    def hashed(self, text: str, line: int) -> None:
        """A line that starts with #: Markdown's heading of a question, or a comment."""
        deep, text = text.startswith("##"), text.lstrip("# \t")
        if head := header(text):
            self.head(*head, line)
        found = heading(text)
        if found is None:
            return
        formula = SIGN.search(found.rest) or POINTS.match(found.rest)
        if found.rest and not (deep or found.apart or formula):
            said = clipped(f"# {text}")
            self.note(line, f"'{said}' is a comment; write {found.label} on a line of its own")
            return
        self.label, self.started = found.label, True

    def heading(self, found: Heading, line: int) -> None:
        """A question's heading, with an answer behind it or not."""
        self.label, self.started = found.label, True
        if not found.rest or POINTS.match(found.rest):
            return
        if SIGN.search(found.rest):
            self.statement(found.rest, line)
        elif not found.apart:
            self.note(line, f"'{clipped(found.rest)}' is read as the heading of {found.label}")

    def statement(self, text: str, line: int) -> None:
        """A line with a sign between a name and a value; several may stand behind commas."""
        if head := header(text):
            left, right = SIGN.split(text, maxsplit=1)
            answer = self.started and head[0] in ("other", "section") and is_number(right)
            if not answer or not is_quantity(plain_left(left)):
                self.head(*head, line)
                return
        for piece in answers_in(text):
            sign = SIGN.search(piece)
            if sign is None:
                self.unsigned(piece, line)
            elif sign[0] == ":":
                self.colon(piece[: sign.start()], piece[sign.end() :].strip(), line)
            else:
                self.answer(piece[: sign.start()], piece[sign.end() :], line)

    def head(self, role: str, said: str, line: int) -> None:
        """A line such as id: abc123. The first of each kind counts."""
        if role == "id" and self.id and said and said.casefold() != self.id.casefold():
            self.note(line, f"a second id, '{clipped(said)}', is not read")
        self.id = self.id or (said if role == "id" else "")
        self.name = self.name or (said if role == "name" else "")
        self.email = self.email or (said if role == "email" else "")

    def colon(self, left: str, right: str, line: int) -> None:
        """`q: 3` is an answer, `Step 1: q = 3` too, `Instructor: Smith` none."""
        name = plain_left(left)
        named = is_quantity(name) and not PROSE.search(right)
        inner, *rest = LAST.split(right, maxsplit=1)
        inner = inner.rpartition(":")[2]
        if named and (len(name) <= 3 or not name.isalpha()):
            self.answer(left, right, line)
        elif rest and is_quantity(plain_left(inner)):
            self.answer(inner, rest[0], line)
        elif named and (reading(name, plain_right(right).plain) is not None or self.started):
            self.answer(left, right, line)
        elif self.started and any(map(str.isdigit, right)):
            self.problem(line, "this line is no answer; write name = value: df/dx = -4")

    def unsigned(self, text: str, line: int) -> None:
        """A line without an equals sign: prose, or an answer that lacks it."""
        name, _, value = text.partition(" ")
        slip = any(map(str.isdigit, value)) and len(value) < 30 and len(name) <= 12
        if slip and not role(name) and is_quantity(name) and reading(name, value) is not None:
            if self.started or len(name) <= 2 or not name.isalnum():
                said = clipped(f"{name} = {value}")
                self.problem(line, f"this line has no equals sign; write {said}")
        elif self.started and any(map(str.isdigit, text)):
            self.problem(line, "this line is no answer; write name = value: df/dx = -4")
        elif self.started:
            self.note(line, f"'{clipped(text)}' is not read: it has no equals sign")

    # -------------------------------------------------------------------------------------- answers

    def table(self, table: Table) -> None:
        """The answers of a table. Its cells may also be answers themselves."""
        for row in table.rows:
            if any("=" in cell for cell in row.cells) and not role(row.cells[0]):
                for text in filter(SIGN.search, row.cells):
                    self.line(text, row.line)
        plain = tuple(row for row in table.rows if not any("=" in cell for cell in row.cells))
        heads = [row for row in plain if len(row.cells) == 2 and role(row.cells[0]) == "id"]
        for row in heads:
            self.head("id", row.cells[1], row.line)
        plain = tuple(row for row in plain if row not in heads)
        if not plain:
            return
        found = table_answers(table._replace(rows=plain))
        for cell in found.answers:
            before = self.label
            self.label = cell.label or before
            self.answer(cell.name, cell.text, cell.line)
            self.label = before
        if found.unread:
            titles = ", ".join(map(clipped, found.unread[:8]))
            help = "name the columns node, value and gradient"
            if found.answers:
                self.note(plain[0].line, f"not read from this table: {titles}")
            else:
                self.problem(plain[0].line, f"this table cannot be read: {titles}; {help}")

    def answer(self, left: str, right: str, line: int) -> None:
        """One answer, or the remark why it is none."""
        self.started = True
        self.size += len(right)
        if self.size > MOST_CHARACTERS:
            self.problem(line, f"the answers have more than {MOST_CHARACTERS:,} characters")
            return
        right, place = placeless(right)
        name, (text, plain, steps, changed) = plain_left(left), plain_right(right)
        if "[" in plain and ";" in plain:
            help = "write [1, 2] for a vector, [[1, 2], [3, 4]] for a matrix"
            self.problem(line, f"a semicolon inside brackets has two readings; {help}")
            return
        if steps and CLOSE.search(text):
            help = "write each answer on a line of its own"
            self.problem(line, f"a second answer on the line, or a product; {help}")
            return
        source = f"{name} = {plain}"
        try:
            found = parsed_answer(name, plain)
        except BackpropError as error:
            self.problem(line, in_words(error.diagnostic))
            return
        if not isinstance(found, tree.Answer):
            self.problem(line, "this line is no answer; write name = value: df/dx = -4")
            return
        written = found.written
        if steps and written.expression is not None:
            written = written._replace(chain=True)
        if written.decimal_comma:
            source = source.replace(",", ".")
        if written.expression is not None and (steps or changed or written.decimal_comma):
            said = f"read as {clipped(source)}"
            self.note(line, f"{said}, the last of the values" if steps else said)
        if place:
            self.note(line, f"'{clipped(place)}', behind an answer, is not read")
        answer = Answer(found.label or self.label, found.quantity, written, text, line)
        self.answers.append(answer)
        self.answers += on_the_way(answer, steps, plain)


def joined(lines: list[str], at: int) -> tuple[str, int]:
    """A line with those below it on which its brackets close, and the number of the next line."""
    text, end = tidy(lines[at]), at + 1
    if ("[" not in text and "(" not in text) or not SIGN.search(text):
        return text, end
    whole = text
    while still_open(whole) and end < min(len(lines), at + MOST_JOINED):
        below = tidy(lines[end][: LONGEST_LINE + 1])
        starts = below[:1] not in ("[", "(", "]", ")") and SIGN.search(below)
        if starts or heading(below) or below.startswith("|"):
            break
        whole, end = f"{whole.partition('#')[0].rstrip()} {below}", end + 1
        if len(whole) > LONGEST_LINE:
            break
    # An open bracket that nothing closes costs its own line only.
    return (text, at + 1) if still_open(whole) or len(whole) > LONGEST_LINE else (whole, end)


def reading(name: str, value: str) -> tree.Answer | None:
    """`name = value` where that is an answer."""
    if len(name) + len(value) > SHORT:
        return None
    try:
        found = parsed_answer(name, value)
    except BackpropError:
        return None
    return found if isinstance(found, tree.Answer) else None


def on_the_way(answer: Answer, steps: Sequence[str], value: str) -> Iterator[Answer]:
    """What a chain of equals signs answers besides its first name: df/dx = df/dy = -4."""
    if answer.written.expression is None:
        return
    known = [answer.quantity[:2]]
    for step in map(plain_left, steps[:MOST_STEPS]):
        found = reading(step, "?") if STEP.fullmatch(step) else None
        if found is not None and found.quantity[:2] not in known:
            known.append(found.quantity[:2])
            yield answer._replace(quantity=found.quantity, text=value, step=True)


def is_number(text: str) -> bool:
    """Whether a text is a number as students write them."""
    return bool(NUMERAL.fullmatch(plain_right(text).plain))


def is_quantity(text: str) -> bool:
    """Whether a text can be the left side of an answer."""
    return reading(text, "?") is not None
