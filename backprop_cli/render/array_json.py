"""A report over arrays as `backprop.eval/1`: nested lists, or summaries of large arrays."""

from __future__ import annotations

from typing import Any

from ..formulas import node_id
from ..numerals import token
from ..tensors.running.reporting import ArrayReport, ArrayRow, summary
from .json import finding_json, write_list, write_object, write_span, write_text

Array = Any

MOST_NUMBERS = 10_000  # of an array that is written whole unless all numbers are asked for


def array_report_json(report: ArrayReport, full: bool) -> str:
    """`backprop.eval/1`."""
    inputs = [row for row in report.rows if not row.equations]
    return write_object(
        {
            "schema": '"backprop.eval/1"',
            "ok": "true",
            "finite": "true" if report.finite else "false",
            "expression": write_text(report.source),
            "parsed": write_text(report.parsed),
            "numbers": write_text(report.numbers),
            "digits": "null",
            "sizes": write_object({name: str(size) for name, size in report.sizes.items()}),
            "bindings": write_object(
                {row.name: array_json(row.value, full) for row in inputs if row.name}
            ),
            "value": array_json(report.value, full),
            "gradient": write_object(
                {name: array_json(slope, full) for name, slope in report.gradient.items()}
            ),
            "output": write_text(node_id(report.output)),
            "name": write_text(report.output_name),
            "nodes": write_list([row_json(row, full) for row in report.rows]),
            "warnings": write_list([finding_json(finding) for finding in report.warnings]),
        }
    )


def row_json(row: ArrayRow, full: bool) -> str:
    """One array as a node."""
    formula = "; ".join(f"{row.name}{left} = {text}" if left else text
                        for left, text in row.equations)  # fmt: skip
    return write_object(
        {
            "id": write_text(node_id(row.node)),
            "title": write_text(row.title),
            "op": write_text(row.operation),
            "name": write_text(row.name),
            "role": write_text(row.role),
            "formula": write_text(formula or row.title),
            "span": write_span(row.span),
            "inputs": write_list([write_text(node_id(node)) for node in row.inputs]),
            "local": "[]",
            "shape": write_list([str(length) for length in row.shape]),
            "axes": write_list([write_text(name or None) for name in row.axes]),
            "first": write_list([str(first) for first in row.firsts]),
            "value": array_json(row.value, full),
            "gradient": "null" if row.gradient is None else array_json(row.gradient, full),
        }
    )


def array_json(array: Array, full: bool) -> str:
    """A number, nested lists of numbers, or for a large array an object with its summary."""
    if array.size > MOST_NUMBERS and not full:
        found = summary(array)
        return write_object(
            {
                "shape": write_list([str(length) for length in array.shape]),
                "rms": token(found.rms),
                "min": token(found.least),
                "max": token(found.greatest),
                "nan": str(found.nan),
                "infinite": str(found.infinite),
            }
        )
    items = [numeral(value) for value in array.reshape(-1)]
    for length in reversed(array.shape):
        if not length:
            return nested_nothing(array.shape)
        items = [
            write_list(items[start : start + length]) for start in range(0, len(items), length)
        ]
    return items[0]


def nested_nothing(shape: tuple[int, ...]) -> str:
    """The lists of an array without elements."""
    text = "[]"
    for length in reversed(shape[: shape.index(0)]):
        text = write_list([text] * length)
    return text


def numeral(value: Any) -> str:
    """A number with every digit of its own type: 0.1 of a float32 is 0.1."""
    if value.dtype.kind != "f":
        return token(value.item())
    return token(float(value) if value.dtype.itemsize == 8 else float(str(value)))
