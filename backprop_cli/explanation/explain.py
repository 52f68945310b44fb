"""A report as numbered steps, forward and backward. Every text is written in a notation, so that a
renderer only arranges.
"""

from __future__ import annotations

from typing import Any

from ..circuit import Gate
from ..errors import refuse
from ..namespaces import working_precision
from ..notation import ATOM, numeral_precedence
from ..numerals import MINUS, is_ball, is_finite, short
from ..reporting import Report
from .commentary import Commentary
from .lecture import LECTURE, Lecture, Written
from .reading import MOVES, Reading, readings, two_digits
from .remarks import remark
from .slopes import Slope
from .steps import BackwardStep, Contribution, Explanation, Fork, ForwardStep, Partial, Sides

MOST_GATES = 2_000
MOST_EDGES = 10_000  # from inputs and gates into gates
MOST_READINGS = 6
MOST_SHARES = 12
LONGEST = 400  # characters of a formula before the gates inside it stand by their titles


def explain(report: Report, style: Lecture = LECTURE) -> Explanation:
    """The explanation of a report, its texts in the notation `style`.

    Raises BackpropError for more gates than anybody reads.
    """
    gates = [row for row in report.rows if row.inputs]
    edges = sum(len(row.inputs) for row in gates)
    for count, most, what in ((len(gates), MOST_GATES, "gates"), (edges, MOST_EDGES, "edges")):
        if count > most:
            raise refuse(
                "limit",
                f"{count:,} {what} are too many to explain: at most {most:,} (the limit '{what}')",
                help="explain a part of the formula, or use backprop eval, which takes any size",
            )
    with working_precision(report.numbers, report.digits):
        return _Explainer(report, style).explanation()


