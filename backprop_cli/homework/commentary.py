"""One sheet's marks in words: what the screen, the feedback and the page say, each in its signs.

Texts are as they were written; whoever shows them makes them safe.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from ..numerals import MINUS, decimal, pretty
from .marks import HUMAN, VERDICTS, Mark, QuestionMarks, SheetMarks

LONGEST = 120  # characters of an answer; longer ones are cut
NOTHING = "–"


class Row(NamedTuple):
    """One answer. `points` reads `0.5 / 1`; `why` is "" where there is nothing to say."""

    name: str
    yours: str
    right: str
    points: str
    verdict: str
    why: str


class Error(NamedTuple):
    """Where an error starts, what it is, and what it is consistent with.

    certain  whether two nodes agree on the first suspicion.
    """

    says: str
    suspicions: tuple[str, ...]
    certain: bool


class Account(NamedTuple):
    """One question.

    inputs   the student's numbers: `x = −2, y = 5`.
    errors   the first one first.
    carried  what follows from them; "" where nothing does.
    waiting  the answers that somebody has to look at.
    comment  the teacher's words where the points were set by hand, which `by_hand` says.
    """

    label: str
    formula: str
    inputs: str
    points: str
    rows: tuple[Row, ...]
    errors: tuple[Error, ...]
    carried: str
    waiting: tuple[str, ...]
    hint: str
    by_hand: bool
    comment: str

    @property
    def all_right(self) -> bool:
        """Whether there is nothing to mend."""
        return bool(self.rows) and all(row.verdict == "right" for row in self.rows)


def accounts(sheet: SheetMarks) -> list[Account]:
    """What there is to say of each question."""
    return [account(question) for question in sheet.questions]


def account(question: QuestionMarks) -> Account:
    """What there is to say of one question."""
    rows = tuple(row(mark) for mark in question.marks)
    starts = [mark for mark in question.marks if mark.name == question.first_error]
    others = [mark for mark in question.marks if mark.verdict == "wrong" and mark not in starts]
    waiting = [mark.name for mark in question.marks if mark.verdict in HUMAN]
    return Account(
        question.label,
        question.formula,
        equations(question.inputs),
        out_of(question.points, question.most),
        rows,
        tuple(error(mark, mark in starts) for mark in [*starts, *others]),
        carried(
            [mark for mark in question.marks if mark.verdict == "carried"],
            "it" if len(starts) + len(others) == 1 else "an earlier error",
        ),
        tuple(waiting) if question.human else (),
        question.hint if starts or others else "",
        question.override is not None,
        question.comment,
    )


def notes(account: Account) -> list[tuple[str, str]]:
    """What a teacher reads below a question: sentences, each with the role it plays."""
    found: list[tuple[str, str]] = []
    for error in account.errors:
        lead = "Two numbers agree" if error.certain else "Consistent with"
        found.append(("error", error.says))
        found += [("suspicion", f"{lead}: {text}") for text in error.suspicions]
    if account.carried:
        found.append(("carried", account.carried))
    if account.waiting:
        found.append(("waiting", f"Somebody has to look at {listed(account.waiting)}."))
    if account.hint:
        found.append(("hint", f"Hint of the key: {account.hint}"))
    if account.by_hand:
        found.append(("waiting", "Points set by hand."))
    if account.comment:
        found.append(("comment", f"Comment: {account.comment}"))
    return found


def row(mark: Mark) -> Row:
    """One answer as a line of a table."""
    why = "" if mark.verdict == "right" else VERDICTS[mark.verdict]
    return Row(
        mark.name,
        written(mark),
        cut(mark.expected),
        out_of(mark.points, mark.most),
        mark.verdict,
        mark.reason or why,
    )


def written(mark: Mark) -> str:
    """An answer as it was written; numbers with a true minus sign."""
    text = cut(mark.written or NOTHING)
    return text if mark.kind == "formula" else text.replace("-", MINUS)


def error(mark: Mark, is_first: bool) -> Error:
    """An error in a sentence."""
    says = f"{'The first' if is_first else 'Another'} error is at {mark.name}: "
    says += f"{written(mark)} instead of {cut(mark.expected)}"
    if mark.follows is not None and mark.follows != mark.expected:
        says += f" ({cut(mark.follows)} would follow from what stands before it)"
    if mark.witness and not mark.reason:
        says += f"; the two differ at {equations(mark.witness)}"
    return Error(
        f"{says}.",
        tuple(sentence(suspicion.says) for suspicion in mark.suspicions),
        any(suspicion.certain for suspicion in mark.suspicions),
    )


def carried(marks: Sequence[Mark], errors: str) -> str:
    """What later work earns that is consistent with the errors."""
    if not marks:
        return ""
    earned = sum((mark.points for mark in marks), Fraction(0))
    most = sum((mark.most for mark in marks), Fraction(0))
    verb = "follows" if len(marks) == 1 else "follow"
    start = f"{listed([mark.name for mark in marks])} {verb} from {errors}"
    if earned == most:
        return f"{start}, so no points are lost there."
    return f"{start}: {points_text(earned)} of {points_text(most)} points."


# ----------------------------------------------------------------------------------------- wording


@lru_cache(maxsize=1024)  # a class has few different numbers of points, and fractions are slow
def points_text(points: Fraction) -> str:
    """Points with at most two decimals: 7.33, 7.5, 7."""
    return pretty(decimal(points))


def out_of(points: Fraction, most: Fraction) -> str:
    """`7.5 / 16`."""
    return f"{points_text(points)} / {points_text(most)}"


def percent(share: Fraction | float) -> str:
    """A share as a whole number of percent."""
    return f"{round(share * 100)} %"


def equations(pairs: Sequence[tuple[str, str]]) -> str:
    """`x = −2, y = 5`."""
    return ", ".join(f"{name} = {value.replace('-', MINUS)}" for name, value in pairs)


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted_noun(count: int, noun: str) -> str:
    """`1 student`, `2 students`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def cut(text: str) -> str:
    """A text of at most LONGEST characters."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def sentence(text: str) -> str:
    """A text with a capital and a full stop; names such as q stay small."""
    return text if text.endswith((".", "!", "?")) else f"{text}."
