"""Both passes as steps: one sentence each, and what it adds to the picture."""

from __future__ import annotations

import re
from typing import NamedTuple

from ..circuit import operation_pattern
from ..namespaces import working_precision
from ..numerals import short
from ..reporting import Row
from .diagram import BOX, CONSTANT, GATE, INPUT, Diagram, Vertex, share
from .metrics import cut

LONGEST = 120  # characters of a formula inside a sentence
MOST = 8  # products in a sentence
MINUS_SIGN = re.compile(r"(?<![\w)])-(?=[\w(])|(?<= )-(?= )|-(?=\d)")


class Step(NamedTuple):
    """One step. `shows` and `marks` are keys of the picture's parts: v3 and d3 are the value and
    the gradient of vertex 3, c3-0 is what it sends back along its first port, g3 is its gate, and
    w3 are its wires.
    """

    phase: str
    text: str
    shows: tuple[str, ...]
    marks: tuple[str, ...]


def steps(diagram: Diagram) -> list[Step]:
    """All steps: the inputs, one for each gate forward, the start, one for each gate backward, and
    the gradient.
    """
    report = diagram.report
    with working_precision(report.numbers, report.digits):
        return _Telling(diagram).steps()


class _Telling:
    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram
        self.vertices = diagram.vertices
        self.rows = diagram.report.rows
        self.digits = diagram.report.digits
        self.gates = {gate.node: gate for gate in diagram.circuit.gates}
        self.output = diagram.output_title
        self.waiting = [0] * len(self.vertices)
        self.arrived: list[list[str]] = [[] for _ in self.vertices]
        self.passing = [self.passes(vertex) for vertex in self.vertices]
        for vertex, is_passing in zip(self.vertices, self.passing, strict=True):
            for source in vertex.sources if is_passing else ():
                self.waiting[source] += 1

    def steps(self) -> list[Step]:
        """All of them, in order."""
        backward = [
            self.backward(at) for at in reversed(range(len(self.vertices))) if self.passing[at]
        ]
        forward = [
            self.forward(at)
            for at, vertex in enumerate(self.vertices)
            if vertex.kind in (GATE, BOX)
        ]
        return [*self.given(), *forward, self.start(), *backward, self.end()]

    def passes(self, vertex: Vertex) -> bool:
        """Whether a gate sends anything back."""
        gate = self.gates.get(vertex.node)
        if gate is None or gate.constant:
            return False
        return gate.reached and not isinstance(gate.value, bool)

    def number(self, value: object) -> str:
        return cut(short(value, self.digits), 60)

    def partial(self, at: int) -> str:
        return f"∂{self.output}/∂{self.vertices[at].title}"

    def given(self) -> list[Step]:
        """What the formula starts from."""
        leaves = [at for at, v in enumerate(self.vertices) if v.kind in (INPUT, CONSTANT)]
        inputs = [at for at in leaves if self.vertices[at].kind == INPUT]
        if not leaves:
            return []
        texts = [f"{self.vertices[at].title} = {self.number(self.row(at).value)}" for at in inputs]
        text = ", ".join(texts) or "no variables, only constants"
        keys = tuple(f"v{at}" for at in leaves)
        return [Step("Inputs", text, keys, tuple(f"w{at}" for at in inputs))]

    def row(self, at: int) -> Row:
        return self.rows[self.vertices[at].node]

    def forward(self, at: int) -> Step:
        """A gate computes its value."""
        vertex = self.vertices[at]
        value = self.number(self.row(at).value)
        sides = [vertex.title]
        if vertex.kind == BOX:
            sides[0] += f" ({vertex.sign})"
        else:
            gate = self.gates[vertex.node]
            sides += [cut(side, LONGEST) for side in (gate.formula, gate.numbers)]
        if sides[-1] != value:
            sides.append(value)
        marks = (f"g{at}", *[f"w{source}" for source in vertex.sources])
        return Step("Forward", " = ".join(dict.fromkeys(sides)), (f"v{at}",), marks)

    def start(self) -> Step:
        at = self.diagram.output
        text = f"start with {self.partial(at)} = 1: {self.output} changes as fast as itself"
        return Step("Backward", text, (f"d{at}",), (f"g{at}", f"w{at}"))

    def backward(self, at: int) -> Step:
        """A gate hands its gradient to all that it reads."""
        vertex = self.vertices[at]
        shows: list[str] = []
        texts: list[str] = []
        sums: list[str] = []
        for port, source in enumerate(vertex.sources):
            product, result = self.product(vertex, port)
            uses = self.waiting[source] + len(self.arrived[source])
            if uses > 1:
                shows.append(f"c{at}-{port}")
            if vertex.shares[port]:
                sign = "+=" if uses > 1 else "="
                texts.append(f"{self.partial(source)} {sign} {product}")
            self.arrived[source].append(result)
            self.waiting[source] -= 1
            if not self.waiting[source]:
                shows.append(f"d{source}")
                if uses > 1 and vertex.shares[port]:
                    sums.append(self.together(source))
        if len(texts) > MOST:
            texts[MOST:] = ["…"]
        text = "; ".join([*texts, *sums])
        text = f"{self.pattern(vertex)}. {text}" if text else f"{self.pattern(vertex)}."
        marks = (f"g{at}", *[f"w{source}" for source in vertex.sources])
        return Step("Backward", text, tuple(dict.fromkeys(shows)), marks)

    def product(self, vertex: Vertex, port: int) -> tuple[str, str]:
        """(gradient at the output) · (local slope) = the result, and the result; of a box only the
        result.
        """
        if vertex.kind == BOX:
            return vertex.shares[port], vertex.shares[port] or "0"
        gate = self.gates[vertex.node]
        slope = gate.slopes[port]
        upstream = self.number(gate.gradient)
        if slope is None:
            return f"{upstream} · 0 = 0", "0"
        result = self.number(share(gate, slope))
        return f"{upstream} · {bracketed(self.number(slope))} = {result}", result

    def together(self, source: int) -> str:
        """The sum over a fork."""
        parts = self.arrived[source][:]
        total = self.number(self.row(source).gradient)
        if len(parts) > MOST:
            parts[MOST:] = ["…"]
        summed = " + ".join([parts[0], *map(bracketed, parts[1:])])
        return f"together {self.partial(source)} = {summed} = {total}"

    def pattern(self, vertex: Vertex) -> str:
        """What the gate does to a gradient, in words."""
        title = vertex.title
        if vertex.kind == BOX:
            return f"{title}: {vertex.sign} together"
        text = operation_pattern(self.gates[vertex.node])
        text = MINUS_SIGN.sub("−", text).replace("*", "·").replace("^2", "²").replace("'", "’")
        return f"{title}: {text}"

    def end(self) -> Step:
        """The gradient; everything is on the picture now."""
        inputs = [at for at, vertex in enumerate(self.vertices) if vertex.kind == INPUT]
        texts = [f"{self.partial(at)} = {self.number(self.row(at).gradient)}" for at in inputs]
        shows = [f"d{at}" for at, vertex in enumerate(self.vertices) if vertex.gradient]
        shows += [
            f"c{at}-{port}"
            for at, vertex in enumerate(self.vertices)
            for port in range(len(vertex.sources))
        ]
        text = ", ".join(texts) or "there is no variable"
        return Step("Gradient", text, tuple(shows), tuple(f"w{at}" for at in inputs))


def bracketed(text: str) -> str:
    """A negative number in brackets."""
    return f"({text})" if text.startswith("−") else text
