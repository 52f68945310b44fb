"""What a run has changed since the one before: who has other points than then, and why."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from ..gradebook import Change
from ..marks import SheetMarks

# The parts of a fingerprint, and what it means that one is another.
PARTS = ("the key changed", "the sheet changed", "backprop changed")


def changes(old: Iterable[SheetMarks], new: Iterable[SheetMarks]) -> list[Change]:
    """Everybody whose points or status have changed, sorted by id."""
    before = {marks.id: marks for marks in old}
    after = {marks.id: marks for marks in new}
    found = []
    for id in sorted({*before, *after}):
        was, now = before.get(id), after.get(id)
        if was is None and now is not None:
            found.append(Change(id, None, now.points, "new"))
        elif was is not None and now is None:
            found.append(Change(id, was.points, None, "no longer in the class"))
        elif was and now and (was.points, was.status) != (now.points, now.status):
            found.append(Change(id, was.points, now.points, why(was, now)))
    return found


def why(was: SheetMarks, now: SheetMarks) -> str:
    """Why somebody's marks are others than before."""
    reasons = []
    if was.status == "missing":
        reasons.append("handed in")
    elif now.status == "missing":
        reasons.append("no longer handed in")
    elif was.fingerprint and now.fingerprint:
        pairs = zip(was.fingerprint.split("."), now.fingerprint.split("."), strict=False)
        reasons += [part for part, (a, b) in zip(PARTS, pairs, strict=False) if a != b]
    if by_hand(was) != by_hand(now):
        set_by_hand = any(points is not None for points in by_hand(now))
        reasons.append("points set by hand" if set_by_hand else "no longer set by hand")
    if was.points == now.points:
        reasons.append(f"{was.status}, now {now.status}")
    return "; ".join(reasons) or "marked again"


def by_hand(marks: SheetMarks) -> tuple[Fraction | None, ...]:
    """The points that the teacher has set."""
    return marks.override, *(question.override for question in marks.questions)
