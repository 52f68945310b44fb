"""What a reader may wonder about at a gate: findings of the run, and remarks where they arise."""

from __future__ import annotations

from typing import Any

from ..circuit import Gate
from ..findings import Finding, match
from ..lowering import Lowered, lower
from ..notation import ATOM
from ..numerals import is_finite
from ..operations import OPERATIONS
from ..reporting import Report
from ..syntax import parse
from .lecture import Lecture
from .reading import KINK, Reading
from .remarks import about, listed, remark, typographic
from .slopes import Operand, slope_formulas
from .steps import Contribution
from .wording import Wording

SOON = 3  # gates to look at for a good example of the chain rule
TINY = 1e-6
ABOUT_GRADIENTS = ("kink", "dead", "saturated", "flat")


class Commentary(Wording):
    """The notes of each gate. `shares` are what each node gets from the gates that use it."""

    def __init__(self, report: Report, style: Lecture) -> None:
        super().__init__(report, style)
        self.example: int | None = None  # the gate at which the chain rule is told
        self.sigmoid_form: Lowered | None = None
        self.shares: dict[int, list[object]] = {}
        self.found: dict[int, list[Finding]] = {}
        for finding in report.warnings:
            if finding.node is not None:
                self.found.setdefault(finding.node, []).append(finding)

    # ----------------------------------------------------------------------------------- findings

    def forward_notes(self, gate: Gate) -> list[str]:
        """The findings about a gate's value."""
        found = self.found.get(gate.node, ())
        notes = [self.finding_text(one) for one in found if not self.is_about_gradient(one, gate)]
        sources = self.rows[gate.node].inputs
        begins = is_nan(gate.value) and not any(is_nan(self.rows[i].value) for i in sources)
        if begins and not notes:
            notes = self.once("nan", formula=self.formula(gate.node))
        return notes

    def backward_notes(self, gate: Gate, contributions: list[Contribution]) -> list[str]:
        """The findings about a gate's slopes, and the remarks."""
        found = self.found.get(gate.node, ())
        return [
            *[self.finding_text(one) for one in found if self.is_about_gradient(one, gate)],
            *self.chain_note(gate, contributions),
            *self.edge_notes(gate, contributions),
            *self.constant_note(gate),
            *self.share_notes(gate, contributions),
            *self.whole_notes(gate, contributions),
        ]

    def finding_text(self, finding: Finding) -> str:
        """A finding without the gate that it stands at."""
        text = f"{finding.message}; {finding.help}" if finding.help else finding.message
        if finding.node is None:
            return self.style.prose(typographic(text))
        row = self.rows[finding.node]
        own = text.removeprefix(f"{row.title} = {row.formula}: ")
        if own == text:  # a sentence on its own
            return self.style.prose(typographic(text))
        titles = self.plain_titles(row.inputs)
        return about(OPERATIONS[row.operation], own, titles, self.style)

    def is_about_gradient(self, finding: Finding, gate: Gate) -> bool:
        """Whether a finding is about the gradient and not about the value."""
        if not gate.reached or gate.constant:
            return False
        if finding.code in ("domain", "not-finite"):
            return is_finite(gate.value)
        return finding.code in ABOUT_GRADIENTS

    # ------------------------------------------------------------------------------------ remarks

    def chain_note(self, gate: Gate, contributions: list[Contribution]) -> list[str]:
        """Why a product, at the gate that shows it best."""
        if gate.node != self.example:
            return []
        first = next(item for item in contributions if teaches(item.upstream, item.slope))
        size, slope = self.number(first.upstream), self.number(first.slope)
        return self.once(
            "chain",
            above=self.partial(gate.node),
            below=self.partial(first.source),
            f=self.output,
            gate=self.name(gate.node),
            x=self.name(first.source),
            size=size,
            slope=slope,
            product=f"{size}{self.style.times}{self.style.factor(slope)}",
        )

    def choose_example(self, passing: list[Gate]) -> None:
        """The first gate with two slopes to multiply; if near, one with a slope other than 1."""
        fit = [
            gate
            for gate in passing
            if gate.node != self.report.output
            and any(teaches(gate.gradient, slope) for slope in gate.slopes)
        ]
        better = [gate for gate in fit[:SOON] if gate.slopes[0] != 1]
        self.example = (better or fit)[0].node if fit else None

    def edge_notes(self, gate: Gate, contributions: list[Contribution]) -> list[str]:
        """A gate that reads a node twice, and a square, which reads it once."""
        sources = [item.source for item in contributions]
        twice = [source for source in sources if sources.count(source) > 1]
        if twice:
            return self.once("twice", x=self.name(twice[0]))
        if gate.operation == "square":
            x = (self.name(sources[0]), ATOM)
            product, _ = self.style.operation("multiply", [x, x])
            return self.once("square", product=product, x=x[0])
        return []

    def constant_note(self, gate: Gate) -> list[str]:
        """Why a constant gets no line."""
        fixed = [source for source in self.rows[gate.node].inputs if source in self.constants]
        return self.once("constant", c=self.name(fixed[0])) if fixed else []

    def share_notes(self, gate: Gate, contributions: list[Contribution]) -> list[str]:
        """Forks, losers, conditions, and products without a value."""
        notes = []
        routes = any(slope is not None for slope in self.rows[gate.node].slopes)
        for item in contributions:
            if item.adds:
                count = len(self.shares[item.source])
                times = "twice" if count == 2 else f"{count:,} times"
                notes += self.once("fork", x=self.name(item.source), times=times)
            if item.slope is None and routes:
                notes += self.once("loser", x=self.name(item.source))
            given = is_nan(item.upstream) or item.slope is None or is_nan(item.slope)
            if is_nan(item.result) and not given:
                notes += self.once("zero-times-infinity")
        for source in gate.sources:
            if self.is_condition(source):
                notes += self.once("condition", x=self.name(source))
        return notes

    def whole_notes(self, gate: Gate, contributions: list[Contribution]) -> list[str]:
        """A sigmoid as one gate, and the gates that together are one."""
        if gate.operation == "sigmoid" and contributions and contributions[0].formula:
            return self.once("one-gate", slope=contributions[0].formula)
        if gate.operation != "divide" or not is_finite(gate.value) or "together" in self.said:
            return []
        found = self.sigmoid_parts(gate.node)
        if found is None:
            return []
        argument, parts = found
        row, value = OPERATIONS["sigmoid"], self.rows[argument].value
        (slope,) = row.slopes(self.numbers, gate.value, value)
        (text,) = slope_formulas(
            row.name,
            [Operand(self.circuit.titles[argument], value)],
            Operand(self.circuit.titles[gate.node], gate.value),
            (slope,),
            self.numbers,
            self.style,
        ).along
        if text is None:
            return []
        return self.once(
            "together",
            gates=listed([self.name(part) for part in parts]),
            function=self.style.operation(row.name, [(self.name(argument), ATOM)])[0],
            slope=f"{text.text} = {self.number(slope)}",
        )

    def sigmoid_parts(self, node: int) -> tuple[int, list[int]] | None:
        """The argument and the gates of 1/(1 + exp(−u)), if that is what ends at a node."""
        if self.sigmoid_form is None:
            self.sigmoid_form = lower(parse("1/(1 + exp(-u))"))
        form = self.sigmoid_form
        matched = match(form.graph, form.output, self.report.graph, node)
        if matched is None or matched.letters["u"] in self.constants:
            return None
        return matched.letters["u"], sorted(matched.covered)

    # ------------------------------------------------------------------------------------ the end

    def unreached(self) -> str:
        """The gates that have a value and no gradient."""
        gates = [gate for gate in self.circuit.gates if not gate.reached and not gate.constant]
        if not gates:
            return ""
        names = listed([self.name(gate.node) for gate in gates])
        key = "unreached" if len(gates) == 1 else "unreached-many"
        return remark(self.style, key, gates=names, f=self.output)

    def gradient_notes(self, readings: tuple[Reading, ...]) -> list[str]:
        """What a gradient of 0 means."""
        kinks = {reading.name for reading in readings if reading.kind == KINK}
        notes: list[str] = []
        connected = self.connected()
        for item in self.circuit.inputs:
            if not is_finite(item.gradient) or item.gradient != 0:
                continue
            if self.rows[item.node].name in kinks:
                continue
            key = "zero" if item.reached else "blocked" if item.node in connected else "no-path"
            notes += self.once(key, x=self.own_name(item.node), f=self.output)
        return notes

    def connected(self) -> set[int]:
        """The nodes from which the graph has a path to the output."""
        found = {self.report.output}
        for node in range(self.report.output, -1, -1):
            if node in found:
                found.update(self.rows[node].inputs)
        return found


def teaches(upstream: Any, slope: Any) -> bool:
    """Whether a product of two slopes is a good example: neither 0 nor beyond all bounds."""
    return (
        slope is not None
        and is_finite(upstream)
        and is_finite(slope)
        and TINY < abs(upstream) < 1 / TINY
        and TINY < abs(slope) < 1 / TINY
    )


def is_nan(value: object) -> bool:
    """Whether a number is none."""
    return value != value or (not isinstance(value, float) and not is_finite(value))
