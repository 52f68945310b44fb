"""A report as what is drawn: vertices with their texts, and which reads which. No coordinates.

Gates that depend on no variable are folded into those that read them, and gates that the output
does not read are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from ..circuit import Circuit, Gate, circuit, pretty
from ..errors import refuse
from ..namespaces import working_precision
from ..notation import ATOM
from ..reporting import Report, Row
from .collapse import Collapse, Groups, grouped
from .decimals import uniform
from .metrics import cut
from .regions import Region, regions_of

MOST_VERTICES = 300
LONGEST_NAME = 24
LONGEST_SIGN = 26

INPUT, GATE, BOX, CONSTANT = "input", "gate", "box", "constant"
EQUATIONS = "equations"


class Vertex(NamedTuple):
    """An input, a gate, a box that stands for several gates, or one with the equations of a
    definition.

    node      the report's node; a box's is the one whose value leaves it.
    title     what it is called; `named` says whether the formula gave it that name.
    sign      what stands in the gate's circle.
    value, gradient  as texts; the gradient is "" where there is none.
    sources   the vertices it reads, one for each port, from the top.
    shares    what goes back along each port, as texts; "" where nothing passes.
    members   the nodes that a box stands for; a gate's own node otherwise.
    region    the innermost region it lies in; -1 for none.
    lines     the equations in a definition's box, below its title.
    lengths   the shape of an array: above its value.
    loop      what is written at the arrow of a recurrence that reads its own last step.
    role      "param" or "data", where an input is declared.
    """

    node: int
    kind: str
    title: str
    named: bool
    sign: str
    value: str
    gradient: str
    sources: tuple[int, ...]
    shares: tuple[str, ...]
    members: tuple[int, ...]
    region: int
    lines: tuple[str, ...] = ()
    lengths: str = ""
    loop: str = ""
    role: str = ""


class Return(NamedTuple):
    """What one vertex of a recurrence hands to another one in the next step."""

    source: int
    target: int


class Cycle(NamedTuple):
    """A recurrence of several vertices: its caption, and what goes on to the next step."""

    label: str
    members: tuple[int, ...]
    returns: tuple[Return, ...]


class Drawn(Protocol):
    """What a picture is made of. `late` says that inputs stand next to what reads them first."""

    @property
    def vertices(self) -> tuple[Vertex, ...]: ...
    @property
    def output(self) -> int: ...
    @property
    def output_title(self) -> str: ...
    @property
    def regions(self) -> tuple[Region, ...]: ...
    @property
    def cycles(self) -> tuple[Cycle, ...]: ...
    @property
    def late(self) -> bool: ...
    @property
    def heading(self) -> str: ...

    def use_counts(self) -> list[int]:
        """How many ports read each vertex."""


class Diagram(NamedTuple):
    """Vertices in an order of evaluation, the output's last; regions, inner ones first."""

    report: Report
    circuit: Circuit
    vertices: tuple[Vertex, ...]
    output: int
    output_title: str
    regions: tuple[Region, ...]
    cycles: tuple[Cycle, ...] = ()
    late: bool = False

    @property
    def heading(self) -> str:
        """What the picture shows."""
        return f"Circuit of {self.output_title}: values above the wires, gradients below"

    def use_counts(self) -> list[int]:
        """How many ports read each vertex."""
        return counted(self.vertices)


def counted(vertices: Sequence[Vertex]) -> list[int]:
    """How many ports read each vertex."""
    counts = [0] * len(vertices)
    for vertex in vertices:
        for source in vertex.sources:
            counts[source] += 1
    return counts


def diagram(report: Report, collapse: Collapse | None = None) -> Diagram:
    """The diagram of a report; `collapse` says which gates become boxes.

    Raises BackpropError for more vertices than anybody can look at.
    """
    with working_precision(report.numbers, report.digits):
        return _Drawing(report, collapse or Collapse()).diagram()


