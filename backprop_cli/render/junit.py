"""The marks as a JUnit report, which pipelines and course forges show: a suite for each student, a
case for each answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from ..homework.marks import HUMAN, VERDICTS, Mark, SheetMarks

ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0
PASSED = frozenset({"right", "carried"})


def junit(title: str, marks: Iterable[SheetMarks]) -> str:
    """The report. What a person has to decide is an error, a skipped answer is skipped."""
    root = ElementTree.Element("testsuites", name=legal(title or "homework"))
    for sheet in marks:
        suite = ElementTree.SubElement(root, "testsuite", name=legal(sheet.id))
        counts = {"tests": 0, "failures": 0, "errors": 0, "skipped": 0}
        for question in sheet.questions:
            for mark in question.marks:
                case = ElementTree.SubElement(
                    suite, "testcase", classname=question.label, name=legal(mark.name)
                )
                counts["tests"] += 1
                found = outcome(mark)
                if found:
                    kind, plural = found
                    counts[plural] += 1
                    say = legal(mark.reason or VERDICTS[mark.verdict])
                    ElementTree.SubElement(case, kind, message=say, type=mark.verdict)
        for name, count in counts.items():
            suite.set(name, str(count))
        said = "\n".join(f"line {r.line}: {r.message}" for r in sheet.remarks)
        if said:
            ElementTree.SubElement(suite, "system-out").text = legal(said)
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


def legal(text: str) -> str:
    """A text without the characters that XML cannot hold."""
    return ILLEGAL.sub("\ufffd", text)
