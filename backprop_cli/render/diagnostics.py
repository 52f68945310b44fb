"""Errors and warnings as text for a person, with the place marked under the source line."""

from __future__ import annotations

from ..errors import BackpropError, Diagnostic, Span
from ..findings import Finding
from .plain import safe, width

WIDEST = 76  # columns of a source line that are shown around the place


def error_text(error: BackpropError) -> str:
    """An error as it stands on standard error."""
    found = error.diagnostic
    where = f" (in {safe(found.origin)})" if found.origin and found.span is not None else ""
    lines = [f"error[{found.code}]: {safe(found.message)}{where}"]
    if found.span is not None and found.source:
        lines += excerpt(found)
    if found.help:
        lines.append(f"help: {safe(found.help)}")
    return "\n".join(lines)


def excerpt(found: Diagnostic) -> list[str]:
    """The source lines that a diagnostic points to: carets below, and dashes at related places."""
    assert found.span is not None
    marks: list[tuple[Span, str, str]] = [(found.span, "^", "")]
    marks += [(label.span, "-", label.message) for label in found.related]
    by_line: dict[int, list[tuple[Span, str, str]]] = {}
    for span, sign, message in marks:
        start = min(span.start, len(found.source))
        by_line.setdefault(found.source.count("\n", 0, start), []).append((span, sign, message))
    lines = found.source.split("\n")
    shown: list[str] = []
    for number in sorted(by_line):
        offset = sum(len(line) + 1 for line in lines[:number])
        shown += marked_line(
            lines[number], offset, by_line[number], number + 1 if len(lines) > 1 else 0
        )
    return shown


def marked_line(
    line: str, offset: int, marks: list[tuple[Span, str, str]], number: int
) -> list[str]:
    """One source line with its marks below; a long line is cut to the surroundings of the first
    mark.
    """
    prefix = f"  {number} | " if number else "  "
    first = marks[0][0].start - offset
    left = max(0, first - WIDEST // 2) if len(line) > WIDEST else 0
    visible = line[left : left + WIDEST]
    opening, closing = ("…" if left else ""), ("…" if left + WIDEST < len(line) else "")
    shown = [f"{prefix}{opening}{safe(visible)}{closing}"]
    indent = " " * (len(prefix) + len(opening))
    placed = []
    for span, sign, message in marks:
        start = max(0, min(span.start - offset - left, len(visible)))
        stop = max(start, min(span.end - offset - left, len(visible)))
        placed.append((start, stop, sign, message))
    placed.sort()
    pointer = ""
    for start, stop, sign, _ in placed:
        at = width(visible[:start])
        if at < len(pointer):
            continue
        pointer = pointer.ljust(at) + sign * max(1, width(visible[start:stop]))
    shown.append((indent + pointer).rstrip())
    for start, _, sign, message in placed:
        if sign == "-" and message:
            shown.append(f"{indent}{' ' * width(visible[:start])}{message}")
    return shown


def warning_text(finding: Finding) -> str:
    """A warning as it stands on standard error."""
    text = f"warning[{finding.code}]: {safe(finding.message)}"
    return f"{text}\nhelp: {safe(finding.help)}" if finding.help else text