class _Drawing:
    def __init__(self, report: Report, collapse: Collapse) -> None:
        self.report = report
        self.rows = report.rows
        self.circuit = circuit(report, report.digits)
        self.gates = {gate.node: gate for gate in self.circuit.gates}
        self.used = ancestors(report)
        self.collapse = collapse
        self.groups: Groups = grouped(report, self.moving(), collapse)

    def moving(self) -> list[int]:
        """The gates that are drawn: the output reads them, and they depend on an input."""
        return [
            gate.node for gate in self.circuit.gates if not gate.constant and gate.node in self.used
        ]

    def diagram(self) -> Diagram:
        nodes = self.drawn_nodes()
        place = {node: index for index, node in enumerate(nodes)}
        ports = {node: self.ports(node) for node in nodes}
        write = uniform(self.numbers(nodes, ports), self.report.digits)
        regions, region_of = regions_of(self.report, self.groups.members, self.circuit.titles)
        vertices = []
        for node in nodes:
            row = self.rows[node]
            members = self.groups.members.get(node, (node,))
            kind = self.kind(row, members)
            moves = kind != CONSTANT and not isinstance(row.value, bool)
            vertices.append(
                Vertex(
                    node,
                    kind,
                    cut(self.circuit.titles[node], LONGEST_NAME),
                    row.name is not None or node == self.report.output,
                    self.sign(node, members, len(ports[node])),
                    write(row.value),
                    write(row.gradient) if moves else "",
                    tuple(place[source] for source, _ in ports[node]),
                    tuple(self.share_text(source, part, write) for source, part in ports[node]),
                    members,
                    region_of.get(node, -1),
                )
            )
        output = place[self.report.output]
        return Diagram(
            self.report, self.circuit, tuple(vertices), output, vertices[output].title, regions
        )

    # ------------------------------------------------------------------------------------ vertices

    def drawn_nodes(self) -> list[int]:
        """The nodes that get a vertex, in order of evaluation."""
        roots = sorted(self.groups.members)
        if not roots:
            return self.constant_output()
        inputs = [item.node for item in self.circuit.inputs]
        if len(inputs) + len(roots) > MOST_VERTICES and self.collapse.active:
            inputs = self.important_inputs(inputs)
        count = len(inputs) + len(roots)
        if count > MOST_VERTICES:
            raise too_many(count, self.report)
        self.inputs = set(inputs)
        return sorted([*inputs, *roots])

    def constant_output(self) -> list[int]:
        """An output that depends on no input is drawn with what its last gate reads."""
        output = self.report.output
        inputs = [item.node for item in self.circuit.inputs]
        nodes = sorted({*self.rows[output].inputs, *inputs, output})
        if len(nodes) > MOST_VERTICES:
            raise too_many(len(nodes), self.report)
        self.inputs = set(nodes)
        return nodes

    def important_inputs(self, inputs: list[int]) -> list[int]:
        """The inputs that a gate reads which is drawn itself, and not only a box."""
        single = {members[0] for members in self.groups.members.values() if len(members) == 1}
        read = {source for node in single for source in self.rows[node].inputs}
        return [node for node in inputs if node in read]

    def kind(self, row: Row, members: tuple[int, ...]) -> str:
        if row.operation == "input":
            return INPUT
        if len(members) > 1:
            return BOX
        return GATE if row.node in self.groups.members or row.inputs else CONSTANT

    def ports(self, node: int) -> list[tuple[int, Any]]:
        """What a vertex reads, from the top, with what it sends back along each; a box sends the
        sum over its members.
        """
        members = self.groups.members.get(node)
        if members is None:
            if node != self.report.output:
                return []
            return [(source, None) for source in self.rows[node].inputs]
        if len(members) == 1:
            gate = self.gates[node]
            return [
                (source, share(gate, slope))
                for source, slope in zip(gate.sources, gate.slopes, strict=True)
            ]
        return self.box_ports(node, set(members))

    def box_ports(self, node: int, inside: set[int]) -> list[tuple[int, Any]]:
        """What the gates of a box read from outside, in the order of the formula."""
        sums: dict[int, Any] = {}
        seen = {node}
        waiting: list[tuple[int, Any]] = [(node, None)]
        while waiting:
            at, part = waiting.pop()
            if at not in inside:
                before = sums.get(at)
                sums[at] = part if before is None else before if part is None else before + part
                continue
            gate = self.gates[at]
            reads = list(zip(gate.sources, gate.slopes, strict=True))
            for source, slope in reversed(reads):
                drawn = source in self.groups.members or source in self.inputs
                if source in inside and source not in seen:
                    seen.add(source)
                    waiting.append((source, None))
                elif source not in inside and drawn:
                    waiting.append((source, share(gate, slope)))
        return list(sums.items())

    def share_text(self, source: int, part: Any, write: Callable[[Any], str]) -> str:
        """What a port sends back; 0 where a number gets nothing, "" where a condition does."""
        if part is not None:
            return write(part)
        value = self.rows[source].value
        moves = source in self.groups.members or self.rows[source].operation == "input"
        return "0" if moves and not isinstance(value, bool) else ""

    def sign(self, node: int, members: tuple[int, ...], ports: int) -> str:
        """What stands in the circle; a box says its formula, or how many gates it stands for."""
        gate = self.gates.get(node)
        if gate is None:
            return ""
        if len(members) > 1:
            row = self.rows[node]
            formula = gate_formula(row)
            if len(formula) <= LONGEST_SIGN and row.name is None:
                return formula
            return f"{len(members):,} gates"
        if gate.plain and 0 < ports < len(self.rows[node].inputs):
            return cut(self.with_constants(gate, ports), LONGEST_SIGN)
        return cut(gate.sign, LONGEST_SIGN)

    def with_constants(self, gate: Gate, ports: int) -> str:
        """A gate with constants that its sign does not show: `x > 0`, `clamp(x, 0, 1)`."""
        place = "x" if ports == 1 else "·"
        moving = set(gate.sources)
        texts = [
            (place if source in moving else cut(self.circuit.titles[source], 8), ATOM)
            for source in self.rows[gate.node].inputs
        ]
        return pretty(gate.operation, texts)

    def numbers(self, nodes: list[int], ports: dict[int, list[tuple[int, Any]]]) -> list[Any]:
        """Every number that the picture shows."""
        found = [self.rows[node].value for node in nodes]
        found += [self.rows[node].gradient for node in nodes]
        return found + [part for node in nodes for _, part in ports[node] if part is not None]


def share(gate: Gate, slope: Any) -> Any:
    """(gradient at the gate's output) · (local slope); None where nothing passes."""
    return None if slope is None or not gate.reached else gate.gradient * slope


def gate_formula(row: Row) -> str:
    """A row's formula as in a lecture: `w0·x0`."""
    return row.formula.replace(" * ", "·").replace("-", "−").replace("^2", "²")


def ancestors(report: Report) -> set[int]:
    """The nodes that the output reads, directly or not, and the output."""
    found = {report.output}
    for node in range(report.output, -1, -1):
        if node in found:
            found.update(report.rows[node].inputs)
    return found


def too_many(count: int, report: Report) -> Exception:
    """The error for a picture of more vertices than the limit."""
    collapsible = bool(report.graph.scopes)
    ways = "--depth 4 draws what is near the output, --top 20 what matters most"
    if collapsible:
        ways += ", --collapse each definition as one box"
    return refuse(
        "limit",
        f"{count:,} nodes are too many to draw: at most {MOST_VERTICES} (the limit 'drawn nodes')",
        help=ways,
    )
