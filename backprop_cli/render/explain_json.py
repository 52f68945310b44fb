"""`backprop.explain/1`: an explanation's steps as data."""

from __future__ import annotations

from typing import Any

from ..explanation import BackwardStep, Contribution, Explanation, Fork, ForwardStep
from ..explanation.reading import Reading
from ..formulas import node_id
from ..numerals import token
from .json import finding_json, write_list, write_object, write_text


def explanation_json(explanation: Explanation) -> str:
    """One JSON object on one line."""
    report = explanation.report
    data = _Data(report.digits)
    return write_object(
        {
            "schema": '"backprop.explain/1"',
            "ok": "true",
            "finite": "true" if report.finite else "false",
            "expression": write_text(report.source),
            "parsed": write_text(report.parsed),
            "numbers": write_text(report.numbers),
            "digits": "null" if report.digits is None else str(report.digits),
            "bindings": data.numbers(report.bindings),
            "value": data.number(report.value),
            "gradient": data.numbers(report.gradient),
            "name": write_text(report.output_name),
            "title": write_text(" = ".join(explanation.title)),
            "definitions": texts([" = ".join(sides) for sides in explanation.definitions]),
            "forward": write_list([data.forward(step) for step in explanation.forward]),
            "backward": write_list(
                [data.backward(step) for step in (explanation.seed, *explanation.backward)]
            ),
            "forks": write_list([data.fork(fork) for fork in explanation.forks]),
            "readings": write_list(
                [
                    data.reading(reading, text)
                    for reading, text in zip(
                        explanation.readings, explanation.reading_texts, strict=False
                    )
                ]
            ),
            "notes": texts([*explanation.notes, explanation.unreached]),
            "warnings": write_list([finding_json(finding) for finding in report.warnings]),
        }
    )


def texts(lines: list[str]) -> str:
    """A list of texts, without the empty ones."""
    return write_list([write_text(line) for line in lines if line])


class _Data:
    """The steps as JSON, numbers with every digit."""

    def __init__(self, digits: int | None) -> None:
        self.digits = digits

    def number(self, value: Any) -> str:
        return token(value, self.digits)

    def numbers(self, values: dict[str, Any]) -> str:
        return write_object({name: self.number(value) for name, value in values.items()})

    def forward(self, step: ForwardStep) -> str:
        title, formula, numbers, _ = step.sides
        return write_object(
            {
                "step": str(step.number),
                "id": write_text(node_id(step.node)),
                "title": write_text(title),
                "formula": write_text(formula),
                "numbers": write_text(numbers),
                "value": self.number(step.value),
                "notes": texts([*step.notes]),
            }
        )

    def backward(self, step: BackwardStep) -> str:
        return write_object(
            {
                "step": str(step.number),
                "id": write_text(node_id(step.node)),
                "text": write_text(" = ".join(step.equation)),
                "pattern": write_text(step.pattern or None),
                "contributions": write_list([self.contribution(c) for c in step.contributions]),
                "notes": texts([step.arrived, *step.notes]),
            }
        )

    def contribution(self, item: Contribution) -> str:
        first, *others = item.sides
        return write_object(
            {
                "to": write_text(node_id(item.source)),
                "upstream": self.number(item.upstream),
                "slope": self.number(item.slope or 0),
                "formula": write_text(item.formula),
                "result": self.number(item.result),
                "adds": "true" if item.adds else "false",
                "text": write_text(f"{first} {item.sign} {' = '.join(others)}"),
            }
        )

    def fork(self, fork: Fork) -> str:
        return write_object(
            {
                "id": write_text(node_id(fork.node)),
                "shares": write_list([self.number(share) for share in fork.shares]),
                "total": self.number(fork.total),
                "text": write_text(" = ".join(fork.sides)),
            }
        )

    def reading(self, reading: Reading, text: str) -> str:
        change = "null" if reading.change is None else self.number(reading.change)
        return write_object(
            {
                "variable": write_text(reading.name),
                "kind": write_text(reading.kind),
                "step": self.number(reading.step),
                "change": change,
                "text": write_text(text),
            }
        )
