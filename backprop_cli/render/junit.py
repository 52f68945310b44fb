"""The marks as a JUnit report, which pipelines and course forges show: a suite for each student, a
case for each answer.
"""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree

from ..homework.marks import HUMAN, VERDICTS, Mark, SheetMarks
from .plain import safe

PASSED = frozenset({"right", "carried"})


def junit(title: str, marks: Iterable[SheetMarks]) -> str:
    """The report. What a person has to decide is an error, a skipped answer is skipped. Texts are
    safe to print, and so have no character that XML cannot hold.
    """
    root = ElementTree.Element("testsuites", name=safe(title or "homework"))
    for sheet in marks:
        suite = ElementTree.SubElement(root, "testsuite", name=safe(sheet.id))
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for question in sheet.questions:
            for mark in question.marks:
                case = ElementTree.SubElement(
                    suite, "testcase", classname=safe(question.label), name=safe(mark.name)
                )
                counts["tests"] += 1
                found = outcome(mark)
                if found:
                    kind, plural = found
                    counts[plural] += 1
                    say = safe(mark.reason or VERDICTS[mark.verdict])
                    ElementTree.SubElement(case, kind, message=say, type=mark.verdict)
        for name, count in counts.items():
            suite.set(name, str(count))
        said = "\n".join(f"line {r.line}: {safe(r.message)}" for r in sheet.remarks)
        if said:
            ElementTree.SubElement(suite, "system-out").text = said
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + (
        ElementTree.tostring(root, encoding="unicode") + "\n"
    )


def outcome(mark: Mark) -> tuple[str, str] | None:
    """The element that a case has, and how it is counted; None where it has passed."""
    if mark.verdict in PASSED:
        return None
    if mark.verdict == "skipped":
        return "skipped", "skipped"
    return ("error", "errors") if mark.verdict in HUMAN else ("failure", "failures")