class _Explainer(Commentary):
    def explanation(self) -> Explanation:
        title, definitions = self.header()
        gates, inputs = self.circuit.gates, self.circuit.inputs
        forward = [self.forward_step(number, gate) for number, gate in enumerate(gates, 1)]
        seed = self.seed(len(forward) + 1)
        passing = [gate for gate in reversed(gates) if gate.reached and not gate.constant]
        self.collect_shares(passing)
        self.choose_example(passing)
        backward = [
            self.backward_step(number, gate) for number, gate in enumerate(passing, seed.number + 1)
        ]
        read = tuple(readings(self.report, MOST_READINGS))
        return Explanation(
            self.report,
            self.output,
            title,
            definitions,
            tuple((self.own_name(item.node), self.number(item.value)) for item in inputs),
            tuple(forward),
            seed,
            tuple(backward),
            self.unreached(),
            self.forks(),
            self.gradient(),
            tuple(self.gradient_notes(read)),
            self.rounded(),
            read,
            tuple(self.reading_texts(read)),
            tuple(self.uncertainty()),
            tuple(self.finding_text(one) for one in self.report.warnings if one.node is None),
        )

    def header(self) -> tuple[Sides, tuple[Sides, ...]]:
        """The output's equation, and those of the named gates and constants in it."""
        whole: list[Written] = []
        inside: list[Written] = []
        for row in self.rows:
            text = name = (self.own_name(row.node), ATOM)
            if row.inputs:
                operands = [inside[source] for source in row.inputs]
                text = self.style.operation(row.operation, operands)
                if len(text[0]) > LONGEST * self.style.room:
                    text = self.style.operation(row.operation, self.operands(row.inputs))
            elif row.operation == "constant":
                literal = self.report.graph.literals[row.node]
                text = (self.style.constant(literal), numeral_precedence(literal))
            whole.append(text)
            inside.append(name if row.name else text)
        output = self.report.output
        definitions = tuple(
            (self.name(row.node), self.style.equals(*whole[row.node]))
            for row in self.rows
            if row.name and row.operation != "input" and row.node != output
        )
        return (self.output, self.style.equals(*whole[output])), definitions

    # ------------------------------------------------------------------------------------ forward

    def forward_step(self, number: int, gate: Gate) -> ForwardStep:
        """A gate's equation with its numbers put in."""
        row = self.rows[gate.node]
        values = [self.rows[source].value for source in row.inputs]
        numbers = self.style.numbers(row.operation, values, self.report.digits)
        sides = (*self.equation(gate.node), self.style.equals(*numbers), self.number(row.value))
        return ForwardStep(number, gate.node, sides, row.value, tuple(self.forward_notes(gate)))

    # ----------------------------------------------------------------------------------- backward

    def seed(self, number: int) -> BackwardStep:
        """∂f/∂f = 1."""
        output = self.report.output
        notes = self.once("seed", f=self.output)
        if self.rows[output].operation == "input":
            notes += self.once("bare", f=self.output, x=self.own_name(output))
        elif not self.circuit.inputs:
            notes += self.once("no-input")
        sides = (self.style.partial(self.output, self.output), self.number(1))
        return BackwardStep(number, output, sides, "", "", (), tuple(notes))

    def edges(self, gate: Gate) -> list[tuple[int, Any]]:
        """The inputs that a gradient could go to, with their slopes."""
        return [
            (source, slope)
            for source, slope in zip(gate.sources, gate.slopes, strict=True)
            if not self.is_condition(source)
        ]

    def result(self, gate: Gate, slope: Any) -> Any:
        """(gradient at the output) · (local slope); 0 where nothing passes."""
        return 0 if slope is None else self.numbers.chain(gate.gradient, slope)

    def collect_shares(self, passing: list[Gate]) -> None:
        """What each node gets, in the order of the backward pass."""
        for gate in passing:
            for source, slope in self.edges(gate):
                self.shares.setdefault(source, []).append(self.result(gate, slope))

    def backward_step(self, number: int, gate: Gate) -> BackwardStep:
        """A gate hands its gradient on to its inputs."""
        slopes = self.slopes(gate, self.circuit.titles[gate.node])
        contributions = [
            self.contribution(gate, source, slope, formula)
            for source, slope, formula in zip(gate.sources, gate.slopes, slopes.along, strict=True)
            if not self.is_condition(source)
        ]
        count = len(self.shares.get(gate.node, ()))
        arrived = ""
        if count > 1:
            uses = "both" if count == 2 else f"all {count:,}"
            sides = " = ".join(self.sum_over(gate.node))
            arrived = remark(self.style, "waits", sides=sides, uses=uses)
        return BackwardStep(
            number,
            gate.node,
            self.equation(gate.node),
            self.pattern(gate, slopes),
            arrived,
            tuple(contributions),
            tuple(self.backward_notes(gate, contributions)),
        )

    def contribution(
        self, gate: Gate, source: int, slope: Any, formula: Slope | None
    ) -> Contribution:
        """One line of a backward step."""
        result = self.result(gate, slope)
        sides = [self.partial(source)]
        if slope is not None:
            style, upstream = self.style, self.number(gate.gradient)
            if gate.node != self.report.output:
                local = style.partial(self.name(gate.node), self.name(source))
                sides.append(f"{self.partial(gate.node)}{style.times}{local}")
            numbers = f"{upstream}{style.times}{style.factor(self.number(slope))}"
            if formula is not None and not formula.plain:
                sides.append(f"{upstream}{style.times}{style.factor(formula.text)}")
            sides += [numbers] if numbers != sides[-1] else []
        sides.append(self.number(result))
        text = None if formula is None else formula.text
        adds = len(self.shares[source]) > 1
        return Contribution(source, gate.gradient, slope, result, text, adds, tuple(sides))

    # ---------------------------------------------------------------------------------------- end

    def sum_over(self, node: int) -> Sides:
        """∂e/∂b = 3 + 2 = 5."""
        shares = self.shares[node]
        shown = [self.number(share) for share in shares[:MOST_SHARES]]
        terms = [shown[0], *map(self.style.factor, shown[1:])]
        if len(shares) > MOST_SHARES:
            terms.append(self.style.more(len(shares) - MOST_SHARES))
        total = self.number(self.rows[node].gradient)
        return self.partial(node), self.style.plus.join(terms), total

    def forks(self) -> tuple[Fork, ...]:
        """Every node with several shares, in the order in which their sums are complete."""
        nodes = [node for node, shares in self.shares.items() if len(shares) > 1]
        return tuple(
            Fork(node, tuple(self.shares[node]), self.rows[node].gradient, self.sum_over(node))
            for node in sorted(nodes, key=self.completed)
        )

    def completed(self, node: int) -> tuple[bool, int]:
        """When a node's sum is complete: gates from the last, then the inputs in their order."""
        is_input = not self.rows[node].inputs
        return is_input, node if is_input else -node

    def rounded(self) -> bool:
        """Whether any number is shown with fewer digits than it has."""
        if self.report.digits is not None or self.report.numbers == "exact":
            return False
        return any(is_rounded(row.value) or is_rounded(row.gradient) for row in self.rows)

    def reading_texts(self, read: tuple[Reading, ...]) -> list[str]:
        """`x up 0.01 → f down about 0.04`."""
        style, texts = self.style, []
        for name, step, change, kind in read:
            fields = {"x": style.name(name), "f": self.output}
            fields["step"] = style.numeral(two_digits(step))
            if kind == MOVES:
                kind = "moves-up" if change > 0 else "moves-down"
                fields["change"] = style.numeral(two_digits(change))
            texts.append(remark(style, kind, **fields))
        unread = len(self.report.gradient) - len(read)
        return [*texts, remark(style, "unread", count=f"{unread:,}")] if unread else texts

    def uncertainty(self) -> list[str]:
        """The output's standard uncertainty and each input's share, the largest first."""
        found, style = self.report.uncertainty, self.style
        if found is None:
            return []
        value, size = self.number(self.report.value), self.number(found.output)
        texts = [remark(style, "uncertain", f=self.output, value=value, size=size)]
        for name, share in sorted(found.shares.items(), key=lambda item: -float(item[1])):
            part = style.numeral(f"{100 * float(share):.1f}")
            fields = {"x": style.name(name), "size": self.number(found.inputs[name])}
            texts.append(remark(style, "share", share=part, **fields))
        return texts

    def gradient(self) -> tuple[Partial, ...]:
        """The gradient's components, by the names that the user gave."""
        found = []
        for name, item in zip(self.report.gradient, self.circuit.inputs, strict=True):
            left = self.style.partial(self.output, self.own_name(item.node))
            found.append(Partial(name, item.gradient, (left, self.number(item.gradient))))
        return tuple(found)


def is_rounded(value: Any) -> bool:
    """Whether a number has more digits than `short` shows."""
    if not is_finite(value) or isinstance(value, bool):
        return False
    return is_ball(value) or float(short(value).replace(MINUS, "-")) != value
