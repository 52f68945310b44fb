"""How an explanation calls things: nodes, numbers, slopes, patterns, in its notation."""

from __future__ import annotations

from ..circuit import Gate, circuit
from ..namespaces import named
from ..notation import ATOM, numeral_precedence
from ..operations import OPERATIONS
from ..reporting import Report
from .lecture import Lecture, Written
from .remarks import CONSTANT_SLOPES, pattern, remark
from .slopes import Operand, Slopes, slope_formulas
from .steps import Sides

LETTERS = ("u", "t", "s", "z", "uu")


class Wording:
    """The report's circuit, and its parts as texts of the notation `style`."""

    def __init__(self, report: Report, style: Lecture) -> None:
        self.report = report
        self.style = style
        self.rows = report.rows
        self.numbers = named(report.numbers)
        self.circuit = circuit(report, report.digits)
        self.constants = {row.node for row in self.rows if row.operation == "constant"}
        self.constants |= {gate.node for gate in self.circuit.gates if gate.constant}
        self.output = self.output_name()
        titles = set(self.circuit.titles)
        self.letter = next(letter for letter in LETTERS if letter not in titles or letter == "uu")
        self.said: set[str] = set()

    def output_name(self) -> str:
        """The output's name; f for an output that is a mere input."""
        row = self.rows[self.report.output]
        title = self.circuit.titles[self.report.output]
        if not row.inputs:
            names = {other.name for other in self.rows}
            title = self.report.output_name or ("f" if "f" not in names else title)
        return self.style.name(title)

    def own_name(self, node: int) -> str:
        """A node's own name, also where it is the output."""
        return self.style.name(self.circuit.titles[node])

    def name(self, node: int) -> str:
        """How formulas call a node."""
        if node == self.report.output:
            return self.output
        row = self.rows[node]
        if row.operation == "constant" and row.name is None:
            return self.style.constant(row.title)
        return self.own_name(node)

    def number(self, value: object) -> str:
        """A computed number."""
        return self.style.number(value, self.report.digits)

    def partial(self, node: int) -> str:
        """∂f/∂node."""
        return self.style.partial(self.output, self.name(node))

    def operands(self, sources: tuple[int, ...]) -> list[Written]:
        """What a gate reads, by name."""
        found = []
        for source in sources:
            row = self.rows[source]
            bare = row.operation == "constant" and row.name is None
            found.append((self.name(source), numeral_precedence(row.title) if bare else ATOM))
        return found

    def formula(self, node: int) -> str:
        """What a gate computes, as a side of an equation."""
        row = self.rows[node]
        return self.style.equals(*self.style.operation(row.operation, self.operands(row.inputs)))

    def once(self, key: str, /, **fields: str) -> list[str]:
        """A remark, the first time it is asked for."""
        if key in self.said:
            return []
        self.said.add(key)
        return [remark(self.style, key, **fields)]

    def is_condition(self, node: int) -> bool:
        """Whether a node is true or false."""
        return isinstance(self.rows[node].value, bool)

    # -------------------------------------------------------------------------- slopes and patterns

    def moving(self, gate: Gate) -> list[int]:
        """The places of the arguments that are no constants."""
        inputs = self.rows[gate.node].inputs
        return [place for place, source in enumerate(inputs) if source not in self.constants]

    def slopes(self, gate: Gate, out: str, letter: str = "") -> Slopes:
        """The formulas of the slopes along a gate's moving inputs. `letter` stands for these if
        given; without a name `out` the gate's value is written out.
        """
        row = self.rows[gate.node]
        places = self.moving(gate)
        operands = []
        for place, source in enumerate(row.inputs):
            other = self.rows[source]
            bare = other.operation == "constant" and other.name is None
            title = letter if letter and place in places else self.circuit.titles[source]
            operands.append(Operand(title, other.value, other.title if bare else None))
        found = slope_formulas(
            row.operation, operands, Operand(out, row.value), row.slopes, self.numbers, self.style
        )
        return Slopes(tuple(found.along[place] for place in places), found.decided)

    def pattern(self, gate: Gate, slopes: Slopes) -> str:
        """What the gate does to a gradient: its row's line, in short when it was told before; for a
        gate with constants folded in, the slope of the rest.
        """
        row = self.rows[gate.node]
        if len(row.inputs) > 1 and len(gate.sources) == 1 and not slopes.decided:
            folded = self.folded_pattern(gate)
            if folded:
                return folded
        text = pattern(OPERATIONS[row.operation], self.plain_titles(row.inputs), self.style)
        if text in self.said:
            text = text.partition(":")[0]
        self.said.add(text)
        return text

    def folded_pattern(self, gate: Gate) -> str:
        """`the slope of 1/u is −1/u²`; "" where no formula is at hand."""
        (slope,) = self.slopes(gate, "", self.letter).along
        if slope is None:
            return ""
        row, style = self.rows[gate.node], self.style
        operands = self.operands(row.inputs)
        operands[self.moving(gate)[0]] = (style.name(self.letter), ATOM)
        function, _ = style.operation(row.operation, operands)
        said = f"{style.prose('the slope of ')}{style.inline(function)}{style.prose(' is ')}"
        said += style.inline(slope.text)
        if slope.plain:
            (value,) = gate.slopes
            said += f": {remark(style, CONSTANT_SLOPES.get(float(value), 'scaled'))}"
        return said

    def plain_titles(self, sources: tuple[int, ...]) -> list[str]:
        """What a gate reads, for a sentence in any notation; negative numbers in brackets."""
        titles = self.circuit.titles
        return [
            titles[source] if not self.rows[source].title.startswith("-") else f"({titles[source]})"
            for source in sources
        ]

    def equation(self, node: int) -> Sides:
        """A gate's title and formula."""
        return self.name(node), self.formula(node)
