"""Reports and errors as JSON (RFC 8259), one object on one line; the schemas are in
backprop_cli/schemas/.

Written by hand, since the standard library cannot write the digits of a number that is no float.
"""

from __future__ import annotations

from json.encoder import encode_basestring as quote
from typing import TYPE_CHECKING, Any

from ..errors import BackpropError, Diagnostic, Span
from ..findings import Finding
from ..formulas import node_id
from ..numerals import decimal, token
from ..reporting import Report, Row
from .plain import safe

if TYPE_CHECKING:
    from fractions import Fraction

    from ..gradcheck import Check
    from ..reference import Entry

PLACES = 4  # of a fraction that is written as a decimal


def write_object(members: dict[str, str]) -> str:
    """A JSON object from keys and values that are JSON already."""
    return "{" + ",".join(f"{quote(key)}:{value}" for key, value in members.items()) + "}"


def write_list(items: list[str]) -> str:
    """A JSON array from items that are JSON already."""
    return "[" + ",".join(items) + "]"


def write_text(text: str | None) -> str:
    """A JSON string, or null. What a terminal would obey (control characters, direction marks) is
    escaped; lone surrogates, which UTF-8 cannot hold, become U+FFFD.
    """
    if text is None:
        return "null"
    if text.isprintable() or (text.isascii() and "\x7f" not in text):
        return quote(text)
    return "".join(map(escaped, quote(text)))


def escaped(character: str) -> str:
    """A character of a JSON string, as `\\u…` where it cannot be printed."""
    if character.isprintable():
        return character
    code = ord(character)
    if 0xD800 <= code < 0xE000:
        return "\\ufffd"
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


def write_fraction(value: Fraction | None) -> str:
    """A JSON number of at most four decimals, or null."""
    return "null" if value is None else decimal(value, PLACES)


def write_span(span: Span | None) -> str:
    return "null" if span is None else f"[{span.start},{span.end}]"


def report_json(report: Report) -> str:
    """`backprop.eval/1`."""
    digits = report.digits

    def numbers(values: dict[str, Any]) -> str:
        return write_object({name: token(value, digits) for name, value in values.items()})

    members = {
        "schema": '"backprop.eval/1"',
        "ok": "true",
        "finite": "true" if report.finite else "false",
        "expression": write_text(report.source),
        "parsed": write_text(report.parsed),
        "numbers": write_text(report.numbers),
        "digits": "null" if digits is None else str(digits),
        "bindings": numbers(report.bindings),
        "value": token(report.value, digits),
        "gradient": numbers(report.gradient),
        "output": write_text(node_id(report.output)),
        "name": write_text(report.output_name),
        "nodes": write_list([row_json(row, digits) for row in report.rows]),
    }
    if report.uncertainty is not None:
        members["uncertainty"] = write_object(
            {
                "output": token(report.uncertainty.output, digits),
                "inputs": numbers(report.uncertainty.inputs),
                "shares": numbers(report.uncertainty.shares),
            }
        )
    members["warnings"] = write_list([finding_json(finding) for finding in report.warnings])
    return write_object(members)


def row_json(row: Row, digits: int | None) -> str:
    return write_object(
        {
            "id": write_text(row.id),
            "title": write_text(row.title),
            "op": write_text(row.operation),
            "name": write_text(row.name),
            "formula": write_text(row.formula),
            "span": write_span(row.span),
            "inputs": write_list([write_text(node_id(node)) for node in row.inputs]),
            "local": write_list([token(slope or 0, digits) for slope in row.slopes]),
            "value": token(row.value, digits),
            "gradient": token(row.gradient, digits),
        }
    )


def finding_json(finding: Finding) -> str:
    return write_object(
        {
            "code": write_text(finding.code),
            "message": write_text(finding.message),
            "node": write_text(None if finding.node is None else node_id(finding.node)),
            "span": write_span(finding.span),
            "help": write_text(finding.help or None),
        }
    )


def error_json(error: BackpropError) -> str:
    """`backprop.error/1`."""
    found: Diagnostic = error.diagnostic
    line, column = position(found)
    related = [
        write_object({"span": write_span(label.span), "message": write_text(label.message)})
        for label in found.related
    ]
    return write_object(
        {
            "schema": '"backprop.error/1"',
            "ok": "false",
            "error": write_object(
                {
                    "code": write_text(found.code),
                    "message": write_text(safe(found.message)),
                    "help": write_text(safe(found.help) or None),
                    "expression": write_text(found.source or None),
                    "origin": write_text(found.origin or None),
                    "span": write_span(found.span),
                    "line": str(line) if line else "null",
                    "column": str(column) if column else "null",
                    "expected": write_list([write_text(item) for item in found.expected]),
                    "related": write_list(related),
                    "suggestions": write_list([write_text(item) for item in found.suggestions]),
                    "exit_code": str(found.exit_code),
                }
            ),
        }
    )


def position(found: Diagnostic) -> tuple[int, int]:
    """Line and column of a diagnostic, from 1, in code points; zeros where it has no place."""
    if found.span is None:
        return 0, 0
    before = found.source[: found.span.start]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1


def functions_json(entries: list[Entry]) -> str:
    """`backprop.functions/1`."""
    return write_object(
        {
            "schema": '"backprop.functions/1"',
            "ok": "true",
            "functions": write_list([entry_json(entry) for entry in entries]),
        }
    )


def entry_json(entry: Entry) -> str:
    return write_object(
        {
            "name": write_text(entry.name),
            "written": write_text(entry.written),
            "aliases": write_list([write_text(alias) for alias in entry.aliases]),
            "parameters": write_list([write_text(name) for name in entry.parameters]),
            "domain": write_text(entry.domain),
            "kink": write_text(entry.kink or None),
            "convention": write_text(entry.convention or None),
            "slopes": write_object(
                {name: write_text(slope) for name, slope in entry.slopes.items()}
            ),
            "pattern": write_text(entry.pattern),
            "source": write_text(entry.source or None),
        }
    )


def gradcheck_json(source: str, value: float, checks: list[Check], passed: bool) -> str:
    """`backprop.gradcheck/1`."""
    return write_object(
        {
            "schema": '"backprop.gradcheck/1"',
            "ok": "true",
            "passed": "true" if passed else "false",
            "expression": write_text(source),
            "value": token(value),
            "checks": write_list([check_json(check) for check in checks]),
        }
    )


def check_json(check: Check) -> str:
    def number(value: float | None) -> str:
        return "null" if value is None else token(value)

    return write_object(
        {
            "variable": write_text(check.variable),
            "at": number(check.at),
            "analytic": number(check.analytic),
            "numeric": number(check.numeric),
            "step": number(check.step),
            "error": number(check.error),
            "verdict": write_text(check.verdict),
            "left": number(check.left),
            "right": number(check.right),
        }
    )
