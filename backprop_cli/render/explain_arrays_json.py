"""`backprop.explain/1` of a program over arrays."""

from __future__ import annotations

from typing import Any

from ..explanation.arrays import ArrayExplanation, ArrayStep, ShareTable
from ..formulas import node_id
from ..syntax.printer import print_program
from ..tensors.outlines.shares import part_of_total
from ..tensors.running.reporting import ArrayReport
from .array_json import array_json, numeral
from .explain_json import texts
from .json import finding_json, write_list, write_object, write_text


def array_explanation_json(explanation: ArrayExplanation, report: ArrayReport | None) -> str:
    """One JSON object on one line; `report` is None where no values were given."""
    program = explanation.outline.program
    ids = {} if report is None else {row.name or row.title: row.node for row in report.rows}
    for place, item in enumerate(explanation.outline.items):
        ids.setdefault(item.name, place)
    finite = report is None or report.finite
    inputs = {i.name: i.value for i in explanation.outline.items if i.kind == "input"}
    warnings = () if report is None else report.warnings
    output = explanation.outline.item(explanation.outline.output)
    return write_object(
        {
            "schema": '"backprop.explain/1"',
            "ok": "true",
            "finite": "true" if finite else "false",
            "expression": write_text(program.source),
            "parsed": write_text(print_program(program)),
            "numbers": write_text("float64" if report is None else report.numbers),
            "digits": "null",
            "bindings": arrays_json({} if report is None else inputs),
            "value": "null" if report is None else array_json(report.value, False),
            "gradient": arrays_json({} if report is None else report.gradient),
            "name": write_text(None if output.kind == "output" else output.name),
            "title": write_text("; ".join(line.text for line in explanation.title)),
            "definitions": texts([line.text for line in explanation.functions]),
            "forward": write_list([forward(step, ids) for step in explanation.forward]),
            "backward": write_list([backward(step, ids) for step in backward_steps(explanation)]),
            "forks": "[]",
            "readings": "[]",
            "steps": write_list(list(map(table, explanation.tables))),
            "notes": texts([*(line.text for line in explanation.helpers), *explanation.notes]),
            "warnings": write_list([finding_json(finding) for finding in warnings]),
        }
    )


def backward_steps(explanation: ArrayExplanation) -> list[ArrayStep]:
    return [*([explanation.seed] if explanation.seed else []), *explanation.backward]


def arrays_json(arrays: dict[str, Any]) -> str:
    return write_object({name: array_json(array, False) for name, array in arrays.items()})


def value_json(value: Any) -> str:
    return "null" if value is None else array_json(value, False)


def forward(step: ArrayStep, ids: dict[str, int]) -> str:
    return write_object(
        {
            "step": str(step.number),
            "id": write_text(node_id(ids[step.name])),
            "title": write_text(step.title),
            "formula": write_text("; ".join(line.text for line in step.lines)),
            "numbers": write_text(step.shown.numbers if step.shown else ""),
            "shape": write_text(step.shown.shape if step.shown else ""),
            "value": value_json(step.value),
            "notes": texts([*step.notes]),
        }
    )


def backward(step: ArrayStep, ids: dict[str, int]) -> str:
    """A gradient; its text is its equation."""
    return write_object(
        {
            "step": str(step.number),
            "id": write_text(node_id(ids[step.name])),
            "title": write_text(step.title),
            "text": write_text("; ".join(line.text for line in step.lines)),
            "pattern": "null",
            "contributions": "[]",
            "gradient": value_json(step.value),
            "notes": texts([*step.notes]),
        }
    )


def table(found: ShareTable) -> str:
    """What every step adds to a gradient, whole."""
    shares = found.shares
    steps = [
        write_object(
            {
                "at": write_object(
                    {name: str(p) for name, p in zip(shares.indices, position, strict=False)}
                ),
                "share": array_json(share, False),
                "part": part(part_of_total(share, shares.total)),
            }
        )
        for position, share in shares.steps.items()
    ]
    return write_object(
        {
            "name": write_text(shares.name),
            "indices": write_list([write_text(name) for name in shares.indices]),
            "steps": write_list(steps),
            "elsewhere": "null" if shares.rest is None else array_json(shares.rest, False),
            "total": array_json(shares.total, False),
        }
    )


def part(value: float) -> str:
    """A part of the whole; null where the whole is 0."""
    import numpy as np

    return "null" if value != value else numeral(np.float64(value))
