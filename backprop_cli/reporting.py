"""An evaluation as plain rows: what every renderer shows. Numbers and text, no styling."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from .errors import Span
from .evaluation import Evaluation
from .findings import Finding
from .formulas import formulas, node_id, titles
from .graph import Graph
from .numerals import is_finite
from .syntax.printer import print_program


class Use(NamedTuple):
    """One use of a node: the gradient at the output of the gate that uses it, and the gate's local
    slope.
    """

    user: int
    upstream: Any
    slope: Any


class Row(NamedTuple):
    """One node.

    title     what a person calls it: its name, f for the output, v1, v2, … for other gates, a
              numeral.
    slopes    the local derivative along each input; None where nothing passes.
    gradient  0 where no path leads to the output; `reached` tells that from a gradient that happens
              to be 0.
    """

    node: int
    id: str
    title: str
    operation: str
    name: str | None
    formula: str
    span: Span | None
    inputs: tuple[int, ...]
    slopes: tuple[Any, ...]
    value: Any
    gradient: Any
    reached: bool
    uses: tuple[Use, ...]


class Uncertainty(NamedTuple):
    """First-order propagation: u(f)² = Σ (∂f/∂x · u(x))², for independent inputs (JCGM 100:2008,
    5.1.2).

    `shares` has each input's part of u(f)², between 0 and 1.
    """

    output: Any
    inputs: dict[str, Any]
    shares: dict[str, Any]


class Report(NamedTuple):
    """A whole evaluation; `graph` is what its rows describe."""

    graph: Graph
    source: str
    parsed: str
    numbers: str
    digits: int | None
    bindings: dict[str, Any]
    value: Any
    gradient: dict[str, Any]
    output: int
    output_name: str | None
    rows: tuple[Row, ...]
    uncertainty: Uncertainty | None
    warnings: tuple[Finding, ...]

    @property
    def finite(self) -> bool:
        """Whether the value and every gradient are finite numbers."""
        return is_finite(self.value) and all(map(is_finite, self.gradient.values()))


def report(evaluation: Evaluation) -> Report:
    """The rows of an evaluation, in order of evaluation."""
    run = evaluation.run
    graph = run.graph
    uses: list[list[Use]] = [[] for _ in range(len(graph))]
    for node in range(len(graph) - 1, -1, -1):
        upstream, slopes = run.adjoints[node], run.slopes[node]
        if upstream is None or slopes is None:
            continue
        for source, slope in zip(graph.inputs[node], slopes, strict=True):
            if slope is not None:
                uses[source].append(Use(node, upstream, slope))
    called = titles(graph, run.output)
    texts = formulas(graph, called)
    rows = tuple(
        Row(
            node,
            node_id(node),
            called[node],
            operation.name,
            graph.names.get(node),
            texts[node],
            graph.spans.get(node),
            graph.inputs[node],
            run.slopes[node] or (None,) * len(graph.inputs[node]),
            run.values[node],
            0 if run.adjoints[node] is None else run.adjoints[node],
            run.adjoints[node] is not None,
            tuple(uses[node]),
        )
        for node, operation in enumerate(graph.operations)
    )
    gradient = run.gradient()
    return Report(
        graph,
        evaluation.program.source,
        print_program(evaluation.program),
        evaluation.numbers,
        evaluation.digits,
        evaluation.bindings,
        run.values[run.output],
        gradient,
        run.output,
        evaluation.lowered.output_name,
        rows,
        propagate(evaluation, gradient),
        evaluation.warnings,
    )


def propagate(evaluation: Evaluation, gradient: dict[str, Any]) -> Uncertainty | None:
    """The output's standard uncertainty and each input's share; None without uncertain inputs."""
    uncertainties = evaluation.uncertainties
    if not uncertainties:
        return None
    parts = {name: gradient[name] * size for name, size in uncertainties.items()}
    squares = {name: part * part for name, part in parts.items()}
    variance = sum(squares.values())
    if evaluation.numbers == "float64":
        output: Any = math.hypot(*parts.values())
        shares = {name: (part / output) ** 2 if output else 0 for name, part in parts.items()}
    elif evaluation.numbers == "exact":
        output = rooted(variance)
        shares = {name: square / variance if variance else 0 for name, square in squares.items()}
    else:
        output = variance.sqrt()
        shares = {
            name: square / variance if variance != 0 else 0 for name, square in squares.items()
        }
    return Uncertainty(output, dict(uncertainties), shares)


def rooted(variance: Any) -> Any:
    """The root of a fraction, which is rarely one, as a double."""
    try:
        return float(variance) ** 0.5
    except OverflowError:
        return math.isqrt(variance.numerator // variance.denominator)
